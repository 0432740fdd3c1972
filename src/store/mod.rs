//! The contract of memory: one trait per role, one method per business transaction.
//!
//! Traits speak of transactions, leases, epochs and the store's own clock, never of rows or connections. A call that
//! returned `Ok` has been committed; after kill -9 at any moment the store holds every committed call and nothing of an
//! unfinished one.

pub mod audit;
pub mod draws;
pub mod error;
pub mod frontier;
pub mod imports;
pub mod leads;
pub mod listings;
pub mod queue;
pub mod records;
pub mod reports;
pub mod retention;
pub mod seals;
pub mod search;
pub mod sqlite;

pub use audit::{Audit, AuditFilter, Watched};
pub use draws::{Draws, StoredDraw};
pub use error::StoreError;
pub use frontier::{
    Claim, Completion, Frontier, Lease, NewPage, NewRobots, Pace, Previous, PreviousCapture, RobotsCopy, RobotsState,
    SavedCapture, Turn, Visit,
};
pub use imports::{ImportKind, ImportRecord, Imports, NewImport, Recorded, RecordedCapture, Recording};
pub use leads::{
    JoinKind, LeadCount, LeadEvent, LeadEventKind, LeadPlace, LeadQuery, Leads, PackageRecord, Rebuilt, Said,
    StoredLead,
};
pub use listings::{CaptureRow, Judged, ListingChange, ListingEvent, Listings, OriginalRow, StoredListing, Versions};
pub use queue::{CountyRow, FiledForm, Queue, RowFate, RowRefusal};
pub use records::{Acted, Added, Answer, ComplaintCase, ComplaintFilter, ImportSummary, NewRows, Records, Undone};
pub use reports::{HostState, PageReport, SourceState, SweepReport, Tally, Unfetched};
pub use retention::{CaptureStep, FateCounts, PurgeMode, PurgeStep, Retention};
pub use seals::{SealThrough, SealedCapture, Seals};
pub use search::{Hit, Hits, Search, SearchQuery};

/// Short for a result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
