//! The words of walls, and how much of them it takes to be one.

use super::Gate;
use regex::Regex;
use std::sync::LazyLock;

const CAPTCHA: [&str; 34] = [
    "安全验证",
    "人机验证",
    "人机识别",
    "滑动验证",
    "滑块验证",
    "拖动滑块",
    "拖动下方",
    "向右滑动",
    "完成拼图",
    "依次点击",
    "请输入验证码",
    "输入验证码后",
    "输入图片中的",
    "完成验证",
    "进行验证",
    "通过验证",
    "访问验证",
    "身份验证码",
    "验证您是真人",
    "不是机器人",
    "浏览器安全检查",
    "安全检测",
    "被挤爆",
    "fail_sys_user_validate",
    "captcha",
    "are you a robot",
    "robot check",
    "not a robot",
    "are human",
    "you are a human",
    "just a moment",
    "checking your browser",
    "verifying you",
    "security check",
];
const BLOCKED: [&str; 37] = [
    "访问过于频繁",
    "请求过于频繁",
    "操作过于频繁",
    "访问太频繁",
    "请求太频繁",
    "操作太频繁",
    "访问频率",
    "操作频繁",
    "访问过快",
    "刷新过快",
    "频繁访问",
    "访问被拒绝",
    "访问已被",
    "拒绝访问",
    "访问受限",
    "禁止访问",
    "访问异常",
    "异常访问",
    "异常流量",
    "网络环境异常",
    "网络环境存在异常",
    "ip被封",
    "ip已被",
    "已被封禁",
    "设置的拦截",
    "设置拦截",
    "已被拦截",
    "云防护",
    "网站防火墙",
    "access denied",
    "access to this page has been",
    "have been blocked",
    "request blocked",
    "too many requests",
    "unusual traffic",
    "web application firewall",
    "forbidden",
];
const GONE: [&str; 33] = [
    "页面不存在",
    "页面没有找到",
    "页面找不到",
    "页面未找到",
    "找不到页面",
    "找不到该页",
    "信息不存在",
    "信息已删除",
    "信息已过期",
    "信息已经过期",
    "信息已成交",
    "信息已关闭",
    "已被删除",
    "已经删除",
    "被发布者删除",
    "已下架",
    "已失效",
    "已被下架",
    "主题不存在",
    "帖子不存在",
    "内容不存在",
    "内容已被",
    "笔记不存在",
    "不存在或已",
    "不存在或者已",
    "不存在，或",
    "不存在,或",
    "页面走丢",
    "笔记不见了",
    "404 not found",
    "404错误",
    "page not found",
    "page does not exist",
];
const EMPTY: [&str; 8] = ["暂无", "没有找到", "没有相关", "没有更多", "还没有", "没有符合", "什么都没有", "no results"];
const LOGIN: [&str; 20] = [
    "请登录",
    "请先登录",
    "请登陆",
    "请您登录",
    "登录后查看",
    "登录后可见",
    "登录后才能",
    "登录后继续",
    "登录才能",
    "用户登录",
    "账号登录",
    "您需要登录",
    "您需要先登录",
    "扫码登录",
    "未登录",
    "登录已过期",
    "没有权限访问",
    "无权访问",
    "please log in",
    "please sign in",
];

/// A title or a line longer than this is no mere message.
pub const MESSAGE_CHARS: usize = 24;
/// A wall has little text; what is longer is a page somebody wrote. Measured without links and page furniture.
pub const BARE_CHARS: usize = 300;
/// A field of a listing longer than this is never a notice in place of it.
const NOTICE_CHARS: usize = 60;

/// What words say anywhere in a text, the gravest first.
pub fn told(text: &str) -> Option<Gate> {
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

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant of this file, tried by its tests")
}

static SORRY: LazyLock<Regex> =
    LazyLock::new(|| constant(r"^(?:系统|温馨)?(?:提示(?:信息)?|很?抱歉|非常抱歉|对不起|sorry)?[\s,，!！。.:：]*"));
static NOTICES: LazyLock<[(Regex, Gate); 4]> = LazyLock::new(|| {
    [
        (
            constant(
                r"^(?:为了?[^,，。]{0,14}[,，])?(?:请您?先?|您?需要?先?)(?:完成|进行|通过|拖动|滑动|输入)[^,，。]{0,8}(?:验证码?|滑块)(?:后?(?:再|即可|继续|才能)[^,，。]{0,8})?[。!！]?$",
            ),
            Gate::Captcha,
        ),
        (
            constant(
                r"^(?:系统)?(?:检测到)?(?:您|你)(?:当前)?的?(?:ip|网络|账号|访问|请求|操作|浏览)[^。]{0,10}(?:过于频繁|太频繁|过快|异常|受限|被(?:拒绝|限制|封禁|拦截))了?(?:[,，。!！][^。]{0,20}[。!！]?)?$",
            ),
            Gate::BlockPage,
        ),
        (
            constant(
                r"^(?:您|你)?(?:要?(?:访问|查看|浏览|找)的)?(?:该|此|这条|本|当前)?(?:条|篇)?(?:信息|页面|帖子?|主题|内容|商品|笔记|职位|房源)[^,，。]{0,3}(?:不存在|已被?(?:删除|下架|过期|失效|关闭)|已经(?:被?删除|过期|失效|下架|关闭)|被(?:发布者|管理员|作者|用户)?删除|走丢了)了?(?:[,，。!！或][^。]{0,14}[。!！]?)?$",
            ),
            Gate::SoftNotFound,
        ),
        (
            constant(
                r"^(?:请|您|你|需要?)?(?:需要?|还没有?|尚未|未)?先?(?:登录|登陆)(?:后|之后|以后|账号)?(?:才能|才可|方可|即可|可以?|再)?(?:查看|访问|继续|浏览|可见|阅读)(?:本?操作|更多|完整|全部)*(?:信息|内容|详情|联系方式|电话)?[。!！]?$",
            ),
            Gate::LoginWall,
        ),
    ]
});

/// What a field says that is a notice from beginning to end: a site that answers in the place of the advertisement.
/// An advertisement that only mentions such words says more, so it never fits.
pub fn notice(text: &str) -> Option<Gate> {
    let text = text.trim();
    if text.chars().count() > NOTICE_CHARS {
        return None;
    }
    let lower: String = text.to_lowercase().split_whitespace().collect();
    let rest = &lower[SORRY.find(&lower).map_or(0, |found| found.end())..];
    NOTICES.iter().find(|(pattern, _)| pattern.is_match(rest)).map(|(_, gate)| gate.clone())
}

static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?i)(?:^|\D)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?:\D|$)|(?:微信|薇信?|v信|vx|wx|qq|扣扣)号?\s*[:：]?\s*[a-z0-9_-]{5,}",
    )
});

/// Whether somebody left a number or a name to be reached by; walls do not.
pub fn leaves_a_contact(text: &str) -> bool {
    CONTACT.is_match(text)
}
