use super::*;
use crate::evidence::{CaptureError, read_capture};
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

fn sealed(body: &[u8], encoding: &str) -> Vec<u8> {
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
        rendition: None,
    };
    let receipt = write_capture(&mut file, &record).expect("a vector takes all");
    assert_eq!((receipt.records, receipt.bytes), (4, file.len() as u64));
    assert_eq!(receipt.sha256, sha256_hex(&file));
    file
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
