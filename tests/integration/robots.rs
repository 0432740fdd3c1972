//! The robots.txt under which pages were asked for, in the archive.

use crate::support::{Pages, Site, definition, html, response, run, tanzhao};
use std::{path::Path, sync::Arc};
use tanzhao::{
    clock::SystemClock,
    evidence::{Capture, read_capture, sha256_hex},
    store::{Frontier, Listings, OriginalRow, sqlite::SqliteStore},
};

const TEXT: &[u8] = b"User-agent: *\nDisallow: /private/\n";

fn site(robots: Option<&[u8]>) -> Site {
    let mut pages = Pages::from([
        ("/".into(), html("<a class=t href='/ad/1'>1</a>")),
        ("/ad/1".into(), html("<h1>初二数学</h1><div class=desc>一对一</div>")),
    ]);
    pages.extend(robots.map(|text| ("/robots.txt".into(), response("200 OK", "text/plain", text))));
    Site::start(pages)
}

fn sweep(dir: &Path, site: &Site) {
    std::fs::write(dir.join("site.toml"), definition(site)).expect("the definition");
    let (code, out, errors) = run(tanzhao(dir).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert_eq!(code, 0, "{out}{errors}");
}

/// Archived robots.txt, and the pages with the one each of them names.
async fn archive(dir: &Path) -> (Vec<OriginalRow>, Vec<(Capture, OriginalRow)>) {
    let data = dir.join("data");
    let store = SqliteStore::open_read_only(&data, Arc::new(SystemClock)).expect("the store");
    let rows = store.captures(None).await.expect("captures").into_iter().filter(|row| row.refers_to.is_none());
    let read = |warc: &str| read_capture(&std::fs::read(data.join(warc)).expect("the file")).expect("a capture");
    let pages = rows.map(|row| (read(&row.warc), row.robots.expect("a robots.txt")));
    (store.robots_archive().await.expect("robots.txt"), pages.collect())
}

#[tokio::test]
async fn every_page_names_the_archived_robots_txt_it_was_asked_under() {
    for (text, status, digest) in [(Some(TEXT), 200, sha256_hex(TEXT)), (None, 404, "none".to_owned())] {
        let (dir, site) = (tempfile::tempdir().expect("a folder"), site(text));
        sweep(dir.path(), &site);
        let (robots, pages) = archive(dir.path()).await;
        assert_eq!((robots.len(), pages.len()), (1, 2));
        let file = std::fs::read(dir.path().join("data").join(&robots[0].warc)).expect("the file");
        let archived = read_capture(&file).expect("a capture");
        assert_eq!(archived.status, status);
        assert!(archived.target_uri.ends_with("/robots.txt") && text.is_none_or(|text| archived.body == text));
        for (page, named) in pages {
            assert_eq!(named, robots[0]);
            assert_eq!(page.note("robots-txt-sha256"), Some(digest.as_str()));
            assert_eq!(page.note("robots-txt-archived-in"), Some(named.warc.as_str()));
            assert_eq!(page.note("robots-txt-archive-sha256"), Some(sha256_hex(&file).as_str()));
        }
    }
}

#[tokio::test]
async fn the_same_text_is_archived_once_and_stays_while_something_names_it() {
    let (dir, site) = (tempfile::tempdir().expect("a folder"), site(Some(TEXT)));
    let sql = |statement: &str| {
        let db = rusqlite::Connection::open(dir.path().join("data/tanzhao.db")).expect("the database");
        db.execute(statement, []).expect("a good statement")
    };
    let asked = || site.asked().iter().filter(|(_, path)| path == "/robots.txt").count();
    sweep(dir.path(), &site);
    sql("UPDATE hosts SET robots_expires_ms = 0");
    sweep(dir.path(), &site);
    assert_eq!((asked(), archive(dir.path()).await.0.len()), (2, 1));
    // A copy that an older version kept names no archived answer: it is asked for again.
    sql("UPDATE hosts SET robots_capture = NULL");
    sweep(dir.path(), &site);
    assert_eq!((asked(), archive(dir.path()).await.0.len()), (3, 1));

    let purge = || {
        sql("UPDATE captures SET stored_ms = 1000");
        let (code, out, errors) = run(tanzhao(dir.path()).arg("purge"));
        assert_eq!(code, 0, "{out}{errors}");
    };
    let (robots, _) = archive(dir.path()).await;
    let there = || dir.path().join("data").join(&robots[0].warc).is_file();
    purge();
    assert!(there(), "it is in force, and pages name it");
    sql("UPDATE hosts SET robots_capture = NULL");
    purge();
    assert!(there(), "pages name it");
    sql("UPDATE captures SET robots = NULL");
    purge();
    assert!(!there(), "nothing names it any more");
}
