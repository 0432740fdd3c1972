//! Imports in SQLite.

use super::{SqliteStore, captures, listings, timestamp, to_json};
use crate::{
    domain::SweepId,
    store::{ImportKind, ImportRecord, Imports, NewImport, Recorded, RecordedCapture, Recording, Result, StoreError},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

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
            let id = db
                .prepare_cached(
                    "INSERT INTO imports(kind, file, sha256, bytes, imported_by, imported_ms, sweep) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .insert(params![
                    import.kind.code(), import.file, import.sha256, i64::try_from(import.bytes).unwrap_or(i64::MAX), import.by, now, sweep
                ])?;
            while let Some(Recorded::Page(page)) = piece {
                keep(db, &page, id, SweepId(sweep), now)?;
                piece = recording.next();
            }
            match piece {
                Some(_) => Ok(Some(ImportRecord { id, import, sweep: SweepId(sweep) })),
                None => Err(StoreError::Abandoned),
            }
        })
        .await
    }
}

fn find(db: &Connection, kind: ImportKind, sha256: &str) -> Result<Option<ImportRecord>> {
    let record = db
        .prepare_cached(
            "SELECT id, file, bytes, imported_by, imported_ms, sweep FROM imports WHERE kind = ?1 AND sha256 = ?2",
        )?
        .query_row(params![kind.code(), sha256], |row| {
            Ok(ImportRecord {
                id: row.get(0)?,
                import: NewImport {
                    kind,
                    file: row.get(1)?,
                    sha256: sha256.to_owned(),
                    bytes: row.get::<_, i64>(2)?.unsigned_abs(),
                    by: row.get(3)?,
                    at: timestamp(row.get(4)?),
                },
                sweep: SweepId(row.get(5)?),
            })
        })
        .optional()?;
    Ok(record)
}

fn keep(db: &Connection, page: &RecordedCapture, import: i64, sweep: SweepId, now: i64) -> Result<()> {
    let from = captures::From::Import(import);
    let capture = captures::insert(db, from, sweep, &page.capture, (&page.source, page.role), now)?;
    for listing in &page.listings {
        if !listings::known_later(db, listing)? {
            let place = listings::Place { capture: Some(capture), page: None, sweep };
            listings::upsert(db, listing, place, now)?;
        }
    }
    Ok(())
}
