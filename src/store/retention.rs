//! Retention: what may not be kept any longer goes, and the log says how much of what.

use super::Result;
use crate::{
    domain::ListingId,
    leads::{
        Day, LeadParams,
        retention::{Fate, RetentionClass, RetentionDays},
    },
};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// Listings by class and fate.
pub type FateCounts = BTreeMap<(RetentionClass, Fate), u64>;

/// One part of the way through the listings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurgeStep {
    /// The last listing looked at; `None` when there was none left.
    pub last: Option<ListingId>,
    /// What was found, and done unless it was only looked at.
    pub counts: FateCounts,
}

/// What is deleted and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgeMode {
    /// Nothing: only counts.
    Look,
    /// What the rules say.
    Purge,
}

/// One part of the way through the captures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureStep {
    /// The last capture deleted; `None` when there was nothing left to delete.
    pub last: Option<i64>,
    /// Files below the data directory that no row names any more.
    pub files: Vec<String>,
}

/// The contract of retention. Every call is one transaction of bounded size, with its entry in the audit log when it changed
/// anything; killed between any two, the next purge goes on. Rows go before files, so that no row ever names a missing file.
///
/// The newest listing and the newest capture stay until there is a newer one: their numbers must never be given again.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Looks at up to `limit` listings behind `after` and does what the rules say.
    ///
    /// A deleted listing takes its timeline, its facts and what it links with it, and leaves a hash of its address, so that
    /// reading archived pages again does not bring it back. Leads of which nothing is left keep their number and history and
    /// lose what names their operator.
    async fn purge_listings(
        &self,
        mode: PurgeMode,
        after: ListingId,
        limit: u32,
        days: &RetentionDays,
        params: &LeadParams,
        day: &Day,
    ) -> Result<PurgeStep>;

    /// Takes what names the operator out of up to `limit` leads without listings whose time is over; gives how many.
    async fn purge_leads(&self, mode: PurgeMode, limit: u32, days: &RetentionDays) -> Result<u64>;

    /// Deletes up to `limit` captures behind number `after` that are older than pages without suspects may be, and on which
    /// no kept listing and no other capture rests. Their leaves under the seals stay.
    async fn purge_captures(&self, after: i64, limit: u32, days: &RetentionDays) -> Result<CaptureStep>;

    /// Those of these files that no capture names.
    async fn unknown_files(&self, files: Vec<String>) -> Result<Vec<String>>;
}
