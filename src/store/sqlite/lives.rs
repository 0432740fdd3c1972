//! Rows of `lead_life`: what the queue reads and writes of one lead.

use super::{from_json, timestamp, to_json};
use crate::{
    domain::{DismissReason, Epoch, LeadId, LeadState, Outcome},
    leads::lifecycle::{Holding, Life, Subject},
    store::{Result, StoreError},
};
use rusqlite::{Connection, Row, params};
use std::{collections::BTreeMap, str::FromStr};

/// A lead with its row, or when it was first seen where it has none.
const CURRENT: &str = "SELECT l.id, l.county, coalesce(
      (SELECT min(at_ms) FROM lead_events e WHERE e.lead = l.id), (SELECT min(first_seen_ms) FROM listings i WHERE i.lead = l.id), ?1),
    f.state, f.since_ms, f.due_ms, f.assignee, f.lease_until_ms, f.epoch, f.proposed_by, f.approved_by, f.complex, f.dismissed, f.outcome,
    f.measures
  FROM leads l LEFT JOIN lead_life f ON f.lead = l.id
  WHERE l.merged_into IS NULL AND l.lead <> '' AND (l.live = 1 OR f.lead IS NOT NULL)";

/// A lead as it is stored; `None` when there is no such lead.
pub(super) fn load(db: &Connection, lead: LeadId, now_ms: i64) -> Result<Option<(Subject, Life)>> {
    let mut query = db.prepare_cached(&format!("{CURRENT} AND l.id = ?2"))?;
    let mut rows = query.query(params![now_ms, lead.0])?;
    rows.next()?.map(read).transpose()
}

/// Every lead.
pub(super) fn all(db: &Connection, now_ms: i64) -> Result<BTreeMap<LeadId, Life>> {
    let mut query = db.prepare_cached(CURRENT)?;
    let mut rows = query.query([now_ms])?;
    let mut lives = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (about, life) = read(row)?;
        lives.insert(about.lead, life);
    }
    Ok(lives)
}

/// Leads whose lease is over.
pub(super) fn over(db: &Connection, now_ms: i64) -> Result<Vec<LeadId>> {
    let mut query =
        db.prepare_cached("SELECT lead FROM lead_life WHERE lease_until_ms <= ?1 ORDER BY lease_until_ms, lead")?;
    let rows = query.query_map([now_ms], |row| row.get(0).map(LeadId))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Keeps a life, and the state where lists of leads look for it.
pub(super) fn save(db: &Connection, lead: LeadId, life: &Life) -> Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO lead_life(lead, state, since_ms, due_ms, assignee, lease_until_ms, epoch, proposed_by, approved_by,
                                          complex, dismissed, outcome, measures)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        lead.0,
        life.state.code(),
        life.since.as_millisecond(),
        life.due.map(jiff::Timestamp::as_millisecond),
        life.lease.as_ref().map(|lease| lease.holder.as_str()),
        life.lease.as_ref().map(|lease| lease.until.as_millisecond()),
        life.epoch.0,
        life.proposed_by,
        life.approved_by,
        life.complex,
        life.dismissed.map(DismissReason::code),
        life.outcome.map(Outcome::code),
        to_json("measures", &life.measures)?,
    ])?;
    db.prepare_cached("UPDATE leads SET state = ?2 WHERE id = ?1")?.execute(params![lead.0, life.state.code()])?;
    Ok(())
}

/// What is kept of a lead that was ever moved, wherever its listings are.
pub(super) fn stored(db: &Connection, lead: LeadId) -> Result<Option<Life>> {
    let mut query = db.prepare_cached(
        "SELECT lead, '', since_ms, state, since_ms, due_ms, assignee, lease_until_ms, epoch, proposed_by, approved_by, complex, dismissed,
                outcome, measures FROM lead_life WHERE lead = ?1",
    )?;
    let mut rows = query.query([lead.0])?;
    Ok(rows.next()?.map(read).transpose()?.map(|(_, life)| life))
}

/// Ends the life of a lead that went into another; should it come back, it is new.
pub(super) fn end(db: &Connection, lead: LeadId) -> Result<()> {
    db.prepare_cached("DELETE FROM lead_life WHERE lead = ?1")?.execute([lead.0])?;
    db.prepare_cached("UPDATE leads SET state = 'new' WHERE id = ?1")?.execute([lead.0])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<(Subject, Life)> {
    let about = Subject { lead: LeadId(row.get(0)?), county: row.get(1)? };
    let Some(state) = row.get::<_, Option<String>>(3)? else {
        return Ok((about, Life::fresh(timestamp(row.get(2)?))));
    };
    let lease = row.get::<_, Option<String>>(6)?.zip(row.get::<_, Option<i64>>(7)?);
    let life = Life {
        state: code::<LeadState>("state of a lead", &state)?,
        since: timestamp(row.get(4)?),
        due: row.get::<_, Option<i64>>(5)?.map(timestamp),
        lease: lease.map(|(holder, until)| Holding { holder, until: timestamp(until) }),
        epoch: Epoch(row.get(8)?),
        proposed_by: row.get(9)?,
        approved_by: row.get(10)?,
        complex: row.get(11)?,
        dismissed: row.get::<_, Option<String>>(12)?.map(|text| code("dismissal", &text)).transpose()?,
        outcome: row.get::<_, Option<String>>(13)?.map(|text| code("outcome", &text)).transpose()?,
        measures: from_json("measures", &row.get::<_, String>(14)?)?,
    };
    Ok((about, life))
}

fn code<T: FromStr<Err: std::fmt::Display>>(column: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|error: T::Err| StoreError::Damaged { column, source: serde::de::Error::custom(error) })
}
