//! Replacements: sound-alikes, pinyin, split characters, picture words; each with its guard.

use super::{
    clear::Unit, digits::DigitTable, fold::Folder, guards::Context, lexicon::Lexicon, lexicon::PinyinWord,
    tables::Entry, tables::Guard,
};
use aho_corasick::{AhoCorasick, Input, MatchKind};
use std::{collections::HashMap, ops::Range};

/// What stands between the syllables of a disguised word.
const JOINTS: [&str; 4] = ["", " ", ".", "-"];

#[derive(Debug)]
struct Rule {
    to: Vec<char>,
    /// For each target character the characters of the match it stands for; empty when each stands for the whole match.
    pieces: Vec<Range<usize>>,
    guard: Guard,
    /// Protects its match from other rules and changes nothing.
    keeps: bool,
}

/// All replacement rules in one automaton.
#[derive(Debug)]
pub struct RuleBook {
    automaton: Option<AhoCorasick>,
    /// The rules of each pattern in the order of the lists.
    rules: Vec<Vec<Rule>>,
    teach: Option<AhoCorasick>,
}

impl RuleBook {
    /// Compiles the lists.
    #[must_use]
    pub fn new(lexicon: &Lexicon, folder: &Folder) -> Self {
        let mut book = Builder { folder, index: HashMap::new(), patterns: Vec::new(), rules: Vec::new() };
        for entry in &lexicon.rules {
            book.entry(entry);
        }
        for word in &lexicon.pinyin {
            book.pinyin(word);
        }
        let build =
            |patterns: &[String]| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        let teach: Vec<String> = lexicon.teach.iter().map(|word| folder.fold_word(word)).collect();
        Self { automaton: build(&book.patterns), rules: book.rules, teach: build(&teach) }
    }

    /// Replaces what can be replaced; says whether anything changed.
    pub fn apply(&self, digits: &DigitTable, units: &mut Vec<Unit>) -> bool {
        let Some(automaton) = &self.automaton else { return false };
        let mut text = String::with_capacity(units.len() * 3);
        let mut starts: Vec<u32> = Vec::with_capacity(units.len());
        for unit in units.iter() {
            starts.push(text.len() as u32);
            text.push(unit.ch);
        }
        let index = |byte: usize| starts.partition_point(|&start| (start as usize) < byte);
        let mut teach: Option<Vec<Range<usize>>> = None;
        let mut out: Vec<Unit> = Vec::new();
        let (mut done, mut at, mut any) = (0, 0, false);
        while let Some(found) = automaton.find(Input::new(&text).span(at..text.len())) {
            let range = index(found.start())..index(found.end());
            let rules = self.rules.get(found.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
            let chosen = rules.iter().find(|rule| {
                if rule.guard.teach && teach.is_none() {
                    teach = Some(self.teaching(&text, &index));
                }
                Context { units, teach: teach.as_deref().unwrap_or(&[]), digits }.allows(rule.guard, &range)
            });
            let Some(rule) = chosen else {
                at = starts.get(range.start + 1).map_or(text.len(), |&start| start as usize);
                continue;
            };
            at = found.end();
            if rule.keeps {
                continue;
            }
            out.extend_from_slice(&units[done..range.start]);
            rule.emit(&units[range.clone()], &mut out);
            done = range.end;
            any = true;
        }
        if any {
            out.extend_from_slice(&units[done..]);
            *units = out;
        }
        any
    }

    fn teaching(&self, text: &str, index: &impl Fn(usize) -> usize) -> Vec<Range<usize>> {
        self.teach.as_ref().map_or_else(Vec::new, |automaton| {
            automaton.find_iter(text).map(|found| index(found.start())..index(found.end())).collect()
        })
    }
}

impl Rule {
    fn emit(&self, source: &[Unit], out: &mut Vec<Unit>) {
        for (position, &ch) in self.to.iter().enumerate() {
            let piece = self.pieces.get(position).and_then(|piece| source.get(piece.clone())).unwrap_or(source);
            if let (Some(first), Some(last)) = (piece.first(), piece.last()) {
                out.push(Unit { ch, from: first.from, to: last.to, changed: true });
            }
        }
    }
}

struct Builder<'a> {
    folder: &'a Folder,
    index: HashMap<String, usize>,
    patterns: Vec<String>,
    rules: Vec<Vec<Rule>>,
}

impl Builder<'_> {
    fn add(&mut self, pattern: &str, rule: Rule) {
        if pattern.is_empty() {
            return;
        }
        let next = self.patterns.len();
        let slot = *self.index.entry(pattern.to_owned()).or_insert(next);
        if slot == next {
            self.patterns.push(pattern.to_owned());
            self.rules.push(Vec::new());
        }
        self.rules[slot].push(rule);
    }

    fn entry(&mut self, entry: &Entry) {
        let from = self.folder.fold_word(&entry.from);
        let to: Vec<char> = self.folder.fold_word(&entry.to).chars().collect();
        let length = from.chars().count();
        let pieces = if length == to.len() { (0..length).map(|at| at..at + 1).collect() } else { Vec::new() };
        let keeps = from.chars().eq(to.iter().copied());
        self.add(&from, Rule { to, pieces, guard: entry.guard, keeps });
    }

    /// Every way to write some syllables of a word in letters.
    fn pinyin(&mut self, word: &PinyinWord) {
        let chars: Vec<char> = self.folder.fold_word(&word.word).chars().collect();
        let all = (1_u32 << chars.len()) - 1;
        for mask in 1..=all {
            if mask == all && !word.whole {
                continue;
            }
            for joint in JOINTS {
                let mut pattern = String::new();
                let mut pieces = Vec::with_capacity(chars.len());
                for (position, (&ch, syllable)) in chars.iter().zip(&word.syllables).enumerate() {
                    if position > 0 {
                        pattern.push_str(joint);
                    }
                    let start = pattern.chars().count();
                    if mask & (1 << position) == 0 {
                        pattern.push(ch);
                    } else {
                        pattern.push_str(syllable);
                    }
                    pieces.push(start..pattern.chars().count());
                }
                // Letters alone may be a name or an account; a Chinese character beside them is proof enough.
                let guard = Guard { word: true, not_id: mask == all, teach: mask == all, ..Guard::default() };
                self.add(&pattern, Rule { to: chars.clone(), pieces, guard, keeps: false });
            }
        }
    }
}
