//! Labelled listings: the rows of a corpus or of a test set, and reading them with the line in every complaint.

use crate::domain::{ContactKind, Form, Jurisdiction, ListingText, Stage, Subject, Verdict};
use serde::{Deserialize, Serialize};

/// A contact as a labeller wrote it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelledContact {
    /// Phone, chat or QQ.
    pub kind: ContactKind,
    /// Normalised as in `Contact`.
    pub value: String,
}

/// A listing with its labels; `None` is a label that nobody gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// Unique in its file; may be empty.
    #[serde(default)]
    pub id: String,
    /// As posted; may be empty.
    #[serde(default)]
    pub title: String,
    /// As posted.
    pub body: String,
    /// The city the site files the post under; may be empty.
    #[serde(default)]
    pub site_city: String,
    /// The class.
    pub verdict: Verdict,
    /// Covers.
    #[serde(default)]
    pub forms: Option<Vec<Form>>,
    /// Subjects.
    #[serde(default)]
    pub subjects: Option<Vec<Subject>>,
    /// Stages.
    #[serde(default)]
    pub stages: Option<Vec<Stage>>,
    /// Contacts.
    #[serde(default)]
    pub contacts: Option<Vec<LabelledContact>>,
    /// Whose matter it is.
    #[serde(default)]
    pub county: Option<Jurisdiction>,
    /// 0 to 3.
    #[serde(default)]
    pub obfuscation: Option<u8>,
    /// Shared by the two listings of a contrast pair, which differ in the few words that change the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<String>,
    /// Rows of one group may resemble one another and are never split in a cross-validation; set by [`read_jsonl`].
    #[serde(skip)]
    pub group: String,
}

impl Labelled {
    /// What the judgement reads.
    #[must_use]
    pub fn text(&self) -> ListingText {
        ListingText { title: self.title.clone(), body: self.body.clone(), site_city: self.site_city.clone() }
    }
}

/// A line that is no labelled listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LabelledError {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Field, what was found and what was expected.
    pub problem: String,
}

/// How many neighbouring lines form a group where no pair is named: one author, one theme.
const GROUP_LINES: usize = 4;

/// Reads JSON Lines; blank lines are passed by.
///
/// # Errors
/// At the first line that is not a labelled listing.
pub fn read_jsonl(file: &str, text: &str) -> Result<Vec<Labelled>, LabelledError> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let failed = |problem: String| LabelledError { file: file.to_owned(), line: index + 1, problem };
        let mut row: Labelled = serde_json::from_str(line).map_err(|error| failed(error.to_string()))?;
        if let Some(level) = row.obfuscation.filter(|level| *level > 3) {
            return Err(failed(format!("`obfuscation` is {level}, expected 0 to 3")));
        }
        row.group = match row.pair.as_deref() {
            Some(pair) if !pair.is_empty() => format!("{file}#{pair}"),
            _ => format!("{file}#{}", index / GROUP_LINES),
        };
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_named() {
        let text = "{\"body\":\"数学小班\",\"verdict\":\"overt\"}\n\n{\"body\":\"x\",\"verdict\":\"open\"}\n";
        let error = read_jsonl("a.jsonl", text).expect_err("no such verdict").to_string();
        assert!(error.starts_with("a.jsonl:3: unknown Verdict `open`"), "{error}");
        let rows = read_jsonl("a.jsonl", text.lines().next().unwrap_or_default()).expect("a good line");
        assert_eq!((rows[0].verdict, rows[0].county.clone()), (Verdict::Overt, None));
    }
}
