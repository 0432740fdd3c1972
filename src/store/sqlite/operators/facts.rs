//! What linking reads of each judged listing, kept beside it.

use super::{Desk, Result};
use crate::{
    domain::{Assessment, Jurisdiction, Listing, ListingId},
    leads::{Identifier, Member, Node, linking},
    store::sqlite::{from_json, to_json},
    text::Fingerprint,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

/// Remembers a judged listing for the linker's next step.
pub(in crate::store::sqlite) fn keep(db: &Connection, member: &Member) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO facts(listing, suspect, waiting, facts, fingerprint) VALUES (?1, ?2, 1, ?3, ?4)
         ON CONFLICT(listing) DO UPDATE SET suspect = excluded.suspect, waiting = 1, facts = excluded.facts, fingerprint = excluded.fingerprint",
    )?
    .execute(params![member.id.0, member.is_suspect(), to_json("facts", member)?, member.fingerprint.to_bytes()])?;
    Ok(())
}

/// Remembers that a listing was taken down, or is back.
pub(in crate::store::sqlite) fn presence(db: &Connection, listing: i64, gone: bool) -> Result<()> {
    db.prepare_cached("UPDATE facts SET facts = json_set(facts, '$.gone', json(?2)), waiting = 1 WHERE listing = ?1")?
        .execute(params![listing, if gone { "true" } else { "false" }])?;
    Ok(())
}

/// The facts of a listing judged before they were kept, for a migration.
pub(in crate::store::sqlite) fn judged(id: i64, listing: &str, assessment: &str, gone: bool) -> Result<String> {
    let listing: Listing = from_json("listing", listing)?;
    let assessment: Assessment = from_json("assessment", assessment)?;
    to_json("facts", &Member::of(ListingId(id), &listing, &assessment, Fingerprint::default(), gone))
}

/// A fingerprint as it was kept before: JSON of numbers of eight bytes.
pub(in crate::store::sqlite) fn short_fingerprint(json: &str) -> Result<Vec<u8>> {
    let hashes: Vec<u64> = from_json("fingerprint", json)?;
    Ok(hashes.into_iter().flat_map(|hash| ((hash >> 32) as u32).to_le_bytes()).collect())
}

pub(super) fn member(row: &Row<'_>) -> Result<Member> {
    let mut member: Member = from_json("facts", row.get_ref("facts")?.as_str().unwrap_or_default())?;
    member.fingerprint = Fingerprint::from_bytes(row.get_ref("fingerprint")?.as_blob().unwrap_or_default());
    Ok(member)
}

/// One listing's facts.
pub(super) fn read(db: &Connection, id: i64) -> Result<Option<Member>> {
    let mut query = db.prepare_cached("SELECT facts, fingerprint FROM facts WHERE listing = ?1")?;
    let mut rows = query.query([id])?;
    rows.next()?.map(member).transpose()
}

/// The part of the facts that a node needs; reading only that is three times as fast.
#[derive(Deserialize)]
struct Lean {
    author: Option<String>,
    letters: usize,
    identifiers: Vec<Identifier>,
    assessment: LeanAssessment,
}

#[derive(Deserialize)]
struct LeanAssessment {
    county: Jurisdiction,
}

/// A suspect as a node; `None` when the listing is no suspect or unknown.
pub(super) fn node(desk: &Desk<'_>, id: i64) -> Result<Option<Node>> {
    let mut query =
        desk.db.prepare_cached("SELECT facts, fingerprint, fence FROM facts WHERE listing = ?1 AND suspect = 1")?;
    let mut rows = query.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    node_of(desk, id, row).map(Some)
}

/// A node from a row with `facts`, `fingerprint` and `fence`.
pub(super) fn node_of(desk: &Desk<'_>, id: i64, row: &Row<'_>) -> Result<Node> {
    let lean: Lean = from_json("facts", row.get_ref("facts")?.as_str().unwrap_or_default())?;
    let fingerprint = Fingerprint::from_bytes(row.get_ref("fingerprint")?.as_blob().unwrap_or_default());
    let mut telling = Vec::with_capacity(lean.identifiers.len());
    for identifier in &lean.identifiers {
        let key = identifier.key();
        if !desk.is_generic(key)? {
            telling.push((key, identifier.kind));
        }
    }
    Ok(Node {
        id: ListingId(id),
        telling,
        county: lean.assessment.county,
        author: lean.author,
        fingerprint: linking::compared(lean.letters, &fingerprint, &desk.params.link),
        fence: row.get("fence")?,
    })
}

/// The lead a listing is in.
pub(super) fn lead_of(db: &Connection, listing: i64) -> Result<Option<i64>> {
    let lead = db
        .prepare_cached("SELECT lead FROM listings WHERE id = ?1")?
        .query_row([listing], |row| row.get::<_, Option<i64>>(0))
        .optional()?;
    Ok(lead.flatten())
}

/// The listings of a lead, by number.
pub(super) fn members_of(db: &Connection, lead: i64) -> Result<Vec<i64>> {
    let mut query = db.prepare_cached("SELECT id FROM listings WHERE lead = ?1 ORDER BY id")?;
    Ok(query.query_map([lead], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
}
