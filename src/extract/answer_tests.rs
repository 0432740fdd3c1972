//! JSON list endpoints in the shapes that real ones have.

use super::*;
use crate::domain::SourceId;
use crate::sources::parse;

const DEFINITION: &str = r#"id = "api"
name = "列表接口"
kind = "mini_program"
status = "active"
legal_basis = "公开信息巡查"
responsible = "监管科"
robots = "开放"
hosts = ["api.example.cn"]
max_depth = 20

[url]
keep = ["id", "start", "cursor"]

[pace]
min_delay = "5s"
daily_budget = 300

[expect]
listings_per_index = [1, 50]

[[entry]]
role = "api"
url = "https://api.example.cn/list"
body = '{"query":{"size":2}}'

[[page]]
role = "api"
url_pattern = '^https://api\.example\.cn/list'

[page.items]
each = "/data/list"
address = "/item?id={/id}"
html = ["body", "title"]

[page.items.fields]
title = "/subject"
body = "/content"
price = "/price"
posted_at = "/time"

[page.paging]
kind = "cursor"
pointer = "/data/next"
more = "/data/more"
body = "/query/cursor"
max = 20
"#;

fn answer(definition: &str, body: Option<&str>, text: &str) -> Extraction {
    let manifest = parse("api.toml", definition)
        .unwrap_or_else(|list| panic!("{}", list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
    let url = "https://api.example.cn/list";
    let page = FetchedPage {
        source: SourceId("api".into()),
        role: PageRole::Api,
        request: Request { url: url.into(), post_body: body.map(str::to_owned) },
        final_url: url.into(),
        status: 200,
        headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
        body: text.into(),
        fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
    };
    extract(&page, &manifest)
}

const ROWS: &str = r#"{"data":{"list":[
    {"id":"7","subject":"初三&middot;数学","content":"<p>周末小班<br>一次&yen;80</p><p>微信&nbsp;lh0421</p><script>x()</script>","price":80,"time":"1763913600"},
    {"id":8,"subject":"二手桌","content":"价钱 < 100 & 自提\n带椅子","price":"50元","time":1763913600000}
  ],"next":"c2","more":"1"}}"#;

#[test]
fn html_in_strings_and_numbers_in_either_form() {
    let extraction = answer(DEFINITION, Some(r#"{"query":{"size":2}}"#), ROWS);
    assert_eq!(extraction.gate, Gate::Content);
    let seen: Vec<_> =
        extraction.listings.iter().map(|one| (one.title.as_str(), one.body.as_str(), one.price.as_deref())).collect();
    assert_eq!(
        seen,
        [
            ("初三·数学", "周末小班\n一次¥80\n微信 lh0421", Some("80")),
            ("二手桌", "价钱 < 100 & 自提\n带椅子", Some("50元")),
        ]
    );
    assert!(extraction.listings.iter().all(|one| one.posted_at == "2025-11-24".parse().ok()));
    assert_eq!(extraction.listings[1].canonical_url.as_str(), "https://api.example.cn/item?id=8");
}

#[test]
fn the_first_post_has_no_cursor_and_the_second_has() {
    let next = |body: &str, text: &str| {
        let links = answer(DEFINITION, Some(body), text).links;
        links.first().and_then(|link| link.request.post_body.clone())
    };
    let second = next(r#"{"query":{"size":2}}"#, ROWS).expect("a second page");
    assert_eq!(second, r#"{"query":{"size":2,"cursor":"c2"}}"#);
    let third = next(&second, &ROWS.replace("c2", "c3")).expect("a third page");
    assert_eq!(third, r#"{"query":{"size":2,"cursor":"c3"}}"#);
    for end in [r#""next":"","more":"1""#, r#""next":"c9","more":"0""#, r#""next":null,"more":true"#, r#""next":"c9""#]
    {
        assert_eq!((end, next(&second, &ROWS.replace(r#""next":"c2","more":"1""#, end))), (end, None));
    }
}

#[test]
fn wrappers_are_taken_off_and_said() {
    for (before, after, note) in [
        ("jsonp_123(", ");", "a JSONP call around the JSON taken off"),
        (" window.app.cb ( ", " ) ", "a JSONP call around the JSON taken off"),
        (")]}',\n", "", "a guard before the JSON taken off"),
        ("/**/cb(", ")", "a JSONP call around the JSON taken off"),
        ("while(1);", "", "a guard before the JSON taken off"),
    ] {
        let extraction = answer(DEFINITION, None, &format!("{before}{ROWS}{after}"));
        assert_eq!((before, extraction.listings.len()), (before, 2));
        assert!(extraction.notes.iter().any(|said| said == note), "{before}: {:?}", extraction.notes);
    }
    for text in ["cb({\"data\":", "alert(1);x(2)", "()", "cb()"] {
        assert!(matches!(answer(DEFINITION, None, text).gate, Gate::Unreadable(_)), "{text}");
    }
}

#[test]
fn offsets_count_rows() {
    let paging = DEFINITION.find("[page.paging]").expect("the last table");
    let definition =
        format!("{}[page.paging]\nkind = \"offset\"\nparam = \"start\"\nstep = 2\nmax = 4\n", &DEFINITION[..paging]);
    let extraction = answer(&definition, None, ROWS);
    assert_eq!(extraction.links[0].request.url, "https://api.example.cn/list?start=2");
    let wrong = |from: &str, to: &str| {
        let list = parse("a.toml", &definition.replacen(from, to, 1)).expect_err("a wrong definition");
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(wrong("max = 4", "max = 1"), @"a.toml:45: page[0].paging.max: found 1, expected at least `step`, which is 2");
    insta::assert_snapshot!(wrong("step = 2\n", ""), @"a.toml:41: page[0].paging.step: found nothing, expected the rows of one page");
    insta::assert_snapshot!(wrong("\"title\"]", "\"author\"]"), @"a.toml:33: page[0].items.html[1]: found `author`, expected a field of this table that is read from JSON");
    insta::assert_snapshot!(wrong("each = ", "drop = \".x\"\neach = "), @"a.toml:30: page[0].items.drop: found selectors, expected no such field on a JSON page");
}

#[test]
fn links_into_traps_are_dropped_and_counted() {
    let definition =
        DEFINITION.replace("[page.items]", "[[page.link]]\npointer = \"/data/links\"\nto = \"api\"\n[page.items]");
    let long = format!("/list?q={}", "a".repeat(2_100));
    let text = format!(
        r#"{{"data":{{"list":[{{"id":1,"content":"九成新书桌"}}],"links":["/list/a/b/a/b/a/b","/list/2061/01/","/list/2062/01/","/list?id=3","{long}"]}}}}"#
    );
    let extraction = answer(&definition, None, &text);
    let links: Vec<_> = extraction.links.iter().map(|link| link.request.url.as_str()).collect();
    assert_eq!(links, ["https://api.example.cn/list?id=3"]);
    let notes: Vec<_> = extraction.notes.iter().filter(|note| note.contains("trap")).collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert_eq!(
        notes[0],
        "2 links dropped as traps: a calendar without end, first `https://api.example.cn/list/2061/01/`"
    );
}
