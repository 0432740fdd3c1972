//! Which identifiers belong to everybody and link nobody.

use super::identity::{self, Identifier, IdentifierKind};
use super::{LinkParams, Member};
use crate::text::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An identifier that was left out of linking because it names no single operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenericIdentifier {
    /// Which.
    pub identifier: Identifier,
    /// Why it links nothing.
    pub reason: GenericReason,
    /// How many listings show it, suspect or not.
    pub listings: usize,
}

/// Why an identifier names no single operator.
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
    /// An account, name or address with too many different contacts: an agency, or a word that many use.
    ManyContacts {
        /// Different contacts.
        contacts: usize,
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
            Self::ManyContacts { contacts } => format!("同时出现 {contacts} 个不同联系方式，不像同一主体"),
        }
    }
}

/// What is known of an identifier's holders, all of them, suspect or not.
pub struct Holders<'a> {
    /// Different posters of unrelated listings.
    pub unrelated_posters: usize,
    /// Different posters.
    pub posters: usize,
    /// Different contacts that stand beside it.
    pub contacts: usize,
    /// The fingerprints of its holders' texts in the order of their numbers; asked for only when posters are many.
    pub texts: &'a mut dyn Iterator<Item = Fingerprint>,
}

/// Whether an identifier names no single operator. It depends on its holders alone, so that the order of arrival does not matter.
#[must_use]
pub fn judge(kind: IdentifierKind, holders: &mut Holders<'_>, params: &LinkParams) -> Option<GenericReason> {
    if kind != IdentifierKind::Contact {
        let most =
            if kind == IdentifierKind::Account { params.max_account_contacts } else { params.max_place_contacts };
        return (holders.contacts > most).then_some(GenericReason::ManyContacts { contacts: holders.contacts });
    }
    if holders.unrelated_posters >= params.hotline_posters {
        return Some(GenericReason::Hotline { posters: holders.unrelated_posters });
    }
    // One operator may post the same text from many accounts, or many texts from one: only both together tell.
    (holders.posters > params.max_posters && more_texts_than(holders.texts, params.max_posters, params.near_duplicate))
        .then_some(GenericReason::ManyPosters { posters: holders.posters })
}

/// The contacts of a listing that are service numbers, by their value alone.
pub fn service_numbers(member: &Member) -> impl Iterator<Item = Identifier> + '_ {
    let service = member.assessment.contacts.iter().filter(|contact| identity::is_service_number(contact));
    service.flat_map(identity::keys).map(|value| Identifier { kind: IdentifierKind::Contact, value })
}

/// As [`judge`], from the holders themselves in the order of their numbers.
pub(super) fn judge_members(
    identifier: &Identifier,
    holders: &[&Member],
    params: &LinkParams,
) -> Option<GenericReason> {
    if holders.iter().any(|member| service_numbers(member).any(|service| service == *identifier)) {
        return Some(GenericReason::ServiceNumber);
    }
    let posters = |all: bool| {
        let who = holders.iter().filter(|member| all || member.is_unrelated()).map(|member| member.poster());
        who.collect::<BTreeSet<_>>().len()
    };
    let contacts =
        holders.iter().flat_map(|member| &member.identifiers).filter(|one| one.kind == IdentifierKind::Contact);
    let mut texts = holders.iter().map(|member| member.fingerprint.clone());
    let mut known = Holders {
        unrelated_posters: posters(false),
        posters: posters(true),
        contacts: contacts.collect::<BTreeSet<_>>().len(),
        texts: &mut texts,
    };
    judge(identifier.kind, &mut known, params)
}

fn more_texts_than(texts: &mut dyn Iterator<Item = Fingerprint>, limit: usize, similarity: f64) -> bool {
    let mut different: Vec<Fingerprint> = Vec::new();
    for text in texts {
        if different.iter().all(|seen| seen.similarity(&text) < similarity) {
            different.push(text);
            if different.len() > limit {
                return true;
            }
        }
    }
    false
}
