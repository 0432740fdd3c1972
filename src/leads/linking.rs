//! Identifiers and near-duplicate texts -> groups of listings, one group an operator.
//!
//! Two suspect listings belong together when they share an identifier that tells operators apart, when their texts are nearly
//! the same, or when a person said so; groups are what hangs together through such pairs. Every rule speaks of the two listings
//! and of all holders of an identifier, never of an order, so that one listing after the other gives the same groups as all at
//! once.

use super::identity::IdentifierKind;
use super::{LinkReason, Member, Sets};
use crate::domain::{Jurisdiction, ListingId};
use crate::text::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When two listings belong to one operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkParams {
    /// Similarity, 0..1, from which two texts are the same advertisement.
    pub near_duplicate: f64,
    /// The same when both show contacts and share none, and the poster's name is the same: templates travel between sellers.
    pub near_duplicate_other_contact: f64,
    /// Texts with fewer letters than this are compared by identifiers only.
    pub min_text_chars: usize,
    /// A contact is generic when more posters than this write more different texts than this with it.
    pub max_posters: usize,
    /// A contact is generic when so many posters show it in listings that are irrelevant.
    pub hotline_posters: usize,
    /// An account is generic when it stands beside more different contacts than this.
    pub max_account_contacts: usize,
    /// A shop name or an address is generic when it stands beside more different contacts than this.
    pub max_place_contacts: usize,
    /// Score, 0..1, from which a listing that is no suspect is shown with a lead whose contact it shows.
    pub hint_score: f64,
}

impl Default for LinkParams {
    fn default() -> Self {
        Self {
            near_duplicate: 0.6,
            near_duplicate_other_contact: 0.85,
            min_text_chars: 20,
            max_posters: 6,
            hotline_posters: 3,
            max_account_contacts: 6,
            max_place_contacts: 3,
            hint_score: 0.15,
        }
    }
}

/// A suspect listing with what links it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its number.
    pub id: ListingId,
    /// Keys of its identifiers that tell operators apart, generic ones left out.
    pub telling: Vec<(i64, IdentifierKind)>,
    /// Where it is.
    pub county: Jurisdiction,
    /// The poster's name as shown.
    pub author: Option<String>,
    /// Of its text; empty when the text is too short to be compared.
    pub fingerprint: Fingerprint,
    /// People keep listings of different fences apart; 0 for those nobody has fenced.
    pub fence: i64,
}

impl Node {
    /// A suspect with its telling identifiers; `generic` says which are not.
    pub fn of(member: &Member, fence: i64, params: &LinkParams, mut generic: impl FnMut(i64) -> bool) -> Self {
        let keys = member.identifiers.iter().map(|one| (one.key(), one.kind));
        Self {
            id: member.id,
            telling: keys.filter(|(key, _)| !generic(*key)).collect(),
            county: member.assessment.county.clone(),
            author: member.author.clone(),
            fingerprint: compared(member.letters, &member.fingerprint, params),
            fence,
        }
    }

    fn contacts(&self) -> impl Iterator<Item = i64> + '_ {
        self.telling.iter().filter(|(_, kind)| *kind == IdentifierKind::Contact).map(|(key, _)| *key)
    }

    /// How alike two texts are, where that is enough to link their listings.
    #[must_use]
    pub fn near_duplicate(&self, other: &Self, params: &LinkParams) -> Option<f64> {
        let similarity = self.fingerprint.similarity(&other.fingerprint);
        if similarity < params.near_duplicate {
            return None;
        }
        let strangers = self.contacts().next().is_some()
            && other.contacts().next().is_some()
            && !self.contacts().any(|key| other.contacts().any(|own| own == key));
        let known = |place: &Jurisdiction| *place != Jurisdiction::Unknown;
        let apart = self.county != other.county && known(&self.county) && known(&other.county);
        let same_name = self.author.is_some() && self.author == other.author;
        let near = !strangers || (similarity >= params.near_duplicate_other_contact && same_name);
        (near && !apart).then_some(similarity)
    }
}

/// The fingerprint to compare; empty for a text too short to tell.
#[must_use]
pub fn compared(letters: usize, fingerprint: &Fingerprint, params: &LinkParams) -> Fingerprint {
    if letters >= params.min_text_chars { fingerprint.clone() } else { Fingerprint::default() }
}

/// Two listings that a person put together; it holds while they are on one side of every fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// One.
    pub a: ListingId,
    /// The other.
    pub b: ListingId,
}

/// A pair that belongs together.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The smaller number.
    pub a: ListingId,
    /// The larger number.
    pub b: ListingId,
    /// Why.
    pub why: Why,
}

/// Why a pair belongs together.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// Both show the identifier of this key.
    Shared(i64),
    /// Their texts are that similar, 0..1.
    Alike(f64),
    /// A person said so.
    Said,
}

impl Why {
    /// In words of a lead; the identifier is found in `member`, which shows it.
    #[must_use]
    pub fn reason(&self, member: &Member) -> LinkReason {
        match self {
            Self::Alike(similarity) => LinkReason::NearDuplicate { similarity: *similarity },
            Self::Said => LinkReason::ByHand,
            Self::Shared(key) => LinkReason::shared(member, *key),
        }
    }
}

/// The suspect listings of one operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Sorted, at least one.
    pub members: Vec<ListingId>,
    /// Pairs that connect the members: one fewer than there are members.
    pub ties: Vec<Tie>,
}

/// Groups nodes by operator; neither the order of `nodes` nor that of `bonds` matters. Groups are sorted by their first member.
#[must_use]
pub fn link(nodes: &[Node], bonds: &[Bond], params: &LinkParams) -> Vec<Group> {
    let mut order: Vec<&Node> = nodes.iter().collect();
    order.sort_by_key(|node| node.id);
    order.dedup_by_key(|node| node.id);
    let mut forest = Forest { sets: Sets::new(order.len()), ties: Vec::new() };
    let at: HashMap<ListingId, usize> = order.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut said: Vec<(usize, usize)> = bonds
        .iter()
        .filter_map(|bond| Some((*at.get(&bond.a)?, *at.get(&bond.b)?)))
        // A later split takes back what a merge said.
        .filter(|(a, b)| order.get(*a).map(|node| node.fence) == order.get(*b).map(|node| node.fence))
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    said.sort_unstable();
    for (a, b) in said {
        forest.unite(a, b, || Why::Said);
    }
    // Contacts say most and are shown first.
    for strong in [true, false] {
        let mut last: HashMap<(i64, i64), usize> = HashMap::new();
        for (at, node) in order.iter().enumerate() {
            for (key, _) in node.telling.iter().filter(|(_, kind)| (*kind == IdentifierKind::Contact) == strong) {
                if let Some(before) = last.insert((*key, node.fence), at) {
                    forest.unite(before, at, || Why::Shared(*key));
                }
            }
        }
    }
    unite_near_duplicates(&order, params, &mut forest);
    forest.groups(&order)
}

fn unite_near_duplicates(order: &[&Node], params: &LinkParams, forest: &mut Forest) {
    let mut buckets: Vec<(u64, usize)> =
        order.iter().enumerate().flat_map(|(at, node)| node.fingerprint.bands().map(move |band| (band, at))).collect();
    buckets.sort_unstable();
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for bucket in buckets.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
        for (n, &(_, a)) in bucket.iter().enumerate() {
            for &(_, b) in &bucket[n + 1..] {
                let new = order[a].fence == order[b].fence
                    && forest.sets.root(a) != forest.sets.root(b)
                    && pairs.insert((a, b));
                if new && let Some(similarity) = order[a].near_duplicate(order[b], params) {
                    forest.unite(a, b, || Why::Alike(similarity));
                }
            }
        }
    }
}

/// Sets of nodes with the ties that made them.
struct Forest {
    sets: Sets,
    ties: Vec<(usize, usize, Why)>,
}

impl Forest {
    fn unite(&mut self, a: usize, b: usize, why: impl FnOnce() -> Why) {
        if self.sets.unite(a, b) {
            self.ties.push((a, b, why()));
        }
    }

    fn groups(mut self, order: &[&Node]) -> Vec<Group> {
        let mut by_root: BTreeMap<usize, Group> = BTreeMap::new();
        for (at, node) in order.iter().enumerate() {
            by_root.entry(self.sets.root(at)).or_default().members.push(node.id);
        }
        for (a, b, why) in std::mem::take(&mut self.ties) {
            if let Some(group) = by_root.get_mut(&self.sets.root(a)) {
                group.ties.push(Tie { a: order[a].id, b: order[b].id, why });
            }
        }
        let mut groups: Vec<Group> = by_root.into_values().collect();
        for group in &mut groups {
            group.ties.sort_by_key(|tie| (tie.a, tie.b));
        }
        groups
    }
}

#[cfg(test)]
#[path = "linking_tests.rs"]
mod tests;
