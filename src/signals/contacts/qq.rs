//! QQ and QQ group numbers: five to eleven digits behind a cue.

use super::{
    Found,
    atoms::{Atom, is_symbol},
    cues,
    numbers::is_mobile,
    run::{Reading, Run, bounded, digit_at, is_letter, measured, pick},
    words::{QQ, QQ_LOOSE, QQ_STARTS},
};
use crate::domain::ContactKind;
use std::ops::Range;

/// A number of this length is complete, whatever stands behind it.
const COMPLETE: usize = 8;

/// A cue and what it allows.
#[derive(Clone, Copy)]
struct Cue {
    end: usize,
    loose: bool,
}

/// All numbers behind a cue.
pub(super) fn qqs(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    let mut at = 0;
    while at < atoms.len() {
        let Some(cue) = cue_at(atoms, at) else {
            at += 1;
            continue;
        };
        at = cue.end;
        if let Some(found) = behind(atoms, cue).filter(|found| !taken[found.start..found.end].contains(&true)) {
            taken[found.start..found.end].fill(true);
            at = found.end;
            out.push(found);
        }
    }
}

/// Bare numbers without a cue of their own: QQ numbers behind a request to write (格式姓名学校,发2133009567), `WeChat`
/// ids behind a `WeChat` cue.
pub(super) fn bare(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    let mut at = 0;
    while at < atoms.len() {
        let digits = atoms[at..].iter().take_while(|atom| atom.ch.is_ascii_digit()).count();
        let place = at..at + digits;
        at += digits.max(1);
        if !(7..=10).contains(&digits) || taken[place.clone()].contains(&true) {
            continue;
        }
        if let Some(found) = bare_number(atoms, place) {
            taken[found.start..found.end].fill(true);
            out.push(found);
        }
    }
}

fn bare_number(atoms: &[Atom], place: Range<usize>) -> Option<Found> {
    let Range { start, end } = place;
    let own = atoms[start].ch != '0' && !measured(atoms, end) && bounded(atoms, start, end, false);
    if !own || cues::other_before(atoms, start) {
        return None;
    }
    let run = pick(atoms, start, end - start, Reading::Pure);
    if let Some(cue) = cues::wechat_before(atoms, start).filter(|cue| !cues::refused(atoms, cue.start)) {
        return Some(Found { kind: ContactKind::Wechat, disguised: !cue.plain, ..number(run, start) });
    }
    (end - start >= 9 && cues::asked_number(atoms, start)).then(|| number(run, start))
}

fn number(run: Run, start: usize) -> Found {
    Found { kind: ContactKind::Qq, disguised: !run.plain(), value: run.digits, start, end: run.end }
}

/// The cue that starts at `at`; one blank, dot or stroke may stand between its characters.
fn cue_at(atoms: &[Atom], at: usize) -> Option<Cue> {
    if !QQ_STARTS.contains(&atoms.get(at)?.ch) {
        return None;
    }
    let find = |words: &[&str]| words.iter().find_map(|word| loose_end(atoms, at, word));
    let (end, loose) = find(QQ).map(|end| (end, false)).or_else(|| find(QQ_LOOSE).map(|end| (end, true)))?;
    let latin = |at: usize| atoms.get(at).is_some_and(|atom| atom.ch.is_ascii_alphabetic());
    let inside = latin(at) && (at > 0 && latin(at - 1) || latin(end) && !is_letter(atoms, end));
    (!inside).then_some(Cue { end, loose })
}

fn loose_end(atoms: &[Atom], start: usize, word: &str) -> Option<usize> {
    // 扣2 is a cue, the first digit of 扣 2846600733 is none.
    let exact = word.ends_with(|ch: char| ch.is_ascii_digit());
    let mut at = start;
    for (place, ch) in word.chars().enumerate() {
        if place > 0 && !exact && matches!(atoms.get(at)?.ch, ' ' | '.' | '·' | '/' | '-') {
            at += 1;
        }
        if atoms.get(at)?.ch != ch {
            return None;
        }
        at += 1;
    }
    let fits = || match atoms.get(at).map(|atom| atom.ch) {
        Some(':' | '号' | '群') => true,
        Some(' ') => pick(atoms, at + 1, 5, Reading::Pure).groups[0] == 5,
        _ => false,
    };
    (!exact || fits()).then_some(at)
}

/// The number behind a cue.
fn behind(atoms: &[Atom], cue: Cue) -> Option<Found> {
    let mut start = cue.end;
    let mut spoken = false;
    while start < cue.end + 6 && digit_at(atoms, start).is_none() && !is_letter(atoms, start) {
        let atom = atoms.get(start)?;
        let usual = is_symbol(atom) || " :号群是+-我加扣码(.=/咨询联系".contains(atom.ch);
        // 文件QQ传:2846600733, 加QQ唠2846600733.
        let word = !cue.loose && atom.ch.is_alphabetic() && !atom.ch.is_ascii();
        if !usual && !word {
            return None;
        }
        spoken |= !usual;
        start += 1;
    }
    let run = with_letters(atoms, start).or_else(|| whole(atoms, start))?;
    let least = if cue.loose || spoken { 7 } else { 5 };
    let mail = atoms.get(run.end).is_some_and(|atom| atom.ch == '@');
    let no_number = run.digits.len() < least || run.digits.starts_with('0') || measured(atoms, run.end) || mail;
    let mobile = (cue.loose || spoken) && is_mobile(&pick(atoms, start, 11, Reading::Loose).digits);
    let other = spoken && (cues::other_before(atoms, start) || cues::phone_before(atoms, start));
    (!no_number && !mobile && !other).then(|| number(run, start))
}

/// A number in one piece with letters for some of its digits: 28466оo733.
fn with_letters(atoms: &[Atom], start: usize) -> Option<Run> {
    let length =
        atoms[start..].iter().take(12).take_while(|atom| matches!(atom.ch, 'a'..='z' | '0'..='9' | 'б' | 'з')).count();
    let digits = atoms[start..start + length].iter().filter(|atom| atom.digit.is_some()).count();
    if digits == length || digits < 5 || length > 11 {
        return None;
    }
    let run = pick(atoms, start, length, Reading::Loose);
    (run.digits.len() == length && run.groups.len() == 1).then_some(run)
}

/// The groups that make up one number: a price or a second number behind it stays out.
fn whole(atoms: &[Atom], start: usize) -> Option<Run> {
    digit_at(atoms, start)?;
    let run = pick(atoms, start, 13, Reading::Pure);
    let soft = run.separators.iter().all(|ch| matches!(ch, ' ' | '-' | '.' | '·'));
    let first = run.groups[0];
    if run.groups.len() == 1 {
        return (run.digits.len() <= 11).then_some(run);
    }
    // Digits one by one may be parted by anything; a price behind them is a group of its own.
    let lone = run.groups.iter().take_while(|size| **size == 1).count();
    if lone >= 7 {
        return Some(pick(atoms, start, lone.min(11), Reading::Pure));
    }
    if first >= COMPLETE || !soft {
        return (first <= 11).then(|| pick(atoms, start, first, Reading::Pure));
    }
    let mut length = first;
    for size in &run.groups[1..] {
        let longer = pick(atoms, start, length + size, Reading::Pure);
        let full = length >= COMPLETE && *size < 3 && length + size > 10;
        if length + size > 11 || full || measured(atoms, longer.end) {
            break;
        }
        length += size;
    }
    Some(pick(atoms, start, length, Reading::Pure))
}
