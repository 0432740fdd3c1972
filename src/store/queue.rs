//! The queue: who works on which lead, and where each lead stands in its life.

use super::{ImportRecord, NewImport, PackageRecord, Result};
use crate::{
    domain::{LeadId, LeadState, Numbered},
    leads::lifecycle::{Actor, Life, Order, Refusal, Terms},
};
use async_trait::async_trait;
use jiff::civil::Date;
use std::{collections::BTreeMap, sync::Arc};

/// An answer that may be a refusal; a refusal has changed nothing, except that a lease that was over is gone.
pub type Decided<T> = Result<std::result::Result<T, Refusal>>;

/// One row of a form that a county sent back.
#[derive(Clone, Debug)]
pub struct CountyRow {
    /// The lead as the form names it; one that was merged since stands for where its listings went.
    pub lead: LeadId,
    /// The answer, or the return, that follows from it.
    pub order: Order,
    /// The day of the answer.
    pub on: Date,
    /// All that the row says; kept in the lead's history, and the audit log holds its SHA-256.
    pub form: serde_json::Value,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowFate {
    /// It moved its lead.
    Filed(LeadId, Box<Life>),
    /// The same was filed before, there.
    Known(String),
    /// It moved nothing.
    Refused(RowRefusal),
}

/// Why a row of a form moved no lead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowRefusal {
    /// The rules of a lead's life.
    #[error(transparent)]
    Rules(#[from] Refusal),
    /// A later answer is there.
    #[error("已有 {on} 的反馈（{place}），本行日期更早")]
    Later {
        /// Its day.
        on: Date,
        /// Where it was.
        place: String,
    },
    /// Two rows of one file about one lead.
    #[error("同一文件中已有该线索的反馈（{place}），一条线索只能填一行")]
    Twice {
        /// Where it was.
        place: String,
    },
}

impl RowRefusal {
    /// A code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rules(Refusal::Unknown { .. }) => "unknown_lead",
            Self::Rules(Refusal::State {
                found: LeadState::Answered | LeadState::Returned | LeadState::Closed,
                ..
            })
            | Self::Later { .. }
            | Self::Twice { .. } => "answered_already",
            Self::Rules(Refusal::State { .. }) => "not_handed_over",
            Self::Rules(_) => "not_allowed",
        }
    }
}

/// What became of a form.
#[derive(Clone, Debug)]
pub struct FiledForm {
    /// Its import; `None` when every row was refused, and then nothing was changed.
    pub record: Option<ImportRecord>,
    /// Whether its content had been imported before.
    pub again: bool,
    /// Row by row, in their order.
    pub fates: Vec<RowFate>,
}

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
    /// refuses the package. Deadlines count from the package's own time, which it was written with.
    async fn hand_over(&self, package: PackageRecord, actor: Actor, terms: Arc<Terms>) -> Decided<()>;

    /// Files a form that counties sent back, in one transaction under one import: every row is one act, and one that is refused
    /// hinders no other. A row that was filed before is known, whatever file it came in, so that a form that grows, or one
    /// of which rows were refused, may come again. There is no way back: a later row, or a person, says what is right.
    async fn file_form(
        &self,
        import: NewImport,
        rows: Vec<Numbered<CountyRow>>,
        unread: usize,
        actor: Actor,
        terms: Arc<Terms>,
    ) -> Result<FiledForm>;

    /// Ends every lease that is over and returns the leads.
    async fn end_leases(&self) -> Result<Vec<LeadId>>;

    /// Where a lead stands; `None` when there is no such lead now.
    async fn life(&self, lead: LeadId) -> Result<Option<Life>>;

    /// Where every lead stands: live ones, and those that people decided something about although they have no listings now.
    async fn lives(&self) -> Result<BTreeMap<LeadId, Life>>;
}
