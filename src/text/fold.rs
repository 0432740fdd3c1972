//! Characters one by one: case, width, compatibility forms, traditional characters, invisible marks.

use super::{clear::Unit, lexicon::Lexicon, tables::DigitKind};
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

/// The block of unified ideographs, where nearly every character of a listing lies.
const HAN: std::ops::Range<u32> = 0x4E00..0xA000;

/// Folds single characters.
#[derive(Debug)]
pub struct Folder {
    /// Simplified forms by position in [`HAN`]; most map to themselves.
    simplified: Vec<char>,
    /// Look-alikes and other shapes of digits.
    special: FxHashMap<char, Vec<char>>,
}

impl Folder {
    /// Reads traditional forms, look-alikes and digit shapes.
    #[must_use]
    pub fn new(lexicon: &Lexicon) -> Self {
        let mut simplified: Vec<char> = HAN.filter_map(char::from_u32).collect();
        let mut special = FxHashMap::default();
        for &(from, to) in &lexicon.traditional {
            match simplified.get_mut((from as u32).wrapping_sub(HAN.start) as usize) {
                Some(slot) => *slot = to,
                None => {
                    special.insert(from, vec![to]);
                }
            }
        }
        for &(from, to, kind) in &lexicon.digits {
            if kind == DigitKind::Form {
                special.insert(from, vec![to]);
            }
        }
        for (from, to) in &lexicon.chars {
            special.insert(*from, to.chars().collect());
        }
        Self { simplified, special }
    }

    /// Folds a text into units; every unit lies inside the character it came from, keycap and variation marks included.
    #[must_use]
    pub fn fold(&self, text: &str) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::with_capacity(text.len() / 3 + 8);
        for (at, ch) in text.char_indices() {
            let (from, to) = (at as u32, (at + ch.len_utf8()) as u32);
            match ch {
                '\n' | ' '..='~' => {
                    units.push(Unit { ch: ch.to_ascii_lowercase(), from, to, changed: false });
                }
                _ if HAN.contains(&(ch as u32)) => {
                    let plain = self.simplified[(ch as u32 - HAN.start) as usize];
                    units.push(Unit { ch: plain, from, to, changed: plain != ch });
                }
                _ if is_mark(ch) => {
                    // A keycap or variation mark belongs to the character it decorates.
                    if let Some(last) = units.last_mut().filter(|last| last.to == from && last.ch != '\n') {
                        last.to = to;
                    }
                }
                _ if is_invisible(ch) => {}
                _ => self.fold_rare(ch, from, to, &mut units),
            }
        }
        units
    }

    /// Folds a word of a rule, so that rules meet text in the same form.
    #[must_use]
    pub fn fold_word(&self, word: &str) -> String {
        self.fold(word).iter().map(|unit| unit.ch).collect()
    }

    fn fold_rare(&self, ch: char, from: u32, to: u32, units: &mut Vec<Unit>) {
        if ch.is_whitespace() {
            units.push(Unit { ch: ' ', from, to, changed: false });
            return;
        }
        if let Some(target) = self.special.get(&ch) {
            units.extend(target.iter().map(|&ch| Unit { ch, from, to, changed: true }));
            return;
        }
        if let Some(inner) = enclosed(ch) {
            units.extend(inner.chars().map(|ch| Unit { ch, from, to, changed: false }));
            return;
        }
        // Mathematical letters and enclosed ideographs are no way of typing; full-width forms are.
        let disguise = matches!(ch as u32, 0x1D400..=0x1D7FF | 0x24B6..=0x24E9 | 0x1F100..=0x1F2FF | 0x3280..=0x32B0);
        for inner in std::iter::once(ch).nfkc() {
            let lower = inner.to_lowercase().next().filter(|_| inner.to_lowercase().count() == 1).unwrap_or(inner);
            let plain = self.simplified.get((lower as u32).wrapping_sub(HAN.start) as usize).copied().unwrap_or(lower);
            if plain.is_whitespace() {
                units.push(Unit { ch: ' ', from, to, changed: false });
            } else if let Some(target) = self.special.get(&plain) {
                units.extend(target.iter().map(|&ch| Unit { ch, from, to, changed: true }));
            } else if !is_mark(plain) && !is_invisible(plain) {
                units.push(Unit { ch: plain, from, to, changed: disguise });
            }
        }
    }
}

/// Numbers in circles, brackets and with full stops, without the brackets that NFKC would leave.
fn enclosed(ch: char) -> Option<String> {
    let number = match ch as u32 {
        code @ 0x2460..=0x2473 => code - 0x2460 + 1,
        code @ 0x2474..=0x2487 => code - 0x2474 + 1,
        code @ 0x2488..=0x249B => code - 0x2488 + 1,
        code @ 0x2776..=0x277F => code - 0x2776 + 1,
        code @ 0x2780..=0x2789 => code - 0x2780 + 1,
        code @ 0x278A..=0x2793 => code - 0x278A + 1,
        0x24EA | 0x24FF => 0,
        code @ (0x3220..=0x3228 | 0x3280..=0x3288) => {
            let index = (code & 0x1F) as usize;
            return "一二三四五六七八九".chars().nth(index).map(String::from);
        }
        _ => return None,
    };
    Some(number.to_string())
}

/// Marks that decorate the character before them: combining accents, keycaps, variation selectors, skin tones.
fn is_mark(ch: char) -> bool {
    matches!(ch as u32, 0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0x1F3FB..=0x1F3FF | 0xE0100..=0xE01EF)
}

/// Characters nobody sees: controls, zero-width spaces and joiners, direction marks.
fn is_invisible(ch: char) -> bool {
    (ch.is_control() && ch != '\t' && ch != '\n')
        || matches!(ch as u32, 0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_characters() {
        let lexicon = Lexicon::parse(&[("traditional.tsv", "數\t数\n學\t学\n"), ("glyphs.tsv", "ν\tv\tchar\n")]);
        let folder = Folder::new(&lexicon.expect("well-formed lists"));
        let cases = [
            ("數學", "数学"),
            ("ＶＸ：１９９", "vx:199"),
            ("①⑨⓪⑴⒐㈠㊀", "19019一一"),
            ("1️⃣2⃣", "12"),
            ("数\u{200b}学\u{3000}课\u{ad}", "数学 课"),
            ("𝟭𝐯𝟭", "1v1"),
            ("1ν1", "1v1"),
            ("ⓛⓘ", "li"),
            ("a\tb\r\nc", "a b\nc"),
        ];
        for (from, to) in cases {
            assert_eq!(folder.fold_word(from), to, "{from}");
        }
        let keycap = folder.fold("1️⃣班");
        assert_eq!((keycap[0].from, keycap[0].to), (0, 7), "the mark is quoted with its digit");
    }
}
