//! The committed golden pages hold, and a definition that no longer fits is found out.

use super::golden::differences;
use crate::sources::{SourceManifest, parse_with};

const PORTS: [(&str, &str); 3] = [("SAMPLE_CLASSIFIED", "81"), ("SAMPLE_SOCIAL", "82"), ("SAMPLE_MINI", "83")];
const CLASSIFIED: &str = include_str!("../../seeds/sources/sample-classified.toml");
const INDEX: &[u8] = include_bytes!("../../seeds/sources/golden/sample-classified-index.html");
const DETAIL: &[u8] = include_bytes!("../../seeds/sources/golden/sample-classified-detail.html");

fn manifest(text: &str) -> SourceManifest {
    parse_with("x.toml", text, &PORTS)
        .unwrap_or_else(|list| panic!("{}", list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn shown(manifest: &SourceManifest, at: usize, body: &[u8]) -> String {
    let list = differences(manifest, &manifest.golden[at], body);
    let lines = list.iter().map(|one| format!("{}: expected {}, found {}", one.what, one.expected, one.found));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sample_definitions_fit_their_golden_pages() {
    for (text, pages) in [
        (CLASSIFIED, vec![INDEX, DETAIL]),
        (
            include_str!("../../seeds/sources/sample-social.toml"),
            vec![&include_bytes!("../../seeds/sources/golden/sample-social-api.json")[..]],
        ),
        (
            include_str!("../../seeds/sources/sample-mini.toml"),
            vec![&include_bytes!("../../seeds/sources/golden/sample-mini-share.html")[..]],
        ),
    ] {
        let manifest = manifest(text);
        assert_eq!(manifest.golden.len(), pages.len());
        for (at, page) in pages.into_iter().enumerate() {
            assert_eq!(shown(&manifest, at, page), "", "{}", manifest.golden[at].file);
        }
    }
}

#[test]
fn what_differs_is_named_field_by_field() {
    let changed = manifest(&CLASSIFIED.replace("span.poster", "span.author").replace("a[rel=next]", "a.more"));
    insta::assert_snapshot!(shown(&changed, 0, INDEX), @"links: expected 13, found 12");
    insta::assert_snapshot!(shown(&changed, 1, DETAIL), @"author: expected 塔下人家, found nothing");
    let moved = manifest(&CLASSIFIED.replace("h1.title", "h2").replace("div.desc", "div.text"));
    insta::assert_snapshot!(shown(&moved, 1, DETAIL), @r#"gate: expected Content, found Unreadable("no listing where the definition says")"#);
    let other = String::from_utf8_lossy(DETAIL).into_owned();
    assert!(shown(&manifest(CLASSIFIED), 1, other.replace("30", "35").as_bytes()).contains("price: expected 30元"));
}

#[test]
fn each_wrong_golden_page_has_a_sentence() {
    let problems = |from: &str, to: &str| {
        assert!(CLASSIFIED.contains(from), "`{from}` is not in the definition");
        let list = parse_with("x.toml", &CLASSIFIED.replacen(from, to, 1), &PORTS).expect_err("a wrong definition");
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let index = "golden/sample-classified-index.html";
    for wrong in ["../index.html", "/etc/passwd", "golden//x.html", "c:/x.html", "a\\\\b"] {
        let said = problems(index, wrong);
        assert!(said.contains("golden[0].file: found `") && said.contains("a path below the folder"), "{said}");
    }
    assert!(
        problems("expect = { links = 13 }", "expect = {}").contains("golden[0].expect.title: found nothing expected")
    );
    assert!(problems("links = 13", "link = 13").contains("golden[0].expect.link: found an unknown field"));
    assert!(
        problems("links = 13", "links = \"13\"")
            .contains("golden[0].expect.links: found `13`, expected a whole number")
    );
    assert!(problems("saved = 2026-11-25\nexpect", "expect").contains("golden[0].saved: found nothing"));
    assert!(problems("/jiaoyu/\"", "/ad/c1.html\"").contains("golden[0].url: found `http://127.0.0.1:81/ad/c1.html`"));
}
