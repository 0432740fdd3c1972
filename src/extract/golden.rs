//! Reads a golden page with its definition and says field by field what differs.

use super::{Extraction, Gate, extract};
use crate::domain::{FetchedPage, Listing, PageRole};
use crate::sources::{
    SourceManifest,
    golden::{Expected, Golden},
};
use jiff::{civil::Date, tz::Offset};

/// One thing that a golden page should yield and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// For example `title`, `links`, or `gate`.
    pub what: &'static str,
    /// What the definition says.
    pub expected: String,
    /// What was read.
    pub found: String,
}

/// Noon in China on the day it was saved; a page does not keep the hour.
fn noon(day: Date) -> jiff::Timestamp {
    Offset::constant(8).to_timestamp(day.at(12, 0, 0, 0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// What differs between a golden page's body and what the definition expects of it; empty when all is well.
#[must_use]
pub fn differences(manifest: &SourceManifest, golden: &Golden, body: &[u8]) -> Vec<Difference> {
    let kind = if golden.role == PageRole::Api { "application/json" } else { "text/html" };
    let page = FetchedPage {
        source: manifest.id.clone(),
        role: golden.role,
        request: golden.request.clone(),
        final_url: golden.request.url.clone(),
        status: 200,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.to_vec(),
        fetched_at: noon(golden.saved),
    };
    let found = extract(&page, manifest);
    if found.gate != Gate::Content {
        return vec![Difference { what: "gate", expected: "Content".to_owned(), found: format!("{:?}", found.gate) }];
    }
    golden.expect.iter().filter_map(|(what, expected)| difference(*what, expected, &found)).collect()
}

fn difference(what: Expected, expected: &str, found: &Extraction) -> Option<Difference> {
    let first = found.listings.first();
    let of_first = |read: fn(&Listing) -> Option<String>| first.and_then(read);
    let value = match what {
        Expected::Title => of_first(|listing| Some(listing.title.clone())),
        Expected::Body => of_first(|listing| Some(listing.body.clone())),
        Expected::Author => of_first(|listing| listing.author.clone()),
        Expected::Price => of_first(|listing| listing.price.clone()),
        Expected::Location => of_first(|listing| listing.location.clone()),
        Expected::SiteCity => of_first(|listing| listing.site_city.clone()),
        Expected::PostedAt => of_first(|listing| listing.posted_at.map(|day| day.to_string())),
        Expected::Contact => {
            let texts: Vec<String> =
                found.listings.iter().map(|listing| format!("{}\n{}", listing.title, listing.body)).collect();
            texts.iter().find(|text| text.contains(expected)).or(texts.first()).cloned()
        }
        Expected::Listings => Some(found.listings.len().to_string()),
        Expected::Links => Some(found.links.len().to_string()),
    };
    let fits = match what {
        Expected::Body | Expected::Contact => value.as_ref().is_some_and(|text| text.contains(expected)),
        _ => value.as_deref() == Some(expected),
    };
    (!fits).then(|| Difference {
        what: what.code(),
        expected: expected.to_owned(),
        found: value.unwrap_or_else(|| "nothing".to_owned()),
    })
}
