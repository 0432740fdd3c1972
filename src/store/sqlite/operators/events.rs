//! The history of a lead: one row for everything that happened to it.

use super::Result;
use crate::{
    domain::LeadId,
    store::{
        LeadEvent, LeadEventKind,
        sqlite::{from_json, timestamp, to_json},
    },
};
use rusqlite::{Connection, params};
use serde_json::Value;

/// Adds a row in the caller's transaction; gives its number.
pub(in crate::store::sqlite) fn append(
    db: &Connection,
    lead: i64,
    who: &str,
    kind: LeadEventKind,
    details: &Value,
    now_ms: i64,
) -> Result<i64> {
    Ok(db
        .prepare_cached("INSERT INTO lead_events(lead, at_ms, who, kind, details) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert(params![lead, now_ms, who, kind.code(), to_json("details", details)?])?)
}

/// The history of a lead, oldest first.
pub(in crate::store::sqlite) fn list(db: &Connection, lead: i64) -> Result<Vec<LeadEvent>> {
    let mut query =
        db.prepare_cached("SELECT id, at_ms, who, kind, details FROM lead_events WHERE lead = ?1 ORDER BY id")?;
    let mut rows = query.query([lead])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(LeadEvent {
            number: row.get(0)?,
            lead: LeadId(lead),
            at: timestamp(row.get(1)?),
            who: row.get(2)?,
            kind: from_json("lead event", &Value::from(row.get::<_, String>(3)?).to_string())?,
            details: from_json("details", &row.get::<_, String>(4)?)?,
        });
    }
    Ok(found)
}
