//! The frontier in SQLite.

use super::{SqliteStore, from_json, listings, timestamp, to_json};
use crate::{
    domain::{
        Epoch, FetchOutcome, HostKey, NextStep, PageId, PageRole, Request, SourceId, SweepId, UrlKey, beijing,
        outcome::{MAX_STRIKES, WALL_REST},
    },
    store::{
        Claim, Completion, Frontier, HostState, Lease, NewPage, Pace, PageReport, Result, RobotsCopy, RobotsState,
        SweepReport,
    },
};
use async_trait::async_trait;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::time::Duration;

/// A page other than a list is fetched again after this long.
const REFRESH_MS: i64 = 7 * 24 * 3600 * 1000;

#[async_trait]
impl Frontier for SqliteStore {
    async fn open_sweep(&self, sources: &[SourceId]) -> Result<(SweepId, bool)> {
        let mut names: Vec<String> = sources.iter().map(|source| source.0.clone()).collect();
        names.sort();
        let (names, now) = (to_json("sources", &names)?, self.now_ms());
        self.write(move |db| {
            let open = db
                .query_row(
                    "SELECT id FROM sweeps WHERE finished_ms IS NULL AND sources = ?1 ORDER BY id DESC LIMIT 1",
                    [&names],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = open {
                return Ok((SweepId(id), true));
            }
            db.execute("INSERT INTO sweeps(started_ms, sources) VALUES (?1, ?2)", params![now, names])?;
            Ok((SweepId(db.last_insert_rowid()), false))
        })
        .await
    }

    async fn finish_sweep(&self, sweep: SweepId) -> Result<()> {
        let now = self.now_ms();
        self.write(move |db| {
            db.execute(
                "UPDATE sweeps SET finished_ms = ?2 WHERE id = ?1 AND finished_ms IS NULL",
                params![sweep.0, now],
            )?;
            Ok(())
        })
        .await
    }

    async fn put(&self, sweep: SweepId, pages: Vec<NewPage>) -> Result<u64> {
        let now = self.now_ms();
        self.write(move |db| put_pages(db, sweep, &pages, now)).await
    }

    async fn set_pace(&self, source: &SourceId, pace: Pace) -> Result<()> {
        let source = source.0.clone();
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO sources(id, min_delay_ms, daily_budget) VALUES (?1, ?2, ?3)
                 ON CONFLICT(id) DO UPDATE SET min_delay_ms = excluded.min_delay_ms, daily_budget = excluded.daily_budget",
            )?
            .execute(params![source, millis(pace.min_delay), pace.daily_budget])?;
            Ok(())
        })
        .await
    }

    async fn claim(&self, sweep: SweepId, lease_for: Duration) -> Result<Claim> {
        let now = self.now_ms();
        self.write(move |db| claim(db, sweep, now, now.saturating_add(millis(lease_for)))).await
    }

    async fn complete(&self, lease: &Lease, completion: Completion) -> Result<bool> {
        let (lease, now) = (lease.clone(), self.now_ms());
        self.write(move |db| complete(db, &lease, &completion, now)).await
    }

    async fn give_back(&self, lease: &Lease) -> Result<bool> {
        let lease = lease.clone();
        self.write(move |db| {
            let held = db
                .prepare_cached("UPDATE pages SET state = 'pending', attempts = attempts - 1 WHERE id = ?1 AND epoch = ?2 AND state = 'leased'")?
                .execute(params![lease.page.0, lease.epoch.0])?;
            if held == 1 {
                db.execute("UPDATE hosts SET leased_until_ms = 0 WHERE key = ?1", [lease.what.host.as_str()])?;
            }
            Ok(held == 1)
        })
        .await
    }

    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsCopy>> {
        let host = host.clone();
        self.read(move |db| {
            let row = db
                .prepare_cached("SELECT robots_kind, robots_body, robots_note, robots_expires_ms, crawl_delay_ms FROM hosts WHERE key = ?1 AND robots_kind IS NOT NULL")?
                .query_row([host.as_str()], |row| {
                    let kind: String = row.get(0)?;
                    let note: String = row.get::<_, Option<String>>(2)?.unwrap_or_default();
                    let state = match kind.as_str() {
                        "text" => RobotsState::Text(row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default()),
                        "absent" => RobotsState::Absent(note.parse().unwrap_or(404)),
                        _ => RobotsState::Closed(note),
                    };
                    let delay: i64 = row.get(4)?;
                    Ok(RobotsCopy {
                        state,
                        expires: timestamp(row.get(3)?),
                        crawl_delay: u64::try_from(delay).ok().filter(|ms| *ms > 0).map(Duration::from_millis),
                    })
                })
                .optional()?;
            Ok(row)
        })
        .await
    }

    async fn keep_robots(&self, host: &HostKey, copy: RobotsCopy) -> Result<()> {
        let (host, now) = (host.clone(), self.now_ms());
        self.write(move |db| {
            let (kind, body, note) = match copy.state {
                RobotsState::Text(body) => ("text", Some(body), None),
                RobotsState::Absent(status) => ("absent", None, Some(status.to_string())),
                RobotsState::Closed(why) => ("closed", None, Some(why)),
            };
            let delay = copy.crawl_delay.map_or(0, millis);
            db.prepare_cached(
                "UPDATE hosts SET robots_kind = ?2, robots_body = ?3, robots_note = ?4, robots_expires_ms = ?5, crawl_delay_ms = ?6,
                 not_before_ms = max(not_before_ms, ?7 + max(delay_ms, ?6)) WHERE key = ?1",
            )?
            .execute(params![host.as_str(), kind, body, note, copy.expires.as_millisecond(), delay, now])?;
            Ok(())
        })
        .await
    }

    async fn hosts(&self) -> Result<Vec<HostState>> {
        let now = self.now_ms();
        self.read(move |db| {
            let mut query = db.prepare(
                "SELECT key, not_before_ms, blocked_until_ms, blocked_reason, coalesce(robots_kind, 'not asked yet') || coalesce(' ' || robots_note, ''), crawl_delay_ms FROM hosts ORDER BY key",
            )?;
            let rows = query.query_map([], |row| {
                let (until, delay): (i64, i64) = (row.get(2)?, row.get(5)?);
                let robots: String = row.get(4)?;
                Ok(HostState {
                    host: HostKey::from_stored(row.get::<_, String>(0)?),
                    not_before: timestamp(row.get(1)?),
                    blocked: (until > now).then_some((timestamp(until), row.get(3)?)),
                    robots: if delay > 0 { format!("{robots}, Crawl-delay {delay} ms") } else { robots },
                })
            })?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn pages(&self, sweep: Option<SweepId>) -> Result<Vec<PageReport>> {
        self.read(move |db| {
            let mut query = db.prepare(
                "SELECT source, state, outcome, reason, count(*), min(url) FROM pages WHERE ?1 IS NULL OR sweep = ?1
                 GROUP BY source, state, outcome, reason ORDER BY source, state, count(*) DESC, reason",
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
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn sweeps(&self) -> Result<Vec<SweepReport>> {
        self.read(|db| {
            let mut query =
                db.prepare("SELECT id, started_ms, finished_ms, sources FROM sweeps ORDER BY id DESC LIMIT 20")?;
            let mut sweeps = Vec::new();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                sweeps.push(SweepReport {
                    id: row.get(0)?,
                    started: timestamp(row.get(1)?),
                    finished: row.get::<_, Option<i64>>(2)?.map(timestamp),
                    sources: from_json("sources", &row.get::<_, String>(3)?)?,
                });
            }
            Ok(sweeps)
        })
        .await
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// GET pages are known by their canonical address, POSTs also by what they send.
fn page_key(page: &NewPage) -> String {
    match &page.request.post_body {
        Some(body) => page.key.with_item(&format!("POST {body}")).to_string(),
        None => page.key.to_string(),
    }
}

fn put_pages(db: &Connection, sweep: SweepId, pages: &[NewPage], now: i64) -> Result<u64> {
    let mut known_host = db.prepare_cached("SELECT id FROM hosts WHERE key = ?1")?;
    let mut new_host = db.prepare_cached("INSERT INTO hosts(key) VALUES (?1)")?;
    let mut insert = db.prepare_cached(
        "INSERT INTO pages(key, url, post_body, source, role, host, canonical, depth, hops, priority, sweep, state, due_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'pending', ?12)
         ON CONFLICT(key) DO UPDATE SET url = excluded.url, depth = excluded.depth, hops = excluded.hops, priority = excluded.priority,
           sweep = excluded.sweep, state = 'pending', due_ms = excluded.due_ms, attempts = 0, outcome = '', reason = ''
         WHERE pages.sweep < excluded.sweep AND (pages.state <> 'done' OR pages.role IN ('index', 'api') OR coalesce(pages.fetched_ms, 0) < ?13)",
    )?;
    let mut queued = 0;
    for page in pages {
        let host = match known_host.query_row([page.host.as_str()], |row| row.get(0)).optional()? {
            Some(id) => id,
            None => new_host.insert([page.host.as_str()])?,
        };
        queued += insert.execute(params![
            page_key(page),
            page.request.url,
            page.request.post_body,
            page.source.0,
            page.role.code(),
            host,
            page.key.as_str(),
            page.depth,
            page.hops,
            page.priority,
            sweep.0,
            now,
            now - REFRESH_MS
        ])?;
    }
    Ok(queued as u64)
}

/// Midnight that ends the day of `now` in Asia/Shanghai, and the day's name.
fn shanghai_day(now: i64) -> (String, i64) {
    let zoned = beijing(timestamp(now));
    let next =
        zoned.date().checked_add(1.day()).ok().and_then(|day| day.to_zoned_datetime(zoned.time_zone().clone()).ok());
    (zoned.date().to_string(), next.map_or(now + 24 * 3600 * 1000, |at| at.timestamp().as_millisecond()))
}

fn claim(db: &Connection, sweep: SweepId, now: i64, lease_end: i64) -> Result<Claim> {
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

fn complete(db: &Connection, lease: &Lease, completion: &Completion, now: i64) -> Result<bool> {
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
            db.prepare_cached("INSERT INTO captures(page, sweep, warc, offset, sha256, status, source, role, stored_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
                .insert(params![
                    lease.page.0, lease.sweep.0, capture.warc, i64::try_from(capture.offset).unwrap_or(i64::MAX), capture.sha256,
                    capture.status, lease.what.source.0, lease.what.role.code(), now
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
