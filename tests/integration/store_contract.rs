//! The contract of the frontier, over every backend there is.

use crate::support::frontier::{self, Bench, LEASE};
use std::{path::Path, sync::Arc, time::Duration};
use tanzhao::{
    clock::Clock,
    domain::{FetchOutcome, HostKey, PageRole},
    store::{Claim, Completion, Frontier, Lease, NewPage, Pace, Turn, sqlite::SqliteStore},
};
use url::Url;

async fn bench(dir: &Path, pages: &[&str], pace: Pace) -> Bench {
    let bench = Bench::open(dir, &[("s", pace)]).await;
    bench.store.put(bench.sweep, pages.iter().map(|url| page(url)).collect()).await.expect("pages");
    bench
}

fn page(address: &str) -> NewPage {
    frontier::page("s", PageRole::Detail, address)
}

fn pace(delay_ms: u64, daily_budget: u32) -> Pace {
    Pace { min_delay: Duration::from_millis(delay_ms), daily_budget, ..Pace::default() }
}

fn done(outcome: FetchOutcome) -> Completion {
    Completion::of(outcome)
}

impl Bench {
    async fn fetched(&self, lease: &Lease) -> bool {
        self.store.complete(lease, done(FetchOutcome::Fetched { status: 200 })).await.expect("a completion")
    }
}

#[tokio::test]
async fn one_host_waits_its_delay_and_another_need_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1", "http://a.cn/2", "http://b.cn/1"], pace(1000, 100)).await;
    let first = bench.granted().await;
    let second = bench.granted().await;
    assert_ne!(first.what.host, second.what.host, "one lease per host");
    assert!(matches!(bench.claim().await, Claim::Wait(_)));
    bench.clock.advance_ms(400);
    assert!(bench.fetched(&first).await);
    let Claim::Wait(until) = bench.claim().await else { panic!("the host still rests") };
    assert_eq!(
        until.duration_since(bench.clock.now()).as_millis(),
        1000,
        "the delay counts from the end of the request"
    );
    bench.clock.advance_ms(999);
    assert!(matches!(bench.claim().await, Claim::Wait(_)));
    bench.clock.advance_ms(1);
    assert_eq!(bench.granted().await.what.request.url, "http://a.cn/2");
}

#[tokio::test]
async fn a_late_result_of_a_lost_lease_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1"], pace(0, 100)).await;
    let frozen = bench.granted().await;
    bench.clock.advance_ms(61_000);
    assert!(matches!(bench.claim().await, Claim::Wait(_)), "the expired lease is taken back first");
    let again = bench.granted().await;
    assert!(again.epoch > frozen.epoch && again.attempts == frozen.attempts + 1);
    assert!(!bench.fetched(&frozen).await, "the old epoch is refused");
    assert!(bench.fetched(&again).await);
    assert_eq!(bench.claim().await, Claim::Drained);
}

#[tokio::test]
async fn the_clock_of_a_host_survives_a_crash_right_after_the_claim() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1"], pace(5000, 100)).await;
    bench.granted().await;
    let Bench { store, clock, sweep } = bench;
    drop(store);
    let store = SqliteStore::open(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).expect("the same store");
    let Claim::Wait(until) = store.claim(sweep, LEASE).await.expect("a claim") else {
        panic!("never an early second request")
    };
    assert_eq!(until.duration_since(clock.now()).as_millis(), 5000);
}

#[tokio::test]
async fn budgets_and_patience_are_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1", "http://a.cn/2", "http://a.cn/3"], pace(0, 2)).await;
    let lease = bench.granted().await;
    let until = bench.clock.now().checked_add(jiff::SignedDuration::from_hours(2)).expect("a time");
    let patience = FetchOutcome::Deferred { until, reason: "host asks for patience (status 429)".into() };
    assert!(bench.store.complete(&lease, done(patience)).await.expect("a completion"));
    assert_eq!(bench.claim().await, Claim::Wait(until), "the whole host waits, uncapped");
    bench.clock.advance_ms(2 * 3600 * 1000);
    let lease = bench.granted().await;
    assert!(bench.fetched(&lease).await);
    // 02:00 UTC plus two hours is noon in Asia/Shanghai; the budget of two is used up until midnight there.
    assert_eq!(bench.claim().await, Claim::Wait("2026-11-25T16:00:00Z".parse().expect("a time")));
    bench.clock.advance_ms(12 * 3600 * 1000);
    bench.granted().await;
}

#[tokio::test]
async fn what_a_page_asks_for_is_counted_and_paced_like_a_page() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1", "http://b.cn/1"], pace(1000, 5)).await;
    let lease = bench.granted().await;
    let other = bench.granted().await;
    let spend = async |lease: &Lease, address: &str| {
        let host = HostKey::of(&Url::parse(address).expect("an address")).expect("a host");
        bench.store.spend(lease, &host).await.expect("an answer")
    };
    let wait = |turn: Turn| match turn {
        Turn::Wait(until) => until.duration_since(bench.clock.now()).as_millis(),
        other => panic!("expected a wait, got {other:?}"),
    };
    assert_eq!(wait(spend(&lease, "http://a.cn/a.js").await), 1000, "the page itself was just asked for");
    assert!(wait(spend(&lease, "http://b.cn/b.js").await) > 0, "the host is held by another page");
    assert_eq!(spend(&lease, "http://api.cn/list").await, Turn::Go, "a host never seen before");
    assert_eq!(wait(spend(&lease, "http://api.cn/list").await), 1000);
    bench.clock.advance_ms(1000);
    assert_eq!(spend(&lease, "http://a.cn/a.js").await, Turn::Go);
    assert_eq!(wait(spend(&lease, "http://a.cn/b.js").await), 1000);
    bench.clock.advance_ms(1000);
    assert_eq!(spend(&lease, "http://a.cn/b.js").await, Turn::Go);
    bench.clock.advance_ms(1000);
    let refused = spend(&lease, "http://a.cn/c.js").await;
    assert!(matches!(&refused, Turn::Refused(why) if why.contains("5 requests of the day")), "{refused:?}");
    assert!(bench.fetched(&other).await);
    let late = spend(&other, "http://b.cn/late.js").await;
    assert!(matches!(&late, Turn::Refused(why) if why.contains("lease")), "{late:?}");
}

#[tokio::test]
async fn three_walls_in_a_row_let_the_host_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    let pages = ["http://a.cn/1", "http://a.cn/2", "http://a.cn/3", "http://a.cn/4"];
    let bench = bench(dir.path(), &pages, pace(0, 100)).await;
    for _ in 0..3 {
        let lease = bench.granted().await;
        let wall = FetchOutcome::Blocked { reason: "captcha page".into() };
        assert!(bench.store.complete(&lease, done(wall)).await.expect("a completion"));
    }
    let Claim::Wait(until) = bench.claim().await else { panic!("a wall is not retried into") };
    assert_eq!(until.duration_since(bench.clock.now()).as_hours(), 24);
    assert_eq!(
        bench.store.hosts().await.expect("hosts")[0].blocked.as_ref().map(|(_, why)| why.as_str()),
        Some("captcha page")
    );
}

#[tokio::test]
async fn the_same_page_is_queued_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let bench = bench(dir.path(), &["http://a.cn/1?b=1&a=2"], pace(0, 100)).await;
    assert_eq!(bench.store.put(bench.sweep, vec![page("http://A.cn/1?a=2&b=1&utm_source=x")]).await.expect("pages"), 0);
}
