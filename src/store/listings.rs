//! Listings and what we think of them.

use super::Result;
use crate::domain::{Assessment, CaptureId, Listing, ListingId, SweepId};
use crate::text::{Fingerprint, IndexText};
use async_trait::async_trait;
use jiff::Timestamp;

/// A listing with everything stored about it.
#[derive(Clone, Debug)]
pub struct StoredListing {
    /// Its number.
    pub id: ListingId,
    /// As read.
    pub listing: Listing,
    /// As judged, once it was.
    pub assessment: Option<Assessment>,
    /// The page it was read from.
    pub capture: Option<CaptureRow>,
    /// The sweep that last saw it.
    pub sweep: SweepId,
    /// Its lead's number.
    pub lead: Option<i64>,
    /// Since when its page is gone.
    pub gone: Option<Timestamp>,
}

/// What happened to a listing between two looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingChange {
    /// It was there for the first time.
    Seen,
    /// Its text had changed.
    Edited,
    /// Its page was gone.
    Gone,
    /// It was there again.
    Back,
}

impl ListingChange {
    /// The name used in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Edited => "edited",
            Self::Gone => "gone",
            Self::Back => "back",
        }
    }

    /// Reads the name; anything unknown counts as having been seen.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        [Self::Edited, Self::Gone, Self::Back].into_iter().find(|change| change.code() == code).unwrap_or(Self::Seen)
    }
}

/// One entry of a listing's timeline.
#[derive(Clone, Debug)]
pub struct ListingEvent {
    /// When it was noticed.
    pub at: Timestamp,
    /// What.
    pub change: ListingChange,
    /// The listing before an edit.
    pub before: Option<Listing>,
    /// The sweep that noticed.
    pub sweep: SweepId,
    /// The page that shows it; `None` for a page that is gone.
    pub capture: Option<CaptureRow>,
}

/// An archived page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureRow {
    /// Its number.
    pub id: CaptureId,
    /// Path below the data directory.
    pub warc: String,
    /// Byte offset of the response record.
    pub offset: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The definition it was fetched under.
    pub source: String,
    /// The role of the page.
    pub role: String,
    /// The sweep.
    pub sweep: SweepId,
    /// For a revisit, the capture that holds the body.
    pub refers_to: Option<OriginalRow>,
    /// The archived robots.txt under which it was asked for.
    pub robots: Option<OriginalRow>,
}

/// A capture that another one refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRow {
    /// Its number.
    pub id: CaptureId,
    /// Path below the data directory.
    pub warc: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// What an assessment was made with, so that any day can be judged again identically.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Model digest.
    pub model: String,
    /// Lexicon digest.
    pub lexicon: String,
}

/// A listing that was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which.
    pub id: ListingId,
    /// The judgement.
    pub assessment: Assessment,
    /// Of its cleaned text.
    pub fingerprint: Fingerprint,
    /// What it can be found by; nothing that reaches anybody.
    pub index: IndexText,
}

/// The contract of the listings.
#[async_trait]
pub trait Listings: Send + Sync {
    /// Up to `limit` listings not judged yet, oldest first.
    async fn unassessed(&self, limit: u32) -> Result<Vec<StoredListing>>;

    /// How many wait for judgement.
    async fn backlog(&self) -> Result<u64>;

    /// As [`Listings::save_judged`] for listings that nobody will search for.
    async fn save_assessments(
        &self,
        batch: Vec<(ListingId, Assessment, Fingerprint)>,
        versions: &Versions,
    ) -> Result<()> {
        let judged =
            |(id, assessment, fingerprint)| Judged { id, assessment, fingerprint, index: IndexText::default() };
        self.save_judged(batch.into_iter().map(judged).collect(), versions).await
    }

    /// Keeps judgements; a listing that changed meanwhile stays unjudged only if its text differs.
    async fn save_judged(&self, batch: Vec<Judged>, versions: &Versions) -> Result<()>;

    /// Listings in the order of their numbers, from after `after`.
    async fn page(&self, after: ListingId, limit: u32) -> Result<Vec<StoredListing>>;

    /// Listings by number.
    async fn by_ids(&self, ids: &[ListingId]) -> Result<Vec<StoredListing>>;

    /// Archived pages that were read as content, oldest first; no robots.txt.
    async fn captures(&self, sweep: Option<SweepId>) -> Result<Vec<CaptureRow>>;

    /// Revisits that rest on this capture's body: it must not be purged before them, and the database refuses it.
    async fn revisits_of(&self, capture: CaptureId) -> Result<Vec<CaptureId>>;

    /// Stores what a capture yields when read again: the listings of that capture are updated and marked unjudged.
    async fn reread(&self, capture: CaptureId, listings: Vec<Listing>) -> Result<()>;

    /// What happened to a listing, oldest first.
    async fn timeline(&self, listing: ListingId) -> Result<Vec<ListingEvent>>;

    /// Marks every listing (of a sweep) as unjudged.
    async fn forget_assessments(&self, sweep: Option<SweepId>) -> Result<u64>;
}
