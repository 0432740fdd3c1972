//! `import registry|records|reports`: lists that people bring, with a report for every row that is not right.
//!
//! Each file is one transaction, its good rows or nothing; a file whose content was imported before changes nothing.

use super::{
    App,
    lists_report::{FileFate, KnownRow, ListFile, ListsReport},
};
use crate::{
    domain::{Complaint, Institution, Violation},
    evidence::sha256_hex,
    leads::{
        StandingParams,
        standing::{Known, Registers, Wording},
    },
    store::{Added, ImportKind, NewImport, NewRows, StoreError, StoredLead},
    tables::{self, Limits, Sheet, TableError, TableRecord},
};
use anyhow::Context;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// The committed words of names and addresses.
const NAMING: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/naming.toml"));

/// What a list is, of those the store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Licensed institutions.
    Registry,
    /// Past violations.
    Records,
    /// Complaints and tips.
    Reports,
}

/// Imports files as lists of one kind, in the order given.
///
/// # Errors
/// When a file cannot be opened or is too large (before anything is changed), and the store's. What is wrong inside a file is in the report.
pub async fn import_lists(
    app: &App,
    kind: ListKind,
    answer_days: u16,
    files: &[PathBuf],
    by: &str,
) -> anyhow::Result<ListsReport> {
    let mut report = ListsReport { by: by.to_owned(), files: Vec::new() };
    // Before anything is changed.
    check_sizes(files)?;
    for path in files {
        let file = one_file(app, kind, answer_days, path, by).await;
        report.files.push(file.with_context(|| path.display().to_string())?);
    }
    Ok(report)
}

async fn one_file(app: &App, kind: ListKind, answer_days: u16, path: &Path, by: &str) -> anyhow::Result<ListFile> {
    let limits = Limits::default();
    let stored_as = match kind {
        ListKind::Registry => ImportKind::Registry,
        ListKind::Records => ImportKind::Records,
        ListKind::Reports => ImportKind::Reports,
    };
    let (bytes, import) = open(app, stored_as, path, by)?;
    let mut report = ListFile::new(path, &import);
    if let Some(earlier) = app.imports.find(import.kind, &import.sha256).await? {
        report.remember(FileFate::AlreadyImported, &earlier);
        return Ok(report);
    }
    let today = app.today();
    let read = tokio::task::spawn_blocking(move || match kind {
        ListKind::Registry => read_rows::<Institution>(&bytes, &limits, today).map(split_with(NewRows::Institutions)),
        ListKind::Records => read_rows::<Violation>(&bytes, &limits, today).map(split_with(NewRows::Violations)),
        ListKind::Reports => read_rows::<Complaint>(&bytes, &limits, today)
            .map(split_with(|rows| NewRows::Complaints { rows, answer_days })),
    });
    let (rows, shape) = match read.await? {
        Ok(read) => read,
        Err(problem) => {
            report.problem = Some(problem.to_string());
            return Ok(report);
        }
    };
    report.take(shape);
    if rows.is_empty() {
        return Ok(report);
    }
    match app.records.add_rows(import.clone(), rows, report.refused).await? {
        Some(Added { record, stored, known }) => {
            report.stored = stored;
            report.known = known.into_iter().map(|(place, known_from)| KnownRow { place, known_from }).collect();
            report.remember(FileFate::Imported, &record);
        }
        // Somebody else imported it in the meantime.
        None => {
            if let Some(earlier) = app.imports.find(import.kind, &import.sha256).await? {
                report.remember(FileFate::AlreadyImported, &earlier);
            }
        }
    }
    Ok(report)
}

/// A file with what is remembered of it.
pub(super) fn open(app: &App, kind: ImportKind, path: &Path, by: &str) -> anyhow::Result<(Vec<u8>, NewImport)> {
    let bytes = std::fs::read(path)?;
    let import = NewImport {
        kind,
        file: path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned()),
        sha256: sha256_hex(&bytes),
        bytes: bytes.len() as u64,
        by: by.to_owned(),
        at: app.clock.now(),
    };
    Ok((bytes, import))
}

/// Everything about a sheet but its rows.
pub(super) type Shape = Sheet<()>;

fn read_rows<T: TableRecord>(bytes: &[u8], limits: &Limits, today: Date) -> Result<Sheet<T>, TableError> {
    tables::read(bytes, limits, today)
}

fn split_with<T>(
    rows: impl FnOnce(Vec<crate::domain::Numbered<T>>) -> NewRows,
) -> impl FnOnce(Sheet<T>) -> (NewRows, Shape) {
    |sheet| {
        let (own, shape) = apart(sheet);
        (rows(own), shape)
    }
}

/// The rows of a sheet, and everything else.
pub(super) fn apart<T>(sheet: Sheet<T>) -> (Vec<crate::domain::Numbered<T>>, Shape) {
    let Sheet { rows, format, encoding, problems, unlisted, refused, ignored, hidden, captions, without_header } =
        sheet;
    let shape = Sheet {
        rows: Vec::new(),
        format,
        encoding,
        problems,
        unlisted,
        refused,
        ignored,
        hidden,
        captions,
        without_header,
    };
    (rows, shape)
}

/// Refuses a file that is larger than a list may be, before it is read.
pub(super) fn check_sizes(files: &[PathBuf]) -> anyhow::Result<()> {
    let most = Limits::default().file_bytes as u64;
    for path in files {
        let found = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
        if found > most {
            return Err(TableError::TooLarge { found, most }).with_context(|| path.display().to_string());
        }
    }
    Ok(())
}

/// Everything the bureau knows from elsewhere, ready for matching.
///
/// # Errors
/// The store's.
pub async fn registers(app: &App, params: &StandingParams) -> anyhow::Result<Registers> {
    let words = Wording::parse("seeds/naming.toml", NAMING)?;
    let (institutions, violations) = (app.records.institutions().await?, app.records.violations().await?);
    let complaints = app.records.held_complaints().await?;
    let params = params.clone();
    // A hundred thousand names take a moment.
    Ok(tokio::task::spawn_blocking(move || Registers::new(institutions, violations, complaints, params, words)).await?)
}

/// What a stored lead shows of itself.
///
/// # Errors
/// The store's.
pub async fn known(app: &App, lead: &StoredLead, city: &str, registers: &Registers) -> Result<Known, StoreError> {
    let listings = app.listings.by_ids(&lead.lead.members).await?;
    let judged = listings.iter().filter_map(|one| Some((&one.listing, one.assessment.as_ref()?)));
    Ok(Known::of(Some(lead.id), judged, city, registers.words()))
}
