//! 朝阳同城: a classified-advertisements site as they were built fifteen years ago.

use super::{
    Answer, Ask, Site,
    content::{Content, SampleListing},
};
use maud::{DOCTYPE, Markup, html};

/// Rows of one index page.
const PER_PAGE: usize = 12;

const ROBOTS: &str = "User-agent: *\nDisallow: /user/\nDisallow: /ad/draft\n";

/// Categories and their names; a slug that is not here shows as itself.
const NAMES: [(&str, &str); 12] = [
    ("jiazheng", "家政服务"),
    ("ershou", "二手物品"),
    ("zufang", "房屋出租"),
    ("zhaopin", "招聘求职"),
    ("chongwu", "宠物"),
    ("shenghuo", "生活服务"),
    ("weixiu", "维修"),
    ("huodong", "同城活动"),
    ("qiche", "车辆"),
    ("shangpu", "商铺"),
    ("xunwu", "寻物招领"),
    ("jiaoyu", "教育培训"),
];

/// A page that is no advertisement although a row of an index leads there.
struct Trap {
    category: &'static str,
    id: &'static str,
    title: &'static str,
    page: fn() -> Answer,
}

/// The two walls stand at the very end of the last and longest category: a polite crawl leaves the whole site alone for a
/// day once it meets one, and should have read the rest by then.
const TRAPS: [Trap; 3] = [
    Trap { category: "ershou", id: "x404", title: "旧书桌一张 已出", page: not_found },
    Trap { category: "jiaoyu", id: "xlogin", title: "高一物理化学 详情见内", page: login_wall },
    Trap { category: "jiaoyu", id: "xcaptcha", title: "小学语文阅读小班", page: captcha },
];

/// Answers one request.
#[must_use]
pub fn answer(content: &Content, ask: &Ask) -> Answer {
    if ask.method != "GET" {
        return page(405, "不支持的请求", &html! { p { "不支持的请求方式" } });
    }
    let parts: Vec<&str> = ask.path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        [""] => front(content),
        ["robots.txt"] => Answer::text(ROBOTS),
        ["user", name] => page(200, "会员主页", &html! { h1 { "会员 " (name) } p { "联系方式仅登录可见" } }),
        ["ad", "draft"] => page(200, "草稿", &html! { p { "草稿箱" } }),
        ["ad", file] => detail(content, ask, file),
        [category, ""] => index(content, ask, category, 1),
        [category, file] => file
            .strip_prefix('p')
            .and_then(|file| file.strip_suffix(".html"))
            .and_then(|number| number.parse().ok())
            .map_or_else(not_found, |number| index(content, ask, category, number)),
        _ => not_found(),
    }
}

fn front(content: &Content) -> Answer {
    page(
        200,
        "朝阳同城 - 分类信息",
        &html! {
            h1 { "朝阳同城" }
            ul.cats { @for category in categories(content) {
                li { a href=(format!("/{category}/")) { (name_of(category)) } }
            } }
            p { a href="/user/register" rel="nofollow" { "免费注册" } " " a href="/ad/draft" { "发布信息" } }
        },
    )
}

fn index(content: &Content, ask: &Ask, category: &str, number: usize) -> Answer {
    let listings = content.of(Site::Classified).filter(|listing| listing.category == category);
    let mut rows: Vec<(&str, &str, Option<&SampleListing>)> =
        listings.map(|listing| (listing.id.as_str(), listing.title.as_str(), Some(listing))).collect();
    rows.extend(TRAPS.iter().filter(|trap| trap.category == category).map(|trap| (trap.id, trap.title, None)));
    let Some(shown) = number.checked_sub(1).and_then(|page| rows.chunks(PER_PAGE).nth(page)) else {
        return not_found();
    };
    // A new session id each time: two visits to a list never show the same link twice.
    let session = format!("{:08x}", ask.number.wrapping_mul(0x9e37_79b9) & 0xffff_ffff);
    page(
        200,
        &format!("{} - 朝阳同城", name_of(category)),
        &html! {
            div.crumbs { a href="/" { "首页" } " > " (name_of(category)) }
            ul.list { @for (id, title, listing) in shown {
                li.item {
                    a.t href=(format!("/ad/{id}.html?from=list&sid={session}")) { (title) }
                    @if let Some(listing) = listing {
                        " " span.p { (listing.price) }
                        " " a.u href=(format!("/user/{}", listing.id)) { (listing.author) }
                        " " span.d { (listing.posted_words(content.today)) }
                    }
                }
            } }
            div.pager {
                @if number > 1 { a rel="prev" href=(page_path(category, number - 1)) { "上一页" } " " }
                @if number * PER_PAGE < rows.len() { a rel="next" href=(page_path(category, number + 1)) { "下一页" } }
            }
        },
    )
}

fn page_path(category: &str, number: usize) -> String {
    if number == 1 { format!("/{category}/") } else { format!("/{category}/p{number}.html") }
}

fn detail(content: &Content, ask: &Ask, file: &str) -> Answer {
    let Some(id) = file.strip_suffix(".html") else { return not_found() };
    if let Some(trap) = TRAPS.iter().find(|trap| trap.id == id) {
        return (trap.page)();
    }
    let Some(listing) = content.find(Site::Classified, id) else { return not_found() };
    let related = content
        .of(Site::Classified)
        .filter(|other| other.category == listing.category && other.id != listing.id)
        .take(3);
    page(
        200,
        &format!("{} - 朝阳同城", listing.title),
        &html! {
            div.crumbs { a href="/" { "首页" } " > " a href=(format!("/{}/", listing.category)) { (name_of(&listing.category)) } }
            h1.title { (listing.title) }
            div.meta {
                "发布时间:" span.time { (listing.posted_words(content.today)) }
                " 城市:" span.city { (listing.site_city) }
                " 区域:" span.area { (listing.location) }
                " 价格:" span.price { (listing.price) }
            }
            div.desc { @for (at, line) in listing.body.lines().enumerate() { @if at > 0 { br; } (line) } }
            div.contact {
                "发布人:" span.poster { (listing.author) }
                " " a href=(format!("/user/{}", listing.id)) { "查看TA的全部信息" }
            }
            ul.related { @for other in related {
                li { a href=(format!("/ad/{}.html?from=related&sid={}", other.id, ask.number)) { (other.title) } }
            } }
        },
    )
}

/// The categories that have content, in a fixed order.
fn categories(content: &Content) -> Vec<&str> {
    // A category that the table does not know goes first, before the one that ends in walls.
    let mut found: Vec<&str> = Vec::new();
    for listing in content.of(Site::Classified) {
        if !NAMES.iter().any(|(slug, _)| *slug == listing.category) && !found.contains(&listing.category.as_str()) {
            found.push(&listing.category);
        }
    }
    found.extend(NAMES.iter().map(|(slug, _)| *slug));
    found.retain(|category| {
        TRAPS.iter().any(|trap| trap.category == *category)
            || content.of(Site::Classified).any(|listing| listing.category == *category)
    });
    found
}

fn name_of(category: &str) -> &str {
    NAMES.iter().find(|(slug, _)| *slug == category).map_or(category, |(_, name)| name)
}

fn not_found() -> Answer {
    page(404, "页面不存在", &html! { h1 { "404" } p { "您访问的信息不存在或已被删除" } })
}

fn captcha() -> Answer {
    page(
        200,
        "安全验证",
        &html! {
            div #verify { h1 { "访问过于频繁" } p { "请输入验证码后继续访问" } form { input name="captcha"; } }
        },
    )
}

fn login_wall() -> Answer {
    page(
        200,
        "用户登录",
        &html! {
            div.login { h1 { "请先登录" } p { "登录后查看完整信息" }
                form method="post" action="/user/login" { input name="username"; input name="password" type="password"; } }
        },
    )
}

fn page(status: u16, title: &str, body: &Markup) -> Answer {
    let text = html! {
        (DOCTYPE)
        html {
            head { meta http-equiv="Content-Type" content="text/html; charset=gb2312"; title { (title) } }
            body { (body) div.foot { "朝阳同城 示例站点,内容均为虚构" } }
        }
    }
    .into_string();
    // The header names the smaller set, the bytes use the larger one: the commonest mistake of such sites.
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    Answer::new(status, "text/html; charset=gb2312", bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::content::bundled;
    use super::*;

    fn get(path: &str) -> (u16, String) {
        let ask = Ask { method: "GET".into(), path: path.into(), number: 7, ..Ask::default() };
        let answer = answer(&bundled(), &ask);
        (answer.status, encoding_rs::GB18030.decode(&answer.body).0.into_owned())
    }

    #[test]
    fn every_advertisement_is_reachable_from_the_front_page() {
        let content = bundled();
        let front = get("/").1;
        let mut found = std::collections::BTreeSet::new();
        for category in categories(&content) {
            let mut path = format!("/{category}/");
            assert!(front.contains(&format!("href=\"{path}\"")));
            loop {
                let (status, text) = get(&path);
                assert_eq!(status, 200, "{path}");
                found.extend(
                    text.split("/ad/").skip(1).filter_map(|rest| rest.split_once(".html")).map(|p| p.0.to_owned()),
                );
                let Some((_, rest)) = text.split_once("rel=\"next\" href=\"") else { break };
                path = rest.split('"').next().expect("a quoted address").to_owned();
            }
        }
        for listing in content.of(Site::Classified) {
            assert!(found.contains(&listing.id), "{}", listing.id);
            assert_eq!(get(&format!("/ad/{}.html", listing.id)).0, 200);
        }
        assert!(TRAPS.iter().all(|trap| found.contains(trap.id)));
    }

    #[test]
    fn traps_and_odd_paths() {
        for (path, status, says) in [
            ("/ad/xcaptcha.html", 200, "验证码"),
            ("/ad/xlogin.html", 200, "请先登录"),
            ("/ad/x404.html", 404, "不存在"),
            ("/jiaoyu/p99.html", 404, "不存在"),
            ("/jiaoyu/p0.html", 404, "不存在"),
            ("/nothing/", 404, "不存在"),
            ("/a/b/c/d", 404, "不存在"),
        ] {
            let (got, text) = get(path);
            assert_eq!(got, status, "{path}");
            assert!(text.contains(says), "{path}: {text}");
        }
    }

    #[test]
    fn text_is_escaped_and_lines_are_kept() {
        let mut one = bundled().find(Site::Classified, "c002").expect("an advertisement").clone();
        one.title = "<b>数学</b> & 物理".to_owned();
        let content = Content::new(vec![one], bundled().today);
        let ask = Ask { method: "GET".into(), path: "/ad/c002.html".into(), ..Ask::default() };
        let text = encoding_rs::GB18030.decode(&answer(&content, &ask).body).0.into_owned();
        assert!(text.contains("&lt;b&gt;数学&lt;/b&gt; &amp; 物理"));
        assert!(text.contains("期末还来得及。<br>上课地点"));
    }
}
