use super::*;
use crate::domain::{HostKey, SourceId};
use crate::sources::parse_with;
use encoding_rs::GB18030;

const PORTS: [(&str, &str); 3] = [("SAMPLE_CLASSIFIED", "81"), ("SAMPLE_SOCIAL", "82"), ("SAMPLE_MINI", "83")];
const CLASSIFIED: &str = "http://127.0.0.1:81";

fn manifest(name: &str) -> SourceManifest {
    let text = match name {
        "classified" => include_str!("../../seeds/sources/sample-classified.toml"),
        "social" => include_str!("../../seeds/sources/sample-social.toml"),
        _ => include_str!("../../seeds/sources/sample-mini.toml"),
    };
    parse_with(name, text, &PORTS).expect("a seed definition")
}

fn page(role: PageRole, url: &str, content_type: &str, body: impl Into<Vec<u8>>) -> FetchedPage {
    FetchedPage {
        source: SourceId("sample".into()),
        role,
        request: Request::get(url),
        final_url: url.to_owned(),
        status: 200,
        headers: vec![("content-type".into(), content_type.into())],
        body: body.into(),
        fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
    }
}

fn gbk(role: PageRole, path: &str, html: &str) -> FetchedPage {
    page(role, &format!("{CLASSIFIED}{path}"), "text/html; charset=gb2312", GB18030.encode(html).0.into_owned())
}

fn json(text: &str) -> FetchedPage {
    page(PageRole::Api, "http://127.0.0.1:82/api/notes?cursor=c1", "application/json", text)
}

fn addresses(extraction: &Extraction) -> Vec<String> {
    extraction.links.iter().map(|link| format!("{} {}", link.role.code(), link.key)).collect()
}

#[test]
fn index_of_the_classified_site() {
    let html = "<ul class=cats><li><a href='/jiaoyu/'>教育</a></li><li><a href='/jiaoyu/#top'>再次</a></li></ul>\
        <ul class=list><li class=item><a class=t href='/ad/c001.html?from=list&sid=9a'>初三数学</a></li>\
        <li class=item><a class=t rel='nofollow' href='/ad/c002.html'>广告</a></li>\
        <li class=item><a class=t href='http://evil.example/ad/c003.html'>外站</a></li>\
        <li class=item><a class=t href='javascript:void(0)'>空</a></li>\
        <li class=item><a class=t href='/user/3'>他人</a></li></ul>\
        <a rel=next href='/ershou/p2.html'>下一页</a>";
    let extraction = extract(&gbk(PageRole::Index, "/ershou/", html), &manifest("classified"));
    assert_eq!((extraction.gate.clone(), extraction.charset.as_str()), (Gate::Content, "gb18030"));
    insta::assert_debug_snapshot!((addresses(&extraction), &extraction.notes), @r#"
    (
        [
            "index http://127.0.0.1:81/jiaoyu/",
            "detail http://127.0.0.1:81/ad/c001.html",
            "index http://127.0.0.1:81/ershou/p2.html",
        ],
        [
            "1 links not followed, as the page asks (nofollow)",
            "1 links off the source dropped",
            "1 links dropped that no page of the definition describes",
            "1 links without a usable address",
        ],
    )
    "#);
    assert_eq!(extraction.links[1].request.url, format!("{CLASSIFIED}/ad/c001.html?from=list&sid=9a"));
}

#[test]
fn detail_of_the_classified_site() {
    let html = "<title>初三数学一对一 - 朝阳同城</title><h1 class=title>初三数学\n一对一</h1>\
        <div class=desc>期末还来得及。<br>上课地点&nbsp;双塔区<script>var 验证码=1</script></div>\
        <span class=price>120元/节</span><span class=area>双塔区</span><span class=poster>李老师</span>\
        <span class=city>朝阳</span><span class=time>昨天 18:00</span>";
    let page = gbk(PageRole::Detail, "/ad/c001.html?from=list&sid=9a", html);
    let extraction = extract(&page, &manifest("classified"));
    let listing = &extraction.listings[0];
    assert_eq!(listing.canonical_url.as_str(), format!("{CLASSIFIED}/ad/c001.html"));
    assert_eq!((listing.title.as_str(), listing.body.as_str()), ("初三数学 一对一", "期末还来得及。\n上课地点 双塔区"));
    assert_eq!(listing.posted_at, "2026-11-24".parse().ok());
    assert_eq!(listing.origins[0].place, "h1.title#0");
    assert_eq!(listing.origins.len(), 7);
    assert!(extraction.notes.is_empty(), "{:?}", extraction.notes);
}

#[test]
fn notes_of_the_social_site() {
    let text = r#"{"data":{"notes":[
        {"note_id":"s1","title":"","desc":"周末数学小班","user":{"nickname":"小鱼"},"ip_location":"辽宁","time_text":"3小时前","share_url":"/note/s1"},
        {"note_id":7,"title":"搭子","desc":"二手课桌"},
        {"note_id":"s3"}],"cursor":"c2","has_more":true}}"#;
    let extraction = extract(&json(text), &manifest("social"));
    assert_eq!(extraction.gate, Gate::Content);
    let keys: Vec<_> = extraction.listings.iter().map(|listing| listing.canonical_url.to_string()).collect();
    assert_eq!(keys, ["http://127.0.0.1:82/note/s1", "http://127.0.0.1:82/api/notes#7"]);
    assert_eq!(extraction.listings[0].origins[0].place, "/data/notes/0/desc");
    assert_eq!(addresses(&extraction), ["api http://127.0.0.1:82/api/notes?cursor=c2"]);
    assert_eq!(extraction.notes, ["1 items without title and text"]);
    for end in
        [r#""cursor":"c2","has_more":false"#, r#""cursor":"","has_more":true"#, r#""cursor":"c1","has_more":true"#]
    {
        let last = text.replace(r#""cursor":"c2","has_more":true"#, end);
        assert!(extract(&json(&last), &manifest("social")).links.is_empty(), "{end}");
    }
}

#[test]
fn list_and_share_page_of_the_mini_program() {
    let mut list = page(
        PageRole::Api,
        "http://127.0.0.1:83/api/shop/list",
        "application/json",
        r#"{"code":0,"result":{"list":[{"id":"m 1&x","name":"甲"},{"id":2}],"total":35,"page":1}}"#,
    );
    list.request.post_body = Some(r#"{"page":1,"size":10}"#.into());
    let extraction = extract(&list, &manifest("mini"));
    assert_eq!(extraction.gate, Gate::Content);
    insta::assert_debug_snapshot!(addresses(&extraction), @r#"
    [
        "share http://127.0.0.1:83/share/item?id=m+1%26x",
        "share http://127.0.0.1:83/share/item?id=2",
        "api http://127.0.0.1:83/api/shop/list#{\"page\":2,\"size\":10}",
    ]
    "#);
    assert_eq!(extraction.links[2].request.post_body.as_deref(), Some(r#"{"page":2,"size":10}"#));
    list.body = br#"{"code":0,"result":{"list":[],"total":35,"page":9}}"#.to_vec();
    assert_eq!(extract(&list, &manifest("mini")).gate, Gate::EmptyList);

    let html = "<h1 class=name> </h1><div class=intro><p>周一到周五</p><p>作业辅导</p></div>\
        <script>window.__STATE__={\"item\":{\"name\":\"晚托\",\"shop\":\"凌河小屋\",\"x\":\"}\"},\"y\":undefined};go()</script>";
    let share = page(PageRole::Share, "http://127.0.0.1:83/share/item?sid=1&id=m1", "text/html", html);
    let extraction = extract(&share, &manifest("mini"));
    let listing = &extraction.listings[0];
    assert_eq!((listing.title.as_str(), listing.body.as_str()), ("晚托", "周一到周五\n作业辅导"));
    assert_eq!(listing.author.as_deref(), Some("凌河小屋"));
    assert_eq!(listing.canonical_url.as_str(), "http://127.0.0.1:83/share/item?id=m1");
    assert_eq!(listing.origins[0].place, "state:/item/name");
}

#[test]
fn pages_that_are_no_content() {
    let login = "<title>用户登录</title><h1>请先登录</h1><input type=password>";
    let captcha = "<title>安全验证</title><div id=verify><h1>访问过于频繁</h1><p>请输入验证码后继续访问</p></div>";
    for (role, path, html, gate) in [
        (PageRole::Detail, "/ad/a.html", captcha, Gate::Captcha),
        (PageRole::Index, "/ershou/", captcha, Gate::Captcha),
        (PageRole::Detail, "/ad/a.html", login, Gate::LoginWall),
        (PageRole::Detail, "/ad/a.html", "<title>提示</title><p>您的请求过于频繁,请稍后再试", Gate::BlockPage),
        (PageRole::Detail, "/ad/a.html", "<title>提示</title><p>该信息已删除", Gate::SoftNotFound),
        (PageRole::Detail, "/ad/a.html", "<h1 class=title>信息不存在</h1>", Gate::SoftNotFound),
        (
            PageRole::Index,
            "/ershou/",
            "<ul class=list></ul><p>暂无信息</p><a href='/login'>请登录</a>",
            Gate::EmptyList,
        ),
        (PageRole::Index, "/ershou/", "<div id=app></div><script src=/a.js></script>", Gate::EmptyList),
        (
            PageRole::Detail,
            "/ad/a.html",
            "<h2>改版了</h2>",
            Gate::Unreadable("no listing where the definition says".into()),
        ),
        (
            PageRole::Detail,
            "/elsewhere",
            "<h1 class=title>a</h1>",
            Gate::Unreadable("no detail page of sample-classified fits the address".into()),
        ),
        (PageRole::Detail, "/ad/a.html", " \n", Gate::Unreadable("an empty body".into())),
        (
            PageRole::Detail,
            "/ad/a.html",
            "<title>请输入验证码</title><h1 class=title>收不到验证码怎么办</h1><div class=desc>修手机,收不到验证码、登录后可见乱码都能修,访问异常找我</div>",
            Gate::Content,
        ),
    ] {
        let extraction = extract(&gbk(role, path, html), &manifest("classified"));
        assert_eq!((html, &extraction.gate), (html, &gate));
        assert!(gate == Gate::Content || extraction.listings.is_empty());
    }
}

#[test]
fn status_redirect_and_binary() {
    let good = gbk(PageRole::Detail, "/ad/a.html", "<h1 class=title>a</h1><div class=desc>b</div>");
    let with = |change: &dyn Fn(&mut FetchedPage)| {
        let mut page = good.clone();
        change(&mut page);
        extract(&page, &manifest("classified")).gate
    };
    assert_eq!(with(&|_| ()), Gate::Content);
    assert_eq!(with(&|page| page.status = 403), Gate::BlockPage);
    assert_eq!(with(&|page| page.status = 404), Gate::SoftNotFound);
    assert_eq!(with(&|page| page.status = 500), Gate::Unreadable("status 500".into()));
    assert_eq!(with(&|page| page.final_url = format!("{CLASSIFIED}/user/login?back=/ad/a.html")), Gate::LoginWall);
    assert_eq!(
        with(&|page| page.final_url = "http://evil.example/".into()),
        Gate::Unreadable("a redirect off the source, to evil.example".into())
    );
    assert_eq!(
        with(&|page| page.body = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0".to_vec()),
        Gate::Unreadable("a binary body".into())
    );
    assert_eq!(with(&|page| page.body = Vec::new()), Gate::Unreadable("an empty body".into()));
}

#[test]
fn answers_of_another_shape() {
    for (text, gate) in [
        (r#"{"data":{"items":[]}}"#, "nothing at /data/notes, expected a list"),
        (r#"{"data":{"notes":{"a":1}}}"#, "an object at /data/notes, expected a list"),
        ("[1,2]", "nothing at /data/notes, expected a list"),
        (r#"{"data":{"notes":[1,"x",null,[[]]]}}"#, "4 entries at /data/notes without the fields of the definition"),
        ("{\"data\":", "no JSON but EOF while parsing a value at line 1 column 8"),
    ] {
        let extraction = extract(&json(text), &manifest("social"));
        assert_eq!((text, &extraction.gate), (text, &Gate::Unreadable(gate.into())));
        assert!(extraction.notes.iter().any(|note| note == gate), "{:?}", extraction.notes);
    }
    assert_eq!(extract(&json(r#"{"code":-1,"msg":"请先登录"}"#), &manifest("social")).gate, Gate::LoginWall);
    assert_eq!(extract(&json("<html><p>请完成验证后继续"), &manifest("social")).gate, Gate::Captcha);
    assert!(matches!(extract(&json(&"[".repeat(100_000)), &manifest("social")).gate, Gate::Unreadable(_)));
}

#[test]
fn the_wishes_of_a_page_are_honoured() {
    let html = "<h1 class=title>a</h1><div class=desc>b</div>";
    let meta = |content: &str| format!("<meta name=ROBOTS content='{content}'>{html}");
    let manifest = manifest("classified");
    for (content, kept) in [("index,follow", 1), ("noindex", 0), ("NONE", 0), ("nofollow", 1)] {
        let extraction = extract(&gbk(PageRole::Detail, "/ad/a.html", &meta(content)), &manifest);
        assert_eq!((content, extraction.listings.len(), extraction.gate), (content, kept, Gate::Content));
    }
    let list = "<ul class=cats><a href=/jiaoyu/>教育</a></ul><a rel=next href=/ershou/p2.html>下一页</a>";
    let mut page = gbk(PageRole::Index, "/ershou/", list);
    assert_eq!(extract(&page, &manifest).links.len(), 2);
    page.headers.push(("x-robots-tag".into(), "otherbot: noindex, nofollow".into()));
    assert_eq!(extract(&page, &manifest).links.len(), 2);
    page.headers.push(("x-robots-tag".into(), "nofollow".into()));
    let extraction = extract(&page, &manifest);
    assert!(extraction.links.is_empty() && extraction.gate == Gate::Content, "{extraction:?}");
}

#[test]
fn hostile_nesting_costs_neither_stack_nor_time() {
    let unclosed: String = (0..3_000).map(|n| format!("<b id={n}>")).collect::<Vec<_>>().concat();
    for bomb in [
        "<div>".repeat(50_000) + "<h1 class=title>x</h1>",
        "<h1 class=title>初三</h1><div class=desc>数学".to_owned() + &"<span>".repeat(50_000),
        "<table><tr><td>".repeat(50_000),
        "<p><b><i>".repeat(50_000),
        unclosed + &"<p>a".repeat(50_000),
        "</div>".repeat(50_000),
        "<svg><style>".to_owned() + &"<g>".repeat(50_000),
        "<select><style><textarea></style></textarea>".to_owned() + &"<div>".repeat(50_000),
    ] {
        let page = gbk(PageRole::Detail, "/ad/a.html", &bomb);
        // A thread with a small stack, as in a server.
        let worker = std::thread::Builder::new().stack_size(512 * 1024);
        let running = worker.spawn(move || extract(&page, &manifest("classified"))).expect("a thread");
        let extraction = running.join().expect("no overflow");
        assert!(extraction.listings.len() <= 1);
    }
}

#[test]
fn definitions_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync>(_: &T) {}
    shareable(&manifest("mini"));
    assert!(HostKey::of(&Url::parse(CLASSIFIED).expect("an address")).is_some());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_body_gets_an_answer(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), text in "[<>/a-z=\"' 初{}:,\\[\\]0-9]{0,200}") {
        for body in [body, text.into_bytes()] {
            for (name, role, url) in [("classified", PageRole::Detail, "http://127.0.0.1:81/ad/a.html"), ("social", PageRole::Api, "http://127.0.0.1:82/api/notes"), ("mini", PageRole::Share, "http://127.0.0.1:83/share/item?id=1")] {
                let _ = extract(&page(role, url, "text/html", body.clone()), &manifest(name));
            }
        }
    }
}
