//! Archived pages in SQLite.

use super::{Result, listings::original};
use crate::{
    domain::{SourceId, SweepId},
    store::{OriginalRow, SavedCapture},
};
use rusqlite::{Connection, OptionalExtension, params};

/// Where a capture came from: a page of the frontier, or a file that a person brought.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Page(i64),
    Import(i64),
    /// A host's robots.txt.
    Robots,
}

/// The role under which a robots.txt is kept; no page has it.
pub(super) const ROBOTS: &str = "robots";

/// Remembers a capture; gives its number.
pub(super) fn insert(
    db: &Connection,
    from: From,
    sweep: SweepId,
    capture: &SavedCapture,
    (source, role): (&SourceId, &str),
    now: i64,
) -> Result<i64> {
    let (page, import) = match from {
        From::Page(id) => (Some(id), None),
        From::Import(id) => (None, Some(id)),
        From::Robots => (None, None),
    };
    let id = db
        .prepare_cached(
            "INSERT INTO captures(page, import, sweep, warc, offset, sha256, status, source, role, stored_ms, url, fetched_at, payload_sha256, refers_to, robots)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .insert(params![
            page, import, sweep.0, capture.warc, i64::try_from(capture.offset).unwrap_or(i64::MAX), capture.sha256, capture.status,
            source.0, role, now, capture.url, capture.fetched_at.to_string(), capture.payload_sha256,
            capture.refers_to.map(|id| id.0), capture.robots.map(|id| id.0)
        ])?;
    Ok(id)
}

/// The last archived robots.txt of this address with this body.
pub(super) fn robots_of(db: &Connection, url: &str, payload_sha256: &str) -> Result<Option<OriginalRow>> {
    let mut query = db.prepare_cached(
        "SELECT id, warc, sha256 FROM captures WHERE role = 'robots' AND url = ?1 AND payload_sha256 = ?2 ORDER BY id DESC LIMIT 1",
    )?;
    Ok(query.query_row([url, payload_sha256], |row| original(row, 0)).optional()?.flatten())
}

/// Every archived robots.txt.
pub(super) fn all_robots(db: &Connection) -> Result<Vec<OriginalRow>> {
    let mut query = db.prepare("SELECT id, warc, sha256 FROM captures WHERE role = 'robots' ORDER BY id")?;
    let rows = query.query_map([], |row| original(row, 0))?;
    Ok(rows.filter_map(std::result::Result::transpose).collect::<std::result::Result<_, _>>()?)
}
