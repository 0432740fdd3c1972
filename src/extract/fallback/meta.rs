//! `OpenGraph` and the other `<meta>` of a head.

use super::{each, facts::Facts, first};
use crate::sources::Field;
use scraper::ElementRef;
use url::Url;

/// Names in the order of trust; `property`, `name` and `itemprop` are used for the same things.
const NAMES: [(&str, Field); 20] = [
    ("og:title", Field::Title),
    ("twitter:title", Field::Title),
    ("og:description", Field::Body),
    ("twitter:description", Field::Body),
    ("description", Field::Body),
    ("og:article:author", Field::Author),
    ("article:author", Field::Author),
    ("author", Field::Author),
    ("product:price:amount", Field::Price),
    ("og:product:price", Field::Price),
    ("og:price:amount", Field::Price),
    ("og:street-address", Field::Location),
    ("og:locality", Field::Location),
    ("location", Field::Location),
    ("article:published_time", Field::PostedAt),
    ("bytedance:published_time", Field::PostedAt),
    ("og:release_date", Field::PostedAt),
    ("pubdate", Field::PostedAt),
    ("publishdate", Field::PostedAt),
    ("article:modified_time", Field::PostedAt),
];

/// Takes what the head says.
pub fn collect(root: ElementRef, facts: &mut Facts) {
    let mut said: Vec<(String, String)> = Vec::new();
    each(root, "meta[content]", |meta| {
        let name = ["property", "name", "itemprop"].iter().find_map(|attr| meta.attr(attr));
        if let (Some(name), Some(content)) = (name, meta.attr("content")) {
            said.push((name.trim().to_ascii_lowercase(), content.to_owned()));
        }
    });
    for (name, field) in NAMES {
        let Some((_, content)) = said.iter().find(|(known, content)| known == name && !content.trim().is_empty())
        else {
            continue;
        };
        let content = match field {
            // Facebook wants a profile's address here.
            Field::Author if content.starts_with("http") => continue,
            // Baidu's form: `province=辽宁;city=朝阳;coord=120.4,41.6`.
            Field::Location if content.contains('=') => {
                let part = |name: &str| content.split(';').find_map(|pair| pair.trim().strip_prefix(name));
                [part("province="), part("city=")].into_iter().flatten().collect::<String>()
            }
            _ => content.clone(),
        };
        facts.offer(field, &content, format!("meta:{name}"));
    }
}

/// A `<title>` without the name of the site behind it.
pub fn without_site(title: &str) -> &str {
    let title = title.trim();
    [" - ", " – ", " — ", " | ", "_", "|", "-"]
        .iter()
        .filter_map(|mark| title.split_once(mark))
        .map(|(head, _)| head.trim())
        .filter(|head| head.chars().count() >= 4)
        .min_by_key(|head| head.len())
        .unwrap_or(title)
}

/// The address that the page calls its own, on its own host.
pub fn own_address(root: ElementRef, base: &Url) -> Option<String> {
    let link = first(root, "link[rel=canonical][href]").and_then(|link| link.attr("href"));
    let own = link.or_else(|| first(root, "meta[property='og:url'][content]").and_then(|meta| meta.attr("content")))?;
    let url = base.join(own.trim()).ok()?;
    // A canonical link to the front page is a mistake of the template, not this page.
    let fits = url.host_str() == base.host_str() && matches!(url.scheme(), "http" | "https") && url.path() != "/";
    fits.then(|| url.into())
}
