//! Finds a value at a place of an item, and says where it was.

use super::{nesting, shown};
use crate::sources::{CssPath, FieldPlace, Piece, Template};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scraper::{ElementRef, Html};
use serde_json::Value;

/// A single field is never longer than this; `classify` refuses more.
pub const FIELD_LIMIT_BYTES: usize = 1 << 20;
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One item of a page.
#[derive(Clone)]
pub enum Node<'a> {
    /// Of HTML, with what its page has beside it.
    Element {
        /// The item.
        element: ElementRef<'a>,
        /// The page.
        around: Around<'a>,
    },
    /// Of JSON.
    Json {
        /// The item.
        value: &'a Value,
        /// Pointer to it.
        at: String,
    },
}

/// What an HTML page has beside an item.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The whole page.
    pub page: ElementRef<'a>,
    /// The script state object, where the definition names one and the page has it.
    pub state: Option<&'a Value>,
    /// What is not the item's own text.
    pub drop: &'a [CssPath],
}

/// A value and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub text: String,
    pub place: String,
}

/// Whether line breaks are part of the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One line.
    Line,
    /// Paragraphs.
    Paragraphs,
}

/// The first value at a place that is not blank.
pub fn find(node: &Node, place: &FieldPlace, shape: Shape) -> Option<Found> {
    let found = match (node, place) {
        (Node::Element { element, around }, FieldPlace::Css(path)) => in_element(*element, path, shape, around.drop)?,
        (Node::Element { around, .. }, FieldPlace::Page(path)) => {
            let found = in_element(around.page, path, shape, around.drop)?;
            Found { place: format!("page:{}", found.place), ..found }
        }
        (Node::Element { around: Around { state: Some(state), .. }, .. }, FieldPlace::State(pointer)) => {
            Found { text: text_of(state.pointer(pointer)?)?, place: format!("state:{pointer}") }
        }
        (Node::Json { value, at }, FieldPlace::Pointer(pointer)) => {
            Found { text: text_of(value.pointer(pointer)?)?, place: format!("{at}{pointer}") }
        }
        _ => return None,
    };
    let trimmed = match shape {
        Shape::Line => found.text.split_whitespace().collect::<Vec<_>>().join(" "),
        Shape::Paragraphs => found.text.trim().to_owned(),
    };
    (!trimmed.is_empty()).then_some(Found { text: trimmed, place: found.place })
}

fn in_element(element: ElementRef, path: &CssPath, shape: Shape, drop: &[CssPath]) -> Option<Found> {
    let dropped = |element: ElementRef| {
        drop.iter().any(|path| path.selector.as_ref().is_some_and(|selector| selector.matches(&element)))
    };
    let read = |element: ElementRef| match (&path.attr, shape) {
        (Some(attr), _) => element.attr(attr).unwrap_or_default().to_owned(),
        (None, Shape::Line) => shown::lines_without(element, FIELD_LIMIT_BYTES, &dropped).replace('\n', " "),
        (None, Shape::Paragraphs) => shown::lines_without(element, FIELD_LIMIT_BYTES, &dropped),
    };
    let suffix = path.attr.as_ref().map(|attr| format!("@{attr}")).unwrap_or_default();
    let Some(selector) = &path.selector else {
        return Some(Found { text: read(element), place: suffix });
    };
    let (number, text) = element.select(selector).map(read).enumerate().find(|(_, text)| !text.trim().is_empty())?;
    Some(Found { text, place: format!("{}#{number}{suffix}", path.text) })
}

/// A JSON value as text: strings, numbers, and arrays of them as lines.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.chars().take(FIELD_LIMIT_BYTES).collect()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().filter(|item| !item.is_array()).filter_map(text_of).collect();
            (!lines.is_empty()).then(|| lines.join("\n"))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}

/// A text that may hold tags and entities, as a reader would see it.
pub fn unmarked(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.to_owned();
    }
    // Line breaks in the string are as good as tags to those who wrote it.
    let broken = text.replace('\n', "<br>");
    let html = Html::parse_fragment(nesting::affordable(&broken).0);
    shown::lines(html.root_element(), FIELD_LIMIT_BYTES)
}

/// Fills a template; `None` when a hole has no value.
pub fn fill(node: &Node, template: &Template) -> Option<String> {
    let alone = template.pieces.len() == 1;
    template
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Hole(place) => {
                let found = find(node, place, Shape::Line)?;
                Some(if alone { found.text } else { utf8_percent_encode(&found.text, IN_URL).to_string() })
            }
        })
        .collect()
}
