//! A lead: one operator with every listing that points at it, and what they say together.

use super::{
    Day, Group, Identifier, IdentifierKind, LeadElement, LeadParams, Member, Rank, Registers, Standing, Support,
    elements, identity, rank, routing,
    standing::{Known, matters_with_licence},
};
use crate::domain::{Contact, ContactKind, Flag, Form, Jurisdiction, LeadId, ListingId, SourceId, Stage, Subject};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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
    /// Listings that say too little to be suspects and share a contact with it.
    #[serde(default)]
    pub hints: Vec<ListingId>,
    /// The county that handles it.
    pub county: Jurisdiction,
    /// Other counties its listings name; they get a copy.
    pub copies: Vec<Jurisdiction>,
    /// Why that county, in Chinese, with the words quoted.
    #[serde(default)]
    pub route_words: String,
    /// Whether several counties are named equally surely, so that the city co-ordinates.
    #[serde(default)]
    pub ambiguous: bool,
    /// Its place in the officers' queue, with the arithmetic.
    pub rank: Rank,
    /// How to reach it.
    pub contacts: Vec<SeenContact>,
    /// Accounts, shop names and addresses.
    #[serde(default)]
    pub known_as: Vec<KnownAs>,
    /// Why the members belong together; enough links to connect them all, not every pair.
    pub links: Vec<Link>,
    /// Matters that its listings suggest, by code of the matter table; people read [`Lead::suspected`].
    pub matters: Vec<String>,
    /// The eight elements of a case in their order, each with its words or none.
    #[serde(default)]
    pub elements: Vec<LeadElement>,
    /// What the bureau's records say about the operator.
    #[serde(default)]
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
    /// How many of its listings were taken down since.
    #[serde(default)]
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

/// An account, name or address of an operator and the listings that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAs {
    /// Never a contact.
    pub kind: IdentifierKind,
    /// As compared, without the county or source in front.
    pub value: String,
    /// Members that show it.
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
    /// Both were posted by the same account.
    SharedAccount {
        /// Its name.
        value: String,
    },
    /// Both name the same shop in the same county.
    SharedName {
        /// Its telling part.
        value: String,
    },
    /// Both name the same flat or room in the same county.
    SharedAddress {
        /// Estate, building, unit and room.
        value: String,
    },
    /// Both are nearly the same text.
    NearDuplicate {
        /// Estimated share of common character runs, 0..1.
        similarity: f64,
    },
    /// A person put them together.
    ByHand,
}

impl LinkReason {
    /// The reason in Chinese, without contacts and accounts.
    ///
    /// ```
    /// use tanzhao::leads::LinkReason;
    /// assert_eq!(LinkReason::NearDuplicate { similarity: 0.876 }.zh(), "文案相似度 88%");
    /// ```
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::SharedContact { kind, .. } => format!("同一联系方式（{}）", kind.zh()),
            // Many accounts are named after a number or an id.
            Self::SharedAccount { .. } => "同一发布账号".to_owned(),
            Self::SharedName { value } => format!("同一名称（{value}）"),
            Self::SharedAddress { value } => format!("同一地址（{value}）"),
            Self::NearDuplicate { similarity } => format!("文案相似度 {:.0}%", similarity * 100.0),
            Self::ByHand => "人工并案".to_owned(),
        }
    }

    /// The identifier of that key as `member` shows it.
    pub(super) fn shared(member: &Member, key: i64) -> Self {
        let shown = member.identifiers.iter().find(|one| one.key() == key);
        let Some(Identifier { kind, value }) = shown.cloned() else { return Self::ByHand };
        let value = match kind {
            IdentifierKind::Contact => {
                let same = |contact: &&Contact| identity::keys(contact).contains(&value);
                let written = member.assessment.contacts.iter().find(same);
                return Self::SharedContact { kind: written.map_or(ContactKind::Phone, |contact| contact.kind), value };
            }
            _ => shown.map(|one| one.shown().to_owned()).unwrap_or_default(),
        };
        match kind {
            IdentifierKind::Account | IdentifierKind::Contact => Self::SharedAccount { value },
            IdentifierKind::Name => Self::SharedName { value },
            IdentifierKind::Address => Self::SharedAddress { value },
        }
    }
}

impl Lead {
    /// Puts together what the members of a group say.
    ///
    /// `own` are exactly its members in the order of their numbers; `beside` are listings that show one of its telling
    /// contacts, in the same order, members or not; `generic` tells which keys of identifiers link nobody; `day` is the day
    /// for which urgency is counted.
    #[must_use]
    pub fn assemble(
        group: &Group,
        own: &[&Member],
        beside: &[&Member],
        generic: impl Fn(i64) -> bool,
        params: &LeadParams,
        day: &Day,
    ) -> Self {
        let route = routing::route(own, &params.city);
        let all = || own.iter().map(|member| &member.assessment);
        let mut lead = Self {
            id: None,
            members: own.iter().map(|member| member.id).collect(),
            corroborating: supporting(beside, Support::Hiring, params),
            hints: supporting(beside, Support::Hint, params),
            rank: Rank::default(),
            contacts: contacts(own, generic),
            known_as: known_as(own),
            links: links(group, own),
            matters: sorted(all().flat_map(|one| one.findings.iter().map(|finding| finding.matter.clone()))),
            elements: elements::elements(own),
            subjects: sorted(all().flat_map(|one| one.subjects.iter().copied())),
            stages: sorted(all().flat_map(|one| one.stages.iter().copied())),
            forms: sorted(all().flat_map(|one| one.forms.iter().copied())),
            flags: sorted(all().flat_map(|one| one.flags.iter().copied())),
            sources: sorted(own.iter().map(|member| member.source.clone())),
            top_score: all().map(|one| one.score).fold(0.0, f64::max),
            first_posted: own.iter().filter_map(|member| member.posted_at).min(),
            last_posted: own.iter().filter_map(|member| member.posted_at).max(),
            gone: own.iter().filter(|member| member.gone).count(),
            county: route.main,
            copies: route.copies,
            standing: Standing::default(),
            route_words: route.why,
            ambiguous: route.ambiguous,
        };
        lead.weigh(params, day);
        lead
    }

    /// Asks the lists again and ranks for a day; what its listings say stays.
    pub fn weigh(&mut self, params: &LeadParams, day: &Day) {
        let known = |registers: &Arc<Registers>| registers.standing(&Known::of_lead(self, &params.city), day.date);
        self.standing = day.registers.as_ref().map(known).unwrap_or_default();
        self.rank = rank::rank(self, &params.rank, &day.calendar, day.date);
    }

    /// The matters it is suspected of with what its licence allows, as people are to read them; [`Lead::matters`] is what its
    /// listings alone suggest.
    #[must_use]
    pub fn suspected(&self) -> Vec<String> {
        matters_with_licence(&self.matters, &self.standing)
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

fn supporting(beside: &[&Member], wanted: Support, params: &LeadParams) -> Vec<ListingId> {
    let support = |member: &&&Member| member.support(params.link.hint_score) == Some(wanted);
    beside.iter().filter(support).map(|member| member.id).collect()
}

fn links(group: &Group, own: &[&Member]) -> Vec<Link> {
    let link = |tie: &super::linking::Tie| {
        let shows = own.binary_search_by_key(&tie.a, |member| member.id).ok().and_then(|at| own.get(at))?;
        Some(Link { a: tie.a, b: tie.b, reason: tie.why.reason(shows) })
    };
    group.ties.iter().filter_map(link).collect()
}

fn known_as(own: &[&Member]) -> Vec<KnownAs> {
    let mut seen: BTreeMap<&Identifier, Vec<ListingId>> = BTreeMap::new();
    for member in own {
        for identifier in member.identifiers.iter().filter(|one| one.kind != IdentifierKind::Contact) {
            seen.entry(identifier).or_default().push(member.id);
        }
    }
    let known = |(one, seen_in): (&Identifier, _)| KnownAs { kind: one.kind, value: one.shown().to_owned(), seen_in };
    seen.into_iter().map(known).collect()
}

/// By value; those that everybody shows say least about this operator and come last.
fn contacts(own: &[&Member], generic: impl Fn(i64) -> bool) -> Vec<SeenContact> {
    let mut seen: BTreeMap<(bool, String), SeenContact> = BTreeMap::new();
    for member in own {
        for contact in &member.assessment.contacts {
            let keys =
                identity::keys(contact).into_iter().map(|value| Identifier { kind: IdentifierKind::Contact, value });
            let keys: Vec<Identifier> = keys.collect();
            let everybodys = keys.iter().any(|one| generic(one.key()));
            // The last key is the phone inside a WeChat id, which is where such an id belongs.
            let Some(Identifier { value, .. }) = keys.into_iter().next_back() else { continue };
            let entry = seen
                .entry((everybodys, value))
                .or_insert_with(|| SeenContact { contact: contact.clone(), seen_in: Vec::new() });
            if entry.seen_in.last() != Some(&member.id) {
                entry.seen_in.push(member.id);
            }
        }
    }
    seen.into_values().collect()
}
