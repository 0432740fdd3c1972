//! The frontier over days: gates that hosts share, hours of the day, slow hosts, edits, deletions, traps, a thousand hosts.

use crate::support::frontier::{Bench, page};
use std::{collections::HashMap, time::Duration};
use tanzhao::{
    clock::Clock,
    domain::{FetchOutcome, HostKey, Listing, ListingId, PageRole, SourceId, SourceKind, UrlKey, UrlRule},
    store::{Claim, Completion, Frontier, Lease, ListingChange, Listings, NewPage, Pace, SavedCapture, Visit},
};

const FETCHED: FetchOutcome = FetchOutcome::Fetched { status: 200 };

fn pace(seconds: u64) -> Pace {
    Pace { min_delay: Duration::from_secs(seconds), daily_budget: 100_000, ..Pace::default() }
}

fn listing(address: &str, body: &str) -> Listing {
    Listing {
        url: address.into(),
        canonical_url: UrlKey::parse(address, &UrlRule::DropTracking).expect("a key"),
        source: SourceId("s".into()),
        source_kind: SourceKind::Classified,
        title: "题".into(),
        body: body.into(),
        author: None,
        price: None,
        location: None,
        site_city: None,
        posted_at: None,
        fetched_at: jiff::Timestamp::UNIX_EPOCH,
        origins: Vec::new(),
    }
}

impl Bench {
    async fn put(&self, pages: Vec<NewPage>) -> u64 {
        self.store.put(self.sweep, pages).await.expect("pages")
    }

    async fn wait_ms(&self) -> i64 {
        let Claim::Wait(until) = self.claim().await else { panic!("expected a wait") };
        i64::try_from(until.duration_since(self.clock.now()).as_millis()).expect("a short time")
    }

    async fn complete(&self, lease: &Lease, completion: Completion) {
        assert!(self.store.complete(lease, completion).await.expect("a completion"));
    }

    /// The page with this text, as a sweep would store it.
    async fn read(&self, lease: &Lease, body: &str) {
        let capture = SavedCapture {
            warc: format!("{body}.warc"),
            offset: 0,
            sha256: body.into(),
            status: 200,
            url: lease.what.request.url.clone(),
            fetched_at: self.clock.now(),
            payload_sha256: body.into(),
            refers_to: None,
            robots: None,
        };
        let visit = Visit { etag: Some("\"1\"".into()), last_modified: None, payload_sha256: body.into() };
        let completion = Completion {
            capture: Some(capture),
            listings: vec![listing(&lease.what.request.url, body)],
            visit: Some(visit),
            ..Completion::of(FETCHED)
        };
        self.complete(lease, completion).await;
    }

    async fn next_sweep(&mut self) {
        self.store.finish_sweep(self.sweep).await.expect("an end");
        self.sweep = self.store.open_sweep(&[SourceId("s".into())]).await.expect("a sweep").0;
    }
}

#[tokio::test]
async fn sub_sites_of_one_operator_share_its_clock_and_its_patience() {
    let dir = tempfile::tempdir().expect("a folder");
    let of = |seconds| Pace { operator: Some("58".into()), ..pace(seconds) };
    let bench = Bench::open(dir.path(), &[("a", of(4)), ("b", of(2)), ("c", pace(1))]).await;
    let pages = ["a", "b", "c"].map(|source| page(source, PageRole::Detail, &format!("http://{source}.cn/1")));
    bench.put(pages.to_vec()).await;
    bench.put(vec![page("b", PageRole::Detail, "http://b.cn/2")]).await;
    let first = bench.granted().await;
    assert_eq!(first.what.source.0, "a");
    assert_eq!(bench.granted().await.what.source.0, "c", "nobody else waits for that operator");
    assert_eq!(bench.wait_ms().await, 4000, "b belongs to the operator that was just asked");
    bench.clock.advance_ms(4000);
    let lease = bench.granted().await;
    let until = bench.clock.now().checked_add(jiff::SignedDuration::from_hours(5)).expect("a time");
    bench.complete(&lease, Completion::of(FetchOutcome::Deferred { until, reason: "status 429".into() })).await;
    bench.complete(&first, Completion::of(FETCHED)).await;
    bench.put(vec![page("a", PageRole::Detail, "http://a.cn/3")]).await;
    bench.clock.advance_ms(4000);
    assert_eq!(bench.wait_ms().await, 52_000, "c's lease ends first");
    bench.clock.advance_ms(3600 * 1000);
    assert!(matches!(bench.claim().await, Claim::Wait(_)), "c's lost page comes back");
    assert_eq!(bench.granted().await.what.source.0, "c");
    let states = bench.store.sources().await.expect("states");
    assert_eq!((states[0].state.as_str(), states[0].why.contains("429")), ("blocked", true));
    assert_eq!(states[0].next_wakeup, Some(until));
}

#[tokio::test]
async fn quiet_hours_budget_and_quarantine_say_so() {
    let dir = tempfile::tempdir().expect("a folder");
    // 02:00 UTC is ten in the morning in Asia/Shanghai.
    let quiet = Pace { quiet: vec!["09:30-11:00".parse().expect("hours")], ..pace(1) };
    let bench = Bench::open(dir.path(), &[("s", quiet)]).await;
    bench.put(vec![page("s", PageRole::Detail, "http://a.cn/1"), page("s", PageRole::Detail, "http://a.cn/2")]).await;
    assert_eq!(bench.wait_ms().await, 3600 * 1000);
    let state = || async { bench.store.sources().await.expect("states").remove(0) };
    assert_eq!((state().await.state.as_str(), state().await.pending), ("quiet", 2));
    assert_eq!(state().await.next_wakeup.map(|at| at.to_string()), Some("2026-11-25T03:00:00Z".into()));
    bench.clock.advance_ms(3600 * 1000);
    let lease = bench.granted().await;
    bench.complete(&lease, Completion::of(FetchOutcome::Blocked { reason: "captcha page".into() })).await;
    assert_eq!(state().await.last_error.expect("an error").2, "captcha page");
    bench.store.quarantine(&lease.what.source, "no list yields anything").await.expect("a quarantine");
    bench.clock.advance_ms(3600 * 1000);
    assert_eq!(bench.claim().await, Claim::Drained, "nothing of it is asked");
    let now = state().await;
    assert_eq!(
        (now.state.as_str(), now.why.as_str(), now.next_wakeup),
        ("quarantined", "no list yields anything", None)
    );
    let left = bench.store.unfetched(Some(&lease.what.source), 10).await.expect("pages");
    let reasons: Vec<&str> = left.iter().map(|page| page.reason.as_str()).collect();
    assert_eq!(reasons, ["captcha page", "source in quarantine: no list yields anything"]);
    assert!(bench.store.release(&lease.what.source).await.expect("a release"));
    assert_eq!(bench.granted().await.what.request.url, "http://a.cn/2");
}

#[tokio::test]
async fn slow_and_failing_hosts_are_given_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = Bench::open(dir.path(), &[("s", pace(1))]).await;
    bench.put((0..9).map(|n| page("s", PageRole::Detail, &format!("http://a.cn/{n}"))).collect()).await;
    let slow = Duration::from_secs(3);
    let lease = bench.granted().await;
    bench.complete(&lease, Completion { took: slow, ..Completion::of(FETCHED) }).await;
    bench.clock.advance_ms(1000);
    let lease = bench.granted().await;
    bench.complete(&lease, Completion { took: slow, ..Completion::of(FETCHED) }).await;
    assert_eq!(bench.wait_ms().await, 15_000, "five times as long as it took");
    bench.clock.advance_ms(15_000);
    let fast = Duration::from_millis(100);
    for wait in [11_375, 8_655, 6_615] {
        let lease = bench.granted().await;
        bench.complete(&lease, Completion { took: fast, ..Completion::of(FETCHED) }).await;
        let now = bench.wait_ms().await;
        assert!(now >= wait, "{now}: the average forgets slowly");
        bench.clock.advance_ms(now);
    }
    let broken = || Completion::of(FetchOutcome::Failed { reason: "reset".into(), retry: true });
    let lease = bench.granted().await;
    bench.complete(&lease, broken()).await;
    let first = bench.wait_ms().await;
    bench.clock.advance_ms(first);
    let lease = bench.granted().await;
    bench.complete(&lease, broken()).await;
    assert!(bench.wait_ms().await >= 2 * first - 1000, "twice as long after the second failure");
}

#[tokio::test]
async fn hosts_behind_one_address_take_turns() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = Bench::open(dir.path(), &[("s", pace(5))]).await;
    let all = |n: u32| {
        vec![
            page("s", PageRole::Detail, &format!("http://a.cn/{n}")),
            page("s", PageRole::Detail, &format!("http://b.cn/{n}")),
        ]
    };
    bench.put(all(1)).await;
    for _ in 0..2 {
        let lease = bench.granted().await;
        let address = Some("203.0.113.9".parse().expect("an address"));
        bench.complete(&lease, Completion { address, ..Completion::of(FETCHED) }).await;
    }
    bench.put(all(2)).await;
    bench.clock.advance_ms(5000);
    bench.granted().await;
    assert_eq!(bench.wait_ms().await, 1000, "the other host stands on the same machine");
}

#[tokio::test]
async fn edits_and_deletions_make_a_timeline() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::open(dir.path(), &[("s", pace(0))]).await;
    bench.put(vec![page("s", PageRole::Detail, "http://a.cn/1")]).await;
    let lease = bench.granted().await;
    assert_eq!(lease.previous, None);
    bench.read(&lease, "一").await;

    bench.next_sweep().await;
    let ids = [SourceId("s".into())];
    assert_eq!(bench.store.revisit(bench.sweep, &ids).await.expect("revisits"), 0, "not due yet");
    bench.clock.advance_ms(8 * 24 * 3600 * 1000);
    assert_eq!(bench.store.revisit(bench.sweep, &ids).await.expect("revisits"), 1);
    let lease = bench.granted().await;
    let previous = lease.previous.clone().expect("what it was");
    assert_eq!((previous.etag.as_deref(), previous.payload_sha256.as_str()), (Some("\"1\""), "一"));
    bench.complete(&lease, Completion::of(FetchOutcome::Unchanged)).await;

    bench.next_sweep().await;
    bench.clock.advance_ms(8 * 24 * 3600 * 1000);
    assert_eq!(
        bench.store.revisit(bench.sweep, &ids).await.expect("revisits"),
        0,
        "unchanged pages are asked half as often"
    );
    bench.clock.advance_ms(7 * 24 * 3600 * 1000);
    assert_eq!(bench.store.revisit(bench.sweep, &ids).await.expect("revisits"), 1);
    let lease = bench.granted().await;
    bench.read(&lease, "二").await;

    bench.next_sweep().await;
    bench.clock.advance_ms(30 * 24 * 3600 * 1000);
    bench.store.revisit(bench.sweep, &ids).await.expect("revisits");
    let lease = bench.granted().await;
    bench.complete(&lease, Completion::of(FetchOutcome::Gone { status: 404 })).await;
    let stored = bench.store.by_ids(&[ListingId(1)]).await.expect("a listing").remove(0);
    assert_eq!(stored.gone, Some(bench.clock.now()));

    bench.next_sweep().await;
    assert_eq!(bench.store.revisit(bench.sweep, &ids).await.expect("revisits"), 0, "what is gone is left alone");
    bench.clock.advance_ms(30 * 24 * 3600 * 1000);
    bench.put(vec![page("s", PageRole::Detail, "http://a.cn/1")]).await;
    let lease = bench.granted().await;
    bench.read(&lease, "二").await;
    let events = bench.store.timeline(ListingId(1)).await.expect("a timeline");
    let changes: Vec<ListingChange> = events.iter().map(|event| event.change).collect();
    assert_eq!(changes, [ListingChange::Seen, ListingChange::Edited, ListingChange::Gone, ListingChange::Back]);
    assert_eq!(events[1].before.as_ref().map(|listing| listing.body.as_str()), Some("一"));
    assert_eq!(bench.store.by_ids(&[ListingId(1)]).await.expect("a listing")[0].gone, None);
}

#[tokio::test]
async fn an_endless_calendar_is_left_and_listings_are_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = Bench::open(dir.path(), &[("s", Pace { barren_limit: 5, ..pace(0) })]).await;
    bench.put(vec![page("s", PageRole::Index, "http://a.cn/cal/2026/1")]).await;
    let mut asked = 0;
    loop {
        match bench.claim().await {
            Claim::Granted(lease) => {
                asked += 1;
                let next = page("s", PageRole::Index, &format!("http://a.cn/cal/2026/{}", asked + 1));
                bench.complete(&lease, Completion { links: vec![next], ..Completion::of(FETCHED) }).await;
            }
            Claim::Wait(_) => panic!("nothing to wait for"),
            Claim::Drained => break,
        }
        assert!(asked < 50, "the calendar has no end");
    }
    assert_eq!(asked, 6, "five pages that bring nothing, and the one that was queued before them");
    let reports = bench.store.pages(None).await.expect("reports");
    let dropped = reports.iter().find(|report| report.outcome == "dropped").expect("it says so");
    assert_eq!((dropped.pages, dropped.example.as_str()), (1, "a.cn/cal/{n}/{n}"));
    assert_eq!(
        bench.put(vec![page("s", PageRole::Detail, "http://a.cn/cal/2026/99")]).await,
        1,
        "a listing is not given up"
    );
}

/// Ten minutes over a thousand hosts: every request is at least its host's delay after the one before.
#[tokio::test]
async fn a_thousand_hosts_for_ten_minutes_without_one_early_request() {
    let dir = tempfile::tempdir().expect("a folder");
    let delays: Vec<u64> = (0..10).map(|n| 20 + 5 * n).collect();
    let names: Vec<String> = (0..10).map(|n| format!("s{n}")).collect();
    let sources: Vec<(&str, Pace)> =
        names.iter().zip(&delays).map(|(name, delay)| (name.as_str(), pace(*delay))).collect();
    let bench = Bench::open(dir.path(), &sources).await;
    for host in 0..1000 {
        let pages = (0..30).map(|n| page(&names[host % 10], PageRole::Detail, &format!("http://h{host}.cn/{n}")));
        bench.put(pages.collect()).await;
    }
    let start = bench.clock.now();
    let mut last: HashMap<HostKey, jiff::Timestamp> = HashMap::new();
    let (mut requests, mut in_flight) = (0, Vec::<(jiff::Timestamp, Lease)>::new());
    while bench.clock.now().duration_since(start).as_secs() < 600 {
        let now = bench.clock.now();
        // Answers come 40 to 640 ms after their request.
        let (come, waiting) = in_flight.into_iter().partition::<Vec<_>, _>(|(at, _)| *at <= now);
        in_flight = waiting;
        for (_, lease) in come {
            bench.complete(&lease, Completion::of(FETCHED)).await;
        }
        match bench.claim().await {
            Claim::Granted(lease) => {
                requests += 1;
                let number: usize = lease.what.source.0[1..].parse().expect("a number");
                if let Some(before) = last.insert(lease.what.host.clone(), now) {
                    let gap = now.duration_since(before).as_millis();
                    assert!(gap >= i128::from(delays[number]) * 1000, "{} was asked after {gap} ms", lease.what.host);
                }
                let answer = 40 + (requests * 7919) % 600;
                in_flight.push((now.checked_add(jiff::SignedDuration::from_millis(answer)).expect("a time"), *lease));
            }
            Claim::Wait(until) => {
                let next = in_flight.iter().map(|(at, _)| *at).min().map_or(until, |at| at.min(until));
                let step = next.duration_since(now).as_millis().max(1);
                bench.clock.advance_ms(i64::try_from(step).expect("a short time"));
            }
            Claim::Drained => break,
        }
    }
    assert!(requests > 10_000, "only {requests} requests");
    assert_eq!(last.len(), 1000, "every host had its turn");
}
