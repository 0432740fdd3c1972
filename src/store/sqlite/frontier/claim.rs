//! Whose turn it is.

use crate::{
    domain::{Epoch, HostKey, PageId, PageRole, Request, SourceId, SweepId, UrlKey, beijing},
    store::{Claim, Lease, NewPage, Result, sqlite::timestamp},
};
use jiff::ToSpan;
use rusqlite::{Connection, Row, params};

/// Midnight that ends the day of `now` in Asia/Shanghai, and the day's name.
pub(super) fn shanghai_day(now: i64) -> (String, i64) {
    let zoned = beijing(timestamp(now));
    let next =
        zoned.date().checked_add(1.day()).ok().and_then(|day| day.to_zoned_datetime(zoned.time_zone().clone()).ok());
    (zoned.date().to_string(), next.map_or(now + 24 * 3600 * 1000, |at| at.timestamp().as_millisecond()))
}

pub(super) fn claim(db: &Connection, sweep: SweepId, now: i64, lease_end: i64) -> Result<Claim> {
    let (day, midnight) = shanghai_day(now);
    let mut hosts = db.prepare_cached(
        "SELECT h.id, max(h.not_before_ms, h.blocked_until_ms, h.leased_until_ms) AS free_ms FROM hosts h
         WHERE EXISTS (SELECT 1 FROM pages p WHERE p.sweep = ?1 AND p.state = 'pending' AND p.host = h.id) ORDER BY free_ms, h.id",
    )?;
    let mut candidates = db.prepare_cached(
        "SELECT p.id, p.url, p.post_body, p.source, p.role, p.canonical, p.depth, p.hops, p.priority, p.attempts, p.epoch, h.key,
                p.due_ms, s.min_delay_ms, CASE WHEN s.day = ?4 THEN s.used ELSE 0 END, s.daily_budget
         FROM pages p JOIN hosts h ON h.id = p.host JOIN sources s ON s.id = p.source
         WHERE p.sweep = ?1 AND p.state = 'pending' AND p.host = ?2
         ORDER BY p.due_ms > ?3, p.priority DESC, p.id LIMIT 1",
    )?;
    let mut earliest: Option<i64> = None;
    let mut rows = hosts.query([sweep.0])?;
    while let Some(row) = rows.next()? {
        let (host, free): (i64, i64) = (row.get(0)?, row.get(1)?);
        if free > now {
            earliest = Some(earliest.map_or(free, |at| at.min(free)));
            break;
        }
        let mut found = candidates.query(params![sweep.0, host, now, day])?;
        let Some(page) = found.next()? else { continue };
        let due: i64 = page.get(12)?;
        let (used, budget): (i64, i64) = (page.get(14)?, page.get(15)?);
        let ready = if used >= budget { midnight } else { due };
        if ready > now {
            earliest = Some(earliest.map_or(ready, |at| at.min(ready)));
            continue;
        }
        let lease = read_lease(page, sweep)?;
        let delay: i64 = page.get(13)?;
        drop(found);
        db.prepare_cached(
            "UPDATE hosts SET delay_ms = ?2, not_before_ms = max(not_before_ms, ?3 + max(?2, crawl_delay_ms)), leased_until_ms = ?4 WHERE id = ?1",
        )?
        .execute(params![host, delay, now, lease_end])?;
        db.prepare_cached(
            "UPDATE pages SET state = 'leased', epoch = ?2, attempts = ?3, lease_until_ms = ?4 WHERE id = ?1",
        )?
        .execute(params![lease.page.0, lease.epoch.0, lease.attempts, lease_end])?;
        db.prepare_cached(
            "UPDATE sources SET used = CASE WHEN day = ?2 THEN used + 1 ELSE 1 END, day = ?2 WHERE id = ?1",
        )?
        .execute(params![lease.what.source.0, day])?;
        return Ok(Claim::Granted(Box::new(lease)));
    }
    drop(rows);
    claim_expired(db, sweep, now, earliest)
}

/// Nothing to grant: takes back leases that ran out, and says when to come again.
fn claim_expired(db: &Connection, sweep: SweepId, now: i64, earliest: Option<i64>) -> Result<Claim> {
    let freed = db
        .prepare_cached("UPDATE pages SET state = 'pending', epoch = epoch + 1 WHERE state = 'leased' AND sweep = ?1 AND lease_until_ms <= ?2")?
        .execute(params![sweep.0, now])?;
    if freed > 0 {
        return Ok(Claim::Wait(timestamp(now)));
    }
    let leased: Option<i64> = db
        .prepare_cached("SELECT min(lease_until_ms) FROM pages WHERE state = 'leased' AND sweep = ?1")?
        .query_row([sweep.0], |row| row.get(0))?;
    Ok(match (earliest, leased) {
        (None, None) => Claim::Drained,
        (one, other) => Claim::Wait(timestamp(one.unwrap_or(i64::MAX).min(other.unwrap_or(i64::MAX)))),
    })
}

fn read_lease(row: &Row<'_>, sweep: SweepId) -> Result<Lease> {
    let role: String = row.get(4)?;
    let attempts: u32 = row.get(9)?;
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
    })
}
