//! What people brought in from files: which file, by whom, when; and the pages that a recording held.

use super::{Result, SavedCapture};
use crate::domain::{Listing, PageRole, SourceId, SweepId};
use async_trait::async_trait;
use jiff::Timestamp;

/// What a file was imported as. The same file may be imported once under each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Pages that a person recorded.
    Capture,
    /// Licensed institutions.
    Registry,
    /// Past violations.
    Records,
    /// Complaints and tips.
    Reports,
    /// What counties answered.
    Feedback,
}

impl ImportKind {
    /// The name in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Registry => "registry",
            Self::Records => "records",
            Self::Reports => "reports",
            Self::Feedback => "feedback",
        }
    }

    /// The kind by its name in the store.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let all = [Self::Capture, Self::Registry, Self::Records, Self::Reports, Self::Feedback];
        all.into_iter().find(|kind| kind.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Capture => "网页记录",
            Self::Registry => "持证机构名册",
            Self::Records => "违法记录",
            Self::Reports => "投诉举报",
            Self::Feedback => "县区反馈",
        }
    }
}

/// A file to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    /// As what.
    pub kind: ImportKind,
    /// Its name as given, without folders.
    pub file: String,
    /// SHA-256 of the whole file, hex.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Who imports it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A file that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its number.
    pub id: i64,
    /// What it was.
    pub import: NewImport,
    /// The sweep under which its listings are kept; `None` for lists, which have none.
    pub sweep: Option<SweepId>,
}

/// A recorded page that was kept.
#[derive(Clone, Debug)]
pub struct RecordedCapture {
    /// Where it lies now.
    pub capture: SavedCapture,
    /// The definition that describes it.
    pub source: SourceId,
    /// What kind of page it is.
    pub role: PageRole,
    /// The advertisements read.
    pub listings: Vec<Listing>,
}

/// What a recording brings, piece by piece, so that a large one need not be in memory.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// One page more.
    Page(Box<RecordedCapture>),
    /// That was all.
    End,
}

/// Pieces of a recording. One that stops before [`Recorded::End`] was abandoned.
pub type Recording = Box<dyn Iterator<Item = Recorded> + Send>;

/// The contract of the imports.
#[async_trait]
pub trait Imports: Send + Sync {
    /// The import of a file with this content, if there was one that was not undone.
    async fn find(&self, kind: ImportKind, sha256: &str) -> Result<Option<ImportRecord>>;

    /// Stores a recording, all of it or nothing, under a sweep of its own that is finished at once. A listing that is
    /// known from a later time than the recording keeps what it says. No page is queued, no host is touched.
    /// `None`: the content was imported before, or there is no page in it, and nothing is stored. An abandoned recording
    /// is an error, and nothing of it is stored either.
    async fn add_recording(&self, import: NewImport, recording: Recording) -> Result<Option<ImportRecord>>;
}
