//! Digits picked up one after the other, with whatever people write between them.

use super::{
    atoms::{Atom, Script, ends_with, is_symbol, starts_with},
    glyphs::stand_in,
    words::GLUED,
};

/// Words between the groups of a number that are written with a digit: 1990421后四位8812.
const PLACES: [&str; 11] = ["尾号", "四位", "4位", "八位", "8位", "三位", "3位", "四个数", "4个数", "四个字", "四码"];

/// A number may hold stand-ins for the digits that are not real; one that is spoken throughout needs fewer.
const LEAST_REAL: usize = 5;
const LEAST_SPOKEN: usize = 4;

/// How a run is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Digits of all scripts.
    Mixed,
    /// A Chinese numeral behind a separator does not continue ASCII digits: 0421-2800012,一经查实.
    Pure,
    /// Letters and words of the same sound count as digits, when enough real ones stand beside them.
    Loose,
    /// 一 between the ASCII groups of a number is a dash: 029一88341706.
    Dashed,
}

/// Digits picked up from a place on.
#[derive(Debug)]
pub(super) struct Run {
    /// In ASCII.
    pub digits: String,
    /// One past the last digit.
    pub end: usize,
    /// How many digits stand together.
    pub groups: Vec<usize>,
    /// Everything between the groups.
    pub separators: Vec<char>,
    /// Whether all digits are ASCII.
    ascii: bool,
    /// Whether all digits are numerals or words.
    spoken: bool,
    /// How many are no stand-ins.
    real: usize,
}

impl Run {
    /// Whether nobody tried to hide it: ASCII digits, at most the usual blanks or hyphens.
    pub fn plain(&self) -> bool {
        self.ascii
            && self.groups.len() <= 3
            && self.separators.iter().all(|ch| matches!(ch, '-' | ' ' | '(' | ')'))
            && self.separators.len() < 3
    }

    /// Whether every digit stands by itself: 1 9 9 0 4.
    pub fn single(&self) -> bool {
        self.groups.iter().all(|size| *size == 1)
    }

    /// Whether separators that also part unrelated numbers stand inside.
    pub fn strict(&self) -> bool {
        self.separators.iter().any(|ch| is_strict(*ch))
    }

    /// Whether the same separator stands between all groups, blanks aside.
    pub fn uniform(&self) -> bool {
        let mut marks = self.separators.iter().filter(|ch| **ch != ' ');
        marks.next().is_none_or(|first| marks.all(|mark| mark == first))
    }

    fn take(&mut self, atoms: &[Atom], at: usize, (digit, script): (u8, Script)) {
        if at > self.end && !self.digits.is_empty() {
            self.groups.push(0);
            self.separators.extend(atoms[self.end..at].iter().map(|atom| atom.ch));
        }
        self.digits.push(char::from(b'0' + digit));
        if let Some(group) = self.groups.last_mut() {
            *group += 1;
        }
        self.ascii &= script == Script::Ascii;
        self.spoken &= script == Script::Han;
        self.real += usize::from(atoms[at].digit.is_some() || matches!(atoms[at].ch, '洞' | '两' | '拐' | '勾'));
        self.end = at + 1;
    }
}

fn is_separator(atom: &Atom) -> bool {
    is_symbol(atom)
        || matches!(atom.ch, ' ' | '-' | '.' | '_' | '·' | '・' | '、' | '丨' | '(' | ')')
        || is_strict(atom.ch)
}

/// Separators that also stand between unrelated numbers: they are believed only between the usual groups.
fn is_strict(ch: char) -> bool {
    matches!(
        ch,
        ',' | '。'
            | '、'
            | '/'
            | '|'
            | '+'
            | '~'
            | '\''
            | '"'
            | '*'
            | '='
            | '&'
            | '#'
            | '^'
            | '<'
            | '>'
            | '!'
            | '【'
            | '】'
            | '「'
            | '」'
            | '《'
            | '》'
            | '“'
            | '”'
            | '\n'
    )
}

/// A character of the words people put between the groups of a number: 199中间0421后面8812.
fn is_joint(atom: &Atom) -> bool {
    matches!(
        atom.ch,
        '再' | '接'
            | '着'
            | '中'
            | '间'
            | '后'
            | '面'
            | '然'
            | '转'
            | '空'
            | '格'
            | '减'
            | '杠'
            | '横'
            | '最'
            | '末'
            | '尾'
            | '是'
            | '加'
            | '前'
            | ':'
    )
}

/// A character of [`PLACES`], or a dash of [`Reading::Dashed`].
fn is_in_place(atom: &Atom) -> bool {
    matches!(
        atom.ch,
        '尾' | '号' | '四' | '4' | '八' | '8' | '三' | '3' | '位' | '个' | '数' | '字' | '码' | '丨' | 'ー'
    )
}

/// Notes for every atom the digit it stands for among its neighbours, and how many digits can be picked up from it.
pub(super) fn find_digits(atoms: &mut [Atom]) {
    for atom in &mut *atoms {
        (atom.played, atom.loose) = (atom.digit, atom.digit);
    }
    let stand_ins: Vec<(usize, (u8, Script))> = (0..)
        .zip(&*atoms)
        .filter(|(_, atom)| atom.digit.is_none())
        .filter_map(|(at, atom)| stand_in(atom.ch).map(|digit| (at, digit)))
        .collect();
    for (at, digit) in &stand_ins {
        atoms[*at].played = played(atoms, *at, *digit);
    }
    for (at, digit) in &stand_ins {
        atoms[*at].loose = loose(atoms, *at, *digit);
    }
    let mut reach = 0;
    for atom in atoms.iter_mut().rev() {
        let inside = atom.loose.is_some() || is_separator(atom) || is_joint(atom) || is_in_place(atom);
        reach = if inside { reach + u32::from(atom.loose.is_some()) } else { 0 };
        atom.reach = reach;
    }
}

/// A digit, or a letter that plays one between digits.
pub(super) fn digit_at(atoms: &[Atom], at: usize) -> Option<(u8, Script)> {
    atoms.get(at)?.played
}

/// A digit or anything that may stand for one; a word of the same sound needs a neighbour of its kind.
pub(super) fn loose_digit_at(atoms: &[Atom], at: usize) -> Option<(u8, Script)> {
    atoms.get(at)?.loose
}

/// The digit that a letter or radio word plays between digits.
fn played(atoms: &[Atom], at: usize, (value, script): (u8, Script)) -> Option<(u8, Script)> {
    let solid =
        |place: Option<usize>| place.and_then(|place| atoms.get(place)).is_some_and(|atom| atom.digit.is_some());
    let (before, after) = (at.checked_sub(1), Some(at + 1));
    // Radio words count between two digits only.
    if matches!(atoms[at].ch, '洞' | '两' | '拐' | '勾') {
        return (solid(before) && solid(after)).then_some((value, Script::Han));
    }
    if !is_letter_digit(atoms[at].ch) {
        return None;
    }
    let near = |place: Option<usize>| {
        solid(place) || place.and_then(|place| atoms.get(place)).is_some_and(|atom| is_letter_digit(atom.ch))
    };
    let behind_three = solid(before) && solid(at.checked_sub(2)) && solid(at.checked_sub(3));
    let before_two = value == 1 && solid(after) && solid(Some(at + 2));
    (near(before) && near(after) && (solid(before) || solid(after)) || behind_three || before_two)
        .then_some((value, script))
}

/// Whether a letter stands for a digit.
pub(super) fn is_letter(atoms: &[Atom], at: usize) -> bool {
    let digit = atoms.get(at).and_then(|atom| stand_in(atom.ch));
    digit.is_some_and(|(_, script)| script == Script::Fancy)
}

fn is_letter_digit(ch: char) -> bool {
    matches!(ch, 'o' | 'l' | 'i' | 'з' | 'З')
}

/// The digit that a letter or a word of the same sound may stand for.
fn loose(atoms: &[Atom], at: usize, (value, script): (u8, Script)) -> Option<(u8, Script)> {
    if script != Script::Sound {
        return Some((value, script));
    }
    let spoken = |place: Option<usize>| {
        let Some(atom) = place.and_then(|place| atoms.get(place)) else { return false };
        matches!(atom.digit.or_else(|| stand_in(atom.ch)), Some((_, Script::Han | Script::Sound)))
    };
    let real = |place: Option<usize>| place.is_some_and(|place| digit_at(atoms, place).is_some());
    let (before, after) = (at.checked_sub(1), Some(at + 1));
    (spoken(before) || spoken(after) || real(before) && real(after)).then_some((value, Script::Han))
}

fn read(atoms: &[Atom], at: usize, reading: Reading) -> Option<(u8, Script)> {
    if reading == Reading::Loose { loose_digit_at(atoms, at) } else { digit_at(atoms, at) }
}

/// Picks exactly `want` digits from `start`; `None` when there are not so many.
pub(super) fn pick_all(atoms: &[Atom], start: usize, want: usize, reading: Reading) -> Option<Run> {
    // Nearly every digit of a listing is a price or a count, which this look tells from a number.
    let reach = atoms.get(start)?.reach as usize;
    if reach < want {
        return None;
    }
    let run = pick(atoms, start, want, reading);
    (run.digits.len() == want).then_some(run)
}

/// Picks up to `want` digits from `start`; up to three separators may stand between two digits.
pub(super) fn pick(atoms: &[Atom], start: usize, want: usize, reading: Reading) -> Run {
    let is_han = |at: usize| digit_at(atoms, at).is_some_and(|(_, script)| script == Script::Han);
    let mut run = Run {
        digits: String::new(),
        end: start,
        groups: vec![0],
        separators: Vec::new(),
        ascii: true,
        spoken: true,
        real: 0,
    };
    let mut at = start;
    let mut gap = 3;
    while run.digits.len() < want {
        if let Some(length) = joint(atoms, at, &run, reading) {
            at += length;
            gap = 8;
        } else if let Some(digit) = read(atoms, at, reading) {
            if reading == Reading::Pure && at > run.end && !run.digits.is_empty() && is_han(at) && !is_han(run.end - 1)
            {
                break;
            }
            run.take(atoms, at, digit);
            at += 1;
            gap = 3;
        } else if at > start && at < run.end + gap && atoms.get(at).is_some_and(is_separator) {
            at += 1;
        } else {
            break;
        }
    }
    run
}

/// How many atoms at `at` are words or a false dash between the groups of a number.
fn joint(atoms: &[Atom], at: usize, run: &Run, reading: Reading) -> Option<usize> {
    let length = run.digits.len();
    if reading == Reading::Dashed {
        let ascii = |at: usize| atoms.get(at).is_some_and(|atom| atom.ch.is_ascii_digit());
        let dash = matches!(length, 3 | 4 | 7) && at == run.end && matches!(atoms.get(at)?.ch, '一' | '丨' | 'ー');
        return (dash && ascii(at - 1) && ascii(at + 1)).then_some(1);
    }
    if reading == Reading::Pure || !matches!(length, 3 | 7) || at >= run.end + 7 {
        return None;
    }
    if (at > run.end || atoms.get(at)?.ch == '尾')
        && let Some(end) = PLACES.iter().find_map(|word| starts_with(atoms, at, word))
    {
        return Some(end - at);
    }
    (at < run.end + 5 && is_joint(atoms.get(at)?)).then_some(1)
}

/// Whether a loosely read run holds enough real digits.
pub(super) fn is_sound(run: &Run) -> bool {
    run.real >= if run.spoken { LEAST_SPOKEN } else { LEAST_REAL }
}

/// Whether a digit of the same script touches; a Chinese numeral next to an ASCII number is a soft border (周一199...).
fn touches(atoms: &[Atom], inside: usize, outside: Option<usize>, soft: bool) -> bool {
    let Some(outer) = outside.and_then(|at| digit_at(atoms, at)) else { return false };
    let Some(inner) = loose_digit_at(atoms, inside) else { return false };
    !soft || (inner.1 == Script::Han) == (outer.1 == Script::Han)
}

/// Whether a number from `start` to `end` stands by itself.
pub(super) fn bounded(atoms: &[Atom], start: usize, end: usize, soft: bool) -> bool {
    if touches(atoms, start, start.checked_sub(1), soft) || touches(atoms, end - 1, Some(end), soft) {
        return false;
    }
    let decimal = |at: usize| atoms.get(at).is_some_and(|atom| atom.ch == '.');
    if decimal(end) && atoms.get(end + 1).is_some_and(|atom| atom.digit.is_some()) {
        return false;
    }
    if atoms.get(end).is_some_and(|atom| matches!(atom.ch, '@' | '_' | '*')) {
        return false;
    }
    let letters = atoms[..start].iter().rev().take(12).take_while(|atom| atom.ch.is_ascii_alphabetic()).count();
    letters == 0 || GLUED.iter().any(|word| word.len() == letters && ends_with(atoms, start, word))
}

/// Whether more digits stand right behind, so that a number may begin in the middle of a run.
pub(super) fn continued(atoms: &[Atom], end: usize) -> bool {
    (end + 1..end + 3).any(|at| loose_digit_at(atoms, at).is_some() && atoms[end..at].iter().all(is_separator))
}

/// Whether digits stand right in front, as in a list of numbers.
pub(super) fn preceded(atoms: &[Atom], start: usize) -> bool {
    start > 1 && is_separator(&atoms[start - 1]) && digit_at(atoms, start - 2).is_some()
}

/// Whether a count or a price stands right behind: 1500 1600 199元.
pub(super) fn measured(atoms: &[Atom], end: usize) -> bool {
    atoms.get(end).is_some_and(|atom| "元块页人名节次折年月日天%点米*".contains(atom.ch))
}
