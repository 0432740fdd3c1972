//! Pages recorded by hand, from the file to the lead.

use crate::support::{run, tanzhao};
use serde_json::{Value, json};
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use tanzhao::{
    app::{App, builtin, import_report::ImportReport, importing::import_captures, rereading, sweep::built_in_sources},
    config::Config,
    domain::{ListingId, PageRole, Request, SourceId},
    evidence::{CaptureRecord, Circumstances, read_capture, write_capture},
    sources::Registry,
    store::{ImportKind, NewImport, Recorded, RecordedCapture, SavedCapture, StoreError},
};

const DETAIL: &str = "https://chaoyang.58.com/jiajiao/51234567890123x.shtml";

/// A page as chaoyang-58.toml describes it, invented.
fn detail(title: &str, text: &str) -> String {
    format!(
        "<html><head><title>{title}</title></head><body><div class=mainTitle><h1>{title}</h1></div><ul><li class=time>2026-11-24</li></ul>\
         <div class=description_con>{text}</div><div class=shopinfo><h2>小李</h2></div></body></html>"
    )
}

fn offer() -> String {
    detail("初二数xue一V一", "提分快,①⑨⑨⓪④②①③③⑤⑤,双塔区凌河街道,一次90")
}

fn entry(url: &str, status: u16, time: &str, html: &str) -> Value {
    json!({
        "startedDateTime": time,
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": status, "headers": [{"name": "Content-Type", "value": "text/html; charset=gbk"}],
            "content": {"mimeType": "text/html", "text": html}}
    })
}

fn har(dir: &Path, name: &str, entries: &[Value]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, json!({"log": {"version": "1.2", "entries": entries}}).to_string()).expect("a file");
    path
}

async fn imported(app: &App, files: &[PathBuf]) -> ImportReport {
    let registry = Registry::new(built_in_sources(&[]).expect("the committed definitions")).expect("ids once");
    let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
    import_captures(app, &Config::default(), registry, toolkit, files, "张三").await.expect("an import")
}

#[test]
fn a_recorded_page_of_a_closed_platform_becomes_a_lead() {
    let dir = tempfile::tempdir().expect("a folder");
    let wall = "<html><title>请输入验证码</title><body><div class=captcha>请拖动滑块完成验证</div></body></html>";
    let time = "2026-11-25T10:00:00+08:00";
    let index =
        "<html><body><ul><li><a class=t href=/jiajiao/51234567890123x.shtml>初二数xue</a></li></ul></body></html>";
    har(
        dir.path(),
        "record.har",
        &[
            entry(DETAIL, 200, time, &offer()),
            entry("https://chaoyang.58.com/jiajiao/", 200, time, index),
            entry("https://chaoyang.58.com/jiajiao/61234567890123x.shtml", 200, time, wall),
            entry("https://chaoyang.58.com/jiajiao/71234567890123x.shtml", 404, time, "<h1>没有了</h1>"),
        ],
    );
    let import = || {
        run(tanzhao(dir.path()).args(["import", "capture", "record.har", "--by", "张三", "--report", "report.json"]))
    };
    let (code, out, errors) = import();
    assert_eq!(code, 0, "{out}{errors}");
    assert!(out.contains("验证码页面") && out.contains("页面不存在或已删除"), "{out}");
    let report: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("report.json")).expect("a report")).expect("JSON");
    let pages = report["files"][0]["pages"].as_array().expect("pages");
    let seen: Vec<_> =
        pages.iter().map(|page| (page["outcome"].as_str().unwrap_or(""), page["kept"] == true)).collect();
    assert_eq!(seen, [("read", true), ("read", true), ("not_content", false), ("not_content", false)]);
    assert_eq!((&pages[0]["source"], &pages[0]["listings"]), (&json!("chaoyang-58"), &json!(1)));

    let (_, listings, _) = run(tanzhao(dir.path()).args(["export", "listings", "--output", "-"]));
    let listing: Value = serde_json::from_str(listings.trim()).expect("one listing");
    assert_eq!((&listing["source"], &listing["url"]), (&json!("chaoyang-58"), &json!(DETAIL)));
    assert!(listing["score"].as_f64().expect("a score") > 0.6, "{listing:#}");
    assert_eq!(listing["contacts"][0]["value"], "19904213355");
    assert_eq!(listing["posted_at"], "2026-11-24");
    assert_eq!(listing["fetched_at"], "2026-11-25T02:00:00Z");
    assert!(listing["lead"].is_number() || listing["lead"].is_string(), "{listing:#}");
    let warc = dir.path().join("data").join(listing["snapshot"]["warc"].as_str().expect("a capture"));
    let capture = read_capture(&std::fs::read(warc).expect("the archived page")).expect("our own file");
    assert_eq!(capture.body, offer().into_bytes());
    let sha256 = report["files"][0]["sha256"].as_str();
    assert_eq!(capture.note("import-file-sha256"), sha256);
    for (name, value) in [
        ("imported", "yes"),
        ("import-file", "record.har"),
        ("import-position", "第 1 条记录"),
        ("recorded-at", "2026-11-25T02:00:00Z"),
        ("date-from", "claimed by the recording"),
        ("imported-by", "张三"),
    ] {
        assert_eq!(capture.note(name), Some(value), "{name}");
    }

    let (_, status, _) = run(tanzhao(dir.path()).args(["status", "--json"]));
    let status: Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!((&status["hosts"], &status["pages"]), (&json!([]), &json!([])), "nothing is queued, no host is known");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["reprocess"]));
    assert_eq!(code, 0, "archived recordings are read again: {out}{errors}");
    assert!(out.contains("重读存证 2 份，信息 1 条"), "{out}");

    std::fs::rename(dir.path().join("record.har"), dir.path().join("again.har")).expect("another name");
    let (code, out, _) = run(tanzhao(dir.path()).args(["import", "capture", "again.har", "--by", "李四"]));
    assert_eq!(code, 0);
    assert!(out.contains("已导入过") && out.contains("张三") && out.contains("没有任何改动"), "{out}");
    let (_, after, _) = run(tanzhao(dir.path()).args(["export", "listings", "--output", "-"]));
    assert_eq!(after, listings);
}

#[test]
fn refused_and_half_read_files_have_their_exit_codes() {
    let dir = tempfile::tempdir().expect("a folder");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["import", "capture", "absent.har"]));
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("absent.har") && !dir.path().join("data").exists(), "nothing was touched: {errors}");

    std::fs::write(dir.path().join("empty.har"), "").expect("a file");
    std::fs::write(dir.path().join("no.wacz"), wacz(&format!("sha256:{}", "0".repeat(64)))).expect("a file");
    let (code, out, _) = run(tanzhao(dir.path()).args(["import", "capture", "empty.har", "no.wacz"]));
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("文件是空的") && out.contains("整包不予导入") && out.contains("archive/a.warc"), "{out}");

    std::fs::write(dir.path().join("data/captures"), "a file where the folder should be").expect("a file");
    har(dir.path(), "good.har", &[entry(DETAIL, 200, "2026-11-25T10:00:00+08:00", &offer())]);
    let (code, out, _) = run(tanzhao(dir.path()).args(["import", "capture", "good.har"]));
    assert!(code == 2 && out.contains("存档写入失败，本文件未导入") && out.contains("保存网页 0 份"), "{out}");
    std::fs::remove_file(dir.path().join("data/captures")).expect("the file");
    let (code, out, _) = run(tanzhao(dir.path()).args(["import", "capture", "good.har"]));
    assert!(code == 0 && out.contains("good.har：已导入\n"), "nothing was remembered of the failure: {out}");

    let whole = har(dir.path(), "cut.har", &[entry(DETAIL, 200, "2026-11-25T10:00:00+08:00", &offer())]);
    let text = std::fs::read(&whole).expect("the file");
    std::fs::write(&whole, &text[..text.len() - 2]).expect("a shorter file");
    let (code, out, _) = run(tanzhao(dir.path()).args(["import", "capture", "cut.har", "empty.har"]));
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("HAR 的 JSON 在第 1 个条目处损坏") && out.contains("保存网页 1 份"), "{out}");
}

/// A WACZ whose only archive is stated to have this digest.
fn wacz(hash: &str) -> Vec<u8> {
    let package = json!({"resources": [{"name": "a", "path": "archive/a.warc", "hash": hash, "bytes": 4}]}).to_string();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("archive/a.warc", "WARC"), ("datapackage.json", package.as_str())] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new member");
        zip.write_all(bytes.as_bytes()).expect("a vector takes all");
    }
    zip.finish().expect("a zip").into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_recording_leaves_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let import = NewImport {
        kind: ImportKind::Capture,
        file: "a.har".to_owned(),
        sha256: "a".repeat(64),
        bytes: 1,
        by: "张三".to_owned(),
        at: app.clock.now(),
    };
    let capture = SavedCapture {
        warc: "captures/a".to_owned(),
        offset: 0,
        sha256: "b".repeat(64),
        status: 200,
        url: "https://other.example.cn/post/1".to_owned(),
        fetched_at: app.clock.now(),
        payload_sha256: "c".repeat(64),
        refers_to: None,
        robots: None,
    };
    let page = RecordedCapture {
        capture,
        source: SourceId("recorded".to_owned()),
        role: PageRole::Detail,
        listings: Vec::new(),
    };
    let page = Recorded::Page(Box::new(page));
    let add = |pieces: Vec<Recorded>| app.imports.add_recording(import.clone(), Box::new(pieces.into_iter()));
    assert!(matches!(add(vec![page.clone()]).await, Err(StoreError::Abandoned)));
    assert!(app.listings.captures(None).await.expect("captures").is_empty());
    assert!(app.frontier.sweeps().await.expect("sweeps").is_empty());
    assert_eq!(add(vec![Recorded::End]).await.expect("no page"), None);
    assert!(add(vec![page.clone(), Recorded::End]).await.expect("a recording").is_some());
    assert_eq!(add(vec![page, Recorded::End]).await.expect("known"), None, "the same content once");
    assert_eq!(app.listings.captures(None).await.expect("captures").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_recording_never_overwrites_what_is_known_from_later() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let old = detail("初二数学", "旧的说法,19904213355");
    let files = [
        har(dir.path(), "new.har", &[entry(DETAIL, 200, "2026-11-25T10:00:00+08:00", &offer())]),
        har(dir.path(), "old.har", &[entry(DETAIL, 200, "2026-11-20T10:00:00+08:00", &old)]),
        // A time that cannot be is no reason to believe the page over others; the file's own time stands for it.
        har(
            dir.path(),
            "odd.har",
            &[entry("https://chaoyang.58.com/jiajiao/8x.shtml", 200, "2199-01-01T00:00:00Z", &old)],
        ),
    ];
    let report = imported(&app, &files).await;
    assert_eq!((report.kept(), report.complete(), report.assessed), (3, true, 2));
    for _ in 0..2 {
        let stored = app.listings.page(ListingId(0), 10).await.expect("listings");
        assert_eq!(stored.len(), 2);
        assert!(stored[0].listing.body.contains("提分快"), "{}", stored[0].listing.body);
        assert!(stored[1].listing.fetched_at <= app.clock.now());
        let registry = Registry::new(built_in_sources(&[]).expect("definitions")).expect("ids once");
        let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
        let again = rereading::reprocess(&app, &Config::default(), registry, toolkit, None).await.expect("a rereading");
        assert_eq!((again.captures, again.problems.len()), (3, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_pages_and_our_own_archives_without_a_definition() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let saved = dir.path().join("微信公众号.htm");
    let page = "<!DOCTYPE html>\n<!-- saved from url=(0024)https://mp.example.cn/s/1 -->\n<html><head><meta charset=utf-8>\
                <title>寒假班</title></head><body><h1>寒假集训</h1><p>初三数学物理冲刺,地址双塔区,电话19904213355</p></body></html>";
    // The page says UTF-8, its bytes are GB18030: the reading has to find out, as for a fetched page.
    std::fs::write(&saved, encoding_rs::GB18030.encode(page).0).expect("a file");

    let ours = dir.path().join("ours.warc.gz");
    let request = Request::get("https://other.example.cn/post/7");
    let mut file = Vec::new();
    let body = page.replace("寒假集训", "假期陪伴");
    let record = CaptureRecord {
        request: &request,
        request_headers: &[],
        final_url: &request.url,
        status: 200,
        raw_headers: &[("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        raw_body: body.as_bytes(),
        ip: None,
        fetched_at: "2026-11-20T02:00:00Z".parse().expect("a time"),
        robots_rule: String::new(),
        software: "test".to_owned(),
        notes: &[],
        circumstances: Circumstances::default(),
        revisit: None,
        rendition: None,
    };
    write_capture(&mut file, &record).expect("a vector takes all");
    std::fs::write(&ours, file).expect("a file");

    let report = imported(&app, &[saved, ours]).await;
    assert!(report.complete() && report.kept() == 2, "{report:#?}");
    let stored = app.listings.page(ListingId(0), 10).await.expect("listings");
    let titles: Vec<&str> = stored.iter().map(|one| one.listing.title.as_str()).collect();
    assert_eq!(titles, ["寒假集训", "假期陪伴"]);
    assert!(
        stored.iter().all(|one| one.listing.source.0 == "recorded" && one.listing.body.contains("初三数学物理冲刺"))
    );
    assert_eq!(stored[1].listing.fetched_at, record.fetched_at);
    assert!(stored.iter().all(|one| one.lead.is_some()), "judged and linked");
    let row = stored[1].capture.as_ref().expect("archived");
    let again = read_capture(&app.captures.load(&row.warc, &row.sha256).expect("as written")).expect("our own file");
    assert_eq!((again.body.as_slice(), again.fetched_at), (body.as_bytes(), record.fetched_at));
    assert_eq!(again.note("import-position"), Some("第 3 条记录"));
}
