//! Replacements: sound-alikes, pinyin, split characters, picture words; each with its guard.

use super::{
    clear::Unit, digits::DigitTable, fold::Folder, guards::Context, lexicon::Lexicon, lexicon::PinyinWord,
    tables::Entry, tables::Guard, words::Words,
};
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

/// Units as text, with the byte each begins at.
struct Spelled {
    text: String,
    starts: Vec<u32>,
}

impl Spelled {
    fn new(units: &[Unit]) -> Self {
        let mut text = String::with_capacity(units.len() * 3);
        let mut starts = Vec::with_capacity(units.len());
        for unit in units {
            starts.push(text.len() as u32);
            text.push(unit.ch);
        }
        Self { text, starts }
    }

    /// The unit that begins at a byte.
    fn unit_at(&self, byte: usize) -> usize {
        self.starts.partition_point(|&start| (start as usize) < byte)
    }
}

/// All replacement rules, found by their patterns.
#[derive(Debug)]
pub struct RuleBook {
    /// Cannot be built when it outgrows 32 bits; then nothing is replaced.
    patterns: Option<Words>,
    /// The rules of each pattern in the order of the lists.
    rules: Vec<Vec<Rule>>,
    teach: Option<Words>,
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
        let teach: Vec<String> = lexicon.teach.iter().map(|word| folder.fold_word(word)).collect();
        Self { patterns: Words::new(&book.patterns).ok(), rules: book.rules, teach: Words::new(&teach).ok() }
    }

    /// Replaces what can be replaced; says whether anything changed.
    pub fn apply(&self, digits: &DigitTable, units: &mut Vec<Unit>) -> bool {
        let Some(patterns) = &self.patterns else { return false };
        // Most texts hold no pattern at all and need not be spelled.
        let mut spelled: Option<Spelled> = None;
        let mut teach: Option<Vec<Range<usize>>> = None;
        let mut out: Vec<Unit> = Vec::new();
        let (mut done, mut at, mut any) = (0, 0, false);
        while at < units.len() {
            let start = at;
            at += 1;
            if !patterns.may_begin(units[start].ch, units.get(start + 1).map(|next| next.ch)) {
                continue;
            }
            let spelled = spelled.get_or_insert_with(|| Spelled::new(units));
            let Some(found) = patterns.at(&spelled.text, spelled.starts[start] as usize) else { continue };
            let range = start..spelled.unit_at(found.end());
            let rules = self.rules.get(found.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
            let chosen = rules.iter().find(|rule| {
                if rule.guard.teach && teach.is_none() {
                    teach = Some(self.teaching(spelled));
                }
                Context { units, teach: teach.as_deref().unwrap_or(&[]), digits }.allows(rule.guard, &range)
            });
            let Some(rule) = chosen else { continue };
            at = range.end;
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

    /// Where teaching words stand, in units.
    fn teaching(&self, spelled: &Spelled) -> Vec<Range<usize>> {
        self.teach.as_ref().map_or_else(Vec::new, |words| {
            let found = words.find_iter(&spelled.text);
            found.map(|found| spelled.unit_at(found.start())..spelled.unit_at(found.end())).collect()
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
