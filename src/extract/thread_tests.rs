//! Threads of a forum: every post is a listing of its own.

use super::*;
use crate::domain::SourceId;
use crate::sources::{parse, parse_with};

const THREAD: &str = "https://bbs.chaoyang.example.cn/thread-8812-1-1.html";

/// A post as the stock template of Discuz! X writes it.
fn post(id: u32, author: &str, floor: &str, time: &str, text: &str) -> String {
    format!(
        "<div id=post_{id}><table id=pid{id}><tr><td class=pls><div class=authi><a class=xw1>{author}</a></div></td><td class=plc>\
         <div class=pi><strong><a id=postnum{id}>{floor}</a></strong><div class=authi><em id=authorposton{id}>发表于 {time}</em></div></div>\
         <div class=pct><table><tr><td class=t_f id=postmessage_{id}>{text}</td></tr></table></div><div class=sign>签名档:天天开心</div></td></tr></table></div>"
    )
}

fn thread(address: &str, posts: &[String], next: &str) -> FetchedPage {
    let html = format!(
        "<html><head><meta charset=utf-8><title>求推荐初二英语老师 - 慕容论坛</title></head><body><div id=postlist>\
         <h1><span id=thread_subject>求推荐初二英语老师</span></h1>{}<div id=postlistreply></div></div>{next}</body></html>",
        posts.concat()
    );
    FetchedPage {
        source: SourceId("chaoyang-forum".into()),
        role: PageRole::Detail,
        request: Request::get(address),
        final_url: address.to_owned(),
        status: 200,
        headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
        body: html.into(),
        fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
    }
}

fn forum() -> SourceManifest {
    parse("chaoyang-forum.toml", include_str!("../../seeds/sources/chaoyang-forum.toml")).expect("a seed definition")
}

#[test]
fn an_offer_in_a_reply_is_a_listing() {
    let ask = post(101, "豆豆妈", "1#", "2026-11-20 20:11", "孩子初二英语六十多分,求推荐周末补课的老师");
    let up = post(102, "路过", "2#", "昨天 08:00", "顶一下");
    let offer = post(
        103,
        "凌河老师",
        "3#",
        "<span title='2026-11-21 09:30'>4 天前</span>",
        "<div class=quote><blockquote>豆豆妈 发表于 2026-11-20<br>求推荐周末补课的老师</blockquote></div>\
         <i class=pstatus>本帖最后由 凌河老师 编辑</i>小班四人,一次一百<br>微信<font class=jammer>x7q</font> yy20260421",
    );
    let next = "<div class=pg><a class=nxt href=thread-8812-2-1.html>下一页</a></div>";
    let extraction = extract(&thread(THREAD, &[ask, up, offer], next), &forum());
    assert_eq!(extraction.gate, Gate::Content);
    let seen: Vec<_> = extraction
        .listings
        .iter()
        .map(|one| (one.canonical_url.as_str(), one.author.as_deref().unwrap_or(""), one.body.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (
                "https://bbs.chaoyang.example.cn/thread-8812-1-1.html#post_101",
                "豆豆妈",
                "孩子初二英语六十多分,求推荐周末补课的老师"
            ),
            (
                "https://bbs.chaoyang.example.cn/thread-8812-1-1.html#post_103",
                "凌河老师",
                "小班四人,一次一百\n微信 yy20260421"
            ),
        ]
    );
    let offer = &extraction.listings[1];
    assert_eq!((offer.title.as_str(), offer.posted_at), ("求推荐初二英语老师", "2026-11-21".parse().ok()));
    let place = |field: &str| offer.origins.iter().find(|origin| origin.field == field).map(|one| one.place.as_str());
    assert_eq!(place("title"), Some("page:#thread_subject#0"));
    assert_eq!(place("floor"), Some("3#"));
    assert_eq!(extraction.notes, ["1 items with a text shorter than the definition wants"]);
    let links: Vec<_> = extraction.links.iter().map(|link| (link.role, link.request.url.as_str())).collect();
    assert_eq!(links, [(PageRole::Detail, "https://bbs.chaoyang.example.cn/thread-8812-2-1.html")]);
}

#[test]
fn a_post_keeps_its_identity_when_it_moves_to_another_page() {
    let offer = || [post(103, "凌河老师", "11#", "2026-11-21 09:30", "小班四人,一次一百,微信 yy20260421")];
    let first = extract(&thread(THREAD, &offer(), ""), &forum());
    let second =
        extract(&thread("https://bbs.chaoyang.example.cn/thread-8812-2-3.html?mobile=no", &offer(), ""), &forum());
    assert_eq!(first.listings[0].canonical_url, second.listings[0].canonical_url);
    assert_eq!(second.listings[0].url, "https://bbs.chaoyang.example.cn/thread-8812-2-3.html?mobile=no#post_103");
    assert_eq!(first.listings[0].title, second.listings[0].title);
}

#[test]
fn a_thread_that_is_gone_is_gone() {
    let mut page = thread(THREAD, &[], "");
    page.body = "<title>提示信息 - 慕容论坛</title><div id=messagetext><p>抱歉，指定的主题不存在或已被删除或正在被审核</p></div>".into();
    assert_eq!(extract(&page, &forum()).gate, Gate::SoftNotFound);
}

#[test]
fn each_wrong_use_has_a_sentence() {
    let text = include_str!("../../seeds/sources/chaoyang-forum.toml");
    let problems = |from: &str, to: &str| {
        assert!(text.contains(from), "`{from}` is not in the definition");
        let list = parse_with("f.toml", &text.replacen(from, to, 1), &[]).expect_err("a wrong definition");
        let sentences = list
            .iter()
            .map(|problem| format!("{}: found {}, expected {}", problem.field, problem.found, problem.expected));
        sentences.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(problems("each = \"#postlist > div[id^=post_]\"", ""), @r"
    page[1].items.key: found a field that tells items apart, expected `each` with it, as the page is one listing without
    page[1].items.floor: found a field that tells items apart, expected `each` with it, as the page is one listing without
    page[1].items.same_page: found a field that tells items apart, expected `each` with it, as the page is one listing without
    ");
    insta::assert_snapshot!(problems("$1-1-1.html", "$2-1-1.html"), @"page[1].items.same_page.as: found `$2-1-1.html`, expected $1 to $1, the groups of `pattern`");
    insta::assert_snapshot!(problems("\"blockquote\"", "\"blockquote@cite\""), @"page[1].items.drop[1]: found `blockquote@cite`, expected a CSS selector without an attribute");
    insta::assert_snapshot!(problems("least_chars = 8", "least_chars = 0"), @"page[1].items.least_chars: found the number 0, expected a whole number from 1 to 1000");
    insta::assert_snapshot!(problems("\"page:#thread_subject\"", "\"page:##\""), @"page[1].items.fields.title: found `##`, expected a CSS selector, with @attribute after it where one is meant");
    insta::assert_snapshot!(problems("least_chars = 8", "html = \"body\""), @"page[1].items.html: found `body`, expected a field of this table that is read from JSON");
}
