//! Full-text search in SQLite: an FTS5 table without content, one row for each judged listing.

use super::{SqliteStore, audit, operators};
use crate::{
    domain::{Act, LeadId, ListingId},
    leads::Level,
    store::{Hit, Hits, Result, Search, SearchQuery},
    text::IndexText,
};
use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

/// Matches looked at, newest first: a word that half of all listings show need not be ranked through all of them.
const NEWEST: u32 = 1000;
/// The same where only some leads are wanted.
const NEWEST_OF_SOME: u32 = 4_000;

/// Puts a listing into the index, or a newer text of it.
pub(super) fn index(db: &Connection, listing: ListingId, text: &IndexText) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO search(rowid, said, initials) VALUES (?1, ?2, ?3)")?.execute(params![
        listing.0,
        text.said,
        text.initials
    ])?;
    Ok(())
}

/// Takes a listing out of the index.
pub(super) fn forget(db: &Connection, listing: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([listing])?;
    Ok(())
}

#[async_trait]
impl Search for SqliteStore {
    async fn search(&self, query: SearchQuery) -> Result<Hits> {
        self.read(move |db| search(db, &query)).await
    }

    async fn showing(&self, keys: Vec<i64>, limit: u32, act: Act) -> Result<Vec<Hit>> {
        let now = self.now_ms();
        self.write_beside(move |db| audit::append(db, &act, now)).await?;
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT DISTINCT l.id, l.lead, 0.0 FROM holders h JOIN listings l ON l.id = h.listing
                 WHERE h.identifier IN (SELECT value FROM json_each(?1)) ORDER BY l.id DESC LIMIT ?2",
            )?;
            let rows = query.query_map(params![super::to_json("keys", &keys)?, limit], hit)?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }
}

fn search(db: &Connection, query: &SearchQuery) -> Result<Hits> {
    let SearchQuery { expression, county, level, state, source, limit } = query;
    let some = county.is_some() || level.is_some() || state.is_some() || source.is_some();
    let newest = if some { NEWEST_OF_SOME } else { NEWEST.max(*limit) };
    // A level that does not exist is one that no lead has.
    let level = level.as_ref().map(|code| {
        let known = Level::ALL.iter().find(|level| level.code() == code || level.zh() == code);
        known.map_or(-1, |level| i64::from(operators::level_number(*level)))
    });
    let found = match expression {
        Some(_) => {
            "SELECT rowid AS id, -bm25(search) AS score FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?2"
        }
        None => {
            "SELECT id, 0.0 AS score FROM listings WHERE ?1 IS NULL AND assessment IS NOT NULL ORDER BY id DESC LIMIT ?2"
        }
    };
    let mut select = db.prepare_cached(&format!(
        "WITH found AS MATERIALIZED ({found})
         SELECT l.id, l.lead, f.score, (SELECT count(*) FROM found) FROM found f JOIN listings l ON l.id = f.id LEFT JOIN leads d ON d.id = l.lead
         WHERE (?3 IS NULL OR d.county = ?3) AND (?4 IS NULL OR d.level = ?4) AND (?5 IS NULL OR d.state = ?5) AND (?6 IS NULL OR l.source = ?6)
         ORDER BY f.score DESC, l.id DESC LIMIT ?7"
    ))?;
    let mut rows = select.query(params![expression, newest, county, level, state, source, limit])?;
    let mut hits = Hits::default();
    while let Some(row) = rows.next()? {
        hits.only_newest = row.get::<_, u32>(3)? >= newest;
        hits.hits.push(hit(row)?);
    }
    Ok(hits)
}

fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    Ok(Hit { listing: ListingId(row.get(0)?), lead: row.get::<_, Option<i64>>(1)?.map(LeadId), score: row.get(2)? })
}
