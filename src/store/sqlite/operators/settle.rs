//! Groups of listings become leads with numbers; what changed goes into their histories.

use super::{Desk, Result, events::append, facts};
use crate::{
    domain::{LeadId, ListingId},
    leads::{Group, IdentifierKind, Lead, Level, Member, lifecycle, numbers, rank::explain},
    store::{
        LeadEventKind,
        sqlite::{from_json, queue::Scene, to_json},
    },
};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Witnesses read for one contact; a lead with more is corroborated well enough.
const WITNESSES: i64 = 100;

/// A stored lead before a step.
struct Before {
    state: String,
    lead: Option<Lead>,
}

/// Stores the leads of a pool: `groups` are all its suspects, `left` the listings of its leads that are none any more.
/// Gives the numbers of the leads it wrote.
pub(super) fn settle(desk: &Desk<'_>, groups: &[Group], left: &[i64]) -> Result<Vec<i64>> {
    let db = desk.db;
    let members: Vec<Vec<ListingId>> = groups.iter().map(|group| group.members.clone()).collect();
    let left: Vec<ListingId> = left.iter().copied().map(ListingId).collect();
    let seats = seats(db, members.iter().flatten().chain(&left))?;
    let seat = |id: ListingId| seats.get(&id).copied().unwrap_or_default();
    let mut before: BTreeMap<LeadId, Before> = BTreeMap::new();
    for number in seats.values().flat_map(|seat| [seat.now, seat.home]).flatten() {
        if let std::collections::btree_map::Entry::Vacant(free) = before.entry(number)
            && let Some(row) = stored(db, number)?
        {
            free.insert(row);
        }
    }
    let further = |number| before.get(&number).map_or(0, |row| further(&row.state));
    let numbered = numbers::assign(&members, &left, seat, further);
    for id in &left {
        db.prepare_cached("UPDATE listings SET lead = NULL WHERE id = ?1")?.execute([id.0])?;
    }
    let mut written = Vec::with_capacity(groups.len());
    for (group, number) in groups.iter().zip(&numbered.groups) {
        let (number, new) = match number {
            Some(number) => (number.0, false),
            None => (create(db)?, true),
        };
        let came_from: BTreeSet<LeadId> = group.members.iter().filter_map(|id| seat(*id).now).collect();
        let known = before.get(&LeadId(number)).and_then(|row| row.lead.as_ref());
        write(desk, group, (number, new), known, &seat)?;
        if new && !came_from.is_empty() {
            let from: Vec<String> = came_from.iter().map(|id| id.label()).collect();
            note(desk, number, LeadEventKind::SplitOff, &json!({"from": from, "listings": group.members}))?;
        }
        written.push(number);
    }
    for (ended, into) in &numbered.ended {
        let into = into.and_then(|at| written.get(at)).copied();
        db.prepare_cached("UPDATE leads SET live = 0, merged_into = ?2 WHERE id = ?1")?
            .execute(params![ended.0, into])?;
        match into {
            Some(into) => {
                note(desk, ended.0, LeadEventKind::MergedInto, &json!({"into": LeadId(into).label()}))?;
                note(desk, into, LeadEventKind::Merged, &json!({"with": ended.label()}))?;
                life(desk).end(*ended, LeadId(into))?;
            }
            None => note(desk, ended.0, LeadEventKind::Emptied, &Value::Null)?,
        }
    }
    Ok(written)
}

fn note(desk: &Desk<'_>, lead: i64, kind: LeadEventKind, details: &Value) -> Result<()> {
    append(desk.db, lead, desk.who, kind, details, desk.now_ms)?;
    Ok(())
}

fn seats<'a>(db: &Connection, ids: impl Iterator<Item = &'a ListingId>) -> Result<HashMap<ListingId, numbers::Seat>> {
    let mut query = db.prepare_cached(
        "SELECT l.lead, f.home FROM listings l LEFT JOIN facts f ON f.listing = l.id WHERE l.id = ?1",
    )?;
    let mut seats = HashMap::new();
    for id in ids {
        let seat = query.query_row([id.0], |row| {
            Ok(numbers::Seat {
                now: row.get::<_, Option<i64>>(0)?.map(LeadId),
                home: row.get::<_, Option<i64>>(1)?.map(LeadId),
            })
        });
        seats.insert(*id, seat.optional()?.unwrap_or_default());
    }
    Ok(seats)
}

fn stored(db: &Connection, number: LeadId) -> Result<Option<Before>> {
    let row = db
        .prepare_cached("SELECT state, lead, live FROM leads WHERE id = ?1")?
        .query_row([number.0], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))
        .optional()?;
    let Some((state, lead, live)) = row else { return Ok(None) };
    let lead = (live && !lead.is_empty()).then(|| from_json("lead", &lead)).transpose()?;
    Ok(Some(Before { state, lead }))
}

/// How far a lead of that state has come; one whose state cannot be read has come nowhere.
fn further(state: &str) -> u8 {
    state.parse().map_or(0, lifecycle::along)
}

/// The lead as people move it, in the step's transaction.
fn life<'a>(desk: &'a Desk<'_>) -> Scene<'a> {
    Scene { db: desk.db, now_ms: desk.now_ms, os_user: desk.os_user }
}

fn create(db: &Connection) -> Result<i64> {
    Ok(db
        .prepare_cached("INSERT INTO leads(live, level, rank, county, lead) VALUES (1, 0, 0.0, 'unknown', '')")?
        .insert([])?)
}

fn write(
    desk: &Desk<'_>,
    group: &Group,
    (number, new): (i64, bool),
    before: Option<&Lead>,
    seat: &impl Fn(ListingId) -> numbers::Seat,
) -> Result<()> {
    let db = desk.db;
    let mut lead = assemble(desk, group)?;
    lead.id = Some(LeadId(number));
    // People tie complaints to numbers.
    lead.weigh(desk.params, desk.day);
    if before != Some(&lead) {
        store(db, number, &lead, desk.day.date)?;
    }
    for id in &group.members {
        let numbers::Seat { now, home } = seat(*id);
        if now != lead.id {
            db.prepare_cached("UPDATE listings SET lead = ?2 WHERE id = ?1")?.execute([id.0, number])?;
        }
        if home.is_none() || (new && home != lead.id) {
            db.prepare_cached("UPDATE facts SET home = ?2 WHERE listing = ?1")?.execute([id.0, number])?;
        }
    }
    tell(desk, number, before, &lead, new)
}

/// Writes a lead's row.
pub(super) fn store(db: &Connection, number: i64, lead: &Lead, today: jiff::civil::Date) -> Result<()> {
    db.prepare_cached(
        "UPDATE leads SET live = 1, merged_into = NULL, level = ?2, rank = ?3, county = ?4, ranked_on = ?5, lead = ?6 WHERE id = ?1",
    )?
    .execute(params![
        number, level_number(lead.rank.level), lead.rank.value, lead.county.as_str(), today.to_string(), to_json("lead", lead)?
    ])?;
    Ok(())
}

/// Levels as the index sorts them.
pub(in crate::store::sqlite) fn level_number(level: Level) -> u8 {
    match level {
        Level::Blue => 0,
        Level::Yellow => 1,
        Level::Orange => 2,
        Level::Red => 3,
    }
}

/// A lead that people had done with has something new and is looked at again.
fn wake(desk: &Desk<'_>, number: i64) -> Result<()> {
    life(desk).wake(LeadId(number))
}

/// What happened to a lead in this step.
fn tell(desk: &Desk<'_>, number: i64, before: Option<&Lead>, after: &Lead, new: bool) -> Result<()> {
    let Some(before) = before else {
        let kind = if new { LeadEventKind::Found } else { LeadEventKind::Back };
        return note(
            desk,
            number,
            kind,
            &json!({"listings": after.members, "rank": after.rank.value, "level": after.rank.level}),
        )
        .and_then(|()| wake(desk, number));
    };
    let were: BTreeSet<&ListingId> = before.members.iter().collect();
    let are: BTreeSet<&ListingId> = after.members.iter().collect();
    let came: Vec<_> = are.difference(&were).collect();
    let went: Vec<_> = were.difference(&are).collect();
    if !came.is_empty() {
        note(desk, number, LeadEventKind::Grew, &json!({"listings": came}))?;
        wake(desk, number)?;
    }
    if !went.is_empty() {
        note(desk, number, LeadEventKind::Shrank, &json!({"listings": went}))?;
    }
    if before.county != after.county {
        note(desk, number, LeadEventKind::Moved, &json!({"from": before.county, "to": after.county}))?;
    }
    told_rank(desk, number, before, after)
}

/// A rank that moved, with what moved it.
pub(super) fn told_rank(desk: &Desk<'_>, number: i64, before: &Lead, after: &Lead) -> Result<()> {
    if let Some(change) = explain(before, after) {
        let details = json!({
            "from": before.rank.value, "to": after.rank.value, "level": [before.rank.level, after.rank.level], "words": change.words
        });
        note(desk, number, LeadEventKind::Ranked, &details)?;
    }
    Ok(())
}

fn assemble(desk: &Desk<'_>, group: &Group) -> Result<Lead> {
    let db = desk.db;
    let mut own = Vec::with_capacity(group.members.len());
    for id in &group.members {
        own.extend(facts::read(db, id.0)?);
    }
    let keys = own.iter().flat_map(|member: &Member| &member.identifiers);
    let contacts: BTreeSet<i64> =
        keys.clone().filter(|one| one.kind == IdentifierKind::Contact).map(crate::leads::Identifier::key).collect();
    let generic = desk.generic_among(keys.map(crate::leads::Identifier::key))?;
    let mut witnesses = BTreeSet::new();
    for key in contacts.difference(&generic.iter().copied().collect()) {
        let mut query = db.prepare_cached(
            "SELECT listing FROM holders WHERE identifier = ?1 AND suspect = 0 ORDER BY listing LIMIT ?2",
        )?;
        let mut rows = query.query([*key, WITNESSES])?;
        while let Some(row) = rows.next()? {
            witnesses.insert(row.get::<_, i64>(0)?);
        }
    }
    let mut beside = Vec::with_capacity(witnesses.len());
    for id in witnesses {
        beside.extend(facts::read(db, id)?);
    }
    let (own, beside): (Vec<&Member>, Vec<&Member>) = (own.iter().collect(), beside.iter().collect());
    Ok(Lead::assemble(group, &own, &beside, |key| generic.contains(&key), desk.params, desk.day))
}
