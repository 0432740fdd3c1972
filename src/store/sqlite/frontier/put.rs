//! Remembering pages: each once, within the budgets of its source and of its address pattern.

use super::{NEVER, page_hash};
use crate::{
    domain::{PageRole, SourceId, SweepId},
    store::{NewPage, Result},
};
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

/// Most address patterns of one source that are told apart; what comes later shares the last one.
const MOST_SHAPES: i64 = 1000;
/// Most points of priority that the yield of an address pattern adds.
const YIELD_POINTS: i64 = 30;

/// A source as far as queueing needs it.
struct Source {
    no: i64,
    room: i64,
    barren_limit: i64,
    cadence_ms: i64,
    queued: i64,
}

/// An address pattern as far as queueing needs it.
struct Shape {
    id: i64,
    barren: i64,
    points: i64,
    dropped: i64,
}

/// What the pages of one call share.
struct Batch<'a> {
    db: &'a Connection,
    sweep: SweepId,
    now: i64,
    sources: FxHashMap<SourceId, Source>,
    shapes: FxHashMap<(i64, String), Shape>,
    /// Links of one page mostly lead to one host.
    last_turn: Option<(String, i64, i64)>,
}

/// Remembers pages and says how many were queued, and how many of them are listings nobody had seen.
pub(super) fn put_pages(db: &Connection, sweep: SweepId, pages: &[NewPage], now: i64) -> Result<Queued> {
    let mut batch =
        Batch { db, sweep, now, sources: FxHashMap::default(), shapes: FxHashMap::default(), last_turn: None };
    let mut queued = Queued::default();
    for page in pages {
        let one = batch.put(page)?;
        queued.all += one.all;
        queued.listings += one.listings;
    }
    batch.finish()?;
    Ok(queued)
}

/// How many pages were queued.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Queued {
    pub all: u64,
    /// Of them listing pages.
    pub listings: u64,
}

impl Batch<'_> {
    fn put(&mut self, page: &NewPage) -> Result<Queued> {
        let (source, room, barren_limit, cadence) = self.source(&page.source)?;
        let listing = matches!(page.role, PageRole::Detail | PageRole::Share);
        let body = page.request.post_body.as_deref();
        let hash = page_hash(page.key.as_str(), body);
        let known = self.known(hash, page)?;
        if let Some(known) = &known {
            let due = !listing || known.due;
            if known.sweep >= self.sweep.0 || known.done && !due {
                return Ok(Queued::default());
            }
        }
        let shape = self.shape(source, page.key.shape())?;
        // A list pattern that brings nothing is a trap or the end of the news; listings are never given up for it.
        if room == 0 || (!listing && shape.barren >= barren_limit) {
            shape.dropped += 1;
            return Ok(Queued::default());
        }
        let (shape, priority) = (shape.id, i64::from(page.priority) + shape.points);
        let turn = self.turn(page.host.as_str(), source)?;
        if let Some(known) = &known {
            self.db
                .prepare_cached(
                    "UPDATE pages SET turn = ?2, shape = ?3, url = ?4, depth = ?5, hops = ?6, priority = ?7, state = 'pending', due_ms = ?8,
                       attempts = 0, outcome = '', reason = '', key = ?9 WHERE id = ?1",
                )?
                .execute(params![
                    known.id, turn, shape, page.request.url, page.depth, page.hops, priority, self.now, own_key(page)
                ])?;
        } else {
            self.db
                .prepare_cached(
                    "INSERT INTO pages(hash, turn, shape, url, key, post_body, role, depth, hops, priority, state, due_ms, interval_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'pending', ?11, ?12)",
                )?
                .execute(params![
                    hash, turn, shape, page.request.url, own_key(page), body, page.role.code(), page.depth, page.hops,
                    priority, self.now, cadence
                ])?;
        }
        if let Some(source) = self.sources.get_mut(&page.source) {
            source.queued += 1;
            source.room -= 1;
        }
        Ok(Queued { all: 1, listings: u64::from(listing && known.is_none()) })
    }

    fn known(&self, hash: i64, page: &NewPage) -> Result<Option<Known>> {
        let mut query = self.db.prepare_cached(
            "SELECT p.id, coalesce(p.key, p.url), p.post_body, p.state, coalesce(p.fetched_ms, 0) + p.interval_ms, t.sweep
             FROM pages p JOIN turns t ON t.id = p.turn WHERE p.hash = ?1",
        )?;
        let mut rows = query.query([hash])?;
        while let Some(row) = rows.next()? {
            // Two addresses with one hash are two pages.
            let same = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? == page.key.as_str()
                && row.get_ref(2)?.as_str_or_null().map_err(rusqlite::Error::from)?
                    == page.request.post_body.as_deref();
            if same {
                return Ok(Some(Known {
                    id: row.get(0)?,
                    done: row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)? == "done",
                    due: row.get::<_, i64>(4)? <= self.now,
                    sweep: row.get(5)?,
                }));
            }
        }
        Ok(None)
    }

    fn source(&mut self, id: &SourceId) -> Result<(i64, i64, i64, i64)> {
        if !self.sources.contains_key(id) {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO sources(id, min_delay_ms, daily_budget) VALUES (?1, 60000, 1)")?
                .execute([&id.0])?;
            let source = self
                .db
                .prepare_cached(
                    "SELECT s.no, s.sweep_budget - coalesce(t.queued, 0), s.barren_limit, s.cadence_ms
                     FROM sources s LEFT JOIN tallies t ON t.sweep = ?2 AND t.source = s.no WHERE s.id = ?1",
                )?
                .query_row(params![id.0, self.sweep.0], |row| {
                    Ok(Source {
                        no: row.get(0)?,
                        room: row.get::<_, i64>(1)?.max(0),
                        barren_limit: row.get(2)?,
                        cadence_ms: row.get(3)?,
                        queued: 0,
                    })
                })?;
            self.sources.insert(id.clone(), source);
        }
        let source = &self.sources[id];
        Ok((source.no, source.room, source.barren_limit, source.cadence_ms))
    }

    fn shape(&mut self, source: i64, shape: String) -> Result<&mut Shape> {
        let db = self.db;
        let key = (source, shape);
        if !self.shapes.contains_key(&key) {
            let sweep = self.sweep.0;
            let find = |shape: &str| {
                db.prepare_cached("SELECT id, CASE WHEN sweep = ?3 THEN barren ELSE 0 END, read, suspects FROM shapes WHERE source = ?1 AND shape = ?2")?
                    .query_row(params![source, shape, sweep], |row| {
                        let (read, suspects): (i64, i64) = (row.get(2)?, row.get(3)?);
                        let points = YIELD_POINTS * suspects / (read + 4);
                        Ok(Shape { id: row.get(0)?, barren: row.get(1)?, points, dropped: 0 })
                    })
                    .optional()
            };
            let mut found = find(&key.1)?;
            if found.is_none() {
                db.prepare_cached(
                    "INSERT OR IGNORE INTO shapes(source, shape, sweep)
                     SELECT ?1, CASE WHEN (SELECT count(*) FROM shapes WHERE source = ?1) < ?3 THEN ?2 ELSE '' END, ?4",
                )?
                .execute(params![source, key.1, MOST_SHAPES, sweep])?;
                found = find(&key.1)?;
            }
            let found = match found {
                Some(found) => found,
                None => find("")?.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            };
            self.shapes.insert(key.clone(), found);
        }
        Ok(self.shapes.entry(key).or_insert(Shape { id: 0, barren: 0, points: 0, dropped: 0 }))
    }

    /// The turn of a host and a source in this sweep, woken when it slept.
    fn turn(&mut self, host: &str, source: i64) -> Result<i64> {
        if let Some((_, _, turn)) = self.last_turn.as_ref().filter(|(known, no, _)| known == host && *no == source) {
            return Ok(*turn);
        }
        let found: Option<(i64, i64)> = self
            .db
            .prepare_cached(
                "SELECT t.id, t.ready_ms FROM hosts h JOIN turns t ON t.host = h.id WHERE h.key = ?1 AND t.sweep = ?2 AND t.source = ?3",
            )?
            .query_row(params![host, self.sweep.0, source], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let turn = match found {
            Some((turn, ready)) if ready < NEVER => turn,
            _ => self.wake_turn(host, source)?,
        };
        self.last_turn = Some((host.to_owned(), source, turn));
        Ok(turn)
    }

    fn wake_turn(&self, host: &str, source: i64) -> Result<i64> {
        self.db.prepare_cached("INSERT OR IGNORE INTO hosts(key) VALUES (?1)")?.execute([host])?;
        let turn = self
            .db
            .prepare_cached(
                "INSERT INTO turns(sweep, host, source, ready_ms) SELECT ?1, id, ?3, ?4 FROM hosts WHERE key = ?2
                 ON CONFLICT(sweep, host, source) DO UPDATE SET ready_ms = ?4 RETURNING id",
            )?
            .query_row(params![self.sweep.0, host, source, self.now], |row| row.get(0))?;
        Ok(turn)
    }

    /// Writes the counts back.
    fn finish(self) -> Result<()> {
        for source in self.sources.values().filter(|source| source.queued > 0) {
            self.db
                .prepare_cached(
                    "INSERT INTO tallies(sweep, source, queued) VALUES (?1, ?2, ?3)
                     ON CONFLICT(sweep, source) DO UPDATE SET queued = queued + ?3",
                )?
                .execute(params![self.sweep.0, source.no, source.queued])?;
        }
        for shape in self.shapes.values().filter(|shape| shape.dropped > 0) {
            self.db
                .prepare_cached("UPDATE shapes SET dropped = dropped + ?2 WHERE id = ?1")?
                .execute(params![shape.id, shape.dropped])?;
        }
        Ok(())
    }
}

/// A page that is remembered already.
struct Known {
    id: i64,
    done: bool,
    due: bool,
    sweep: i64,
}

/// The key where it is not the address.
fn own_key(page: &NewPage) -> Option<&str> {
    (page.key.as_str() != page.request.url).then(|| page.key.as_str())
}
