use super::*;
use crate::{
    domain::Request,
    evidence::{CaptureRecord, sha256_hex, write_capture},
};
use data_encoding::BASE64;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{Cursor, Write};

const PAGE: &str = "<html><h1>初三数学一对一</h1><p>电话见下</p></html>";

/// What a reading gave, in lists.
#[derive(Debug, Default)]
struct Heap {
    pages: Vec<RecordedPage>,
    skipped: Vec<(String, Skip)>,
    damaged: Vec<(String, String, PageError)>,
}

fn all_with(bytes: &[u8], limits: &Limits) -> (Heap, Result<Format, FileError>) {
    let mut heap = Heap::default();
    let end = read(Cursor::new(bytes), limits, &mut |found| {
        match found {
            Found::Page(page) => heap.pages.push(*page),
            Found::Skipped { url, why } => heap.skipped.push((url, why)),
            Found::Damaged { where_in_file, url, error } => heap.damaged.push((where_in_file, url, error)),
        }
        ControlFlow::Continue(())
    });
    (heap, end)
}

fn all(bytes: &[u8]) -> (Heap, Result<Format, FileError>) {
    all_with(bytes, &Limits::for_file(bytes.len() as u64, 1 << 20))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn record(kind: &str, url: &str, fields: &str, block: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-25T02:00:00Z\r\n{fields}Content-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    bytes.extend_from_slice(block);
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes
}

fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n").into_bytes();
    block.extend_from_slice(body);
    block
}

fn response(url: &str, fields: &str) -> Vec<u8> {
    record("response", url, fields, &answer("", PAGE.as_bytes()))
}

#[test]
fn our_own_archive_comes_back_whole() {
    let request = Request { url: "https://a.cn/api".into(), post_body: Some(r#"{"page":1}"#.into()) };
    let headers =
        [("content-type".to_owned(), "text/html".to_owned()), ("content-encoding".to_owned(), "gzip".to_owned())];
    let packed = gzip(PAGE.as_bytes());
    let mut file = Vec::new();
    write_capture(
        &mut file,
        &CaptureRecord {
            request: &request,
            request_headers: &[],
            final_url: &request.url,
            status: 200,
            raw_headers: &headers,
            raw_body: &packed,
            ip: "192.0.2.7".parse().ok(),
            fetched_at: "2026-11-25T02:00:00Z".parse().expect("a time"),
            robots_rule: String::new(),
            software: "test".into(),
            notes: &[],
            circumstances: crate::evidence::Circumstances::default(),
            revisit: None,
            rendition: None,
        },
    )
    .expect("a vector takes all");
    let (heap, end) = all(&file);
    assert_eq!(end.expect("whole"), Format::Warc);
    let page = &heap.pages[0];
    assert_eq!((heap.pages.len(), page.body.as_slice()), (1, PAGE.as_bytes()));
    assert_eq!((page.encoded.as_deref(), page.headers.as_slice()), (Some(packed.as_slice()), headers.as_slice()));
    assert_eq!((page.request(), page.method.as_str(), page.ip), (request, "POST", "192.0.2.7".parse().ok()));
    assert_eq!(page.recorded_at, "2026-11-25T02:00:00Z".parse().ok());
    assert_eq!(page.where_in_file, "第 3 条记录");
}

#[test]
fn a_recorder_s_archive_of_many_records() {
    let chunked = {
        let packed = gzip(PAGE.as_bytes());
        let mut body = format!("{:x}\r\n", packed.len()).into_bytes();
        body.extend_from_slice(&packed);
        body.extend_from_slice(b"\r\n0\r\n\r\n");
        answer("Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\nSet-Cookie: sid=secret\r\n", &body)
    };
    let ask = b"POST /list HTTP/1.1\r\nHost: a.cn\r\n\r\n{\"page\":2}";
    let png = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG";
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Type: text/html\r\n\r\n";
    let parts = [
        record("warcinfo", "", "", b"software: wget\r\n"),
        record(
            "response",
            "<http://a.cn/1>",
            "WARC-Record-ID: <urn:1>\r\nWARC-Payload-Digest: sha1:AAAA\r\n",
            &chunked,
        ),
        record("request", "<http://a.cn/1>", "WARC-Concurrent-To: <urn:1>\r\n", ask),
        record("response", "http://a.cn/logo.png", "", png),
        record("response", "http://a.cn/old", "", moved),
        record("response", "dns:a.cn", "", b"20261125 a.cn 192.0.2.1"),
        record(
            "revisit",
            "http://a.cn/2",
            "WARC-Payload-Digest: sha1:aaaa\r\nWARC-Profile: x/identical-payload-digest\r\n",
            b"",
        ),
        record("revisit", "http://a.cn/3", "WARC-Payload-Digest: sha1:bbbb\r\n", b""),
        record(
            "revisit",
            "http://a.cn/1",
            "WARC-Profile: x/server-not-modified\r\n",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
        ),
        record("resource", "http://a.cn/4", "Content-Type: text/html\r\n", PAGE.as_bytes()),
        record("continuation", "http://a.cn/5", "WARC-Segment-Number: 2\r\n", b"rest"),
        record("response", "http://a.cn/6", "", b"not http at all"),
    ];
    let plain = parts.concat();
    let members: Vec<u8> = parts.iter().flat_map(|part| gzip(part)).collect();
    for file in [plain, members] {
        let (heap, end) = all(&file);
        assert_eq!(end.expect("whole"), Format::Warc);
        let urls: Vec<&str> = heap.pages.iter().map(|page| page.url.as_str()).collect();
        assert_eq!(urls, ["http://a.cn/1", "http://a.cn/2", "http://a.cn/1", "http://a.cn/4"]);
        assert!(heap.pages.iter().all(|page| page.body == PAGE.as_bytes() && page.status == 200));
        assert_eq!((heap.pages[0].method.as_str(), heap.pages[0].post_body.as_deref()), ("POST", Some("{\"page\":2}")));
        assert!(heap.pages[0].headers.iter().all(|(name, _)| name != "set-cookie"), "cookies are the recorder's own");
        assert_eq!(
            heap.skipped,
            [
                ("http://a.cn/logo.png".to_owned(), Skip::Resource),
                ("http://a.cn/old".to_owned(), Skip::Redirect),
                ("http://a.cn/3".to_owned(), Skip::Revisit)
            ]
        );
        assert!(matches!(heap.damaged[0].2, PageError::Segmented) && matches!(heap.damaged[1].2, PageError::Head));
        assert_eq!(heap.damaged[1].0, "第 12 条记录");
    }
}

#[test]
fn a_wrong_digest_spoils_one_record_only() {
    let good = format!("WARC-Block-Digest: sha256:{}\r\n", sha256_hex(&answer("", PAGE.as_bytes())));
    let file = [
        response("http://a.cn/1", "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"),
        response("http://a.cn/2", &good),
    ]
    .concat();
    let (heap, end) = all(&file);
    assert!(end.is_ok());
    assert!(matches!(heap.damaged[0].2, PageError::Digest { .. }) && heap.damaged[0].1 == "http://a.cn/1");
    assert_eq!(heap.pages.len(), 1);
}

#[test]
fn lengths_that_lie_are_found() {
    let block = answer("", PAGE.as_bytes());
    let honest = response("http://a.cn/1", "");
    let with = |length: String| {
        let text = String::from_utf8(honest.clone()).expect("text");
        let lying = text.replace(&format!("Content-Length: {}", block.len()), &format!("Content-Length: {length}"));
        [lying.into_bytes(), response("http://a.cn/2", "")].concat()
    };
    let (heap, end) = all(&with((block.len() - 9).to_string()));
    assert!(matches!(end, Err(FileError::NoRecord { record: 2, .. })), "{end:?}");
    assert!(heap.pages.is_empty() && matches!(heap.damaged[0].2, PageError::Length));
    let (heap, end) = all(&with((block.len() + 40).to_string()));
    assert!(matches!(end, Err(FileError::NoRecord { .. })), "{end:?}");
    assert!(heap.pages.is_empty());
    let (_, end) = all(&with(u64::MAX.to_string()));
    assert!(matches!(end, Err(FileError::CutShort { record: 1 })), "{end:?}");
    let (_, end) = all(&with("-1".to_owned()));
    assert!(matches!(end, Err(FileError::Header { record: 1, .. })), "{end:?}");
}

#[test]
fn what_was_read_before_a_break_stays() {
    let members = [gzip(&response("http://a.cn/1", "")), gzip(&response("http://a.cn/2", ""))].concat();
    let (heap, end) = all(&members[..members.len() - 30]);
    assert!(matches!(end, Err(FileError::CutShort { record: 2 })), "{end:?}");
    assert_eq!(heap.pages.len(), 1, "{heap:?}");
    let mut bent = members.clone();
    let at = members.len() - 60;
    bent[at] ^= 0x55;
    let (heap, end) = all(&bent);
    assert!(end.is_err() && heap.pages.len() == 1, "{end:?}");
}

#[test]
fn bombs_stop_at_their_limit() {
    let zeros = vec![b' '; 3 << 20];
    let inner = answer("Content-Encoding: gzip\r\n", &gzip(&zeros));
    let (heap, end) = all(&record("response", "http://a.cn/1", "", &inner));
    assert!(end.is_ok() && matches!(heap.damaged[0].2, PageError::Body(_)), "{heap:?}");

    let outer = gzip(&record("response", "http://a.cn/1", "", &answer("", &zeros)));
    let limits = Limits { body_bytes: 1 << 20, record_bytes: 64 << 20, total_bytes: 1 << 20, records: 10 };
    assert!(matches!(all_with(&outer, &limits).1, Err(FileError::Bomb { limit: 1_048_576 })));
    let limits = Limits { record_bytes: 1 << 20, total_bytes: 1 << 30, ..limits };
    let (heap, end) = all_with(&outer, &limits);
    assert!(end.is_ok() && matches!(heap.damaged[0].2, PageError::TooLarge { .. }), "{end:?}");

    let many = response("http://a.cn/1", "").repeat(11);
    assert!(matches!(all_with(&many, &limits).1, Err(FileError::TooMany { limit: 10 })));
    let endless = format!("WARC/1.0\r\nX: {}\r\n", "y".repeat(1 << 20));
    assert!(matches!(all(endless.as_bytes()).1, Err(FileError::Header { record: 1, .. })));
    let limits = Limits { record_bytes: 1 << 10, ..limits };
    let har = json!({"log": {"entries": [{"x": "y".repeat(1 << 20)}]}}).to_string();
    assert!(matches!(all_with(har.as_bytes(), &limits).1, Err(FileError::TooLarge { .. })));
    let nested = format!("{{\"log\":{{\"entries\":[{}", "[".repeat(100_000));
    assert!(matches!(all(nested.as_bytes()).1, Err(FileError::Json { entry: 0, .. })));
}

fn entry(url: &str, content: &Value) -> Value {
    json!({
        "startedDateTime": "2026-11-25T10:00:00.123+08:00", "serverIPAddress": "[2001:db8::1]",
        "request": {"method": "GET", "url": url, "headers": [{"name": "Sec-Fetch-Dest", "value": "document"}]},
        "response": {"status": 200, "content": content, "headers": [
            {"name": "Content-Type", "value": "text/html; charset=gb2312"}, {"name": "Content-Encoding", "value": "br"},
            {"name": "Set-Cookie", "value": "sid=secret"}]}
    })
}

#[test]
fn a_har_of_good_and_bad_entries() {
    let gbk = encoding_rs::GB18030.encode(PAGE).0.into_owned();
    let mut post = entry("https://a.cn/post", &json!({"mimeType": "application/json", "text": "{\"list\":[]}"}));
    post["request"]["method"] = json!("POST");
    post["request"]["postData"] = json!({"mimeType": "application/json", "text": "{\"page\":1}"});
    let mut unanswered = entry("https://a.cn/none", &json!({}));
    unanswered["response"]["status"] = json!(0);
    let mut wrong = entry("https://a.cn/wrong", &json!({}));
    wrong["response"]["status"] = json!("200");
    let har = json!({"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [], "entries": [
        entry("https://a.cn/text", &json!({"mimeType": "text/html", "text": PAGE})),
        entry("https://a.cn/gbk", &json!({"mimeType": "text/html", "encoding": "base64", "text": BASE64.encode(&gbk)})),
        post,
        entry("https://a.cn/missing", &json!({"mimeType": "text/html", "size": 5})),
        unanswered,
        entry("https://a.cn/a.js", &json!({"mimeType": "text/javascript", "text": "x"})),
        entry("https://a.cn/bad64", &json!({"mimeType": "text/html", "encoding": "base64", "text": "五"})),
        wrong,
        {"request": 7},
        entry("https://a.cn/last", &json!({"mimeType": "text/html", "text": PAGE})),
    ]}});
    let (heap, end) = all(format!("\u{feff}{har}").as_bytes());
    assert_eq!(end.expect("whole"), Format::Har);
    let urls: Vec<&str> = heap.pages.iter().map(|page| page.url.as_str()).collect();
    assert_eq!(urls, ["https://a.cn/text", "https://a.cn/gbk", "https://a.cn/post", "https://a.cn/last"]);
    let (text, raw, post) = (&heap.pages[0], &heap.pages[1], &heap.pages[2]);
    let header = |page: &RecordedPage, name| http::find(&page.headers, name).map(str::to_owned);
    assert_eq!(header(text, "content-type").as_deref(), Some("text/html; charset=utf-8"), "the browser decoded it");
    assert_eq!(header(text, "content-encoding"), None);
    assert_eq!(header(text, "set-cookie"), None);
    assert_eq!(
        (raw.body.as_slice(), header(raw, "content-type").as_deref()),
        (gbk.as_slice(), Some("text/html; charset=gb2312"))
    );
    assert_eq!((post.method.as_str(), post.post_body.as_deref()), ("POST", Some("{\"page\":1}")));
    assert_eq!(text.recorded_at, "2026-11-25T02:00:00.123Z".parse().ok());
    assert_eq!((text.ip, text.looked_at), ("2001:db8::1".parse().ok(), Some(true)));
    assert_eq!(heap.pages[3].where_in_file, "第 10 条记录");
    let why: Vec<Skip> = heap.skipped.iter().map(|(_, why)| *why).collect();
    assert_eq!(why, [Skip::NoContent, Skip::NoContent, Skip::Resource]);
    let faults: Vec<String> = heap.damaged.iter().map(|(place, _, error)| format!("{place} {error}")).collect();
    assert!(faults[0].starts_with("第 7 条记录 base64"), "{faults:?}");
    assert!(faults[1].contains("/response/status") && faults[1].contains("\"200\""), "{faults:?}");
    assert!(faults[2].contains("/request/url") && faults.len() == 3, "{faults:?}");

    let text = har.to_string();
    let (heap, end) = all(&text.as_bytes()[..text.len() - 40]);
    assert!(matches!(end, Err(FileError::Json { entry: 9, .. })), "{end:?}");
    assert_eq!(heap.pages.len(), 3);
    assert!(matches!(all(b"{\"log\":{}}").1, Err(FileError::NoEntries)));
    assert!(matches!(all(b"{\"a\":1}").1, Err(FileError::NoEntries)));
}

fn wacz(break_digest: bool, list_archive: bool) -> Vec<u8> {
    let archive = gzip(&[response("http://a.cn/1", ""), response("http://a.cn/frame", "")].concat());
    let pages =
        b"{\"format\":\"json-pages-1.0\",\"id\":\"pages\"}\n{\"url\":\"http://a.cn/1\",\"title\":\"t\"}\n".to_vec();
    let files = [("archive/data.warc.gz", archive), ("pages/pages.jsonl", pages)];
    let resources: Vec<Value> = files
        .iter()
        .filter(|(path, _)| list_archive || !path.starts_with("archive"))
        .map(|(path, bytes)| {
            let digest = sha256_hex(if break_digest { b"x" } else { bytes });
            json!({"name": path, "path": path, "hash": format!("sha256:{digest}"), "bytes": bytes.len()})
        })
        .collect();
    let package = json!({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).to_string();
    let seal =
        json!({"path": "datapackage.json", "hash": format!("sha256:{}", sha256_hex(package.as_bytes()))}).to_string();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in files
        .iter()
        .map(|(name, bytes)| (*name, bytes.as_slice()))
        .chain([("datapackage.json", package.as_bytes()), ("datapackage-digest.json", seal.as_bytes())])
    {
        zip.start_file(name, options).expect("a new member");
        zip.write_all(bytes).expect("a vector takes all");
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn a_wacz_is_read_only_when_its_digests_hold() {
    let (heap, end) = all(&wacz(false, true));
    assert_eq!(end.expect("whole"), Format::Wacz);
    let seen: Vec<_> = heap.pages.iter().map(|page| (page.url.as_str(), page.looked_at)).collect();
    assert_eq!(seen, [("http://a.cn/1", Some(true)), ("http://a.cn/frame", Some(false))]);
    assert_eq!(heap.pages[0].where_in_file, "archive/data.warc.gz 第 1 条记录");
    let (heap, end) = all(&wacz(true, true));
    let Err(FileError::Package { member, problem }) = end else { panic!("refused: {end:?}") };
    assert!(member == "archive/data.warc.gz" && problem.contains("SHA-256") && heap.pages.is_empty(), "{problem}");
    assert!(matches!(all(&wacz(false, false)).1, Err(FileError::Package { .. })), "an archive nobody lists");
    let whole = wacz(false, true);
    assert!(matches!(all(&whole[..whole.len() / 2]).1, Err(FileError::Zip(_))));
}

#[test]
fn a_page_saved_as_one_file() {
    let file = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.cn/1\r\nSubject: =?utf-8?Q?x?=\r\n\
        Date: Wed, 25 Nov 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\
        \tboundary=\"----B\"\r\n\r\n\r\n------B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\
        Content-Location: https://a.cn/1\r\n\r\n<p>=E5=88=9D=E4=B8=89=E6=95=B0=\r\n=E5=AD=A6</p>\r\n------B\r\n\
        Content-Type: text/html\r\nContent-Location: https://ads.cn/f\r\n\r\n<p>x</p>\r\n------B\r\nContent-Type: text/html\r\n\
        Content-Location: cid:f@b\r\n\r\n<p>y</p>\r\n------B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Location: https://a.cn/i.png\r\n\r\niVBORw0KGgo=\r\n------B--\r\n";
    let (heap, end) = all(file.as_bytes());
    assert_eq!(end.expect("whole"), Format::Mhtml);
    let page = &heap.pages[0];
    assert_eq!(String::from_utf8_lossy(&page.body).trim_end(), "<p>初三数学</p>");
    assert_eq!((page.looked_at, page.recorded_at), (Some(true), "2026-11-25T02:00:00Z".parse().ok()));
    assert_eq!((heap.pages.len(), heap.pages[1].looked_at), (2, Some(false)));
    assert_eq!(heap.skipped.len(), 2);
    let level = |at: usize| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n");
    let nested: Vec<String> = (0..5000).map(level).collect();
    let _ = all(format!("MIME-Version: 1.0\r\n{}", nested.concat()).as_bytes());
}

#[test]
fn files_that_are_no_recordings() {
    assert!(matches!(all(b"").1, Err(FileError::Empty)));
    assert!(matches!(all("联系人,电话\n".as_bytes()).1, Err(FileError::Unknown { .. })));
    let (heap, end) = all(PAGE.as_bytes());
    assert!(end.is_ok() && matches!(heap.damaged[0].2, PageError::NoAddress));
}

#[test]
fn a_sink_may_end_the_reading() {
    let har =
        json!({"log": {"entries": vec![entry("https://a.cn/1", &json!({"mimeType": "text/html", "text": PAGE})); 3]}});
    for file in [har.to_string().into_bytes(), response("http://a.cn/1", "").repeat(3), wacz(false, true)] {
        let mut found = 0;
        let end = read(Cursor::new(&file), &Limits::for_file(1 << 20, 1 << 20), &mut |_| {
            found += 1;
            ControlFlow::Break(())
        });
        assert!(end.is_ok() && found == 1, "{end:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, kind in 0..5_usize) {
        let begin = [b"WARC/1.0\r\n".as_slice(), b"{\"log\":{\"entries\":[", b"<!-- saved from url=(0001)", b"MIME-Version: 1.0\r\n", b"PK\x03\x04"];
        let _ = all(&bytes);
        let _ = all(&[begin[kind], &bytes].concat());
        let _ = all(&gzip(&[begin[0], &bytes].concat()));
    }

    #[test]
    fn a_bent_file_is_read_or_refused(at in any::<prop::sample::Index>(), byte: u8, which in 0..3_usize) {
        let mut file = match which {
            0 => wacz(false, true),
            1 => [response("http://a.cn/1", "X: y\r\n"), response("http://a.cn/2", "")].concat(),
            _ => json!({"log": {"entries": [entry("https://a.cn/1", &json!({"text": PAGE}))]}}).to_string().into_bytes(),
        };
        let at = at.index(file.len());
        file[at] = byte;
        let _ = all(&file);
    }
}
