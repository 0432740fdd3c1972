//! Lists that people bring: licensed institutions, past violations, complaints; and what becomes of complaints.

use super::{ImportRecord, NewImport, Result};
use crate::{
    domain::{Complaint, Institution, LeadId, Numbered, RowPlace, Violation},
    leads::standing::{HeldComplaint, HeldInstitution, HeldViolation},
};
use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};

/// The good rows of a file.
#[derive(Clone, Debug)]
pub enum NewRows {
    /// Of a list of licensed institutions.
    Institutions(Vec<Numbered<Institution>>),
    /// Of a list of violations.
    Violations(Vec<Numbered<Violation>>),
    /// Of a list of complaints.
    Complaints {
        /// The rows.
        rows: Vec<Numbered<Complaint>>,
        /// Days for an answer where a row gives none.
        answer_days: u16,
    },
}

impl NewRows {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Institutions(rows) => rows.len(),
            Self::Violations(rows) => rows.len(),
            Self::Complaints { rows, .. } => rows.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What was stored of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The import.
    pub record: ImportRecord,
    /// Rows stored.
    pub stored: usize,
    /// Rows that were known, with where: `import 3, 第 12 行`. They stay as they were.
    pub known: Vec<(RowPlace, String)>,
}

/// An import as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSummary {
    /// Its number and what it was.
    pub record: ImportRecord,
    /// Rows stored; `None` for recordings.
    pub rows: Option<u64>,
    /// Rows refused; `None` for recordings.
    pub refused: Option<u64>,
    /// When and by whom it was undone.
    pub undone: Option<(Timestamp, String)>,
}

/// What became of an attempt to undo an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// So many rows are gone.
    Removed(usize),
    /// There is no such import.
    Missing,
    /// It was undone before.
    Already {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
    },
    /// Recordings are evidence and are not undone.
    Evidence,
    /// Leads were moved by what counties answered.
    Answers,
    /// People have worked with these complaints of it; nothing was removed.
    InUse(Vec<String>),
}

/// A complaint with its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplaintCase {
    /// Its number in the store.
    pub id: i64,
    /// The import it came with.
    pub import: i64,
    /// What it says.
    pub complaint: Complaint,
    /// The last day for an answer.
    pub due_on: Date,
    /// Leads it is about, as people decided.
    pub leads: Vec<LeadId>,
    /// The answer.
    pub answer: Option<Answer>,
}

/// The answer to a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The day, in Asia/Shanghai.
    pub on: Date,
    /// What was answered.
    pub text: String,
    /// Who answered.
    pub by: String,
}

/// Which complaints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComplaintFilter {
    /// All.
    #[default]
    All,
    /// Not answered.
    Open,
    /// Not answered, and their day was before this one.
    Overdue(Date),
}

/// What became of an act on a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    /// Done.
    Done,
    /// It was so already; nothing changed.
    Unchanged,
    /// There is no such complaint.
    Missing,
}

/// The contract of the lists. Each method is one transaction, its act in the audit log included. Leads whose standing may have
/// changed are ranked again by the next [`super::Leads::refresh`].
#[async_trait]
pub trait Records: Send + Sync {
    /// Stores the rows of a file under a new import, all or nothing, and forgets none of those that were there: a violation
    /// or complaint that is known stays as it is and is named in the answer. `None` when the same content was imported before
    /// and not undone.
    async fn add_rows(&self, import: NewImport, rows: NewRows, refused: usize) -> Result<Option<Added>>;

    /// Takes back an import: exactly its rows. A row that another import brought too passes to that one. Refused while a
    /// complaint that only this import brought was answered by a person or tied to a lead.
    async fn undo(&self, import: i64, by: &str) -> Result<Undone>;

    /// All imports, recordings too, oldest first.
    async fn imports(&self) -> Result<Vec<ImportSummary>>;

    /// The institutions as the latest list that names them says.
    async fn institutions(&self) -> Result<Vec<HeldInstitution>>;

    /// All violations.
    async fn violations(&self) -> Result<Vec<HeldViolation>>;

    /// All complaints, for matching.
    async fn held_complaints(&self) -> Result<Vec<HeldComplaint>>;

    /// Complaints with their life, the next to be answered first.
    async fn complaints(&self, filter: ComplaintFilter) -> Result<Vec<ComplaintCase>>;

    /// A complaint by its number in the store or the one it was received under.
    async fn complaint(&self, what: &str) -> Result<Option<ComplaintCase>>;

    /// Says that a complaint is about a lead, or is not. The caller makes sure that the lead exists.
    async fn tie_complaint(&self, complaint: i64, lead: LeadId, about: bool, by: &str) -> Result<Acted>;

    /// Answers a complaint; a second answer replaces the first, and the log keeps both.
    async fn answer_complaint(&self, complaint: i64, answer: Answer) -> Result<Acted>;
}
