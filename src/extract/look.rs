//! What an HTML page says about itself, for the gate.

use super::{
    furniture,
    gate::Look,
    html::{each, first},
    shown,
};
use regex::Regex;
use scraper::ElementRef;
use std::sync::LazyLock;
use url::Url;

/// The gate looks at the beginning of the text only.
const LOOK_BYTES: usize = 4_000;
/// A script that tests the browser shows itself early.
const SCRIPT_CHARS: usize = 20_000;
/// Less text than this and the links are read too: a wall may say all it says in one link.
const HARDLY_TEXT: usize = 12;

const CAPTCHA_PARTS: &str = "#captcha, .captcha, .geetest_holder, .geetest_panel, #nc_1_wrapper, .nc-container, \
     .tcaptcha, #tcaptcha_iframe, .g-recaptcha, .h-captcha, .cf-turnstile, iframe[src*=captcha], \
     form[action*=captcha], form[action*=verify], img[src*=captcha], input[name=captcha]";

/// Words that only scripts have that test a browser: Cloudflare, 创宇盾, 阿里云, 云锁, 瑞数, 网宿, 极验, 腾讯.
const CHALLENGES: [&str; 16] = [
    "_cf_chl_opt",
    "/cdn-cgi/challenge-platform",
    "__jsl_clearance",
    "acw_sc__v2",
    "aliyun_waf",
    "yunsuo_session",
    "$_ts=window",
    "window['$_ts']",
    "window[\"$_ts\"]",
    "wzws_sessionid",
    "__tst_status",
    "initgeetest",
    "tencentcaptcha",
    "awsc.use",
    "x5secdata",
    "hcaptcha.com/1/api",
];

static GOES_TO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"location(?:\.href)?\s*=\s*['"]([^'"]{1,500})['"]"#).ok());
static REPLACES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"location\.(?:replace|assign)\(\s*['"]([^'"]{1,500})['"]"#).ok());
static REFRESH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)^\s*[\d.]*\s*[;,]?\s*url\s*=\s*['"]?([^'"]+)"#).ok());

/// Looks at a page as the gate does.
pub fn look(root: ElementRef, base: &Url) -> Look {
    let title = first(root, "title").map(|title| title.text().collect::<String>()).unwrap_or_default();
    let body = first(root, "body");
    let own = |element: ElementRef| element.value().name() == "a" || furniture::is_furniture(&element);
    let mut text = body.map(|body| shown::lines_without(body, LOOK_BYTES, &own)).unwrap_or_default();
    let wordless = text.chars().count() < HARDLY_TEXT;
    if wordless {
        text = body.map(|body| shown::lines(body, LOOK_BYTES)).unwrap_or_default();
    }
    let script = script(root);
    let lower = script.to_ascii_lowercase();
    // A page without a word that sets a cookie and loads itself again only wants to see a browser do it.
    let cookie_trick = wordless
        && lower.contains("document.cookie")
        && (lower.contains("location.reload") || lower.contains("location.replace") || lower.contains("location.href"));
    Look {
        title: title.split_whitespace().collect::<Vec<_>>().join(" "),
        puzzle: cookie_trick
            || CHALLENGES.iter().any(|word| lower.contains(word))
            || first(root, CAPTCHA_PARTS).is_some(),
        password_field: first(root, "input[type=password]").is_some(),
        sends_to: sends_to(root, &script).and_then(|to| base.join(to.trim()).ok()).map(Into::into),
        text,
        ..Look::default()
    }
}

fn script(root: ElementRef) -> String {
    let mut script = String::new();
    each(root, "script", |element| {
        script.extend(element.attr("src").into_iter().chain(element.text()).flat_map(str::chars).take(SCRIPT_CHARS));
        script.push('\n');
    });
    script.chars().take(SCRIPT_CHARS).collect()
}

/// The address of a `<meta http-equiv=refresh>`, or of a script that does nothing but leave.
fn sends_to(root: ElementRef, script: &str) -> Option<String> {
    let refresh = first(root, "meta[http-equiv=refresh i]").and_then(|meta| meta.attr("content"));
    let found = |pattern: &LazyLock<Option<Regex>>, text: &str| {
        Some(pattern.as_ref()?.captures(text)?.get(1)?.as_str().to_owned())
    };
    refresh
        .and_then(|content| found(&REFRESH, content))
        .or_else(|| found(&GOES_TO, script))
        .or_else(|| found(&REPLACES, script))
}
