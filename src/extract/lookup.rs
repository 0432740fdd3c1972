//! Finds a value at a place of an item, and says where it was.

use super::shown;
use crate::sources::{CssPath, FieldPlace, Piece, Template};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scraper::ElementRef;
use serde_json::Value;

/// A single field is never longer than this; `classify` refuses more.
pub const FIELD_LIMIT_BYTES: usize = 1 << 20;
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One item of a page.
#[derive(Clone)]
pub enum Node<'a> {
    /// Of HTML, with the script state object of the page.
    Element {
        /// The item.
        element: ElementRef<'a>,
        /// The state, where the definition names one and the page has it.
        state: Option<&'a Value>,
    },
    /// Of JSON.
    Json {
        /// The item.
        value: &'a Value,
        /// Pointer to it.
        at: String,
    },
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
        (Node::Element { element, .. }, FieldPlace::Css(path)) => in_element(*element, path, shape)?,
        (Node::Element { state: Some(state), .. }, FieldPlace::State(pointer)) => {
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

fn in_element(element: ElementRef, path: &CssPath, shape: Shape) -> Option<Found> {
    let read = |element: ElementRef| match (&path.attr, shape) {
        (Some(attr), _) => element.attr(attr).unwrap_or_default().to_owned(),
        (None, Shape::Line) => shown::one_line(element, FIELD_LIMIT_BYTES),
        (None, Shape::Paragraphs) => shown::lines(element, FIELD_LIMIT_BYTES),
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
