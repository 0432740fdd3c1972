//! The nouns every layer shares: plain data with invariants, no I/O and no clock.

pub mod assessment;
pub mod audit;
pub mod beijing;
pub mod codes;
pub mod county;
pub mod ids;
pub mod listing;
pub mod outcome;
pub mod page;
pub mod purpose;
pub mod quiet;
pub mod span;
pub mod url_key;

pub use assessment::{Assessment, Contact, Evidence, Finding, Probabilities};
pub use audit::{Act, AuditEntry};
pub use beijing::beijing;
pub use codes::{AuditKind, ContactKind, Flag, Form, PurposeCode, SourceKind, Stage, Subject, Verdict};
pub use county::Jurisdiction;
pub use ids::{CaptureId, Epoch, LeadId, ListingId, PageId, SourceId, SweepId};
pub use listing::{FieldOrigin, Listing, ListingText};
pub use outcome::{FetchOutcome, NextStep};
pub use page::{FetchedPage, PageRole, Request};
pub use purpose::{Purpose, PurposeError};
pub use quiet::{QuietHours, QuietHoursError};
pub use span::Span;
pub use url_key::{HostKey, UrlKey, UrlRule};
