//! The words in front of a contact that say what it is.

use super::{
    atoms::{Atom, ends_with, is_symbol},
    words::{ACCOUNT, ASK, ASK_NUMBER, OTHER, PHONE, PHONE_FAR, WECHAT, WECHAT_ENDS},
};

/// A cue that was found: where it starts, and whether it is written plainly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Index of its first atom.
    pub start: usize,
    /// False for 薇, 卫星 and the like.
    pub plain: bool,
}

/// Steps back over what people put between a cue and a contact.
pub(super) fn skip_back(atoms: &[Atom], mut at: usize, limit: usize) -> usize {
    let floor = at.saturating_sub(limit);
    while at > floor {
        let atom = &atoms[at - 1];
        let filler = is_symbol(atom) && !matches!(atom.ch, '🛰' | '💬' | '💚' | '☎' | '📞' | '📱' | '➕' | '➡' | '🐧')
            || matches!(atom.ch, ' ' | ':' | ';' | '.' | '-' | '~' | '>' | '(' | ')' | '【' | '】' | '[' | ']' | '♡')
            || matches!(atom.ch, '号' | '是' | '“' | '”' | '"' | '|' | '=' | ',' | '🌟' | '⭐' | '/');
        if !filler {
            break;
        }
        at -= 1;
    }
    at
}

/// Where `word` starts when it ends at `end`; one blank, dot or stroke may stand between its characters (微.信, v x).
fn loose_start(atoms: &[Atom], end: usize, word: &str) -> Option<usize> {
    let mut at = end;
    for (place, ch) in word.chars().rev().enumerate() {
        if place > 0
            && at > 1
            && atoms[at - 1].ch != ch
            && matches!(atoms[at - 1].ch, ' ' | '.' | '·' | '/' | '-' | '|' | '丨' | '*' | '_' | '❤' | '♥')
        {
            at -= 1;
        }
        if at == 0 || atoms[at - 1].ch != ch {
            return None;
        }
        at -= 1;
    }
    Some(at)
}

/// The `WeChat` cue that ends at `end`, if any.
fn wechat_ending(atoms: &[Atom], end: usize) -> Option<Found> {
    if !WECHAT_ENDS.contains(&atoms.get(end.checked_sub(1)?)?.ch) {
        return None;
    }
    WECHAT.iter().find_map(|(word, plain)| {
        let start = loose_start(atoms, end, word)?;
        let written = atoms[start..end].iter().all(|atom| !atom.folded);
        let plain = *plain && written && end - start == word.chars().count();
        // A lone latin cue must not be the tail of a word or of `1v1`; 卫 and 喂 alone need a mark behind them.
        let before = start.checked_sub(1).map(|at| atoms[at]);
        let latin = word.starts_with(|ch: char| ch.is_ascii_alphabetic());
        let glued = before.is_some_and(|atom| {
            atom.ch.is_ascii_alphabetic() || atom.digit.is_some_and(|(_, script)| script != super::atoms::Script::Han)
        });
        (!(latin && word.len() <= 2 && glued)).then_some(Found { start, plain })
    })
}

/// The `WeChat` cue in front of `start`.
pub(super) fn wechat_before(atoms: &[Atom], start: usize) -> Option<Found> {
    for pass in [0, 6] {
        let end = skip_back(atoms, start, pass);
        if let Some(found) = wechat_ending(atoms, end) {
            return Some(found);
        }
        // 加V我, 加微信我
        if end > 0
            && matches!(atoms[end - 1].ch, '我' | '➕' | '+' | '十' | '加' | '搜' | '索')
            && let Some(found) = wechat_ending(atoms, skip_back(atoms, end - 1, 3))
        {
            return Some(found);
        }
    }
    None
}

/// Whether a telephone cue stands in front of `start`.
pub(super) fn phone_before(atoms: &[Atom], start: usize) -> bool {
    let mut end = skip_back(atoms, start, 5);
    while end > 0 && matches!(atoms[end - 1].ch, '/' | '同' | '、' | '和' | '与' | '或' | '及' | '&' | '+' | '加')
    {
        end = skip_back(atoms, end - 1, 2);
    }
    PHONE.iter().any(|word| ends_with(atoms, end, word))
}

/// Whether a telephone or a request to write is spoken of a little further in front, on the same line.
pub(super) fn phone_far_before(atoms: &[Atom], start: usize) -> bool {
    let near: String = atoms[start.saturating_sub(14)..start].iter().map(|atom| atom.ch).collect();
    let line = near.rsplit(['\n', '。', '!']).next().unwrap_or(&near);
    PHONE_FAR.iter().any(|word| line.contains(word))
}

/// Whether the cue that starts at `start` is refused: 不加微信.
pub(super) fn refused(atoms: &[Atom], start: usize) -> bool {
    ["不加", "不用", "没有", "没", "不", "别加", "无", "勿加"].iter().any(|word| ends_with(atoms, start, word))
}

/// Whether a request to write stands right in front of a bare number.
pub(super) fn asked_number(atoms: &[Atom], start: usize) -> bool {
    let end = skip_back(atoms, start, 2);
    [start, end].into_iter().any(|at| ASK_NUMBER.iter().any(|word| ends_with(atoms, at, word)))
}

/// Whether an id is announced as an account of something that is no contact: 公众号, 抖音号.
pub(super) fn account_before(atoms: &[Atom], start: usize) -> bool {
    [0, 1, 3]
        .into_iter()
        .map(|limit| skip_back(atoms, start, limit))
        .any(|at| ACCOUNT.iter().any(|word| ends_with(atoms, at, word)))
}

/// Whether the text right behind says that the number is also a `WeChat` id.
pub(super) fn same_number_behind(atoms: &[Atom], end: usize) -> bool {
    let tail: String = atoms[end..].iter().take(9).map(|atom| atom.ch).take_while(|ch| *ch != '\n').collect();
    tail.contains("同号")
        || tail.contains("同步")
        || ["微", "v", "vx", "wx", "薇", "卫星", "信", "威"]
            .iter()
            .any(|word| tail.contains(&format!("{word}同")) || tail.contains(&format!("同{word}")))
}

/// Whether a request to write stands in front of `start`.
pub(super) fn ask_before(atoms: &[Atom], start: usize) -> bool {
    [0, 4].into_iter().any(|pass| {
        let end = skip_back(atoms, start, pass);
        ASK.iter().any(|word| ends_with(atoms, end, word))
    })
}

/// Whether the digits at `start` are announced as something that is no contact.
pub(super) fn other_before(atoms: &[Atom], start: usize) -> bool {
    [0, 1, 3]
        .into_iter()
        .map(|limit| skip_back(atoms, start, limit))
        .any(|at| OTHER.iter().any(|word| ends_with(atoms, at, word)))
}

/// Whether a `WeChat` word stands right behind an id: `maoyi_dz(微)`.
pub(super) fn wechat_behind(atoms: &[Atom], end: usize) -> bool {
    let tail: String =
        atoms[end..].iter().take(5).map(|atom| atom.ch).filter(|ch| !matches!(ch, ' ' | '(' | ')')).collect();
    ["微", "卫星", "薇", "加微", "vx", "v)", "wx"].iter().any(|word| tail.starts_with(word))
        || tail == "v"
        || ["这是我", "是我"].iter().any(|word| tail.starts_with(word)) && spoken_of(atoms, end)
}

/// Whether an id is called one in the words behind it: gushiyeye 这是我孙女的号.
fn spoken_of(atoms: &[Atom], end: usize) -> bool {
    atoms[end..].iter().take(12).take_while(|atom| atom.ch != '\n').any(|atom| atom.ch == '号')
}

/// Whether 微信 stands right behind a number and no id follows it: 发19904210001微信.
pub(super) fn only_wechat_behind(atoms: &[Atom], end: usize) -> bool {
    let mut at = end;
    while atoms.get(at).is_some_and(|atom| matches!(atom.ch, ' ' | '(')) {
        at += 1;
    }
    let Some(behind) = ["微信", "wx", "vx", "卫星", "薇信", "威信", "v)", "微)", "薇)"]
        .iter()
        .find_map(|word| super::atoms::starts_with(atoms, at, word))
    else {
        return false;
    };
    !atoms[behind..].iter().take(4).any(|atom| atom.ch.is_ascii_alphanumeric())
}
