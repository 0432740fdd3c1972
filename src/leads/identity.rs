//! Which contacts tell operators apart, and which belong to everybody.

use super::{LinkParams, Member};
use crate::domain::{Contact, ContactKind, Flag, ListingId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A contact that was left out of linking because it names no single operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenericContact {
    /// The value.
    pub value: String,
    /// Why it links nothing.
    pub reason: GenericReason,
    /// The listings that show it, suspect or not.
    pub seen_in: Vec<ListingId>,
}

/// Why a contact names no single operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum GenericReason {
    /// A 400/800, 95/96 or 12xxx number.
    ServiceNumber,
    /// Too many posters write too many different texts with it: a platform's or a group's number.
    ManyPosters {
        /// Different posters.
        posters: usize,
    },
    /// Several posters show it in listings that sell no training at all.
    Hotline {
        /// Posters of such listings.
        posters: usize,
    },
}

impl GenericReason {
    /// The reason in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::ServiceNumber => "客服号段（400、800、95、96、12xxx）".to_owned(),
            Self::ManyPosters { posters } => format!("{posters} 个不同发布者在不同内容里使用"),
            Self::Hotline { posters } => format!("{posters} 个发布者的无关信息里也有，像平台热线"),
        }
    }
}

/// The values by which a contact is compared; the kind is ignored, since sellers give a phone as WeChat and back.
///
/// A WeChat id that holds a mobile number (`wx13900000001`) also counts as that number.
#[must_use]
pub fn keys(contact: &Contact) -> Vec<String> {
    let value = contact.value.trim().trim_start_matches('+').to_lowercase();
    if value.is_empty() {
        return Vec::new();
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        let national = value.strip_prefix("86").filter(|rest| is_mobile(rest));
        return vec![national.map_or(value.clone(), str::to_owned)];
    }
    let mut found = vec![value.clone()];
    if contact.kind == ContactKind::Wechat {
        found.extend(value.split(|c: char| !c.is_ascii_digit()).filter(|run| is_mobile(run)).map(str::to_owned));
    }
    found
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// Numbers that companies share with their customers. Only phones: a QQ number may begin with 96.
fn is_service_number(contact: &Contact) -> bool {
    let digits = contact.value.as_str();
    contact.kind == ContactKind::Phone
        && ((digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")))
            || (matches!(digits.len(), 5..=8) && (digits.starts_with("95") || digits.starts_with("96")))
            || (matches!(digits.len(), 3..=5) && digits.starts_with('1')))
}

/// Every contact value with its holders, as positions in the members, sorted by listing number.
pub(super) struct Index {
    /// Values that may link.
    pub(super) telling: BTreeMap<String, Vec<usize>>,
    /// Values that may not.
    pub(super) generic: Vec<GenericContact>,
}

impl Index {
    /// Reads the contacts of `members`, which are sorted by number.
    pub(super) fn of(members: &[&Member], params: &LinkParams) -> Self {
        let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut service: BTreeSet<String> = BTreeSet::new();
        for (at, member) in members.iter().enumerate() {
            for contact in &member.assessment.contacts {
                for key in keys(contact) {
                    if is_service_number(contact) {
                        service.insert(key.clone());
                    }
                    let list = holders.entry(key).or_default();
                    if list.last() != Some(&at) {
                        list.push(at);
                    }
                }
            }
        }
        let mut index = Self { telling: BTreeMap::new(), generic: Vec::new() };
        for (value, list) in holders {
            let who: Vec<&Member> = list.iter().map(|&at| members[at]).collect();
            let reason = if service.contains(&value) {
                Some(GenericReason::ServiceNumber)
            } else {
                shared_by_strangers(&who, params)
            };
            match reason {
                Some(reason) => {
                    let seen_in = who.iter().map(|member| member.id).collect();
                    index.generic.push(GenericContact { value, reason, seen_in });
                }
                None => {
                    index.telling.insert(value, list);
                }
            }
        }
        index
    }
}

fn shared_by_strangers(holders: &[&Member], params: &LinkParams) -> Option<GenericReason> {
    // Hiring is irrelevant as an advertisement but speaks for the operator, so it does not count here.
    let unrelated = posters(
        holders
            .iter()
            .filter(|member| {
                member.assessment.verdict == crate::domain::Verdict::Irrelevant
                    && !member.assessment.flags.contains(&Flag::IntelRecruiting)
            })
            .copied(),
    );
    if unrelated >= params.hotline_posters {
        return Some(GenericReason::Hotline { posters: unrelated });
    }
    // One operator may post the same text from many accounts, or many texts from one: only both together tell.
    let all = posters(holders.iter().copied());
    (all > params.max_posters && more_texts_than(holders, params.max_posters, params.near_duplicate))
        .then_some(GenericReason::ManyPosters { posters: all })
}

/// Different posters; all listings of a source that shows no author count as one.
fn posters<'a>(members: impl Iterator<Item = &'a Member>) -> usize {
    members.map(|member| (&member.listing.source, member.listing.author.as_deref())).collect::<BTreeSet<_>>().len()
}

fn more_texts_than(members: &[&Member], limit: usize, similarity: f64) -> bool {
    let mut texts: Vec<&Member> = Vec::new();
    for member in members {
        if texts.iter().all(|seen| seen.fingerprint.similarity(&member.fingerprint) < similarity) {
            texts.push(member);
            if texts.len() > limit {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Span;

    fn contact(kind: ContactKind, value: &str) -> Contact {
        Contact { kind, value: value.into(), span: Span::new(0, 1), disguised: false }
    }

    #[test]
    fn the_kind_and_the_country_code_do_not_matter() {
        let phone = keys(&contact(ContactKind::Phone, "13900000001"));
        assert_eq!(keys(&contact(ContactKind::Phone, "8613900000001")), phone);
        assert_eq!(keys(&contact(ContactKind::Wechat, "13900000001")), phone);
        assert!(keys(&contact(ContactKind::Wechat, "wx13900000001")).contains(&phone[0]));
        assert_eq!(keys(&contact(ContactKind::Wechat, "Teacher_Li")), ["teacher_li"]);
        assert!(keys(&contact(ContactKind::Qq, " ")).is_empty());
    }

    #[test]
    fn service_numbers() {
        for value in ["4008001234", "96110", "12345", "110", "95588"] {
            assert!(is_service_number(&contact(ContactKind::Phone, value)), "{value}");
        }
        for (kind, value) in
            [(ContactKind::Qq, "961234"), (ContactKind::Phone, "13900000001"), (ContactKind::Phone, "2812345")]
        {
            assert!(!is_service_number(&contact(kind, value)), "{value}");
        }
    }
}
