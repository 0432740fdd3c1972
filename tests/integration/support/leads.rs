//! A store in which operators advertise: leads as the linker makes them, without a crawl or a model.

use super::frontier::{Bench, page};
use std::{path::Path, time::Duration};
use tanzhao::{
    domain::{
        Assessment, Contact, ContactKind, FetchOutcome, Jurisdiction, LeadId, Listing, PageRole, Probabilities,
        SourceId, SourceKind, Span, Subject, UrlKey, Verdict,
    },
    leads::{Day, LeadParams},
    store::{Completion, Frontier, LeadQuery, Leads, Listings, Pace, Versions},
    text::Fingerprint,
};

/// The county of every advertisement.
pub const COUNTY: &str = "双塔区";

/// Operators, known by a telephone number each.
pub struct Ads {
    pub bench: Bench,
    seen: usize,
}

impl Ads {
    /// A new store with one advertisement of each of so many operators.
    pub async fn open(dir: &Path, operators: usize) -> Self {
        let pace = Pace { min_delay: Duration::ZERO, daily_budget: 100_000, ..Pace::default() };
        let mut ads = Self { bench: Bench::open(dir, &[("s", pace)]).await, seen: 0 };
        for operator in 0..operators {
            ads.advertise(operator).await;
        }
        ads
    }

    /// One more advertisement of an operator, judged and linked.
    pub async fn advertise(&mut self, operator: usize) {
        self.seen += 1;
        let (store, address) = (&self.bench.store, format!("http://a.cn/{}", self.seen));
        store.put(self.bench.sweep, vec![page("s", PageRole::Detail, &address)]).await.expect("a page");
        self.bench.clock.advance_ms(1);
        let lease = self.bench.granted().await;
        let done = Completion {
            listings: vec![listing(&address, operator)],
            ..Completion::of(FetchOutcome::Fetched { status: 200 })
        };
        assert!(store.complete(&lease, done).await.expect("a completion"));
        let waiting = store.unassessed(10).await.expect("listings");
        let judged = waiting.into_iter().map(|one| (one.id, assessment(operator), Fingerprint::default())).collect();
        store.save_assessments(judged, &Versions { model: "m".into(), lexicon: "l".into() }).await.expect("judgements");
        self.link().await;
    }

    /// Links whatever waits.
    pub async fn link(&self) {
        while self.bench.store.link_step(100, &LeadParams::default(), &today()).await.expect("a step") > 0 {}
    }

    /// Live leads by number.
    pub async fn leads(&self) -> Vec<LeadId> {
        let mut leads: Vec<LeadId> =
            self.bench.store.list(LeadQuery::default()).await.expect("leads").iter().map(|lead| lead.id).collect();
        leads.sort_unstable();
        leads
    }
}

/// The day of every advertisement.
pub fn today() -> Day {
    Day { date: jiff::civil::date(2026, 11, 25), ..Day::default() }
}

fn phone(operator: usize) -> String {
    format!("139042{:05}", 10_000 + operator)
}

fn listing(address: &str, operator: usize) -> Listing {
    Listing {
        url: address.into(),
        canonical_url: UrlKey::from_stored(address),
        source: SourceId("s".into()),
        source_kind: SourceKind::Classified,
        title: String::new(),
        body: format!("初三数学 {}", phone(operator)),
        author: None,
        price: None,
        location: None,
        site_city: None,
        posted_at: None,
        fetched_at: "2026-11-25T02:00:00Z".parse().expect("a time"),
        origins: Vec::new(),
    }
}

fn assessment(operator: usize) -> Assessment {
    let probabilities = Probabilities::from_array([0.9, 0.05, 0.03, 0.02]);
    let contact = Contact {
        kind: ContactKind::Phone,
        value: phone(operator),
        span: Span { start: 6, end: 17 },
        disguised: false,
    };
    Assessment {
        verdict: Verdict::Overt,
        score: probabilities.score(),
        probabilities,
        forms: Vec::new(),
        subjects: vec![Subject::Math],
        stages: Vec::new(),
        contacts: vec![contact],
        county: Jurisdiction::Place(COUNTY.into()),
        place: None,
        other_places: Vec::new(),
        elements: Vec::new(),
        findings: Vec::new(),
        evidence: Vec::new(),
        flags: Vec::new(),
    }
}
