//! Turns the items of a page into listings.

use super::{
    Context, dates,
    lookup::{self, Found, Node, Shape},
};
use crate::domain::{FieldOrigin, Listing, UrlKey};
use crate::sources::{Field, FieldPlace, ItemRule, ItemsAt};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use url::Url;

/// No list page is longer; more means that a definition or a site went wrong.
pub const MAX_ITEMS: usize = 2_000;

/// Reads the listings out of items.
pub fn listings<'a>(
    items: impl Iterator<Item = Node<'a>>,
    rule: &ItemRule,
    context: &Context,
    notes: &mut Vec<String>,
) -> Vec<Listing> {
    let mut listings = Vec::new();
    let mut seen = BTreeSet::new();
    let mut counts = Counts::default();
    for (index, node) in items.enumerate() {
        if index >= MAX_ITEMS {
            notes.push(format!("more than {MAX_ITEMS} items, the rest was not read"));
            break;
        }
        let Some(listing) = listing(&node, rule, context, &mut counts) else { continue };
        if seen.insert(listing.canonical_url.clone()) {
            listings.push(listing);
        } else {
            counts.repeated += 1;
        }
    }
    counts.report(notes);
    listings
}

#[derive(Default)]
struct Counts {
    empty: usize,
    repeated: usize,
    off_scope: usize,
    short: usize,
    dates: Vec<String>,
}

impl Counts {
    fn report(self, notes: &mut Vec<String>) {
        for (count, what) in [
            (self.empty, "items without title and text"),
            (self.repeated, "items with an address that came before on the page"),
            (self.short, "items with a text shorter than the definition wants"),
            (self.off_scope, "items with an address off the source, keyed by this page instead"),
        ] {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        }
        if let Some(first) = self.dates.first() {
            notes.push(format!("{} dates not understood, first `{first}`", self.dates.len()));
        }
    }
}

fn listing(node: &Node, rule: &ItemRule, context: &Context, counts: &mut Counts) -> Option<Listing> {
    let mut origins = Vec::new();
    let mut read = |field: Field| {
        let shape = if field == Field::Body { Shape::Paragraphs } else { Shape::Line };
        let places = &rule.fields.iter().find(|rule| rule.field == field)?.places;
        let (at, Found { text, place }) =
            places.iter().find_map(|at| lookup::find(node, at, shape).map(|found| (at, found)))?;
        let from_json = matches!(at, FieldPlace::Pointer(_) | FieldPlace::State(_));
        let text = if from_json && rule.html.contains(&field) { without_tags(&text, shape)? } else { text };
        origins.push(FieldOrigin { field: field.code().to_owned(), place });
        Some(text)
    };
    let [title, body, author, price, location, site_city, posted] = Field::ALL.map(&mut read);
    let (title, body) = (title.unwrap_or_default(), body.unwrap_or_default());
    if title.is_empty() && body.is_empty() {
        // The page itself without fields is a matter of the gate, not of a row.
        counts.empty += usize::from(!matches!(rule.each, ItemsAt::Page));
        return None;
    }
    if body.chars().count() < rule.least_chars as usize {
        counts.short += 1;
        return None;
    }
    if let Some(floor) = rule.floor.as_ref().and_then(|place| lookup::find(node, place, Shape::Line)) {
        origins.push(FieldOrigin { field: "floor".to_owned(), place: floor.text });
    }
    let posted_at = posted.as_deref().and_then(|text| dates::posted_on(text, context.page.fetched_at));
    if let (Some(text), None) = (posted, posted_at) {
        counts.dates.push(text.chars().take(40).collect());
    }
    let (url, canonical_url) = address(node, rule, context, counts, (&title, &body))?;
    Some(Listing {
        url,
        canonical_url,
        source: context.manifest.id.clone(),
        source_kind: context.manifest.kind,
        title,
        body,
        author,
        price,
        location,
        site_city: site_city.or_else(|| context.manifest.site_city.clone()),
        posted_at,
        fetched_at: context.page.fetched_at,
        origins,
    })
}

/// The item's own address, or the page's with `#item`.
fn address(
    node: &Node,
    rule: &ItemRule,
    context: &Context,
    counts: &mut Counts,
    text: (&str, &str),
) -> Option<(String, UrlKey)> {
    if let Some(own) = rule.address.as_ref().and_then(|template| lookup::fill(node, template))
        && let Ok(mut url) = context.base.join(&own)
    {
        if context.manifest.in_scope(&url) {
            let key = UrlKey::of(&url, &context.manifest.url_rule)?;
            url.set_fragment(None);
            return Some((url.into(), key));
        }
        counts.off_scope += 1;
    }
    // The final address, so that a short link and its target are one advertisement; for a POST the list's own address.
    let page = UrlKey::parse(&context.page.final_url, &context.manifest.url_rule)?;
    if matches!(rule.each, ItemsAt::Page) {
        return Some((context.page.final_url.clone(), page));
    }
    let item = rule
        .key
        .as_ref()
        .and_then(|place| lookup::find(node, place, Shape::Line))
        .map_or_else(|| digest(text), |found| found.text);
    if let Some(same) = &rule.same_page {
        let address = same.pattern.replace(page.as_str(), same.to.as_str());
        let key = UrlKey::parse(&address, &context.manifest.url_rule).unwrap_or(page).with_item(&item);
        let shown = Url::parse(&context.page.final_url).map(|mut url| {
            url.set_fragment(Some(&item));
            url.into()
        });
        return Some((shown.unwrap_or_else(|_| key.as_str().to_owned()), key));
    }
    // Which page of a list an item stands on changes from day to day and is no part of its identity.
    let list = page.as_str().split('?').next().map(UrlKey::from_stored)?;
    let key = list.with_item(&item);
    Some((key.as_str().to_owned(), key))
}

/// The text of a JSON string that holds HTML.
fn without_tags(text: &str, shape: Shape) -> Option<String> {
    let text = lookup::unmarked(text);
    let text = if shape == Shape::Line { text.replace('\n', " ") } else { text };
    (!text.trim().is_empty()).then_some(text)
}

fn digest((title, body): (&str, &str)) -> String {
    let hash = Sha256::digest(format!("{title}\n{body}").as_bytes());
    let head = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{head:016x}")
}
