//! Single characters: what they look like and the digit they stand for.

use super::atoms::Script;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Letters of other scripts that look like Latin ones, in pairs.
const ALIKE: &str = "аaеeоoрpсcуyхxАaВbЕeКkМmНhОoРpСcТtХxУyіiІiјjЈjѕsЅsԁdѵvѴvԛqһhνvΝnυuαaΑaοoΟoρpΡpτtΤtχxΧxκkΚkιiΙiωwΒbΕeΗhΜmΥyΖz\
    ᐯvꓦvᏙvᴠv∨v⋁v٧vᗐvⱽvᏔwᴡwꓪwꓫxᚷx᙭xɡgɑaıiɩiᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuʏyᴢz";

/// Folds to half width, lower case and plain Latin; accents are dropped.
pub(super) fn fold(ch: char) -> char {
    match u32::from(ch) {
        0..=0x7f => ch.to_ascii_lowercase(),
        0x3000 | 0xa0 | 0x2000..=0x200a | 0x202f => ' ',
        // Ideographs, kana and what stands for itself.
        0x3001..=0x9fff => ch,
        squared @ 0x1f130..=0x1f149 => letter(squared - 0x1f130),
        squared @ 0x1f150..=0x1f169 => letter(squared - 0x1f150),
        squared @ 0x1f170..=0x1f189 => letter(squared - 0x1f170),
        _ => alike(ch).unwrap_or_else(|| decomposed(ch)),
    }
}

/// The pairs of [`ALIKE`]; of a letter given twice the first counts.
static LATIN: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
    let mut latin = FxHashMap::default();
    let mut chars = ALIKE.chars().filter(|ch| *ch != ' ');
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        latin.entry(from).or_insert(to);
    }
    latin
});

fn alike(ch: char) -> Option<char> {
    LATIN.get(&ch).copied()
}

/// The one character that is left without compatibility dress and accents; the character itself when more are left.
fn decomposed(ch: char) -> char {
    let mut parts = std::iter::once(ch).nfkd();
    match parts.next() {
        Some(base) if parts.all(is_combining_mark) => {
            let base = base.to_ascii_lowercase();
            alike(base).unwrap_or(base)
        }
        _ => ch,
    }
}

fn letter(offset: u32) -> char {
    char::from(b'a' + u8::try_from(offset).unwrap_or(0).min(25))
}

/// The digit a character is, and how it is written.
pub(super) fn digit_of(ch: char) -> Option<(u8, Script)> {
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
        0x1f101..=0x1f10a => from(0x1f101, 0),
        0x1fbf0..=0x1fbf9 => from(0x1fbf0, 0),
        0x3021..=0x3029 => from(0x3021, 1),
        0x24ea | 0x24ff | 0x2070 | 0x1f100 | 0x1f10b | 0x1f10c => Some((0, Script::Fancy)),
        0xb9 => Some((1, Script::Fancy)),
        0xb2 | 0xb3 => from(0xb2, 2),
        0x1d7ce..=0x1d7ff => u8::try_from((code - 0x1d7ce) % 10).ok().map(|digit| (digit, Script::Fancy)),
        _ => han(ch).map(|digit| (digit, Script::Han)),
    }
}

fn han(ch: char) -> Option<u8> {
    Some(match ch {
        '〇' | '零' | '○' | '◯' => 0,
        '一' | '壹' | '幺' | '弌' | '⼀' => 1,
        '二' | '贰' | '貳' | '弍' | '⼆' => 2,
        '三' | '叁' | '參' | '弎' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' | '⼋' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// The digit a letter or a word of the same sound plays inside a number that is mostly digits.
pub(super) fn stand_in(ch: char) -> Option<(u8, Script)> {
    let letter = match ch {
        'o' => 0,
        'l' | 'i' => 1,
        'z' => 2,
        'з' | 'З' => 3,
        's' => 5,
        'б' | 'Б' | 'b' => 6,
        _ => return sound(ch).map(|digit| (digit, Script::Sound)),
    };
    Some((letter, Script::Fancy))
}

fn sound(ch: char) -> Option<u8> {
    Some(match ch {
        '洞' | '灵' | '凌' | '铃' | '令' | '另' => 0,
        '么' | '夭' | '腰' | '妖' | '邀' | '衣' | '医' | '依' | '伊' | '亿' => 1,
        '两' | '俩' | '尔' | '儿' | '耳' | '爱' => 2,
        '散' | '伞' | '山' | '珊' => 3,
        '死' | '丝' | '思' | '司' | '寺' | '似' => 4,
        '吾' | '午' | '舞' | '武' | '屋' | '捂' => 5,
        '溜' | '刘' | '柳' | '留' | '流' | '遛' | '绿' => 6,
        '拐' | '妻' | '奇' | '启' | '漆' | '起' | '气' => 7,
        '吧' | '巴' | '爸' | '扒' | '拔' | '发' => 8,
        '勾' | '久' | '酒' | '玖' | '就' | '旧' | '救' => 9,
        _ => return None,
    })
}
