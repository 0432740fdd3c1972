//! The words in front of a contact that say what it is.

use super::atoms::{Atom, ends_with, is_symbol};

/// Ways to say `WeChat`, and whether the way is plain; longer ones first.
const WECHAT: [(&str, bool); 50] = [
    ("绿色软件", false),
    ("绿标", false),
    ("小绿", false),
    ("绿聊", false),
    ("微讯", false),
    ("🟢", false),
    ("wechat", true),
    ("weixin", true),
    ("微信号", true),
    ("微信", true),
    ("绿泡泡", false),
    ("小绿泡", false),
    ("绿泡", false),
    ("薇信", false),
    ("薇芯", false),
    ("薇心", false),
    ("微芯", false),
    ("微心", false),
    ("威信", false),
    ("威芯", false),
    ("徽信", false),
    ("徽亻言", false),
    ("微亻言", false),
    ("亻言", false),
    ("维信", false),
    ("喂星", false),
    ("卫星", false),
    ("卫信", false),
    ("围信", false),
    ("溦信", false),
    ("v信", false),
    ("v心", false),
    ("v芯", false),
    ("w信", false),
    ("vx", true),
    ("wx", true),
    ("vv", true),
    ("薇", false),
    ("微", true),
    ("威", false),
    ("徽", false),
    ("溦", false),
    ("喂", false),
    ("卫", false),
    ("v", true),
    ("w", true),
    ("🛰", false),
    ("💬", false),
    ("💚", false),
    ("∨", false),
];

/// Ways to say telephone.
const PHONE: [&str; 19] = [
    "电话",
    "電話",
    "手机号",
    "手机",
    "座机",
    "固话",
    "热线",
    "致电",
    "拨打",
    "tel",
    "话",
    "电",
    "机",
    "打",
    "号码",
    "☎",
    "📞",
    "📱",
    "dh",
];

/// Words before an id that ask to write to it.
const ASK: [&str; 36] = [
    "➕我",
    "+我",
    "索",
    "加",
    "加我",
    "加她",
    "加他",
    "联系",
    "联系我",
    "咨询",
    "报名",
    "问我",
    "滴我",
    "滴",
    "戳",
    "私",
    "找我",
    "接",
    "接单",
    "搜",
    "备注",
    "客服",
    "助教",
    "顾问",
    "号",
    "敲我",
    "敲",
    "➕",
    "+",
    "➡",
    "拉群",
    "预约",
    "加群",
    "扫",
    "想来的",
    "推荐",
];

/// Words before digits that are a number of something else.
const OTHER: [&str; 20] = [
    "单号",
    "订单",
    "订单号",
    "编号",
    "证号",
    "卡号",
    "账号",
    "帐号",
    "身份证",
    "身份证号",
    "运单",
    "型号",
    "批号",
    "isbn",
    "房号",
    "备案号",
    "流水号",
    "¥",
    "￥",
    "学号",
];

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
            || matches!(atom.ch, ' ' | ':' | '.' | '-' | '~' | '>' | '(' | ')' | '【' | '】' | '[' | ']' | '♡')
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
            && matches!(atoms[at - 1].ch, ' ' | '.' | '·' | '/' | '-' | '|' | '丨')
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
    WECHAT.iter().find_map(|(word, plain)| {
        let start = loose_start(atoms, end, word)?;
        let plain = &(*plain && end - start == word.chars().count());
        // A lone latin cue must not be the tail of a word or of `1v1`; 卫 and 喂 alone need a mark behind them.
        let before = start.checked_sub(1).map(|at| atoms[at]);
        let latin = word.starts_with(|ch: char| ch.is_ascii_alphabetic());
        let glued = before.is_some_and(|atom| {
            atom.ch.is_ascii_alphabetic() || atom.digit.is_some_and(|(_, script)| script != super::atoms::Script::Han)
        });
        (!(latin && word.len() <= 2 && glued)).then_some(Found { start, plain: *plain })
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
            && matches!(atoms[end - 1].ch, '我' | '➕' | '+' | '加' | '搜' | '索')
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
    let end = skip_back(atoms, start, 3);
    [start, end].into_iter().any(|at| OTHER.iter().any(|word| ends_with(atoms, at, word)))
}

/// Whether a `WeChat` word stands right behind an id: `maoyi_dz(微)`.
pub(super) fn wechat_behind(atoms: &[Atom], end: usize) -> bool {
    let tail: String =
        atoms[end..].iter().take(5).map(|atom| atom.ch).filter(|ch| !matches!(ch, ' ' | '(' | ')')).collect();
    ["微", "卫星", "薇", "加微", "vx", "v)", "wx"].iter().any(|word| tail.starts_with(word)) || tail == "v"
}

/// Whether 微信 stands right behind a number and no id follows it: 发19904210001微信.
pub(super) fn only_wechat_behind(atoms: &[Atom], end: usize) -> bool {
    let mut at = end;
    while atoms.get(at).is_some_and(|atom| matches!(atom.ch, ' ' | '(')) {
        at += 1;
    }
    let Some(behind) =
        ["微信", "wx", "vx", "卫星", "(v)"].iter().find_map(|word| super::atoms::starts_with(atoms, at, word))
    else {
        return false;
    };
    !atoms[behind..].iter().take(4).any(|atom| atom.ch.is_ascii_alphanumeric())
}
