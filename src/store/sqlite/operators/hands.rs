//! What people join and keep apart by hand, and how they take it back.

use super::{
    Desk, Result,
    events::append,
    facts,
    step::{Pool, look_around, relink},
};
use crate::{
    domain::{Act, AuditKind, LeadId, ListingId},
    evidence::sha256_hex,
    store::{JoinKind, LeadEventKind, StoreError, sqlite::audit},
};
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

/// Puts two leads together; gives the number of the change.
pub(in crate::store::sqlite) fn merge(desk: &Desk<'_>, lead: LeadId, other: LeadId, reason: &str) -> Result<i64> {
    if lead == other {
        return Err(StoreError::Refused("一条线索不能与自身合并".to_owned()));
    }
    let (own, others) = (live(desk, lead)?, live(desk, other)?);
    let change = begin(desk, JoinKind::Merge, lead, other, reason)?;
    let fence = own.first().map_or(Ok(0), |first| fence(desk, *first))?;
    for listing in own.iter().chain(&others) {
        move_fence(desk, change, *listing, fence)?;
    }
    // Some pairs more than needed, so that one listing taken down does not part what a person put together.
    for (a, b) in own.iter().take(3).flat_map(|a| others.iter().take(3).map(move |b| (*a, *b))) {
        bond(desk, change, a, b)?;
    }
    finish(desk, change, JoinKind::Merge, [lead, other], reason, &json!({"with": other.label(), "listings": others}))?;
    again(desk, [lead.0, other.0])?;
    Ok(change)
}

/// Takes listings out of a lead into one of their own; gives the number of the change.
pub(in crate::store::sqlite) fn split(
    desk: &Desk<'_>,
    lead: LeadId,
    listings: &[ListingId],
    reason: &str,
) -> Result<i64> {
    let own = live(desk, lead)?;
    let mut out: Vec<i64> = listings.iter().map(|id| id.0).collect();
    out.sort_unstable();
    out.dedup();
    if let Some(stranger) = out.iter().find(|id| !own.contains(id)) {
        return Err(StoreError::Refused(format!("信息 {stranger} 不在线索 {} 中", lead.label())));
    }
    if out.is_empty() || out.len() == own.len() {
        return Err(StoreError::Refused("拆分后两边都必须至少有一条信息".to_owned()));
    }
    let change = begin(desk, JoinKind::Split, lead, lead, reason)?;
    for listing in &own {
        let side = if out.contains(listing) { change } else { fence(desk, *listing)? };
        move_fence(desk, change, *listing, side)?;
    }
    // They leave together, whatever linked them through the rest.
    for (a, b) in out.iter().zip(out.iter().skip(1)) {
        bond(desk, change, *a, *b)?;
    }
    finish(desk, change, JoinKind::Split, [lead, lead], reason, &json!({"listings": out}))?;
    again(desk, [lead.0])?;
    Ok(change)
}

/// Takes back a merge or split. What later changes decided about the same listings stays.
pub(in crate::store::sqlite) fn undo(desk: &Desk<'_>, change: i64) -> Result<()> {
    let db = desk.db;
    let known = db
        .prepare_cached("SELECT kind, lead, other, undone_ms FROM joins WHERE id = ?1")?
        .query_row([change], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<i64>>(3)?))
        })
        .optional()?;
    let Some((kind, lead, other, undone)) = known else {
        return Err(StoreError::Refused(format!("没有编号为 {change} 的合并或拆分")));
    };
    if undone.is_some() {
        return Err(StoreError::Refused(format!("第 {change} 号合并或拆分已撤销")));
    }
    db.prepare_cached("UPDATE joins SET undone_ms = ?2 WHERE id = ?1")?.execute([change, desk.now_ms])?;
    let mut query = db.prepare_cached(
        "SELECT m.listing, m.before, f.fence = m.after FROM fence_moves m JOIN facts f ON f.listing = m.listing WHERE m.change = ?1",
    )?;
    let moves: Vec<(i64, i64, bool)> = query
        .query_map([change], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<std::result::Result<_, _>>()?;
    let mut touched = Vec::new();
    for (listing, before, untouched) in moves {
        touched.extend(facts::lead_of(db, listing)?);
        if untouched {
            set_fence(desk, listing, before)?;
        }
    }
    let mut query = db.prepare_cached("SELECT a FROM bonds WHERE change = ?1")?;
    for bonded in query.query_map([change], |row| row.get::<_, i64>(0))?.collect::<std::result::Result<Vec<_>, _>>()? {
        touched.extend(facts::lead_of(db, bonded)?);
    }
    let kind = if kind == JoinKind::Merge.code() { JoinKind::Merge } else { JoinKind::Split };
    let details = json!({"change": change, "kind": kind.code()});
    for lead in touched.iter().collect::<std::collections::BTreeSet<_>>() {
        append(db, *lead, desk.who, LeadEventKind::Undone, &details, desk.now_ms)?;
    }
    log(desk, LeadId(lead), &json!({"undone": change, "kind": kind.code(), "other": LeadId(other).label()}))?;
    again(desk, touched)
}

fn live(desk: &Desk<'_>, lead: LeadId) -> Result<Vec<i64>> {
    let members = facts::members_of(desk.db, lead.0)?;
    if members.is_empty() {
        return Err(StoreError::Refused(format!("线索 {} 不存在，或已并入其他线索", lead.label())));
    }
    Ok(members)
}

fn begin(desk: &Desk<'_>, kind: JoinKind, lead: LeadId, other: LeadId, reason: &str) -> Result<i64> {
    if reason.trim().is_empty() {
        return Err(StoreError::Refused("必须写明理由".to_owned()));
    }
    Ok(desk
        .db
        .prepare_cached("INSERT INTO joins(kind, at_ms, who, reason, lead, other) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .insert(params![kind.code(), desk.now_ms, desk.who, reason.trim(), lead.0, other.0])?)
}

fn finish(
    desk: &Desk<'_>,
    change: i64,
    kind: JoinKind,
    leads: [LeadId; 2],
    reason: &str,
    details: &Value,
) -> Result<()> {
    let told = json!({"change": change, "kind": kind.code(), "reason": reason.trim(), "details": details});
    let [lead, _] = leads;
    for lead in leads.into_iter().collect::<std::collections::BTreeSet<_>>() {
        append(desk.db, lead.0, desk.who, LeadEventKind::ByHand, &told, desk.now_ms)?;
    }
    // Words of people are purged with the lead; the log is never.
    let words = sha256_hex(reason.trim().as_bytes());
    log(desk, lead, &json!({"change": change, "kind": kind.code(), "reason_sha256": words, "details": details}))
}

fn log(desk: &Desk<'_>, lead: LeadId, details: &Value) -> Result<()> {
    let details = json!({"by": desk.who, "what": details});
    let act = Act { who: desk.os_user.to_owned(), kind: AuditKind::LeadsJoined, object: lead.label(), details };
    audit::append(desk.db, &act, desk.now_ms)?;
    Ok(())
}

fn fence(desk: &Desk<'_>, listing: i64) -> Result<i64> {
    let mut query = desk.db.prepare_cached("SELECT fence FROM facts WHERE listing = ?1")?;
    Ok(query.query_row([listing], |row| row.get(0))?)
}

fn set_fence(desk: &Desk<'_>, listing: i64, fence: i64) -> Result<()> {
    desk.db.prepare_cached("UPDATE facts SET fence = ?2 WHERE listing = ?1")?.execute([listing, fence])?;
    Ok(())
}

/// Places a listing on a side, where it stays until the change is taken back.
fn move_fence(desk: &Desk<'_>, change: i64, listing: i64, after: i64) -> Result<()> {
    let before = fence(desk, listing)?;
    desk.db
        .prepare_cached("INSERT INTO fence_moves(change, listing, before, after) VALUES (?1, ?2, ?3, ?4)")?
        .execute([change, listing, before, after])?;
    set_fence(desk, listing, after)
}

/// Keeps that a change ties two listings together; once is enough.
pub(super) fn bond(desk: &Desk<'_>, change: i64, a: i64, b: i64) -> Result<()> {
    let mut insert = desk.db.prepare_cached("INSERT OR IGNORE INTO bonds(a, b, change) VALUES (?1, ?2, ?3)")?;
    insert.execute([a.min(b), a.max(b), change])?;
    Ok(())
}

/// Links the leads again, and with them those that a moved fence no longer keeps away.
fn again(desk: &Desk<'_>, leads: impl IntoIterator<Item = i64>) -> Result<()> {
    let mut pool = Pool { leads: leads.into_iter().collect(), ..Pool::default() };
    let mut members = Vec::new();
    for lead in &pool.leads {
        members.extend(facts::members_of(desk.db, *lead)?);
    }
    for id in members {
        if let Some(member) = facts::read(desk.db, id)? {
            look_around(desk, &member, true, &mut pool)?;
        }
    }
    relink(desk, &pool)?;
    Ok(())
}
