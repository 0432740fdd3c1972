//! Seals in SQLite.

use super::{SqliteStore, audit, timestamp};
use crate::{
    domain::{Act, AuditKind, CaptureId, beijing},
    evidence::{Chain, MerkleTree, SealedRoot, audit::NO_ENTRY},
    store::{Result, SealThrough, SealedCapture, Seals, StoreError},
};
use async_trait::async_trait;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const COLUMNS: &str = "number, day, leaves, root, previous, head";

/// Captures of one day that follow each other by number.
struct Run {
    day: Date,
    captures: Vec<(i64, String)>,
}

#[async_trait]
impl Seals for SqliteStore {
    async fn seal(&self, through: SealThrough) -> Result<Vec<SealedRoot>> {
        let (who, now) = (self.who.clone(), self.now_ms());
        self.write(move |db| {
            let mut runs = unsealed(db)?;
            // More may come for the last run while its day lasts. A clock that jumped gives a run of its own and holds up nothing.
            let today = beijing(timestamp(now)).date();
            if through == SealThrough::FinishedDays && runs.last().is_some_and(|run| run.day >= today) {
                runs.pop();
            }
            let mut made = Vec::with_capacity(runs.len());
            for run in runs {
                made.extend(seal(db, &run, &who, now)?);
            }
            Ok(made)
        })
        .await
    }

    async fn prove(&self, captures: &[CaptureId]) -> Result<Vec<SealedCapture>> {
        let captures = captures.to_vec();
        self.read(move |db| {
            let mut trees: BTreeMap<i64, (SealedRoot, MerkleTree)> = BTreeMap::new();
            let mut found = Vec::new();
            let mut place =
                db.prepare_cached("SELECT seal, position, sha256 FROM sealed_captures WHERE capture = ?1")?;
            for capture in captures {
                let row: Option<(i64, i64, String)> =
                    place.query_row([capture.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
                let Some((number, position, sha256)) = row else { continue };
                if !trees.contains_key(&number)
                    && let Some(tree) = tree(db, number)?
                {
                    trees.insert(number, (root(db, number)?, tree));
                }
                let proof = usize::try_from(position).ok().and_then(|at| trees.get(&number)?.1.prove(at));
                if let (Some((seal, _)), Some(proof)) = (trees.get(&number), proof) {
                    found.push(SealedCapture { capture, sha256, proof, seal: seal.clone() });
                }
            }
            Ok(found)
        })
        .await
    }

    async fn find(&self, what: &str) -> Result<Vec<CaptureId>> {
        let what = what.to_owned();
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT id FROM captures WHERE id = ?1 OR warc = ?2 OR sha256 = ?3
                 UNION SELECT capture FROM sealed_captures WHERE capture = ?1 OR sha256 = ?3 ORDER BY 1",
            )?;
            let number: Option<i64> = what.parse().ok();
            let rows =
                query.query_map(params![number, what, what.to_ascii_lowercase()], |row| row.get(0).map(CaptureId))?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
        .await
    }

    async fn first_broken_seal(&self) -> Result<Option<i64>> {
        self.read(move |db| {
            let snapshot = db.unchecked_transaction()?;
            let mut query = snapshot.prepare(&format!("SELECT {COLUMNS} FROM seals ORDER BY number"))?;
            let seals: Vec<SealedRoot> = query.query_map([], read_seal)?.collect::<std::result::Result<_, _>>()?;
            let mut previous = NO_ENTRY.to_owned();
            for (number, seal) in (1..).zip(&seals) {
                let whole = seal.number == number
                    && seal.previous == previous
                    && seal.is_linked()
                    && tree(&snapshot, number)?.is_some_and(|tree| tree.root() == seal.root)
                    && logged(&snapshot, seal)?
                    && !snapshot.query_row(
                        "SELECT EXISTS (SELECT 1 FROM sealed_captures s JOIN captures c ON c.id = s.capture WHERE s.seal = ?1 AND s.sha256 <> c.sha256)",
                        [number],
                        |row| row.get(0),
                    )?;
                if !whole {
                    return Ok(Some(number));
                }
                previous.clone_from(&seal.head);
            }
            let logged: i64 = snapshot.query_row(
                "SELECT count(*) FROM audit WHERE kind = ?1",
                [AuditKind::CapturesSealed.code()],
                |row| row.get(0),
            )?;
            // A seal cut off the end is still in the log.
            let there = i64::try_from(seals.len()).unwrap_or(i64::MAX - 1);
            Ok((logged > there).then_some(there + 1))
        })
        .await
    }
}

/// Captures under no seal, cut where the day changes.
fn unsealed(db: &Connection) -> Result<Vec<Run>> {
    let mut query = db.prepare_cached(
        "SELECT id, sha256, stored_ms FROM captures WHERE id > (SELECT coalesce(max(capture), 0) FROM sealed_captures) ORDER BY id",
    )?;
    let mut rows = query.query([])?;
    let mut runs: Vec<Run> = Vec::new();
    while let Some(row) = rows.next()? {
        let (capture, day) = ((row.get(0)?, row.get(1)?), beijing(timestamp(row.get(2)?)).date());
        match runs.last_mut() {
            Some(run) if run.day == day => run.captures.push(capture),
            _ => runs.push(Run { day, captures: vec![capture] }),
        }
    }
    Ok(runs)
}

/// Seals one run and writes it down.
fn seal(db: &Connection, run: &Run, who: &str, now: i64) -> Result<Option<SealedRoot>> {
    let digests: Vec<&str> = run.captures.iter().map(|(_, digest)| digest.as_str()).collect();
    let Some(tree) = build(&digests)? else { return Ok(None) };
    let last: Option<(i64, String)> = db
        .query_row("SELECT number, head FROM seals ORDER BY number DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (number, previous) = last.map_or_else(|| (1, NO_ENTRY.to_owned()), |(number, head)| (number + 1, head));
    let root = tree.root();
    let head = Chain::from_head(previous.as_str()).push(&root).to_owned();
    let seal = SealedRoot { number, day: run.day, leaves: digests.len() as u64, root, previous, head };
    db.execute(
        "INSERT INTO seals(number, day, leaves, root, previous, head) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            number,
            seal.day.to_string(),
            i64::try_from(seal.leaves).unwrap_or(i64::MAX),
            seal.root,
            seal.previous,
            seal.head
        ],
    )?;
    let mut insert =
        db.prepare_cached("INSERT INTO sealed_captures(capture, seal, position, sha256) VALUES (?1, ?2, ?3, ?4)")?;
    for (position, (capture, digest)) in (0_i64..).zip(&run.captures) {
        insert.execute(params![capture, number, position, digest])?;
    }
    let (kind, details) = (AuditKind::CapturesSealed, details(&seal));
    let act = Act { who: who.to_owned(), kind, object: object(number), details };
    audit::append(db, &act, now)?;
    Ok(Some(seal))
}

fn object(number: i64) -> String {
    format!("seal {number}")
}

fn details(seal: &SealedRoot) -> Value {
    json!({"day": seal.day, "leaves": seal.leaves, "root": seal.root, "previous": seal.previous, "head": seal.head})
}

/// Whether the audit log tells the same of this seal.
fn logged(db: &Connection, seal: &SealedRoot) -> Result<bool> {
    let found: Option<String> = db
        .query_row(
            "SELECT details FROM audit WHERE kind = ?1 AND object = ?2",
            [AuditKind::CapturesSealed.code(), object(seal.number).as_str()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.and_then(|text| serde_json::from_str::<Value>(&text).ok()) == Some(details(seal)))
}

fn tree(db: &Connection, number: i64) -> Result<Option<MerkleTree>> {
    let mut query = db.prepare_cached("SELECT sha256 FROM sealed_captures WHERE seal = ?1 ORDER BY position")?;
    let digests: Vec<String> = query.query_map([number], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    build(&digests)
}

fn build<S: AsRef<str>>(digests: &[S]) -> Result<Option<MerkleTree>> {
    MerkleTree::over(digests)
        .map_err(|error| StoreError::Damaged { column: "capture digest", source: serde::de::Error::custom(error) })
}

fn root(db: &Connection, number: i64) -> Result<SealedRoot> {
    Ok(db.query_row(&format!("SELECT {COLUMNS} FROM seals WHERE number = ?1"), [number], read_seal)?)
}

fn read_seal(row: &Row<'_>) -> rusqlite::Result<SealedRoot> {
    let day: String = row.get(1)?;
    Ok(SealedRoot {
        number: row.get(0)?,
        // A day that is none differs from the logged one, whatever stands here.
        day: day.parse().unwrap_or(Date::MIN),
        leaves: row.get::<_, i64>(2)?.unsigned_abs(),
        root: row.get(3)?,
        previous: row.get(4)?,
        head: row.get(5)?,
    })
}
