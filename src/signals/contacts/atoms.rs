//! The original text as atoms: one visible character each, folded, with the digit it may stand for.
//!
//! Contacts are searched in the original and not in the cleaned text, so that a span is exact and the way of writing
//! (which is itself a signal) stays visible.

use unicode_normalization::UnicodeNormalization;

/// How a digit is written; numbers glued together from different scripts have soft borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// `0`-`9`.
    Ascii,
    /// Circled, keycap, full-width and the like.
    Fancy,
    /// Chinese numerals.
    Han,
}

/// One visible character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    /// Folded to half width and lower case.
    pub ch: char,
    /// The digit it stands for and how it is written.
    pub digit: Option<(u8, Script)>,
    /// Whether folding changed more than the case.
    pub folded: bool,
    /// First scalar value in the original.
    pub start: usize,
    /// One past the last scalar value, joiners and keycap marks included.
    pub end: usize,
}

/// Splits a text.
pub(super) fn atoms(text: &str) -> Vec<Atom> {
    let mut out: Vec<Atom> = Vec::with_capacity(text.len() / 2);
    for (at, ch) in text.chars().enumerate() {
        // Joiners, variation selectors and the keycap frame belong to the character before them.
        if matches!(ch, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}') {
            if let Some(last) = out.last_mut() {
                last.end = at + 1;
                if let Some((digit, Script::Ascii)) = last.digit {
                    last.digit = Some((digit, Script::Fancy));
                }
            }
            continue;
        }
        let digit = digit_of(ch);
        // Circled digits stand inside ids too (lily⑧⑧).
        let folded = match digit {
            Some((value, Script::Fancy)) => char::from(b'0' + value),
            _ => fold(ch),
        };
        out.push(Atom { ch: folded, digit, folded: folded != ch.to_ascii_lowercase(), start: at, end: at + 1 });
    }
    out
}

fn fold(ch: char) -> char {
    match u32::from(ch) {
        0..=0x7f => ch.to_ascii_lowercase(),
        0x3000 | 0xa0 => ' ',
        0xff01..=0xff5e | 0x1d400..=0x1d7ff | 0x24b6..=0x24e9 | 0x2100..=0x214f => {
            ch.nfkc().next().unwrap_or(ch).to_ascii_lowercase()
        }
        squared @ 0x1f130..=0x1f149 => letter(squared - 0x1f130),
        squared @ 0x1f150..=0x1f169 => letter(squared - 0x1f150),
        squared @ 0x1f170..=0x1f189 => letter(squared - 0x1f170),
        _ => ch,
    }
}

fn letter(offset: u32) -> char {
    char::from(b'a' + u8::try_from(offset).unwrap_or(0).min(25))
}

fn digit_of(ch: char) -> Option<(u8, Script)> {
    let code = u32::from(ch);
    let from = |first: u32, value: u32| u8::try_from(code - first + value).ok().map(|digit| (digit, Script::Fancy));
    match code {
        0x30..=0x39 => u8::try_from(code - 0x30).ok().map(|digit| (digit, Script::Ascii)),
        0xff10..=0xff19 => from(0xff10, 0),
        0x2460..=0x2468 => from(0x2460, 1),
        0x2474..=0x247c => from(0x2474, 1),
        0x2488..=0x2490 => from(0x2488, 1),
        0x24f5..=0x24fd => from(0x24f5, 1),
        0x2776..=0x277e => from(0x2776, 1),
        0x2780..=0x2788 => from(0x2780, 1),
        0x278a..=0x2792 => from(0x278a, 1),
        0x3220..=0x3228 => from(0x3220, 1),
        0x3280..=0x3288 => from(0x3280, 1),
        0x2080..=0x2089 => from(0x2080, 0),
        0x2074..=0x2079 => from(0x2074, 4),
        0x24ea | 0x24ff | 0x2070 => Some((0, Script::Fancy)),
        0xb9 => Some((1, Script::Fancy)),
        0xb2 | 0xb3 => from(0xb2, 2),
        0x1d7ce..=0x1d7ff => u8::try_from((code - 0x1d7ce) % 10).ok().map(|digit| (digit, Script::Fancy)),
        _ => han(ch).map(|digit| (digit, Script::Han)),
    }
}

fn han(ch: char) -> Option<u8> {
    Some(match ch {
        '〇' | '零' | '○' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '貳' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// Whether the atoms that end before `end` spell `word`.
pub(super) fn ends_with(atoms: &[Atom], end: usize, word: &str) -> bool {
    let mut at = end;
    for ch in word.chars().rev() {
        if at == 0 || atoms[at - 1].ch != ch {
            return false;
        }
        at -= 1;
    }
    true
}

/// Whether the atoms from `start` spell `word`; gives the end.
pub(super) fn starts_with(atoms: &[Atom], start: usize, word: &str) -> Option<usize> {
    let mut at = start;
    for ch in word.chars() {
        if atoms.get(at)?.ch != ch {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// Whether an atom is a pictograph or symbol that people put between characters.
pub(super) fn is_symbol(atom: &Atom) -> bool {
    atom.digit.is_none()
        && matches!(u32::from(atom.ch), 0x2010..=0x2bff | 0x1f000..=0x1faff | 0xb7 | 0x30fb | 0xfe30..=0xfe6f)
}
