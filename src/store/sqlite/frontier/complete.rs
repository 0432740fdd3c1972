//! What an attempt brought, in one transaction.

use super::{NEVER, put};
use crate::{
    domain::{
        FetchOutcome, Listing, NextStep, PageRole,
        outcome::{MAX_STRIKES, WALL_REST},
    },
    store::{
        Completion, Lease, Result, Visit,
        sqlite::{captures, listings, timestamp},
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use std::net::IpAddr;

/// Bounds of the time to a page's next visit: half a day and four weeks.
const SOONEST_MS: i64 = 12 * 3600 * 1000;
const LATEST_MS: i64 = 28 * 24 * 3600 * 1000;
/// A host that fails again and again waits twice as long each time, up to an hour.
const LONGEST_BACKOFF_MS: i64 = 3600 * 1000;

pub(super) fn complete(db: &Connection, lease: &Lease, completion: &Completion, now: i64) -> Result<bool> {
    let step = completion.outcome.next_step(lease.attempts, timestamp(now));
    let (state, due) = match step {
        NextStep::Done => ("done", now),
        NextStep::SetAside | NextStep::Strike => ("aside", now),
        NextStep::Again(at) => ("later", at.as_millisecond()),
    };
    let read = matches!(completion.outcome, FetchOutcome::Fetched { .. } | FetchOutcome::Unchanged);
    let held = db
        .prepare_cached(
            "UPDATE pages SET state = ?3, due_ms = ?4, outcome = ?5, reason = ?6, fetched_ms = CASE WHEN ?8 THEN ?7 ELSE fetched_ms END
             WHERE id = ?1 AND epoch = ?2 AND state = 'leased'",
        )?
        .execute(params![
            lease.page.0, lease.epoch.0, state, due, completion.outcome.code(), completion.outcome.reason(), now, read
        ])?;
    if held == 0 {
        return Ok(false);
    }
    let free = move_clock(db, lease, completion, now)?;
    wake(db, lease, free)?;
    rest(db, lease, &completion.outcome, step, now)?;
    let capture = completion.capture.as_ref().map(|capture| {
        let from = captures::From::Page(lease.page.0);
        captures::insert(db, from, lease.sweep, capture, (&lease.what.source, lease.what.role.code()), now)
    });
    let capture = capture.transpose()?;
    let mut fresh = 0_i64;
    for listing in &completion.listings {
        let place = listings::Place { capture, page: Some(lease.page.0), sweep: lease.sweep };
        fresh += i64::from(listings::upsert(db, listing, place, now)?);
    }
    match completion.outcome {
        FetchOutcome::Unchanged => listings::still_there(db, lease.page, lease.sweep, now)?,
        FetchOutcome::Gone { .. } => listings::gone(db, lease.page, lease.sweep, now)?,
        _ => {}
    }
    remember_visit(db, lease, completion, capture, now)?;
    let queued = put::put_pages(db, lease.sweep, &completion.links, now)?;
    tally(db, lease, completion, fresh + queued.listings.cast_signed(), now)?;
    Ok(true)
}

/// The host's clock after an answer; also learns how fast it is, and behind which address it stands.
fn move_clock(db: &Connection, lease: &Lease, completion: &Completion, now: i64) -> Result<i64> {
    let host = lease.what.host.as_str();
    let took = i64::try_from(completion.took.as_millis()).unwrap_or(i64::MAX / 16);
    let failed = matches!(completion.outcome, FetchOutcome::Failed { retry: true, .. });
    // A moving average that forgets slowly: three parts old, one part new.
    let free = db
        .prepare_cached(
            "UPDATE hosts SET leased_until_ms = 0,
               latency_ms = CASE WHEN ?3 = 0 THEN latency_ms WHEN latency_ms = 0 THEN ?3 ELSE (3 * latency_ms + ?3) / 4 END,
               failures = CASE WHEN ?4 THEN min(failures + 1, 20) ELSE 0 END,
               not_before_ms = max(not_before_ms, ?2 + CASE WHEN ?4 THEN min(max(delay_ms, 1) << min(failures + 1, 20), max(delay_ms, ?5)) ELSE delay_ms END)
             WHERE key = ?1 RETURNING not_before_ms",
        )?
        .query_row(params![host, now, took, failed, LONGEST_BACKOFF_MS], |row| row.get(0))?;
    if let Some(address) = completion.address.filter(|address| !address.is_loopback()) {
        stand_behind(db, host, address)?;
    }
    Ok(free)
}

fn stand_behind(db: &Connection, host: &str, address: IpAddr) -> Result<()> {
    let key = format!("address:{address}");
    db.prepare_cached("INSERT OR IGNORE INTO gates(key) VALUES (?1)")?.execute([&key])?;
    db.prepare_cached("UPDATE hosts SET address = (SELECT id FROM gates WHERE key = ?2) WHERE key = ?1")?
        .execute(params![host, key])?;
    Ok(())
}

/// The host's turns come when its clock allows; a turn without pages finds that out itself.
pub(super) fn wake(db: &Connection, lease: &Lease, free: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE turns SET ready_ms = ?2 WHERE host = (SELECT id FROM hosts WHERE key = ?1) AND ready_ms > ?2 AND ready_ms < ?3",
    )?
    .execute(params![lease.what.host.as_str(), free, NEVER])?;
    Ok(())
}

/// Lets a host rest that asked for patience or kept showing walls, with its operator; a page that came well clears the strikes.
fn rest(db: &Connection, lease: &Lease, outcome: &FetchOutcome, step: NextStep, now: i64) -> Result<()> {
    let host = lease.what.host.as_str();
    let until = match (outcome, step) {
        (FetchOutcome::Fetched { .. } | FetchOutcome::Unchanged, _) => {
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
    let values = params![host, until.as_millisecond(), outcome.reason()];
    db.prepare_cached(
        "UPDATE hosts SET blocked_reason = CASE WHEN ?2 > blocked_until_ms THEN ?3 ELSE blocked_reason END, blocked_until_ms = max(blocked_until_ms, ?2) WHERE key = ?1",
    )?
    .execute(values)?;
    // What one sub-site of a platform asks for holds for all of them.
    db.prepare_cached(
        "UPDATE gates SET blocked_reason = CASE WHEN ?2 > blocked_until_ms THEN ?3 ELSE blocked_reason END, blocked_until_ms = max(blocked_until_ms, ?2)
         WHERE id = (SELECT operator FROM sources WHERE id = ?1)",
    )?
    .execute(params![lease.what.source.0, until.as_millisecond(), outcome.reason()])?;
    Ok(())
}

/// Keeps what to compare the page with, and moves its next visit: sooner when it changed, later when it did not. A new
/// page starts with the pace that its source has shown.
fn remember_visit(
    db: &Connection,
    lease: &Lease,
    completion: &Completion,
    capture: Option<i64>,
    now: i64,
) -> Result<()> {
    let changed = match (&completion.visit, &lease.previous) {
        (Some(visit), Some(previous)) => Some(visit.payload_sha256 != previous.payload_sha256),
        (None, Some(_)) if completion.outcome == FetchOutcome::Unchanged => Some(false),
        _ => None,
    };
    if let Some(changed) = changed {
        let (numerator, denominator) = if changed { (1, 2) } else { (2, 1) };
        db.prepare_cached("UPDATE pages SET interval_ms = min(max(interval_ms * ?2 / ?3, ?4), ?5) WHERE id = ?1")?
            .execute(params![lease.page.0, numerator, denominator, SOONEST_MS, LATEST_MS])?;
        let percent = if changed { 90 } else { 105 };
        db.prepare_cached("UPDATE sources SET cadence_ms = min(max(cadence_ms * ?2 / 100, ?3), ?4) WHERE id = ?1")?
            .execute(params![lease.what.source.0, percent, SOONEST_MS, LATEST_MS])?;
    }
    // A page that could not be read is asked for whole next time: a 304 rests on an archive that may be gone.
    if matches!(completion.outcome, FetchOutcome::Failed { retry: false, .. }) {
        db.prepare_cached("DELETE FROM visits WHERE page = ?1")?.execute([lease.page.0])?;
        return Ok(());
    }
    let Some(Visit { etag, last_modified, payload_sha256 }) = &completion.visit else {
        if completion.outcome == FetchOutcome::Unchanged {
            db.prepare_cached("UPDATE visits SET seen_ms = ?2 WHERE page = ?1")?.execute(params![lease.page.0, now])?;
        }
        return Ok(());
    };
    db.prepare_cached(
        "INSERT INTO visits(page, etag, last_modified, payload_sha, capture, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT(page) DO UPDATE SET etag = ?2, last_modified = ?3, payload_sha = ?4, capture = coalesce(?5, capture), seen_ms = ?6",
    )?
    .execute(params![lease.page.0, etag, last_modified, payload_sha256, capture, now])?;
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Counts for the health of the source and for the yield of the address pattern.
fn tally(db: &Connection, lease: &Lease, completion: &Completion, fresh: i64, now: i64) -> Result<()> {
    let outcome = &completion.outcome;
    let list = matches!(lease.what.role, PageRole::Index | PageRole::Api);
    let read = matches!(outcome, FetchOutcome::Fetched { .. });
    let with = |has: fn(&Listing) -> bool| count(completion.listings.iter().filter(|listing| has(listing)).count());
    let found = completion.links.iter().filter(|link| matches!(link.role, PageRole::Detail | PageRole::Share)).count();
    let found = if list { found.max(completion.listings.len()) } else { 0 };
    db.prepare_cached(
        "INSERT INTO tallies(sweep, source, pages, lists, found, listings, titled, bodied, authored, priced, placed, dated, walls, failures, gone, unchanged, empties)
         SELECT ?1, no, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17 FROM sources WHERE id = ?2
         ON CONFLICT(sweep, source) DO UPDATE SET pages = pages + ?3, lists = lists + ?4, found = found + ?5, listings = listings + ?6,
           titled = titled + ?7, bodied = bodied + ?8, authored = authored + ?9, priced = priced + ?10, placed = placed + ?11,
           dated = dated + ?12, walls = walls + ?13, failures = failures + ?14, gone = gone + ?15, unchanged = unchanged + ?16, empties = empties + ?17",
    )?
    .execute(params![
        lease.sweep.0,
        lease.what.source.0,
        read,
        read && list,
        count(found),
        count(completion.listings.len()),
        with(|listing| !listing.title.is_empty()),
        with(|listing| !listing.body.is_empty()),
        with(|listing| listing.author.is_some()),
        with(|listing| listing.price.is_some()),
        with(|listing| listing.location.is_some()),
        with(|listing| listing.posted_at.is_some()),
        matches!(outcome, FetchOutcome::Blocked { .. }),
        matches!(outcome, FetchOutcome::Failed { retry: false, .. }),
        matches!(outcome, FetchOutcome::Gone { .. }),
        *outcome == FetchOutcome::Unchanged,
        read && list && found == 0,
    ])?;
    db.prepare_cached(
        "UPDATE shapes SET fetched = CASE WHEN sweep = ?2 THEN fetched + 1 ELSE 1 END,
           barren = CASE WHEN ?3 > 0 THEN 0 WHEN sweep = ?2 THEN barren + 1 ELSE 1 END, sweep = ?2
         WHERE id = (SELECT shape FROM pages WHERE id = ?1)",
    )?
    .execute(params![lease.page.0, lease.sweep.0, fresh])?;
    if let FetchOutcome::Failed { reason, .. }
    | FetchOutcome::Blocked { reason }
    | FetchOutcome::Deferred { reason, .. } = outcome
    {
        db.prepare_cached("UPDATE sources SET last_error = ?2, last_error_url = ?3, last_error_ms = ?4 WHERE id = ?1")?
            .execute(params![lease.what.source.0, reason, lease.what.request.url, now])?;
    }
    Ok(())
}
