//! The paths a sweep spends its time in. `cargo bench`; figures with machine and command are in docs/benchmarks.md.

use divan::{Bencher, counter::ItemsCount};
use std::{sync::Arc, time::Duration};
use tanzhao::{
    app::{builtin, demo, sweep},
    assess::Toolkit,
    clock::SystemClock,
    domain::{FetchOutcome, FetchedPage, HostKey, ListingText, PageRole, Request, SourceId, UrlKey, UrlRule},
    sources::SourceManifest,
    store::{Claim, Completion, Frontier, NewPage, Pace, sqlite::SqliteStore},
};

fn main() {
    divan::main();
}

fn toolkit() -> Toolkit {
    builtin::toolkit(None).expect("the committed model")
}

/// The sample web's listings, cut to 200 characters, the length the budget speaks of.
fn texts() -> Vec<ListingText> {
    let rows = builtin::SAMPLE_LISTINGS
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON Lines"));
    let text = |row: serde_json::Value| {
        let body = row["body"].as_str().unwrap_or("").to_owned();
        let body: String = body.chars().chain([' ']).collect::<String>().repeat(20).chars().take(200).collect();
        ListingText { title: String::new(), body, site_city: "朝阳".into() }
    };
    rows.map(text).collect()
}

#[divan::bench]
fn normalise(bencher: Bencher) {
    let (toolkit, texts) = (toolkit(), texts());
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        texts.iter().map(|text| toolkit.reading.cleaner.clean(&text.full()).as_str().len()).sum::<usize>()
    });
}

#[divan::bench]
fn tokenise(bencher: Bencher) {
    let (toolkit, texts) = (toolkit(), texts());
    let clean: Vec<_> = texts.iter().map(|text| toolkit.reading.cleaner.clean(&text.full())).collect();
    bencher
        .counter(ItemsCount::new(clean.len()))
        .bench_local(|| clean.iter().map(|text| toolkit.reading.tokenizer.tokens(text).len()).sum::<usize>());
}

/// The whole judgement with its explanation, one thread.
#[divan::bench]
fn classify(bencher: Bencher) {
    let (toolkit, texts) = (toolkit(), texts());
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| texts.iter().map(|text| toolkit.assess(text).score).sum::<f64>());
}

fn source() -> SourceManifest {
    let all = sweep::sample_sources(&demo::DEFAULT_SITES).expect("the committed definitions");
    all.into_iter().find(|source| source.id.0 == "sample-classified").expect("a known id")
}

/// A 30 kB detail page in GB18030.
#[divan::bench]
fn parse_page(bencher: Bencher) {
    let source = source();
    let menu = "<li><a href=\"/ershou/\">二手 家具 家电 手机</a></li>".repeat(500);
    let html = format!(
        "<html><head><meta charset=gb2312><title>x</title></head><body><ul>{menu}</ul><h1 class=title>初二数学小班</h1><div class=desc>正文<br>第二行</div><span class=price>面议</span><span class=time>昨天</span></body></html>"
    );
    let (body, _, _) = encoding_rs::GB18030.encode(&html);
    let address = "http://127.0.0.1:18731/ad/c001.html";
    let page = FetchedPage {
        source: source.id.clone(),
        role: PageRole::Detail,
        request: Request::get(address),
        final_url: address.into(),
        status: 200,
        headers: vec![("content-type".into(), "text/html; charset=gb2312".into())],
        body: body.into_owned(),
        fetched_at: jiff::Timestamp::UNIX_EPOCH,
    };
    assert_eq!(tanzhao::extract::extract(&page, &source).listings.len(), 1);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| tanzhao::extract::extract(&page, &source));
}

/// Claim and complete over 1,000 pages of 100 hosts, 16 workers, everything committed.
#[divan::bench(sample_count = 10)]
fn frontier_claim_and_complete(bencher: Bencher) {
    const PAGES: usize = 1000;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    bencher
        .counter(ItemsCount::new(PAGES))
        .with_inputs(|| {
            let dir = tempfile::tempdir().expect("a folder");
            let store = Arc::new(SqliteStore::open(dir.path(), Arc::new(SystemClock)).expect("a new store"));
            let sweep = runtime.block_on(async {
                let source = SourceId("s".into());
                let sweep = store.open_sweep(std::slice::from_ref(&source)).await.expect("a sweep").0;
                let pace = Pace { min_delay: Duration::ZERO, daily_budget: u32::MAX, ..Pace::default() };
                store.set_pace(&source, pace).await.expect("a pace");
                store.put(sweep, (0..PAGES).map(page).collect()).await.expect("pages");
                sweep
            });
            (dir, store, sweep)
        })
        .bench_local_values(|(dir, store, sweep)| {
            runtime.block_on(async {
                let mut workers = tokio::task::JoinSet::new();
                for _ in 0..16 {
                    let store = Arc::clone(&store);
                    workers.spawn(async move {
                        loop {
                            match store.claim(sweep, Duration::from_mins(1)).await.expect("a claim") {
                                Claim::Granted(lease) => {
                                    let outcome = FetchOutcome::Fetched { status: 200 };
                                    assert!(
                                        store.complete(&lease, Completion::of(outcome)).await.expect("a completion")
                                    );
                                }
                                Claim::Wait(_) => tokio::task::yield_now().await,
                                Claim::Drained => break,
                            }
                        }
                    });
                }
                while workers.join_next().await.is_some() {}
            });
            (dir, store)
        });
}

fn page(number: usize) -> NewPage {
    let address = format!("http://h{}.cn/ad/{number}.html", number % 100);
    let url = url::Url::parse(&address).expect("an address");
    NewPage {
        source: SourceId("s".into()),
        role: PageRole::Detail,
        request: Request::get(address),
        key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
        host: HostKey::of(&url).expect("a host"),
        depth: 0,
        hops: 0,
        priority: 0,
    }
}
