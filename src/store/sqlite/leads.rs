//! Leads in SQLite.

use super::{
    SqliteStore, audit, from_json,
    operators::{self, Desk},
    timestamp, to_json,
};
use crate::{
    domain::{Act, AuditKind, LeadId, ListingId},
    leads::{Day, GenericIdentifier, LeadParams},
    store::{LeadCount, LeadEvent, LeadQuery, Leads, PackageRecord, Rebuilt, Result, Said, StoredLead},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde_json::json;

/// Who is named for what follows from listings alone.
const PROGRAM: &str = "program";

impl SqliteStore {
    /// Runs a job with a desk in one transaction, for what follows from listings alone.
    async fn at_desk<T: Send + 'static>(
        &self,
        (params, day): (&LeadParams, &Day),
        job: impl FnOnce(&Desk<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (params, day, now) = (params.clone(), day.clone(), self.now_ms());
        self.write(move |db| job(&Desk::new(db, (&params, &day), now, PROGRAM))).await
    }

    /// The same for what a person says, also beside another process that works in the same directory.
    async fn by_hand<T: Send + 'static>(
        &self,
        (params, day): (&LeadParams, &Day),
        by: &str,
        job: impl FnOnce(&Desk<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (by, os_user) = (by.to_owned(), self.who.clone());
        let (params, day, now) = (params.clone(), day.clone(), self.now_ms());
        self.write_beside(move |db| job(&Desk::new(db, (&params, &day), now, &by).at(&os_user))).await
    }
}

#[async_trait]
impl Leads for SqliteStore {
    async fn link_step(&self, limit: u32, params: &LeadParams, day: &Day) -> Result<usize> {
        self.at_desk((params, day), move |desk| operators::step(desk, limit)).await
    }

    async fn refresh(&self, limit: u32, params: &LeadParams, day: &Day) -> Result<usize> {
        self.at_desk((params, day), move |desk| operators::refresh(desk, limit)).await
    }

    async fn rebuild(&self, params: &LeadParams, day: &Day) -> Result<Rebuilt> {
        self.at_desk((params, day), operators::rebuild).await
    }

    async fn merge(&self, lead: LeadId, other: LeadId, said: Said<'_>, params: &LeadParams, day: &Day) -> Result<i64> {
        let reason = said.reason.to_owned();
        self.by_hand((params, day), said.by, move |desk| operators::merge(desk, lead, other, &reason)).await
    }

    async fn split(
        &self,
        lead: LeadId,
        listings: &[ListingId],
        said: Said<'_>,
        params: &LeadParams,
        day: &Day,
    ) -> Result<i64> {
        let (listings, reason) = (listings.to_vec(), said.reason.to_owned());
        self.by_hand((params, day), said.by, move |desk| operators::split(desk, lead, &listings, &reason)).await
    }

    async fn undo(&self, change: i64, by: &str, params: &LeadParams, day: &Day) -> Result<()> {
        self.by_hand((params, day), by, move |desk| operators::undo(desk, change)).await
    }

    async fn list(&self, query: LeadQuery) -> Result<Vec<StoredLead>> {
        self.read(move |db| list(db, &query)).await
    }

    async fn counts(&self) -> Result<Vec<LeadCount>> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT county, state, count(*) FROM leads WHERE live = 1 GROUP BY county, state ORDER BY county, state",
            )?;
            let rows = query.query_map([], |row| {
                Ok(LeadCount { county: row.get(0)?, state: row.get(1)?, leads: row.get::<_, i64>(2)?.unsigned_abs() })
            })?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn show(&self, id: LeadId) -> Result<Option<StoredLead>> {
        self.read(move |db| {
            let number = successor(db, id.0)?;
            let mut query =
                db.prepare_cached("SELECT id, lead, state, live FROM leads WHERE id = ?1 AND lead <> ''")?;
            let mut rows = query.query([number])?;
            rows.next()?.map(stored).transpose()
        })
        .await
    }

    async fn history(&self, id: LeadId) -> Result<Vec<LeadEvent>> {
        self.read(move |db| operators::list_events(db, id.0)).await
    }

    async fn generic(&self, limit: u32) -> Result<Vec<GenericIdentifier>> {
        self.read(move |db| operators::generic(db, limit)).await
    }

    async fn record_draft(&self, package: PackageRecord) -> Result<()> {
        let (who, now) = (self.who.clone(), self.now_ms());
        let package = PackageRecord { draft: true, ..package };
        self.write(move |db| record_package(db, &package, None, &who, now)).await
    }

    async fn packages(&self, county: &str) -> Result<Vec<PackageRecord>> {
        let county = county.to_owned();
        self.read(move |db| {
            let mut query = db.prepare(
                "SELECT county, file, sha256, made_ms, leads, draft FROM packages WHERE county = ?1 ORDER BY id DESC",
            )?;
            let mut rows = query.query([county])?;
            let mut packages = Vec::new();
            while let Some(row) = rows.next()? {
                packages.push(PackageRecord {
                    county: row.get(0)?,
                    file: row.get(1)?,
                    sha256: row.get(2)?,
                    made_at: timestamp(row.get(3)?),
                    leads: from_json("leads", &row.get::<_, String>(4)?)?,
                    draft: row.get(5)?,
                });
            }
            Ok(packages)
        })
        .await
    }
}

/// Writes a package down in the caller's transaction; `by` names who made it where that is not who sits at the machine.
pub(super) fn record_package(
    db: &Connection,
    package: &PackageRecord,
    by: Option<&str>,
    who: &str,
    now_ms: i64,
) -> Result<()> {
    db.execute(
        "INSERT INTO packages(county, file, sha256, made_ms, leads, draft) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            package.county,
            package.file,
            package.sha256,
            package.made_at.as_millisecond(),
            to_json("leads", &package.leads)?,
            package.draft
        ],
    )?;
    let labels: Vec<String> = package.leads.iter().map(|id| id.label()).collect();
    let mut details =
        json!({"county": package.county, "sha256": package.sha256, "leads": labels, "draft": package.draft});
    if let (Some(by), Some(fields)) = (by, details.as_object_mut()) {
        fields.insert("by".to_owned(), by.into());
    }
    let act = Act { who: who.to_owned(), kind: AuditKind::PackageMade, object: package.file.clone(), details };
    audit::append(db, &act, now_ms)?;
    Ok(())
}

/// Where the listings of a number are now.
pub(super) fn successor(db: &Connection, mut number: i64) -> Result<i64> {
    let mut query = db.prepare_cached("SELECT merged_into FROM leads WHERE id = ?1")?;
    // A number that is alive again leads nowhere, so a chain has no loop; the bound is for a damaged file.
    for _ in 0..1000 {
        match query.query_row([number], |row| row.get::<_, Option<i64>>(0)).optional()?.flatten() {
            Some(into) => number = into,
            None => break,
        }
    }
    Ok(number)
}

/// Leads without listings whose life goes on, or went on outside the house; nobody waits for one that was set aside.
const KEPT: &str = "live = 0 AND merged_into IS NULL AND lead <> '' AND state NOT IN ('new', 'dismissed', 'watching')
    AND id IN (SELECT lead FROM lead_life)";

fn list(db: &Connection, query: &LeadQuery) -> Result<Vec<StoredLead>> {
    let mut filter = String::new();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    for (column, value) in [("county", &query.county), ("state", &query.state)] {
        if let Some(value) = value {
            values.push(Box::new(value.clone()));
            filter.extend([" AND ", column, " = ?", &values.len().to_string()]);
        }
    }
    if let Some(after) = &query.after {
        let (level, rank, id) = (values.len() + 1, values.len() + 2, values.len() + 3);
        let behind = format!(
            " AND (level < ?{level} OR (level = ?{level} AND (rank < ?{rank} OR (rank = ?{rank} AND id > ?{id}))))"
        );
        filter.push_str(&behind);
        values.extend([
            Box::new(operators::level_number(after.level)) as Box<dyn ToSql>,
            Box::new(after.rank),
            Box::new(after.id.0),
        ]);
    }
    // Two ordered halves, so that the indexes of live leads serve the first and the few lives the second.
    let half = |which: &str| format!("SELECT id, lead, state, live, level, rank FROM leads WHERE {which}{filter}");
    let mut sql = half("live = 1");
    if query.with_kept {
        sql.extend([" UNION ALL ", &half(KEPT)]);
    }
    sql.push_str(" ORDER BY level DESC, rank DESC, id");
    if query.limit > 0 {
        values.push(Box::new(query.limit));
        sql.extend([" LIMIT ?", &values.len().to_string()]);
    }
    let mut query = db.prepare_cached(&sql)?;
    let mut rows = query.query(rusqlite::params_from_iter(values))?;
    let mut leads = Vec::new();
    while let Some(row) = rows.next()? {
        leads.push(stored(row)?);
    }
    Ok(leads)
}

fn stored(row: &Row<'_>) -> Result<StoredLead> {
    Ok(StoredLead {
        id: LeadId(row.get(0)?),
        lead: from_json("lead", row.get_ref(1)?.as_str().unwrap_or_default())?,
        state: row.get(2)?,
        live: row.get(3)?,
    })
}
