//! Checks one `[[page]]`: pattern, links, listings and paging.

use super::{
    pages::{
        CssPath, Field, FieldPlace, FieldRule, ItemRule, ItemsAt, LinkPlace, LinkRule, PageDef, Paging, ParamPlace,
        Piece, Template,
    },
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
    let items = table.table("items").and_then(|items| self::items(items, problems, json));
    if matches!(role, Some(PageRole::Detail | PageRole::Share)) {
        table.require("items", "where the listing's fields stand");
    } else if !table.has("items") && !table.has("link") && !table.has("paging") {
        table.wrong("items", "neither items nor links", "a page that yields something");
    }
    let paging = table.table("paging").map_or(Some(Paging::None), |paging| self::paging(paging, problems, max_depth));
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
    let expected = "a regular expression that begins with ^http";
    let read = table.required_text("url_pattern", expected)?;
    if !read.value.starts_with("^http") {
        read.wrong(problems, quoted(&read.value), expected);
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

fn css(read: &Read<String>, problems: &Problems) -> Option<CssPath> {
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

fn pointer(read: &Read<String>, problems: &Problems) -> Option<String> {
    let escapes_fit = read.value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (read.value.is_empty() || read.value.starts_with('/')) && escapes_fit {
        return Some(read.value.clone());
    }
    read.wrong(problems, quoted(&read.value), "a JSON pointer such as /data/list");
    None
}

fn place(read: &Read<String>, problems: &Problems, json: bool) -> Option<FieldPlace> {
    if json {
        return pointer(read, problems).map(FieldPlace::Pointer);
    }
    match read.value.strip_prefix("state:") {
        Some(inner) => {
            let inner = Read { value: inner.to_owned(), at: read.at, field: read.field.clone() };
            pointer(&inner, problems).map(FieldPlace::State)
        }
        None => css(read, problems).map(FieldPlace::Css),
    }
}

fn template(read: &Read<String>, problems: &Problems, json: bool) -> Option<Template> {
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

fn items(table: Fields, problems: &Problems, json: bool) -> Option<ItemRule> {
    let each = match table.text("each") {
        None if json => {
            table.wrong("each", "nothing", "a JSON pointer to the list");
            None
        }
        None => Some(ItemsAt::Page),
        Some(read) if json => pointer(&read, problems).map(ItemsAt::Pointer),
        Some(read) => css(&read, problems).map(ItemsAt::Css),
    };
    let address = table.text("address").and_then(|read| template(&read, problems, json));
    let key = table.text("key").and_then(|read| place(&read, problems, json));
    let state = table.text("state").map(|read| read.value);
    table.require("fields", "a table with title or body");
    let mut fields = Vec::new();
    if let Some(named) = table.table("fields") {
        for field in Field::ALL {
            let Some(read) = named.texts(field.code()) else { continue };
            let places: Vec<FieldPlace> = read.iter().filter_map(|read| place(read, problems, json)).collect();
            fields.push(FieldRule { field, places });
        }
        if !fields.iter().any(|rule| matches!(rule.field, Field::Title | Field::Body)) {
            named.wrong("body", "neither title nor body", "at least one of the two");
        }
        named.finish();
    }
    let reads_state = fields.iter().flat_map(|rule| &rule.places).any(|place| matches!(place, FieldPlace::State(_)));
    if reads_state && state.is_none() {
        table.wrong("state", "nothing", "the words before the state object, as a field is read from it");
    }
    table.finish();
    Some(ItemRule { each: each?, address, key, state, fields })
}

fn paging(table: Fields, problems: &Problems, max_depth: Option<u32>) -> Option<Paging> {
    let expected = "none, next_link, page_number or cursor";
    let kind = table.required_text("kind", expected)?;
    let paging = match kind.value.as_str() {
        "none" => Some(Paging::None),
        "next_link" => next_link(&table, problems),
        "page_number" => page_number(&table, problems),
        "cursor" => cursor(&table, problems, max_depth),
        other => {
            kind.wrong(problems, quoted(other), expected);
            return None;
        }
    };
    table.finish();
    paging
}

fn next_link(table: &Fields, problems: &Problems) -> Option<Paging> {
    let read = table.required_text("selector", "a CSS selector of the link to the next page")?;
    css(&read, problems).map(|selector| Paging::NextLink { selector })
}

fn page_number(table: &Fields, problems: &Problems) -> Option<Paging> {
    let place = param_place(table, problems);
    let first = table.number("first", 0..1_000_000).map_or(1, |read| read.value);
    table.require("max", "the greatest page number to ask for");
    let max = table.number("max", 1..1_000_001)?.value;
    if max < first {
        table.wrong("max", max.to_string(), format!("at least `first`, which is {first}"));
        return None;
    }
    Some(Paging::PageNumber { place: place?, first, max })
}

fn cursor(table: &Fields, problems: &Problems, max_depth: Option<u32>) -> Option<Paging> {
    let from =
        table.required_text("pointer", "a JSON pointer to the next cursor").and_then(|read| pointer(&read, problems));
    let more = table.text("more").and_then(|read| pointer(&read, problems));
    let place = param_place(table, problems);
    table.require("max", "the longest chain of pages");
    let max = table.number("max", 1..101)?;
    if let Some(depth) = max_depth.filter(|depth| max.value > *depth) {
        max.wrong(problems, max.value.to_string(), format!("at most max_depth, which is {depth}"));
    }
    Some(Paging::Cursor { pointer: from?, more, place: place?, max: max.value })
}

fn param_place(table: &Fields, problems: &Problems) -> Option<ParamPlace> {
    match (table.text("param"), table.text("body")) {
        (Some(param), None) => Some(ParamPlace::Query { param: param.value }),
        (None, Some(body)) => pointer(&body, problems).map(|pointer| ParamPlace::Body { pointer }),
        _ => {
            table.wrong(
                "param",
                "both or none of `param` and `body`",
                "a query parameter or a JSON pointer into the body",
            );
            None
        }
    }
}
