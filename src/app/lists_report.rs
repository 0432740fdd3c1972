//! What an import of lists did, for people and for `--report`.

use super::lists::Shape;
use crate::{
    domain::{LeadState, RowPlace},
    store::{ImportRecord, NewImport},
    tables::RowProblem,
};
use jiff::Timestamp;
use serde::Serialize;
use std::path::Path;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFate {
    /// Its good rows are stored.
    Imported,
    /// A file with the same content was imported before; nothing changed.
    AlreadyImported,
    /// It was refused, or no row of it is good; nothing changed.
    Refused,
}

/// A row that another import brought before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownRow {
    /// Where it stands.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Where it stood then.
    pub known_from: String,
}

/// A row of a county's form that moved its lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FiledRow {
    /// Where it stands.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Number of the lead, as it is now.
    pub lead: String,
    /// Where the lead stands now.
    pub state: LeadState,
    /// What the row says; numbers of people are masked.
    pub says: String,
}

/// A row of a county's form that moved no lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeclinedRow {
    /// Where it stands.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Number of the lead as written.
    pub lead: String,
    /// `unknown_lead`, `not_handed_over`, `answered_already` or `not_allowed`.
    pub code: &'static str,
    /// Why, for people.
    pub reason: String,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct ListFile {
    /// As given.
    pub file: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `xlsx` or `csv`; `None` when it could not be read.
    pub format: Option<&'static str>,
    /// The encoding of a CSV file.
    pub encoding: Option<&'static str>,
    /// What became of it.
    pub outcome: FileFate,
    /// Number of the import.
    pub import: Option<i64>,
    /// When it was imported, now or before.
    pub imported_at: Option<Timestamp>,
    /// Who imported it, now or before.
    pub imported_by: Option<String>,
    /// Why the file was refused.
    pub problem: Option<String>,
    /// Rows stored.
    pub stored: usize,
    /// Rows refused.
    pub refused: usize,
    /// What was wrong, row by row; no more than fifty thousand.
    pub rows: Vec<RowProblem>,
    /// Problems beyond those.
    pub unlisted: usize,
    /// Rows that were known.
    pub known: Vec<KnownRow>,
    /// Rows of a county's form that moved their leads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filed: Vec<FiledRow>,
    /// Rows of a county's form that moved no lead; they are among the refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<DeclinedRow>,
    /// Columns without a meaning, not read.
    pub ignored_columns: Vec<String>,
    /// Hidden rows, not read.
    pub hidden_rows: usize,
    /// Rows that hold only a title or a remark.
    pub captions: Vec<RowPlace>,
    /// Sheets without a header, not read.
    pub sheets_without_header: Vec<String>,
}

impl ListFile {
    pub(super) fn new(path: &Path, import: &NewImport) -> Self {
        Self {
            file: path.display().to_string(),
            sha256: import.sha256.clone(),
            bytes: import.bytes,
            format: None,
            encoding: None,
            outcome: FileFate::Refused,
            import: None,
            imported_at: None,
            imported_by: None,
            problem: None,
            stored: 0,
            refused: 0,
            rows: Vec::new(),
            unlisted: 0,
            known: Vec::new(),
            filed: Vec::new(),
            declined: Vec::new(),
            ignored_columns: Vec::new(),
            hidden_rows: 0,
            captions: Vec::new(),
            sheets_without_header: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, shape: Shape) {
        self.refused = shape.refused;
        self.unlisted = shape.unlisted;
        self.format = Some(shape.format);
        self.encoding = shape.encoding;
        self.rows = shape.problems;
        self.ignored_columns = shape.ignored;
        self.hidden_rows = shape.hidden;
        self.captions = shape.captions;
        self.sheets_without_header = shape.without_header;
    }

    pub(super) fn remember(&mut self, outcome: FileFate, record: &ImportRecord) {
        self.outcome = outcome;
        self.import = Some(record.id);
        self.imported_at = Some(record.import.at);
        self.imported_by = Some(record.import.by.clone());
    }
}

/// A whole import.
#[derive(Clone, Debug, Serialize)]
pub struct ListsReport {
    /// Who imported.
    pub by: String,
    /// The files in the order given.
    pub files: Vec<ListFile>,
}

impl ListsReport {
    /// Whether every file and every row was taken or known.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.files.iter().all(|file| file.outcome != FileFate::Refused && file.refused == 0)
    }

    /// Whether nothing was taken because every file was refused.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.files.iter().all(|file| file.outcome == FileFate::Refused)
    }
}
