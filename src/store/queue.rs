//! The queue: who works on which lead, and where each lead stands in its life.

use super::{PackageRecord, Result};
use crate::{
    domain::LeadId,
    leads::lifecycle::{Actor, Life, Order, Refusal, Terms},
};
use async_trait::async_trait;
use std::{collections::BTreeMap, sync::Arc};

/// An answer that may be a refusal; a refusal has changed nothing, except that a lease that was over is gone.
pub type Decided<T> = Result<std::result::Result<T, Refusal>>;

/// The contract of the queue.
///
/// Every act is one transaction: it loads the life of a lead, ends a lease that is over by the store's clock, asks the rules
/// ([`Life::after`]), and writes state, history and audit log together. So of two people who act at once one is refused.
/// The linker, in its own transactions, wakes leads at rest that grew, and ends the life of a lead that went into another.
/// Acts are possible beside another process that works in the same directory, for example a sweep.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Moves one lead.
    async fn act(&self, lead: LeadId, order: Order, actor: Actor, terms: Arc<Terms>) -> Decided<Life>;

    /// Records a package and moves its leads to `handed_over`, all of it or nothing: one lead that may not be handed over
    /// refuses the package.
    async fn hand_over(&self, package: PackageRecord, actor: Actor, terms: Arc<Terms>) -> Decided<()>;

    /// Ends every lease that is over and returns the leads.
    async fn end_leases(&self) -> Result<Vec<LeadId>>;

    /// Where a lead stands; `None` when there is no such lead now.
    async fn life(&self, lead: LeadId) -> Result<Option<Life>>;

    /// Where every lead stands: live ones, and those that people decided something about although they have no listings now.
    async fn lives(&self) -> Result<BTreeMap<LeadId, Life>>;
}
