//! Many listings -> one operator -> the right county, in the right order.
//!
//! [`find_leads`] is the whole room: [`link`] groups the suspect listings, [`routing`] finds the county,
//! [`rank()`](rank::rank) the order. Nothing here reads a clock or a file; the same listings in any order
//! give the same leads.

pub mod elements;
pub mod identity;
pub mod lead;
pub mod linking;
pub mod rank;
pub mod routing;
#[cfg(test)]
mod samples;
pub mod standing;

pub use elements::{LeadElement, LeadQuote};
pub use identity::{GenericContact, GenericReason};
pub use lead::{Lead, Link, LinkReason, SeenContact};
pub use linking::{Group, LinkParams, Linked, Member, link};
pub use rank::{Level, Part, Rank, RankChange, RankWeights, RankWindow, WeightError};
pub use routing::Route;
pub use standing::{Complaints, LicensedMatch, PastViolation, Standing};

use crate::calendar::Calendar;
use crate::domain::ListingId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Contacts that belong to everybody and linked nothing.
    pub generic: Vec<GenericContact>,
}

/// Turns assessed listings, suspect or not, into ranked leads; `today` is the day in Asia/Shanghai.
#[must_use]
pub fn find_leads(members: &[Member], params: &LeadParams, calendar: &Calendar, today: Date) -> Found {
    let Linked { groups, generic } = link(members, &params.link);
    let by_id: BTreeMap<ListingId, &Member> = members.iter().map(|member| (member.id, member)).collect();
    let mut leads: Vec<Lead> = groups
        .iter()
        .map(|group| {
            let own: Vec<&Member> = group.members.iter().filter_map(|id| by_id.get(id).copied()).collect();
            let mut lead = Lead::of(group, &own, params, calendar, today);
            // What everybody shows says least about this operator, so it comes last.
            lead.contacts
                .sort_by_key(|seen| generic.iter().any(|one| identity::keys(&seen.contact).contains(&one.value)));
            lead
        })
        .collect();
    leads.sort_by(|a, b| a.rank.worst_first(&b.rank).then_with(|| a.members.cmp(&b.members)));
    Found { leads, generic }
}
