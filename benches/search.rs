//! Search at size: what the index costs when judgements are saved, and how long answers take.
//! `cargo bench --bench search -- [LISTINGS]` (default 100,000); figures are in docs/benchmarks.md.

#[expect(dead_code, reason = "searching asks for no operators")]
#[path = "support/trade.rs"]
mod trade;

use rayon::prelude::*;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tanzhao::{
    app::builtin,
    assess::Toolkit,
    clock::SystemClock,
    domain::{Assessment, Jurisdiction, ListingId, ListingText, PageRole, Probabilities, SourceId, Verdict},
    store::{
        ImportKind, Imports, Judged, Listings, NewImport, Recorded, RecordedCapture, SavedCapture, Search, SearchQuery,
        Versions, sqlite::SqliteStore,
    },
    text::{Fingerprint, IndexText, search::Query},
};
use trade::{Ad, Trade};

const PAGE: usize = 500;
const QUERIES: [&str; 16] = [
    "数学",
    "一对一",
    "初三 数学",
    "双塔区 英语",
    "暑期 托管 -接送",
    "\"一对一 数学\"",
    "物理小班",
    "住家教师",
    "凌源 奥数",
    "北票市 作业辅导",
    "学",
    "sx",
    "数xue",
    "冰箱",
    "高考冲刺 数学",
    "source:classified 数学",
];

fn judge(toolkit: &Toolkit, id: i64, ad: &Ad) -> Judged {
    let clear = toolkit.reading.cleaner.clean(&ListingText::from(&ad.listing).full());
    let score = if matches!(ad.verdict, Verdict::Overt | Verdict::Disguised) { 0.95 } else { 0.02 };
    let assessment = Assessment {
        verdict: ad.verdict,
        score,
        probabilities: Probabilities::from_array([0.0, score, 0.0, 1.0 - score]),
        forms: Vec::new(),
        subjects: Vec::new(),
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
    let index = IndexText::of(&clear, &toolkit.reading.tokenizer);
    Judged { id: ListingId(id), assessment, fingerprint: Fingerprint::of(&clear), index }
}

async fn bring(store: &SqliteStore, ads: &[Ad], at: usize) {
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
        sha256: format!("{at:064}"),
        bytes: 1,
        by: "bench".into(),
        at: fetched_at,
    };
    let recording = Box::new([Recorded::Page(Box::new(page)), Recorded::End].into_iter());
    store.add_recording(import, recording).await.expect("a recording").expect("a new one");
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(50), at(95), at(99), at(100))
}

fn size_mb(dir: &Path) -> u64 {
    std::fs::metadata(dir.join("tanzhao.db")).map_or(0, |file| file.len()) >> 20
}

#[tokio::main]
async fn main() {
    let wanted: usize = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let toolkit = builtin::toolkit(None).expect("the committed model");
    let mut trade = Trade::new(&toolkit, &trade::corpus(), 20_261_201);
    let versions = Versions { model: "m".into(), lexicon: "l".into() };
    let dirs = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let stores: Vec<SqliteStore> =
        dirs.iter().map(|dir| SqliteStore::open(dir.path(), Arc::new(SystemClock)).expect("a new store")).collect();
    let [with, without] = stores.as_slice() else { return };
    let mut saved = [Duration::ZERO; 2];
    for at in (0..wanted).step_by(PAGE) {
        let ads: Vec<Ad> = trade.by_ref().take(PAGE.min(wanted - at)).collect();
        let numbered: Vec<(i64, &Ad)> = (i64::try_from(at).expect("small") + 1..).zip(&ads).collect();
        let judged: Vec<Judged> = numbered.par_iter().map(|(id, ad)| judge(&toolkit, *id, ad)).collect();
        bring(with, &ads, at).await;
        let begun = Instant::now();
        with.save_judged(judged.clone(), &versions).await.expect("judgements");
        saved[0] += begun.elapsed();
        // The price of the index is the difference to the same listings without one; a sample tells.
        if at < 20_000 {
            bring(without, &ads, at).await;
            let plain = judged.into_iter().map(|one| (one.id, one.assessment, one.fingerprint)).collect();
            let begun = Instant::now();
            without.save_assessments(plain, &versions).await.expect("judgements");
            saved[1] += begun.elapsed();
        }
    }
    let each = |time: Duration, count: usize| time.as_secs_f64() * 1e6 / count as f64;
    println!(
        "saved {wanted}: {:.0} µs each with the index, {:.0} µs without; {} MB",
        each(saved[0], wanted),
        each(saved[1], wanted.min(20_000)),
        size_mb(dirs[0].path())
    );
    let mut all = Vec::new();
    for text in QUERIES {
        let query = Query::parse(text);
        let asked = SearchQuery {
            expression: query.expression(&toolkit.reading.cleaner),
            source: query.source,
            limit: 20,
            ..SearchQuery::default()
        };
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..20 {
            let begun = Instant::now();
            found = with.search(asked.clone()).await.expect("an answer").hits.len();
            times.push(begun.elapsed());
        }
        println!("{text}: {found} hits, {}", spread(times.clone()));
        all.extend(times);
    }
    println!("all: {}", spread(all));
}
