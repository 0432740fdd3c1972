//! Leads in SQLite.

use super::{SqliteStore, audit, from_json, timestamp, to_json};
use crate::{
    domain::{Act, AuditKind, LeadId, ListingId},
    leads::Lead,
    store::{Leads, PackageRecord, Result, StoredLead},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

#[async_trait]
impl Leads for SqliteStore {
    async fn replace(&self, leads: Vec<Lead>) -> Result<Vec<StoredLead>> {
        self.write(move |db| replace(db, leads)).await
    }

    async fn list(&self) -> Result<Vec<StoredLead>> {
        self.read(|db| {
            let mut query = db.prepare("SELECT id, lead FROM leads ORDER BY place")?;
            let mut rows = query.query([])?;
            let mut leads = Vec::new();
            while let Some(row) = rows.next()? {
                leads.push(StoredLead { id: LeadId(row.get(0)?), lead: from_json("lead", &row.get::<_, String>(1)?)? });
            }
            Ok(leads)
        })
        .await
    }

    async fn show(&self, id: LeadId) -> Result<Option<StoredLead>> {
        self.read(move |db| {
            let mut id = id.0;
            // Numbers only ever merge into smaller ones, so this ends.
            while let Some(into) = db
                .query_row("SELECT merged_into FROM lead_numbers WHERE id = ?1 AND merged_into < id", [id], |row| {
                    row.get(0)
                })
                .optional()?
            {
                id = into;
            }
            let text: Option<String> =
                db.query_row("SELECT lead FROM leads WHERE id = ?1", [id], |row| row.get(0)).optional()?;
            text.map(|text| Ok(StoredLead { id: LeadId(id), lead: from_json("lead", &text)? })).transpose()
        })
        .await
    }

    async fn record_package(&self, package: PackageRecord) -> Result<()> {
        let (who, now) = (self.who.clone(), self.now_ms());
        self.write(move |db| {
            db.execute(
                "INSERT INTO packages(county, file, sha256, made_ms, leads) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    package.county,
                    package.file,
                    package.sha256,
                    package.made_at.as_millisecond(),
                    to_json("leads", &package.leads)?
                ],
            )?;
            let labels: Vec<String> = package.leads.iter().map(|id| id.label()).collect();
            let details = json!({"county": package.county, "sha256": package.sha256, "leads": labels});
            audit::append(db, &Act { who, kind: AuditKind::PackageMade, object: package.file, details }, now)?;
            Ok(())
        })
        .await
    }

    async fn packages(&self, county: &str) -> Result<Vec<PackageRecord>> {
        let county = county.to_owned();
        self.read(move |db| {
            let mut query = db.prepare(
                "SELECT county, file, sha256, made_ms, leads FROM packages WHERE county = ?1 ORDER BY id DESC",
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
                });
            }
            Ok(packages)
        })
        .await
    }

    async fn members(&self, id: LeadId) -> Result<Vec<ListingId>> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT id FROM listings WHERE lead = ?1 ORDER BY id")?;
            let rows = query.query_map([id.0], |row| row.get(0).map(ListingId))?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }
}

fn replace(db: &Connection, leads: Vec<Lead>) -> Result<Vec<StoredLead>> {
    let mut before: BTreeMap<i64, i64> = BTreeMap::new();
    let mut query = db.prepare("SELECT id, lead FROM listings WHERE lead IS NOT NULL")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        before.insert(row.get(0)?, row.get(1)?);
    }
    drop(rows);
    db.execute_batch("DELETE FROM leads; UPDATE listings SET lead = NULL WHERE lead IS NOT NULL")?;
    let mut taken = BTreeSet::new();
    let mut stored = Vec::with_capacity(leads.len());
    for (place, mut lead) in (0_i64..).zip(leads) {
        let old: BTreeSet<i64> = lead.members.iter().filter_map(|id| before.get(&id.0).copied()).collect();
        // When a lead split, the part that comes first keeps the number.
        let number = if let Some(id) = old.iter().copied().find(|id| !taken.contains(id)) {
            id
        } else {
            db.execute("INSERT INTO lead_numbers DEFAULT VALUES", [])?;
            db.last_insert_rowid()
        };
        taken.insert(number);
        for gone in old.into_iter().filter(|id| *id > number) {
            db.execute("UPDATE lead_numbers SET merged_into = ?2 WHERE id = ?1", params![gone, number])?;
        }
        db.execute("UPDATE lead_numbers SET merged_into = NULL WHERE id = ?1", [number])?;
        lead.id = Some(LeadId(number));
        db.prepare_cached("INSERT INTO leads(id, rank, county, lead, place) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![number, lead.rank.value, lead.county.as_str(), to_json("lead", &lead)?, place])?;
        let mut member = db.prepare_cached("UPDATE listings SET lead = ?2 WHERE id = ?1")?;
        for id in &lead.members {
            member.execute(params![id.0, number])?;
        }
        stored.push(StoredLead { id: LeadId(number), lead });
    }
    Ok(stored)
}
