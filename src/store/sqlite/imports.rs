//! Imports in SQLite.

use super::{SqliteStore, audit, captures, listings, timestamp, to_json};
use crate::{
    domain::{Act, AuditKind, SweepId},
    store::{ImportKind, ImportRecord, Imports, NewImport, Recorded, RecordedCapture, Recording, Result, StoreError},
};
use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use serde_json::json;

#[async_trait]
impl Imports for SqliteStore {
    async fn find(&self, kind: ImportKind, sha256: &str) -> Result<Option<ImportRecord>> {
        let sha256 = sha256.to_owned();
        self.read(move |db| find(db, kind, &sha256)).await
    }

    async fn add_recording(&self, import: NewImport, mut recording: Recording) -> Result<Option<ImportRecord>> {
        self.write(move |db| {
            if find(db, import.kind, &import.sha256)?.is_some() {
                return Ok(None);
            }
            let mut piece = recording.next();
            if matches!(piece, Some(Recorded::End)) {
                return Ok(None);
            }
            let now = import.at.as_millisecond();
            let sources = to_json("sources", &[format!("import:{}", import.file)])?;
            let sweep = db
                .prepare_cached("INSERT INTO sweeps(started_ms, finished_ms, sources) VALUES (?1, ?1, ?2)")?
                .insert(params![now, sources])?;
            let id = insert(db, &import, Some(SweepId(sweep)))?;
            while let Some(Recorded::Page(page)) = piece {
                keep(db, &page, id, SweepId(sweep), now)?;
                piece = recording.next();
            }
            match piece {
                Some(_) => Ok(Some(ImportRecord { id, import, sweep: Some(SweepId(sweep)) })),
                None => Err(StoreError::Abandoned),
            }
        })
        .await
    }
}

/// What [`record`] reads.
pub(super) const COLUMNS: &str = "id, kind, file, sha256, bytes, imported_by, imported_ms, sweep";

/// Remembers a file; gives its number.
pub(super) fn insert(db: &Connection, import: &NewImport, sweep: Option<SweepId>) -> Result<i64> {
    let id = db
        .prepare_cached(
            "INSERT INTO imports(kind, file, sha256, bytes, imported_by, imported_ms, sweep) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .insert(params![
            import.kind.code(),
            import.file,
            import.sha256,
            i64::try_from(import.bytes).unwrap_or(i64::MAX),
            import.by,
            import.at.as_millisecond(),
            sweep.map(|sweep| sweep.0)
        ])?;
    Ok(id)
}

/// Takes back what [`insert`] did in the same transaction.
pub(super) fn forget(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM imports WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Says how many rows of a list were stored, known and refused, beside the import and in the log.
pub(super) fn count(
    db: &Connection,
    record: &ImportRecord,
    [stored, known, refused]: [usize; 3],
    now: i64,
) -> Result<()> {
    let ImportRecord { id, import, .. } = record;
    // A form of answers may come again for the rows that were refused.
    db.prepare_cached("UPDATE imports SET rows = coalesce(rows, 0) + ?2, refused = ?3 WHERE id = ?1")?
        .execute(params![id, i64::try_from(stored).unwrap_or(i64::MAX), i64::try_from(refused).unwrap_or(i64::MAX)])?;
    let details = json!({
        "kind": import.kind.code(), "file": import.file, "sha256": import.sha256, "rows": stored, "known": known, "refused": refused
    });
    let act = Act { who: import.by.clone(), kind: AuditKind::RecordsImported, object: format!("import {id}"), details };
    audit::append(db, &act, now)?;
    Ok(())
}

/// The import of a content that was not undone.
pub(super) fn find(db: &Connection, kind: ImportKind, sha256: &str) -> Result<Option<ImportRecord>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM imports WHERE kind = ?1 AND sha256 = ?2 AND undone_ms IS NULL"
    ))?;
    let mut rows = query.query(params![kind.code(), sha256])?;
    rows.next()?.map(record).transpose()
}

/// Reads the columns of [`COLUMNS`].
pub(super) fn record(row: &Row<'_>) -> Result<ImportRecord> {
    let kind: String = row.get(1)?;
    let unknown = || StoreError::Damaged { column: "import kind", source: serde::de::Error::custom(&kind) };
    Ok(ImportRecord {
        id: row.get(0)?,
        import: NewImport {
            kind: ImportKind::parse(&kind).ok_or_else(unknown)?,
            file: row.get(2)?,
            sha256: row.get(3)?,
            bytes: row.get::<_, i64>(4)?.unsigned_abs(),
            by: row.get(5)?,
            at: timestamp(row.get(6)?),
        },
        sweep: row.get::<_, Option<i64>>(7)?.map(SweepId),
    })
}

fn keep(db: &Connection, page: &RecordedCapture, import: i64, sweep: SweepId, now: i64) -> Result<()> {
    let from = captures::From::Import(import);
    let capture = captures::insert(db, from, sweep, &page.capture, (&page.source, page.role.code()), now)?;
    for listing in &page.listings {
        if !listings::known_later(db, listing)? {
            let place = listings::Place { capture: Some(capture), page: None, sweep };
            listings::upsert(db, listing, place, now)?;
        }
    }
    Ok(())
}
