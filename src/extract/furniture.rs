//! Which parts of a page are furniture: the same on every page of a site and nobody's advertisement.

use scraper::ElementRef;

const TAGS: [&str; 8] = ["nav", "footer", "aside", "menu", "select", "button", "dialog", "iframe"];
const ROLES: [&str; 6] = ["navigation", "banner", "contentinfo", "complementary", "search", "menu"];
/// Words that stand alone or with a hyphen in the class or id of such parts, in the ways Chinese templates write them.
const NAMES: [&str; 44] = [
    "nav",
    "navbar",
    "navigation",
    "topnav",
    "topbar",
    "menu",
    "foot",
    "footer",
    "ft",
    "copyright",
    "beian",
    "icp",
    "crumb",
    "crumbs",
    "breadcrumb",
    "breadcrumbs",
    "mbx",
    "weizhi",
    "sidebar",
    "aside",
    "side",
    "related",
    "recommend",
    "recommends",
    "tuijian",
    "xiangguan",
    "guess",
    "hot",
    "hotlist",
    "paihang",
    "friendlink",
    "links",
    "pager",
    "pages",
    "pagination",
    "pg",
    "share",
    "bdshare",
    "toolbar",
    "qrcode",
    "searchbar",
    "loginbar",
    "advert",
    "adsbygoogle",
];

/// Whether an element is furniture by its tag, its role or its name.
pub fn is_furniture(element: &ElementRef) -> bool {
    let value = element.value();
    if TAGS.contains(&value.name()) || value.attr("role").is_some_and(|role| ROLES.contains(&role)) {
        return true;
    }
    // A whole page that carries such a word in its class is still the page.
    if ["html", "body", "main", "article"].contains(&value.name()) {
        return false;
    }
    value.id().into_iter().chain(value.classes()).any(|name| {
        let name = name.to_ascii_lowercase();
        name.split(['-', '_']).any(|part| NAMES.contains(&part.trim_end_matches(|c: char| c.is_ascii_digit())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::{Html, Selector};

    #[test]
    fn parts_of_every_page() {
        for (html, furniture) in [
            ("<nav>a</nav>", true),
            ("<div class='page-footer'>a</div>", true),
            ("<div id=nav_top>a</div>", true),
            ("<ul class='list related'>a</ul>", true),
            ("<div role=navigation>a</div>", true),
            ("<div class=hot2>a</div>", true),
            ("<div class=description>a</div>", false),
            ("<div class=photo>a</div>", false),
            ("<div class=content-left>a</div>", false),
            ("<article class=hot>a</article>", false),
        ] {
            let tree = Html::parse_fragment(html);
            let any = Selector::parse("nav, div, ul, article").expect("a selector");
            let element = tree.select(&any).next().expect("one element");
            assert_eq!((html, is_furniture(&element)), (html, furniture));
        }
    }
}
