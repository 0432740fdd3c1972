//! What a text shows the model: words, characters, words of the headline and signals, each with the place it stands.
//!
//! Contact values and digit runs are masked, so that no telephone number ever becomes a reason.

use crate::signals::{CueKind, Signals};
use crate::text::{ClearText, Token};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// A family of features that is scaled as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Block {
    /// Words and pairs of neighbouring words.
    Word,
    /// Runs of two to four characters.
    Char,
    /// Words of the title, or of the first sentence where there is no title.
    Head,
    /// Signals, alone and two in one clause.
    Cue,
    /// Families of words, alone and two near one another in a clause, turned by what denies them.
    Sense,
}

impl Block {
    pub(super) const COUNT: usize = 5;

    /// By the first character of a feature's name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name.as_bytes().first() {
            Some(b'w') => Some(Self::Word),
            Some(b'c') => Some(Self::Char),
            Some(b'h') => Some(Self::Head),
            Some(b'k') => Some(Self::Cue),
            Some(b's') => Some(Self::Sense),
            _ => None,
        }
    }
}

/// Bytes of the clear text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    fn of(range: &Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }
}

/// One occurrence of a feature; a pair of signals has two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) key: u64,
    pub(super) places: [Place; 2],
}

/// The features of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    pub(super) occurrences: Vec<Occurrence>,
    /// Which of them are runs of characters: more than half of all.
    pub(super) runs: Range<usize>,
}

/// The names behind the keys; only training asks for them.
pub(super) type Names = HashMap<u64, String>;

/// The key of a feature's name (FNV-1a over its parts).
pub(super) fn key_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    parts.into_iter().fold(0xcbf2_9ce4_8422_2325, longer_key)
}

/// The key of a name that goes on with `more`.
fn longer_key(key: u64, more: &str) -> u64 {
    more.bytes().fold(key, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Features {
    /// Reads them off.
    #[must_use]
    pub fn of(text: &ClearText, tokens: &[Token], signals: &Signals) -> Self {
        Collector::new(None, text).collect(text, tokens, signals).0
    }

    /// The same with the names.
    #[must_use]
    pub(super) fn named(text: &ClearText, tokens: &[Token], signals: &Signals) -> (Self, Names) {
        Collector::new(Some(Names::new()), text).collect(text, tokens, signals)
    }

    /// How many occurrences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.occurrences.len()
    }

    /// Whether the text shows nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.occurrences.is_empty()
    }
}

/// How many senses back a pair reaches.
const NEAR: usize = 3;
/// How many words a denial reaches.
const DENIED: usize = 4;

struct Collector {
    names: Option<Names>,
    features: Features,
}

impl Collector {
    fn new(names: Option<Names>, text: &ClearText) -> Self {
        // A Chinese character has three bytes and brings about six features.
        Self { names, features: Features { occurrences: Vec::with_capacity(2 * text.as_str().len()), runs: 0..0 } }
    }

    fn put(&mut self, parts: &[&str], place: Place) {
        self.put_pair(parts, place, place);
    }

    fn put_pair(&mut self, parts: &[&str], first: Place, second: Place) {
        let key = key_of(parts.iter().copied());
        self.features.occurrences.push(Occurrence { key, places: [first, second] });
        if let Some(names) = &mut self.names {
            names.entry(key).or_insert_with(|| parts.concat());
        }
    }

    /// A run of characters whose key is already known.
    fn put_run(&mut self, key: u64, run: &[Glyph]) {
        let start = run.first().map_or(0, |glyph| glyph.place.start);
        let place = Place { start, end: run.last().map_or(0, |glyph| glyph.place.end) };
        self.features.occurrences.push(Occurrence { key, places: [place, place] });
        if let Some(names) = &mut self.names {
            let name = || "c:".chars().chain(run.iter().filter_map(|glyph| glyph.mark)).collect();
            names.entry(key).or_insert_with(name);
        }
    }

    fn collect(mut self, text: &ClearText, tokens: &[Token], signals: &Signals) -> (Features, Names) {
        let mut contacts: Vec<Range<usize>> =
            signals.cues.iter().filter(|cue| cue.kind == CueKind::Contact).map(|cue| cue.range.clone()).collect();
        contacts.sort_by_key(|range| range.start);
        let head = head_end(text, signals.title_chars);
        self.words(text, tokens, &contacts, head);
        let runs = self.features.len();
        self.chars(text.as_str(), &contacts);
        self.features.runs = runs..self.features.len();
        self.cues(text.as_str(), signals, head);
        self.senses(text, tokens);
        (self.features, self.names.unwrap_or_default())
    }

    fn words(&mut self, text: &ClearText, tokens: &[Token], contacts: &[Range<usize>], head: usize) {
        let mut before: Option<(Cow<str>, Place)> = None;
        for token in tokens {
            let Some(word) = masked_word(token.word(text), &token.range, contacts) else {
                before = None;
                continue;
            };
            let place = Place::of(&token.range);
            self.put(&["w:", &word], place);
            if token.range.start < head {
                self.put(&["h:", &word], place);
            }
            if let Some((last, last_place)) = &before {
                self.put(&["w:", last, " ", &word], Place { start: last_place.start, end: place.end });
            }
            before = Some((word, place));
        }
    }

    fn chars(&mut self, text: &str, contacts: &[Range<usize>]) {
        let glyphs = masked_glyphs(text, contacts);
        let stem = key_of(["c:"]);
        for start in 0..glyphs.len() {
            let mut key = stem;
            for (length, glyph) in (1..=4).zip(&glyphs[start..]) {
                let Some(mark) = glyph.mark else { break };
                key = longer_key(key, mark.encode_utf8(&mut [0; 4]));
                if length >= 2 || !is_letter(mark) {
                    self.put_run(key, &glyphs[start..start + length]);
                }
            }
        }
    }

    fn senses(&mut self, text: &ClearText, tokens: &[Token]) {
        // The main senses seen last in this clause, with whether they were denied.
        let mut near: Vec<(bool, &str, Place)> = Vec::with_capacity(NEAR);
        let mut denied_for = 0;
        for token in tokens {
            if token.word(text).chars().all(ends_clause) {
                near.clear();
                denied_for = 0;
                continue;
            }
            let denied = denied_for > 0;
            denied_for -= usize::from(denied);
            let Some([main, more @ ..]) = token.senses.as_deref() else { continue };
            let place = Place::of(&token.range);
            let turns = main == "neg" || main == "only";
            let denied = denied && !turns;
            let sign = |denied: bool| if denied { "!" } else { "" };
            for sense in std::iter::once(main).chain(more.iter().filter(|_| !turns)) {
                self.put(&["s:", sign(denied), sense], place);
            }
            for (other_denied, other, other_place) in &near {
                let parts = ["s:", sign(*other_denied), other, ">", sign(denied), main];
                self.put_pair(&parts, *other_place, place);
            }
            if near.len() == NEAR {
                near.remove(0);
            }
            near.push((denied, main, place));
            if main == "neg" {
                denied_for = DENIED;
            }
        }
    }

    fn cues(&mut self, text: &str, signals: &Signals, head: usize) {
        let nowhere = Place::default();
        for form in &signals.forms {
            self.put(&["k:form ", form.code()], nowhere);
        }
        for stage in &signals.stages {
            self.put(&["k:stage ", stage.code()], nowhere);
        }
        let mut cues: Vec<_> = signals.cues.iter().collect();
        cues.sort_by_key(|cue| (cue.range.start, cue.kind.code()));
        let clauses = clause_ends(text);
        let clause_of = |at: usize| clauses.partition_point(|end| *end <= at);
        for (index, cue) in cues.iter().enumerate() {
            let place = Place::of(&cue.range);
            self.put(&["k:", cue.kind.code()], place);
            if cue.kind != CueKind::Contact && !cue.detail.is_empty() {
                self.put(&["k:", cue.kind.code(), " ", &cue.detail], place);
            }
            if cue.range.start < head {
                self.put(&["k:head ", cue.kind.code()], place);
            }
            // A clause holds few cues; the cap keeps a page of nothing but cues from growing with the square.
            let clause = clause_of(cue.range.start);
            for other in cues[index + 1..].iter().take(12).take_while(|other| clause_of(other.range.start) == clause) {
                let (a, b) = if cue.kind.code() <= other.kind.code() { (cue, other) } else { (other, cue) };
                if a.kind != b.kind {
                    let parts = ["k:clause ", a.kind.code(), "+", b.kind.code()];
                    self.put_pair(&parts, place, Place::of(&other.range));
                }
            }
        }
        let mut kinds: Vec<&str> = cues.iter().map(|cue| cue.kind.code()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for (index, a) in kinds.iter().enumerate() {
            for b in &kinds[index + 1..] {
                self.put(&["k:both ", a, "+", b], nowhere);
            }
        }
    }
}

/// Where the headline ends: after the title, or after the first sentence where there is none.
fn head_end(text: &ClearText, title_chars: usize) -> usize {
    let clear = text.as_str();
    if title_chars == 0 {
        let body = clear.len() - clear.trim_start().len();
        return clear[body..].find(['\n', '。', '!', '?']).map_or(clear.len(), |at| body + at);
    }
    // Places in the clear text keep the order of the original, so the boundary can be searched by halving.
    let starts: Vec<usize> = clear.char_indices().map(|(at, _)| at).collect();
    let after = starts.partition_point(|at| {
        let length = clear[*at..].chars().next().map_or(0, char::len_utf8);
        text.span(*at..*at + length).start < title_chars
    });
    starts.get(after).copied().unwrap_or(clear.len())
}

fn in_contact(contacts: &[Range<usize>], place: &Range<usize>) -> bool {
    // Contacts are sorted and do not overlap.
    let next = contacts.partition_point(|contact| contact.end <= place.start);
    contacts.get(next).is_some_and(|contact| contact.start < place.end)
}

/// The word as a feature; `None` where a new clause begins.
fn masked_word<'a>(word: &'a str, range: &Range<usize>, contacts: &[Range<usize>]) -> Option<Cow<'a, str>> {
    // All blanks of a clear text are ASCII.
    let word = word.trim_ascii();
    if word.is_empty() || word.chars().all(is_separator) {
        return None;
    }
    if in_contact(contacts, range) || looks_like_identifier(word) {
        return Some(Cow::Borrowed("@"));
    }
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some(word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect());
    }
    Some(Cow::Borrowed(word))
}

/// Digits in number, or letters with digits: a telephone, an order number, a chat identifier; never a reason.
fn looks_like_identifier(word: &str) -> bool {
    if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4 || word.contains('_') || (digits > 0 && word.len() >= 7)
}

/// Marks that end a clause; blanks and signs that only tie words together do not.
fn ends_clause(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '。' | '!' | '?' | ';' | ',' | '、' | ':' | '~' | '…' | '(' | ')' | '[' | ']' | '"' | '\'' | '“' | '”'
        )
}

/// Whether a character is a letter, numeral or ideograph; nearly all are ideographs, which need no table.
fn is_letter(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

fn is_separator(c: char) -> bool {
    if matches!(c, '\u{4e00}'..='\u{9fff}') {
        return false;
    }
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '·')
}

struct Glyph {
    mark: Option<char>,
    place: Place,
}

/// The characters with contacts and identifiers folded to one mark and separators as breaks.
fn masked_glyphs(text: &str, contacts: &[Range<usize>]) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(text.len() / 3);
    let mut contacts = contacts.iter().peekable();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        while contacts.peek().is_some_and(|contact| contact.end <= at) {
            contacts.next();
        }
        let mut end = at + c.len_utf8();
        let mark = if let Some(contact) = contacts.peek().filter(|contact| contact.start <= at) {
            end = contact.end.min(text.len()).max(end);
            Some('@')
        } else if c.is_ascii_alphanumeric() {
            let run = text[at..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-').count();
            if looks_like_identifier(&text[at..at + run]) {
                end = at + run;
                Some('@')
            } else if c.is_ascii_digit() {
                Some('0')
            } else {
                Some(c)
            }
        } else {
            (!is_separator(c)).then_some(c)
        };
        while !text.is_char_boundary(end) {
            end += 1;
        }
        glyphs.push(Glyph { mark, place: Place::of(&(at..end)) });
        at = end;
    }
    glyphs
}

fn clause_ends(text: &str) -> Vec<usize> {
    text.char_indices().filter(|(_, c)| matches!(c, '\n' | '。' | '!' | '?' | ';' | ',')).map(|(at, _)| at).collect()
}
