//! `WeChat` ids: six to twenty letters, digits, `_` and `-`, beginning with a letter.

use super::{
    Found,
    atoms::{Atom, starts_with},
    broken::{broken, is_id_char},
    cues, latin,
};
use crate::domain::ContactKind;
use std::ops::Range;

/// Cues that a hyphen may glue to the id: V-shizi_doudou.
const GLUED_CUES: [&str; 6] = ["vx-", "wx-", "v-", "vx_", "wx_", "v_"];

/// All ids that are no numbers.
pub(super) fn ids(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    let mut at = 0;
    while at < atoms.len() {
        let inside = |at: usize| atoms.get(at).is_some_and(|atom| is_id_char(atom.ch));
        if !inside(at) {
            at += 1;
            continue;
        }
        let start = at;
        let free = |found: &Found| !taken[found.start..found.end].contains(&true);
        if let Some(found) = broken(atoms, start).filter(free) {
            at = found.end;
            taken[found.start..found.end].fill(true);
            out.push(found);
            continue;
        }
        while inside(at) {
            at += 1;
        }
        if !taken[start..at].contains(&true)
            && let Some(found) = id(atoms, start..at, out.is_empty())
        {
            taken[found.start..found.end].fill(true);
            out.push(found);
        }
    }
}

fn id(atoms: &[Atom], piece: Range<usize>, alone: bool) -> Option<Found> {
    if is_address(atoms, &piece) {
        return None;
    }
    let (place, glued) = trim(atoms, piece);
    let value: String = atoms[place.clone()].iter().map(|atom| atom.ch).collect();
    if !(6..=20).contains(&value.len()) || latin::is_word(&value) {
        return None;
    }
    let cue = cues::wechat_before(atoms, place.start);
    let other = || cues::account_before(atoms, place.start) || cues::other_before(atoms, place.start);
    if cue.is_none()
        && (is_masked(&value) || latin::is_word(value.trim_end_matches(|ch: char| ch.is_ascii_digit())) || other())
    {
        return None;
    }
    let cued = glued || cue.is_some() || cues::wechat_behind(atoms, place.end);
    if !cued && !is_likely(atoms, &place, &value, alone) {
        return None;
    }
    let disguised = cue.is_some_and(|cue| !cue.plain) || atoms[place.clone()].iter().any(|atom| atom.folded);
    Some(Found { kind: ContactKind::Wechat, value, start: place.start, end: place.end, disguised })
}

/// Whether a piece belongs to an address of mail or web.
fn is_address(atoms: &[Atom], piece: &Range<usize>) -> bool {
    let char_at = |at: usize| atoms.get(at).map_or('\n', |atom| atom.ch);
    let begins = char_at(piece.end) == '@'
        || char_at(piece.end) == '.' && char_at(piece.end + 1).is_ascii_alphanumeric()
        || char_at(piece.end) == ':' && char_at(piece.end + 1) == '/';
    let continues = piece.start > 1
        && matches!(char_at(piece.start - 1), '@' | '.' | '#' | '/')
        && char_at(piece.start - 2).is_ascii_alphanumeric()
        && cues::wechat_before(atoms, piece.start).is_none();
    begins || continues
}

/// A masked number: 199-xxxx-8812.
fn is_masked(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'x' | b'-' | b'_'))
}

/// Cuts off a glued cue and what cannot stand at the edges of an id; says whether there was a cue.
fn trim(atoms: &[Atom], piece: Range<usize>) -> (Range<usize>, bool) {
    let Range { mut start, mut end } = piece;
    let head: String = atoms[start..end].iter().take(64).map(|atom| atom.ch).collect();
    let cue = GLUED_CUES.iter().find(|cue| {
        // v_abc may be an id of its own; v_abc_def hardly.
        let sure = cue.ends_with('-') || head.matches('_').count() > 1;
        head.starts_with(**cue) && head.len() >= cue.len() + 6 && sure
    });
    start += cue.map_or(0, |cue| cue.len());
    // A circled V is the cue and no part of the id.
    let circled =
        atoms[start].folded && atoms[start].ch == 'v' && atoms.get(start + 1).is_some_and(|next| !next.folded);
    start += usize::from(circled);
    let capital = if circled { 0 } else { capital_cue(atoms, start..end) };
    start += capital;
    // 6xian_ly: behind an explicit cue an id keeps the digits it begins with.
    let numbered = head.starts_with(|ch: char| ch.is_ascii_digit())
        && head.contains('_')
        && head.len() <= 20
        && head.bytes().filter(u8::is_ascii_alphabetic).count() >= 2
        && cues::wechat_before(atoms, start).is_some();
    while start < end && !numbered && !atoms[start].ch.is_ascii_alphabetic() {
        start += 1;
    }
    while end > start && !atoms[end - 1].ch.is_ascii_alphanumeric() && atoms[end - 1].ch != '_' {
        end -= 1;
    }
    (start..end, cue.is_some() || circled || capital > 0)
}

/// Length of a cue in capitals that touches an id in small letters: `VXfang1990`.
fn capital_cue(atoms: &[Atom], piece: Range<usize>) -> usize {
    let spells = |word: &str| starts_with(&atoms[piece.clone()], 0, word).is_some();
    let asked = piece.start > 0 && matches!(atoms[piece.start - 1].ch, '加' | '➕' | '+');
    let length = match () {
        () if spells("vx") || spells("wx") => 2,
        () if spells("v") && asked => 1,
        () => return 0,
    };
    let (cue, rest) = atoms[piece].split_at(length);
    let apart = cue.iter().all(|atom| atom.capital) && rest.len() >= 6 && !rest.iter().any(|atom| atom.capital);
    // Vivian_88 is a name; hardly a syllable begins with these letters.
    let name = length == 1 && rest.first().is_some_and(|atom| matches!(atom.ch, 'a' | 'e' | 'i' | 'o' | 'u'));
    let begins = rest.first().is_some_and(|atom| atom.ch.is_ascii_alphabetic());
    if apart && begins && !name { length } else { 0 }
}

/// Whether a value without a cue is an id by its shape and place.
fn is_likely(atoms: &[Atom], place: &Range<usize>, value: &str, alone: bool) -> bool {
    if value.contains('_') {
        return true;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let char_at = |at: Option<usize>| at.and_then(|at| atoms.get(at)).map_or('\n', |atom| atom.ch);
    let fresh = !char_at(place.start.checked_sub(1)).is_alphanumeric();
    if digits == 0 {
        let closed = !char_at(Some(place.end)).is_alphanumeric();
        let last = fresh && alone && atoms[place.end..].iter().all(|atom| !atom.ch.is_alphanumeric());
        return closed && !latin::is_pinyin(value) && (cues::ask_before(atoms, place.start) || last);
    }
    let mixed = letters >= 4 && digits >= 2 && fresh;
    let last = fresh && alone && atoms[place.end..].iter().all(|atom| !atom.ch.is_alphanumeric());
    letters >= 4 && cues::ask_before(atoms, place.start) || mixed || last
}
