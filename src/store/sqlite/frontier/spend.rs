//! One more request under a lease.

use super::claim::shanghai;
use crate::{
    domain::HostKey,
    store::{Lease, Result, Turn, sqlite::timestamp},
};
use rusqlite::{Connection, OptionalExtension, params};

/// When to ask again while another page holds the host.
const HELD_MS: i64 = 200;

struct Host {
    id: i64,
    not_before: i64,
    crawl_delay: i64,
    resting: i64,
    reason: String,
    leased: i64,
}

pub(super) fn spend(db: &Connection, lease: &Lease, key: &HostKey, now: i64) -> Result<Turn> {
    let held = db
        .prepare_cached("SELECT 1 FROM pages WHERE id = ?1 AND epoch = ?2 AND state = 'leased'")?
        .exists(params![lease.page.0, lease.epoch.0])?;
    if !held {
        return Ok(Turn::Refused("the lease was lost".into()));
    }
    let host = host(db, key, lease)?;
    if host.resting > now {
        return Ok(Turn::Refused(format!("{}; not before {}", host.reason, timestamp(host.resting))));
    }
    let (day, ..) = shanghai(now);
    let (delay, used, budget): (i64, i64, i64) = db
        .prepare_cached(
            "SELECT min_delay_ms, CASE WHEN day = ?2 THEN used ELSE 0 END, daily_budget FROM sources WHERE id = ?1",
        )?
        .query_row(params![lease.what.source.0, day], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if used >= budget {
        return Ok(Turn::Refused(format!("the source's {budget} requests of the day are used up")));
    }
    if *key != lease.what.host && host.leased > now {
        return Ok(Turn::Wait(timestamp(host.leased.min(now + HELD_MS))));
    }
    if host.not_before > now {
        return Ok(Turn::Wait(timestamp(host.not_before)));
    }
    db.prepare_cached("UPDATE hosts SET not_before_ms = ?2 WHERE id = ?1")?
        .execute(params![host.id, now + delay.max(host.crawl_delay)])?;
    db.prepare_cached(
        "UPDATE gates SET not_before_ms = max(not_before_ms, ?2) WHERE id = (SELECT operator FROM sources WHERE id = ?1)",
    )?
    .execute(params![lease.what.source.0, now + delay.max(host.crawl_delay)])?;
    db.prepare_cached("UPDATE sources SET used = ?3, day = ?2 WHERE id = ?1")?.execute(params![
        lease.what.source.0,
        day,
        used + 1
    ])?;
    Ok(Turn::Go)
}

/// The host's clock, and those of its address and of the source's operator.
fn host(db: &Connection, key: &HostKey, lease: &Lease) -> Result<Host> {
    let known = db
        .prepare_cached(
            "SELECT h.id, max(h.not_before_ms, coalesce(a.not_before_ms, 0), coalesce(o.not_before_ms, 0)), h.crawl_delay_ms,
                    max(h.blocked_until_ms, coalesce(o.blocked_until_ms, 0)),
                    CASE WHEN h.blocked_until_ms >= coalesce(o.blocked_until_ms, 0) THEN h.blocked_reason ELSE o.blocked_reason END, h.leased_until_ms
             FROM hosts h JOIN sources s ON s.id = ?2 LEFT JOIN gates a ON a.id = h.address LEFT JOIN gates o ON o.id = s.operator WHERE h.key = ?1",
        )?
        .query_row(params![key.as_str(), lease.what.source.0], |row| {
            Ok(Host {
                id: row.get(0)?,
                not_before: row.get(1)?,
                crawl_delay: row.get(2)?,
                resting: row.get(3)?,
                reason: row.get(4)?,
                leased: row.get(5)?,
            })
        })
        .optional()?;
    if let Some(host) = known {
        return Ok(host);
    }
    let id = db.prepare_cached("INSERT INTO hosts(key) VALUES (?1)")?.insert([key.as_str()])?;
    Ok(Host { id, not_before: 0, crawl_delay: 0, resting: 0, reason: String::new(), leased: 0 })
}
