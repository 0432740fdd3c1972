//! Whether a page is an empty shell that only its scripts would fill.
//!
//! Two signs are needed: hardly any visible text, and something that says scripts are expected to bring it. A short page
//! without scripts is just a short page, and a long one is read as it is, whatever scripts stand in it.

use super::{nesting, shown};
use scraper::{ElementRef, Html, Selector};

/// Visible characters up to which a page counts as empty; a listing's title and price alone are more.
const FEW_CHARS: usize = 60;
/// Bytes of inline script from which a page with little text is taken to be made by it.
const MUCH_SCRIPT: usize = 2_000;
/// Empty elements with these ids are where frameworks put what they render (React, Vue, Next, Nuxt, uni-app).
const MOUNTS: &str = "#app, #root, #__next, #__nuxt, #main, #container, [data-reactroot], [ng-app], app-root";
/// Words of a hint for readers without scripts.
const HINTS: [&str; 5] = ["javascript", "启用脚本", "开启脚本", "启用js", "运行脚本"];

/// Whether hardly anything can be read before the page's scripts have run.
///
/// ```
/// use tanzhao::extract::shell::is_shell;
/// assert!(is_shell("<title>慕容圈</title><div id=app></div><script src=/static/app.js></script>"));
/// assert!(!is_shell("<h1>暂无信息</h1>"));
/// ```
#[must_use]
pub fn is_shell(html: &str) -> bool {
    let (kept, _) = nesting::affordable(html);
    let document = Html::parse_document(kept);
    let root = document.root_element();
    let visible = first(root, "body").map(|body| shown::lines(body, FEW_CHARS * 4)).unwrap_or_default();
    if visible.chars().filter(|c| !c.is_whitespace()).count() > FEW_CHARS {
        return false;
    }
    let mut scripts = 0;
    let mut loaded = false;
    each(root, "script", |script| {
        loaded |= script.attr("src").is_some();
        // Data for the page or for search engines is no program.
        let kind = script.attr("type").unwrap_or_default();
        if kind.is_empty() || kind.contains("javascript") || kind == "module" {
            scripts += script.text().map(str::len).sum::<usize>();
        }
    });
    if !loaded && scripts == 0 {
        return false;
    }
    let mut mount = false;
    each(root, MOUNTS, |element| mount |= shown::lines(element, 8).is_empty());
    let mut hint = false;
    each(root, "noscript", |noscript| {
        let words = noscript.text().collect::<String>().to_lowercase();
        hint |= HINTS.iter().any(|word| words.contains(word));
    });
    mount || hint || scripts >= MUCH_SCRIPT
}

fn first<'a>(root: ElementRef<'a>, selector: &str) -> Option<ElementRef<'a>> {
    root.select(&Selector::parse(selector).ok()?).next()
}

fn each<'a>(root: ElementRef<'a>, selector: &str, act: impl FnMut(ElementRef<'a>)) {
    if let Ok(selector) = Selector::parse(selector) {
        root.select(&selector).for_each(act);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_told_from_short_and_from_scripted_pages() {
        let bundle = format!("<body><script>{}</script>", "render();".repeat(400));
        let listing =
            format!("<div id=app><p>{}</p></div><script src=/a.js></script>", "初三数学一对一小班".repeat(10));
        for (name, html, shell) in [
            ("an empty mount", "<div id=root> </div><script type=module src=/a.js></script>", true),
            (
                "a hint in noscript",
                "<noscript>请启用JavaScript后浏览</noscript><p>加载中</p><script src=/a.js></script>",
                true,
            ),
            ("a bundle in the page", bundle.as_str(), true),
            ("a short page", "<h1>帖子不存在</h1>", false),
            ("a short page with a counter", "<h1>帖子不存在</h1><script>count(1)</script>", false),
            ("a mount that nothing fills", "<div id=app></div>", false),
            ("a page rendered by the server", listing.as_str(), false),
            ("data, not a program", "<div class=a></div><script type='application/ld+json'>{}</script>", false),
            ("nothing", "", false),
        ] {
            assert_eq!(is_shell(html), shell, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,80}") {
            let _ = is_shell(&text);
        }
    }
}
