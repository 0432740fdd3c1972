//! Invented pages of both kinds: walls that shall not pass, and ordinary content that talks about walls.

use super::Gate;
use crate::domain::{FetchedPage, PageRole, Request, SourceId};
use crate::extract::extract;
use crate::sources::{SourceManifest, parse_with};

const SITE: &str = "http://127.0.0.1:81";

fn classified() -> SourceManifest {
    let text = include_str!("../../../seeds/sources/sample-classified.toml");
    parse_with("classified", text, &[("SAMPLE_CLASSIFIED", "81")]).expect("a seed definition")
}

fn social() -> SourceManifest {
    let text = include_str!("../../../seeds/sources/sample-social.toml");
    parse_with("social", text, &[("SAMPLE_SOCIAL", "82")]).expect("a seed definition")
}

fn page(role: PageRole, url: &str, body: &str) -> FetchedPage {
    FetchedPage {
        source: SourceId("sample".into()),
        role,
        request: Request::get(url),
        final_url: url.to_owned(),
        status: 200,
        // Some rows are too short to prove their encoding.
        headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
        body: body.into(),
        fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
    }
}

fn detail(html: &str) -> Gate {
    extract(&page(PageRole::Detail, &format!("{SITE}/ad/a1.html"), html), &classified()).gate
}

fn index(html: &str) -> Gate {
    extract(&page(PageRole::Index, &format!("{SITE}/jiaoyu/"), html), &classified()).gate
}

fn api(json: &str) -> Gate {
    extract(&page(PageRole::Api, "http://127.0.0.1:82/api/notes", json), &social()).gate
}

/// An advertisement where the definition expects it.
fn ad(title: &str, body: &str) -> String {
    format!("<title>{title} - 朝阳同城</title><h1 class=title>{title}</h1><div class=desc>{body}</div>")
}

/// Shows all that differ at once.
#[derive(Default)]
struct Table(Vec<String>);

impl Table {
    fn row(&mut self, page: &str, found: &Gate, expected: &Gate) {
        if found != expected {
            self.0.push(format!("{page}\n    found {found:?}, expected {expected:?}"));
        }
    }

    fn end(self) {
        assert!(self.0.is_empty(), "{} differ:\n{}", self.0.len(), self.0.join("\n"));
    }
}

#[test]
fn walls_on_the_page_of_an_advertisement() {
    let mut table = Table::default();
    let nav = "<div class=nav><a href=/>首页</a><a href=/login>登录</a><a href=/reg>注册</a></div>";
    let recommended =
        "<p>为您推荐</p><ul class=related><li><a href=/ad/b1.html>旧书桌</a><li><a href=/ad/b2.html>自行车</a></ul>";
    for (html, gate) in [
        // Puzzles.
        ("<title>安全验证</title><p>为保障您的访问安全,请拖动滑块完成拼图", Gate::Captcha),
        (
            "<title>访问验证-同城</title><div class=box><p>请输入图片中的字符</p><img src=/captcha.php></div>",
            Gate::Captcha,
        ),
        ("<title>人机验证</title><div id=captcha></div>", Gate::Captcha),
        ("<title></title><p>系统检测到您的网络环境存在异常,请点击按钮完成验证</p>", Gate::Captcha),
        ("<title>提示</title><p>亲,请依次点击图中的「春」「夏」「秋」", Gate::Captcha),
        ("<p>Please confirm that you are a human to continue</p>", Gate::Captcha),
        // Scripts that test the browser.
        (
            "<title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'}</script><noscript>Enable JavaScript",
            Gate::Captcha,
        ),
        ("<script>document.cookie=('__jsl_clearance=1|0|x;');location.href=location.pathname</script>", Gate::Captcha),
        (
            "<html><script>var arg1='9A';function setCookie(a,b){} setCookie('acw_sc__v2',x);document.location.reload();</script>",
            Gate::Captcha,
        ),
        (
            "<meta charset=utf-8><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1</script><body></body>",
            Gate::Captcha,
        ),
        ("<body><script>document.cookie='k=1;path=/';window.location.reload()</script></body>", Gate::Captcha),
        // Walls of firewalls.
        ("<title>403</title><h1>您的访问过于频繁,请稍后再试</h1>", Gate::BlockPage),
        (
            "<title>访问被拒绝</title><p>您的请求带有不合法参数,已被网站管理员设置拦截!<p>如何解决:联系网站管理员",
            Gate::BlockPage,
        ),
        (
            "<title>Access Denied</title><h1>Access Denied</h1>You don't have permission. Reference #18.2a",
            Gate::BlockPage,
        ),
        (
            "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1><p>Ray ID: 8f1a2b3c4d5e",
            Gate::BlockPage,
        ),
        (
            "<title>拦截提示</title><div>当前访问疑似黑客攻击,已被网站设置为拦截,云防护,事件编号 20261125100000123",
            Gate::BlockPage,
        ),
        ("<p>由于您的操作太频繁,IP已被暂时限制", Gate::BlockPage),
        // For members only.
        ("<title>用户登录</title><form action=/user/login><input name=u><input type=password></form>", Gate::LoginWall),
        ("<title>提示信息</title><p>抱歉,您需要先登录才能继续本操作</p>", Gate::LoginWall),
        ("<title>登录</title><form><input name=p type=password></form>", Gate::LoginWall),
        ("<title>提示信息 - 论坛</title><p>抱歉,您没有权限访问该版块", Gate::LoginWall),
        ("<meta http-equiv=Refresh content='0; url=/passport/login.php?back=1'>", Gate::LoginWall),
        ("<script>window.location.href='/user/login?url='+encodeURIComponent(1)</script>", Gate::LoginWall),
        // Gone, with status 200.
        ("<title>信息已删除</title><p>您访问的信息已删除</p>", Gate::SoftNotFound),
        ("<title>提示信息</title><p>抱歉,指定的主题不存在或已被删除或正在被审核</p>", Gate::SoftNotFound),
        ("<p>该信息已过期,看看别的吧</p>", Gate::SoftNotFound),
        ("<p>笔记不见了</p>", Gate::SoftNotFound),
        ("<title>404错误</title><p>您要找的页面走丢了", Gate::SoftNotFound),
    ] {
        for html in [html.to_owned(), format!("{nav}{html}"), format!("{html}</script>{recommended}")] {
            // A recommendation is no part of what the page says, but it is a link's text that a bare script page lacks.
            table.row(&html, &detail(&html), &gate);
        }
    }
    // A notice exactly where the definition expects the advertisement.
    for (title, body, gate) in [
        ("提示", "您的访问过于频繁，请稍后再试。", Gate::BlockPage),
        ("初三数学", "抱歉，该信息已被发布者删除！", Gate::SoftNotFound),
        ("初三数学", "该信息已过期", Gate::SoftNotFound),
        ("初三数学", "请登录后查看完整信息", Gate::LoginWall),
        ("温馨提示", "为了您的账号安全,请完成验证后继续访问", Gate::Captcha),
    ] {
        table.row(body, &detail(&ad(title, body)), &gate);
    }
    table.end();
}

#[test]
fn advertisements_that_talk_of_walls_are_content() {
    let mut table = Table::default();
    for (title, body) in [
        ("手机维修", "收不到验证码、登录后可见乱码、访问过于频繁都能修,13900000000"),
        ("404路公交站旁门市出租", "页面不存在中介费,信息真实,面议"),
        ("验证码代收请绕行", "本人不做验证码业务,勿扰"),
        ("招网站编辑", "工作内容:处理404 not found页面,完成验证码接口,请登录人才网报名"),
        ("出租 访问频繁的临街门面", "人流大,访问频率高"),
        ("该信息已过期的旧课本低价出", "该信息已过期的旧课本,初中全套,十元"),
        ("请登录本站看房", "请登录小区公众号看房,电话面谈"),
        ("Access Denied 乐队招鼓手", "forbidden too many requests 翻唱"),
        ("安全验证员招聘", "从事安全验证工作,月薪三千"),
        ("信息已删除", "上一条信息已删除,重发:初二物理小班,周六上课"),
        ("暂无", "暂无图片,九成新书桌一张"),
        ("卡通滑块", "拖动滑块的玩具,孩子不是机器人也能玩"),
        ("您的孩子", "您的访问就是我们的动力,您的操作太频繁会卡,游戏机转让"),
        ("被删除的照片恢复", "照片已被删除也能恢复,微信联系"),
    ] {
        table.row(body, &detail(&ad(title, body)), &Gate::Content);
    }
    // The site has changed its layout: not what the definition describes, but no wall either.
    let long = "辅导作业到晚上八点,接送到家,不玩手机,认真负责。".repeat(14);
    for html in [
        format!("<title>初二物理</title><article>{long}收不到验证码请登录后联系</article>"),
        "<title>修手机</title><article>请输入验证码时闪退,登录后可见乱码,找我修,13900000000</article>".to_owned(),
        format!("<title>请输入验证码</title><article>{long}</article><input type=password>"),
        format!("<article>{long}</article><div class=captcha></div><script>initGeetest()</script>"),
        "<title>修电脑</title><article>请登录后蓝屏、验证码收不到都能修,加微信 xiu_0421</article>".to_owned(),
    ] {
        let gate = detail(&html);
        assert!(matches!(gate, Gate::Unreadable(_)), "{html}: {gate:?}");
    }
    table.end();
}

#[test]
fn lists() {
    let mut table = Table::default();
    let row = |n: u32, text: &str| format!("<li class=item><a class=t href=/ad/r{n}.html>{text}</a></li>");
    let rows: String = (1..6).map(|n| row(n, "登录器 验证码 404 访问过于频繁")).collect::<Vec<_>>().concat();
    for (html, gate) in [
        (format!("<title>安全验证 教育培训</title><ul class=list>{rows}</ul>"), Gate::Content),
        (
            format!("<title>教育</title><ul class=list>{rows}</ul><input type=password><div class=captcha></div>"),
            Gate::Content,
        ),
        (format!("<title>教育</title><ul class=list>{}</ul>", row(1, "请先登录")), Gate::Content),
        ("<title>教育</title><ul class=list></ul><p>暂无信息".to_owned(), Gate::EmptyList),
        (
            "<title>教育</title><ul class=list></ul><p>没有符合条件的信息</p><a href=/login>请登录</a>".to_owned(),
            Gate::EmptyList,
        ),
        ("<title>安全验证</title><p>访问过于频繁</p>".to_owned(), Gate::Captcha),
        ("<title>提示</title><p>您的请求过于频繁</p>".to_owned(), Gate::BlockPage),
        ("<title>提示</title><p>请先登录</p>".to_owned(), Gate::LoginWall),
        ("<title>教育</title><div id=app></div><script src=/a.js></script>".to_owned(), Gate::EmptyList),
        ("<script src=/cdn-cgi/challenge-platform/h/b/orchestrate></script>".to_owned(), Gate::Captcha),
    ] {
        table.row(&html, &index(&html), &gate);
    }
    table.end();
}

#[test]
fn answers() {
    let mut table = Table::default();
    let row = r#"{"note_id":"s1","title":"验证码","desc":"请完成验证后登录,访问过于频繁"}"#;
    let answer = |list: &str, rest: &str| format!(r#"{{"data":{{"notes":[{list}]}}{rest}}}"#);
    for (json, gate) in [
        (r#"{"code":403,"msg":"请完成验证"}"#.to_owned(), Gate::Captcha),
        (
            r#"{"code":"403","message":"系统检测到您的网络环境存在异常访问行为,请完成验证后继续操作"}"#.to_owned(),
            Gate::Captcha,
        ),
        (
            r#"{"ret":["FAIL_SYS_USER_VALIDATE","哎哟喂,被挤爆啦"],"data":{"url":"https://x.cn/punish"}}"#.to_owned(),
            Gate::Captcha,
        ),
        (r#"{"code":300011,"data":{"verify_type":102,"verify_url":"/v"}}"#.to_owned(), Gate::Captcha),
        (answer("", r#","code":461,"need_captcha":true"#), Gate::Captcha),
        (r#"{"code":429,"msg":"slow down"}"#.to_owned(), Gate::BlockPage),
        (r#"{"errcode":-1,"errmsg":"操作太频繁,请稍后再试"}"#.to_owned(), Gate::BlockPage),
        (answer("", r#","code":403,"msg":"no""#), Gate::BlockPage),
        (r#"{"code":401,"msg":"token"}"#.to_owned(), Gate::LoginWall),
        (r#"{"code":-100,"msg":"登录已过期"}"#.to_owned(), Gate::LoginWall),
        (r#"{"code":404,"msg":"nope"}"#.to_owned(), Gate::SoftNotFound),
        (answer("", r#","code":-3,"msg":"sign error""#), Gate::Unreadable("the answer says -3 sign error".into())),
        (answer("", r#","code":0,"msg":"success""#), Gate::EmptyList),
        (answer("", r#","code":200,"msg":"ok","need_captcha":false"#), Gate::EmptyList),
        (answer("", r#","code":0,"msg":"暂无数据""#), Gate::EmptyList),
        (answer(row, r#","code":0,"msg":"success""#), Gate::Content),
        (answer(row, r#","code":0,"msg":"请完成验证""#), Gate::Content),
        (answer(row, r#","code":429,"need_captcha":true"#), Gate::Content),
        ("<html><title>安全验证</title><body><script>1</script>请完成验证".to_owned(), Gate::Captcha),
        ("<html><script>document.cookie='a=1';location.reload()</script>".to_owned(), Gate::Captcha),
        ("<html><title>用户登录</title><input type=password>".to_owned(), Gate::LoginWall),
    ] {
        table.row(&json, &api(&json), &gate);
    }
    table.end();
}

#[test]
fn a_redirect_to_the_front_page_means_gone() {
    let mut page = page(PageRole::Detail, &format!("{SITE}/ad/a1.html"), &ad("初三", "数学"));
    page.final_url = format!("{SITE}/");
    assert_eq!(extract(&page, &classified()).gate, Gate::SoftNotFound);
}

proptest::proptest! {
    #[test]
    fn notices_are_total_and_never_long(text in "[请您的访问登录后查看信息已删除,。 a-z0-9]{0,90}|\\PC{0,80}") {
        let found = super::notice(&text);
        proptest::prop_assert!(found.is_none() || text.trim().chars().count() <= 60);
    }
}
