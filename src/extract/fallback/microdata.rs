//! schema.org in attributes: `itemscope`, `itemtype`, `itemprop`.

use super::{facts::Facts, jsonld::TYPES, shown};
use crate::extract::lookup::FIELD_LIMIT_BYTES;
use crate::sources::Field;
use scraper::{ElementRef, Selector};

const PROPS: [(Field, &[&str]); 6] = [
    (Field::Title, &["headline", "name", "title"]),
    (Field::Body, &["articleBody", "text", "description"]),
    (Field::Author, &["author", "seller", "provider", "creator"]),
    (Field::Price, &["price", "lowPrice", "priceRange"]),
    (Field::Location, &["address", "location", "areaServed", "addressLocality"]),
    (Field::PostedAt, &["datePublished", "datePosted", "dateCreated", "dateModified"]),
];

/// Takes the properties of the likeliest item.
pub fn collect(root: ElementRef, facts: &mut Facts) {
    let Ok(scopes) = Selector::parse("[itemscope][itemtype]") else { return };
    // A scope that is a property itself belongs to the item around it.
    let outer = root.select(&scopes).filter(|scope| scope.attr("itemprop").is_none());
    let ranked = outer.filter_map(|scope| {
        let kind = scope.attr("itemtype")?.trim().trim_end_matches('/').rsplit('/').next()?;
        Some((TYPES.iter().position(|known| known.eq_ignore_ascii_case(kind))?, scope))
    });
    let Some((_, scope)) = ranked.min_by_key(|(rank, _)| *rank) else { return };
    let Ok(props) = Selector::parse("[itemprop]") else { return };
    for (field, names) in PROPS {
        let found = names.iter().find_map(|name| {
            let element = scope.select(&props).find(|element| {
                element.attr("itemprop").is_some_and(|words| words.split_whitespace().any(|word| word == *name))
            })?;
            let text = value(element, field);
            (!text.trim().is_empty()).then_some((name, text))
        });
        if let Some((name, text)) = found {
            facts.offer(field, &text, format!("microdata:{name}"));
        }
    }
}

fn value(element: ElementRef, field: Field) -> String {
    let attribute = ["content", "datetime"].iter().find_map(|name| element.attr(name));
    match (attribute, field) {
        (Some(text), _) => text.to_owned(),
        (None, Field::Body) => shown::lines(element, FIELD_LIMIT_BYTES),
        (None, Field::Author | Field::Location) => {
            // A nested item names itself.
            let inner = super::first(element, "[itemprop=name]").unwrap_or(element);
            shown::one_line(inner, FIELD_LIMIT_BYTES)
        }
        (None, _) => shown::one_line(element, FIELD_LIMIT_BYTES),
    }
}
