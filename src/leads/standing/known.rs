//! What a lead shows of itself that can be compared with lists.

use super::{Wording, names};
use crate::{
    domain::{Assessment, ContactKind, Jurisdiction, LeadId, Listing, Stage, Subject, Verdict},
    leads::{IdentifierKind, Lead, identity},
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
        known.sorted()
    }

    /// What the lead itself still knows, without its listings: shop names without their families of words and flats, no places
    /// as shown. Less than [`Known::of`] finds, and enough where a match has to be made again for every lead.
    #[must_use]
    pub fn of_lead(lead: &Lead, city: &str) -> Self {
        let told = |wanted: &[IdentifierKind]| {
            lead.known_as
                .iter()
                .filter(|one| wanted.contains(&one.kind))
                .map(|one| one.value.clone())
                .collect::<Vec<_>>()
        };
        let phones = lead.contacts.iter().filter(|seen| seen.contact.kind != ContactKind::Qq);
        let county = |place: &Jurisdiction| match place {
            Jurisdiction::Place(name) if name != city => Some(name.clone()),
            _ => None,
        };
        let known = Self {
            id: lead.id,
            names: told(&[IdentifierKind::Name, IdentifierKind::Account]),
            addresses: told(&[IdentifierKind::Address]),
            phones: phones
                .flat_map(|seen| identity::keys(&seen.contact))
                .filter(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
                .collect(),
            counties: std::iter::once(&lead.county).chain(&lead.copies).filter_map(county).collect(),
            subjects: lead.subjects.clone(),
            stages: lead.stages.clone(),
            last_seen: lead.last_posted,
        };
        known.sorted()
    }

    fn sorted(mut self) -> Self {
        for list in [&mut self.names, &mut self.addresses, &mut self.phones, &mut self.counties] {
            list.sort();
            list.dedup();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Contact, Span},
        leads::{KnownAs, SeenContact, standing::wording::committed},
    };
    use serde_json::{from_value, json};

    fn listing(author: &str, title: &str, posted_at: Option<&str>) -> Listing {
        from_value(json!({
            "url": "http://a.cn/1", "canonical_url": "http://a.cn/1", "source": "a", "source_kind": "classified", "title": title, "body": "",
            "author": author, "price": null, "location": "新华路88号", "site_city": null, "posted_at": posted_at,
            "fetched_at": "2026-11-20T17:00:00Z", "origins": [],
        }))
        .expect("a listing")
    }

    fn assessment(verdict: &str, county: &str) -> Assessment {
        let contact =
            |kind: &str, value: &str| json!({"kind": kind, "value": value, "span": [0, 1], "disguised": false});
        from_value(json!({
            "verdict": verdict, "score": 0.9, "probabilities": {"overt": 1.0, "disguised": 0.0, "non_subject": 0.0, "irrelevant": 0.0},
            "forms": [], "subjects": ["math"], "stages": ["junior"], "county": county, "findings": [], "evidence": [], "flags": [],
            "contacts": [contact("wechat", "wx13900000001"), contact("qq", "2857361"), contact("phone", "8613900000001")],
        }))
        .expect("an assessment")
    }

    #[test]
    fn facts_of_the_listings_of_a_lead() {
        let listings = [
            (listing("王老师", "晨星教育 寒假班", None), assessment("overt", "双塔区")),
            (listing("王老师", "美术班", Some("2026-11-01")), assessment("non_subject", "朝阳市")),
        ];
        let all = |range: &[(Listing, Assessment)]| {
            Known::of(Some(LeadId(3)), range.iter().map(|(one, judged)| (one, judged)), "朝阳市", &committed())
        };
        let known = all(&listings);
        assert_eq!((known.names.join(" "), known.phones.join(" ")), ("晨星教育 王老师".into(), "13900000001".into()));
        assert_eq!((known.addresses.len(), known.counties.join(" ")), (1, "双塔区".into()));
        // The day of fetching counts in Beijing, where no day of posting is shown.
        assert_eq!((known.last_seen, known.subjects.len()), (Some(jiff::civil::date(2026, 11, 21)), 1));
        let contact = |kind, value: &str| SeenContact {
            contact: Contact { kind, value: value.into(), span: Span::new(0, 1), disguised: false },
            seen_in: vec![],
        };
        let lead = Lead {
            known_as: vec![KnownAs { kind: IdentifierKind::Name, value: "晨星".into(), seen_in: vec![] }],
            contacts: vec![contact(ContactKind::Phone, "13900000001"), contact(ContactKind::Qq, "2857361")],
            county: Jurisdiction::Place("朝阳市".into()),
            copies: vec![Jurisdiction::Place("双塔区".into())],
            ..Lead::default()
        };
        let less = Known::of_lead(&lead, "朝阳市");
        assert_eq!(
            (less.names, less.phones, less.counties),
            (vec!["晨星".to_owned()], known.phones.clone(), known.counties.clone())
        );
        assert!(
            all(&listings[1..]).subjects.is_empty(),
            "what is no offer of subjects does not count against a licence"
        );
    }
}
