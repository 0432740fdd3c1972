//! Retention in SQLite.

use super::{
    SqliteStore, audit, from_json,
    frontier::key_hash,
    operators::{self, Desk},
    search, timestamp, to_json,
};
use crate::{
    domain::{Act, Assessment, AuditKind, LeadId, Listing, ListingId},
    evidence::without_contacts,
    leads::{
        Day, Lead, LeadParams, Member,
        retention::{Fate, LeadStanding, RetentionDays, Ruling, Standing, forget_operator, lead_forgets, rule},
    },
    store::{CaptureStep, PurgeMode, PurgeStep, Result, Retention},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Stands for the digest of a text whose contacts were taken out: any reading of the page differs from it.
pub(super) const MASKED: &str = "masked";
/// What the program itself writes into a lead's history; everything else is a decision of a person.
const BY_PROGRAM: &str =
    "'found','grew','shrank','moved','merged','merged_into','split_off','back','emptied','ranked','by_hand','undone'";

#[async_trait]
impl Retention for SqliteStore {
    async fn purge_listings(
        &self,
        mode: PurgeMode,
        after: ListingId,
        limit: u32,
        days: &RetentionDays,
        params: &LeadParams,
        day: &Day,
    ) -> Result<PurgeStep> {
        let (days, params, day, who, now) = (*days, params.clone(), day.clone(), self.who.clone(), self.now_ms());
        if mode == PurgeMode::Look {
            return self.read(move |db| Ok(look(db, after, limit, days, now)?.0)).await;
        }
        self.write(move |db| {
            let (step, due) = look(db, after, limit, days, now)?;
            // Pages that become free are overwritten, here and nowhere else, because it costs writes.
            db.execute_batch("PRAGMA secure_delete = ON")?;
            let desk = Desk::new(db, (&params, &day), now, &who);
            let mut dropped = BTreeSet::new();
            for (_, lead) in due.iter().filter(|(_, lead)| lead.is_some()) {
                dropped.extend(*lead);
            }
            for lead in dropped {
                drop_contacts(&desk, lead)?;
            }
            let gone: Vec<i64> = due.iter().filter(|(_, lead)| lead.is_none()).map(|(id, _)| *id).collect();
            delete(&desk, &gone)?;
            db.execute_batch("PRAGMA secure_delete = FAST")?;
            log(db, &who, "listings", &counts(&step), now)?;
            Ok(step)
        })
        .await
    }

    async fn purge_leads(&self, mode: PurgeMode, limit: u32, days: &RetentionDays) -> Result<u64> {
        let (days, who, now) = (*days, self.who.clone(), self.now_ms());
        if mode == PurgeMode::Look {
            return self.read(move |db| Ok(forgetful(db, limit, days, now)?.len() as u64)).await;
        }
        self.write(move |db| {
            let due = forgetful(db, limit, days, now)?;
            for (id, lead) in &due {
                db.prepare_cached("UPDATE leads SET lead = ?2 WHERE id = ?1")?
                    .execute(params![id, to_json("lead", lead)?])?;
            }
            let found: Map<String, Value> =
                [("operators_forgotten".to_owned(), json!(due.len()))].into_iter().collect();
            if !due.is_empty() {
                log(db, &who, "leads", &found, now)?;
            }
            Ok(due.len() as u64)
        })
        .await
    }

    async fn purge_captures(&self, after: i64, limit: u32, days: &RetentionDays) -> Result<CaptureStep> {
        let (days, who, now) = (*days, self.who.clone(), self.now_ms());
        self.write(move |db| {
            let before = now.saturating_sub(i64::from(days.not_suspect) * 86_400_000);
            let found: Vec<(i64, String)> = db
                .prepare_cached(
                    "SELECT c.id, c.warc FROM captures c
                     WHERE c.id > ?1 AND c.stored_ms < ?2 AND c.id < (SELECT max(id) FROM captures)
                       AND c.id <= (SELECT coalesce(max(capture), 0) FROM sealed_captures)
                       AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.capture = c.id)
                       AND NOT EXISTS (SELECT 1 FROM listing_events e WHERE e.capture = c.id)
                       AND NOT EXISTS (SELECT 1 FROM captures r WHERE r.refers_to = c.id OR r.robots = c.id)
                       AND NOT EXISTS (SELECT 1 FROM hosts h WHERE h.robots_capture = c.id)
                     ORDER BY c.id LIMIT ?3",
                )?
                .query_map(params![after, before, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<std::result::Result<_, _>>()?;
            let mut step =
                CaptureStep { last: found.last().map(|(id, _)| *id), files: Vec::with_capacity(found.len()) };
            for (id, _) in &found {
                db.prepare_cached("UPDATE visits SET capture = NULL WHERE capture = ?1")?.execute([id])?;
                db.prepare_cached("DELETE FROM captures WHERE id = ?1")?.execute([id])?;
            }
            let files = found.into_iter().map(|(_, file)| file);
            step.files = unnamed(db, files)?;
            if step.last.is_some() {
                let details = [("captures_deleted".to_owned(), json!(step.files.len()))].into_iter().collect();
                log(db, &who, "captures", &details, now)?;
            }
            Ok(step)
        })
        .await
    }

    async fn unknown_files(&self, files: Vec<String>) -> Result<Vec<String>> {
        self.read(move |db| unnamed(db, files.into_iter())).await
    }
}

/// Files that no capture names.
fn unnamed(db: &Connection, files: impl Iterator<Item = String>) -> Result<Vec<String>> {
    let mut named = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM captures WHERE warc = ?1)")?;
    let mut left = Vec::new();
    for file in files {
        if !named.query_row([file.as_str()], |row| row.get::<_, bool>(0))? {
            left.push(file);
        }
    }
    Ok(left)
}

/// Listings with something to do; those whose contacts go name their lead.
type Due = Vec<(i64, Option<i64>)>;

fn look(db: &Connection, after: ListingId, limit: u32, days: RetentionDays, now: i64) -> Result<(PurgeStep, Due)> {
    let newest: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM listings", [], |row| row.get(0))?;
    let packaged = packaged(db)?;
    let mut leads: HashMap<i64, Option<LeadStanding>> = HashMap::new();
    let (mut step, mut due) = (PurgeStep::default(), Vec::new());
    let mut query = db.prepare_cached(
        "SELECT l.id, l.verdict IN ('overt', 'disguised'), l.last_seen_ms,
           coalesce((SELECT max(e.at_ms) FROM listing_events e WHERE e.listing = l.id AND e.kind IN ('seen', 'edited', 'back')), l.first_seen_ms),
           l.lead, f.home, l.text_sha = ?3
         FROM listings l LEFT JOIN facts f ON f.listing = l.id WHERE l.id > ?1 ORDER BY l.id LIMIT ?2",
    )?;
    let mut rows = query.query(params![after.0, limit, MASKED])?;
    while let Some(row) = rows.next()? {
        let (id, now_in, home): (i64, Option<i64>, Option<i64>) = (row.get(0)?, row.get(4)?, row.get(5)?);
        let standing = Standing {
            suspect: row.get(1)?,
            last_seen: timestamp(row.get(2)?),
            read: timestamp(row.get(3)?),
            without_contacts: row.get(6)?,
            // What was handed over stays so when it is no suspect any more.
            lead: match now_in.or(home) {
                Some(lead) => standing_of(db, lead, &packaged, &mut leads)?,
                None => None,
            },
        };
        let Ruling { class, mut fate, .. } = rule(&standing, &days, timestamp(now));
        // A listing in no lead has no lead whose contacts could go; it is linked first.
        if (fate == Fate::Delete && id == newest) || (fate == Fate::DropContacts && now_in.is_none()) {
            fate = Fate::Keep;
        }
        match (fate, now_in) {
            (Fate::Delete, _) => due.push((id, None)),
            (Fate::DropContacts, Some(lead)) => due.push((id, Some(lead))),
            _ => {}
        }
        *step.counts.entry((class, fate)).or_default() += 1;
        step.last = Some(ListingId(id));
    }
    Ok((step, due))
}

/// Leads that were in a package.
fn packaged(db: &Connection) -> Result<HashSet<i64>> {
    let mut query = db.prepare_cached("SELECT leads FROM packages WHERE draft = 0")?;
    let mut rows = query.query([])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        let leads: Vec<LeadId> = from_json("leads", row.get_ref(0)?.as_str().unwrap_or_default())?;
        found.extend(leads.into_iter().map(|lead| lead.0));
    }
    Ok(found)
}

/// Where a lead stands; one that went into another stands where that one does and was handed over if either was.
fn standing_of(
    db: &Connection,
    lead: i64,
    packaged: &HashSet<i64>,
    known: &mut HashMap<i64, Option<LeadStanding>>,
) -> Result<Option<LeadStanding>> {
    if let Some(found) = known.get(&lead) {
        return Ok(found.clone());
    }
    let into = super::leads::successor(db, lead)?;
    let state: Option<String> =
        db.prepare_cached("SELECT state FROM leads WHERE id = ?1")?.query_row([into], |row| row.get(0)).optional()?;
    let found = match state {
        None => None,
        Some(state) => Some(LeadStanding {
            state,
            since: timestamp(since(db, into)?),
            packaged: packaged.contains(&lead) || packaged.contains(&into),
        }),
    };
    known.insert(lead, found.clone());
    Ok(found)
}

/// The last decision of a person about a lead, else the last that happened to it, else the beginning of time.
fn since(db: &Connection, lead: i64) -> Result<i64> {
    let mut query = db.prepare_cached(&format!(
        "SELECT coalesce((SELECT max(at_ms) FROM lead_events WHERE lead = ?1 AND kind NOT IN ({BY_PROGRAM})),
                         (SELECT max(at_ms) FROM lead_events WHERE lead = ?1), 0)"
    ))?;
    Ok(query.query_row([lead], |row| row.get(0))?)
}

/// Takes the contacts out of every listing of a lead.
fn drop_contacts(desk: &Desk<'_>, lead: i64) -> Result<()> {
    let db = desk.db;
    let mut query = db.prepare_cached(
        "SELECT l.id, l.listing, l.assessment, l.gone_ms IS NOT NULL, f.fingerprint FROM listings l JOIN facts f ON f.listing = l.id
         WHERE l.lead = ?1 AND l.assessment IS NOT NULL ORDER BY l.id",
    )?;
    let mut rows = query.query([lead])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let listing: Listing = from_json("listing", row.get_ref(1)?.as_str().unwrap_or_default())?;
        let judged: Assessment = from_json("assessment", row.get_ref(2)?.as_str().unwrap_or_default())?;
        let (listing, judged) = without_contacts(&listing, &judged);
        let fingerprint = crate::text::Fingerprint::from_bytes(row.get_ref(4)?.as_blob().unwrap_or_default());
        members.push(Member::of(ListingId(id), &listing, &judged, fingerprint, row.get(3)?));
        // The archived page holds the contacts too: the listing rests on it no longer.
        db.prepare_cached(
            "UPDATE listings SET listing = ?2, assessment = ?3, text_sha = ?4, capture = NULL WHERE id = ?1",
        )?
        .execute(params![id, to_json("listing", &listing)?, to_json("assessment", &judged)?, MASKED])?;
        db.prepare_cached("UPDATE listing_events SET before = NULL, capture = NULL WHERE listing = ?1")?
            .execute([id])?;
    }
    operators::without_contacts(desk, lead, &members)
}

/// Deletes listings with everything that hangs on them.
fn delete(desk: &Desk<'_>, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let db = desk.db;
    let mut leads = BTreeSet::new();
    for id in ids {
        let lead: Option<i64> =
            db.prepare_cached("SELECT lead FROM listings WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
        leads.extend(lead);
    }
    operators::retire(desk, ids)?;
    for lead in leads {
        let left: Option<String> = db
            .prepare_cached("SELECT lead FROM leads WHERE id = ?1 AND live = 0 AND lead <> ''")?
            .query_row([lead], |row| row.get(0))
            .optional()?;
        if let Some(text) = left {
            let mut left: Lead = from_json("lead", &text)?;
            forget_operator(&mut left);
            db.prepare_cached("UPDATE leads SET lead = ?2 WHERE id = ?1")?
                .execute(params![lead, to_json("lead", &left)?])?;
        }
    }
    for id in ids {
        let address: String =
            db.prepare_cached("SELECT canonical_url FROM listings WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
        db.prepare_cached("INSERT OR REPLACE INTO purged_listings(hash, at_ms) VALUES (?1, ?2)")?
            .execute([key_hash(&address, None), desk.now_ms])?;
        search::forget(db, *id)?;
        db.prepare_cached("DELETE FROM listing_events WHERE listing = ?1")?.execute([id])?;
        db.prepare_cached("DELETE FROM listings WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

/// Whether a listing was purged after this capture was stored: reading the capture again must not bring it back.
pub(super) fn was_purged(db: &Connection, listing: &Listing, capture: i64) -> Result<bool> {
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM purged_listings WHERE hash = ?1 AND at_ms >= (SELECT stored_ms FROM captures WHERE id = ?3))
             OR EXISTS (SELECT 1 FROM listings WHERE canonical_url = ?2 AND text_sha = ?4)",
    )?;
    let address = listing.canonical_url.as_str();
    Ok(query.query_row(params![key_hash(address, None), address, capture, MASKED], |row| row.get(0))?)
}

/// Leads without listings that may not name their operator any longer, with what is left of them.
fn forgetful(db: &Connection, limit: u32, days: RetentionDays, now: i64) -> Result<Vec<(i64, Lead)>> {
    let packaged = packaged(db)?;
    let mut leads = HashMap::new();
    let mut due = Vec::new();
    let mut query = db.prepare_cached("SELECT id, lead FROM leads WHERE live = 0 AND lead <> '' ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if due.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            break;
        }
        let id = row.get(0)?;
        let over = standing_of(db, id, &packaged, &mut leads)?
            .is_some_and(|standing| lead_forgets(&standing, &days, timestamp(now)));
        if !over {
            continue;
        }
        let mut lead: Lead = from_json("lead", row.get_ref(1)?.as_str().unwrap_or_default())?;
        if forget_operator(&mut lead) {
            due.push((id, lead));
        }
    }
    Ok(due)
}

/// Counts as the log shows them, without what was kept.
fn counts(step: &PurgeStep) -> Map<String, Value> {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for ((class, fate), count) in &step.counts {
        let (class, fate) = (json!(class), json!(fate));
        if fate != json!(Fate::Keep) {
            let name = format!("{}.{}", class.as_str().unwrap_or_default(), fate.as_str().unwrap_or_default());
            *found.entry(name).or_default() += count;
        }
    }
    found.into_iter().map(|(name, count)| (name, json!(count))).collect()
}

fn log(db: &Connection, who: &str, object: &str, details: &Map<String, Value>, now: i64) -> Result<()> {
    if details.is_empty() {
        return Ok(());
    }
    let act = Act {
        who: who.to_owned(),
        kind: AuditKind::Purged,
        object: object.to_owned(),
        details: Value::Object(details.clone()),
    };
    audit::append(db, &act, now)?;
    Ok(())
}
