//! Checks one `[[page]]`: pattern and links, and the places that values are read from.

use super::{
    item_rules,
    pages::{CssPath, FieldPlace, LinkPlace, LinkRule, PageDef, Paging, Piece, Template},
    paging_rules,
    reader::{Fields, Problems, Read, quoted},
};
use crate::domain::PageRole;
use regex::Regex;
use scraper::Selector;

/// What the links of the file lead to, to be compared with the pages that it defines.
pub type Targets = Vec<Read<PageRole>>;

/// Checks a page; `None` when something of it cannot be used.
pub fn page(table: Fields, problems: &Problems, max_depth: Option<u32>, targets: &mut Targets) -> Option<PageDef> {
    let role = role(&table, problems, "role").map(|read| read.value);
    let pattern = pattern(&table, problems);
    let json = role == Some(PageRole::Api);
    let links = table.tables("link").into_iter().filter_map(|link| self::link(link, problems, json, targets)).collect();
    let items = table.table("items").and_then(|items| item_rules::items(items, problems, json));
    if matches!(role, Some(PageRole::Detail | PageRole::Share)) {
        table.require("items", "where the listing's fields stand");
    } else if !table.has("items") && !table.has("link") && !table.has("paging") {
        table.wrong("items", "neither items nor links", "a page that yields something");
    }
    let paging =
        table.table("paging").map_or(Some(Paging::None), |paging| paging_rules::paging(paging, problems, max_depth));
    table.finish();
    Some(PageDef { role: role?, url_pattern: pattern?, links, items, paging: paging? })
}

/// Reads the role of an entry, a page or a link.
pub fn role(table: &Fields, problems: &Problems, name: &'static str) -> Option<Read<PageRole>> {
    let expected = "index, detail, share or api";
    let Read { value, at, field } = table.required_text(name, expected)?;
    if let Some(role) = PageRole::parse(&value) {
        return Some(Read { value: role, at, field });
    }
    problems.add(at, field, quoted(&value), expected);
    None
}

fn pattern(table: &Fields, problems: &Problems) -> Option<Regex> {
    let read = table.required_text("url_pattern", ADDRESS_PATTERN)?;
    address_pattern(&read, problems)
}

/// What a pattern of addresses has to be.
pub const ADDRESS_PATTERN: &str = "a regular expression that begins with ^http";

/// A regular expression over addresses.
pub fn address_pattern(read: &Read<String>, problems: &Problems) -> Option<Regex> {
    if !["^http", "^(http"].iter().any(|start| read.value.starts_with(start)) {
        read.wrong(problems, quoted(&read.value), ADDRESS_PATTERN);
        return None;
    }
    match Regex::new(&read.value) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            read.wrong(problems, format!("{} ({reason})", quoted(&read.value)), "a valid regular expression");
            None
        }
    }
}

fn link(table: Fields, problems: &Problems, json: bool, targets: &mut Targets) -> Option<LinkRule> {
    let to = role(&table, problems, "to").map(|read| {
        targets.push(read.clone());
        read.value
    });
    let css = table.text("selector").map(|read| css(&read, problems).map(LinkPlace::Css));
    let pointer = table.text("pointer").map(|read| pointer(&read, problems).map(LinkPlace::Pointer));
    let from = match (css, pointer) {
        (Some(css), None) if !json => css,
        (None, Some(pointer)) if json => pointer,
        _ => {
            let (expected, other) = if json { ("pointer", "selector") } else { ("selector", "pointer") };
            table.wrong(expected, "another field or none", format!("`{expected}` and no `{other}` on such a page"));
            None
        }
    };
    let template = table.text("template").map(|read| template(&read, problems, json));
    table.finish();
    Some(LinkRule {
        from: from?,
        to: to?,
        template: match template {
            Some(checked) => Some(checked?),
            None => None,
        },
    })
}

/// A selector, with the attribute behind it.
pub fn css(read: &Read<String>, problems: &Problems) -> Option<CssPath> {
    let (text, attr) = match read.value.rsplit_once('@') {
        Some((text, attr)) if !attr.is_empty() && attr.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            (text.trim(), Some(attr.to_ascii_lowercase()))
        }
        _ => (read.value.trim(), None),
    };
    if text.is_empty() && attr.is_some() {
        return Some(CssPath { text: String::new(), selector: None, attr });
    }
    if let Ok(selector) = Selector::parse(text) {
        return Some(CssPath { text: text.to_owned(), selector: Some(selector), attr });
    }
    read.wrong(problems, quoted(&read.value), "a CSS selector, with @attribute after it where one is meant");
    None
}

/// RFC 6901.
pub fn pointer(read: &Read<String>, problems: &Problems) -> Option<String> {
    let escapes_fit = read.value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (read.value.is_empty() || read.value.starts_with('/')) && escapes_fit {
        return Some(read.value.clone());
    }
    read.wrong(problems, quoted(&read.value), "a JSON pointer such as /data/list");
    None
}

/// Where a value stands, by the kind of page.
pub fn place(read: &Read<String>, problems: &Problems, json: bool) -> Option<FieldPlace> {
    if json {
        return pointer(read, problems).map(FieldPlace::Pointer);
    }
    if let Some(inner) = read.value.strip_prefix("page:") {
        let inner = Read { value: inner.to_owned(), at: read.at, field: read.field.clone() };
        return css(&inner, problems).map(FieldPlace::Page);
    }
    match read.value.strip_prefix("state:") {
        Some(inner) => {
            let inner = Read { value: inner.to_owned(), at: read.at, field: read.field.clone() };
            pointer(&inner, problems).map(FieldPlace::State)
        }
        None => css(read, problems).map(FieldPlace::Css),
    }
}

/// An address with holes.
pub fn template(read: &Read<String>, problems: &Problems, json: bool) -> Option<Template> {
    let mut pieces = Vec::new();
    let mut rest = read.value.as_str();
    let mut holes = 0;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        if open > 0 {
            pieces.push(Piece::Literal(rest[..open].to_owned()));
        }
        let hole = rest[open + 1..open + length].to_owned();
        pieces.push(Piece::Hole(place(&Read { value: hole, at: read.at, field: read.field.clone() }, problems, json)?));
        holes += 1;
        rest = &rest[open + length + 1..];
    }
    if holes == 0 || rest.contains(['{', '}']) {
        read.wrong(problems, quoted(&read.value), "an address with at least one {place}");
        return None;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Some(Template { pieces })
}
