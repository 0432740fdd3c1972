//! The original text as atoms: one visible character each, folded, with the digit it may stand for.
//!
//! Contacts are searched in the original and not in the cleaned text, so that a span is exact and the way of writing
//! (which is itself a signal) stays visible.

use super::{
    glyphs::{digit_of, fold},
    run,
};

/// How a digit is written; numbers glued together from different scripts have soft borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// `0`-`9`.
    Ascii,
    /// Circled, keycap, full-width and the like.
    Fancy,
    /// Chinese numerals.
    Han,
    /// Words of the same sound: 久, 么, 两.
    Sound,
}

/// One visible character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    /// Folded to half width and lower case.
    pub ch: char,
    /// The digit it stands for and how it is written.
    pub digit: Option<(u8, Script)>,
    /// The same for a letter that plays a digit between digits.
    pub played: Option<(u8, Script)>,
    /// The same for anything that may stand for a digit.
    pub loose: Option<(u8, Script)>,
    /// At most so many digits can be picked up from here on, however they are read.
    pub reach: u32,
    /// Whether folding changed more than the case.
    pub folded: bool,
    /// Whether it is a capital letter of ASCII.
    pub capital: bool,
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
        if matches!(ch, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}'
            | '\u{300}'..='\u{36f}')
        {
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
        let changed = folded != ch.to_ascii_lowercase();
        out.push(Atom {
            ch: folded,
            digit,
            played: None,
            loose: None,
            reach: 0,
            folded: changed,
            capital: ch.is_ascii_uppercase(),
            start: at,
            end: at + 1,
        });
    }
    run::find_digits(&mut out);
    out
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
