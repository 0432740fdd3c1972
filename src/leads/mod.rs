//! Many listings -> one operator -> the right county, in the right order.
//!
//! [`find_leads`] is the whole room: [`link`] groups the suspect listings, [`routing`] finds the county,
//! [`rank()`](rank::rank) the order. Nothing here reads a clock or a file; the same listings in any order
//! give the same leads.

pub mod generic;
pub mod identity;
pub mod lead;
pub mod linking;
pub mod member;
pub mod numbers;
pub mod rank;
pub mod retention;
pub mod routing;
#[cfg(test)]
mod samples;

pub use generic::{GenericIdentifier, GenericReason};
pub use identity::{Identifier, IdentifierKind};
pub use lead::{KnownAs, Lead, Link, LinkReason, SeenContact};
pub use linking::{Bond, Group, LinkParams, Node, link};
pub use member::{Member, Support};
pub use rank::{Level, Part, Rank, RankWeights, WeightError};

use crate::domain::ListingId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
}

impl Default for LeadParams {
    fn default() -> Self {
        Self { city: "朝阳市".to_owned(), link: LinkParams::default(), rank: RankWeights::default() }
    }
}

/// What [`find_leads`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// First the worst level, then the largest rank, then the lowest listing number.
    pub leads: Vec<Lead>,
    /// Identifiers that belong to everybody and linked nothing, by kind and value.
    pub generic: Vec<GenericIdentifier>,
}

/// Turns judged listings, suspect or not, into ranked leads, all at once and in memory; `today` is the day in Asia/Shanghai.
///
/// The store does the same listing by listing; this is what it has to agree with.
#[must_use]
pub fn find_leads(members: &[Member], params: &LeadParams, today: Date) -> Found {
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
        Lead::assemble(group, &own, &beside, |key| generic_keys.contains(&key), params, today)
    };
    let mut leads: Vec<Lead> = groups.iter().map(lead).collect();
    leads.sort_by(|a, b| a.rank.worst_first(&b.rank).then_with(|| a.members.cmp(&b.members)));
    Found { leads, generic }
}
