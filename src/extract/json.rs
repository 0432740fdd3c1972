//! Public list endpoints.

use super::{
    Context, Gate, Yielded,
    gate::Look,
    items,
    links::{self, Collector},
    look,
    lookup::{self, Node},
    nesting, paging,
    robots_tag::Wishes,
};
use crate::sources::{ItemsAt, LinkPlace, Paging};
use serde_json::Value;

/// Where answers put their message for people.
const MESSAGES: [&str; 14] = [
    "/message",
    "/msg",
    "/errmsg",
    "/errMsg",
    "/error",
    "/info",
    "/tips",
    "/ret",
    "/data/message",
    "/data/msg",
    "/data/tips",
    "/error/message",
    "/status/message",
    "/result/msg",
];
/// Where answers put a status of their own.
const CODES: [&str; 8] =
    ["/code", "/status", "/errcode", "/errno", "/ret_code", "/error/code", "/status/code", "/data/code"];
/// Names that an answer has only when it wants a puzzle solved, compared without `_` and case.
const PUZZLES: [&str; 9] = [
    "verifyurl",
    "captchaurl",
    "captcha",
    "captchaid",
    "needverify",
    "needcaptcha",
    "verifytype",
    "punishurl",
    "x5secdata",
];

/// Reads a JSON answer. An answer of another shape is a misfit with a sentence.
pub fn read(text: &str, context: &Context, wishes: Wishes) -> Yielded {
    let mut yielded = Yielded::default();
    let (inner, wrapper) = unwrapped(text);
    yielded.notes.extend(wrapper.map(str::to_owned));
    let value: Value = match serde_json::from_str(inner) {
        Ok(value) => value,
        Err(error) => {
            // A block page instead of the answer says so in its words.
            let is_html = text.trim_start().starts_with('<');
            if is_html {
                let html = scraper::Html::parse_document(nesting::affordable(text).0);
                yielded.look = look::look(html.root_element(), &context.base);
            } else {
                yielded.look.text = text.chars().take(2_000).collect();
            }
            let what = if is_html { "HTML".to_owned() } else { error.to_string() };
            misfit(&mut yielded, format!("no JSON but {what}"));
            return yielded;
        }
    };
    say(&value, &mut yielded.look);
    let mut rows = 0;
    if let Some(rule) = &context.definition.items
        && let ItemsAt::Pointer(pointer) = &rule.each
        && let Some(list) = list(&value, pointer, &mut yielded)
    {
        rows += list.len();
        let nodes =
            list.iter().enumerate().map(|(index, value)| Node::Json { value, at: format!("{pointer}/{index}") });
        let found = items::listings(nodes, rule, context, &mut yielded.notes);
        if found.is_empty() && rows > 0 {
            misfit(&mut yielded, format!("{rows} entries at {pointer} without the fields of the definition"));
        }
        if wishes.noindex {
            yielded.notes.push(format!("noindex: {} listings not kept", found.len()));
        } else {
            yielded.listings = found;
        }
    }
    yielded.look.asked_off = (wishes.noindex || wishes.nofollow) && rows > 0;
    let mut collector = Collector::new(context, wishes.nofollow);
    for rule in &context.definition.links {
        let LinkPlace::Pointer(pointer) = &rule.from else { continue };
        let Some(list) = list(&value, pointer, &mut yielded) else { continue };
        rows += list.len();
        for (index, value) in list.iter().enumerate().take(links::MAX_LINKS) {
            let address = match &rule.template {
                Some(template) => lookup::fill(&Node::Json { value, at: format!("{pointer}/{index}") }, template),
                None => lookup::text_of(value),
            };
            collector.add(address.as_deref(), rule.to, false);
        }
    }
    if rows > 0 {
        collector.page(next_page(&value, context, &mut yielded.notes));
    }
    yielded.links = collector.finish(&mut yielded.notes);
    yielded
}

fn list<'a>(value: &'a Value, pointer: &str, yielded: &mut Yielded) -> Option<&'a Vec<Value>> {
    let found = value.pointer(pointer);
    match found {
        Some(Value::Array(list)) => Some(list),
        other => {
            let shape = match other {
                None => "nothing",
                Some(Value::Null) => "null",
                Some(Value::Object(_)) => "an object",
                Some(_) => "a single value",
            };
            misfit(yielded, format!("{shape} at {pointer}, expected a list"));
            None
        }
    }
}

/// The JSON inside a guard against inclusion or a JSONP call, and what was taken off.
fn unwrapped(text: &str) -> (&str, Option<&'static str>) {
    let text = text.trim_start_matches('\u{feff}').trim();
    for guard in [")]}',", ")]}'", "while(1);", "for(;;);", "/**/"] {
        if let Some(rest) = text.strip_prefix(guard) {
            let (inner, more) = unwrapped_call(rest.trim());
            return (inner, more.or(Some("a guard before the JSON taken off")));
        }
    }
    unwrapped_call(text)
}

fn unwrapped_call(text: &str) -> (&str, Option<&'static str>) {
    let inner = text.split_once('(').and_then(|(name, rest)| {
        let is_name = !name.is_empty()
            && name.trim_end().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '[' | ']'));
        let call = rest.trim_end().trim_end_matches(';').trim_end().strip_suffix(')')?;
        is_name.then(|| call.trim())
    });
    inner.map_or((text, None), |inner| (inner, Some("a JSONP call around the JSON taken off")))
}

/// What the answer says beside its list.
fn say(value: &Value, look: &mut Look) {
    let messages: Vec<String> = MESSAGES.iter().filter_map(|at| lookup::text_of(value.pointer(at)?)).collect();
    look.title = messages.first().cloned().unwrap_or_default();
    look.text = messages.join("\n").chars().take(2_000).collect();
    let names = [Some(value), value.pointer("/data"), value.pointer("/error")];
    look.puzzle = names.into_iter().flatten().filter_map(Value::as_object).flatten().any(|(name, value)| {
        let wanted = !matches!(value, Value::Null | Value::Bool(false)) && value.as_i64() != Some(0);
        wanted && PUZZLES.contains(&name.replace('_', "").to_ascii_lowercase().as_str())
    });
    let Some(code) = CODES.iter().find_map(|at| lookup::text_of(value.pointer(at)?)?.trim().parse::<i64>().ok()) else {
        return;
    };
    // Every platform has its own numbers for success; what HTTP means by 4xx they all mean too, and nobody
    // succeeds below zero.
    look.refusal = match code {
        401 | 407 => Some(Gate::LoginWall),
        403 | 429 => Some(Gate::BlockPage),
        404 | 410 => Some(Gate::SoftNotFound),
        400..=599 | ..0 => {
            Some(Gate::Unreadable(format!("the answer says {code} {}", look.title).trim_end().to_owned()))
        }
        _ => None,
    };
}

fn misfit(yielded: &mut Yielded, sentence: String) {
    yielded.notes.push(sentence.clone());
    yielded.look.misfit.get_or_insert(sentence);
}

fn next_page(value: &Value, context: &Context, notes: &mut Vec<String>) -> Option<crate::domain::Request> {
    match &context.definition.paging {
        Paging::PageNumber { place, first, max } => {
            paging::next_number(&context.page.request, place, (*first, *max), notes)
        }
        Paging::Offset { place, step, max } => paging::next_offset(&context.page.request, place, (*step, *max), notes),
        Paging::Cursor { pointer, more, place, .. } => {
            let ended = more.as_ref().is_some_and(|at| paging::says_no(value.pointer(at)));
            let cursor = value.pointer(pointer).filter(|_| !ended)?;
            let empty = lookup::text_of(cursor).is_none_or(|text| text.is_empty());
            if empty { None } else { paging::next_cursor(&context.page.request, place, cursor, notes) }
        }
        Paging::None | Paging::NextLink { .. } => None,
    }
}
