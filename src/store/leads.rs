//! Leads and the packages made of them.

use super::Result;
use crate::domain::{LeadId, LeadMove, ListingId};
use crate::leads::{Day, GenericIdentifier, Lead, LeadParams, Level, lifecycle::Happening};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A lead with its number.
#[derive(Clone, Debug)]
pub struct StoredLead {
    /// Its number; kept for good.
    pub id: LeadId,
    /// The lead.
    pub lead: Lead,
    /// Code of its state in life, `new` until somebody decided something.
    pub state: String,
    /// Whether it still has listings of its own; one that has none shows what it last was.
    pub live: bool,
}

/// Which leads to list.
#[derive(Clone, Debug, Default)]
pub struct LeadQuery {
    /// Only those of a county, as leads name it.
    pub county: Option<String>,
    /// Only those in this state.
    pub state: Option<String>,
    /// Also those that have no listings any more although they left the house or somebody has them in hand.
    pub with_kept: bool,
    /// Only those behind this one, the last of the page before.
    pub after: Option<LeadPlace>,
    /// At most so many; 0 for all.
    pub limit: u32,
}

/// Where a lead stands in the officers' order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadPlace {
    /// Its level; the worst comes first.
    pub level: Level,
    /// Its rank; the largest comes first.
    pub rank: f64,
    /// Its number; the smallest comes first.
    pub id: LeadId,
}

impl StoredLead {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> LeadPlace {
        LeadPlace { level: self.lead.rank.level, rank: self.lead.rank.value, id: self.id }
    }
}

/// How many leads there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeadCount {
    /// County, as leads name it.
    pub county: String,
    /// Code of the state.
    pub state: String,
    /// Leads.
    pub leads: u64,
}

/// What can happen to a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadEventKind {
    /// It was found.
    Found,
    /// Listings came to it.
    Grew,
    /// Listings left it.
    Shrank,
    /// Another county handles it now.
    Moved,
    /// Another lead's listings came to it.
    Merged,
    /// Its listings went to another lead.
    MergedInto,
    /// It was part of another lead before.
    SplitOff,
    /// It has listings again.
    Back,
    /// None of its listings is a suspect any more.
    Emptied,
    /// Its rank changed.
    Ranked,
    /// A person merged or split it.
    ByHand,
    /// A person took a merge or split back.
    Undone,
    /// It went from one state of its life to another, or from hand to hand.
    #[serde(untagged)]
    Life(LeadMove),
}

impl LeadEventKind {
    /// The name in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Moved => "moved",
            Self::Merged => "merged",
            Self::MergedInto => "merged_into",
            Self::SplitOff => "split_off",
            Self::Back => "back",
            Self::Emptied => "emptied",
            Self::Ranked => "ranked",
            Self::ByHand => "by_hand",
            Self::Undone => "undone",
            Self::Life(action) => action.code(),
        }
    }

    /// The words people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Found => "发现线索",
            Self::Grew => "新增信息",
            Self::Shrank => "移出信息",
            Self::Moved => "属地变更",
            Self::Merged => "并入其他线索",
            Self::MergedInto => "并入",
            Self::SplitOff => "从其他线索分出",
            Self::Back => "再次出现",
            Self::Emptied => "已无涉嫌信息",
            Self::Ranked => "排序变化",
            Self::ByHand => "人工合并或拆分",
            Self::Undone => "撤销合并或拆分",
            Self::Life(action) => action.zh(),
        }
    }
}

/// One thing that happened to a lead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeadEvent {
    /// Its number, over all leads.
    pub number: i64,
    /// The lead.
    pub lead: LeadId,
    /// When.
    pub at: Timestamp,
    /// Who did it; `program` for what follows from listings.
    pub who: String,
    /// What.
    pub kind: LeadEventKind,
    /// The particulars; their shape depends on the kind.
    pub details: serde_json::Value,
}

impl LeadEvent {
    /// What of it concerns the lead's life.
    #[must_use]
    pub fn happening(&self) -> Option<Happening> {
        match self.kind {
            LeadEventKind::Life(action) => Some(Happening::Move(action)),
            LeadEventKind::MergedInto => Some(Happening::End),
            _ => None,
        }
    }
}

/// What a person did with whole leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Two leads are one operator.
    Merge,
    /// Some listings of a lead are another operator.
    Split,
}

impl JoinKind {
    /// The name in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
        }
    }
}

/// What a person says when merging or splitting.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Who.
    pub by: &'a str,
    /// Why; not empty.
    pub reason: &'a str,
}

/// What a rebuild did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Suspect listings linked.
    pub listings: usize,
    /// Leads before.
    pub before: u64,
    /// Leads after.
    pub after: u64,
    /// Identifiers that link now where they did not, or the other way round.
    pub identifiers_turned: usize,
}

/// One package that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRecord {
    /// County code.
    pub county: String,
    /// File name.
    pub file: String,
    /// SHA-256 of the zip.
    pub sha256: String,
    /// When.
    pub made_at: Timestamp,
    /// The leads in it.
    pub leads: Vec<LeadId>,
    /// Whether it is only a draft: it counts as no hand-over.
    pub draft: bool,
}

/// The contract of the leads.
#[async_trait]
pub trait Leads: Send + Sync {
    /// Links up to `limit` listings that were judged, changed or taken down since, in one transaction: every lead they touch
    /// is what linking everything at once would make of it. Gives how many listings there were; 0 when nothing waits.
    ///
    /// A lead keeps its number while it has any listing; when leads become one, the number that people decided something about
    /// stays, else the smaller one, and the other leads there. Every change is in the leads' histories.
    async fn link_step(&self, limit: u32, params: &LeadParams, day: &Day) -> Result<usize>;

    /// Ranks up to `limit` leads for a day that were ranked for another day; gives how many there were.
    async fn refresh(&self, limit: u32, params: &LeadParams, day: &Day) -> Result<usize>;

    /// Links everything again from what is known of each listing. The leads are the same as those of [`Leads::link_step`]
    /// with the same parameters; numbers, and what people merged and split, stay.
    async fn rebuild(&self, params: &LeadParams, day: &Day) -> Result<Rebuilt>;

    /// Puts `other` to `lead` because a person says that they are one operator; gives the number of the change. Possible beside
    /// another process that works in the same directory, like [`Leads::split`] and [`Leads::undo`].
    async fn merge(&self, lead: LeadId, other: LeadId, said: Said<'_>, params: &LeadParams, day: &Day) -> Result<i64>;

    /// Takes listings out of a lead because a person says that they are another operator; gives the number of the change.
    async fn split(
        &self,
        lead: LeadId,
        listings: &[ListingId],
        said: Said<'_>,
        params: &LeadParams,
        day: &Day,
    ) -> Result<i64>;

    /// Takes a merge or split back. What later changes decided about the same listings stays.
    async fn undo(&self, change: i64, by: &str, params: &LeadParams, day: &Day) -> Result<()>;

    /// Live leads, and where asked for those kept without listings, most urgent first.
    async fn list(&self, query: LeadQuery) -> Result<Vec<StoredLead>>;

    /// How many live leads there are by county and state.
    async fn counts(&self) -> Result<Vec<LeadCount>>;

    /// One lead; a number that was merged away leads to where its listings went.
    async fn show(&self, id: LeadId) -> Result<Option<StoredLead>>;

    /// What happened to a lead, oldest first.
    async fn history(&self, id: LeadId) -> Result<Vec<LeadEvent>>;

    /// Identifiers that belong to everybody and link nobody, by kind and value.
    async fn generic(&self, limit: u32) -> Result<Vec<GenericIdentifier>>;

    /// Records a draft of a package; one that counts goes through [`Queue::hand_over`](super::Queue::hand_over).
    async fn record_draft(&self, package: PackageRecord) -> Result<()>;

    /// Packages of a county, newest first, drafts too.
    async fn packages(&self, county: &str) -> Result<Vec<PackageRecord>>;
}
