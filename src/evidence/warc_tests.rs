use super::*;
use crate::domain::CaptureId;
use crate::evidence::{
    Archived, ArchivedRobots, Capture, CaptureError, Revisit, RobotsInForce, TlsPeer, read_archived, read_capture,
};

use flate2::bufread::MultiGzDecoder;
use proptest::prelude::*;
use std::io::{BufReader, Read};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn circumstances() -> Circumstances {
    Circumstances {
        remote: Some(([127, 0, 0, 1], 8001).into()),
        tls: Some(TlsPeer {
            certificate_sha256: "ab".repeat(32),
            subject: Some("CN=a.cn".into()),
            issuer: Some("CN=ca\r\nX: y".into()),
        }),
        robots: Some(RobotsInForce {
            sha256: Some(sha256_hex(b"User-agent: *")),
            fetched_at: Timestamp::from_second(1_794_990_000).ok(),
            archived: Some(ArchivedRobots {
                id: CaptureId(1),
                warc: "captures/2026/11/18/ab.warc.gz".into(),
                sha256: "cd".repeat(32),
            }),
        }),
        clock_offset_seconds: Some(-3),
        took: std::time::Duration::from_millis(412),
    }
}

fn sealed(body: &[u8], encoding: &str) -> Vec<u8> {
    sealed_at(body, encoding).0
}

fn offset_of(body: &[u8], encoding: &str) -> u64 {
    sealed_at(body, encoding).1
}

/// The file, and where its response begins.
fn sealed_at(body: &[u8], encoding: &str) -> (Vec<u8>, u64) {
    let request = Request { url: "http://127.0.0.1:8001/api?x=1".into(), post_body: Some(r#"{"page":1}"#.into()) };
    let mut file = Vec::new();
    let record = CaptureRecord {
        request: &request,
        request_headers: &pairs(&[("User-Agent", "tanzhao/0.1"), ("Content-Type", "application/json")]),
        final_url: "http://127.0.0.1:8001/api/list?x=1",
        status: 200,
        raw_headers: &pairs(&[
            ("content-type", "text/html; charset=gb2312"),
            ("Transfer-Encoding", "chunked"),
            ("content-encoding", encoding),
            ("x-evil", "a\r\nInjected: yes"),
        ]),
        raw_body: body,
        ip: Some(IpAddr::from([127, 0, 0, 1])),
        fetched_at: Timestamp::from_second(1_795_000_000).expect("in range"),
        robots_rule: "robots.txt 允许: 无匹配规则".to_owned(),
        software: "tanzhao/0.1.0".to_owned(),
        notes: &[],
        circumstances: circumstances(),
        revisit: None,
        rendition: None,
    };
    let receipt = write_capture(&mut file, &record).expect("a vector takes all");
    assert_eq!((receipt.records, receipt.bytes), (4, file.len() as u64));
    assert_eq!(receipt.sha256, sha256_hex(&file));
    (file, receipt.offset)
}

#[test]
fn what_was_received_comes_back() {
    let page = "<p>初三数学一对一</p>".as_bytes();
    let file = sealed(&gzip(page), "gzip");
    assert_eq!(file, sealed(&gzip(page), "gzip"), "sealing twice gives the same bytes");
    let capture = read_capture(&file).expect("our own file");
    assert_eq!(capture.body, page);
    assert_eq!(capture.status, 200);
    assert_eq!(capture.target_uri, "http://127.0.0.1:8001/api/list?x=1");
    assert_eq!(capture.note("via"), Some("http://127.0.0.1:8001/api?x=1"));
    assert_eq!(capture.note("robots-rule"), Some("robots.txt 允许: 无匹配规则"));
    for (name, value) in [
        ("software", "tanzhao/0.1.0"),
        ("resolved-address", "127.0.0.1:8001"),
        ("tls-certificate-sha256", &"ab".repeat(32)),
        ("tls-certificate-subject", "CN=a.cn"),
        ("tls-certificate-issuer", "CN=ca  X: y"),
        ("robots-txt-sha256", &sha256_hex(b"User-agent: *")),
        ("robots-txt-fetched-at", "2026-11-18T08:20:00Z"),
        ("robots-txt-archived-in", "captures/2026/11/18/ab.warc.gz"),
        ("robots-txt-archive-sha256", &"cd".repeat(32)),
        ("clock-offset-seconds", "-3"),
        ("fetch-duration-ms", "412"),
    ] {
        assert_eq!(capture.note(name), Some(value), "{name}");
    }
    assert!(capture.headers.contains(&("x-orig-transfer-encoding".to_owned(), "chunked".to_owned())));
    assert!(!capture.headers.iter().any(|(name, _)| name == "injected" || name == "transfer-encoding"));
    let request = capture.request.expect("the request is archived");
    assert!(request.starts_with("POST /api/list?x=1 HTTP/1.1\r\nHost: 127.0.0.1:8001\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"page\":1}"));
}

#[test]
fn another_reader_finds_the_same_four_records() {
    let file = sealed(b"plain", "");
    let reader = warc::WarcReader::new(BufReader::new(MultiGzDecoder::new(file.as_slice())));
    let kinds: Vec<String> =
        reader.iter_records().map(|record| record.expect("valid record").warc_type().to_string()).collect();
    assert_eq!(kinds, ["warcinfo", "request", "response", "metadata"]);
}

#[test]
fn a_rendered_page_stands_beside_what_the_server_sent() {
    let request = Request::get("http://127.0.0.1:8001/explore");
    let record = |requests: &[&str]| CaptureRecord {
        request: &request,
        request_headers: &[],
        final_url: &request.url,
        status: 200,
        raw_headers: &[],
        raw_body: b"<div id=app></div>",
        ip: None,
        fetched_at: Timestamp::from_second(1_795_000_000).expect("in range"),
        robots_rule: "robots.txt allows it".to_owned(),
        software: "tanzhao/0.1.0".to_owned(),
        notes: &[],
        circumstances: Circumstances::default(),
        revisit: None,
        rendition: Some(Rendition {
            html: "<div id=app>初三数学</div>",
            text: "初三数学",
            end: "complete",
            requests: requests.iter().map(|line| (*line).to_owned()).collect(),
        }),
    };
    let mut file = Vec::new();
    let hostile = "XHR http://a.cn/ 200\r\nInjected: yes";
    assert_eq!(write_capture(&mut file, &record(&[hostile])).expect("a vector takes all").records, 6);
    let capture = read_capture(&file).expect("our own file");
    assert_eq!(capture.body, b"<div id=app></div>");
    assert_eq!(capture.rendered.as_deref(), Some("<div id=app>初三数学</div>".as_bytes()));
    assert_eq!(capture.note("rendered"), Some("complete"));
    assert!(capture.note("rendered-request").is_some_and(|line| line.starts_with("XHR http://a.cn/ 200")));
    assert_eq!(capture.note("injected"), None);
    assert_eq!(read_capture(&sealed(b"plain", "")).expect("our own file").rendered, None);
}

#[test]
fn a_changed_byte_is_noticed() {
    let mut plain = Vec::new();
    MultiGzDecoder::new(sealed(b"1990421", "").as_slice()).read_to_end(&mut plain).expect("our own gzip");
    assert!(read_capture(&plain).is_ok());
    let at = plain.windows(7).position(|window| window == b"1990421").expect("the body is there");
    plain[at] = b'2';
    assert!(matches!(read_capture(&plain), Err(CaptureError::Digest { record: 3 })));
    plain.truncate(at);
    assert!(matches!(read_capture(&plain), Err(CaptureError::Malformed { record: 3, .. })));
}

#[test]
fn hostile_lengths_are_refused() {
    let file = format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\nx", u64::MAX);
    assert!(matches!(read_capture(file.as_bytes()), Err(CaptureError::Malformed { .. })));
    assert!(matches!(read_capture(b""), Err(CaptureError::NoResponse)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, body: Vec<u8>) {
        let _ = read_capture(&bytes);
        prop_assert_eq!(read_capture(&sealed(&body, "")).expect("our own file").body, body);
    }
}

/// A capture of the same page an hour later, as a revisit of the first.
fn revisited(profile: RevisitProfile, original: &Capture, raw_body: &[u8]) -> Vec<u8> {
    let not_modified = profile == RevisitProfile::NotModified;
    let headers =
        pairs(if not_modified { &[("etag", "\"2\"")] } else { &[("content-type", "text/html; charset=gb2312")] });
    let record = CaptureRecord {
        request: &Request::get("http://127.0.0.1:8001/api/list?x=1"),
        request_headers: &[],
        final_url: "http://127.0.0.1:8001/api/list?x=1",
        status: if not_modified { 304 } else { 200 },
        raw_headers: &headers,
        raw_body,
        ip: None,
        fetched_at: Timestamp::from_second(1_795_003_600).expect("in range"),
        robots_rule: String::new(),
        software: "tanzhao/0.1.0".to_owned(),
        notes: &[],
        circumstances: Circumstances::default(),
        revisit: Some(Revisits {
            profile,
            url: &original.target_uri,
            fetched_at: original.fetched_at,
            payload_sha256: &original.payload_sha256,
        }),
        rendition: None,
    };
    let mut file = Vec::new();
    let receipt = write_capture(&mut file, &record).expect("a vector takes all");
    assert_eq!(receipt.payload_sha256, original.payload_sha256);
    file
}

fn unchanged(file: &[u8]) -> Revisit {
    match read_archived(file).expect("our own file") {
        Archived::Unchanged(revisit) => revisit,
        Archived::Page(page) => panic!("expected a revisit, got {page:?}"),
    }
}

#[test]
fn a_revisit_has_no_body_and_resolves_to_the_capture_it_names() {
    let page = "<p>初三数学一对一</p>".repeat(50).into_bytes();
    let raw = gzip(&page);
    let original = read_capture(&sealed(&raw, "gzip")).expect("our own file");
    for profile in [RevisitProfile::IdenticalPayload, RevisitProfile::NotModified] {
        let file = revisited(profile, &original, &raw);
        let revisit = unchanged(&file);
        assert_eq!((revisit.capture.body.len(), revisit.refers_to_date), (0, original.fetched_at));
        assert!(matches!(read_capture(&file), Err(CaptureError::Unresolved { .. })));
        let whole = revisit.resolve(&original).expect("the right original");
        assert_eq!((whole.status, &whole.body), (200, &page));
        assert_eq!(whole.fetched_at.as_second(), 1_795_003_600, "it says when the page was seen again");
        assert!(whole.headers.iter().any(|(name, value)| name == "content-type" && value.contains("gb2312")));

        let reader = warc::WarcReader::new(BufReader::new(MultiGzDecoder::new(file.as_slice())));
        let kinds: Vec<String> =
            reader.iter_records().map(|record| record.expect("valid record").warc_type().to_string()).collect();
        assert_eq!(kinds, ["warcinfo", "request", "revisit", "metadata"]);
    }
}

#[test]
fn a_revisit_refuses_every_other_capture() {
    let original = read_capture(&sealed(b"one", "")).expect("our own file");
    let file = revisited(RevisitProfile::IdenticalPayload, &original, b"one");
    let later = original.fetched_at.checked_add(jiff::SignedDuration::from_secs(1)).expect("in range");
    for (other, what) in [
        (read_capture(&sealed(b"two", "")).expect("our own file"), "payload digest"),
        (Capture { target_uri: "http://127.0.0.1:8001/".into(), ..original.clone() }, "address"),
        (Capture { fetched_at: later, ..original.clone() }, "date"),
    ] {
        let error = unchanged(&file).resolve(&other).expect_err(what);
        assert!(matches!(&error, CaptureError::OtherOriginal { what: found, .. } if *found == what), "{error}");
    }
}

#[test]
fn the_offset_is_that_of_the_response() {
    let file = sealed(b"plain", "");
    let record = read_capture(&file).expect("our own file");
    assert_eq!(record.payload_sha256, sha256_hex(b"plain"));
    let mut plain = Vec::new();
    let at = usize::try_from(offset_of(b"plain", "")).expect("small");
    flate2::bufread::GzDecoder::new(&file[at..]).read_to_end(&mut plain).expect("a member begins there");
    assert!(plain.starts_with(b"WARC/1.1\r\nWARC-Type: response\r\n"));
}
