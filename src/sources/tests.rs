use super::*;
use crate::domain::{PageRole, Request};
use url::Url;

const PORTS: [(&str, &str); 3] = [("SAMPLE_CLASSIFIED", "18081"), ("SAMPLE_SOCIAL", "18082"), ("SAMPLE_MINI", "18083")];

const GOOD: &str = r#"id = "bbs"
name = "本地论坛"
kind = "classified"
status = "active"
legal_basis = "公开信息巡查"
responsible = "监管科"
robots = "开放"
hosts = ["bbs.example.cn"]
max_depth = 5

[pace]
min_delay = "5s"
daily_budget = 300

[expect]
listings_per_index = [1, 50]

[[entry]]
role = "index"
url = "https://bbs.example.cn/list"

[[page]]
role = "index"
url_pattern = '^https://bbs\.example\.cn/list'

[[page.link]]
selector = "a.t"
to = "detail"

[[page]]
role = "detail"
url_pattern = '^https://bbs\.example\.cn/ad/'

[page.items.fields]
title = "h1"
body = "div.desc"
"#;

/// The problems of the good definition after one change.
fn problems(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "`{from}` is not in the definition");
    match parse("bbs.toml", &GOOD.replacen(from, to, 1)) {
        Ok(_) => "none".to_owned(),
        Err(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn the_seed_definitions_are_right() {
    let files = [
        ("sample-classified.toml", include_str!("../../seeds/sources/sample-classified.toml")),
        ("sample-social.toml", include_str!("../../seeds/sources/sample-social.toml")),
        ("sample-mini.toml", include_str!("../../seeds/sources/sample-mini.toml")),
        ("chaoyang-58.toml", include_str!("../../seeds/sources/chaoyang-58.toml")),
        ("chaoyang-baixing.toml", include_str!("../../seeds/sources/chaoyang-baixing.toml")),
        ("chaoyang-forum.toml", include_str!("../../seeds/sources/chaoyang-forum.toml")),
    ];
    let manifests = files.map(|(name, text)| {
        parse_with(name, text, &PORTS)
            .unwrap_or_else(|list| panic!("{}", list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
    });
    let registry = Registry::new(manifests.to_vec()).expect("distinct ids");
    assert_eq!(registry.len(), 6);
    assert!(registry.iter().all(|one| (one.status == Status::Active) == one.id.0.starts_with("sample-")));
    let url = Url::parse("http://127.0.0.1:18083/share/item?id=m1").expect("an address");
    assert_eq!(registry.owner(&url).map(|one| one.id.0.as_str()), Some("sample-mini"));
    assert!(Registry::new(vec![manifests[0].clone(), manifests[0].clone()]).is_err());
}

#[test]
fn scope_is_host_and_port() {
    let manifest = parse("x", GOOD).expect("the good definition");
    for (url, inside) in [
        ("https://bbs.example.cn/x", true),
        ("http://BBS.example.cn:80/x", true),
        ("http://bbs.example.cn:8080/x", false),
        ("https://example.cn/x", false),
        ("https://bbs.example.cn.evil.com/x", false),
        ("https://bbs.example.cn@evil.com/", false),
        ("ftp://bbs.example.cn/x", false),
    ] {
        assert_eq!((url, manifest.in_scope(&Url::parse(url).expect("an address"))), (url, inside));
    }
}

#[test]
fn pages_of_a_post_list_have_different_keys() {
    let manifest = parse("x", GOOD).expect("the good definition");
    let post = |body: &str| Request { url: "https://bbs.example.cn/api".into(), post_body: Some(body.into()) };
    assert_ne!(manifest.key(&post("{\"page\":1}")), manifest.key(&post("{\"page\":2}")));
    assert!(manifest.page_for(PageRole::Detail, "https://bbs.example.cn/list").is_none());
}

#[test]
fn each_kind_of_error_has_a_sentence() {
    insta::assert_snapshot!(problems("kind = ", "kinds = "), @r#"
    bbs.toml:1: kind: found nothing, expected classified, social, mini_program, sms or other
    bbs.toml:3: kinds: found an unknown field, expected one of budget, charset, closed, entry, expect, golden, hosts, id, kind, legal_basis, max_depth, name, operator, pace, page, render, render_hosts, responsible, robots, since, site_city, status, url
    "#);
    insta::assert_snapshot!(problems("\"classified\"", "\"clasified\""), @"bbs.toml:3: kind: found `clasified`, expected classified, social, mini_program, sms or other");
    insta::assert_snapshot!(problems("max_depth = 5", "max_depth = \"5\""), @"bbs.toml:9: max_depth: found `5`, expected a whole number from 0 to 100");
    insta::assert_snapshot!(problems("status = \"active\"", "status = \"unverified\""), @"bbs.toml:1: since: found nothing, expected the day the unverified definition was written");
    insta::assert_snapshot!(problems("\"5s\"", "\"200ms\""), @r#"bbs.toml:12: pace.min_delay: found `200ms`, expected at least "1s" for a host that is not loopback"#);
    insta::assert_snapshot!(problems("[1, 50]", "[50, 1]"), @"bbs.toml:16: expect.listings_per_index: found an array of 2, expected two whole numbers [least, most], the first not above the second");
    insta::assert_snapshot!(problems("\"bbs.example.cn\"", "\"https://bbs.example.cn/\""), @"bbs.toml:8: hosts[0]: found `https://bbs.example.cn/`, expected a host or host:port without scheme and path");
    insta::assert_snapshot!(problems("https://bbs.example.cn/list\"", "https://www.example.cn/list\""), @"bbs.toml:20: entry[0].url: found `https://www.example.cn/list`, expected an address on bbs.example.cn");
    insta::assert_snapshot!(problems("'^https://bbs\\.example\\.cn/ad/'", "'^https://(ad'"), @"bbs.toml:32: page[1].url_pattern: found `^https://(ad` (unclosed group), expected a valid regular expression");
    insta::assert_snapshot!(problems("\"a.t\"", "\"a..t\""), @"bbs.toml:27: page[0].link[0].selector: found `a..t`, expected a CSS selector, with @attribute after it where one is meant");
    insta::assert_snapshot!(problems("to = \"detail\"", "to = \"share\""), @"bbs.toml:28: page[0].link[0].to: found `share`, expected the role of a [[page]] of this file");
    insta::assert_snapshot!(problems("\"监管科\"", "\"  \""), @"bbs.toml:6: responsible: found an empty string, expected the office that answers for reading the site");
    insta::assert_snapshot!(problems("name = \"本地论坛\"", "name = \"${NAME}\""), @"bbs.toml:2: name: found `${NAME}`, expected a value for the placeholder");
    insta::assert_snapshot!(problems("name = \"本地论坛\"", "name = \"本地"), @r#"bbs.toml:2: -: found invalid basic string, expected `"`, expected valid TOML"#);
    insta::assert_snapshot!(problems("title = \"h1\"\nbody = \"div.desc\"", "title = \"state:name\"\nprise = \"b\""), @r#"
    bbs.toml:35: page[1].items.fields.title: found `name`, expected a JSON pointer such as /data/list
    bbs.toml:36: page[1].items.fields.prise: found an unknown field, expected one of author, body, location, posted_at, price, site_city, title
    "#);
    insta::assert_snapshot!(problems("[[page.link]]", "[page.paging]\nkind = \"cursor\"\npointer = \"data\"\nparam = \"c\"\nmax = 9\n[[page.link]]"), @r#"
    bbs.toml:28: page[0].paging.pointer: found `data`, expected a JSON pointer such as /data/list
    bbs.toml:30: page[0].paging.max: found 9, expected at most max_depth, which is 5
    "#);
}

#[test]
fn rendering_is_true_false_or_auto_and_its_hosts_need_it() {
    use super::RenderMode;
    let with = |lines: &str| parse("bbs.toml", &GOOD.replace("max_depth = 5", &format!("max_depth = 5\n{lines}")));
    for (line, mode) in [
        ("", RenderMode::Never),
        ("render = false", RenderMode::Never),
        ("render = true", RenderMode::Always),
        ("render = \"auto\"\nrender_hosts = [\"api.example.cn\"]", RenderMode::Auto),
    ] {
        let manifest = with(line).expect("a good definition");
        assert_eq!(manifest.render, mode, "{line}");
        let api = url::Url::parse("https://api.example.cn/list").expect("an address");
        assert_eq!((manifest.may_render_from(&api), manifest.in_scope(&api)), (mode == RenderMode::Auto, false));
    }
    let after = |lines: &str| problems("max_depth = 5", &format!("max_depth = 5\n{lines}"));
    insta::assert_snapshot!(after("render = \"true\""), @r#"bbs.toml:10: render: found `"true"`, expected true, false or "auto""#);
    insta::assert_snapshot!(after("render = \"sometimes\""), @r#"bbs.toml:10: render: found `sometimes`, expected true, false or "auto""#);
    insta::assert_snapshot!(after("render = 1"), @r#"bbs.toml:10: render: found the number 1, expected true, false or "auto""#);
    insta::assert_snapshot!(after("render_hosts = [\"api.example.cn\"]"), @r#"bbs.toml:10: render_hosts[0]: found `api.example.cn`, expected render = true or render = "auto" beside it"#);
    insta::assert_snapshot!(after("render = true\nrender_hosts = [\"https://api.example.cn\"]"), @r#"bbs.toml:11: render_hosts[0]: found `https://api.example.cn`, expected a host or host:port without scheme and path"#);
}

#[test]
fn all_problems_are_reported_at_once() {
    let list = parse("x.toml", "id = \"A B\"\ncolour = 1\n[pace]\nmin_delay = 5\n").expect_err("a poor definition");
    insta::assert_snapshot!(list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @r#"
    x.toml:1: id: found `A B`, expected lower-case letters, digits and hyphens
    x.toml:1: name: found nothing, expected the site's name
    x.toml:1: kind: found nothing, expected classified, social, mini_program, sms or other
    x.toml:1: status: found nothing, expected active or unverified
    x.toml:1: legal_basis: found nothing, expected by what right the site is read
    x.toml:1: responsible: found nothing, expected the office that answers for reading the site
    x.toml:1: robots: found nothing, expected what robots.txt and the terms of the site allow
    x.toml:1: hosts: found nothing, expected the hosts in scope, such as ["www.example.cn"]
    x.toml:1: max_depth: found nothing, expected a whole number from 0 to 100
    x.toml:1: expect: found nothing, expected a table with listings_per_index
    x.toml:1: page: found nothing, expected at least one [[page]]
    x.toml:1: entry: found nothing, expected at least one [[entry]], or `closed` with the reason
    x.toml:2: colour: found an unknown field, expected one of budget, charset, closed, entry, expect, golden, hosts, id, kind, legal_basis, max_depth, name, operator, pace, page, render, render_hosts, responsible, robots, since, site_city, status, url
    x.toml:3: pace.daily_budget: found nothing, expected a whole number from 1 to 1000000
    x.toml:4: pace.min_delay: found the number 5, expected a duration such as "5s" or "500ms"
    "#);
}

proptest::proptest! {
    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,80}", cut in 0_usize..900) {
        let _ = parse("x", &text);
        let _ = parse("x", &GOOD.chars().take(cut).chain(text.chars()).collect::<String>());
    }
}
