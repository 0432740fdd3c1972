//! The same page again: archived without its body, readable with it, and never without its original.

use crate::support::{Pages, Site, definition, html, run, tanzhao, with_headers};
use std::sync::Arc;
use tanzhao::{
    clock::SystemClock,
    store::{Listings, sqlite::SqliteStore},
};

#[test]
fn a_second_sweep_refers_to_the_first_and_the_original_cannot_be_purged_unseen() {
    let ad = "<h1>初三数学一对一</h1><div class=desc>在职老师,初三数学一对一,双塔区,电话13904210001,一小时200元</div>";
    let site =
        Site::start(Pages::from([("/".into(), html("<a class=t href='/ad/1'>1</a>")), ("/ad/1".into(), html(ad))]));
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    for _ in 0..2 {
        let (code, _, errors) = run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
        assert_eq!(code, 0, "{errors}");
    }
    let data = dir.path().join("data");
    let store = SqliteStore::open_read_only(&data, Arc::new(SystemClock)).expect("the store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let rows = runtime.block_on(store.captures(None)).expect("captures");
    // The list page twice, the advertisement once: it is asked again only after a week.
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2].refers_to.as_ref().map(|original| original.id), Some(rows[0].id));
    assert!(rows.iter().all(|row| row.offset > 0));
    assert_eq!(runtime.block_on(store.revisits_of(rows[0].id)).expect("revisits"), [rows[2].id]);
    assert_eq!(runtime.block_on(store.revisits_of(rows[1].id)).expect("revisits"), []);
    drop(store);

    let (code, out, errors) = run(tanzhao(dir.path()).args(["reprocess", "--sources", "site.toml"]));
    assert_eq!(code, 0, "{out}{errors}");
    let db = rusqlite::Connection::open(data.join("tanzhao.db")).expect("the database");
    db.execute_batch("PRAGMA foreign_keys = ON").expect("as the store has it");
    let refused = db.execute("DELETE FROM captures WHERE id = ?1", [rows[0].id.0]).expect_err("a revisit rests on it");
    assert!(refused.to_string().contains("FOREIGN KEY"), "{refused}");
    std::fs::remove_file(data.join(&rows[0].warc)).expect("the original's file");
    let (code, out, _) = run(tanzhao(dir.path()).args(["reprocess", "--sources", "site.toml"]));
    assert_eq!(code, 3, "both the original and its revisit are reported: {out}");
    assert_eq!(out.matches(rows[0].warc.as_str()).count(), 3, "{out}");
}

#[test]
fn a_page_that_says_it_has_not_changed_is_not_sent_again_and_still_leads_on() {
    let list = with_headers(
        "200 OK",
        "Content-Type: text/html; charset=utf-8\r\nETag: \"v1\"\r\n",
        "<a class=t href='/ad/1'>1</a>".as_bytes(),
    );
    let ad = html("<h1>闲置书桌</h1><div class=desc>九成新书桌一张,自提,双塔区</div>");
    let site = Site::start(Pages::from([("/".into(), list), ("/ad/1".into(), ad)]));
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let sweep =
        || run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml", "--report", "r.json"]));
    assert_eq!(sweep().0, 0);
    let (code, _, errors) = sweep();
    assert_eq!(code, 0, "{errors}");
    let report = std::fs::read_to_string(dir.path().join("r.json")).expect("the report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let outcomes: Vec<&str> =
        report["pages"].as_array().expect("pages").iter().filter_map(|page| page["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["unchanged"], "the list was asked and had not changed; its listing is not due");
    let data = dir.path().join("data");
    let store = SqliteStore::open_read_only(&data, Arc::new(SystemClock)).expect("the store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let rows = runtime.block_on(store.captures(None)).expect("captures");
    assert_eq!(rows.last().and_then(|row| row.refers_to.as_ref()).map(|original| original.id), Some(rows[0].id));
}

#[test]
fn a_page_whose_archive_is_gone_is_asked_for_whole_again() {
    let list = with_headers("200 OK", "Content-Type: text/html\r\nETag: \"v1\"\r\n", b"<a class=t href='/ad/1'>1</a>");
    let site = Site::start(Pages::from([
        ("/".into(), list),
        ("/ad/1".into(), html("<h1>桌</h1><div class=desc>书桌一张</div>")),
    ]));
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let sweep = || run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert_eq!(sweep().0, 0);
    std::fs::remove_dir_all(dir.path().join("data/captures")).expect("the archive");
    let (code, out, errors) = sweep();
    assert_eq!(code, 0, "{out}{errors}");
    let data = dir.path().join("data");
    let store = SqliteStore::open_read_only(&data, Arc::new(SystemClock)).expect("the store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let rows = runtime.block_on(store.captures(None)).expect("captures");
    let newest = rows.last().expect("a capture");
    assert!(rows.len() == 3 && newest.refers_to.is_none(), "the list is archived whole again: {out}{errors}");
    assert!(data.join(&newest.warc).is_file());
}

#[test]
fn a_site_that_changed_its_pages_is_quarantined_until_somebody_looks() {
    let list = html("<a class=t href='/ad/1'>1</a><a class=t href='/ad/2'>2</a>");
    let ad = |n: u32| html(&format!("<h2>新版页面 {n}</h2><section>定义找不到这里的字</section>"));
    let pages = Pages::from([("/".into(), list), ("/ad/1".into(), ad(1)), ("/ad/2".into(), ad(2))]);
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let (_, out, errors) = run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert!(out.contains("已隔离"), "{out}{errors}");
    let (_, out, _) = run(tanzhao(dir.path()).args(["status"]));
    assert!(out.contains("已隔离") && out.contains("source release"), "{out}");
    let before = site.asked().len();
    run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert_eq!(site.asked().len(), before, "nothing of a quarantined source is asked");
    assert_eq!(run(tanzhao(dir.path()).args(["source", "release", "test-site"])).0, 0);
    assert_eq!(run(tanzhao(dir.path()).args(["source", "release", "test-site"])).0, 2, "there is none any more");
    run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert!(site.asked().len() > before);
    let (code, out, _) = run(tanzhao(dir.path()).args(["audit", "list"]));
    assert!(code == 0 && out.contains("隔离来源") && out.contains("解除来源隔离"), "{out}");
}
