//! The audit log in SQLite.

use super::{SqliteStore, from_json, timestamp, to_json};
use crate::{
    domain::{Act, AuditEntry},
    evidence::{AuditBreak, AuditHead, AuditRow, AuditWalk},
    store::{Audit, AuditFilter, Result, Watched},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

const COLUMNS: &str = "sequence, at_ms, who, kind, object, details, previous, hash";

/// Writes an act down in the caller's transaction.
pub(super) fn append(db: &Connection, act: &Act, now_ms: i64) -> Result<AuditEntry> {
    let (entries, previous): (i64, String) = db
        .prepare_cached("SELECT entries, hash FROM audit_head")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut row = AuditRow {
        sequence: entries + 1,
        at_ms: now_ms,
        who: act.who.clone(),
        kind: act.kind.code().to_owned(),
        object: act.object.clone(),
        details: to_json("details", &act.details)?,
        previous,
        hash: String::new(),
    };
    row.hash = row.computed_hash();
    db.prepare_cached(
        "INSERT INTO audit(sequence, at_ms, who, kind, object, details, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![row.sequence, row.at_ms, row.who, row.kind, row.object, row.details, row.previous, row.hash])?;
    entry(row)
}

/// Writes a change down in the caller's transaction; the first sight of a thing is a change from nothing.
pub(super) fn watch(db: &Connection, who: &str, seen: &Watched, now_ms: i64) -> Result<bool> {
    let before: Option<String> = db
        .prepare_cached("SELECT value FROM last_seen WHERE name = ?1")?
        .query_row([seen.name], |row| row.get(0))
        .optional()?;
    if before.as_deref() == Some(seen.digest.as_str()) {
        return Ok(false);
    }
    db.prepare_cached(
        "INSERT INTO last_seen(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    )?
    .execute([seen.name, seen.digest.as_str()])?;
    let details = json!({"from": before, "to": seen.digest, "details": seen.details});
    append(db, &Act { who: who.to_owned(), kind: seen.kind, object: seen.name.to_owned(), details }, now_ms)?;
    Ok(true)
}

#[async_trait]
impl Audit for SqliteStore {
    async fn append(&self, act: Act) -> Result<AuditEntry> {
        let now = self.now_ms();
        self.write_beside(move |db| append(db, &act, now)).await
    }

    async fn watch(&self, who: &str, seen: Watched) -> Result<bool> {
        let (who, now) = (who.to_owned(), self.now_ms());
        self.write_beside(move |db| watch(db, &who, &seen, now)).await
    }

    async fn entries(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>> {
        self.read(move |db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM audit WHERE sequence > ?1 AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR kind = ?3)
                 ORDER BY sequence LIMIT ?4"
            ))?;
            let since = filter.since.map(jiff::Timestamp::as_millisecond);
            let mut rows =
                query.query(params![filter.after, since, filter.kind.map(crate::domain::AuditKind::code), filter.limit])?;
            let mut found = Vec::new();
            while let Some(columns) = rows.next()? {
                found.push(entry(read_row(columns)?)?);
            }
            Ok(found)
        })
        .await
    }

    async fn verify(&self) -> Result<std::result::Result<AuditHead, AuditBreak>> {
        self.read(move |db| {
            // One snapshot, because a sweep may go on meanwhile.
            let snapshot = db.unchecked_transaction()?;
            let mut walk = AuditWalk::default();
            let mut query = snapshot.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY sequence"))?;
            let mut rows = query.query([])?;
            while let Some(columns) = rows.next()? {
                if let Err(broken) = walk.step(&read_row(columns)?) {
                    return Ok(Err(broken));
                }
            }
            let head: Option<(i64, String)> = snapshot
                .query_row("SELECT entries, hash FROM audit_head", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (entries, hash) = head.unwrap_or_default();
            Ok(walk.finish(entries, &hash))
        })
        .await
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        sequence: row.get(0)?,
        at_ms: row.get(1)?,
        who: row.get(2)?,
        kind: row.get(3)?,
        object: row.get(4)?,
        details: row.get(5)?,
        previous: row.get(6)?,
        hash: row.get(7)?,
    })
}

fn entry(row: AuditRow) -> Result<AuditEntry> {
    Ok(AuditEntry {
        sequence: row.sequence,
        at: timestamp(row.at_ms),
        who: row.who,
        kind: from_json("audit kind", &Value::from(row.kind).to_string())?,
        object: row.object,
        details: from_json("audit details", &row.details)?,
        previous: row.previous,
        hash: row.hash,
    })
}
