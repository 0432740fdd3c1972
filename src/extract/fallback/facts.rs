//! What has been found so far, the most trusted source first.

use crate::domain::FieldOrigin;
use crate::sources::Field;

/// A line that belongs in one of the short fields is not longer.
const LINE_CHARS: usize = 200;

/// One value a field, with its place.
#[derive(Debug, Default)]
pub struct Facts(Vec<(Field, String, String)>);

impl Facts {
    /// Takes a value unless the field has one; blank values say nothing.
    pub fn offer(&mut self, field: Field, text: &str, place: String) {
        let text = match field {
            Field::Body => text.trim().to_owned(),
            _ => text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LINE_CHARS).collect(),
        };
        if !text.is_empty() && self.text(field).is_none() {
            self.0.push((field, text, place));
        }
    }

    /// Takes a value in the place of another.
    pub fn put(&mut self, field: Field, text: String, place: String) {
        self.forget(field);
        self.0.push((field, text, place));
    }

    /// Drops a value.
    pub fn forget(&mut self, field: Field) {
        self.0.retain(|(known, ..)| *known != field);
    }

    /// The value of a field.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.0.iter().find(|(known, ..)| *known == field).map(|(_, text, _)| text.as_str())
    }

    /// Whether the value was said of the thing on the page and not of the page (or its site) in a `<meta>`.
    pub fn is_of_the_page(&self, field: Field) -> bool {
        self.0.iter().any(|(known, _, place)| *known == field && !place.starts_with("meta:"))
    }

    /// Where the fields stood, in the usual order.
    pub fn origins(&self) -> Vec<FieldOrigin> {
        let mut found: Vec<_> = self.0.iter().collect();
        found.sort_by_key(|(field, ..)| *field);
        found
            .into_iter()
            .map(|(field, _, place)| FieldOrigin { field: field.code().to_owned(), place: place.clone() })
            .collect()
    }
}
