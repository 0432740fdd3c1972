//! Reasons as an operator reads them. The store and `--json` keep them as stable codes and short English sentences; here they
//! become Chinese, with what a person can do about them.

/// A reason in Chinese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub what: String,
    /// What a person can do, empty where nothing is to be done.
    pub advice: &'static str,
}

const WALL: &str = "不绕过。需要该平台数据的，向平台申请授权或数据接口，或由人工打开页面录制后用 import capture 导入";
const LOGIN: &str = "不登录。向平台申请公开接口，或由有权限的人员录制页面后用 import capture 导入";
const ASK_SITE: &str = "按站点意愿不采。确有需要的，与平台协商许可，或由人工录制后用 import capture 导入";
const LATER: &str = "无须处理，到时会自动继续";
const DEFINITION: &str = "对照网站核对来源定义（source try），修改后再采";
const REQUEST: &str = "核对定义中的地址和参数";
const BROWSER: &str = "安装 Chromium（apt install chromium）,或改用不需要脚本的页面";

/// As stored, `*` for what varies; as read, with what varied, itself in Chinese where it is known, for each `{}`; what can be done.
/// The first that fits counts.
const TABLE: [(&str, &str, &str); 75] = [
    ("captcha", "验证码页面", WALL),
    ("login_wall", "登录页面", LOGIN),
    ("block_page", "对方拦截页面", WALL),
    // As stored before there were codes.
    ("captcha page", "验证码页面", WALL),
    ("login wall", "登录页面", LOGIN),
    ("block page", "对方拦截页面", WALL),
    ("login wanted (status *)", "要求登录（状态 {}）", LOGIN),
    ("refused (status *)", "对方拒绝访问（状态 {}）", WALL),
    ("host asks for patience (status *); not before *", "对方要求稍候（状态 {}），最早 {} 再试", LATER),
    ("host asks for patience (status *)", "对方要求稍候（状态 {}）", LATER),
    ("robots.txt leads to an address that may not be asked: *", "robots.txt 指向不得访问的地址：{}", ASK_SITE),
    ("*; not before *", "{}，最早 {} 再试", LATER),
    ("not allowed: robots.txt", "robots.txt 不允许", ASK_SITE),
    ("not allowed: *", "站点不允许：{}", ASK_SITE),
    ("robots.txt cannot be read: *", "robots.txt 读取失败，暂不采集：{}", LATER),
    ("robots.txt cannot be read (status *)", "robots.txt 读取失败（状态 {}），暂不采集", LATER),
    ("robots.txt cannot be understood: *", "robots.txt 无法理解，暂不采集：{}", LATER),
    ("robots.txt is refused (status *)", "robots.txt 被拒绝（状态 {}），暂不采集", LATER),
    ("robots.txt redirects nowhere", "robots.txt 转向无目标，暂不采集", LATER),
    ("robots.txt redirects more than five times", "robots.txt 转向超过五次，暂不采集", LATER),
    ("gone (status *)", "页面已不存在（状态 {}）", ""),
    ("redirected to *", "转向 {}", ""),
    ("server error (status *)", "对方服务器出错（状态 {}）", LATER),
    ("redirects nowhere", "转向无目标", REQUEST),
    ("redirects more than five times", "转向超过五次", REQUEST),
    ("redirects to something that is no web address", "转向的不是网页地址", REQUEST),
    ("redirects out of scope, to *", "转向来源范围之外：{}", REQUEST),
    ("redirects to its own canonical address", "转向自身的规范地址", REQUEST),
    ("a redirect off the source, to *", "转向来源之外的站点 {}", REQUEST),
    ("source * is not part of this sweep", "来源 {} 不在本次采集内", "在命令中加入该来源后再采"),
    ("source is not part of this sweep", "来源不在本次采集内", "在命令中加入该来源后再采"),
    ("not an address: *", "不是网址：{}", REQUEST),
    ("address without a host", "网址没有主机名", REQUEST),
    ("scheme * is not http or https", "网址方案 {} 不是 http 或 https", REQUEST),
    ("* is a private, local or reserved address", "{} 是内网、本机或保留地址，不得访问", REQUEST),
    ("* is a local name", "{} 是本机或内网名称，不得访问", REQUEST),
    ("cannot be asked: *", "请求无法发出：{}", REQUEST),
    ("body is larger than * bytes", "页面超过 {} 字节", DEFINITION),
    ("the decoded body is larger than the limit of * bytes", "页面解压后超过 {} 字节", DEFINITION),
    ("no complete answer within *", "{} 内没有收到完整应答", LATER),
    ("the connection broke: *", "连接中断：{}", LATER),
    ("content encoding * is not one of *", "页面压缩方式 {} 不受支持", DEFINITION),
    ("the body is not valid *", "页面内容损坏（{}）", LATER),
    (
        "the server says 304 Not Modified and no earlier capture of the page is known",
        "对方称未变化，但没有此前的存档",
        "",
    ),
    (
        "an empty shell: its scripts would have to run, and there is no browser",
        "网页须运行脚本才有内容，而本机没有浏览器",
        BROWSER,
    ),
    ("not rendered: no Chromium: *", "未能渲染：未找到 Chromium 浏览器", BROWSER),
    ("not rendered: Chromium does not start: *", "未能渲染：浏览器未能启动（{}）", "检查 Chromium 能否单独运行"),
    ("not rendered: Chromium died while rendering: *", "未能渲染：浏览器中途退出（{}）", LATER),
    ("not rendered: *", "未能渲染：{}", DEFINITION),
    ("no Chromium: looked for *; install *", "未找到 Chromium 浏览器（查找过 {}）", BROWSER),
    (
        "crawl.render.allow_unsandboxed: *",
        "当前以 root 运行，Chromium 沙箱不可用",
        "改用普通用户运行，或设 allow_unsandboxed = true",
    ),
    ("browsers are switched off (*)", "配置中已关闭浏览器（{}）", "在 tanzhao.toml 中改为 auto 或 true"),
    ("needs a browser: *", "需要浏览器：{}", BROWSER),
    ("closed to crawlers: *", "来源不接受采集：{}", ASK_SITE),
    ("unverified since *; *", "来源定义自 {} 起未经核实", "核对后更新定义，或加 --unverified"),
    ("on this machine only; add --loopback", "来源在本机，须加 --loopback", "演示和试验时加 --loopback"),
    ("not on this machine; *", "来源不在本机，--loopback 只采本机", "去掉 --loopback"),
    ("an empty body", "页面没有内容", DEFINITION),
    ("a binary body", "页面不是文字", DEFINITION),
    ("an answer without an address", "应答没有地址", DEFINITION),
    ("status *", "状态 {}", DEFINITION),
    ("no listing where the definition says", "定义所指之处没有信息", DEFINITION),
    ("no * page of * fits the address", "来源 {1} 没有适合该地址的 {0} 页定义", DEFINITION),
    ("no JSON but *", "应答不是 JSON：{}", DEFINITION),
    ("* entries at * without the fields of the definition", "{1} 处的 {0} 条内容没有定义所列字段", DEFINITION),
    ("* at *, expected a list", "{1} 处应为列表，实际是 {0}", DEFINITION),
    ("the answer says *", "对方应答：{}", DEFINITION),
    (
        "the pattern brought nothing new for too long, or the sweep's page budget is spent",
        "该类地址长期没有新内容，或本次页数已满，其余地址不再记录",
        "",
    ),
    ("being asked", "正在抓取", ""),
    ("waits for its turn", "等待轮到", ""),
    ("source in quarantine: *", "来源已隔离：{}", "对照网站核对定义后用 source release 解除"),
    ("today's requests are used up", "今日请求次数已用完", LATER),
    ("quiet hours of the source", "来源的静默时段", LATER),
    ("the host's delay has not passed", "尚未到规定的间隔", LATER),
    ("the sweep's bound on requests is reached", "本次采集的请求数已到上限", "用同一命令继续"),
];

/// A reason in Chinese; one that is not known, or is Chinese already, stays as it is.
///
/// ```
/// use tanzhao::app::words::words;
/// assert_eq!(words("refused (status 403)").what, "对方拒绝访问（状态 403）");
/// ```
#[must_use]
pub fn words(reason: &str) -> Words {
    let known = TABLE.iter().find_map(|(stored, read, advice)| Some((matched(stored, reason)?, read, advice)));
    let Some((parts, read, advice)) = known else { return Words { what: reason.to_owned(), advice: "" } };
    let mut what = (*read).to_owned();
    for (number, part) in parts.iter().enumerate() {
        let part = words(part).what;
        let numbered = format!("{{{number}}}");
        what =
            if what.contains(&numbered) { what.replacen(&numbered, &part, 1) } else { what.replacen("{}", &part, 1) };
    }
    Words { what, advice }
}

/// What stands for the stars of a pattern.
fn matched<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split('*');
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() { rest.strip_suffix(piece)?.len() } else { rest.find(piece)? };
        parts.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crawl::{FetchError, guard::GuardError, render::RenderError},
        domain::FetchOutcome,
        evidence::DecodeError,
    };
    use std::time::Duration;

    fn chinese(text: &str) -> bool {
        text.chars().any(|c| c > '\u{4e00}')
    }

    #[test]
    fn reasons_are_read_with_what_varies() {
        for (stored, read, can_be_done) in [
            ("captcha", "验证码页面", true),
            (
                "robots.txt cannot be read (status 503); not before 2026-12-01T00:00:00Z",
                "robots.txt 读取失败（状态 503），暂不采集，最早 2026-12-01T00:00:00Z 再试",
                true,
            ),
            ("source in quarantine: refused (status 403)", "来源已隔离：对方拒绝访问（状态 403）", true),
            ("3 entries at /data without the fields of the definition", "/data 处的 3 条内容没有定义所列字段", true),
            ("gone (status 404)", "页面已不存在（状态 404）", false),
            ("not allowed: robots.txt", "robots.txt 不允许", true),
            ("something else", "something else", false),
            ("全部 3 页都是拦截页 (all 3 pages were walls)", "全部 3 页都是拦截页 (all 3 pages were walls)", false),
        ] {
            let words = words(stored);
            assert_eq!((words.what.as_str(), !words.advice.is_empty()), (read, can_be_done), "{stored}");
        }
    }

    #[test]
    fn no_pattern_hides_a_later_one_and_all_are_chinese() {
        for (at, (stored, read, advice)) in TABLE.iter().enumerate() {
            assert!(chinese(read) && (advice.is_empty() || chinese(advice)), "{stored}");
            let sample = stored.replace('*', "7");
            let first = TABLE.iter().position(|(pattern, ..)| matched(pattern, &sample).is_some());
            assert_eq!(first, Some(at), "{stored}");
            assert!(!words(&sample).what.contains(['{', '}']), "{stored}");
        }
    }

    #[test]
    fn what_the_crawl_says_is_known() {
        let until = jiff::Timestamp::UNIX_EPOCH;
        let failed = |reason: String| FetchOutcome::Failed { reason, retry: false }.reason();
        let seven = || "7".to_owned();
        for reason in [
            FetchOutcome::Redirected { status: 301, to: "http://a.cn/".into() }.reason(),
            FetchOutcome::Disallowed { rule: "robots.txt".into() }.reason(),
            FetchOutcome::Deferred { until, reason: "host asks for patience (status 429)".into() }.reason(),
            FetchOutcome::Gone { status: 404 }.reason(),
            failed(GuardError::Scheme(seven()).to_string()),
            failed(GuardError::NoHost.to_string()),
            failed(GuardError::Private([10, 0, 0, 1].into()).to_string()),
            failed(GuardError::LocalName(seven()).to_string()),
            failed(FetchError::TooSlow(Duration::from_secs(7)).to_string()),
            failed(FetchError::Broken(seven()).to_string()),
            failed(FetchError::Unaskable(seven()).to_string()),
            failed(FetchError::TooLarge { limit: 7, partial: None }.to_string()),
            failed(DecodeError::Unknown(seven()).to_string()),
            failed(DecodeError::TooLarge { limit: 7 }.to_string()),
            failed(format!("not rendered: {}", RenderError::Start(seven()))),
            failed(format!("not rendered: {}", RenderError::Stuck(Duration::ZERO))),
        ] {
            assert!(chinese(&words(&reason).what), "{reason}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_reason_is_read(reason in "([a-z;:() *{}]|; not before |not allowed: ){0,12}|.*") {
            let _ = words(&reason);
        }
    }
}
