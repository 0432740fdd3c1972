//! Listings brought into a store as one recording, for tests and benches; included by path where it is needed.

use tanzhao::{
    domain::{Listing, PageRole, SourceId},
    store::{ImportKind, Imports, NewImport, Recorded, RecordedCapture, SavedCapture, sqlite::SqliteStore},
};

/// Stores listings of one page; `number` tells recordings apart.
pub async fn bring(store: &SqliteStore, listings: Vec<Listing>, number: usize) {
    let fetched_at = "2026-12-01T02:00:00Z".parse().expect("a time");
    let capture = SavedCapture {
        warc: "captures/a.warc.gz".into(),
        offset: 0,
        sha256: "0".repeat(64),
        payload_sha256: "0".repeat(64),
        url: "http://a.cn/".into(),
        fetched_at,
        status: 200,
        refers_to: None,
        robots: None,
    };
    let page = RecordedCapture { capture, source: SourceId("one".into()), role: PageRole::Index, listings };
    let import = NewImport {
        kind: ImportKind::Capture,
        file: "a.har".into(),
        sha256: format!("{number:064}"),
        bytes: 1,
        by: "王".into(),
        at: fetched_at,
    };
    let recording = Box::new([Recorded::Page(Box::new(page)), Recorded::End].into_iter());
    store.add_recording(import, recording).await.expect("a recording").expect("a new one");
}
