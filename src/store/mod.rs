//! The contract of memory: one trait per role, one method per business transaction.
//!
//! Traits speak of transactions, leases, epochs and the store's own clock, never of rows or connections. A call that
//! returned `Ok` has been committed; after kill -9 at any moment the store holds every committed call and nothing of an
//! unfinished one.

pub mod error;
pub mod frontier;
pub mod leads;
pub mod listings;
pub mod sqlite;

pub use error::StoreError;
pub use frontier::{
    Claim, Completion, Frontier, HostState, Lease, NewPage, Pace, PageReport, RobotsCopy, RobotsState, SavedCapture,
    SweepReport, Turn,
};
pub use leads::{Leads, PackageRecord, StoredLead};
pub use listings::{CaptureRow, Listings, StoredListing, Versions};

/// Short for a result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
