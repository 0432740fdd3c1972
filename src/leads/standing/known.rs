//! What a lead shows of itself that can be compared with lists.

use super::{Wording, names};
use crate::{
    domain::{Assessment, ContactKind, Jurisdiction, LeadId, Listing, Stage, Subject, Verdict},
    leads::identity,
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The identifying facts of a lead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The lead, once it has a number.
    pub id: Option<LeadId>,
    /// Authors, shop names, names in titles; persons' names do no harm.
    pub names: Vec<String>,
    /// Places as shown.
    pub addresses: Vec<String>,
    /// Telephone numbers, digits only.
    pub phones: Vec<String>,
    /// Counties by the gazetteer's name; not the city.
    pub counties: Vec<String>,
    /// Subjects offered.
    pub subjects: Vec<Subject>,
    /// Stages offered.
    pub stages: Vec<Stage>,
    /// The last day on which it was seen to advertise, in Asia/Shanghai.
    pub last_seen: Option<Date>,
}

impl Known {
    /// Collects the facts from the listings of a lead; `city` is the configured city, which is no county.
    #[must_use]
    pub fn of<'a>(
        id: Option<LeadId>,
        listings: impl IntoIterator<Item = (&'a Listing, &'a Assessment)>,
        city: &str,
        words: &Wording,
    ) -> Self {
        let mut known = Self { id, ..Self::default() };
        let (mut titles, mut subjects, mut stages) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (listing, assessment) in listings {
            known.names.extend(listing.author.clone());
            titles.extend(names::in_title(&listing.title, words));
            known.addresses.extend(listing.location.clone());
            let phones = assessment.contacts.iter().filter(|contact| contact.kind != ContactKind::Qq);
            known
                .phones
                .extend(phones.flat_map(identity::keys).filter(|key| key.bytes().all(|byte| byte.is_ascii_digit())));
            match &assessment.county {
                Jurisdiction::Place(name) if name != city => known.counties.push(name.clone()),
                _ => {}
            }
            // Only what it offers as training counts against a licence.
            if matches!(assessment.verdict, Verdict::Overt | Verdict::Disguised) {
                subjects.extend(assessment.subjects.iter().copied());
                stages.extend(assessment.stages.iter().copied());
            }
            let day = listing.posted_at.unwrap_or_else(|| crate::domain::beijing(listing.fetched_at).date());
            known.last_seen = known.last_seen.max(Some(day));
        }
        known.names.extend(titles);
        known.subjects = subjects.into_iter().collect();
        known.stages = stages.into_iter().collect();
        for list in [&mut known.names, &mut known.addresses, &mut known.phones, &mut known.counties] {
            list.sort();
            list.dedup();
        }
        known
    }
}
