//! What an attempt brought, in one transaction.

use super::{
    super::{listings, timestamp},
    put::put_pages,
};
use crate::{
    domain::{
        FetchOutcome, NextStep,
        outcome::{MAX_STRIKES, WALL_REST},
    },
    store::{Completion, Lease, Result},
};
use jiff::Timestamp;
use rusqlite::{Connection, params};

pub(super) fn complete(db: &Connection, lease: &Lease, completion: &Completion, now: i64) -> Result<bool> {
    let step = completion.outcome.next_step(lease.attempts, timestamp(now));
    let (state, due) = match step {
        NextStep::Done => ("done", now),
        NextStep::SetAside | NextStep::Strike => ("aside", now),
        NextStep::Again(at) => ("pending", at.as_millisecond()),
    };
    let held = db
        .prepare_cached(
            "UPDATE pages SET state = ?3, due_ms = ?4, outcome = ?5, reason = ?6, fetched_ms = CASE WHEN ?5 = 'fetched' THEN ?7 ELSE fetched_ms END
             WHERE id = ?1 AND epoch = ?2 AND state = 'leased'",
        )?
        .execute(params![lease.page.0, lease.epoch.0, state, due, completion.outcome.code(), completion.outcome.reason(), now])?;
    if held == 0 {
        return Ok(false);
    }
    db.prepare_cached(
        "UPDATE hosts SET leased_until_ms = 0, not_before_ms = max(not_before_ms, ?2 + max(delay_ms, crawl_delay_ms)) WHERE key = ?1",
    )?
    .execute(params![lease.what.host.as_str(), now])?;
    rest_host(db, lease, &completion.outcome, step, now)?;
    let capture = match &completion.capture {
        Some(capture) => Some(
            db.prepare_cached(
                "INSERT INTO captures(page, sweep, warc, offset, sha256, status, source, role, stored_ms, url, fetched_at, payload_sha256, refers_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .insert(params![
                lease.page.0, lease.sweep.0, capture.warc, i64::try_from(capture.offset).unwrap_or(i64::MAX), capture.sha256,
                capture.status, lease.what.source.0, lease.what.role.code(), now, capture.url, capture.fetched_at.to_string(),
                capture.payload_sha256, capture.refers_to.map(|id| id.0)
            ])?,
        ),
        None => None,
    };
    for listing in &completion.listings {
        listings::upsert(db, listing, capture, lease.sweep, now)?;
    }
    put_pages(db, lease.sweep, &completion.links, now)?;
    Ok(true)
}

/// Lets a host rest that asked for patience or kept showing walls; a page that came well clears the strikes.
fn rest_host(db: &Connection, lease: &Lease, outcome: &FetchOutcome, step: NextStep, now: i64) -> Result<()> {
    let host = lease.what.host.as_str();
    let until = match (outcome, step) {
        (FetchOutcome::Fetched { .. }, _) => {
            db.prepare_cached("UPDATE hosts SET strikes = 0 WHERE key = ?1 AND strikes > 0")?.execute([host])?;
            return Ok(());
        }
        (_, NextStep::Strike) => {
            let strikes: u32 = db.query_row(
                "UPDATE hosts SET strikes = strikes + 1 WHERE key = ?1 RETURNING strikes",
                [host],
                |row| row.get(0),
            )?;
            if strikes < MAX_STRIKES {
                return Ok(());
            }
            timestamp(now).checked_add(WALL_REST).unwrap_or(Timestamp::MAX)
        }
        (FetchOutcome::Deferred { until, .. }, _) => *until,
        _ => return Ok(()),
    };
    db.prepare_cached(
        "UPDATE hosts SET blocked_reason = CASE WHEN ?2 > blocked_until_ms THEN ?3 ELSE blocked_reason END, blocked_until_ms = max(blocked_until_ms, ?2) WHERE key = ?1",
    )?
    .execute(params![host, until.as_millisecond(), outcome.reason()])?;
    Ok(())
}
