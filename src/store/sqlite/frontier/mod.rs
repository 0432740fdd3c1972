//! The frontier in SQLite.

mod claim;
mod complete;
mod health;
mod put;
mod spend;

use super::{SqliteStore, audit, captures, from_json, listings::original, timestamp, to_json};
use crate::{
    domain::{Act, AuditKind, CaptureId, HostKey, PageId, SourceId, SweepId},
    store::{
        Claim, Completion, Frontier, HostState, Lease, NewPage, NewRobots, OriginalRow, Pace, PageReport,
        PreviousCapture, Result, RobotsCopy, RobotsState, SourceState, SweepReport, Tally, Turn, Unfetched,
    },
};
use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A turn that waits for nobody.
const NEVER: i64 = i64::MAX;
/// Where revisits stand: behind every new page.
const REVISIT_PRIORITY: i64 = 10;

#[async_trait]
impl Frontier for SqliteStore {
    async fn open_sweep(&self, sources: &[SourceId]) -> Result<(SweepId, bool)> {
        let mut names: Vec<String> = sources.iter().map(|source| source.0.clone()).collect();
        names.sort();
        let (who, now) = (self.who.clone(), self.now_ms());
        let details = serde_json::json!({ "sources": names });
        let names = to_json("sources", &names)?;
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
            let id = db.last_insert_rowid();
            let act = Act { who, kind: AuditKind::SweepOpened, object: format!("sweep {id}"), details };
            audit::append(db, &act, now)?;
            Ok((SweepId(id), false))
        })
        .await
    }

    async fn finish_sweep(&self, sweep: SweepId) -> Result<()> {
        let (who, now) = (self.who.clone(), self.now_ms());
        self.write(move |db| {
            let finished = db.execute(
                "UPDATE sweeps SET finished_ms = ?2 WHERE id = ?1 AND finished_ms IS NULL",
                params![sweep.0, now],
            )?;
            if finished == 1 {
                let captures: i64 =
                    db.query_row("SELECT count(*) FROM captures WHERE sweep = ?1", [sweep.0], |row| row.get(0))?;
                let details = serde_json::json!({ "captures": captures });
                let object = format!("sweep {sweep}");
                audit::append(db, &Act { who, kind: AuditKind::SweepFinished, object, details }, now)?;
            }
            Ok(())
        })
        .await
    }

    async fn put(&self, sweep: SweepId, pages: Vec<NewPage>) -> Result<u64> {
        let now = self.now_ms();
        self.write(move |db| Ok(put::put_pages(db, sweep, &pages, now)?.all)).await
    }

    async fn revisit(&self, sweep: SweepId, sources: &[SourceId]) -> Result<u64> {
        let (sources, now) = (sources.to_vec(), self.now_ms());
        self.write(move |db| revisit(db, sweep, &sources, now)).await
    }

    async fn set_pace(&self, source: &SourceId, pace: Pace) -> Result<()> {
        let source = source.0.clone();
        self.write(move |db| {
            let quiet: Vec<String> = pace.quiet.iter().map(ToString::to_string).collect();
            let operator = match &pace.operator {
                Some(operator) => {
                    let key = format!("operator:{operator}");
                    db.prepare_cached("INSERT OR IGNORE INTO gates(key) VALUES (?1)")?.execute([&key])?;
                    Some(db.query_row("SELECT id FROM gates WHERE key = ?1", [key], |row| row.get::<_, i64>(0))?)
                }
                None => None,
            };
            db.prepare_cached(
                "INSERT INTO sources(id, min_delay_ms, daily_budget, operator, quiet, sweep_budget, barren_limit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT(id) DO UPDATE SET min_delay_ms = excluded.min_delay_ms, daily_budget = excluded.daily_budget,
                   operator = excluded.operator, quiet = excluded.quiet, sweep_budget = excluded.sweep_budget, barren_limit = excluded.barren_limit",
            )?
            .execute(params![
                source, millis(pace.min_delay), pace.daily_budget, operator, quiet.join(","), pace.sweep_budget, pace.barren_limit
            ])?;
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

    async fn previous(&self, page: PageId) -> Result<Option<PreviousCapture>> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT id, warc, sha256, url, fetched_at, payload_sha256 FROM captures
                 WHERE page = ?1 AND refers_to IS NULL AND payload_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1",
            )?;
            let found = query
                .query_row([page.0], |row| {
                    let previous = PreviousCapture {
                        id: CaptureId(row.get(0)?),
                        warc: row.get(1)?,
                        sha256: row.get(2)?,
                        url: row.get(3)?,
                        fetched_at: Timestamp::UNIX_EPOCH,
                        payload_sha256: row.get(5)?,
                    };
                    Ok((previous, row.get::<_, String>(4)?))
                })
                .optional()?;
            // A date that cannot be read is nothing to refer to; the page is then archived whole.
            Ok(found.and_then(|(previous, date)| Some(PreviousCapture { fetched_at: date.parse().ok()?, ..previous })))
        })
        .await
    }

    async fn give_back(&self, lease: &Lease) -> Result<bool> {
        let lease = lease.clone();
        self.write(move |db| {
            let held = db
                .prepare_cached("UPDATE pages SET state = 'pending', attempts = attempts - 1 WHERE id = ?1 AND epoch = ?2 AND state = 'leased'")?
                .execute(params![lease.page.0, lease.epoch.0])?;
            if held == 1 {
                let free: i64 = db.query_row(
                    "UPDATE hosts SET leased_until_ms = 0 WHERE key = ?1 RETURNING not_before_ms",
                    [lease.what.host.as_str()],
                    |row| row.get(0),
                )?;
                complete::wake(db, &lease, free)?;
            }
            Ok(held == 1)
        })
        .await
    }

    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsCopy>> {
        let host = host.clone();
        self.read(move |db| {
            let row = db
                .prepare_cached(
                    "SELECT h.robots_kind, h.robots_body, h.robots_note, h.robots_expires_ms, h.crawl_delay_ms, h.robots_fetched_ms, c.id, c.warc, c.sha256
                     FROM hosts h LEFT JOIN captures c ON c.id = h.robots_capture WHERE h.key = ?1 AND h.robots_kind IS NOT NULL",
                )?
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
                        fetched: row.get::<_, Option<i64>>(5)?.map(timestamp),
                        expires: timestamp(row.get(3)?),
                        crawl_delay: u64::try_from(delay).ok().filter(|ms| *ms > 0).map(Duration::from_millis),
                        archived: original(row, 6)?,
                    })
                })
                .optional()?;
            Ok(row)
        })
        .await
    }

    async fn keep_robots(&self, host: &HostKey, copy: RobotsCopy, new: Option<NewRobots>) -> Result<()> {
        let (host, now) = (host.clone(), self.now_ms());
        self.write(move |db| {
            let (kind, body, note) = match copy.state {
                RobotsState::Text(body) => ("text", Some(body), None),
                RobotsState::Absent(status) => ("absent", None, Some(status.to_string())),
                RobotsState::Closed(why) => ("closed", None, Some(why)),
            };
            let delay = copy.crawl_delay.map_or(0, millis);
            let new = new.map(|new| {
                captures::insert(db, captures::From::Robots, new.sweep, &new.capture, (&new.source, captures::ROBOTS), now)
            });
            let archived = new.transpose()?.or(copy.archived.map(|known| known.id.0));
            db.prepare_cached(
                "UPDATE hosts SET robots_kind = ?2, robots_body = ?3, robots_note = ?4, robots_expires_ms = ?5, crawl_delay_ms = ?6,
                 robots_fetched_ms = ?8, robots_capture = ?9, not_before_ms = max(not_before_ms, ?7 + max(delay_ms, ?6)) WHERE key = ?1",
            )?
            .execute(params![
                host.as_str(), kind, body, note, copy.expires.as_millisecond(), delay, now,
                copy.fetched.map(Timestamp::as_millisecond), archived
            ])?;
            Ok(())
        })
        .await
    }

    async fn archived_robots(&self, url: &str, payload_sha256: &str) -> Result<Option<OriginalRow>> {
        let (url, digest) = (url.to_owned(), payload_sha256.to_owned());
        self.read(move |db| captures::robots_of(db, &url, &digest)).await
    }

    async fn robots_archive(&self) -> Result<Vec<OriginalRow>> {
        self.read(captures::all_robots).await
    }

    async fn quarantine(&self, source: &SourceId, reason: &str) -> Result<()> {
        let (source, reason, now, who) = (source.0.clone(), reason.to_owned(), self.now_ms(), self.who.clone());
        self.write(move |db| {
            let fresh = db.execute(
                "UPDATE sources SET quarantine = ?2, quarantined_ms = ?3 WHERE id = ?1 AND quarantine = ''",
                params![source, reason, now],
            )?;
            if fresh == 1 {
                let details = serde_json::json!({ "reason": reason });
                audit::append(db, &Act { who, kind: AuditKind::SourceQuarantined, object: source, details }, now)?;
            }
            Ok(())
        })
        .await
    }

    async fn release(&self, source: &SourceId) -> Result<bool> {
        let (source, now, who) = (source.0.clone(), self.now_ms(), self.who.clone());
        self.write(move |db| {
            let held = db.execute(
                "UPDATE sources SET quarantine = '', quarantined_ms = NULL WHERE id = ?1 AND quarantine <> ''",
                [&source],
            )?;
            db.execute(
                "UPDATE turns SET ready_ms = ?2 WHERE source = (SELECT no FROM sources WHERE id = ?1)",
                params![source, now],
            )?;
            if held == 1 {
                let details = serde_json::json!({});
                audit::append(db, &Act { who, kind: AuditKind::SourceReleased, object: source, details }, now)?;
            }
            Ok(held == 1)
        })
        .await
    }

    async fn sources(&self) -> Result<Vec<SourceState>> {
        let now = self.now_ms();
        self.read(move |db| health::sources(db, now)).await
    }

    async fn tallies(&self, source: &SourceId, limit: u32) -> Result<Vec<(SweepId, Tally)>> {
        let source = source.0.clone();
        self.read(move |db| health::tallies(db, &source, limit)).await
    }

    async fn unfetched(&self, source: Option<&SourceId>, limit: u32) -> Result<Vec<Unfetched>> {
        let source = source.map(|source| source.0.clone());
        self.read(move |db| health::unfetched(db, source.as_deref(), limit)).await
    }

    async fn hosts(&self) -> Result<Vec<HostState>> {
        let now = self.now_ms();
        self.read(move |db| health::hosts(db, now)).await
    }

    async fn pages(&self, sweep: Option<SweepId>) -> Result<Vec<PageReport>> {
        self.read(move |db| health::pages(db, sweep)).await
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

/// Queues what is due for another visit.
fn revisit(db: &Connection, sweep: SweepId, sources: &[SourceId], now: i64) -> Result<u64> {
    let mut queued = 0;
    for source in sources {
        // Every host of the source gets its turn in this sweep; those without anything due find that out themselves.
        db.prepare_cached(
            "INSERT INTO turns(sweep, host, source, ready_ms)
             SELECT DISTINCT ?1, t.host, t.source, ?3 FROM turns t JOIN sources s ON s.no = t.source WHERE s.id = ?2
             ON CONFLICT(sweep, host, source) DO UPDATE SET ready_ms = min(ready_ms, ?3)",
        )?
        .execute(params![sweep.0, source.0, now])?;
        queued += db
            .prepare_cached(
                "UPDATE pages SET state = 'pending', priority = ?4, attempts = 0, outcome = '', reason = '', due_ms = ?3,
                   turn = (SELECT n.id FROM turns o JOIN turns n ON n.host = o.host AND n.source = o.source AND n.sweep = ?1 WHERE o.id = pages.turn)
                 WHERE state = 'done' AND outcome IN ('fetched', 'unchanged') AND role IN ('detail', 'share') AND fetched_ms + interval_ms <= ?3
                   AND turn IN (SELECT t.id FROM turns t JOIN sources s ON s.no = t.source WHERE s.id = ?2 AND t.sweep < ?1)",
            )?
            .execute(params![sweep.0, source.0, now, REVISIT_PRIORITY])?;
    }
    Ok(queued as u64)
}

/// The first 63 bits of the SHA-256 of a page's identity: GET pages are known by their canonical address, POSTs also by
/// what they send. Two pages may share it; whoever looks one up compares the identity itself.
pub(super) fn key_hash(key: &str, post_body: Option<&str>) -> i64 {
    let mut hasher = Sha256::new_with_prefix(key);
    if let Some(body) = post_body {
        hasher.update("#POST ");
        hasher.update(body);
    }
    let digest = hasher.finalize();
    digest.iter().take(8).fold(0_i64, |hash, byte| (hash << 8) | i64::from(*byte)) & i64::MAX
}

/// What a page is looked up by: as [`key_hash`], its upper 23 bits those of the host alone. Links lead mostly to their own host,
/// so that those of one page fall on few leaves of the index, whatever its size.
pub(super) fn page_hash(key: &str, post_body: Option<&str>) -> i64 {
    const OF_HOST: i64 = !0 << 40 & i64::MAX;
    let host_ends = key.match_indices('/').nth(2).map_or(key.len(), |(slash, _)| slash);
    key_hash(&key[..host_ends], None) & OF_HOST | key_hash(key, post_body) & !OF_HOST
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}
