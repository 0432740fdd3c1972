//! Why is nothing happening, and when will it? What `status` asks of the frontier.

use super::NEVER;
use crate::{
    domain::{HostKey, SweepId},
    store::{HostState, PageReport, Result, SourceState, Tally, Unfetched, sqlite::timestamp},
};
use rusqlite::{Connection, params};
use std::time::Duration;

pub(super) fn hosts(db: &Connection, now: i64) -> Result<Vec<HostState>> {
    let mut query = db.prepare(
        "SELECT key, not_before_ms, blocked_until_ms, blocked_reason, coalesce(robots_kind, 'not asked yet') || coalesce(' ' || robots_note, ''),
                crawl_delay_ms, latency_ms FROM hosts ORDER BY key",
    )?;
    let rows = query.query_map([], |row| {
        let (until, delay): (i64, i64) = (row.get(2)?, row.get(5)?);
        let robots: String = row.get(4)?;
        Ok(HostState {
            host: HostKey::from_stored(row.get::<_, String>(0)?),
            not_before: timestamp(row.get(1)?),
            blocked: (until > now).then_some((timestamp(until), row.get(3)?)),
            robots: if delay > 0 { format!("{robots}, Crawl-delay {delay} ms") } else { robots },
            latency: Duration::from_millis(row.get::<_, i64>(6)?.unsigned_abs()),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) fn pages(db: &Connection, sweep: Option<SweepId>) -> Result<Vec<PageReport>> {
    let mut query = db.prepare(
        "SELECT s.id, p.state, p.outcome, p.reason, count(*), min(p.url) FROM pages p JOIN turns t ON t.id = p.turn JOIN sources s ON s.no = t.source
         WHERE ?1 IS NULL OR t.sweep = ?1 GROUP BY s.id, p.state, p.outcome, p.reason ORDER BY s.id, p.state, count(*) DESC, p.reason",
    )?;
    let rows = query.query_map([sweep.map(|id| id.0)], |row| {
        Ok(PageReport {
            source: row.get(0)?,
            state: row.get(1)?,
            outcome: row.get(2)?,
            reason: row.get(3)?,
            pages: row.get::<_, i64>(4)?.unsigned_abs(),
            example: row.get(5)?,
        })
    })?;
    let mut reports: Vec<PageReport> = rows.collect::<std::result::Result<_, _>>()?;
    let mut query = db.prepare(
        "SELECT s.id, h.shape, h.dropped FROM shapes h JOIN sources s ON s.no = h.source
         WHERE h.dropped > 0 AND (?1 IS NULL OR h.sweep = ?1) ORDER BY s.id, h.dropped DESC",
    )?;
    let dropped = query.query_map([sweep.map(|id| id.0)], |row| {
        Ok(PageReport {
            source: row.get(0)?,
            state: "not remembered".into(),
            outcome: "dropped".into(),
            reason: "the pattern brought nothing new for too long, or the sweep's page budget is spent".into(),
            pages: row.get::<_, i64>(2)?.unsigned_abs(),
            example: row.get(1)?,
        })
    })?;
    for report in dropped {
        reports.push(report?);
    }
    Ok(reports)
}

pub(super) fn tallies(db: &Connection, source: &str, limit: u32) -> Result<Vec<(SweepId, Tally)>> {
    let mut query = db.prepare(
        "SELECT t.sweep, t.pages, t.lists, t.found, t.listings, t.titled, t.bodied, t.authored, t.priced, t.placed, t.dated, t.walls, t.failures,
                t.gone, t.unchanged, t.empties, t.contacted
         FROM tallies t JOIN sources s ON s.no = t.source WHERE s.id = ?1 ORDER BY t.sweep DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![source, limit], |row| {
        let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
        let tally = Tally {
            pages: count(1)?,
            lists: count(2)?,
            found: count(3)?,
            listings: count(4)?,
            titled: count(5)?,
            bodied: count(6)?,
            authored: count(7)?,
            priced: count(8)?,
            placed: count(9)?,
            dated: count(10)?,
            walls: count(11)?,
            failures: count(12)?,
            gone: count(13)?,
            unchanged: count(14)?,
            empties: count(15)?,
            contacted: count(16)?,
        };
        Ok((SweepId(row.get(0)?), tally))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) fn unfetched(db: &Connection, source: Option<&str>, limit: u32) -> Result<Vec<Unfetched>> {
    let mut query = db.prepare(
        "SELECT s.id, p.url, p.state, CASE WHEN p.reason <> '' THEN p.reason WHEN p.state = 'leased' THEN 'being asked'
                  WHEN s.quarantine <> '' THEN 'source in quarantine: ' || s.quarantine ELSE 'waits for its turn' END,
                max(p.due_ms, CASE WHEN t.ready_ms < ?3 THEN t.ready_ms ELSE 0 END)
         FROM pages p JOIN turns t ON t.id = p.turn JOIN sources s ON s.no = t.source
         WHERE p.state <> 'done' AND (?1 IS NULL OR s.id = ?1) ORDER BY s.id, p.state, p.id LIMIT ?2",
    )?;
    let rows = query.query_map(params![source, limit, NEVER], |row| {
        let state: String = row.get(2)?;
        let due: i64 = row.get(4)?;
        Ok(Unfetched {
            source: row.get(0)?,
            url: row.get(1)?,
            due: (state != "aside").then(|| timestamp(due)),
            state,
            reason: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) fn sources(db: &Connection, now: i64) -> Result<Vec<SourceState>> {
    let (day, midnight, _) = super::claim::shanghai(now);
    let mut query = db.prepare(
        "SELECT s.no, s.id, s.quarantine, s.daily_budget - CASE WHEN s.day = ?1 THEN s.used ELSE 0 END, s.last_error_ms, s.last_error_url, s.last_error,
                (SELECT count(*) FROM pages p JOIN turns t ON t.id = p.turn WHERE t.source = s.no AND p.state IN ('pending', 'later', 'leased')),
                (SELECT count(*) FROM pages p JOIN turns t ON t.id = p.turn WHERE t.source = s.no AND p.state = 'aside')
                  + (SELECT coalesce(sum(dropped), 0) FROM shapes h WHERE h.source = s.no)
         FROM sources s ORDER BY s.id",
    )?;
    let mut rows = query.query([&day])?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let quarantine: String = row.get(2)?;
        let budget_left: i64 = row.get(3)?;
        let pending: i64 = row.get(7)?;
        let last_error = match row.get::<_, Option<i64>>(4)? {
            Some(at) => Some((timestamp(at), row.get(5)?, row.get(6)?)),
            None => None,
        };
        let quiet = super::claim::quiet_until(db, number, now)?;
        let hosts = host_waits(db, number)?;
        let free = hosts.iter().map(|wait| wait.free_ms).min().unwrap_or(now);
        let resting = hosts.iter().filter(|wait| wait.blocked_ms > now).min_by_key(|wait| wait.blocked_ms);
        let open = hosts.is_empty() || hosts.iter().any(|wait| wait.blocked_ms <= now);
        let wake = free.max(now).max(quiet.unwrap_or(0)).max(if budget_left <= 0 { midnight } else { 0 });
        let (state, why) = match resting {
            _ if !quarantine.is_empty() => ("quarantined", quarantine.clone()),
            Some(wait) if !open => ("blocked", wait.blocked_reason.clone()),
            _ if pending == 0 => ("drained", String::new()),
            _ if budget_left <= 0 => ("budget", "today's requests are used up".into()),
            _ if quiet.is_some() => ("quiet", "quiet hours of the source".into()),
            _ if free > now => ("waiting", "the host's delay has not passed".into()),
            _ => ("ready", String::new()),
        };
        states.push(SourceState {
            source: row.get(1)?,
            state: state.into(),
            why,
            next_wakeup: (pending > 0 && quarantine.is_empty()).then(|| timestamp(wake)),
            budget_left: u32::try_from(budget_left.max(0)).unwrap_or(u32::MAX),
            pending: pending.unsigned_abs(),
            not_fetched: row.get::<_, i64>(8)?.unsigned_abs(),
            last_error,
            robots: hosts.into_iter().map(|wait| wait.robots).collect(),
        });
    }
    Ok(states)
}

/// What holds one host of a source back.
struct HostWait {
    free_ms: i64,
    blocked_ms: i64,
    blocked_reason: String,
    robots: String,
}

fn host_waits(db: &Connection, source: i64) -> Result<Vec<HostWait>> {
    let mut query = db.prepare_cached(
        "SELECT DISTINCT h.id, max(h.not_before_ms, h.blocked_until_ms, coalesce(a.not_before_ms, 0), coalesce(a.blocked_until_ms, 0),
                  coalesce(o.not_before_ms, 0), coalesce(o.blocked_until_ms, 0)),
                max(h.blocked_until_ms, coalesce(o.blocked_until_ms, 0)),
                CASE WHEN h.blocked_until_ms >= coalesce(o.blocked_until_ms, 0) THEN h.blocked_reason ELSE o.blocked_reason END,
                h.key || ': ' || coalesce(h.robots_kind, 'not asked yet') || coalesce(' ' || h.robots_note, '')
                  || CASE WHEN h.crawl_delay_ms > 0 THEN ', Crawl-delay ' || h.crawl_delay_ms || ' ms' ELSE '' END
         FROM turns t JOIN hosts h ON h.id = t.host JOIN sources s ON s.no = t.source
           LEFT JOIN gates a ON a.id = h.address LEFT JOIN gates o ON o.id = s.operator
         WHERE t.source = ?1 ORDER BY h.id",
    )?;
    let rows = query.query_map([source], |row| {
        Ok(HostWait { free_ms: row.get(1)?, blocked_ms: row.get(2)?, blocked_reason: row.get(3)?, robots: row.get(4)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
