//! Many listings -> one operator -> the right county, in the right order.
//!
//! [`find_leads`] is the whole room: [`link`] groups the suspect listings, [`routing`] finds the county,
//! [`rank()`](rank::rank) the order. Nothing here reads a clock or a file; the same listings in any order
//! give the same leads.

pub mod draw;
pub mod elements;
pub mod generic;
pub mod identity;
pub mod lead;
pub mod lifecycle;
pub mod linking;
pub mod member;
pub mod numbers;
pub mod rank;
pub mod retention;
pub mod routing;
#[cfg(test)]
mod samples;
pub mod sets;
pub mod standing;

pub use elements::{LeadElement, LeadQuote};
pub use generic::{GenericIdentifier, GenericReason};
pub use identity::{Identifier, IdentifierKind};
pub use lead::{KnownAs, Lead, Link, LinkReason, SeenContact};
pub use linking::{Bond, Group, LinkParams, Node, link};
pub use member::{Member, Support};
pub use rank::{Level, Part, Rank, RankChange, RankWeights, RankWindow, WeightError};
pub use routing::Route;
pub use sets::Sets;
pub use standing::{Complaints, LicensedMatch, PastViolation, Registers, Standing, StandingParams};

use crate::calendar::Calendar;
use crate::domain::ListingId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// All that a bureau may choose in this room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeadParams {
    /// The configured city, as the gazetteer names it; its name is no county.
    pub city: String,
    /// When listings belong together.
    pub link: LinkParams,
    /// What goes first.
    pub rank: RankWeights,
    /// When an operator is taken for one of a list.
    pub standing: StandingParams,
}

impl Default for LeadParams {
    fn default() -> Self {
        Self {
            city: "朝阳市".to_owned(),
            link: LinkParams::default(),
            rank: RankWeights::default(),
            standing: StandingParams::default(),
        }
    }
}

/// The day leads are ranked for, with the calendar that says what kind of day it is.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// In Asia/Shanghai.
    pub date: Date,
    /// Holidays, vacations and working days.
    pub calendar: Arc<Calendar>,
    /// What is known from elsewhere; `None` when nothing is.
    pub registers: Option<Arc<Registers>>,
}

/// What [`find_leads`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// First the worst level, then the largest rank, then the lowest listing number.
    pub leads: Vec<Lead>,
    /// Identifiers that belong to everybody and linked nothing, by kind and value.
    pub generic: Vec<GenericIdentifier>,
}

/// Turns judged listings, suspect or not, into ranked leads, all at once and in memory, for a day.
///
/// The store does the same listing by listing; this is what it has to agree with.
#[must_use]
pub fn find_leads(members: &[Member], params: &LeadParams, day: &Day) -> Found {
    let by_id: BTreeMap<ListingId, &Member> = members.iter().map(|member| (member.id, member)).collect();
    let mut holders: BTreeMap<&Identifier, Vec<&Member>> = BTreeMap::new();
    for member in by_id.values() {
        for identifier in &member.identifiers {
            holders.entry(identifier).or_default().push(member);
        }
    }
    let mut generic = Vec::new();
    let mut generic_keys = BTreeSet::new();
    for (identifier, shown) in &holders {
        if let Some(reason) = generic::judge_members(identifier, shown, &params.link) {
            generic_keys.insert(identifier.key());
            generic.push(GenericIdentifier { identifier: (*identifier).clone(), reason, listings: shown.len() });
        }
    }
    let suspects = by_id.values().filter(|member| member.is_suspect());
    let nodes: Vec<Node> =
        suspects.map(|member| Node::of(member, 0, &params.link, |key| generic_keys.contains(&key))).collect();
    let groups = link(&nodes, &[], &params.link);
    let lead = |group: &Group| {
        let own: Vec<&Member> = group.members.iter().filter_map(|id| by_id.get(id).copied()).collect();
        let contacts = own
            .iter()
            .flat_map(|member| &member.identifiers)
            .filter(|one| one.kind == IdentifierKind::Contact && !generic_keys.contains(&one.key()));
        let beside: BTreeMap<ListingId, &Member> = contacts
            .flat_map(|one| holders.get(one).into_iter().flatten())
            .map(|member| (member.id, *member))
            .collect();
        let beside: Vec<&Member> = beside.into_values().collect();
        Lead::assemble(group, &own, &beside, |key| generic_keys.contains(&key), params, day)
    };
    let mut leads: Vec<Lead> = groups.iter().map(lead).collect();
    leads.sort_by(|a, b| a.rank.worst_first(&b.rank).then_with(|| a.members.cmp(&b.members)));
    Found { leads, generic }
}
