//! One step of the linker: some listings that were judged, changed or taken down, and every lead they touch.

use super::{
    Desk, Result, facts, index,
    settle::{settle, store, told_rank},
};
use crate::{
    domain::ListingId,
    leads::{Bond, IdentifierKind, Lead, Member, Node, linking},
    store::sqlite::from_json,
};
use std::collections::{BTreeMap, BTreeSet};

/// The leads and listings that a step has to look at again.
#[derive(Default)]
pub(super) struct Pool {
    /// Whole leads.
    pub leads: BTreeSet<i64>,
    /// Suspects, in a lead or not.
    pub loose: BTreeSet<i64>,
}

/// Links up to `limit` waiting listings; gives how many there were.
pub(in crate::store::sqlite) fn step(desk: &Desk<'_>, limit: u32) -> Result<usize> {
    let db = desk.db;
    let waiting: Vec<i64> = db
        .prepare_cached("SELECT listing FROM facts WHERE waiting = 1 ORDER BY listing LIMIT ?1")?
        .query_map([limit], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    let mut pool = Pool::default();
    let mut seeds = Vec::with_capacity(waiting.len());
    let mut shown = BTreeSet::new();
    for id in &waiting {
        pool.leads.extend(facts::lead_of(db, *id)?);
        db.prepare_cached("UPDATE facts SET waiting = 0 WHERE listing = ?1")?.execute([*id])?;
        if let Some(member) = facts::read(db, *id)? {
            let index::Shown { ever, gone } = index::renew(desk, &member)?;
            shown.extend(ever);
            leave(desk, &gone, &mut pool)?;
            seeds.push(member);
        }
    }
    let turned = turned(desk, &shown, &mut pool)?;
    let fenced = fenced(desk)?;
    for member in &seeds {
        look_around(desk, member, fenced, &mut pool)?;
    }
    // A contact that stopped or began to tell operators apart changes whose texts are strangers' as well.
    for id in turned {
        if let Some(member) = facts::read(db, id)? {
            look_around(desk, &member, fenced, &mut pool)?;
        }
    }
    relink(desk, &pool)?;
    Ok(waiting.len())
}

/// Leads that a listing spoke for through a contact that it shows no longer.
fn leave(desk: &Desk<'_>, gone: &BTreeSet<i64>, pool: &mut Pool) -> Result<()> {
    let mut query = desk.db.prepare_cached(
        "SELECT DISTINCT l.lead FROM holders h JOIN listings l ON l.id = h.listing
         WHERE h.identifier = ?1 AND h.suspect = 1 AND l.lead IS NOT NULL",
    )?;
    for key in gone {
        let mut rows = query.query([*key])?;
        while let Some(row) = rows.next()? {
            pool.leads.insert(row.get(0)?);
        }
    }
    Ok(())
}

/// Judges identifiers again; takes the leads of those that turned into the pool and gives their suspect holders.
pub(super) fn turned(desk: &Desk<'_>, keys: &BTreeSet<i64>, pool: &mut Pool) -> Result<BTreeSet<i64>> {
    let mut suspects = BTreeSet::new();
    for key in keys {
        if index::rejudge(desk, *key, false)? {
            let mut query = desk.db.prepare_cached(
                "SELECT h.listing, l.lead FROM holders h JOIN listings l ON l.id = h.listing WHERE h.identifier = ?1 AND h.suspect = 1",
            )?;
            let mut rows = query.query([*key])?;
            while let Some(row) = rows.next()? {
                suspects.insert(row.get(0)?);
                pool.leads.extend(row.get::<_, Option<i64>>(1)?);
            }
        }
    }
    Ok(suspects)
}

/// Whether people keep any listings apart at all.
pub(super) fn fenced(desk: &Desk<'_>) -> Result<bool> {
    let mut query = desk.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM facts WHERE fence <> 0)")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Takes the leads that a listing belongs with, or speaks for, into the pool.
pub(super) fn look_around(desk: &Desk<'_>, member: &Member, fenced: bool, pool: &mut Pool) -> Result<()> {
    let suspect = member.is_suspect();
    if suspect {
        pool.loose.insert(member.id.0);
    }
    let mut weights: BTreeMap<i64, usize> = BTreeMap::new();
    for identifier in &member.identifiers {
        let key = identifier.key();
        // A witness speaks through a contact only.
        if desk.is_generic(key)? || !(suspect || identifier.kind == IdentifierKind::Contact) {
            continue;
        }
        // Within one fence all suspects with a telling identifier are in one lead, so that one of them is enough.
        let mut query = desk.db.prepare_cached(if fenced {
            "SELECT l.lead, f.fence FROM holders h JOIN listings l ON l.id = h.listing JOIN facts f ON f.listing = h.listing
             WHERE h.identifier = ?1 AND h.suspect = 1 AND h.listing <> ?2 AND l.lead IS NOT NULL"
        } else {
            "SELECT l.lead, 0 FROM holders h JOIN listings l ON l.id = h.listing
             WHERE h.identifier = ?1 AND h.suspect = 1 AND h.listing <> ?2 AND l.lead IS NOT NULL LIMIT 1"
        })?;
        let mut rows = query.query([key, member.id.0])?;
        while let Some(row) = rows.next()? {
            pool.leads.insert(row.get(0)?);
            *weights.entry(row.get(1)?).or_default() += 2;
        }
    }
    if suspect {
        let Some(node) = facts::node(desk, member.id.0)? else { return Ok(()) };
        near_duplicates(desk, &node, fenced, pool, &mut weights)?;
        if fenced {
            choose_fence(desk, &node, &weights)?;
        }
    }
    Ok(())
}

fn near_duplicates(
    desk: &Desk<'_>,
    node: &Node,
    fenced: bool,
    pool: &mut Pool,
    weights: &mut BTreeMap<i64, usize>,
) -> Result<()> {
    let mut candidates = BTreeSet::new();
    for band in node.fingerprint.bands() {
        let mut query = desk.db.prepare_cached("SELECT listing FROM bands WHERE band = ?1 AND listing <> ?2")?;
        let mut rows = query.query([index::band_key(band), node.id.0])?;
        while let Some(row) = rows.next()? {
            candidates.insert(row.get::<_, i64>(0)?);
        }
    }
    for id in candidates {
        let lead = facts::lead_of(desk.db, id)?;
        // A lead that is in the pool anyway need not be found again, unless it has to be weighed against another.
        if lead.is_none_or(|lead| pool.leads.contains(&lead)) && !fenced {
            continue;
        }
        if let Some(other) = facts::node(desk, id)?
            && node.near_duplicate(&other, &desk.params.link).is_some()
        {
            pool.leads.extend(lead);
            *weights.entry(other.fence).or_default() += 1;
        }
    }
    Ok(())
}

/// A listing that nobody placed goes to the side of a fence where it has most in common, and stays there.
fn choose_fence(desk: &Desk<'_>, node: &Node, weights: &BTreeMap<i64, usize>) -> Result<()> {
    if weights.contains_key(&node.fence) || weights.is_empty() {
        return Ok(());
    }
    let placed: bool = desk
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM fence_moves m JOIN joins j ON j.id = m.change
             WHERE m.listing = ?1 AND m.after = ?2 AND j.undone_ms IS NULL)",
        )?
        .query_row([node.id.0, node.fence], |row| row.get(0))?;
    let most = weights.iter().max_by_key(|(fence, weight)| (**weight, std::cmp::Reverse(**fence)));
    if let Some((fence, _)) = most.filter(|_| !placed) {
        desk.db.prepare_cached("UPDATE facts SET fence = ?2 WHERE listing = ?1")?.execute([node.id.0, *fence])?;
    }
    Ok(())
}

/// Links everything in the pool again and stores what comes of it; gives the numbers of its leads.
pub(super) fn relink(desk: &Desk<'_>, pool: &Pool) -> Result<Vec<i64>> {
    let mut all = pool.loose.clone();
    for lead in &pool.leads {
        all.extend(facts::members_of(desk.db, *lead)?);
    }
    let (mut nodes, mut left) = (Vec::with_capacity(all.len()), Vec::new());
    for id in &all {
        match facts::node(desk, *id)? {
            Some(node) => nodes.push(node),
            None => left.push(*id),
        }
    }
    let bonds = bonds(desk, &all)?;
    let groups = linking::link(&nodes, &bonds, &desk.params.link);
    settle(desk, &groups, &left)
}

fn bonds(desk: &Desk<'_>, among: &BTreeSet<i64>) -> Result<Vec<Bond>> {
    let mut query = desk.db.prepare_cached(
        "SELECT b.b FROM bonds b JOIN joins j ON j.id = b.change WHERE b.a = ?1 AND j.undone_ms IS NULL",
    )?;
    let mut found = Vec::new();
    for a in among {
        let mut rows = query.query([*a])?;
        while let Some(row) = rows.next()? {
            found.push(Bond { a: ListingId(*a), b: ListingId(row.get(0)?) });
        }
    }
    Ok(found)
}

/// Ranks up to `limit` leads for today that were ranked for another day; gives how many there were.
pub(in crate::store::sqlite) fn refresh(desk: &Desk<'_>, limit: u32) -> Result<usize> {
    let mut query = desk.db.prepare_cached(
        "SELECT id, lead FROM leads WHERE live = 1 AND ranked_on < ?1 UNION ALL
         SELECT id, lead FROM leads WHERE live = 1 AND ranked_on > ?1 LIMIT ?2",
    )?;
    let mut rows = query.query(rusqlite::params![desk.day.date.to_string(), limit])?;
    let mut stale: Vec<(i64, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        stale.push((row.get(0)?, row.get(1)?));
    }
    drop(rows);
    for (number, text) in &stale {
        let before: Lead = from_json("lead", text)?;
        let mut after = before.clone();
        after.weigh(desk.params, desk.day);
        store(desk.db, *number, &after, desk.day.date)?;
        // Time passes for every lead every day; only what moves it to another level is worth a line.
        if before.rank.level != after.rank.level {
            told_rank(desk, *number, &before, &after)?;
        }
    }
    Ok(stale.len())
}
