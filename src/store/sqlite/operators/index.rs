//! Who shows which identifier, which identifiers link nobody, and which texts may be alike.

use super::{Desk, Result};
use crate::{
    leads::{
        GenericIdentifier, GenericReason, Identifier, IdentifierKind, Member,
        generic::{self, Holders},
        linking,
    },
    store::sqlite::{from_json, to_json},
    text::Fingerprint,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeSet, HashSet};

/// Holders beyond which an identifier that is generic stays so until the next rebuild: hotlines only ever gain posters, and
/// counting a hundred thousand of them for every new one would take longer than everything else.
const SETTLED: i64 = 1000;

/// A database key from a hash.
pub(super) fn band_key(band: u64) -> i64 {
    (band >> 1).cast_signed()
}

/// The keys under which a text is compared; none for a listing that is no suspect.
pub(super) fn bands(desk: &Desk<'_>, member: &Member) -> Vec<i64> {
    if !member.is_suspect() {
        return Vec::new();
    }
    let compared = linking::compared(member.letters, &member.fingerprint, &desk.params.link);
    compared.bands().map(band_key).collect()
}

/// What a listing shows and showed.
#[derive(Default)]
pub(super) struct Shown {
    /// Keys of all its identifiers, now or before.
    pub ever: BTreeSet<i64>,
    /// Those it shows no longer.
    pub gone: BTreeSet<i64>,
}

/// Brings the rows of a listing up to its facts.
pub(super) fn renew(desk: &Desk<'_>, member: &Member) -> Result<Shown> {
    let (db, id) = (desk.db, member.id.0);
    let mut query = db.prepare_cached("SELECT identifier FROM holders WHERE listing = ?1")?;
    let before: HashSet<i64> = query.query_map([id], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    let now: HashSet<i64> = member.identifiers.iter().map(Identifier::key).collect();
    for gone in before.difference(&now) {
        db.prepare_cached("DELETE FROM holders WHERE identifier = ?1 AND listing = ?2")?.execute([*gone, id])?;
    }
    let service: HashSet<i64> = generic::service_numbers(member).map(|one| one.key()).collect();
    for identifier in &member.identifiers {
        let key = identifier.key();
        db.prepare_cached(
            "INSERT INTO identifiers(id, kind, value, service) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(id) DO UPDATE SET service = 1 WHERE excluded.service = 1 AND service = 0",
        )?
        .execute(params![key, identifier.kind.code(), identifier.value, service.contains(&key)])?;
        db.prepare_cached(
            "INSERT INTO holders(identifier, listing, poster, unrelated, suspect) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT(identifier, listing) DO UPDATE SET poster = excluded.poster, unrelated = excluded.unrelated, suspect = excluded.suspect",
        )?
        .execute(params![key, id, member.poster(), member.is_unrelated(), member.is_suspect()])?;
    }
    renew_bands(desk, member)?;
    Ok(Shown { ever: before.union(&now).copied().collect(), gone: before.difference(&now).copied().collect() })
}

fn renew_bands(desk: &Desk<'_>, member: &Member) -> Result<()> {
    let (db, id) = (desk.db, member.id.0);
    let now = bands(desk, member);
    let old: Vec<u8> = db
        .prepare_cached("SELECT banded FROM facts WHERE listing = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    for band in Fingerprint::from_bytes(&old).bands().map(band_key).filter(|band| !now.contains(band)) {
        db.prepare_cached("DELETE FROM bands WHERE band = ?1 AND listing = ?2")?.execute([band, id])?;
    }
    let mut add = db.prepare_cached("INSERT OR IGNORE INTO bands(band, listing) VALUES (?1, ?2)")?;
    for band in &now {
        add.execute([*band, id])?;
    }
    let banded = if now.is_empty() { Vec::new() } else { member.fingerprint.to_bytes() };
    db.prepare_cached("UPDATE facts SET banded = ?2 WHERE listing = ?1")?.execute(params![id, banded])?;
    Ok(())
}

/// Whether a key links nobody.
pub(super) fn is_generic(db: &Connection, key: i64) -> Result<bool> {
    let generic = db
        .prepare_cached("SELECT generic IS NOT NULL FROM identifiers WHERE id = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(generic.unwrap_or(false))
}

/// Judges an identifier again; says whether it links now where it did not, or the other way round.
pub(super) fn rejudge(desk: &Desk<'_>, key: i64, anew: bool) -> Result<bool> {
    let db = desk.db;
    let known = db
        .prepare_cached("SELECT kind, service, generic FROM identifiers WHERE id = ?1")?
        .query_row([key], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, Option<String>>(2)?))
        })
        .optional()?;
    let Some((kind, service, before)) = known else { return Ok(false) };
    if before.is_some() && !anew && count(db, key)? > SETTLED {
        return Ok(false);
    }
    let reason = if service { Some(GenericReason::ServiceNumber) } else { judge(desk, key, &kind)? };
    let now = reason.map(|reason| to_json("generic", &reason)).transpose()?;
    if now != before {
        db.prepare_cached("UPDATE identifiers SET generic = ?2 WHERE id = ?1")?.execute(params![key, now])?;
    }
    desk.set_generic(key, now.is_some());
    Ok(now.is_some() != before.is_some())
}

fn count(db: &Connection, key: i64) -> Result<i64> {
    let mut query = db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM holders WHERE identifier = ?1 LIMIT ?2)")?;
    Ok(query.query_row([key, SETTLED + 1], |row| row.get(0))?)
}

fn judge(desk: &Desk<'_>, key: i64, kind: &str) -> Result<Option<GenericReason>> {
    let db = desk.db;
    let kind = kind_of(kind);
    let number = |sql: &str| -> Result<usize> {
        let found: i64 = db.prepare_cached(sql)?.query_row([key], |row| row.get(0))?;
        Ok(usize::try_from(found).unwrap_or(usize::MAX))
    };
    let (mut posters, mut unrelated_posters, mut contacts) = (0, 0, 0);
    if kind == IdentifierKind::Contact {
        posters = number("SELECT count(DISTINCT poster) FROM holders WHERE identifier = ?1")?;
        unrelated_posters =
            number("SELECT count(DISTINCT poster) FROM holders WHERE identifier = ?1 AND unrelated = 1")?;
    } else {
        contacts = number(
            "SELECT count(DISTINCT o.identifier) FROM holders h JOIN holders o ON o.listing = h.listing
             JOIN identifiers i ON i.id = o.identifier AND i.kind = 'contact' WHERE h.identifier = ?1",
        )?;
    }
    let mut failed = None;
    let mut query = db.prepare_cached(
        "SELECT f.fingerprint FROM holders h JOIN facts f ON f.listing = h.listing WHERE h.identifier = ?1 ORDER BY h.listing",
    )?;
    let mut rows = query.query([key])?;
    let mut texts = std::iter::from_fn(|| match rows.next() {
        Ok(row) => row.and_then(|row| Some(Fingerprint::from_bytes(row.get_ref(0).ok()?.as_blob().ok()?))),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let mut holders = Holders { unrelated_posters, posters, contacts, texts: &mut texts };
    let reason = generic::judge(kind, &mut holders, &desk.params.link);
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(reason),
    }
}

fn kind_of(code: &str) -> IdentifierKind {
    let kinds = [IdentifierKind::Account, IdentifierKind::Name, IdentifierKind::Address];
    kinds.into_iter().find(|kind| kind.code() == code).unwrap_or(IdentifierKind::Contact)
}

/// Identifiers that link nobody, by kind and value.
pub(in crate::store::sqlite) fn generic(db: &Connection, limit: u32) -> Result<Vec<GenericIdentifier>> {
    let mut query = db.prepare_cached(
        "SELECT kind, value, generic, (SELECT count(*) FROM holders h WHERE h.identifier = i.id) FROM identifiers i
         WHERE generic IS NOT NULL ORDER BY kind, value LIMIT ?1",
    )?;
    let mut rows = query.query([limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(GenericIdentifier {
            identifier: Identifier { kind: kind_of(&row.get::<_, String>(0)?), value: row.get(1)? },
            reason: from_json("generic", &row.get::<_, String>(2)?)?,
            listings: usize::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        });
    }
    Ok(found)
}
