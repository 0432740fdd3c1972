//! Reads a page that no definition describes: by what the page says about itself for machines, and by the densest of its
//! text.
//!
//! Used for pages that a person recorded, and beside a definition in `source try`, where it shows what the definition
//! misses. Every field says where it stood. A definition is always better: this reading knows no site.

mod density;
mod facts;
mod jsonld;
mod labels;
mod meta;
mod microdata;
#[cfg(test)]
mod tests;

use super::{
    dates, encoding, furniture,
    gate::{self, Gate},
    html::{each, first},
    look, nesting,
    robots_tag::Wishes,
    shown,
};
use crate::domain::{FetchedPage, FieldOrigin, Listing, SourceId, SourceKind, UrlKey, UrlRule};
use crate::sources::Field;
use facts::Facts;
use jiff::civil::Date;
use scraper::{ElementRef, Html};
use url::Url;

/// A page's text is read for labels up to here.
const LABEL_BYTES: usize = 20_000;
/// Fewer characters are no advertisement.
const LEAST_BODY_CHARS: usize = 12;

/// What a page without a definition says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The address that the page calls its own (`rel=canonical`, `og:url`), or the one it came from.
    pub url: String,
    /// Headline; may be empty.
    pub title: String,
    /// Text, paragraphs separated by `\n`; never empty.
    pub body: String,
    /// Who posted.
    pub author: Option<String>,
    /// Price as written.
    pub price: Option<String>,
    /// Place as written.
    pub location: Option<String>,
    /// Day of posting in Asia/Shanghai.
    pub posted_at: Option<Date>,
    /// Where each field stood: `json-ld/offers/price`, `meta:og:title`, `microdata:author`, `text:价格`, or the way to the
    /// densest element.
    pub origins: Vec<FieldOrigin>,
}

/// A page looked at without a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether it is content.
    pub gate: Gate,
    /// The encoding it was read in.
    pub charset: String,
    /// What it says; only of content.
    pub reading: Option<Reading>,
    /// Oddities in words.
    pub notes: Vec<String>,
}

/// Reads a page without a definition; `None` for walls, lists, JSON, and pages without text.
///
/// ```
/// use tanzhao::{domain::{FetchedPage, PageRole, Request, SourceId}, extract::fallback};
/// let html = "<title>初三数学小班 - 同城</title><h1>初三数学小班</h1><div>周末上课,六人一班,讲练结合,一次80元。</div>";
/// let page = FetchedPage {
///     source: SourceId("recorded".into()),
///     role: PageRole::Detail,
///     request: Request::get("https://a.example.cn/1"),
///     final_url: "https://a.example.cn/1".into(),
///     status: 200,
///     headers: vec![],
///     body: html.into(),
///     fetched_at: "2026-11-25T10:00:00+08:00".parse().unwrap(),
/// };
/// let reading = fallback::read(&page).unwrap();
/// assert_eq!(reading.title, "初三数学小班");
/// assert!(reading.body.starts_with("周末上课"));
/// ```
#[must_use]
pub fn read(page: &FetchedPage) -> Option<Reading> {
    examine(page).reading
}

/// The same with the gate's verdict and notes. Total: any bytes give an answer.
#[must_use]
pub fn examine(page: &FetchedPage) -> Seen {
    let decoded = encoding::decode(&page.body, page.header("content-type"), None);
    let mut seen = Seen { gate: Gate::Content, charset: decoded.charset, reading: None, notes: decoded.notes };
    let text = decoded.text;
    if let Some(gate) = gate::by_status(page, &text).or_else(|| gate::by_bytes(page, &text)) {
        seen.gate = gate;
        return seen;
    }
    if !text.contains('<') || text.trim_start().starts_with(['{', '[']) {
        seen.gate = Gate::Unreadable("no HTML".to_owned());
        return seen;
    }
    let Ok(base) = Url::parse(&page.final_url) else {
        seen.gate = Gate::Unreadable("an answer without an address".to_owned());
        return seen;
    };
    let (kept, cut) = nesting::affordable(&text);
    if cut {
        seen.notes.push(format!("nested too deeply, cut after {} of {} bytes", kept.len(), text.len()));
    }
    let html = Html::parse_document(kept);
    let root = html.root_element();
    let mut wishes = Wishes::of_headers(page);
    each(root, "meta[name][content]", |meta| {
        let (name, directives) = (meta.attr("name").unwrap_or_default(), meta.attr("content").unwrap_or_default());
        wishes.add_meta(name, directives, page.fetched_at);
    });
    let reading = content(root, &base, page, &mut seen.notes);
    let alone = reading.as_ref().is_none_or(|reading| reading.body.chars().count() <= gate::BARE_CHARS);
    if let Some(gate) = gate::wall(&look::look(root, &base), false).filter(|_| alone) {
        seen.gate = gate;
    } else if wishes.noindex {
        seen.notes.push("noindex: not kept".to_owned());
    } else if reading.is_none() {
        seen.gate = Gate::Unreadable("no text of its own".to_owned());
    } else {
        seen.reading = reading;
    }
    seen
}

fn content(root: ElementRef, base: &Url, page: &FetchedPage, notes: &mut Vec<String>) -> Option<Reading> {
    let mut facts = Facts::default();
    jsonld::collect(root, &mut facts, notes);
    microdata::collect(root, &mut facts);
    let dense = density::densest(root);
    if let Some(heading) = density::heading(root) {
        facts.offer(Field::Title, &heading.text, heading.place);
    }
    meta::collect(root, &mut facts);
    let title = first(root, "title").map(|title| title.text().collect::<String>()).unwrap_or_default();
    facts.offer(Field::Title, meta::without_site(&title), "title".to_owned());
    let whole = first(root, "body").map_or_else(String::new, |body| {
        shown::lines_without(body, LABEL_BYTES, &|element| furniture::is_furniture(&element))
    });
    labels::collect(&whole, &mut facts);
    let description = facts.text(Field::Body).map(|text| text.chars().count()).unwrap_or_default();
    match dense {
        // The description for machines is often cut, and what a reader sees is the better evidence.
        Some(dense) if dense.text.chars().count() * 2 >= description => facts.put(Field::Body, dense.text, dense.place),
        _ if facts.is_of_the_page(Field::Body) || !density::is_list(root) => {}
        _ => return None,
    }
    let posted_at = facts.text(Field::PostedAt).and_then(|text| dates::posted_on(text, page.fetched_at));
    if let (Some(text), None) = (facts.text(Field::PostedAt), posted_at) {
        notes.push(format!("date not understood: `{}`", text.chars().take(40).collect::<String>()));
        facts.forget(Field::PostedAt);
    }
    let title = facts.text(Field::Title).unwrap_or_default().to_owned();
    let body = without_headline(facts.text(Field::Body).unwrap_or_default(), &title);
    if body.chars().count() < LEAST_BODY_CHARS {
        return None;
    }
    Some(Reading {
        url: meta::own_address(root, base).unwrap_or_else(|| base.to_string()),
        title,
        body,
        author: facts.text(Field::Author).map(str::to_owned),
        price: facts.text(Field::Price).map(str::to_owned),
        location: facts.text(Field::Location).map(str::to_owned),
        posted_at,
        origins: facts.origins(),
    })
}

/// The text without its first line where that is the headline again.
fn without_headline(body: &str, title: &str) -> String {
    match body.split_once('\n') {
        Some((line, rest)) if !title.is_empty() && line.trim() == title => rest.trim_start().to_owned(),
        _ => body.to_owned(),
    }
}

impl Reading {
    /// A listing under a source's name; `None` when the page's address is no web address.
    #[must_use]
    pub fn into_listing(self, page: &FetchedPage, source: &SourceId, kind: SourceKind) -> Option<Listing> {
        let canonical_url = UrlKey::parse(&self.url, &UrlRule::DropTracking)?;
        Some(Listing {
            url: page.final_url.clone(),
            canonical_url,
            source: source.clone(),
            source_kind: kind,
            title: self.title,
            body: self.body,
            author: self.author,
            price: self.price,
            location: self.location,
            site_city: None,
            posted_at: self.posted_at,
            fetched_at: page.fetched_at,
            origins: self.origins,
        })
    }
}
