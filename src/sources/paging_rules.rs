//! Checks `[page.paging]`: how a list goes on.

use super::{
    pages::{Paging, ParamPlace},
    reader::{Fields, Problems, quoted},
    rules::{css, pointer},
};

/// Checks `[page.paging]`.
pub fn paging(table: Fields, problems: &Problems, max_depth: Option<u32>) -> Option<Paging> {
    let expected = "none, next_link, page_number, offset or cursor";
    let kind = table.required_text("kind", expected)?;
    let paging = match kind.value.as_str() {
        "none" => Some(Paging::None),
        "next_link" => next_link(&table, problems),
        "page_number" => page_number(&table, problems),
        "offset" => offset(&table, problems),
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

fn offset(table: &Fields, problems: &Problems) -> Option<Paging> {
    let place = param_place(table, problems);
    table.require("step", "the rows of one page");
    let step = table.number("step", 1..10_001);
    table.require("max", "the greatest offset to ask for");
    let max = table.number("max", 1..1_000_001)?;
    let step = step?.value;
    if max.value < step {
        max.wrong(problems, max.value.to_string(), format!("at least `step`, which is {step}"));
        return None;
    }
    Some(Paging::Offset { place: place?, step, max: max.value })
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
