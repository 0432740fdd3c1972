//! Remembering pages.

use super::REFRESH_MS;
use crate::{
    domain::SweepId,
    store::{NewPage, Result},
};
use rusqlite::{Connection, OptionalExtension, params};

/// GET pages are known by their canonical address, POSTs also by what they send.
fn page_key(page: &NewPage) -> String {
    match &page.request.post_body {
        Some(body) => page.key.with_item(&format!("POST {body}")).to_string(),
        None => page.key.to_string(),
    }
}

pub(super) fn put_pages(db: &Connection, sweep: SweepId, pages: &[NewPage], now: i64) -> Result<u64> {
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
