//! The columns of the word lists, read strictly.

use super::lexicon::PinyinWord;

/// The lists there are.
pub(super) const FILES: [&str; 9] = [
    "terms.tsv",
    "homophones.tsv",
    "pinyin.tsv",
    "glyphs.tsv",
    "emoji.tsv",
    "digits.tsv",
    "traditional.tsv",
    "words.tsv",
    "senses.tsv",
];

/// How a character stands for a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitKind {
    /// A numeral written as a word; a digit only in a long run.
    Han,
    /// Another shape of the digit; always a digit.
    Form,
    /// A letter that looks like one; a digit only inside a long run of digits.
    Letter,
}

/// What must hold around a match for a rule to apply; all that are set must hold.
#[expect(clippy::struct_excessive_bools, reason = "a set of independent conditions, each read by one check")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// An ASCII end of the pattern is also the end of an ASCII word.
    pub word: bool,
    /// The same, at the left end only.
    pub left: bool,
    /// A teaching word stands near.
    pub teach: bool,
    /// An account name or a number follows, or a word like 加 goes before.
    pub contact: bool,
    /// An account name or a number follows.
    pub id: bool,
    /// At least five digits in any writing follow.
    pub digits: bool,
    /// The match is no part of an account name.
    pub not_id: bool,
    /// Single characters replaced while folding.
    pub character: bool,
}

/// One replacement rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub from: String,
    /// Equal to `from` when the pattern only protects text from shorter rules.
    pub to: String,
    pub guard: Guard,
}

pub(super) fn column<'a>(columns: &[&'a str], index: usize, name: &str) -> Result<&'a str, String> {
    match columns.get(index).map(|text| text.trim()) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(format!("column {} ({name}) is missing", index + 1)),
    }
}

pub(super) fn one_char(columns: &[&str], index: usize) -> Result<char, String> {
    let text = column(columns, index, "character")?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!("column {} must be one character, found `{text}`", index + 1)),
    }
}

pub(super) fn entry(columns: &[&str]) -> Result<Entry, String> {
    // Spaces inside a pattern count (`v ` before an account name), so `from` is written with `␠` for them.
    let from = column(columns, 0, "from")?.replace('␠', " ");
    let to = match column(columns, 1, "to")? {
        "=" => from.clone(),
        text => text.replace('␠', " "),
    };
    if from.contains('\n') || to.contains('\n') {
        return Err("a rule cannot cross lines".to_owned());
    }
    let mut guard = Guard::default();
    for name in columns.get(2).copied().unwrap_or_default().split('+').map(str::trim).filter(|name| !name.is_empty()) {
        match name {
            "word" => guard.word = true,
            "left" => guard.left = true,
            "teach" => guard.teach = true,
            "contact" => guard.contact = true,
            "id" => guard.id = true,
            "digits" => guard.digits = true,
            "notid" => guard.not_id = true,
            "char" => guard.character = true,
            _ => {
                return Err(format!(
                    "unknown guard `{name}`, expected word, left, teach, contact, id, digits, notid or char"
                ));
            }
        }
    }
    Ok(Entry { from, to, guard })
}

pub(super) fn pinyin(columns: &[&str]) -> Result<PinyinWord, String> {
    let word = column(columns, 0, "word")?;
    let syllables: Vec<String> = column(columns, 1, "syllables")?.split(' ').map(str::to_owned).collect();
    let length = word.chars().count();
    if syllables.len() != length {
        return Err(format!("`{word}` has {length} characters but {} syllables", syllables.len()));
    }
    if length > 4
        || !syllables.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
    {
        return Err(format!("`{word}`: at most 4 syllables of lower-case letters are expected"));
    }
    let whole = match columns.get(2).copied().unwrap_or_default().trim() {
        "" => false,
        "whole" => true,
        other => return Err(format!("unknown mark `{other}`, expected `whole` or nothing")),
    };
    Ok(PinyinWord { word: word.to_owned(), syllables, whole })
}

pub(super) fn digit(columns: &[&str]) -> Result<(char, char, DigitKind), String> {
    let (from, to) = (one_char(columns, 0)?, one_char(columns, 1)?);
    if !to.is_ascii_digit() {
        return Err(format!("column 2 must be a digit, found `{to}`"));
    }
    let kind = match column(columns, 2, "kind")? {
        "han" => DigitKind::Han,
        "form" => DigitKind::Form,
        "letter" => DigitKind::Letter,
        other => return Err(format!("unknown kind `{other}`, expected han, form or letter")),
    };
    Ok((from, to, kind))
}
