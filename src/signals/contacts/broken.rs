//! `WeChat` ids broken by blanks or dots: 薇 l i l y _ 2 0, 微信 tian wu zi 0620, 微信 sanda `zhao_jl`.

use super::{Found, atoms::Atom, cues, latin};
use crate::domain::ContactKind;

/// Longest id.
const LONGEST: usize = 20;
/// Shortest id.
const SHORTEST: usize = 6;

/// Latin cues, which are no first syllable of an id.
const CUES: [&str; 9] = ["v", "vx", "wx", "vv", "wechat", "weixin", "wei", "xin", "id"];

/// A character of an id.
pub(super) fn is_id_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-')
}

/// An id in single characters or in syllables that starts at `start`, behind a cue.
pub(super) fn broken(atoms: &[Atom], start: usize) -> Option<Found> {
    let first = piece(atoms, start);
    let cue = cues::wechat_before(atoms, start);
    if is_cue(atoms, start, &first, cue.is_some()) {
        return None;
    }
    let single = first.len() == 1;
    let (value, end) = if single { singles(atoms, start) } else { syllables(atoms, start, first)? };
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let begins = value.starts_with(|ch: char| ch.is_ascii_alphabetic()) || value.contains('_') && letters >= 2;
    let small = !atoms[start..end].iter().any(|atom| atom.capital);
    let announced = || {
        cue.is_some()
            || letters >= 2 && value.contains('_') && (single || at_underscore(atoms, start, end))
            || (single || letters < value.len()) && letters >= 2 && cues::ask_before(atoms, start)
            || single && small && letters >= 4 && letters + 2 <= value.len() && value.len() >= 8
            || cues::wechat_behind(atoms, end)
    };
    let good = (SHORTEST..=LONGEST).contains(&value.len()) && begins && announced();
    good.then_some(Found { kind: ContactKind::Wechat, value, start, end, disguised: true })
}

/// Whether the id is broken right beside an underscore, which shows that the pieces belong together.
fn at_underscore(atoms: &[Atom], start: usize, end: usize) -> bool {
    atoms[start..end].windows(2).any(|pair| matches!((pair[0].ch, pair[1].ch), ('_', ' ' | '·') | (' ' | '·', '_')))
}

/// Whether the first piece is itself the cue: 薇x t o n g, 加 v l i l y.
fn is_cue(atoms: &[Atom], start: usize, first: &str, cued: bool) -> bool {
    let glued = start > 0 && matches!(atoms[start - 1].ch, '微' | '薇' | '威' | '徽' | '卫');
    CUES.contains(&first) && (!cued || first.len() > 1) || first == "x" && glued
}

/// The characters of an id that stand together from `at`; never much more than an id may hold.
fn piece(atoms: &[Atom], at: usize) -> String {
    let tail = atoms.get(at..).unwrap_or_default();
    tail.iter().take(LONGEST + 1).map(|atom| atom.ch).take_while(|ch| is_id_char(*ch)).collect()
}

/// Single characters with at most one blank or dot between; empty when two of them touch.
fn singles(atoms: &[Atom], start: usize) -> (String, usize) {
    let single = |at: usize| atoms.get(at).is_some_and(|atom| is_id_char(atom.ch));
    let mut value = String::new();
    let (mut at, mut end) = (start, start);
    while single(at) && !single(at + 1) && value.len() < LONGEST {
        value.push(atoms[at].ch);
        end = at + 1;
        at = end + usize::from(atoms.get(end).is_some_and(|atom| matches!(atom.ch, ' ' | '.' | '·' | '/')));
    }
    // What follows in one piece is the tail of the id (y x s q _620) or a word of its own.
    let tail = piece(atoms, at);
    let fits = value.len() + tail.len() <= LONGEST
        && (tail.starts_with('_') || value.ends_with('_') || is_number(atoms, at, &tail));
    match tail.len() {
        0 => {}
        length if fits => {
            value.push_str(&tail);
            end = at + length;
        }
        _ if value.contains('_') || value.ends_with(|ch: char| ch.is_ascii_digit()) => {}
        _ => value.clear(),
    }
    (value, end)
}

/// Pieces with one blank between, until the id is complete.
fn syllables(atoms: &[Atom], start: usize, first: String) -> Option<(String, usize)> {
    let mut end = start + first.len();
    let mut value = first;
    let lone = value.len() < SHORTEST;
    let mut last_single = false;
    let mut pieces = 1;
    while value.len() < LONGEST && atoms.get(end).is_some_and(|atom| matches!(atom.ch, ' ' | '·')) {
        let next = piece(atoms, end + 1);
        let digits = next.bytes().all(|byte| byte.is_ascii_digit());
        let complete = value.contains(|ch: char| ch.is_ascii_digit() || ch == '_');
        let open = value.ends_with('_') && (!digits || closes(atoms, end + 1, &next));
        let joined = open || next.starts_with('_') || last_single && digits && next.len() == 1;
        let wanted = joined
            || !complete && digits && closes(atoms, end + 1, &next)
            || !complete && next.contains('_') && !latin::is_word(&value)
            || !complete && lone && !digits && is_syllable(&next);
        if next.is_empty() || !wanted || value.len() + next.len() > LONGEST {
            break;
        }
        last_single = digits && next.len() == 1;
        end += 1 + next.len();
        value.push_str(&next);
        pieces += 1;
    }
    let whole = !value.ends_with('-') && (lone || value.contains(|ch: char| ch.is_ascii_digit() || ch == '_'));
    (pieces > 1 && whole).then_some((value, end))
}

fn is_syllable(piece: &str) -> bool {
    piece.len() <= 6 && piece.bytes().all(|byte| byte.is_ascii_lowercase()) && !latin::is_word(piece)
}

/// Whether two and more digits at `at` close an id.
fn is_number(atoms: &[Atom], at: usize, digits: &str) -> bool {
    digits.len() > 1 && closes(atoms, at, digits)
}

/// Whether digits at `at` close an id and are no price, count or time.
fn closes(atoms: &[Atom], at: usize, digits: &str) -> bool {
    let next = atoms.get(at + digits.len()).map_or('\n', |atom| atom.ch);
    (1..=6).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !next.is_alphanumeric()
        && !matches!(next, ':' | '.' | '/' | '~' | '-' | '%' | '+' | '*')
}
