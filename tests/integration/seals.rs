//! Seals: the captures of a day under one Merkle root, in the audit log and in the packages.

use crate::support::{Pages, Site, definition, html, run, tanzhao};
use std::{path::Path, sync::Arc, time::Duration};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{CaptureId, FetchOutcome, HostKey, PageRole, Request, SourceId, UrlKey, UrlRule},
    evidence::sha256_hex,
    store::{Audit, Claim, Completion, Frontier, NewPage, Pace, SavedCapture, SealThrough, Seals, sqlite::SqliteStore},
};
use url::Url;

const DAY_MS: i64 = 24 * 3600 * 1000;

fn open(dir: &Path) -> (SqliteStore, Arc<ManualClock>) {
    // Ten in the morning in Asia/Shanghai.
    let clock = Arc::new(ManualClock::new("2026-11-25T02:00:00Z".parse().expect("a time")));
    (SqliteStore::open(dir, Arc::clone(&clock) as Arc<dyn Clock>).expect("a store"), clock)
}

/// Stores captures with these names as digests, each of a page of its own.
async fn capture(store: &SqliteStore, names: &[&str]) {
    let source = SourceId("s".into());
    let (sweep, _) = store.open_sweep(std::slice::from_ref(&source)).await.expect("a sweep");
    store
        .set_pace(&source, Pace { min_delay: Duration::ZERO, daily_budget: 1000, ..Pace::default() })
        .await
        .expect("a pace");
    let page = |name: &&str| {
        let url = Url::parse(&format!("http://{name}.cn/")).expect("an address");
        NewPage {
            source: source.clone(),
            role: PageRole::Detail,
            request: Request::get(url.to_string()),
            key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
            host: HostKey::of(&url).expect("a host"),
            depth: 0,
            hops: 0,
            priority: 0,
        }
    };
    store.put(sweep, names.iter().map(page).collect()).await.expect("pages");
    for name in names {
        let Claim::Granted(lease) = store.claim(sweep, Duration::from_mins(1)).await.expect("a claim") else {
            panic!("a page is due");
        };
        let saved = SavedCapture {
            warc: format!("captures/{name}.warc.gz"),
            offset: 0,
            sha256: sha256_hex(name.as_bytes()),
            status: 200,
            url: lease.what.request.url.clone(),
            fetched_at: "2026-11-25T02:00:00Z".parse().expect("a time"),
            payload_sha256: sha256_hex(name.as_bytes()),
            refers_to: None,
            robots: None,
        };
        let completion = Completion { capture: Some(saved), ..Completion::of(FetchOutcome::Fetched { status: 200 }) };
        assert!(store.complete(&lease, completion).await.expect("a completion"));
    }
    store.finish_sweep(sweep).await.expect("an end");
}

#[tokio::test]
async fn each_finished_day_gets_one_root_tied_to_the_day_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, clock) = open(dir.path());
    capture(&store, &["a", "b", "c"]).await;
    assert_eq!(store.seal(SealThrough::FinishedDays).await.expect("seals"), [], "the day is not over");
    clock.advance_ms(DAY_MS);
    capture(&store, &["d"]).await;
    clock.advance_ms(DAY_MS);
    let made = store.seal(SealThrough::FinishedDays).await.expect("seals");
    let days: Vec<String> = made.iter().map(|seal| format!("{} {}", seal.day, seal.leaves)).collect();
    assert_eq!(days, ["2026-11-25 3", "2026-11-26 1"]);
    assert_eq!(made[1].previous, made[0].head);
    assert!(made.iter().all(tanzhao::evidence::SealedRoot::is_linked));
    assert_eq!(store.seal(SealThrough::Now).await.expect("seals"), [], "nothing is sealed twice");

    capture(&store, &["e"]).await;
    assert_eq!(store.seal(SealThrough::FinishedDays).await.expect("seals"), []);
    assert_eq!(store.seal(SealThrough::Now).await.expect("seals").len(), 1, "a hand-over does not wait for midnight");
    let ids: Vec<CaptureId> = (1..=5).map(CaptureId).collect();
    let proofs = store.prove(&ids).await.expect("proofs");
    assert_eq!(proofs.len(), 5);
    for proof in &proofs {
        assert_eq!(proof.proof.root_over(&proof.sha256).as_ref(), Some(&proof.seal.root));
    }
    assert_eq!(store.find(&sha256_hex(b"d")).await.expect("a search"), [CaptureId(4)]);
    assert_eq!(store.find("captures/e.warc.gz").await.expect("a search"), [CaptureId(5)]);
    assert_eq!(store.find("2").await.expect("a search"), [CaptureId(2)]);
    assert_eq!(store.first_broken_seal().await.expect("a check"), None);
    assert!(Audit::verify(&store).await.expect("a walk").is_ok());
}

#[tokio::test]
async fn a_clock_that_jumped_holds_up_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, clock) = open(dir.path());
    clock.advance_ms(400 * DAY_MS);
    capture(&store, &["a"]).await;
    clock.advance_ms(-400 * DAY_MS);
    capture(&store, &["b"]).await;
    clock.advance_ms(DAY_MS);
    let made = store.seal(SealThrough::FinishedDays).await.expect("seals");
    assert_eq!(made.len(), 2, "one for each stretch between the jumps");
    assert_eq!(store.first_broken_seal().await.expect("a check"), None);
}

#[tokio::test]
async fn a_changed_capture_leaf_or_seal_is_found_and_a_purged_capture_is_not_missed() {
    for (statement, broken) in [
        ("UPDATE captures SET sha256 = '00' WHERE id = 1", Some(1)),
        (
            "DROP TRIGGER sealed_captures_stay; UPDATE sealed_captures SET sha256 = lower(hex(zeroblob(32))) WHERE capture = 4",
            Some(2),
        ),
        ("DROP TRIGGER sealed_captures_are_kept; DELETE FROM sealed_captures WHERE capture = 2", Some(1)),
        ("DROP TRIGGER seals_stay; UPDATE seals SET day = '2026-11-24' WHERE number = 1", Some(1)),
        ("DROP TRIGGER seals_are_kept; PRAGMA foreign_keys = OFF; DELETE FROM seals WHERE number = 2", Some(2)),
        ("UPDATE seals SET day = '2026-11-24'", None),
        ("DELETE FROM sealed_captures", None),
        ("DELETE FROM captures WHERE id = 1", None),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let (store, clock) = open(dir.path());
        for names in [["a", "b", "c"].as_slice(), &["d", "e"]] {
            capture(&store, names).await;
            clock.advance_ms(DAY_MS);
        }
        assert_eq!(store.seal(SealThrough::FinishedDays).await.expect("seals").len(), 2);
        let db = rusqlite::Connection::open(dir.path().join("tanzhao.db")).expect("the database");
        let done = db.execute_batch(statement);
        assert_eq!(store.first_broken_seal().await.expect("a check"), broken, "{statement}: {done:?}");
        if statement.contains("FROM captures") {
            assert!(done.is_ok());
            assert_eq!(store.prove(&[CaptureId(1)]).await.expect("a proof").len(), 1, "it can still be proved");
        }
    }
}

#[test]
fn a_swept_page_is_proved_on_the_command_line() {
    let ad = "<h1>初三数学一对一</h1><div class=desc>在职老师,初三数学一对一,双塔区,电话13904210001,一小时200元</div>";
    let site =
        Site::start(Pages::from([("/".into(), html("<a class=t href='/ad/1'>1</a>")), ("/ad/1".into(), html(ad))]));
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let command = |words: &[&str]| run(tanzhao(dir.path()).args(words));
    let (code, _, errors) = command(&["sweep", "--loopback", "--sources", "site.toml"]);
    assert_eq!(code, 0, "{errors}");
    let (code, _, errors) = command(&["audit", "prove", "1"]);
    assert_eq!(code, 2, "the day is not over: {errors}");
    let (code, out, errors) =
        command(&["handover", "--county", "all", "--output", "packages", "--include-unconfirmed"]);
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains(".zip"), "{out}");
    let (code, out, errors) = command(&["audit", "prove", "1"]);
    assert_eq!(code, 0, "{errors}");
    let proof: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&proof["proof"]["leaves"], &proof["seal"]["number"]), (&3.into(), &1.into()));
    let package =
        std::fs::read_dir(dir.path().join("packages")).expect("packages").flatten().next().expect("one").path();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&package).expect("the package")).expect("a zip");
    let manifest: tanzhao::export::Manifest =
        serde_json::from_reader(zip.by_name("manifest.json").expect("the manifest")).expect("JSON");
    assert_eq!((manifest.seals.len(), manifest.proofs.len()), (1, 2), "of the page and of its robots.txt");
    assert!(manifest.audit.is_some_and(|head| head.entries > 3));
    let (code, _, errors) = run(tanzhao(dir.path()).arg("verify").arg(&package));
    assert_eq!(code, 0, "{errors}");
    let (code, _, errors) = command(&["audit", "verify"]);
    assert_eq!(code, 0, "{errors}");
}
