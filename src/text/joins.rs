//! Separators inside words: 数.学, 中 考, 补-课, 提🔥分.

use super::{clear::Unit, fold::Folder, lexicon::Lexicon, words::Words};
use std::collections::BTreeSet;

/// Separators that may stand between two characters of a word.
const GAP: usize = 2;

/// Takes separators out of words that the lexicon knows.
#[derive(Debug)]
pub struct Joiner(Option<Words>);

impl Joiner {
    /// Takes all Chinese words of two to five characters.
    #[must_use]
    pub fn new(lexicon: &Lexicon, folder: &Folder) -> Self {
        let words: BTreeSet<String> = lexicon
            .dict_words()
            .iter()
            .map(|word| folder.fold_word(word))
            .filter(|word| (2..=5).contains(&word.chars().count()) && word.chars().all(is_han))
            .collect();
        // The list can only be refused when it outgrows 32 bits; without it nothing is joined.
        Self(Words::new(&Vec::from_iter(words)).ok())
    }

    /// Joins what can be joined; says whether anything changed.
    pub fn apply(&self, units: &mut Vec<Unit>) -> bool {
        let Some(words) = self.0.as_ref().filter(|_| has_gap(units)) else { return false };
        let mut skeleton = String::with_capacity(units.len() * 3);
        // Byte of the skeleton -> unit, for the first byte of each character.
        let mut places: Vec<(u32, u32)> = Vec::with_capacity(units.len() + 1);
        for (index, unit) in units.iter().enumerate() {
            if separator(unit.ch) == Separator::None {
                places.push((skeleton.len() as u32, index as u32));
                skeleton.push(unit.ch);
            }
        }
        let mut dropped = vec![false; units.len()];
        let mut any = false;
        let mut last_end = None;
        for found in words.find_iter(&skeleton) {
            let first = places.partition_point(|&(byte, _)| (byte as usize) < found.start());
            let end = places.partition_point(|&(byte, _)| (byte as usize) < found.end());
            let places = &places[first..end];
            let after_word = last_end == places.first().map(|place| place.1);
            last_end = places.last().map(|place| place.1 + 1);
            let (Some(&(_, from)), Some(&(_, to))) = (places.first(), places.last()) else { continue };
            let (from, to) = (from as usize, to as usize);
            if to + 1 - from > places.len() && joinable(units, places, after_word) {
                for index in from..=to {
                    dropped[index] = separator(units[index].ch) != Separator::None;
                    units[index].changed = true;
                }
                any = true;
            }
        }
        if any {
            let mut index = 0;
            units.retain(|_| {
                index += 1;
                !dropped[index - 1]
            });
        }
        any
    }
}

/// Whether the gaps of a word look like disguise and not like the end of a phrase.
fn joinable(units: &[Unit], places: &[(u32, u32)], after_word: bool) -> bool {
    let from = places.first().map_or(0, |place| place.1 as usize);
    let isolated = after_word || from == 0 || !is_han(units[from - 1].ch);
    let mut open = 0;
    for pair in places.windows(2) {
        let (left, right) = (pair[0].1 as usize, pair[1].1 as usize);
        let gap = &units[left + 1..right];
        if gap.len() > GAP {
            return false;
        }
        open += usize::from(!gap.is_empty());
        if !isolated && gap.iter().any(|unit| separator(unit.ch) == Separator::Soft) {
            return false;
        }
    }
    // 小学 数学: a space between two words is no disguise, a space between all characters is.
    places.len() == 2 || open + 1 == places.len()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    None,
    /// Also ends phrases: spaces, slashes, picture characters.
    Soft,
    /// Hardly stands between Chinese characters except to hide a word.
    Hard,
}

fn separator(ch: char) -> Separator {
    match ch {
        '.' | '-' | '_' | '·' | '•' | '*' | '|' | '^' | '`' | '\'' | '丶' | '丨' => Separator::Hard,
        ' ' | '/' | '~' | '=' | '➕' => Separator::Soft,
        _ => match ch as u32 {
            0x2190..=0x2BFF | 0x1F300..=0x1FAFF => Separator::Soft,
            _ => Separator::None,
        },
    }
}

fn has_gap(units: &[Unit]) -> bool {
    units.windows(3).any(|three| {
        separator(three[1].ch) != Separator::None
            && is_han(three[0].ch)
            && (is_han(three[2].ch) || separator(three[2].ch) != Separator::None)
    })
}

fn is_han(ch: char) -> bool {
    (0x4E00..0xA000).contains(&(ch as u32)) && separator(ch) == Separator::None
}
