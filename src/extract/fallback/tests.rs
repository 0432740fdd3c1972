use super::*;
use crate::domain::{PageRole, Request};

const PAGES: [(&str, &str, &str); 6] = [
    ("classified", include_str!("pages/classified.html"), include_str!("pages/classified.txt")),
    ("article", include_str!("pages/article.html"), include_str!("pages/article.txt")),
    ("table", include_str!("pages/table.html"), include_str!("pages/table.txt")),
    ("social", include_str!("pages/social.html"), include_str!("pages/social.txt")),
    ("product", include_str!("pages/product.html"), include_str!("pages/product.txt")),
    ("forum", include_str!("pages/forum.html"), include_str!("pages/forum.txt")),
];

fn page(html: &str) -> FetchedPage {
    FetchedPage {
        source: SourceId("recorded".into()),
        role: PageRole::Detail,
        request: Request::get("https://m.example.cn/x/1.html?from=app"),
        final_url: "https://m.example.cn/x/1.html?from=app".into(),
        status: 200,
        headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
        body: html.into(),
        fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
    }
}

fn of(name: &str) -> Reading {
    let (_, html, _) = PAGES.iter().find(|(known, ..)| *known == name).expect("a page of the table");
    read(&page(html)).unwrap_or_else(|| panic!("{name} has content"))
}

/// Agreement of two texts in pairs of characters: harmonic mean of precision and recall.
fn agreement(found: &str, expected: &str) -> f64 {
    let pairs = |text: &str| {
        let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        chars.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    };
    let (found, expected) = (pairs(found), pairs(expected));
    let mut left = expected.clone();
    let hits = found
        .iter()
        .filter(|pair| left.iter().position(|known| known == *pair).map(|at| left.swap_remove(at)).is_some())
        .count();
    2.0 * hits as f64 / (found.len() + expected.len()).max(1) as f64
}

#[test]
fn the_densest_text_is_the_advertisement() {
    let found: Vec<(&str, f64, String)> = PAGES
        .iter()
        .map(|(name, _, expected)| {
            let body = of(name).body;
            (*name, agreement(&body, expected), body)
        })
        .collect();
    let mean = found.iter().map(|(_, score, _)| score).sum::<f64>() / found.len() as f64;
    assert!(mean > 0.95 && found.iter().all(|(_, score, _)| *score > 0.85), "{mean}: {found:#?}");
    // The contact is what links an operator's listings, so it may not be lost.
    for (name, contact) in [
        ("classified", "199 0421 3355"),
        ("article", "linghe0421"),
        ("table", "13904210000"),
        ("social", "shuxue2026"),
        ("forum", "yy20260421"),
    ] {
        assert!(of(name).body.contains(contact), "{name}: {}", of(name).body);
    }
}

#[test]
fn facts_come_from_the_most_trusted_place() {
    let product = of("product");
    assert_eq!(product.title, "作文提升课（十次）");
    assert_eq!(product.price.as_deref(), Some("980 CNY"));
    assert_eq!(product.location.as_deref(), Some("朝阳市双塔区文化路9号"));
    assert_eq!(product.author.as_deref(), Some("凌河文化"));
    assert!(product.body.starts_with("小学三到六年级，每周一次"), "the visible text wins: {}", product.body);
    let place = |reading: &Reading, field: &str| {
        reading.origins.iter().find(|origin| origin.field == field).map(|origin| origin.place.clone())
    };
    assert_eq!(place(&product, "price").as_deref(), Some("json-ld/offers/price"));
    assert_eq!(place(&product, "body").as_deref(), Some("body > div.goods > div.intro"));

    let article = of("article");
    assert_eq!((article.title.as_str(), article.author.as_deref()), ("寒假托管班招生啦", Some("凌河小屋")));
    assert_eq!(article.posted_at, "2026-11-18".parse().ok());

    let classified = of("classified");
    assert_eq!(classified.posted_at, "2026-11-20".parse().ok());
    assert_eq!(classified.location.as_deref(), Some("双塔区"));
    assert_eq!(place(&classified, "posted_at").as_deref(), Some("text:发布时间"));
    assert_eq!(classified.url, "https://m.example.cn/x/1.html?from=app");

    let social = of("social");
    assert_eq!(social.url, "https://m.example.cn/note/77");
    assert_eq!(place(&social, "title").as_deref(), Some("meta:og:title"));
    assert_eq!(of("table").title, "家教信息");
}

#[test]
fn what_the_head_says_must_do_where_scripts_draw_the_page() {
    let head = "<meta property='og:title' content='初三物理'><meta name=description content='周六上午小班,电联13904210000,双塔区'>";
    let reading = read(&page(&format!("{head}<div id=app></div><script src=/a.js></script>"))).expect("the head");
    assert_eq!((reading.title.as_str(), reading.body.as_str()), ("初三物理", "周六上午小班,电联13904210000,双塔区"));
    let data = r#"<script type="application/ld+json">[{"@type":"WebSite","name":"站"},{"@type":"https://schema.org/Course","name":"口才","description":"<p>周末口才班</p><p>每次&nbsp;六十元,名额有限</p>","provider":"小星星","areaServed":["龙城区"]}]</script>"#;
    let reading = read(&page(&format!("{data}<div id=app></div>"))).expect("the data");
    assert_eq!(reading.body, "周末口才班\n每次 六十元,名额有限");
    assert_eq!((reading.author.as_deref(), reading.location.as_deref()), (Some("小星星"), Some("龙城区")));
    let micro = "<div itemscope itemtype='http://schema.org/Product'><b itemprop=name>书法课</b><i itemprop=description>颜体入门,一期十二次,材料自备</i>\
        <div itemprop=offers itemscope itemtype='http://schema.org/Offer'><meta itemprop=price content=360></div><time itemprop=datePublished datetime=2026-11-01>十一月</time></div>";
    let reading = read(&page(micro)).expect("the microdata");
    assert_eq!((reading.price.as_deref(), reading.posted_at), (Some("360"), "2026-11-01".parse().ok()));
    assert_eq!(reading.title, "书法课");
}

#[test]
fn broken_data_is_skipped_and_said() {
    let html = "<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":\"甲</script>\
        <script type='application/ld+json'><!-- {\"@type\":\"Product\",\"name\":\"乙\nx\",\"offers\":[{\"price\":\"12\"}]}; --></script>\
        <h1>丙</h1><p>这里是一段足够长的说明,用来让页面有内容可读。</p>";
    let seen = examine(&page(html));
    assert_eq!(seen.notes, ["1 JSON-LD blocks that are no JSON"]);
    let reading = seen.reading.expect("content");
    assert_eq!((reading.title.as_str(), reading.price.as_deref()), ("乙 x", Some("12")));
}

#[test]
fn walls_lists_and_wishes_yield_nothing() {
    let rows: String = (0..20)
        .map(|n| format!("<li><a href=/{n}>转让第{n}家烧烤店,位置好客源稳</a></li>"))
        .collect::<Vec<_>>()
        .concat();
    let ad = "<h1>初三数学</h1><div>周末上课,六人一班,讲练结合,一次八十元,先试听。</div>";
    let json = r#"{"title":"初三数学","body":"周末上课,六人一班,讲练结合,一次八十元。"}"#;
    for (html, gate) in [
        ("<title>安全验证</title><p>请完成验证后继续访问,谢谢您的配合</p>".to_owned(), Gate::Captcha),
        ("<title>提示</title><p>抱歉,您访问的信息不存在或已被删除</p>".to_owned(), Gate::SoftNotFound),
        (
            "<title>用户登录</title><form>请先登录再查看这里的内容<input type=password></form>".to_owned(),
            Gate::LoginWall,
        ),
        (
            format!("<meta name=description content='朝阳最大的分类信息网站,免费发布'><ul>{rows}</ul>"),
            Gate::Unreadable("no text of its own".into()),
        ),
        ("<p>短".to_owned(), Gate::Unreadable("no text of its own".into())),
        (json.to_owned(), Gate::Unreadable("no HTML".into())),
        (format!("<meta name=robots content=noindex>{ad}"), Gate::Content),
    ] {
        let seen = examine(&page(&html));
        assert_eq!((html.as_str(), &seen.gate, &seen.reading), (html.as_str(), &gate, &None));
    }
    assert!(read(&page(ad)).is_some());
    let mut gone = page(ad);
    gone.status = 404;
    assert_eq!(examine(&gone).gate, Gate::SoftNotFound);
}

#[test]
fn short_advertisements_that_talk_of_walls_are_content() {
    for text in [
        "修手机,请输入验证码时闪退、登录后可见乱码都能修,电话13904210000",
        "网站被封禁、访问过于频繁都能处理,微信号:fix_0421",
        "二手路由器,刷新过快也不卡,QQ 20260421,面议自提",
    ] {
        let seen = examine(&page(&format!("<h1>便民</h1><div>{text}</div>")));
        assert_eq!((text, seen.gate), (text, Gate::Content));
    }
}

#[test]
fn a_reading_becomes_a_listing_with_one_identity() {
    let page = page(PAGES[0].1);
    let listing = read(&page)
        .and_then(|reading| reading.into_listing(&page, &SourceId("recorded".into()), SourceKind::Other))
        .expect("a listing");
    assert_eq!(listing.canonical_url.as_str(), "https://m.example.cn/x/1.html");
    assert_eq!(listing.url, "https://m.example.cn/x/1.html?from=app");
    assert_eq!(listing.title, "初三数学物理一对一");
}

#[test]
fn hostile_pages_cost_neither_stack_nor_time() {
    for bomb in ["<div>".repeat(50_000), "<p>初三数学".repeat(40_000), format!("{}x", "<a href=x>a".repeat(40_000))]
    {
        let page = page(&bomb);
        let worker = std::thread::Builder::new().stack_size(512 * 1024);
        let seen = worker.spawn(move || examine(&page)).expect("a thread").join().expect("no overflow");
        assert!(seen.reading.is_none_or(|reading| reading.body.len() <= 300_000));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_body_gets_an_answer(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), text in "[<>/a-z=\"' 初{}:,\\[\\]0-9]{0,200}") {
        for body in [body, text.into_bytes()] {
            let mut page = page("");
            page.body = body;
            let seen = examine(&page);
            proptest::prop_assert!(seen.reading.is_none_or(|reading| !reading.body.is_empty()));
        }
    }
}
