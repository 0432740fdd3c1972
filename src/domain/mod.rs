//! The nouns every layer shares: plain data with invariants, no I/O and no clock.

pub mod assessment;
pub mod audit;
pub mod beijing;
pub mod codes;
pub mod county;
pub mod ids;
pub mod life;
pub mod listing;
pub mod outcome;
pub mod page;
pub mod purpose;
pub mod quiet;
pub mod records;
pub mod span;
pub mod url_key;

pub use assessment::{Assessment, Contact, ElementQuote, Evidence, Finding, OtherPlace, PlaceEvidence, Probabilities};
pub use audit::{Act, AuditEntry};
pub use beijing::beijing;
pub use codes::{
    AuditKind, ContactKind, Element, Flag, Form, PlaceHow, PurposeCode, SourceKind, Stage, Subject, TrainingKind,
    Verdict,
};
pub use county::Jurisdiction;
pub use ids::{CaptureId, Epoch, LeadId, ListingId, PageId, SourceId, SweepId};
pub use life::{DismissReason, LeadMove, LeadState, Measure, Outcome, Role};
pub use listing::{FieldOrigin, Listing, ListingText};
pub use outcome::{FetchOutcome, NextStep};
pub use page::{FetchedPage, PageRole, Request};
pub use purpose::{Purpose, PurposeError};
pub use quiet::{QuietHours, QuietHoursError};
pub use records::{Complaint, Institution, Numbered, RowPlace, Violation};
pub use span::Span;
pub use url_key::{HostKey, UrlKey, UrlRule};
