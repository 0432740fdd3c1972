//! Archived pages in SQLite.

use super::Result;
use crate::{
    domain::{PageRole, SourceId, SweepId},
    store::SavedCapture,
};
use rusqlite::{Connection, params};

/// Where a capture came from: a page of the frontier, or a file that a person brought.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Page(i64),
    Import(i64),
}

/// Remembers a capture; gives its number.
pub(super) fn insert(
    db: &Connection,
    from: From,
    sweep: SweepId,
    capture: &SavedCapture,
    (source, role): (&SourceId, PageRole),
    now: i64,
) -> Result<i64> {
    let (page, import) = match from {
        From::Page(id) => (Some(id), None),
        From::Import(id) => (None, Some(id)),
    };
    let id = db
        .prepare_cached(
            "INSERT INTO captures(page, import, sweep, warc, offset, sha256, status, source, role, stored_ms, url, fetched_at, payload_sha256, refers_to)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .insert(params![
            page, import, sweep.0, capture.warc, i64::try_from(capture.offset).unwrap_or(i64::MAX), capture.sha256, capture.status,
            source.0, role.code(), now, capture.url, capture.fetched_at.to_string(), capture.payload_sha256,
            capture.refers_to.map(|id| id.0)
        ])?;
    Ok(id)
}
