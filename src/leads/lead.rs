//! A lead: one operator with every listing that points at it, and what they say together.

use super::{Group, LeadElement, LeadParams, Member, Rank, Standing, elements, identity, rank, routing};
use crate::calendar::Calendar;
use crate::domain::{Contact, ContactKind, Flag, Form, Jurisdiction, LeadId, ListingId, SourceId, Stage, Subject};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One operator, seen through its listings; suspected, never established.
///
/// Lists are sorted and free of doubles, so that the same listings in any order give the same lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lead {
    /// The stored number; `None` until the store has kept it.
    pub id: Option<LeadId>,
    /// The advertisements, by number; never empty in a lead that [`Lead::assemble`] made.
    pub members: Vec<ListingId>,
    /// Job advertisements that share a contact with it: they corroborate and are no members.
    pub corroborating: Vec<ListingId>,
    /// The county that handles it.
    pub county: Jurisdiction,
    /// Other counties its listings name; they get a copy.
    pub copies: Vec<Jurisdiction>,
    /// Why that county, in Chinese, with the words quoted.
    pub route_words: String,
    /// Whether several counties are named equally surely, so that the city co-ordinates.
    pub ambiguous: bool,
    /// Its place in the officers' queue, with the arithmetic.
    pub rank: Rank,
    /// How to reach it.
    pub contacts: Vec<SeenContact>,
    /// Why the members belong together; enough links to connect them all, not every pair.
    pub links: Vec<Link>,
    /// Suspected matters, by code of the matter table.
    pub matters: Vec<String>,
    /// The eight elements of a case in their order, each with its words or none.
    pub elements: Vec<LeadElement>,
    /// What the bureau's records say about the operator.
    pub standing: Standing,
    /// School subjects named.
    pub subjects: Vec<Subject>,
    /// Stages named.
    pub stages: Vec<Stage>,
    /// Covers shown.
    pub forms: Vec<Form>,
    /// Side marks of its listings.
    pub flags: Vec<Flag>,
    /// Where the listings were published.
    pub sources: Vec<SourceId>,
    /// How many members are no longer on line.
    pub gone: usize,
    /// The highest calibrated score among the members, 0..1.
    pub top_score: f64,
    /// Earliest day of posting known, Asia/Shanghai.
    pub first_posted: Option<Date>,
    /// Latest day of posting known, Asia/Shanghai.
    pub last_posted: Option<Date>,
}

/// A contact of an operator and the listings that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenContact {
    /// As the first of those listings writes it; the span counts in that listing.
    pub contact: Contact,
    /// Members that show this value, whatever kind they call it.
    pub seen_in: Vec<ListingId>,
}

/// Two listings that belong to one operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The smaller number.
    pub a: ListingId,
    /// The larger number.
    pub b: ListingId,
    /// Why.
    pub reason: LinkReason,
}

/// Why two listings belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum LinkReason {
    /// Both show the same contact value, perhaps once as a phone and once as a WeChat id.
    SharedContact {
        /// What `a` calls it.
        kind: ContactKind,
        /// The value; mask it before people see it.
        value: String,
    },
    /// Both are nearly the same text.
    NearDuplicate {
        /// Estimated share of common character runs, 0..1.
        similarity: f64,
    },
}

impl LinkReason {
    /// The reason in Chinese, without the contact itself.
    ///
    /// ```
    /// use tanzhao::leads::LinkReason;
    /// assert_eq!(LinkReason::NearDuplicate { similarity: 0.876 }.zh(), "文案相似度 88%");
    /// ```
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::SharedContact { kind, .. } => format!("同一联系方式（{}）", kind.zh()),
            Self::NearDuplicate { similarity } => format!("文案相似度 {:.0}%", similarity * 100.0),
        }
    }
}

impl Lead {
    /// Puts together what the members of a group say; `members` may hold others too, in any order.
    ///
    /// `today` is the day in Asia/Shanghai for which urgency is counted.
    #[must_use]
    pub fn assemble(group: &Group, members: &[Member], params: &LeadParams, calendar: &Calendar, today: Date) -> Self {
        let wanted: BTreeSet<ListingId> = group.members.iter().copied().collect();
        let own: BTreeMap<ListingId, &Member> =
            members.iter().filter(|member| wanted.contains(&member.id)).map(|member| (member.id, member)).collect();
        Self::of(group, &own.into_values().collect::<Vec<_>>(), params, calendar, today)
    }

    /// As [`Lead::assemble`], from exactly the group's members in the order of their numbers.
    pub(super) fn of(group: &Group, own: &[&Member], params: &LeadParams, calendar: &Calendar, today: Date) -> Self {
        let route = routing::route(own, &params.city);
        let all = || own.iter().map(|member| &member.assessment);
        let mut lead = Self {
            id: None,
            members: own.iter().map(|member| member.id).collect(),
            corroborating: group.corroborating.clone(),
            rank: Rank::default(),
            contacts: contacts(own),
            links: group.links.clone(),
            matters: sorted(all().flat_map(|one| one.findings.iter().map(|finding| finding.matter.clone()))),
            elements: elements::elements(own),
            standing: Standing::default(),
            subjects: sorted(all().flat_map(|one| one.subjects.iter().copied())),
            stages: sorted(all().flat_map(|one| one.stages.iter().copied())),
            forms: sorted(all().flat_map(|one| one.forms.iter().copied())),
            flags: sorted(all().flat_map(|one| one.flags.iter().copied())),
            sources: sorted(own.iter().map(|member| member.listing.source.clone())),
            gone: own.iter().filter(|member| member.gone).count(),
            top_score: all().map(|one| one.score).fold(0.0, f64::max),
            first_posted: own.iter().filter_map(|member| member.listing.posted_at).min(),
            last_posted: own.iter().filter_map(|member| member.listing.posted_at).max(),
            county: route.main,
            copies: route.copies,
            route_words: route.why,
            ambiguous: route.ambiguous,
        };
        lead.rank = rank::rank(&lead, &params.rank, calendar, today);
        lead
    }

    /// Whether its listings name more than one county, so that the city has to co-ordinate.
    #[must_use]
    pub fn is_multi_county(&self) -> bool {
        !self.copies.is_empty()
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<_>>().into_iter().collect()
}

fn contacts(own: &[&Member]) -> Vec<SeenContact> {
    let mut seen: BTreeMap<String, SeenContact> = BTreeMap::new();
    for member in own {
        for contact in &member.assessment.contacts {
            // The last key is the phone inside a WeChat id, which is where such an id belongs.
            let Some(key) = identity::keys(contact).pop() else { continue };
            let entry =
                seen.entry(key).or_insert_with(|| SeenContact { contact: contact.clone(), seen_in: Vec::new() });
            if entry.seen_in.last() != Some(&member.id) {
                entry.seen_in.push(member.id);
            }
        }
    }
    seen.into_values().collect()
}
