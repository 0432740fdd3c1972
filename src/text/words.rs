//! The words of a list in a text: the longest one wherever one begins.
//!
//! An automaton pays for every byte of a text; two characters tell nearly always that no word begins with them.

use super::sieve::Sieve;
use aho_corasick::{AhoCorasick, Anchored, BuildError, Input, Match, MatchKind, StartKind};

/// Where words of a list may begin.
#[derive(Clone, Debug)]
pub struct Beginnings {
    /// Words of one character.
    singles: Sieve,
    /// The first two characters of all others.
    pairs: Sieve,
}

impl Beginnings {
    /// Reads the words off.
    #[must_use]
    pub fn new<W: AsRef<str>>(words: &[W]) -> Self {
        let (mut singles, mut pairs) = (Vec::new(), Vec::new());
        for word in words {
            let mut chars = word.as_ref().chars();
            match (chars.next(), chars.next()) {
                (Some(first), Some(second)) => pairs.push(pair(first, second)),
                (Some(only), None) => singles.push(u64::from(only)),
                _ => {}
            }
        }
        Self { singles: Sieve::new(singles.into_iter()), pairs: Sieve::new(pairs.into_iter()) }
    }

    /// Whether a word may begin with `first`, followed by `second`.
    #[must_use]
    pub fn holds(&self, first: char, second: Option<char>) -> bool {
        second.is_some_and(|second| self.pairs.passes(pair(first, second))) || self.singles.passes(u64::from(first))
    }

    /// The bytes of a text at which a word may begin.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let mut chars = text.char_indices();
        let mut next = chars.next();
        std::iter::from_fn(move || {
            while let Some((at, first)) = next {
                next = chars.next();
                if self.holds(first, next.map(|(_, second)| second)) {
                    return Some(at);
                }
            }
            None
        })
    }
}

/// A list of words, ready to search.
#[derive(Clone, Debug)]
pub struct Words {
    automaton: AhoCorasick,
    beginnings: Beginnings,
}

impl Words {
    /// Makes a list searchable; empty words are never found.
    ///
    /// # Errors
    /// When the list outgrows the automaton.
    pub fn new<W: AsRef<str>>(words: &[W]) -> Result<Self, BuildError> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            .build(words.iter().map(|word| word.as_ref().as_bytes()))?;
        Ok(Self { automaton, beginnings: Beginnings::new(words) })
    }

    /// Whether a word may begin with `first`, followed by `second`.
    #[must_use]
    pub fn may_begin(&self, first: char, second: Option<char>) -> bool {
        self.beginnings.holds(first, second)
    }

    /// The longest word that begins at a byte.
    #[must_use]
    pub fn at(&self, text: &str, start: usize) -> Option<Match> {
        self.automaton.find(Input::new(text).span(start..text.len()).anchored(Anchored::Yes))
    }

    /// The longest words from left to right, none inside or across another.
    pub fn find_iter<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match> + 'a {
        let mut free = 0;
        self.beginnings.places(text).filter_map(move |at| {
            let found = if at >= free { self.at(text, at) } else { None }?;
            free = found.end();
            Some(found)
        })
    }
}

fn pair(first: char, second: char) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_an_automaton_over_all_bytes_finds(
            words in prop::collection::vec("[ab数学]{1,4}", 1..8),
            text in "[ab数学 ]{0,40}",
        ) {
            let plain = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words).expect("a short list");
            let words = Words::new(&words).expect("a short list");
            let places = |found: Match| (found.pattern(), found.range());
            let expected: Vec<_> = plain.find_iter(&text).map(places).collect();
            prop_assert_eq!(words.find_iter(&text).map(places).collect::<Vec<_>>(), expected);
        }
    }
}
