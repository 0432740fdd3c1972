//! Whose turn it is: the host that has waited longest, when its own clock, its address, its operator, its source's budget and
//! the hour of the day all allow it.

use super::NEVER;
use crate::{
    domain::{CaptureId, Epoch, HostKey, PageId, PageRole, QuietHours, Request, SourceId, SweepId, UrlKey, beijing},
    store::{Claim, Lease, NewPage, Previous, Result, sqlite::timestamp},
};
use jiff::ToSpan;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Hosts behind one address take turns with at least this between them, in milliseconds: they may share one machine. A
/// loopback address is this machine's own and needs no such care.
const ADDRESS_GAP_MS: i64 = 1000;
/// A host that takes longer than this to answer is under load, and is given several times as long to recover.
const SLOW_MS: i64 = 500;
/// How many times as long (the factor that Heritrix, the Internet Archive's crawler, waits by default).
const SLOW_FACTOR: i64 = 5;

/// Midnight that ends the day of `now` in Asia/Shanghai, the day's name, and the minute of the day.
pub(super) fn shanghai(now: i64) -> (String, i64, u16) {
    let zoned = beijing(timestamp(now));
    let next =
        zoned.date().checked_add(1.day()).ok().and_then(|day| day.to_zoned_datetime(zoned.time_zone().clone()).ok());
    let minute = u16::from(zoned.hour().unsigned_abs()) * 60 + u16::from(zoned.minute().unsigned_abs());
    (zoned.date().to_string(), next.map_or(now + 24 * 3600 * 1000, |at| at.timestamp().as_millisecond()), minute)
}

/// One host's turn for one source, with everything that may hold it back.
struct Turn {
    id: i64,
    host: i64,
    source: i64,
    address: Option<i64>,
    operator: Option<i64>,
    /// The least wait after this request.
    delay_ms: i64,
    loopback: bool,
    /// When everything allows a request.
    free_ms: i64,
}

const TURN: &str = "SELECT t.id, t.host, t.source, h.address, s.operator, max(s.min_delay_ms, h.crawl_delay_ms), h.latency_ms,
       max(h.not_before_ms, h.blocked_until_ms, h.leased_until_ms, coalesce(a.not_before_ms, 0), coalesce(a.blocked_until_ms, 0),
           coalesce(o.not_before_ms, 0), coalesce(o.blocked_until_ms, 0)),
       CASE WHEN s.day = ?3 THEN s.used ELSE 0 END, s.daily_budget, s.quiet, s.quarantine <> '', h.key LIKE '%://127.%'
     FROM turns t JOIN hosts h ON h.id = t.host JOIN sources s ON s.no = t.source
       LEFT JOIN gates a ON a.id = h.address LEFT JOIN gates o ON o.id = s.operator
     WHERE t.sweep = ?1 AND t.ready_ms <= ?2 ORDER BY t.ready_ms, t.id LIMIT 1";

fn turn(row: &Row<'_>, midnight: i64, minute: u16, now: i64) -> rusqlite::Result<Turn> {
    let latency: i64 = row.get(6)?;
    let slow = if latency >= SLOW_MS { latency * SLOW_FACTOR } else { 0 };
    let mut free_ms: i64 = row.get(7)?;
    let (used, budget): (i64, i64) = (row.get(8)?, row.get(9)?);
    if used >= budget {
        free_ms = free_ms.max(midnight);
    }
    free_ms = free_ms.max(quiet_end(row.get_ref(10)?.as_str()?, minute, now).unwrap_or(0));
    if row.get(11)? {
        free_ms = NEVER;
    }
    Ok(Turn {
        id: row.get(0)?,
        host: row.get(1)?,
        source: row.get(2)?,
        address: row.get(3)?,
        operator: row.get(4)?,
        delay_ms: row.get::<_, i64>(5)?.max(slow),
        loopback: row.get(12)?,
        free_ms,
    })
}

/// When the quiet hours end that hold now.
fn quiet_end(quiet: &str, minute: u16, now: i64) -> Option<i64> {
    let left = quiet.split(',').filter_map(|hours| hours.parse::<QuietHours>().ok()?.left(minute)).max()?;
    Some(now - now.rem_euclid(60_000) + i64::from(left) * 60_000)
}

/// When the quiet hours of a source end, if they hold now.
pub(super) fn quiet_until(db: &Connection, source: i64, now: i64) -> Result<Option<i64>> {
    let quiet: String =
        db.prepare_cached("SELECT quiet FROM sources WHERE no = ?1")?.query_row([source], |row| row.get(0))?;
    Ok(quiet_end(&quiet, shanghai(now).2, now))
}

pub(super) fn claim(db: &Connection, sweep: SweepId, now: i64, lease_end: i64) -> Result<Claim> {
    let (day, midnight, minute) = shanghai(now);
    let mut next = db.prepare_cached(TURN)?;
    loop {
        let found = next.query_row(params![sweep.0, now, day], |row| turn(row, midnight, minute, now)).optional()?;
        let Some(turn) = found else { return nothing(db, sweep, now) };
        if turn.free_ms > now {
            set_ready(db, turn.id, turn.free_ms)?;
            continue;
        }
        let Some(lease) = page(db, sweep, turn.id)? else {
            let later = wake_later(db, turn.id, now)?;
            set_ready(db, turn.id, later)?;
            continue;
        };
        reserve(db, &turn, &lease, now, lease_end, &day)?;
        return Ok(Claim::Granted(Box::new(lease)));
    }
}

fn set_ready(db: &Connection, turn: i64, ready: i64) -> Result<()> {
    db.prepare_cached("UPDATE turns SET ready_ms = ?2 WHERE id = ?1")?.execute(params![turn, ready])?;
    Ok(())
}

/// The most urgent page of a turn.
fn page(db: &Connection, sweep: SweepId, turn: i64) -> Result<Option<Lease>> {
    let lease = db
        .prepare_cached(
            "SELECT p.id, p.url, p.post_body, s.id, p.role, coalesce(p.key, p.url), p.depth, p.hops, p.priority, p.attempts, p.epoch, h.key,
                    v.etag, v.last_modified, v.payload_sha, v.seen_ms, v.capture
             FROM pages p JOIN turns t ON t.id = p.turn JOIN hosts h ON h.id = t.host JOIN sources s ON s.no = t.source
               LEFT JOIN visits v ON v.page = p.id
             WHERE p.turn = ?1 AND p.state = 'pending' ORDER BY p.priority DESC, p.id LIMIT 1",
        )?
        .query_row([turn], |row| lease(row, sweep))
        .optional()?;
    Ok(lease)
}

/// Brings back the pages of a turn whose time has come; says when it has something again.
fn wake_later(db: &Connection, turn: i64, now: i64) -> Result<i64> {
    let woken = db
        .prepare_cached("UPDATE pages SET state = 'pending' WHERE turn = ?1 AND state = 'later' AND due_ms <= ?2")?
        .execute(params![turn, now])?;
    if woken > 0 {
        return Ok(now);
    }
    let due: Option<i64> = db
        .prepare_cached("SELECT min(due_ms) FROM pages WHERE turn = ?1 AND state = 'later'")?
        .query_row([turn], |row| row.get(0))?;
    Ok(due.unwrap_or(NEVER))
}

/// Moves every clock forward before the request is made.
fn reserve(db: &Connection, turn: &Turn, lease: &Lease, now: i64, lease_end: i64, day: &str) -> Result<()> {
    db.prepare_cached(
        "UPDATE hosts SET delay_ms = ?2, not_before_ms = max(not_before_ms, ?3 + ?2), leased_until_ms = ?4 WHERE id = ?1",
    )?
    .execute(params![turn.host, turn.delay_ms, now, lease_end])?;
    let mut gate = db.prepare_cached("UPDATE gates SET not_before_ms = max(not_before_ms, ?2) WHERE id = ?1")?;
    if let Some(operator) = turn.operator {
        gate.execute(params![operator, now + turn.delay_ms])?;
    }
    if let Some(address) = turn.address.filter(|_| !turn.loopback) {
        gate.execute(params![address, now + turn.delay_ms.min(ADDRESS_GAP_MS)])?;
    }
    db.prepare_cached(
        "UPDATE pages SET state = 'leased', epoch = ?2, attempts = ?3, lease_until_ms = ?4 WHERE id = ?1",
    )?
    .execute(params![lease.page.0, lease.epoch.0, lease.attempts, lease_end])?;
    db.prepare_cached("UPDATE sources SET used = CASE WHEN day = ?2 THEN used + 1 ELSE 1 END, day = ?2 WHERE no = ?1")?
        .execute(params![turn.source, day])?;
    set_ready(db, turn.id, lease_end)
}

/// Nothing to grant: takes back leases that ran out, and says when to come again.
fn nothing(db: &Connection, sweep: SweepId, now: i64) -> Result<Claim> {
    let freed = db
        .prepare_cached(
            "UPDATE pages SET state = 'pending', epoch = epoch + 1 WHERE state = 'leased' AND lease_until_ms <= ?1 RETURNING turn",
        )?
        .query_map([now], |row| row.get(0))?
        .collect::<std::result::Result<Vec<i64>, _>>()?;
    for turn in &freed {
        set_ready(db, *turn, now)?;
    }
    if !freed.is_empty() {
        return Ok(Claim::Wait(timestamp(now)));
    }
    let ready: Option<i64> = db
        .prepare_cached("SELECT min(ready_ms) FROM turns WHERE sweep = ?1 AND ready_ms < ?2")?
        .query_row(params![sweep.0, NEVER], |row| row.get(0))?;
    let leased: Option<i64> = db
        .prepare_cached("SELECT min(lease_until_ms) FROM pages WHERE state = 'leased'")?
        .query_row([], |row| row.get(0))?;
    Ok(match (ready, leased) {
        (None, None) => Claim::Drained,
        (one, other) => Claim::Wait(timestamp(one.unwrap_or(NEVER).min(other.unwrap_or(NEVER)))),
    })
}

fn lease(row: &Row<'_>, sweep: SweepId) -> rusqlite::Result<Lease> {
    let role: String = row.get(4)?;
    let attempts: u32 = row.get(9)?;
    let previous = row.get::<_, Option<String>>(14)?.map(|payload_sha256| {
        Ok::<_, rusqlite::Error>(Previous {
            etag: row.get(12)?,
            last_modified: row.get(13)?,
            payload_sha256,
            seen: timestamp(row.get(15)?),
            capture: row.get::<_, Option<i64>>(16)?.map(CaptureId),
        })
    });
    Ok(Lease {
        page: PageId(row.get(0)?),
        sweep,
        epoch: Epoch(row.get::<_, i64>(10)? + 1),
        attempts: attempts + 1,
        what: NewPage {
            source: SourceId(row.get(3)?),
            role: PageRole::parse(&role).unwrap_or(PageRole::Detail),
            request: Request { url: row.get(1)?, post_body: row.get(2)? },
            key: UrlKey::from_stored(row.get::<_, String>(5)?),
            host: HostKey::from_stored(row.get::<_, String>(11)?),
            depth: row.get(6)?,
            hops: row.get(7)?,
            priority: row.get(8)?,
        },
        previous: previous.transpose()?,
    })
}
