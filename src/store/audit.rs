//! The audit log: who did what to what, in an order that nobody can change unseen.

use super::Result;
use crate::{
    domain::{Act, AuditEntry, AuditKind},
    evidence::{AuditBreak, AuditHead},
};
use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

/// Which entries to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only at or after this time.
    pub since: Option<Timestamp>,
    /// Only of this kind.
    pub kind: Option<AuditKind>,
    /// Only with a higher number: the last one of the page before.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

/// Something whose change is an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its name: `model`, `lexicon`, `config`.
    pub name: &'static str,
    /// What a change is called in the log.
    pub kind: AuditKind,
    /// Its digest now.
    pub digest: String,
    /// What else to write down when it changed.
    pub details: Value,
}

/// The contract of the audit log.
///
/// Entries are never changed or deleted, not even by the store itself. Other transactions of the store append in their own
/// transaction, so that an act and its entry exist together or not at all. The time is the store's clock.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Writes an act down. Also possible beside another process that works in the same directory.
    async fn append(&self, act: Act) -> Result<AuditEntry>;

    /// Writes down, in one transaction, that something changed since it was last seen; returns whether it had. `who` and the
    /// time as for [`Audit::append`].
    async fn watch(&self, who: &str, seen: Watched) -> Result<bool>;

    /// Entries in the order of their numbers.
    async fn entries(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>>;

    /// Walks the whole log: its head, or the first entry that is broken.
    async fn verify(&self) -> Result<std::result::Result<AuditHead, AuditBreak>>;
}
