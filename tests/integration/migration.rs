//! A store of every released schema opens, keeps what it knew and goes on where it stood.

use std::{sync::Arc, time::Duration};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{FetchOutcome, HostKey, ListingId, PageRole, Request, SourceId, SweepId, UrlKey, UrlRule},
    store::{Claim, Completion, Frontier, ListingChange, Listings, NewPage, sqlite::SqliteStore},
};

const FIRST: &str = include_str!("../../src/store/sqlite/migrations/0001_first_path.sql");
const ROWS: &str = include_str!("../fixtures/databases/v1.sql");

#[tokio::test]
async fn schema_one_goes_on_where_it_stood() {
    let dir = tempfile::tempdir().expect("a folder");
    let old = rusqlite::Connection::open(dir.path().join("tanzhao.db")).expect("a database");
    old.execute_batch(FIRST).expect("the first schema");
    old.execute_batch(ROWS).expect("its rows");
    old.pragma_update(None, "user_version", 1).expect("its version");
    drop(old);

    let clock = Arc::new(ManualClock::new("2026-11-25T02:00:00Z".parse().expect("a time")));
    // A reader brings it up to date as well as a writer.
    let reader = SqliteStore::open_read_only(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).expect("a reader");
    assert_eq!(reader.page(ListingId(0), 10).await.expect("listings").len(), 1);
    drop(reader);
    let store = SqliteStore::open(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).expect("the store");
    let sources = [SourceId("a".into()), SourceId("b".into())];
    assert_eq!(store.open_sweep(&sources).await.expect("the sweep"), (SweepId(1), true), "the sweep is resumed");

    let known = [("http://a.cn/2", None), ("http://b.cn/api", Some("{\"page\":1}"))].map(|(address, body)| {
        let url = url::Url::parse(address).expect("an address");
        NewPage {
            source: SourceId("a".into()),
            role: PageRole::Detail,
            request: Request { url: address.into(), post_body: body.map(str::to_owned) },
            key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
            host: HostKey::of(&url).expect("a host"),
            depth: 0,
            hops: 0,
            priority: 0,
        }
    });
    assert_eq!(store.put(SweepId(1), known.to_vec()).await.expect("pages"), 0, "what is known is not queued again");

    let mut asked = Vec::new();
    loop {
        match store.claim(SweepId(1), Duration::from_mins(1)).await.expect("a claim") {
            Claim::Granted(lease) => {
                asked.push((lease.what.request.url.clone(), lease.what.request.post_body.clone(), lease.attempts));
                let outcome = FetchOutcome::Gone { status: 404 };
                assert!(store.complete(&lease, Completion::of(outcome)).await.expect("a completion"));
            }
            Claim::Wait(_) => clock.advance_ms(1000),
            Claim::Drained => break,
        }
    }
    asked.sort();
    let post = Some("{\"page\":1}".to_owned());
    assert_eq!(asked, [("http://a.cn/2".into(), None, 1), ("http://b.cn/api".into(), post, 2)]);

    let event = &store.timeline(ListingId(1)).await.expect("a timeline")[0];
    assert_eq!((event.change, event.at.as_millisecond()), (ListingChange::Seen, 1_790_000_001_000));
    assert!(event.capture.is_some());
    let robots = store.hosts().await.expect("hosts").remove(0).robots;
    assert_eq!(robots, "absent 404, Crawl-delay 4000 ms");
}
