//! Lists in SQLite: adding, undoing, reading for matching.

use super::{SqliteStore, audit, complaints, from_json, imports, timestamp, to_json};
use crate::{
    domain::{Act, AuditKind, LeadId, Numbered, RowPlace},
    leads::standing::{HeldComplaint, HeldInstitution, HeldViolation},
    store::{
        Acted, Added, Answer, ComplaintCase, ComplaintFilter, ImportKind, ImportRecord, ImportSummary, NewImport,
        NewRows, Records, Result, Undone,
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

#[async_trait]
impl Records for SqliteStore {
    async fn add_rows(&self, import: NewImport, rows: NewRows, refused: usize) -> Result<Option<Added>> {
        let now = self.now_ms();
        self.write(move |db| add(db, import, &rows, refused, now)).await
    }

    async fn undo(&self, import: i64, by: &str) -> Result<Undone> {
        let (by, now) = (by.to_owned(), self.now_ms());
        self.write(move |db| undo(db, import, &by, now)).await
    }

    async fn imports(&self) -> Result<Vec<ImportSummary>> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {}, rows, refused, undone_ms, undone_by FROM imports ORDER BY id",
                imports::COLUMNS
            ))?;
            let mut rows = query.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let undone: Option<(i64, Option<String>)> = row.get::<_, Option<i64>>(10)?.zip(Some(row.get(11)?));
                found.push(ImportSummary {
                    record: imports::record(row)?,
                    rows: row.get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
                    refused: row.get::<_, Option<i64>>(9)?.map(i64::unsigned_abs),
                    undone: undone.map(|(at, by)| (timestamp(at), by.unwrap_or_default())),
                });
            }
            Ok(found)
        })
        .await
    }

    async fn institutions(&self) -> Result<Vec<HeldInstitution>> {
        self.read(|db| {
            // A later list says how an institution stands now; several rows of one list are its sites.
            let mut query = db.prepare_cached(
                "SELECT i.id, i.institution FROM institutions i
                 WHERE i.import = (SELECT max(import) FROM institutions j WHERE j.key = i.key) ORDER BY i.id",
            )?;
            let mut rows = query.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let institution = from_json("institution", row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
                found.push(HeldInstitution { id: row.get(0)?, institution });
            }
            Ok(found)
        })
        .await
    }

    async fn violations(&self) -> Result<Vec<HeldViolation>> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT id, violation FROM violations ORDER BY id")?;
            let mut rows = query.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(HeldViolation {
                    id: row.get(0)?,
                    violation: from_json("violation", &row.get::<_, String>(1)?)?,
                });
            }
            Ok(found)
        })
        .await
    }

    async fn held_complaints(&self) -> Result<Vec<HeldComplaint>> {
        self.read(complaints::held).await
    }

    async fn complaints(&self, filter: ComplaintFilter) -> Result<Vec<ComplaintCase>> {
        self.read(move |db| complaints::list(db, filter)).await
    }

    async fn complaint(&self, what: &str) -> Result<Option<ComplaintCase>> {
        let what = what.to_owned();
        self.read(move |db| complaints::find(db, &what)).await
    }

    async fn tie_complaint(&self, complaint: i64, lead: LeadId, about: bool, by: &str) -> Result<Acted> {
        let (by, now) = (by.to_owned(), self.now_ms());
        self.write(move |db| complaints::tie(db, complaint, lead, about, &by, now)).await
    }

    async fn answer_complaint(&self, complaint: i64, answer: Answer) -> Result<Acted> {
        let now = self.now_ms();
        self.write(move |db| complaints::answer(db, complaint, &answer, now)).await
    }
}

fn add(db: &Connection, import: NewImport, rows: &NewRows, refused: usize, now: i64) -> Result<Option<Added>> {
    if imports::find(db, import.kind, &import.sha256)?.is_some() {
        return Ok(None);
    }
    let id = imports::insert(db, &import, None)?;
    let mut known = Vec::new();
    match rows {
        NewRows::Institutions(rows) => {
            let mut insert = db.prepare_cached(
                "INSERT INTO institutions(import, sheet, row, key, name, institution) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for Numbered { place, value } in rows {
                let json = to_json("institution", value)?;
                insert.execute(params![id, place.sheet, place.row, value.key(), value.name, json])?;
            }
        }
        NewRows::Violations(rows) => {
            let mut seen = db.prepare_cached("SELECT import, sheet, row FROM violations WHERE key = ?1")?;
            let mut insert = db.prepare_cached(
                "INSERT INTO violations(import, sheet, row, key, decided_on, violation) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for Numbered { place, value } in rows {
                let key = value.key();
                if let Some(where_before) = before(&mut seen, &key)? {
                    seen_again(db, id, ("violations", &key), place)?;
                    known.push((place.clone(), where_before));
                    continue;
                }
                let json = to_json("violation", value)?;
                insert.execute(params![id, place.sheet, place.row, key, value.decided_on.to_string(), json])?;
            }
        }
        NewRows::Complaints { rows, answer_days } => {
            let mut seen = db.prepare_cached("SELECT import, sheet, row FROM complaints WHERE number = ?1")?;
            for row in rows {
                match before(&mut seen, &row.value.number)? {
                    Some(where_before) => {
                        seen_again(db, id, ("complaints", &row.value.number), &row.place)?;
                        known.push((row.place.clone(), where_before));
                    }
                    None => complaints::insert(db, id, row, *answer_days, &import.by)?,
                }
            }
        }
    }
    let stored = rows.len() - known.len();
    let record = ImportRecord { id, import, sweep: None };
    imports::count(db, &record, [stored, known.len(), refused], now)?;
    mark_stale(db)?;
    Ok(Some(Added { record, stored, known }))
}

/// What is known of any lead may have changed: the next refresh ranks them again.
fn mark_stale(db: &Connection) -> Result<()> {
    db.prepare_cached("UPDATE leads SET ranked_on = '' WHERE live = 1 AND ranked_on <> ''")?.execute([])?;
    Ok(())
}

/// Where a row with this key was stored before.
fn before(seen: &mut rusqlite::CachedStatement<'_>, key: &str) -> Result<Option<String>> {
    let found = seen
        .query_row([key], |row| {
            let place = RowPlace { sheet: row.get(1)?, row: row.get(2)? };
            Ok(format!("导入 {} {}", row.get::<_, i64>(0)?, place.zh()))
        })
        .optional()?;
    Ok(found)
}

fn seen_again(db: &Connection, import: i64, (kind, key): (&str, &str), place: &RowPlace) -> Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO seen_again(import, kind, key, sheet, row) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![import, kind, key, place.sheet, place.row])?;
    Ok(())
}

/// Hands rows of an import to the oldest other import that had them too.
fn pass_on(db: &Connection, import: i64) -> Result<()> {
    for (table, key) in [("violations", "key"), ("complaints", "number")] {
        db.prepare_cached(&format!(
            "UPDATE {table} SET import = s.import, sheet = s.sheet, row = s.row
             FROM (SELECT key, min(import) AS import, sheet, row FROM seen_again WHERE kind = '{table}' GROUP BY key) AS s
             WHERE {table}.import = ?1 AND {table}.{key} = s.key"
        ))?
        .execute([import])?;
        db.prepare_cached(&format!(
            "DELETE FROM seen_again WHERE kind = '{table}'
             AND EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = seen_again.key AND t.import = seen_again.import)"
        ))?
        .execute([])?;
    }
    Ok(())
}

fn undo(db: &Connection, import: i64, by: &str, now: i64) -> Result<Undone> {
    let found = db
        .prepare_cached("SELECT kind, file, undone_ms, undone_by FROM imports WHERE id = ?1")?
        .query_row([import], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        })
        .optional()?;
    let Some((kind, file, undone_ms, undone_by)) = found else { return Ok(Undone::Missing) };
    if let Some(at) = undone_ms {
        return Ok(Undone::Already { at: timestamp(at), by: undone_by.unwrap_or_default() });
    }
    if kind == ImportKind::Capture.code() {
        return Ok(Undone::Evidence);
    }
    if kind == ImportKind::Feedback.code() {
        return Ok(Undone::Answers);
    }
    let used = complaints::in_use(db, import)?;
    if !used.is_empty() {
        return Ok(Undone::InUse(used));
    }
    db.prepare_cached("DELETE FROM seen_again WHERE import = ?1")?.execute([import])?;
    pass_on(db, import)?;
    let mut removed = 0;
    db.prepare_cached("DELETE FROM complaint_leads WHERE complaint IN (SELECT id FROM complaints WHERE import = ?1)")?
        .execute([import])?;
    for table in ["institutions", "violations", "complaints"] {
        removed += db.prepare_cached(&format!("DELETE FROM {table} WHERE import = ?1"))?.execute([import])?;
    }
    db.prepare_cached("UPDATE imports SET undone_ms = ?2, undone_by = ?3 WHERE id = ?1")?
        .execute(params![import, now, by])?;
    let details = json!({"kind": kind, "file": file, "rows": removed});
    let act = Act { who: by.to_owned(), kind: AuditKind::ImportUndone, object: format!("import {import}"), details };
    audit::append(db, &act, now)?;
    mark_stale(db)?;
    Ok(Undone::Removed(removed))
}
