//! Whether a page is content at all. A block page that passes for an empty list hides that we were stopped; a listing
//! that mentions 验证码 must not be taken for a CAPTCHA. So strong signs (title, address) always count and weak ones
//! (words, elements) only on a page that yields nothing.

use super::Yielded;
use crate::domain::{FetchedPage, PageRole};
use crate::sources::SourceManifest;
use url::Url;

/// What a page turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// What the definition describes.
    Content,
    /// A puzzle for people; a person has to decide about the source.
    Captcha,
    /// Only for those who log in; we do not.
    LoginWall,
    /// We are asked to stop.
    BlockPage,
    /// Gone, whatever the status says.
    SoftNotFound,
    /// A list without rows.
    EmptyList,
    /// Not what the definition describes, with what was found.
    Unreadable(String),
}

/// What a page says about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// The `<title>`, or the message of a JSON answer.
    pub title: String,
    /// The beginning of the visible text.
    pub text: String,
    /// Elements that only a CAPTCHA has.
    pub captcha_parts: bool,
    /// A field for a password.
    pub password_field: bool,
    /// Why the body does not fit the definition, if it does not.
    pub misfit: Option<String>,
    /// Whether the page asked not to be kept or followed, so that yielding nothing is its wish.
    pub asked_off: bool,
}

const CAPTCHA: [&str; 12] = [
    "安全验证",
    "人机验证",
    "滑动验证",
    "滑块验证",
    "拖动滑块",
    "请输入验证码",
    "输入图片中的",
    "完成验证",
    "访问验证",
    "身份验证码",
    "captcha",
    "are you a robot",
];
const LOGIN: [&str; 9] =
    ["请登录", "请先登录", "登录后查看", "登录后可见", "登录后才能", "用户登录", "您需要登录", "扫码登录", "未登录"];
const BLOCKED: [&str; 15] = [
    "访问过于频繁",
    "请求过于频繁",
    "访问频率",
    "操作太频繁",
    "操作频繁",
    "访问被拒绝",
    "访问受限",
    "禁止访问",
    "访问异常",
    "网络环境异常",
    "ip被封",
    "已被封禁",
    "access denied",
    "too many requests",
    "forbidden",
];
const GONE: [&str; 16] = [
    "页面不存在",
    "页面没有找到",
    "页面找不到",
    "信息不存在",
    "信息已删除",
    "信息已过期",
    "已被删除",
    "已经删除",
    "已下架",
    "已失效",
    "主题不存在",
    "帖子不存在",
    "内容不存在",
    "页面走丢",
    "404 not found",
    "page not found",
];
const EMPTY: [&str; 8] = ["暂无", "没有找到", "没有相关", "没有更多", "还没有", "没有符合", "什么都没有", "no results"];

/// A short title that says only this is a message, not a headline.
const MESSAGE_CHARS: usize = 24;

/// The gate as far as status, address and bytes tell. `None` means: read on.
pub(super) fn before_reading(page: &FetchedPage, manifest: &SourceManifest, text: &str) -> Option<Gate> {
    match page.status {
        401 | 407 => return Some(Gate::LoginWall),
        403 | 429 | 503 => return Some(told(text).filter(|gate| *gate == Gate::Captcha).unwrap_or(Gate::BlockPage)),
        404 | 410 => return Some(Gate::SoftNotFound),
        200..=299 => {}
        other => return Some(Gate::Unreadable(format!("status {other}"))),
    }
    if let Some(gate) = by_address(page, manifest) {
        return Some(gate);
    }
    if text.trim().is_empty() {
        return Some(Gate::Unreadable("an empty body".to_owned()));
    }
    let binary_type = page.header("content-type").is_some_and(|kind| {
        ["image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/octet-stream"]
            .iter()
            .any(|prefix| kind.trim_start().to_ascii_lowercase().starts_with(prefix))
    });
    // No encoding of a page has a zero byte in its text; a stray one among thousands is forgiven.
    let zeros = text.chars().take(1024).filter(|c| *c == '\0').count();
    if binary_type || zeros > text.len().min(1024) / 64 {
        return Some(Gate::Unreadable("a binary body".to_owned()));
    }
    None
}

/// A redirect to another page than the one asked for.
fn by_address(page: &FetchedPage, manifest: &SourceManifest) -> Option<Gate> {
    if page.final_url == page.request.url {
        return None;
    }
    let Ok(url) = Url::parse(&page.final_url) else {
        return Some(Gate::Unreadable("an answer without an address".to_owned()));
    };
    let host = url.host_str().unwrap_or_default();
    let path = url.path().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| path.split(['/', '.', '-', '_']).any(|part| part == *word));
    if says(&["captcha", "verify", "verifycode", "antibot", "antispam", "punish"]) || host.starts_with("verify") {
        return Some(Gate::Captcha);
    }
    if says(&["login", "signin", "passport"]) || host.starts_with("passport.") || host.starts_with("login.") {
        return Some(Gate::LoginWall);
    }
    if !manifest.in_scope(&url) {
        return Some(Gate::Unreadable(format!("a redirect off the source, to {host}")));
    }
    None
}

/// The gate after listings and links were read.
pub(super) fn after_reading(role: PageRole, yielded: &Yielded) -> Gate {
    let look = &yielded.look;
    let lists = matches!(role, PageRole::Index | PageRole::Api);
    // A text where the definition expects one is content, whatever words stand in it.
    if yielded.listings.iter().any(|listing| !listing.body.is_empty()) || lists && !yielded.listings.is_empty() {
        return Gate::Content;
    }
    let headline = yielded.listings.first().map(|listing| listing.title.as_str());
    for title in headline.into_iter().chain([look.title.as_str()]) {
        if title.chars().count() <= MESSAGE_CHARS
            && let Some(gate) = told(title)
            && (yielded.links.is_empty() || !lists || matches!(gate, Gate::Captcha | Gate::BlockPage))
        {
            return gate;
        }
    }
    if headline.is_some() {
        return Gate::Content;
    }
    let leads_on = !yielded.links.is_empty();
    if look.captcha_parts && !leads_on {
        return Gate::Captcha;
    }
    let wants_listing = !lists;
    if !leads_on || wants_listing {
        if let Some(gate) = told(&look.text) {
            return gate;
        }
        if look.password_field {
            return Gate::LoginWall;
        }
    }
    if let Some(misfit) = &look.misfit {
        return Gate::Unreadable(misfit.clone());
    }
    match (wants_listing, leads_on) {
        _ if look.asked_off => Gate::Content,
        (true, _) => Gate::Unreadable("no listing where the definition says".to_owned()),
        (false, true) => Gate::Content,
        (false, false) => Gate::EmptyList,
    }
}

/// What words say, the gravest first.
fn told(text: &str) -> Option<Gate> {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    // An honest empty list is told before anything milder than a stop.
    if has(&CAPTCHA) {
        Some(Gate::Captcha)
    } else if has(&BLOCKED) {
        Some(Gate::BlockPage)
    } else if has(&GONE) {
        Some(Gate::SoftNotFound)
    } else if has(&EMPTY) {
        Some(Gate::EmptyList)
    } else if has(&LOGIN) {
        Some(Gate::LoginWall)
    } else {
        None
    }
}
