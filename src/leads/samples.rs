//! Listings for the tests of this room.

use super::Member;
use super::identity::{self, Identifier, IdentifierKind};
use crate::domain::{
    Assessment, Contact, ContactKind, Jurisdiction, Listing, ListingId, Probabilities, SourceId, SourceKind, Span,
    Subject, UrlKey, Verdict,
};
use crate::text::Fingerprint;
use jiff::Timestamp;

/// A listing of that text on source `one`.
pub(super) fn listing(id: i64, body: &str) -> Listing {
    Listing {
        url: format!("http://a.cn/{id}"),
        canonical_url: UrlKey::from_stored(format!("http://a.cn/{id}")),
        source: SourceId("one".into()),
        source_kind: SourceKind::Classified,
        title: String::new(),
        body: body.into(),
        author: None,
        price: None,
        location: None,
        site_city: None,
        posted_at: None,
        fetched_at: Timestamp::UNIX_EPOCH,
        origins: Vec::new(),
    }
}

/// A disguised offer of that text, without a contact, in 双塔区.
pub(super) fn member(id: i64, body: &str) -> Member {
    let probabilities = Probabilities::from_array([0.1, 0.8, 0.05, 0.05]);
    let assessment = Assessment {
        verdict: Verdict::Disguised,
        score: probabilities.score(),
        probabilities,
        forms: Vec::new(),
        subjects: vec![Subject::Math],
        stages: Vec::new(),
        contacts: Vec::new(),
        county: Jurisdiction::Place("双塔区".into()),
        place: None,
        other_places: Vec::new(),
        findings: Vec::new(),
        elements: Vec::new(),
        evidence: Vec::new(),
        flags: Vec::new(),
    };
    Member::of(ListingId(id), &listing(id, body), &assessment, fingerprint(body), false)
}

pub(super) fn fingerprint(body: &str) -> Fingerprint {
    let lexicon = crate::text::Lexicon::parse(&[]).expect("an empty lexicon is one");
    Fingerprint::of(&crate::text::Cleaner::new(&lexicon).clean(body))
}

impl Member {
    fn also(mut self, identifiers: impl IntoIterator<Item = Identifier>) -> Self {
        self.identifiers.extend(identifiers);
        self.identifiers.sort();
        self.identifiers.dedup();
        self
    }

    pub(super) fn with(mut self, kind: ContactKind, value: &str) -> Self {
        let contact = Contact { kind, value: value.into(), span: Span::new(0, 1), disguised: false };
        self.assessment.contacts.push(contact.clone());
        self.also(identity::keys(&contact).into_iter().map(|value| Identifier { kind: IdentifierKind::Contact, value }))
    }

    pub(super) fn by(mut self, author: &str) -> Self {
        self.author = Some(author.into());
        let account = identity::account(&self.source, author);
        self.also(account)
    }

    pub(super) fn judged(mut self, verdict: Verdict) -> Self {
        self.assessment.verdict = verdict;
        if verdict == Verdict::Irrelevant {
            self.assessment.score = 0.01;
        }
        self
    }

    pub(super) fn in_county(mut self, county: &str) -> Self {
        self.assessment.county = Jurisdiction::parse(county);
        self
    }
}
