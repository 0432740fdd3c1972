//! Checks `[page.items]`: where the listings of a page stand, what tells them apart, and where their fields are.

use super::{
    pages::{CssPath, Field, FieldPlace, FieldRule, ItemRule, ItemsAt, SamePage},
    reader::{Fields, Problems, quoted},
    rules::{ADDRESS_PATTERN, address_pattern, css, place, pointer, template},
};

/// Checks `[page.items]`; `json` says what kind of page it is on.
pub fn items(table: Fields, problems: &Problems, json: bool) -> Option<ItemRule> {
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
    let floor = table.text("floor").and_then(|read| place(&read, problems, json));
    let same_page = table.table("same_page").and_then(|table| same_page(table, problems));
    let several = !matches!(each, Some(ItemsAt::Page));
    for name in ["key", "floor", "same_page"] {
        if table.has(name) && !several {
            table.wrong(name, "a field that tells items apart", "`each` with it, as the page is one listing without");
        }
    }
    let drop = drop(&table, problems, json);
    let least_chars = table.number("least_chars", 1..1_001).map_or(0, |read| read.value);
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
    let html = html(&table, problems, json, &fields);
    table.finish();
    Some(ItemRule { each: each?, address, key, state, floor, same_page, drop, least_chars, html, fields })
}

fn same_page(table: Fields, problems: &Problems) -> Option<SamePage> {
    let pattern = table.required_text("pattern", ADDRESS_PATTERN).and_then(|read| address_pattern(&read, problems));
    let expected = "what the address becomes, such as \"$1-1.html\"";
    let to = table.required_text("as", expected);
    table.finish();
    let (pattern, to) = (pattern?, to?);
    let groups = pattern.captures_len();
    let mut asked = to.value.split('$').skip(1).map(|rest| {
        let digits: String = rest.trim_start_matches('{').chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    });
    if asked.any(|group| group.is_none_or(|group| group >= groups)) {
        to.wrong(problems, quoted(&to.value), format!("$1 to ${}, the groups of `pattern`", groups - 1));
        return None;
    }
    Some(SamePage { pattern, to: to.value })
}

/// Selectors of what is no text of the item.
fn drop(table: &Fields, problems: &Problems, json: bool) -> Vec<CssPath> {
    let Some(named) = table.texts("drop") else { return Vec::new() };
    if json {
        table.wrong("drop", "selectors", "no such field on a JSON page");
    }
    let paths = named.iter().filter_map(|read| {
        let path = css(read, problems)?;
        if path.attr.is_some() {
            read.wrong(problems, quoted(&read.value), "a CSS selector without an attribute");
            return None;
        }
        Some(path)
    });
    paths.collect()
}

/// Fields that hold HTML: strings of JSON only, as an element is read as its text anyway.
fn html(table: &Fields, problems: &Problems, json: bool, fields: &[FieldRule]) -> Vec<Field> {
    let Some(named) = table.texts("html") else { return Vec::new() };
    let known = named.iter().filter_map(|read| {
        let rule = fields.iter().find(|rule| rule.field.code() == read.value);
        let fits =
            rule.is_some_and(|rule| json || rule.places.iter().any(|place| matches!(place, FieldPlace::State(_))));
        if !fits {
            read.wrong(problems, quoted(&read.value), "a field of this table that is read from JSON");
        }
        rule.filter(|_| fits).map(|rule| rule.field)
    });
    known.collect()
}
