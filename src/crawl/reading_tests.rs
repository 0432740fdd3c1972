use super::*;
use crate::{
    domain::{CaptureId, Epoch, PageId, PageRole, Request, SourceId, SweepId, UrlKey, UrlRule},
    store::OriginalRow,
};

const URL: &str = "http://127.0.0.1:8080/ad/1";
const BODY: &str = "<h1>初三数学一对一</h1><div class=desc>双塔区,周末上课</div>";

fn work(dir: &std::path::Path, at: i64, previous: Option<PreviousCapture>) -> ReadPage {
    let text = include_str!("../../tests/integration/support/site.toml").replace("PORT", "8080");
    let source = crate::sources::parse_with("site.toml", &text, &[]).expect("the test definition");
    let url = Url::parse(URL).expect("an address");
    ReadPage {
        lease: Lease {
            page: PageId(1),
            sweep: SweepId(1),
            epoch: Epoch(1),
            attempts: 1,
            what: NewPage {
                source: SourceId("test-site".into()),
                role: PageRole::Detail,
                request: Request::get(URL),
                key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
                host: HostKey::of(&url).expect("a host"),
                depth: 1,
                hops: 0,
                priority: 0,
            },
            previous: None,
        },
        registry: Arc::new(Registry::new(vec![source]).expect("one source")),
        captures: CaptureFolder::new(dir),
        rule: "robots.txt allows it".into(),
        robots: RobotsInForce { sha256: None, fetched_at: None, archived: None },
        fetched_at: Timestamp::from_second(at).expect("in range"),
        decoded_bytes: 1 << 20,
        software: "tanzhao/0.1.0".into(),
        previous,
        rendered: None,
    }
}

fn answer(status: u16, body: &str) -> RawResponse {
    let headers =
        if status == 304 { Vec::new() } else { vec![("content-type".into(), "text/html; charset=utf-8".into())] };
    RawResponse {
        status,
        headers,
        body: body.into(),
        remote: None,
        request_headers: Vec::new(),
        tls: None,
        took: std::time::Duration::ZERO,
    }
}

fn as_previous(saved: &SavedCapture) -> PreviousCapture {
    PreviousCapture {
        id: CaptureId(7),
        warc: saved.warc.clone(),
        sha256: saved.sha256.clone(),
        url: saved.url.clone(),
        fetched_at: saved.fetched_at,
        payload_sha256: saved.payload_sha256.clone(),
    }
}

fn row(saved: &SavedCapture, original: &SavedCapture) -> CaptureRow {
    CaptureRow {
        id: CaptureId(8),
        warc: saved.warc.clone(),
        offset: saved.offset,
        sha256: saved.sha256.clone(),
        source: "test-site".into(),
        role: "detail".into(),
        sweep: SweepId(1),
        refers_to: saved.refers_to.map(|id| OriginalRow {
            id,
            warc: original.warc.clone(),
            sha256: original.sha256.clone(),
        }),
        robots: None,
    }
}

#[test]
fn an_unchanged_page_is_archived_as_a_revisit_and_read_as_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = work(dir.path(), 1_795_000_000, None).run(&answer(200, BODY)).expect("a disk");
    let first_saved = first.capture.expect("a capture");
    assert!(first_saved.offset > 0 && first_saved.refers_to.is_none());
    for (at, status, body) in [(1_795_003_600, 200, BODY), (1_795_007_200, 304, "")] {
        let again = work(dir.path(), at, Some(as_previous(&first_saved)));
        let source = again.registry.get(&SourceId("test-site".into())).expect("the source").clone();
        let done = again.run(&answer(status, body)).expect("a disk");
        let expected = if status == 304 { FetchOutcome::Unchanged } else { FetchOutcome::Fetched { status: 200 } };
        assert_eq!(done.outcome, expected);
        assert_eq!(done.listings.len(), 1);
        assert_eq!(done.listings[0].body, first.listings[0].body);
        let saved = done.capture.expect("a capture");
        assert_eq!((saved.refers_to, &saved.payload_sha256), (Some(CaptureId(7)), &first_saved.payload_sha256));
        let folder = CaptureFolder::new(dir.path());
        let stored = row(&saved, &first_saved);
        let listings = reread(&folder, &stored, &source, PageRole::Detail).expect("both files are there");
        assert_eq!(listings[0].title, "初三数学一对一");
        let error = folder.read(&CaptureRow { refers_to: None, ..stored }).expect_err("no original");
        assert!(error.contains("is not stored"), "{error}");
    }
}

#[test]
fn what_changed_or_lost_its_original_is_archived_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = work(dir.path(), 1_795_000_000, None).run(&answer(200, BODY)).expect("a disk");
    let first = as_previous(&first.capture.expect("a capture"));
    let changed = format!("{BODY}<p>新</p>");
    let other_page = PreviousCapture { url: "http://127.0.0.1:8080/ad/2".into(), ..first.clone() };
    let damaged = PreviousCapture { sha256: "00".repeat(32), ..first.clone() };
    for (body, previous) in [(changed.as_str(), &first), (BODY, &other_page), (BODY, &damaged)] {
        let done = work(dir.path(), 1_795_003_600, Some(previous.clone())).run(&answer(200, body)).expect("a disk");
        assert_eq!(done.capture.expect("a capture").refers_to, None, "{previous:?}");
    }
    for previous in [other_page, damaged] {
        let done = work(dir.path(), 1_795_003_600, Some(previous)).run(&answer(304, "")).expect("a disk");
        assert!(matches!(done.outcome, FetchOutcome::Failed { retry: false, .. }), "{:?}", done.outcome);
        assert!(done.capture.is_none());
    }
}

#[test]
fn an_archived_page_knows_what_was_posted_for_it() {
    let dir = tempfile::tempdir().expect("a folder");
    for body in [None, Some(""), Some("{\"page\":2,\"词\":\"数学\"}\r\n\r\n")] {
        let mut work = work(dir.path(), 1_795_000_000, None);
        work.lease.what.request.post_body = body.map(str::to_owned);
        let asked = work.lease.what.request.clone();
        let saved = work.run(&answer(200, BODY)).expect("a disk").capture.expect("a capture");
        let capture = CaptureFolder::new(dir.path()).read(&row(&saved, &saved)).expect("as written");
        assert_eq!(capture.asked(), asked);
    }
}
