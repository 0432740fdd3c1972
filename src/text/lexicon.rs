//! The word lists: parsed from text, never from files, with file and line in every error.

use super::tables::{self, Entry, Guard};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

/// A line of a word list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LexiconError {
    /// The list.
    pub file: String,
    /// Counted from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong, what was expected.
    pub problem: String,
}

/// A word that loses characters to pinyin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PinyinWord {
    pub word: String,
    pub syllables: Vec<String>,
    /// Whether the word is also undone when no Chinese character of it is left.
    pub whole: bool,
}

/// Everything the reading of a text knows about words.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    terms: BTreeMap<String, Vec<String>>,
    dict: Vec<String>,
    pub(super) teach: Vec<String>,
    pub(super) rules: Vec<Entry>,
    pub(super) chars: Vec<(char, String)>,
    pub(super) pinyin: Vec<PinyinWord>,
    pub(super) traditional: Vec<(char, char)>,
    pub(super) digits: Vec<(char, char, tables::DigitKind)>,
    pub(super) senses: BTreeMap<String, Vec<String>>,
    digest: String,
}

impl Lexicon {
    /// Reads the lists, given as pairs of file name and content; a folder before the name is ignored.
    ///
    /// Known names are `terms.tsv`, `homophones.tsv`, `pinyin.tsv`, `glyphs.tsv`, `emoji.tsv`, `digits.tsv`,
    /// `traditional.tsv`, `words.tsv` and `senses.tsv`; a list that is not given is empty. Lines that start with `#` are comments.
    ///
    /// ```
    /// use tanzhao::text::{Cleaner, Lexicon};
    /// let lexicon = Lexicon::parse(&[("homophones.tsv", "鹰语\t英语\n")])?;
    /// assert_eq!(Cleaner::new(&lexicon).clean("初三鹰语").as_str(), "初三英语");
    /// # Ok::<(), tanzhao::text::LexiconError>(())
    /// ```
    ///
    /// # Errors
    /// The first line that cannot be used, or a file of an unknown name.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LexiconError> {
        let mut lexicon = Self { digest: digest(files), ..Self::default() };
        for &(path, content) in files {
            let name = file_name(path);
            for (index, line) in content.lines().enumerate() {
                let line = line.trim_end_matches(['\r', ' ']);
                if line.trim().is_empty() || line.starts_with('#') {
                    continue;
                }
                let columns: Vec<&str> = line.split('\t').collect();
                lexicon.add(name, &columns).map_err(|problem| LexiconError {
                    file: path.to_owned(),
                    line: index + 1,
                    problem,
                })?;
            }
            if !tables::FILES.contains(&name) {
                let problem = format!("unknown list, expected one of {}", tables::FILES.join(", "));
                return Err(LexiconError { file: path.to_owned(), line: 0, problem });
            }
        }
        lexicon.collect_dictionary();
        Ok(lexicon)
    }

    /// The terms of a class in the order of the file; empty for a class that does not exist.
    #[must_use]
    pub fn terms(&self, class: &str) -> &[String] {
        self.terms.get(class).map_or(&[], Vec::as_slice)
    }

    /// The classes that have terms.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.terms.keys().map(String::as_str)
    }

    /// The words that are put together again when separators stand inside.
    #[must_use]
    pub fn dict_words(&self) -> &[String] {
        &self.dict
    }

    /// All the words a segmenter should keep whole: those of [`Self::dict_words`] and those with a sense.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.dict.iter().chain(self.senses.keys()).map(String::as_str)
    }

    /// SHA-256 over names and contents in lower-case hex; the order of the files does not matter.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    fn add(&mut self, name: &str, columns: &[&str]) -> Result<(), String> {
        match name {
            "terms.tsv" => {
                let (class, term) = (tables::column(columns, 0, "class")?, tables::column(columns, 1, "term")?);
                let list = self.terms.entry(class.to_owned()).or_default();
                if !list.iter().any(|known| known == term) {
                    list.push(term.to_owned());
                }
            }
            "homophones.tsv" | "glyphs.tsv" | "emoji.tsv" => match tables::entry(columns)? {
                Entry { from, to, guard: Guard { character: true, .. } } => {
                    let mut chars = from.chars();
                    match (chars.next(), chars.next()) {
                        (Some(only), None) => self.chars.push((only, to)),
                        _ => return Err(format!("`{from}` has guard `char` and must be one character")),
                    }
                }
                entry => self.rules.push(entry),
            },
            "pinyin.tsv" => self.pinyin.push(tables::pinyin(columns)?),
            "traditional.tsv" => {
                self.traditional.push((tables::one_char(columns, 0)?, tables::one_char(columns, 1)?));
            }
            "digits.tsv" => self.digits.push(tables::digit(columns)?),
            "words.tsv" => {
                let word = tables::column(columns, 0, "word")?;
                match columns.get(1).copied().unwrap_or_default() {
                    "" => {}
                    "teach" => self.teach.push(word.to_owned()),
                    other => return Err(format!("unknown mark `{other}`, expected `teach` or nothing")),
                }
                self.dict.push(word.to_owned());
            }
            "senses.tsv" => {
                let (word, classes) = (tables::column(columns, 0, "word")?, tables::column(columns, 1, "classes")?);
                let classes: Vec<String> = classes.split(' ').map(str::to_owned).collect();
                let code =
                    |class: &String| !class.is_empty() && class.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                if classes.len() > 2 || !classes.iter().all(code) {
                    return Err("column 2 (classes) must be one or two codes of a-z and _".to_owned());
                }
                if self.senses.insert(word.to_owned(), classes).is_some() {
                    return Err(format!("`{word}` stands twice"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn collect_dictionary(&mut self) {
        let mut words = std::mem::take(&mut self.dict);
        words.extend(self.terms.values().flatten().cloned());
        words.extend(self.pinyin.iter().map(|entry| entry.word.clone()));
        let mut seen = HashSet::new();
        words.retain(|word| {
            let length = word.chars().count();
            (2..=8).contains(&length) && word.chars().all(char::is_alphanumeric) && seen.insert(word.clone())
        });
        self.dict = words;
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn digest(files: &[(&str, &str)]) -> String {
    let sorted: BTreeMap<&str, &str> = files.iter().map(|&(path, content)| (file_name(path), content)).collect();
    let mut hasher = Sha256::new();
    for (name, content) in sorted {
        for part in [name, content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(nibble), 16));
        }
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_file_and_line() {
        let cases = [
            ("lexicon/homophones.tsv", "# x\n鹰语\n", "lexicon/homophones.tsv:2: column 2 (to) is missing"),
            ("homophones.tsv", "a\tb\tsometimes\n", "homophones.tsv:1: unknown guard `sometimes`"),
            ("traditional.tsv", "學習\t学\n", "traditional.tsv:1: column 1 must be one character, found `學習`"),
            ("pinyin.tsv", "数学\tshu\n", "pinyin.tsv:1: `数学` has 2 characters but 1 syllables"),
            ("other.tsv", "", "other.tsv:0: unknown list"),
        ];
        for (file, content, expected) in cases {
            let error = Lexicon::parse(&[(file, content)]).expect_err(content).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn terms_and_dictionary() {
        let files = [
            ("m/terms.tsv", "subject.math\t数学\nsubject.math\t奥数\nsubject.math\t数学\n"),
            ("words.tsv", "晚托\tteach\n"),
        ];
        let lexicon = Lexicon::parse(&files).expect("well-formed lists");
        assert_eq!(lexicon.terms("subject.math"), ["数学", "奥数"]);
        assert!(lexicon.terms("subject.none").is_empty());
        assert_eq!(lexicon.dict_words(), ["晚托", "数学", "奥数"]);
        let reversed = Lexicon::parse(&[files[1], files[0]]).expect("well-formed lists");
        assert_eq!(lexicon.digest(), reversed.digest());
        assert_eq!(lexicon.digest().len(), 64);
    }
}
