//! schema.org in JSON-LD: `<script type="application/ld+json">`.

use super::{each, facts::Facts};
use crate::extract::lookup::{text_of, unmarked};
use crate::sources::Field;
use scraper::ElementRef;
use serde_json::Value;

/// Types that can be an advertisement, the likeliest first. Others (breadcrumbs, organisations, sites) say nothing of it.
pub const TYPES: [&str; 20] = [
    "Course",
    "CourseInstance",
    "Offer",
    "AggregateOffer",
    "Product",
    "Service",
    "EducationalOccupationalProgram",
    "JobPosting",
    "Event",
    "EducationEvent",
    "DiscussionForumPosting",
    "SocialMediaPosting",
    "QAPage",
    "Question",
    "BlogPosting",
    "NewsArticle",
    "Article",
    "LocalBusiness",
    "WebPage",
    "ItemPage",
];
/// More objects than any honest page has.
const MAX_OBJECTS: usize = 500;

const TITLE: &[&str] = &["name", "headline", "title", "itemOffered/name"];
const BODY: &[&str] = &["articleBody", "text", "description", "itemOffered/description", "abstract"];
const AUTHOR: &[&str] = &[
    "author/name",
    "author",
    "seller/name",
    "offers/seller/name",
    "provider/name",
    "creator/name",
    "hiringOrganization/name",
    "organizer/name",
    "seller",
    "provider",
];
const PRICE: &[&str] = &[
    "price",
    "offers/price",
    "offers/lowPrice",
    "lowPrice",
    "priceSpecification/price",
    "offers/priceSpecification/price",
    "baseSalary/value/value",
    "priceRange",
];
const CURRENCY: &[&str] = &["priceCurrency", "offers/priceCurrency", "baseSalary/currency"];
const LOCATION: &[&str] = &[
    "address",
    "location/address",
    "location/name",
    "location",
    "contentLocation/name",
    "contentLocation",
    "jobLocation/address",
    "availableAtOrFrom/address",
    "offers/availableAtOrFrom/address",
    "areaServed/name",
    "areaServed",
    "provider/address",
];
const POSTED: &[&str] = &["datePublished", "datePosted", "dateCreated", "uploadDate", "dateModified"];

/// Takes the fields of the likeliest object. A block that is no JSON is skipped.
pub fn collect(root: ElementRef, facts: &mut Facts, notes: &mut Vec<String>) {
    let mut blocks = Vec::new();
    let mut broken = 0;
    each(root, "script[type='application/ld+json' i]", |script| match parse(&script.text().collect::<String>()) {
        Some(value) => blocks.push(value),
        None => broken += 1,
    });
    if broken > 0 {
        notes.push(format!("{broken} JSON-LD blocks that are no JSON"));
    }
    let mut objects: Vec<(usize, &Value)> = blocks.iter().flat_map(candidates).collect();
    // Stable, so that of two alike the first on the page wins.
    objects.sort_by_key(|(rank, _)| *rank);
    for (_, object) in objects {
        take(object, facts);
    }
}

/// Real pages put raw line breaks into strings, and comments or a semicolon around the whole.
fn parse(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<!--").trim_end_matches("-->").trim().trim_end_matches(';');
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace(|c: char| c.is_control(), " "))).ok()
}

/// The objects that stand for the page: at the top, in arrays, in `@graph`, or as `mainEntity`.
fn candidates(block: &Value) -> Vec<(usize, &Value)> {
    let mut found = Vec::new();
    let mut waiting = vec![block];
    while let Some(value) = waiting.pop() {
        if found.len() >= MAX_OBJECTS {
            break;
        }
        match value {
            // Popped from the end, so pushed in reverse to keep the order of the page.
            Value::Array(items) => waiting.extend(items.iter().take(MAX_OBJECTS).rev()),
            Value::Object(object) => {
                let inner = ["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|name| object.get(*name));
                waiting.extend(inner.filter(|value| !value.is_string()));
                if let Some(rank) = object.get("@type").and_then(rank) {
                    found.push((rank, value));
                }
            }
            _ => {}
        }
    }
    found
}

/// How likely the type is an advertisement; 0 is the likeliest.
fn rank(kind: &Value) -> Option<usize> {
    let one = |name: &str| {
        let name = name.rsplit(['/', '#', ':']).next()?;
        TYPES.iter().position(|known| known.eq_ignore_ascii_case(name))
    };
    match kind {
        Value::String(name) => one(name),
        Value::Array(names) => names.iter().filter_map(|name| one(name.as_str()?)).min(),
        _ => None,
    }
}

fn take(object: &Value, facts: &mut Facts) {
    let offer = |facts: &mut Facts, field: Field, paths: &[&str], read: &dyn Fn(&Value) -> Option<String>| {
        let found = paths.iter().find_map(|path| {
            let text = read(walk(object, path)?).filter(|text| !text.trim().is_empty())?;
            Some((path, text))
        });
        if let Some((path, text)) = found {
            facts.offer(field, &text, format!("json-ld/{path}"));
        }
    };
    offer(facts, Field::Title, TITLE, &plain);
    offer(facts, Field::Body, BODY, &plain);
    offer(facts, Field::Author, AUTHOR, &plain);
    let currency = CURRENCY.iter().find_map(|path| text_of(walk(object, path)?));
    offer(facts, Field::Price, PRICE, &|value| {
        let price = text_of(value)?;
        Some(match &currency {
            Some(currency) => format!("{price} {currency}"),
            None => price,
        })
    });
    offer(facts, Field::Location, LOCATION, &place);
    offer(facts, Field::PostedAt, POSTED, &text_of);
}

/// Follows names; an array on the way stands for its first entry.
fn walk<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut at = value;
    for name in path.split('/') {
        if let Value::Array(items) = at {
            at = items.first()?;
        }
        at = at.get(name)?;
    }
    Some(at)
}

/// Text as read, without the tags that some sites leave in it.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(items) => text_of(items.first()?)?,
        other => text_of(other)?,
    };
    Some(unmarked(&text))
}

/// A place: a text, or the parts of a postal address from large to small.
fn place(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => place(items.first()?),
        Value::Object(parts) => {
            let named = ["addressRegion", "addressLocality", "streetAddress"];
            let words: Vec<String> =
                named.iter().filter_map(|name| text_of(parts.get(*name)?)).filter(|word| !word.is_empty()).collect();
            if words.is_empty() { parts.get("name").and_then(text_of) } else { Some(words.concat()) }
        }
        other => text_of(other),
    }
}
