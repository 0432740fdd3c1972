//! Pages that are not what they say: each gets a recorded reason, the rest goes on.

use crate::support::{Pages, Site, definition, html, response, run, tanzhao, with_headers};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    with_headers("200 OK", "Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n", bytes)
}

#[test]
fn every_trap_has_its_reason_and_the_good_pages_come_home() {
    let ad = |text: &str| format!("<h1>闲置书桌</h1><div class=desc>{text}</div>");
    let (gb, _, _) = encoding_rs::GB18030
        .encode("<h1>国标编码的页面</h1><div class=desc>声明写的是别的字符集,看得懂就行,九成新书桌一张</div>");
    let truncated = {
        let whole = gzip(ad("截断").repeat(500).as_bytes());
        whole[..whole.len() / 2].to_vec()
    };
    let nested = format!("{}{}", "<div>".repeat(50_000), ad("五万层嵌套之内"));
    let mut lying = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n".to_vec();
    lying.extend_from_slice(b"<h1>short</h1>");
    let traps: Vec<(&str, Vec<u8>)> = vec![
        ("good", html(&ad("正常的一页,书桌一张,自提"))),
        ("gb", response("200 OK", "text/html; charset=utf-8", &gb)),
        ("zipped", gzipped(&gzip(ad("压缩过的正常页面,书桌一张").as_bytes()))),
        ("nested", html(&nested)),
        (
            "invalid",
            response(
                "200 OK",
                "text/html; charset=utf-8",
                b"<h1>\xff\xfe\x80</h1><div class=desc>\xc3\x28\xa0\xa1 \xe2\x82</div>",
            ),
        ),
        ("truncated", gzipped(&truncated)),
        ("bomb", gzipped(&gzip(&vec![b' '; 64 << 20]))),
        ("huge", response("200 OK", "text/html", &vec![b'a'; 50 << 20])),
        ("binary", response("200 OK", "text/html", &(0..=255_u8).cycle().take(40_000).collect::<Vec<u8>>())),
        ("empty", html("")),
        ("lying", lying),
        ("reset", b"HTTP/1.1 2".to_vec()),
        ("loop", with_headers("302 Found", "Location: /ad/loop\r\n", b"")),
        ("inside", with_headers("302 Found", "Location: http://169.254.169.254/latest\r\n", b"")),
        (
            "captcha",
            html(
                "<title>安全验证</title><div id=captcha>请完成验证码后继续访问</div><form><input name=captcha></form>",
            ),
        ),
    ];
    let links: String =
        traps.iter().map(|(name, _)| format!("<a class=t href='/ad/{name}'>{name}</a>")).collect::<Vec<_>>().concat();
    let mut pages: Pages = traps.into_iter().map(|(name, bytes)| (format!("/ad/{name}"), bytes)).collect();
    pages.insert("/".into(), html(&links));
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    // A broken connection is tried again half a minute later; the sweep does not wait for it here.
    std::fs::write(dir.path().join("tanzhao.toml"), "[crawl]\nidle_limit_seconds = 5\ntimeout_seconds = 20\n")
        .expect("the configuration");
    let (code, _, errors) =
        run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml", "--report", "report.json"]));
    assert_eq!(code, 3, "done in part: {errors}");
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("report.json")).expect("the report"))
            .expect("JSON");
    let reason = |name: &str| {
        let end = format!("/ad/{name}");
        report["pages"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|page| page["example"].as_str().is_some_and(|url| url.ends_with(&end)))
            .map(|page| {
                (page["outcome"].as_str().unwrap_or("").to_owned(), page["reason"].as_str().unwrap_or("").to_owned())
            })
    };
    for (name, outcome, words) in [
        ("truncated", "failed", ""),
        ("bomb", "failed", ""),
        ("huge", "failed", "larger than"),
        ("lying", "failed", ""),
        ("inside", "failed", "out of scope"),
        ("loop", "failed", "own canonical address"),
        ("captcha", "blocked", "captcha"),
    ] {
        let (found, why) = reason(name).unwrap_or_else(|| panic!("{name} has no line of its own in {report:#}"));
        assert_eq!(found, outcome, "{name}: {why}");
        assert!(!why.is_empty() && why.contains(words), "{name}: {why}");
    }
    assert!(!site.asked().iter().any(|(_, path)| path.contains("latest")));
    let (_, listings, _) = run(tanzhao(dir.path()).args(["export", "listings", "--output", "-"]));
    for text in ["正常的一页", "国标编码的页面", "压缩过的正常页面"] {
        assert!(listings.contains(text), "{text} came home: {listings}");
    }
    assert!(!listings.contains("captcha"));
}

#[test]
fn robots_that_cannot_be_read_close_the_host() {
    let mut pages = Pages::new();
    pages.insert("/robots.txt".into(), response("503 Service Unavailable", "text/plain", b""));
    pages.insert("/".into(), html("<a class=t href='/ad/1'>1</a>"));
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert_eq!(code, 0x3, "{errors}");
    assert!(out.contains("robots.txt 读取失败（状态 503）"), "{out}");
    assert!(site.asked().iter().all(|(_, path)| path == "/robots.txt"), "nothing else was asked");
}
