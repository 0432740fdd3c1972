//! Linking at size: pairwise F1 against known operators, time for one listing more, list views, a rebuild, a day's ranking.
//! `cargo bench --bench operators -- [LISTINGS] [told]` (default 100,000, every text read; `told` takes contacts and county as the
//! generator knows them, which is what a million can wait for); figures are in docs/benchmarks.md.

#[path = "support/trade.rs"]
mod trade;

use jiff::civil::date;
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use tanzhao::{
    app::builtin,
    assess::Toolkit,
    clock::SystemClock,
    domain::{Assessment, Jurisdiction, ListingId, ListingText, PageRole, Probabilities, SourceId, Subject, Verdict},
    leads::{Day, LeadParams},
    store::{
        ImportKind, Imports, LeadQuery, Leads, Listings, NewImport, Recorded, RecordedCapture, SavedCapture, Versions,
        sqlite::SqliteStore,
    },
    text::Fingerprint,
};
use trade::{Ad, Trade};

const PAGE: usize = 500;

fn today() -> Day {
    Day {
        date: date(2026, 12, 1),
        calendar: Arc::new(builtin::calendar().expect("the committed calendar")),
        registers: None,
    }
}

struct Bench {
    store: SqliteStore,
    toolkit: Toolkit,
    params: LeadParams,
    versions: Versions,
    told: bool,
    brought: usize,
    /// By listing number.
    truth: HashMap<i64, Option<u32>>,
}

impl Bench {
    /// Stores and judges a page of advertisements; they wait for the linker then.
    async fn bring(&mut self, ads: Vec<Ad>) {
        let fetched_at = "2026-12-01T00:00:00Z".parse().expect("a time");
        let capture = SavedCapture {
            warc: "captures/a.warc.gz".into(),
            offset: 0,
            sha256: "0".repeat(64),
            payload_sha256: "0".repeat(64),
            url: "http://a.cn/".into(),
            fetched_at,
            status: 200,
            refers_to: None,
            robots: None,
        };
        let listings = ads.iter().map(|ad| ad.listing.clone()).collect();
        let page = RecordedCapture { capture, source: SourceId("one".into()), role: PageRole::Index, listings };
        let import = NewImport {
            kind: ImportKind::Capture,
            file: "a.har".into(),
            sha256: format!("{:064}", self.brought),
            bytes: 1,
            by: "bench".into(),
            at: fetched_at,
        };
        let recording = Box::new([Recorded::Page(Box::new(page)), Recorded::End].into_iter());
        self.store.add_recording(import, recording).await.expect("a recording").expect("a new one");
        let first = i64::try_from(self.brought).expect("small") + 1;
        self.brought += ads.len();
        let (toolkit, told) = (&self.toolkit, self.told);
        let numbered: Vec<(i64, Ad)> = (first..).zip(ads).collect();
        let judged: Vec<_> = numbered.par_iter().map(|(id, ad)| judge(toolkit, told, *id, ad)).collect();
        self.truth.extend(numbered.iter().map(|(id, ad)| (*id, ad.operator)));
        self.store.save_assessments(judged, &self.versions).await.expect("judgements");
    }

    async fn link(&self, batch: u32) {
        while self.store.link_step(batch, &self.params, &today()).await.expect("a step") > 0 {}
    }

    async fn groups(&self) -> BTreeMap<i64, Vec<i64>> {
        let mut query = LeadQuery { limit: 1000, ..LeadQuery::default() };
        let mut groups = BTreeMap::new();
        loop {
            let page = self.store.list(query.clone()).await.expect("leads");
            let Some(last) = page.last() else { return groups };
            query.after = Some(last.place());
            groups.extend(page.iter().map(|one| (one.id.0, one.lead.members.iter().map(|id| id.0).collect())));
        }
    }
}

/// The verdict is the label's, so that only linking is on trial.
fn judge(toolkit: &Toolkit, told: bool, id: i64, ad: &Ad) -> (ListingId, Assessment, Fingerprint) {
    let text = ListingText::from(&ad.listing);
    let fingerprint = Fingerprint::of(&toolkit.reading.cleaner.clean(&text.full()));
    if !told {
        let assessment = Assessment { verdict: ad.verdict, ..toolkit.assess(&text) };
        return (ListingId(id), assessment, fingerprint);
    }
    let score = if matches!(ad.verdict, Verdict::Overt | Verdict::Disguised) { 0.95 } else { 0.02 };
    let assessment = Assessment {
        verdict: ad.verdict,
        score,
        probabilities: Probabilities::from_array([0.0, score, 0.0, 1.0 - score]),
        forms: Vec::new(),
        subjects: vec![Subject::Math],
        stages: Vec::new(),
        contacts: ad.contacts.clone(),
        county: Jurisdiction::Place(ad.county.into()),
        place: None,
        other_places: Vec::new(),
        findings: Vec::new(),
        elements: Vec::new(),
        evidence: Vec::new(),
        flags: Vec::new(),
    };
    (ListingId(id), assessment, fingerprint)
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(50), at(95), at(99), at(100))
}

#[tokio::main]
async fn main() {
    let wanted: usize = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let told = std::env::args().any(|arg| arg == "told");
    let dir = tempfile::tempdir().expect("a folder");
    let toolkit = builtin::toolkit(None).expect("the committed model");
    let mut trade = Trade::new(&toolkit, &trade::corpus(), 20_261_201);
    let mut bench = Bench {
        store: SqliteStore::open(dir.path(), Arc::new(SystemClock)).expect("a new store"),
        toolkit,
        params: LeadParams::default(),
        versions: Versions { model: "m".into(), lexicon: "l".into() },
        told,
        brought: 0,
        truth: HashMap::new(),
    };
    let (mut bringing, mut linking) = (Duration::ZERO, Duration::ZERO);
    while bench.brought < wanted {
        let ads: Vec<Ad> = trade.by_ref().take(PAGE).collect();
        let begun = Instant::now();
        bench.bring(ads).await;
        bringing += begun.elapsed();
        let begun = Instant::now();
        bench.link(256).await;
        linking += begun.elapsed();
        if bench.brought % 100_000 < PAGE {
            eprintln!("{} listings, storing and judging {bringing:.0?}, linking {linking:.0?}", bench.brought);
        }
    }
    println!("{} listings stored and judged in {bringing:.1?}, linked in batches in {linking:.1?}", bench.brought);

    let groups = bench.groups().await;
    let truths: Vec<Vec<u32>> =
        groups.values().map(|group| group.iter().filter_map(|id| bench.truth[id]).collect()).collect();
    let (precision, recall, f1) = trade::pairwise(&truths);
    let mixed = truths.iter().filter(|group| group.iter().any(|one| *one != group[0])).count();
    println!(
        "{} leads; pairwise precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}; {mixed} leads of several operators",
        groups.len()
    );
    for one in bench.store.generic(5).await.expect("a list") {
        println!("generic: {} {} in {} listings", one.identifier.value, one.reason.zh(), one.listings);
    }

    let mut times = Vec::new();
    for _ in 0..300 {
        let ads: Vec<Ad> = trade.by_ref().take(1).collect();
        bench.bring(ads).await;
        let begun = Instant::now();
        bench.link(1).await;
        times.push(begun.elapsed());
    }
    println!("one listing more, linked and its lead stored: {}", spread(times));

    let county = Some("双塔区".to_owned());
    let first = bench.store.list(LeadQuery { limit: 50, ..LeadQuery::default() }).await.expect("leads");
    let deep = bench.store.list(LeadQuery { limit: 20_000, ..LeadQuery::default() }).await.expect("leads");
    let after = deep.last().map(tanzhao::store::StoredLead::place);
    for (name, query) in [
        ("first page", LeadQuery { limit: 50, ..LeadQuery::default() }),
        ("page of a county", LeadQuery { limit: 50, county, ..LeadQuery::default() }),
        ("page of a state", LeadQuery { limit: 50, state: Some("new".into()), ..LeadQuery::default() }),
        ("page after 20,000", LeadQuery { limit: 50, after, ..LeadQuery::default() }),
    ] {
        let mut times = Vec::new();
        for _ in 0..50 {
            let begun = Instant::now();
            bench.store.list(query.clone()).await.expect("leads");
            times.push(begun.elapsed());
        }
        println!("list view, {name}: {}", spread(times));
    }
    let mut times = Vec::new();
    for stored in first.iter().cycle().take(100) {
        let begun = Instant::now();
        bench.store.counts().await.expect("counts");
        bench.store.show(stored.id).await.expect("an answer");
        times.push(begun.elapsed());
    }
    println!("counts by county and state, and one lead: {}", spread(times));

    let before = bench.groups().await;
    println!("resident before the rebuild: {} MB", resident_mb());
    let begun = Instant::now();
    let rebuilt = bench.store.rebuild(&bench.params, &today()).await.expect("a rebuild");
    println!(
        "rebuild of {} suspects in {:.1?}: {} leads, {} MB",
        rebuilt.listings,
        begun.elapsed(),
        rebuilt.after,
        resident_mb()
    );
    println!("the same leads as listing by listing: {}", bench.groups().await == before);

    let begun = Instant::now();
    let tomorrow = Day { date: date(2026, 12, 2), ..today() };
    while bench.store.refresh(1024, &bench.params, &tomorrow).await.expect("ranked") > 0 {}
    println!("every lead ranked for another day in {:.1?}", begun.elapsed());
}
