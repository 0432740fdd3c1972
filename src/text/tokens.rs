//! Words of the clear text.

use super::{clear::ClearText, lexicon::Lexicon};
use jieba_rs::Jieba;
use rustc_hash::FxHashMap;
use std::{ops::Range, sync::Arc};

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the clear text.
    pub range: Range<usize>,
    /// Families the word belongs to, the main one first; `None` for most words.
    pub senses: Option<Arc<[String]>>,
}

/// Cuts clear text into words with jieba and the words of the lexicon.
#[derive(Debug)]
pub struct Tokenizer {
    jieba: Jieba,
    senses: FxHashMap<String, Arc<[String]>>,
}

impl Token {
    /// The word as it stands in the clear text it was cut from.
    #[must_use]
    pub fn word<'a>(&self, clear: &'a ClearText) -> &'a str {
        clear.as_str().get(self.range.clone()).unwrap_or_default()
    }
}

impl Tokenizer {
    /// Loads the general dictionary and adds the words of the lexicon.
    #[must_use]
    pub fn new(lexicon: &Lexicon) -> Self {
        let mut jieba = Jieba::new();
        for word in lexicon.segments() {
            jieba.add_word(word, None, None);
        }
        let senses = lexicon.senses.iter().map(|(word, classes)| (word.clone(), Arc::from(classes.as_slice())));
        Self { jieba, senses: senses.collect() }
    }

    /// The words in order, blanks left out; unknown words are not guessed, so that the result depends on lists alone.
    #[must_use]
    pub fn tokens(&self, clear: &ClearText) -> Vec<Token> {
        let text = clear.as_str();
        let mut at = 0;
        let mut tokens = Vec::with_capacity(text.len() / 4);
        for piece in self.jieba.cut(text, false) {
            // The pieces follow each other without gaps; a piece that does not is looked for.
            let next = if text[at..].starts_with(piece.word) { Some(0) } else { text[at..].find(piece.word) };
            let Some(start) = next.map(|offset| at + offset) else { continue };
            at = start + piece.word.len();
            if !piece.word.chars().all(char::is_whitespace) {
                tokens.push(Token { range: start..at, senses: self.senses.get(piece.word).cloned() });
            }
        }
        tokens
    }
}
