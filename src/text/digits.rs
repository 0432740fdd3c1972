//! Numbers in disguise: 一九九零, 幺, ①⑨⑨, 199o421.

use super::{clear::Unit, lexicon::Lexicon, sieve::Sieve, tables::DigitKind};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A run of numerals shorter than this is a price, a year or a grade, not a contact.
const SHORTEST: usize = 5;
/// Runs that mix writings or are broken by separators must be longer: `2400八次` is a price.
const SHORTEST_MIXED: usize = 7;
/// Digits of a mobile number.
const MOBILE: usize = 11;
/// Separators that may stand between two digits of one number.
const GAP: usize = 3;

/// Runs are looked at in parts of this size, so that a page of digits takes linear time.
const PART: usize = 48;

/// The characters that can stand for digits.
#[derive(Debug)]
pub struct DigitTable {
    han: Shapes,
    letters: Shapes,
}

/// What characters stand for.
#[derive(Debug)]
struct Shapes {
    digits: FxHashMap<char, char>,
    sieve: Sieve,
}

impl Shapes {
    fn new(lexicon: &Lexicon, kind: DigitKind) -> Self {
        let wanted = lexicon.digits.iter().filter(|entry| entry.2 == kind);
        let digits: FxHashMap<char, char> = wanted.map(|&(from, to, _)| (from, to)).collect();
        let sieve = Sieve::new(digits.keys().map(|ch| u64::from(*ch)));
        Self { digits, sieve }
    }

    fn get(&self, ch: char) -> Option<char> {
        if self.sieve.passes(u64::from(ch)) { self.digits.get(&ch).copied() } else { None }
    }
}

/// A run of digits in any writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// How many digits.
    pub digits: usize,
    /// One past its last character.
    pub end: usize,
}

impl DigitTable {
    /// Reads the table.
    #[must_use]
    pub fn new(lexicon: &Lexicon) -> Self {
        Self { han: Shapes::new(lexicon, DigitKind::Han), letters: Shapes::new(lexicon, DigitKind::Letter) }
    }

    /// The run that begins at `start`; empty when no digit stands there.
    #[must_use]
    pub fn run(&self, units: &[Unit], start: usize) -> Run {
        let mut run = Run { end: start, ..Run::default() };
        let mut index = start;
        while let Some(unit) = units.get(index) {
            if unit.ch.is_ascii_digit() || self.han.get(unit.ch).is_some() {
                run.digits += 1;
                run.end = index + 1;
            } else if run.digits == 0 || index >= run.end + GAP || !is_gap(unit.ch) {
                break;
            }
            index += 1;
        }
        run
    }

    /// Writes runs of numerals as ASCII digits; says whether anything changed.
    pub fn apply(&self, original: &str, units: &mut [Unit]) -> bool {
        let mut any = self.letters_to_digits(units);
        let mut digits = Vec::new();
        let mut index = 0;
        while index < units.len() {
            if self.digit(units, index).is_none() {
                index += 1;
                continue;
            }
            self.collect(units, index, &mut digits);
            let chosen = choose(units, &digits);
            for digit in &digits[chosen.convert.clone()] {
                any |= write(original, &mut units[digit.at], *digit);
            }
            index = digits[chosen.done - 1].at + 1;
        }
        any
    }

    /// The digits from `start` on, separators and commas between them passed over.
    fn collect(&self, units: &[Unit], start: usize, digits: &mut Vec<Digit>) {
        digits.clear();
        let (mut index, mut end) = (start, start);
        while index < units.len() && index <= end + GAP && digits.len() < PART {
            if let Some(mut digit) = self.digit(units, index) {
                digit.after_gap = index > end;
                digit.after_comma = units[end..index].iter().any(|unit| is_comma(unit.ch));
                digits.push(digit);
                end = index + 1;
            } else if !is_gap(units[index].ch) && !is_comma(units[index].ch) {
                break;
            }
            index += 1;
        }
    }

    fn digit(&self, units: &[Unit], at: usize) -> Option<Digit> {
        let ch = units.get(at)?.ch;
        let han = self.han.get(ch);
        let value = han.or(ch.is_ascii_digit().then_some(ch))?;
        Some(Digit { at, value, han: han.is_some(), after_gap: false, after_comma: false })
    }

    /// 199o421ll88: letters that pass for digits inside a number of telephone length.
    fn letters_to_digits(&self, units: &mut [Unit]) -> bool {
        let mut any = false;
        let mut index = 0;
        while index < units.len() {
            let length = units[index..]
                .iter()
                .take_while(|unit| is_name(unit.ch) || self.letters.get(unit.ch).is_some())
                .count();
            let run = &mut units[index..index + length];
            index += length.max(1);
            if !(9..=12).contains(&length) {
                continue;
            }
            let digits = run.iter().filter(|unit| unit.ch.is_ascii_digit()).count();
            let letters = run.iter().filter(|unit| self.letters.get(unit.ch).is_some()).count();
            let number = digits + letters == length && letters > 0 && digits >= 6;
            // `i99o42i3356` begins with a letter: then only a full mobile number is believed.
            let first = run.first().map_or(' ', |unit| unit.ch);
            if number && (first == '1' || (matches!(first, 'i' | 'l') && length == MOBILE)) {
                for unit in run.iter_mut() {
                    if let Some(digit) = self.letters.get(unit.ch) {
                        unit.ch = digit;
                        unit.changed = true;
                        any = true;
                    }
                }
            }
        }
        any
    }
}

/// One digit of a run.
#[derive(Clone, Copy, Debug)]
struct Digit {
    at: usize,
    value: char,
    /// Written as a numeral.
    han: bool,
    after_gap: bool,
    after_comma: bool,
}

/// What to do with a run.
struct Choice {
    /// These are one number and become ASCII.
    convert: Range<usize>,
    /// So many digits are settled; at least one.
    done: usize,
}

/// Finds the number in a run: a mobile number wherever it begins, else a number broken by separators, else the first
/// unbroken piece.
fn choose(units: &[Unit], digits: &[Digit]) -> Choice {
    for from in 0..digits.len().saturating_sub(MOBILE - 1) {
        let number = &digits[from..from + MOBILE];
        let edge = |left: Option<&Digit>, right: Option<&Digit>| match (left, right) {
            (Some(left), Some(right)) => right.after_gap || left.han != right.han,
            _ => true,
        };
        let begins = from == 0 || edge(digits.get(from - 1), number.first());
        // All in numerals, `一节` after the number has no edge; the eleventh digit still ends it.
        let ends = edge(number.last(), digits.get(from + MOBILE)) || number.iter().all(|digit| digit.han);
        let mobile = number[0].value == '1' && ('3'..='9').contains(&number[1].value);
        // `QQ1904214488,一次25`: commas part a number only into groups, and a lone numeral at the end is a word.
        let mut groups = number.chunk_by(|_, right| !right.after_gap);
        let commas = number.iter().skip(1).any(|digit| digit.after_comma);
        let grouped = !commas || groups.all(|group| group.len() >= 3);
        let lone = number[MOBILE - 1].han && number[MOBILE - 1].after_gap && !number[MOBILE - 2].after_gap;
        if begins && ends && mobile && grouped && !lone {
            return Choice { convert: from..from + MOBILE, done: from + MOBILE };
        }
    }
    let plain = 1 + digits.iter().skip(1).take_while(|digit| !digit.after_comma).count();
    let broken = &digits[..plain.min(digits.len())];
    let piece = 1 + broken.iter().skip(1).take_while(|digit| !digit.after_gap).count();
    let nothing = Choice { convert: 0..0, done: piece };
    if broken.len() > piece {
        let shortest = if announced(units, broken[0].at) { SHORTEST } else { SHORTEST_MIXED };
        let first = matches!(broken[0].value, '0' | '1') || announced(units, broken[0].at);
        let fits = (shortest..=12).contains(&broken.len()) && longest_ascii(broken) < SHORTEST_MIXED;
        let measured = broken.last().and_then(|last| units.get(last.at + 1)).is_some_and(|unit| is_measure(unit.ch));
        if first && fits && !measured && !counts_up(broken) {
            return Choice { convert: 0..broken.len(), done: broken.len() };
        }
        // A piece is judged by itself.
    }
    let digits = &broken[..piece.min(broken.len())];
    let han = digits.iter().filter(|digit| digit.han).count();
    let shortest = if han == 0 || han == digits.len() { SHORTEST } else { SHORTEST_MIXED };
    if digits.len() < shortest || counts_up(digits) || (longest_ascii(digits) >= SHORTEST_MIXED && only_beside(digits))
    {
        return nothing;
    }
    Choice { convert: 0..piece, done: piece }
}

/// Makes one digit ASCII; says whether its character changed.
fn write(original: &str, unit: &mut Unit, digit: Digit) -> bool {
    if digit.han {
        unit.ch = digit.value;
        unit.changed = true;
        return true;
    }
    // A circled or keycap digit inside a long number was written so as not to be found; full width is a habit.
    let mut source = original[unit.from as usize..unit.to as usize].chars();
    unit.changed |= match (source.next(), source.next()) {
        (Some(only), None) => !only.is_ascii_digit() && !('\u{ff10}'..='\u{ff19}').contains(&only),
        _ => true,
    };
    false
}

/// 一二三四五六年级, 一三五七: numerals that count in steps of one or two.
fn counts_up(digits: &[Digit]) -> bool {
    let steps = |step: u32| digits.windows(2).all(|pair| u32::from(pair[1].value) == u32::from(pair[0].value) + step);
    digits.iter().all(|digit| digit.han) && (steps(1) || steps(2))
}

/// Whether numerals stand only beside the digits (周一1990421): then they are words of their own.
fn only_beside(digits: &[Digit]) -> bool {
    let first = digits.iter().position(|digit| !digit.han).unwrap_or(0);
    let last = digits.iter().rposition(|digit| !digit.han).unwrap_or(0);
    last + 1 - first < digits.len() && digits[first..=last].iter().all(|digit| !digit.han)
}

fn longest_ascii(digits: &[Digit]) -> usize {
    digits
        .chunk_by(|left, right| !left.han && !right.han && !right.after_gap)
        .filter(|chunk| chunk.iter().all(|digit| !digit.han))
        .map(<[Digit]>::len)
        .max()
        .unwrap_or(0)
}

/// Whether 微信, qq or 电话 stands before.
fn announced(units: &[Unit], at: usize) -> bool {
    let before = units[..at].iter().rev().map(|unit| unit.ch).find(|ch| !matches!(ch, ' ' | ':' | '号' | '是' | '群'));
    before.is_some_and(|ch| matches!(ch, 'q' | '信' | '话' | '系' | '电'))
}

fn is_measure(ch: char) -> bool {
    "元块年级月人节次点天周个班分岁米期".contains(ch)
}

fn is_comma(ch: char) -> bool {
    matches!(ch, '、' | ',')
}

fn is_gap(ch: char) -> bool {
    matches!(ch, ' ' | '-' | '.' | '·' | '—' | '–' | '_' | '/' | '*' | '•' | '~')
}

fn is_name(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || ch == '_' || ch == '-'
}
