//! `WeChat` ids: six to twenty letters, digits, `_` and `-`, beginning with a letter.

use super::{Found, atoms::Atom, cues};
use crate::domain::ContactKind;

/// Latin words of listings that look like ids and are none.
const WORDS: [&str; 46] = [
    "wechat",
    "weixin",
    "iphone",
    "python",
    "scratch",
    "minecraft",
    "english",
    "online",
    "starters",
    "movers",
    "flyers",
    "phonics",
    "reading",
    "hiphop",
    "starter",
    "teacher",
    "student",
    "school",
    "vision",
    "android",
    "windows",
    "office",
    "arduino",
    "amazon",
    "toefl",
    "jolly",
    "oxford",
    "cambridge",
    "longman",
    "raz-kids",
    "kids",
    "camera",
    "coffee",
    "microsoft",
    "photoshop",
    "autocad",
    "excel",
    "powerpoint",
    "switch",
    "playstation",
    "macbook",
    "huawei",
    "xiaomi",
    "tencent",
    "douyin",
    "ninjago",
];

/// An id written with blanks or dots between single characters, behind a cue: 薇 l i l y _ 2 0.
fn spaced(atoms: &[Atom], start: usize) -> Option<Found> {
    let single = |at: usize| atoms.get(at).is_some_and(|atom| is_id_char(atom.ch));
    let mut value = String::new();
    let mut at = start;
    let mut end = start;
    while single(at) && !single(at + 1) && value.len() < 20 {
        value.push(atoms[at].ch);
        end = at + 1;
        at += if atoms.get(end).is_some_and(|atom| matches!(atom.ch, ' ' | '.' | '·')) { 2 } else { 1 };
    }
    let good = value.len() >= 6
        && value.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && !single(at)
        && cues::wechat_before(atoms, start).is_some();
    good.then_some(Found { kind: ContactKind::Wechat, value, start, end, disguised: true })
}

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
        if let Some(found) = spaced(atoms, start).filter(|found| !taken[found.start..found.end].contains(&true)) {
            at = found.end;
            taken[found.start..found.end].fill(true);
            out.push(found);
            continue;
        }
        while inside(at) {
            at += 1;
        }
        if !taken[start..at].contains(&true)
            && let Some(found) = id(atoms, start, at, out.is_empty())
        {
            taken[found.start..found.end].fill(true);
            out.push(found);
        }
    }
}

fn is_id_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-')
}

fn id(atoms: &[Atom], mut start: usize, mut end: usize, alone: bool) -> Option<Found> {
    // An address of mail or web is no id.
    let char_at = |at: usize| atoms.get(at).map_or('\n', |atom| atom.ch);
    if char_at(end) == '@'
        || char_at(end) == '.' && char_at(end + 1).is_ascii_alphanumeric()
        || char_at(end) == ':' && char_at(end + 1) == '/'
    {
        return None;
    }
    if start > 0
        && matches!(atoms[start - 1].ch, '@' | '.' | '#' | '/')
        && start > 1
        && atoms[start - 2].ch.is_ascii_alphanumeric()
    {
        return None;
    }
    let mut plain_cue = true;
    let mut cued = false;
    // The cue may be glued to the id by a hyphen: V-shizi_doudou.
    for cue in ["vx-", "wx-", "v-", "vx_", "wx_", "v_"] {
        let text: String = atoms[start..end].iter().map(|atom| atom.ch).collect();
        // v_abc may be an id of its own; v_abc_def hardly.
        let sure = cue.ends_with('-') || text.matches('_').count() > 1;
        if text.starts_with(cue) && text.len() >= cue.len() + 6 && sure {
            start += cue.len();
            cued = true;
            break;
        }
    }
    // A circled V is the cue and no part of the id.
    if atoms[start].folded && atoms[start].ch == 'v' && atoms.get(start + 1).is_some_and(|atom| !atom.folded) {
        start += 1;
        cued = true;
    }
    while start < end && !atoms[start].ch.is_ascii_alphabetic() {
        start += 1;
    }
    while end > start && !atoms[end - 1].ch.is_ascii_alphanumeric() && atoms[end - 1].ch != '_' {
        end -= 1;
    }
    let value: String = atoms[start..end].iter().map(|atom| atom.ch).collect();
    if !(6..=20).contains(&value.len()) || WORDS.contains(&value.as_str()) {
        return None;
    }
    if let Some(found) = cues::wechat_before(atoms, start) {
        cued = true;
        plain_cue = found.plain;
    }
    let cued = cued || cues::wechat_behind(atoms, end);
    let joined = value.contains('_');
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let before = start.checked_sub(1).map_or('\n', |at| atoms[at].ch);
    let fresh = matches!(before, '\n' | ' ' | '。' | ',' | '!' | '?' | '~' | '…' | ')' | ';' | ':')
        || !before.is_alphanumeric();
    let last = atoms[end..].iter().all(|atom| !atom.ch.is_alphanumeric());
    let mixed = letters >= 4 && digits >= 2 && fresh;
    let accepted = joined || cued || cues::ask_before(atoms, start) && letters >= 4 || mixed || last && fresh && alone;
    let disguised = !plain_cue || atoms[start..end].iter().any(|atom| atom.folded);
    accepted.then_some(Found { kind: ContactKind::Wechat, value, start, end, disguised })
}
