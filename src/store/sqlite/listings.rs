//! Listings in SQLite.

use super::{SqliteStore, audit, from_json, operators, retention, search, timestamp, to_json};
use crate::{
    domain::{AuditKind, CaptureId, Listing, ListingId, PageId, SweepId, Verdict},
    evidence::without_minors,
    leads::Member,
    store::{
        CaptureRow, Judged, ListingChange, ListingEvent, Listings, OriginalRow, Result, StoredListing, Versions,
        Watched,
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use sha2::{Digest, Sha256};

const COLUMNS: &str = "l.id, l.listing, l.assessment, l.sweep, l.lead, l.gone_ms, c.id, c.warc, c.offset, c.sha256, c.source, c.role, c.sweep, o.id, o.warc, o.sha256, r.id, r.warc, r.sha256
    FROM listings l LEFT JOIN captures c ON c.id = l.capture LEFT JOIN captures o ON o.id = c.refers_to LEFT JOIN captures r ON r.id = c.robots";

/// Where a listing was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub capture: Option<i64>,
    pub page: Option<i64>,
    pub sweep: SweepId,
}

/// Stores a listing under its canonical address; a changed text loses its judgement. What changed goes into the listing's
/// timeline. Says whether nobody had seen it before. Nothing about children is kept.
pub(super) fn upsert(db: &Connection, listing: &Listing, place: Place, now: i64) -> Result<bool> {
    let listing = &*without_minors(listing);
    let text = format!("{}\u{0}{}\u{0}{}", listing.title, listing.body, listing.location.as_deref().unwrap_or(""));
    let digest = Sha256::digest(text).iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"));
    let known = db
        .prepare_cached("SELECT id, text_sha, gone_ms, listing FROM listings WHERE canonical_url = ?1")?
        .query_row([listing.canonical_url.as_str()], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, String>(3)?,
            ))
        })
        .optional()?;
    db.prepare_cached(
        "INSERT INTO listings(canonical_url, source, listing, text_sha, capture, page, sweep, first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
         ON CONFLICT(canonical_url) DO UPDATE SET listing = excluded.listing, capture = coalesce(excluded.capture, capture), page = coalesce(excluded.page, page),
           sweep = excluded.sweep, last_seen_ms = excluded.last_seen_ms, gone_ms = NULL,
           assessment = CASE WHEN text_sha = excluded.text_sha THEN assessment END, verdict = CASE WHEN text_sha = excluded.text_sha THEN verdict END,
           score = CASE WHEN text_sha = excluded.text_sha THEN score END,
           text_sha = excluded.text_sha",
    )?
    .execute(params![
        listing.canonical_url.as_str(), listing.source.0, to_json("listing", listing)?, digest, place.capture, place.page, place.sweep.0, now
    ])?;
    let Some((id, old, gone, before)) = known else {
        let id = db.last_insert_rowid();
        event(db, id, (ListingChange::Seen, None), place, now)?;
        return Ok(true);
    };
    if gone.is_some() {
        operators::presence(db, id, false)?;
        event(db, id, (ListingChange::Back, None), place, now)?;
    }
    if old != digest {
        event(db, id, (ListingChange::Edited, Some(&before)), place, now)?;
    }
    Ok(false)
}

/// As [`upsert`] for a page from the archive: nobody has seen the listing since, and one that was taken down stays so.
fn read_again(db: &Connection, listing: &Listing, place: Place, now: i64) -> Result<()> {
    let known: Option<(i64, i64, Option<i64>)> = db
        .prepare_cached("SELECT id, last_seen_ms, gone_ms FROM listings WHERE canonical_url = ?1")?
        .query_row([listing.canonical_url.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let mut presence = db.prepare_cached("UPDATE listings SET last_seen_ms = ?2, gone_ms = ?3 WHERE id = ?1")?;
    if let Some((id, seen, _)) = known {
        presence.execute(params![id, seen, None::<i64>])?;
    }
    upsert(db, listing, place, now)?;
    if let Some((id, seen, gone)) = known {
        presence.execute(params![id, seen, gone])?;
    }
    Ok(())
}

fn event(
    db: &Connection,
    listing: i64,
    (kind, before): (ListingChange, Option<&str>),
    place: Place,
    now: i64,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO listing_events(listing, at_ms, sweep, kind, capture, before) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![listing, now, place.sweep.0, kind.code(), place.capture, before])?;
    Ok(())
}

/// The listings of a page that has not changed are still there.
pub(super) fn still_there(db: &Connection, page: PageId, sweep: SweepId, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE listings SET last_seen_ms = ?2, sweep = ?3 WHERE page = ?1 AND gone_ms IS NULL")?
        .execute(params![page.0, now, sweep.0])?;
    Ok(())
}

/// The listings of a page that is gone are gone.
pub(super) fn gone(db: &Connection, page: PageId, sweep: SweepId, now: i64) -> Result<()> {
    let ids = db
        .prepare_cached("UPDATE listings SET gone_ms = ?2 WHERE page = ?1 AND gone_ms IS NULL RETURNING id")?
        .query_map(params![page.0, now], |row| row.get(0))?
        .collect::<std::result::Result<Vec<i64>, _>>()?;
    for id in ids {
        operators::presence(db, id, true)?;
        event(db, id, (ListingChange::Gone, None), Place { capture: None, page: None, sweep }, now)?;
    }
    Ok(())
}

/// Whether a listing is already known from a later time than this reading of it: recordings may be older than a sweep.
pub(super) fn known_later(db: &Connection, listing: &Listing) -> Result<bool> {
    let known: Option<String> = db
        .prepare_cached("SELECT listing FROM listings WHERE canonical_url = ?1")?
        .query_row([listing.canonical_url.as_str()], |row| row.get(0))
        .optional()?;
    let known: Option<Listing> = known.map(|text| from_json("listing", &text)).transpose()?;
    Ok(known.is_some_and(|known| known.fetched_at > listing.fetched_at))
}

#[async_trait]
impl Listings for SqliteStore {
    async fn unassessed(&self, limit: u32) -> Result<Vec<StoredListing>> {
        self.read(move |db| select(db, "WHERE l.assessment IS NULL ORDER BY l.id LIMIT ?1", &[&limit])).await
    }

    async fn backlog(&self) -> Result<u64> {
        self.read(|db| {
            let waiting: i64 = db
                .prepare_cached("SELECT count(*) FROM listings WHERE assessment IS NULL")?
                .query_row([], |row| row.get(0))?;
            Ok(waiting.unsigned_abs())
        })
        .await
    }

    async fn save_judged(&self, batch: Vec<Judged>, versions: &Versions) -> Result<()> {
        let (versions, who, now) = (versions.clone(), self.who.clone(), self.now_ms());
        self.write(move |db| {
            for (name, digest) in [("model", &versions.model), ("lexicon", &versions.lexicon)] {
                let details = serde_json::Value::Null;
                let seen = Watched { name, kind: AuditKind::ModelChanged, digest: digest.clone(), details };
                audit::watch(db, &who, &seen, now)?;
            }
            let mut update = db.prepare_cached(
                "UPDATE listings SET assessment = ?2, verdict = ?3, score = ?4, model = ?5, lexicon = ?6 WHERE id = ?1 RETURNING listing, gone_ms IS NOT NULL",
            )?;
            let mut yielded = db.prepare_cached(
                "UPDATE shapes SET read = read + 1, suspects = suspects + ?2
                 WHERE id = (SELECT p.shape FROM listings l JOIN pages p ON p.id = l.page WHERE l.id = ?1)",
            )?;
            // Reading again later must not count twice, so only the sweep that is going on counts.
            let mut contacted = db.prepare_cached(
                "UPDATE tallies SET contacted = contacted + 1 WHERE sweep = (SELECT l.sweep FROM listings l JOIN sweeps w ON w.id = l.sweep
                   WHERE l.id = ?1 AND w.finished_ms IS NULL)
                 AND source = (SELECT s.no FROM listings l JOIN sources s ON s.id = l.source WHERE l.id = ?1)",
            )?;
            for Judged { id, assessment, fingerprint, index } in &batch {
                if !assessment.contacts.is_empty() {
                    contacted.execute([id.0])?;
                }
                yielded.execute(params![id.0, matches!(assessment.verdict, Verdict::Overt | Verdict::Disguised)])?;
                let (listing, gone): (String, bool) = update.query_row(
                    params![id.0, to_json("assessment", assessment)?, assessment.verdict.code(), assessment.score, versions.model, versions.lexicon],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
                let listing: Listing = from_json("listing", &listing)?;
                operators::keep(db, &Member::of(*id, &listing, assessment, fingerprint.clone(), gone))?;
                search::index(db, *id, index)?;
            }
            Ok(())
        })
        .await
    }

    async fn page(&self, after: ListingId, limit: u32) -> Result<Vec<StoredListing>> {
        self.read(move |db| select(db, "WHERE l.id > ?1 ORDER BY l.id LIMIT ?2", &[&after.0, &limit])).await
    }

    async fn by_ids(&self, ids: &[ListingId]) -> Result<Vec<StoredListing>> {
        let ids = ids.to_vec();
        self.read(move |db| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(select(db, "WHERE l.id = ?1", &[&id.0])?);
            }
            Ok(found)
        })
        .await
    }

    async fn captures(&self, sweep: Option<SweepId>) -> Result<Vec<CaptureRow>> {
        self.read(move |db| {
            let mut query = db.prepare(
                "SELECT c.id, c.warc, c.offset, c.sha256, c.source, c.role, c.sweep, o.id, o.warc, o.sha256, r.id, r.warc, r.sha256
                 FROM captures c LEFT JOIN captures o ON o.id = c.refers_to LEFT JOIN captures r ON r.id = c.robots 
                 WHERE c.role <> 'robots' AND (?1 IS NULL OR c.sweep = ?1) ORDER BY c.id",
            )?;
            let rows = query.query_map([sweep.map(|id| id.0)], |row| capture(row, 0))?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn revisits_of(&self, capture: CaptureId) -> Result<Vec<CaptureId>> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT id FROM captures WHERE refers_to = ?1 ORDER BY id")?;
            let rows = query.query_map([capture.0], |row| row.get(0).map(CaptureId))?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn reread(&self, capture: CaptureId, listings: Vec<Listing>) -> Result<()> {
        let now = self.now_ms();
        self.write(move |db| {
            let (sweep, page): (i64, Option<i64>) =
                db.query_row("SELECT sweep, page FROM captures WHERE id = ?1", [capture.0], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            for listing in &listings {
                // An older capture never overwrites what a newer one said, nor an older recording what a sweep saw later.
                let newer: bool = db.query_row(
                    "SELECT EXISTS (SELECT 1 FROM listings WHERE canonical_url = ?1 AND capture > ?2)",
                    params![listing.canonical_url.as_str(), capture.0],
                    |row| row.get(0),
                )?;
                if !newer && !known_later(db, listing)? && !retention::was_purged(db, listing, capture.0)? {
                    let place = Place { capture: Some(capture.0), page, sweep: SweepId(sweep) };
                    read_again(db, listing, place, now)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn timeline(&self, listing: ListingId) -> Result<Vec<ListingEvent>> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT e.at_ms, e.kind, e.before, e.sweep, c.id, c.warc, c.offset, c.sha256, c.source, c.role, c.sweep, o.id, o.warc, o.sha256, r.id, r.warc, r.sha256
                 FROM listing_events e LEFT JOIN captures c ON c.id = e.capture LEFT JOIN captures o ON o.id = c.refers_to LEFT JOIN captures r ON r.id = c.robots WHERE e.listing = ?1 ORDER BY e.id",
            )?;
            let mut rows = query.query([listing.0])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                let before: Option<String> = row.get(2)?;
                events.push(ListingEvent {
                    at: timestamp(row.get(0)?),
                    change: ListingChange::parse(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?),
                    before: before.map(|text| from_json("before", &text)).transpose()?,
                    sweep: SweepId(row.get(3)?),
                    capture: if row.get::<_, Option<i64>>(4)?.is_some() { Some(capture(row, 4)?) } else { None },
                });
            }
            Ok(events)
        })
        .await
    }

    async fn forget_assessments(&self, sweep: Option<SweepId>) -> Result<u64> {
        self.write(move |db| {
            let forgotten = db.execute(
                "UPDATE listings SET assessment = NULL, verdict = NULL, score = NULL WHERE ?1 IS NULL OR sweep = ?1",
                [sweep.map(|id| id.0)],
            )?;
            Ok(forgotten as u64)
        })
        .await
    }
}

fn select(db: &Connection, clause: &str, values: &[&dyn ToSql]) -> Result<Vec<StoredListing>> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} {clause}"))?;
    let mut rows = query.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let assessment: Option<String> = row.get(2)?;
        found.push(StoredListing {
            id: ListingId(row.get(0)?),
            listing: from_json("listing", &row.get::<_, String>(1)?)?,
            assessment: assessment.map(|text| from_json("assessment", &text)).transpose()?,
            sweep: SweepId(row.get(3)?),
            lead: row.get(4)?,
            gone: row.get::<_, Option<i64>>(5)?.map(timestamp),
            capture: if row.get::<_, Option<i64>>(6)?.is_some() { Some(capture(row, 6)?) } else { None },
        });
    }
    Ok(found)
}

fn capture(row: &Row<'_>, from: usize) -> rusqlite::Result<CaptureRow> {
    Ok(CaptureRow {
        id: CaptureId(row.get(from)?),
        warc: row.get(from + 1)?,
        offset: row.get::<_, i64>(from + 2)?.unsigned_abs(),
        sha256: row.get(from + 3)?,
        source: row.get(from + 4)?,
        role: row.get(from + 5)?,
        sweep: SweepId(row.get(from + 6)?),
        refers_to: original(row, from + 7)?,
        robots: original(row, from + 10)?,
    })
}

/// A capture that another one refers to: three columns, empty where there is none.
pub(super) fn original(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<OriginalRow>> {
    let Some(id) = row.get::<_, Option<i64>>(from)? else { return Ok(None) };
    Ok(Some(OriginalRow { id: CaptureId(id), warc: row.get(from + 1)?, sha256: row.get(from + 2)? }))
}
