//! The frontier in SQLite.

mod claim;
mod complete;
mod put;
mod spend;

use super::{SqliteStore, from_json, timestamp, to_json};
use crate::{
    domain::{HostKey, SourceId, SweepId},
    store::{
        Claim, Completion, Frontier, HostState, Lease, NewPage, Pace, PageReport, Result, RobotsCopy, RobotsState,
        SweepReport, Turn,
    },
};
use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};
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
        self.write(move |db| put::put_pages(db, sweep, &pages, now)).await
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
        self.write(move |db| claim::claim(db, sweep, now, now.saturating_add(millis(lease_for)))).await
    }

    async fn spend(&self, lease: &Lease, host: &HostKey) -> Result<Turn> {
        let (lease, host, now) = (lease.clone(), host.clone(), self.now_ms());
        self.write(move |db| spend::spend(db, &lease, &host, now)).await
    }

    async fn complete(&self, lease: &Lease, completion: Completion) -> Result<bool> {
        let (lease, now) = (lease.clone(), self.now_ms());
        self.write(move |db| complete::complete(db, &lease, &completion, now)).await
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
