//! Everything linked again from the facts alone: after other parameters, or when somebody doubts the small steps.

use super::{Desk, Result, facts, index, settle::settle};
use crate::{
    domain::ListingId,
    leads::{Bond, Sets, linking},
    store::Rebuilt,
};
use rusqlite::params;
use std::collections::HashMap;

/// Listings of one lead and its neighbours stored at a time, so that memory does not grow with the leads.
const AT_ONCE: usize = 256;

/// Builds the index, the generic identifiers and all leads anew. Numbers, fences and what people joined stay.
pub(in crate::store::sqlite) fn rebuild(desk: &Desk<'_>) -> Result<Rebuilt> {
    let db = desk.db;
    let before: i64 = db.query_row("SELECT count(*) FROM leads WHERE live = 1", [], |row| row.get(0))?;
    index_all(desk)?;
    let mut turned = 0;
    let keys: Vec<i64> = db
        .prepare("SELECT id FROM identifiers ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for key in keys {
        turned += usize::from(index::rejudge(desk, key, true)?);
    }
    let mut nodes = Vec::new();
    let mut query =
        db.prepare("SELECT listing, facts, fingerprint, fence FROM facts WHERE suspect = 1 ORDER BY listing")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        nodes.push(facts::node_of(desk, row.get(0)?, row)?);
    }
    drop(rows);
    let bonds = bonds(desk)?;
    let groups = linking::link(&nodes, &bonds, &desk.params.link);
    let listings = nodes.len();
    drop(nodes);
    settle_all(desk, &groups)?;
    let after: i64 = db.query_row("SELECT count(*) FROM leads WHERE live = 1", [], |row| row.get(0))?;
    Ok(Rebuilt { listings, before: before.unsigned_abs(), after: after.unsigned_abs(), identifiers_turned: turned })
}

/// Rows of `holders` and `bands` are written in the order of their keys, which is ten times as fast as one listing after another.
fn index_all(desk: &Desk<'_>) -> Result<()> {
    let db = desk.db;
    db.execute_batch("DELETE FROM holders; DELETE FROM bands;")?;
    let mut holders: Vec<(i64, i64, i64, bool, bool)> = Vec::new();
    let mut bands: Vec<(i64, i64)> = Vec::new();
    let mut query = db.prepare("SELECT listing, facts, fingerprint FROM facts ORDER BY listing")?;
    let mut rows = query.query([])?;
    let mut insert = db.prepare_cached(
        "INSERT INTO identifiers(id, kind, value, service) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT(id) DO UPDATE SET service = 1 WHERE excluded.service = 1 AND service = 0",
    )?;
    while let Some(row) = rows.next()? {
        let member = facts::member(row)?;
        let service: Vec<i64> = crate::leads::generic::service_numbers(&member).map(|one| one.key()).collect();
        for identifier in &member.identifiers {
            let key = identifier.key();
            insert.execute(params![key, identifier.kind.code(), identifier.value, service.contains(&key)])?;
            holders.push((key, member.id.0, member.poster(), member.is_unrelated(), member.is_suspect()));
        }
        bands.extend(index::bands(desk, &member).into_iter().map(|band| (band, member.id.0)));
    }
    drop(rows);
    holders.sort_unstable();
    holders.dedup_by_key(|row| (row.0, row.1));
    let mut insert =
        db.prepare("INSERT INTO holders(identifier, listing, poster, unrelated, suspect) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &holders {
        insert.execute(*row)?;
    }
    drop(holders);
    bands.sort_unstable();
    bands.dedup();
    let mut insert = db.prepare("INSERT INTO bands(band, listing) VALUES (?1, ?2)")?;
    for row in &bands {
        insert.execute(*row)?;
    }
    db.execute_batch("UPDATE facts SET waiting = 0 WHERE waiting = 1; UPDATE facts SET banded = CASE suspect WHEN 1 THEN fingerprint ELSE x'' END;")?;
    Ok(())
}

fn bonds(desk: &Desk<'_>) -> Result<Vec<Bond>> {
    let mut query =
        desk.db.prepare("SELECT b.a, b.b FROM bonds b JOIN joins j ON j.id = b.change WHERE j.undone_ms IS NULL")?;
    let rows = query.query_map([], |row| Ok(Bond { a: ListingId(row.get(0)?), b: ListingId(row.get(1)?) }))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Numbers are given within pools that hold whole leads before and after; each such pool is stored by itself.
fn settle_all(desk: &Desk<'_>, groups: &[linking::Group]) -> Result<()> {
    let mut pools = Sets::new(groups.len());
    let mut owner: HashMap<i64, usize> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for id in &group.members {
            let mut query = desk.db.prepare_cached(
                "SELECT l.lead, f.home FROM listings l JOIN facts f ON f.listing = l.id WHERE l.id = ?1",
            )?;
            let (now, home): (Option<i64>, Option<i64>) =
                query.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for number in now.into_iter().chain(home) {
                let first = *owner.entry(number).or_insert(at);
                pools.unite(first, at);
            }
        }
    }
    let mut by_pool: HashMap<usize, Vec<usize>> = HashMap::new();
    for at in 0..groups.len() {
        by_pool.entry(pools.root(at)).or_default().push(at);
    }
    let mut pools: Vec<Vec<usize>> = by_pool.into_values().collect();
    pools.sort_unstable();
    // Listings that are no suspects any more, and leads of which nothing is left.
    let mut left: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut query = desk.db.prepare(
        "SELECT l.lead, l.id FROM listings l LEFT JOIN facts f ON f.listing = l.id WHERE l.lead IS NOT NULL AND coalesce(f.suspect, 0) = 0",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        left.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    drop(rows);
    let pool_of: HashMap<i64, usize> = owner;
    let mut left_of_pool: HashMap<usize, Vec<i64>> = HashMap::new();
    let mut alone = Vec::new();
    for (lead, ids) in left {
        match pool_of.get(&lead) {
            Some(at) => left_of_pool.entry(*at).or_default().extend(ids),
            None => alone.extend(ids),
        }
    }
    if !alone.is_empty() {
        alone.sort_unstable();
        settle(desk, &[], &alone)?;
    }
    let mut batch: Vec<linking::Group> = Vec::new();
    let mut batch_left = Vec::new();
    for pool in pools {
        for at in pool {
            batch_left.extend(left_of_pool.remove(&at).unwrap_or_default());
            batch.extend(groups.get(at).cloned());
        }
        if batch.len() >= AT_ONCE {
            settle(desk, &std::mem::take(&mut batch), &std::mem::take(&mut batch_left))?;
        }
    }
    settle(desk, &batch, &batch_left)?;
    Ok(())
}
