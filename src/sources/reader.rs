//! Reads a TOML tree field by field and collects what is wrong, instead of stopping at the first problem as a derived
//! `Deserialize` would.

use super::ManifestError;
use std::{cell::RefCell, collections::BTreeSet, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Collects the problems of one file.
pub struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    list: RefCell<Vec<ManifestError>>,
}

impl<'a> Problems<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, list: RefCell::default() }
    }

    /// Notes a problem at a byte of the file.
    pub fn add(&self, at: usize, field: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) {
        let before = self.text.get(..at).unwrap_or(self.text);
        self.list.borrow_mut().push(ManifestError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
        });
    }

    /// All, in the order of the file.
    pub fn into_list(self) -> Vec<ManifestError> {
        let mut list = self.list.into_inner();
        list.sort_by_key(|problem| problem.line);
        list
    }
}

/// A value that was read, and where it stands.
#[derive(Clone, Debug)]
pub struct Read<T> {
    pub value: T,
    pub at: usize,
    pub field: String,
}

impl<T> Read<T> {
    /// Notes that the value, shown as `found`, is not right.
    pub fn wrong(&self, problems: &Problems, found: impl Into<String>, expected: impl Into<String>) {
        problems.add(self.at, self.field.clone(), found, expected);
    }
}

/// One table being read; `finish` reports the fields nobody asked for.
pub struct Fields<'a, 'i> {
    table: &'a DeTable<'i>,
    path: String,
    at: usize,
    problems: &'a Problems<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a, 'i> Fields<'a, 'i> {
    pub fn new(table: &'a DeTable<'i>, path: String, at: usize, problems: &'a Problems<'a>) -> Self {
        Self { table, path, at, problems, asked: RefCell::default() }
    }

    /// The path of a field of this table.
    pub fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Notes a problem of the table as a whole.
    pub fn wrong(&self, name: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.problems.add(self.at, self.path(name), found, expected);
    }

    fn get(&self, name: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.asked.borrow_mut().insert(name);
        self.table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
    }

    /// Whether the field stands there at all.
    pub fn has(&self, name: &'static str) -> bool {
        self.get(name).is_some()
    }

    fn typed<T>(
        &self,
        name: &'static str,
        expected: &str,
        convert: impl FnOnce(&'a DeValue<'i>) -> Option<T>,
    ) -> Option<Read<T>> {
        let found = self.get(name)?;
        let at = found.span().start;
        if let Some(value) = convert(found.get_ref()) {
            return Some(Read { value, at, field: self.path(name) });
        }
        self.problems.add(at, self.path(name), shown(found.get_ref()), expected);
        None
    }

    /// Notes that a required field is missing, if it is.
    pub fn require(&self, name: &'static str, expected: &str) {
        if !self.has(name) {
            self.wrong(name, "nothing", expected);
        }
    }

    /// A string.
    pub fn text(&self, name: &'static str) -> Option<Read<String>> {
        self.text_as(name, "a string")
    }

    fn text_as(&self, name: &'static str, expected: &str) -> Option<Read<String>> {
        let read = self.typed(name, expected, |value| value.as_str().map(str::to_owned))?;
        if let Some(from) = read.value.find("${") {
            read.wrong(self.problems, quoted(&read.value[from..]), "a value for the placeholder");
            return None;
        }
        Some(read)
    }

    /// A string that has to be there and say something.
    pub fn required_text(&self, name: &'static str, expected: &str) -> Option<Read<String>> {
        self.require(name, expected);
        let read = self.text_as(name, expected)?;
        if read.value.trim().is_empty() {
            read.wrong(self.problems, "an empty string", expected);
            return None;
        }
        Some(read)
    }

    /// True, false or a word, as text.
    pub fn boolean_or_word(&self, name: &'static str, expected: &str) -> Option<Read<String>> {
        self.typed(name, expected, |value| match value {
            DeValue::Boolean(truth) => Some(truth.to_string()),
            // "true" in quotes is a mistake, and its quotes keep it from passing for the value.
            DeValue::String(word) if matches!(&**word, "true" | "false") => Some(format!("\"{word}\"")),
            DeValue::String(word) => Some(word.to_string()),
            _ => None,
        })
    }

    /// A whole number within a range.
    pub fn number(&self, name: &'static str, range: Range<u32>) -> Option<Read<u32>> {
        let expected = format!("a whole number from {} to {}", range.start, range.end.saturating_sub(1));
        self.typed(name, &expected, |value| as_number(value).filter(|number| range.contains(number)))
    }

    /// A local date, bare or as a string.
    pub fn date(&self, name: &'static str) -> Option<Read<jiff::civil::Date>> {
        self.typed(name, "a date such as 2026-11-25", |value| match value {
            DeValue::Datetime(date) => date.to_string().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// A table.
    pub fn table(&self, name: &'static str) -> Option<Self> {
        let read = self.typed(name, "a table", DeValue::as_table)?;
        Some(Fields::new(read.value, read.field, read.at, self.problems))
    }

    /// An array of tables, empty when it is missing.
    pub fn tables(&self, name: &'static str) -> Vec<Self> {
        let Some(read) = self.typed(name, "an array of tables", DeValue::as_array) else { return Vec::new() };
        let mut tables = Vec::new();
        for (index, value) in read.value.iter().enumerate() {
            let path = format!("{}[{index}]", read.field);
            match value.get_ref().as_table() {
                Some(table) => tables.push(Fields::new(table, path, value.span().start, self.problems)),
                None => self.problems.add(value.span().start, path, shown(value.get_ref()), "a table"),
            }
        }
        tables
    }

    /// A string or an array of strings.
    pub fn texts(&self, name: &'static str) -> Option<Vec<Read<String>>> {
        let found = self.get(name)?;
        let one = |value: &Spanned<DeValue>, field: String| {
            let at = value.span().start;
            match value.get_ref().as_str() {
                Some(text) if text.contains("${") => {
                    self.problems.add(at, field, quoted(text), "a value for the placeholder");
                    None
                }
                Some(text) => Some(Read { value: text.to_owned(), at, field }),
                None => {
                    self.problems.add(at, field, shown(value.get_ref()), "a string or an array of strings");
                    None
                }
            }
        };
        Some(match found.get_ref().as_array() {
            Some(array) => array
                .iter()
                .enumerate()
                .filter_map(|(index, value)| one(value, format!("{}[{index}]", self.path(name))))
                .collect(),
            None => one(found, self.path(name)).into_iter().collect(),
        })
    }

    /// Two whole numbers.
    pub fn pair(&self, name: &'static str) -> Option<Read<(u32, u32)>> {
        self.typed(name, "two whole numbers [least, most], the first not above the second", |value| {
            let [least, most] = &**value.as_array()? else { return None };
            let pair = (as_number(least.get_ref())?, as_number(most.get_ref())?);
            (pair.0 <= pair.1).then_some(pair)
        })
    }

    /// Reports every field that nobody asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            if !asked.contains(key.get_ref().as_ref()) {
                let known = asked.iter().copied().collect::<Vec<_>>().join(", ");
                let at = key.span().start;
                self.problems.add(at, self.path(key.get_ref()), "an unknown field", format!("one of {known}"));
            }
        }
    }
}

fn as_number(value: &DeValue) -> Option<u32> {
    let integer = value.as_integer()?;
    u32::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A value as an error shows it.
fn shown(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(items) => format!("an array of {}", items.len()),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A text in back-quotes, cut to a readable length.
pub fn quoted(text: &str) -> String {
    let mut cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("`{cut}`")
}
