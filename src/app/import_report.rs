//! What an import did, for people and for `--report`.

use crate::store::{ImportRecord, NewImport};
use jiff::Timestamp;
use serde::Serialize;
use std::{collections::BTreeMap, path::Path};

/// What became of one recorded page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOutcome {
    /// Read by a definition.
    Read,
    /// No definition describes it; a page that the person looked at is read by title and text.
    NoDefinition,
    /// A wall, an error page or an empty list; never stored.
    NotContent,
    /// Cannot be read.
    Damaged,
}

/// One recorded page.
#[derive(Clone, Debug, Serialize)]
pub struct PageLine {
    /// Which record of the file.
    pub where_in_file: String,
    /// Its address, empty where it is not known.
    pub url: String,
    /// What became of it.
    pub outcome: PageOutcome,
    /// Whether it is archived.
    pub kept: bool,
    /// The definition, if one describes it.
    pub source: Option<String>,
    /// Listings found in it.
    pub listings: usize,
    /// Why it was not read or not kept.
    pub reason: Option<String>,
    /// Oddities of the reading.
    pub notes: Vec<String>,
}

impl PageLine {
    pub(super) fn new(where_in_file: String, url: String, outcome: PageOutcome) -> Self {
        Self { where_in_file, url, outcome, kept: false, source: None, listings: 0, reason: None, notes: Vec::new() }
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcome {
    /// Its pages are stored.
    Imported,
    /// A file with the same content was imported before; nothing changed.
    AlreadyImported,
    /// No page of it is content; nothing changed, and it may be tried again, for example with more definitions.
    NothingKept,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// As given.
    pub file: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `har`, `warc`, `wacz`, `html` or `mhtml`; `None` when it is none of them or broke off.
    pub format: Option<&'static str>,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Number of the import.
    pub import: Option<i64>,
    /// The sweep under which its listings are kept.
    pub sweep: Option<i64>,
    /// When it was imported, now or before.
    pub imported_at: Option<Timestamp>,
    /// Who imported it, now or before.
    pub imported_by: Option<String>,
    /// Why the file was refused or where it broke off.
    pub problem: Option<String>,
    /// Records that are no pages, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Its pages, in the order of the file.
    pub pages: Vec<PageLine>,
}

impl FileReport {
    pub(super) fn new(path: &Path, import: &NewImport) -> Self {
        Self {
            file: path.display().to_string(),
            sha256: import.sha256.clone(),
            bytes: import.bytes,
            format: None,
            outcome: FileOutcome::NothingKept,
            import: None,
            sweep: None,
            imported_at: None,
            imported_by: None,
            problem: None,
            skipped: BTreeMap::new(),
            pages: Vec::new(),
        }
    }

    pub(super) fn remember(&mut self, record: &ImportRecord) {
        self.import = Some(record.id);
        self.sweep = record.sweep.map(|sweep| sweep.0);
        self.imported_at = Some(record.import.at);
        self.imported_by = Some(record.import.by.clone());
    }

    pub(super) fn forget_kept(&mut self) {
        self.pages.iter_mut().for_each(|page| page.kept = false);
    }

    /// Pages of that outcome.
    #[must_use]
    pub fn count(&self, outcome: PageOutcome) -> usize {
        self.pages.iter().filter(|page| page.outcome == outcome).count()
    }

    /// Whether something of the file could not be read.
    #[must_use]
    pub fn is_flawed(&self) -> bool {
        self.problem.is_some() || self.count(PageOutcome::Damaged) > 0
    }
}

/// A whole import.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportReport {
    /// Who imported.
    pub by: String,
    /// The files in the order given.
    pub files: Vec<FileReport>,
    /// Listings judged.
    pub assessed: usize,
    /// Leads after it.
    pub leads: usize,
}

impl ImportReport {
    /// Pages that were archived.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.files.iter().flat_map(|file| &file.pages).filter(|page| page.kept).count()
    }

    /// Whether every file could be read to its end.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.files.iter().any(FileReport::is_flawed)
    }

    /// Whether no file brought anything because every one is flawed.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.files.iter().all(|file| file.is_flawed() && file.outcome == FileOutcome::NothingKept)
    }
}
