//! Disguises a clean text the way sellers do: seven kinds, three strengths. It knows nothing of `models/lexicon`.

use pinyin::ToPinyin;
use std::collections::HashMap;
use std::sync::LazyLock;

/// How a word is disguised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One or all characters in pinyin: 数xue.
    Pinyin,
    /// A character of the same sound: 鼠学.
    Homophone,
    /// A character that looks alike, or a character in its parts: 车甫导.
    Shape,
    /// Something between the characters: 数.学, 数 学, 数🔥学.
    Separator,
    /// A picture in place of a character or word: 补🍵.
    Emoji,
    /// Other forms of the same characters: 數學, 1️⃣对1️⃣, 初③, zero-width marks, combining strokes.
    Variant,
    /// Initials: sx, yy, 1v1.
    Initials,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Pinyin, Self::Homophone, Self::Shape, Self::Separator, Self::Emoji, Self::Variant, Self::Initials];
}

/// The words that sellers hide.
const WORDS: &[&str] = &[
    "数学",
    "英语",
    "语文",
    "物理",
    "化学",
    "生物",
    "历史",
    "地理",
    "政治",
    "奥数",
    "作文",
    "阅读",
    "单词",
    "拼音",
    "语法",
    "口算",
    "辅导",
    "补课",
    "补习",
    "老师",
    "教师",
    "家教",
    "一对一",
    "小班",
    "作业",
    "讲题",
    "刷题",
    "答疑",
    "提分",
    "成绩",
    "考试",
    "中考",
    "高考",
    "期末",
    "期中",
    "月考",
    "冲刺",
    "预习",
    "复习",
    "同步",
    "培优",
    "托管",
    "晚托",
    "自习",
    "思维",
    "上课",
    "课时",
    "网课",
    "直播",
    "报名",
    "招生",
    "试听",
    "学费",
    "微信",
    "初一",
    "初二",
    "初三",
    "高一",
    "高二",
    "高三",
    "年级",
    "小学",
    "初中",
    "高中",
    "寒假",
    "暑假",
    "周末",
    "文化课",
    "全科",
];

const PARTS: &[(char, &str)] = &[
    ('辅', "车甫"),
    ('物', "牛勿"),
    ('课', "讠果"),
    ('语', "讠吾"),
    ('补', "衤卜"),
    ('讲', "讠井"),
    ('教', "孝攵"),
    ('师', "丨帀"),
    ('初', "衤刀"),
    ('题', "是页"),
    ('期', "其月"),
    ('招', "扌召"),
    ('培', "土咅"),
    ('提', "扌是"),
    ('报', "扌艮"),
    ('数', "娄攵"),
    ('理', "王里"),
    ('科', "禾斗"),
    ('英', "艹央"),
    ('校', "木交"),
    ('班', "王王"),
];

const LOOKALIKES: &[(char, &[char])] = &[
    ('学', &['孚', '斈']),
    ('英', &['茵', '莢']),
    ('理', &['埋', '俚']),
    ('化', &['仳', '匕']),
    ('数', &['薮', '籔']),
    ('考', &['老', '孝']),
    ('课', &['踝', '棵']),
    ('师', &['帅', '狮']),
    ('文', &['攵', '夂']),
    ('中', &['申', '仲']),
    ('导', &['异', '寻']),
    ('班', &['斑', '珏']),
    ('业', &['亚', '邺']),
    ('分', &['氛', '坌']),
    ('习', &['刁', '羽']),
    ('题', &['匙', '堤']),
    ('高', &['髙', '亮']),
    ('读', &['渎', '续']),
    ('史', &['吏', '使']),
    ('单', &['箪', '禅']),
];

const PICTURES: &[(&str, &str)] = &[
    ("化学", "化🧪"),
    ("物理", "物🧲"),
    ("数学", "🔢学"),
    ("英语", "🔤语"),
    ("语文", "语📖"),
    ("补课", "补🍵"),
    ("提分", "提💯"),
    ("老师", "👩‍🏫"),
    ("作业", "✍️业"),
    ("报名", "报📝名"),
    ("微信", "🛰信"),
    ("生物", "生🧬"),
    ("地理", "🌍理"),
    ("小班", "小🏫班"),
    ("思维", "🧠维"),
    ("冲刺", "冲🚀"),
    ("考试", "📄试"),
    ("一对一", "1️⃣对1️⃣"),
    ("阅读", "阅📚"),
    ("中考", "中🎯考"),
    ("高考", "高🎓考"),
    ("作文", "作✏️文"),
];

const SHORT: &[(&str, &str)] = &[
    ("数学", "sx"),
    ("英语", "yy"),
    ("语文", "yw"),
    ("物理", "wl"),
    ("化学", "hx"),
    ("生物", "sw"),
    ("历史", "ls"),
    ("地理", "dl"),
    ("政治", "zz"),
    ("一对一", "1v1"),
    ("补课", "bk"),
    ("中考", "zk"),
    ("高考", "gk"),
    ("微信", "vx"),
    ("老师", "ls"),
    ("辅导", "fd"),
    ("作业", "zy"),
    ("初中", "cz"),
    ("高中", "gz"),
    ("托管", "tg"),
    ("年级", "nj"),
];

const TRADITIONAL: &[(char, char)] = &[
    ('数', '數'),
    ('学', '學'),
    ('语', '語'),
    ('课', '課'),
    ('补', '補'),
    ('辅', '輔'),
    ('导', '導'),
    ('师', '師'),
    ('习', '習'),
    ('试', '試'),
    ('级', '級'),
    ('题', '題'),
    ('业', '業'),
    ('讲', '講'),
    ('读', '讀'),
    ('单', '單'),
    ('词', '詞'),
    ('历', '歷'),
    ('听', '聽'),
    ('费', '費'),
    ('绩', '績'),
    ('对', '對'),
    ('暑', '暑'),
    ('时', '時'),
];

/// Common characters (GB 2312, level 1) by their sound without tone.
static SOUNDS: LazyLock<HashMap<&'static str, Vec<char>>> = LazyLock::new(|| {
    let mut sounds: HashMap<&'static str, Vec<char>> = HashMap::new();
    for high in 0xB0_u8..=0xD7 {
        for low in 0xA1_u8..=0xFE {
            let bytes = [high, low];
            let (text, _, broken) = encoding_rs::GBK.decode(&bytes);
            if let (false, Some(ch)) = (broken, text.chars().next())
                && let Some(sound) = ch.to_pinyin()
            {
                sounds.entry(sound.plain()).or_default().push(ch);
            }
        }
    }
    sounds
});

/// Throws that depend only on the listing and the place.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) as usize % below.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.next(from.len());
        from.get(at)
    }
}

/// Disguises `percent` of the hidden words of a text; gives back the text and how many words were changed.
pub fn disguise(text: &str, kind: Kind, percent: usize, seed: &str) -> (String, usize) {
    let seed = seed.bytes().fold(kind as u64 + 1, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut dice = Dice(seed);
    let mut out = String::with_capacity(text.len() * 2);
    let (mut rest, mut changed) = (text, 0);
    while let Some(first) = rest.chars().next() {
        let word = WORDS.iter().find(|word| rest.starts_with(**word));
        if let Some(word) = word
            && dice.next(100) < percent
            && let Some(other) = change(word, kind, &mut dice)
        {
            out.push_str(&other);
            rest = &rest[word.len()..];
            changed += 1;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (out, changed)
}

/// One word disguised; `None` when the kind has nothing for it.
fn change(word: &str, kind: Kind, dice: &mut Dice) -> Option<String> {
    let chars: Vec<char> = word.chars().collect();
    let at = dice.next(chars.len());
    let replace = |with: &str| -> String {
        chars.iter().enumerate().map(|(i, ch)| if i == at { with.to_owned() } else { ch.to_string() }).collect()
    };
    let other = match kind {
        Kind::Pinyin => {
            let sound = |ch: char| ch.to_pinyin().map(pinyin::Pinyin::plain);
            if dice.next(3) == 0 {
                chars.iter().map(|ch| sound(*ch)).collect::<Option<Vec<_>>>()?.concat()
            } else {
                replace(sound(chars[at])?)
            }
        }
        Kind::Homophone => {
            let same = SOUNDS.get(chars[at].to_pinyin()?.plain())?;
            let others: Vec<char> = same.iter().copied().filter(|ch| *ch != chars[at]).collect();
            replace(&dice.pick(&others)?.to_string())
        }
        Kind::Shape => {
            let parts = PARTS.iter().filter(|(ch, _)| chars.contains(ch)).map(|(ch, parts)| (*ch, (*parts).to_owned()));
            let alike = LOOKALIKES
                .iter()
                .filter(|(ch, _)| chars.contains(ch))
                .flat_map(|(ch, list)| list.iter().map(|other| (*ch, other.to_string())));
            let ways: Vec<(char, String)> = parts.chain(alike).collect();
            let (ch, with) = dice.pick(&ways)?;
            word.replacen(*ch, with, 1)
        }
        Kind::Separator => {
            let with = dice.pick(&[".", " ", "·", "-", "/", "🔥", "*", "_", "丶"])?;
            chars.iter().map(char::to_string).collect::<Vec<_>>().join(with)
        }
        Kind::Emoji => PICTURES.iter().find(|(known, _)| *known == word)?.1.to_owned(),
        Kind::Variant => match dice.next(3) {
            0 => chars.iter().map(char::to_string).collect::<Vec<_>>().join("\u{200b}"),
            1 => chars.iter().flat_map(|ch| [*ch, '\u{336}']).collect(),
            _ => {
                let form = |ch: &char| TRADITIONAL.iter().find(|(from, _)| from == ch).map_or(*ch, |(_, to)| *to);
                chars.iter().map(form).collect()
            }
        },
        Kind::Initials => SHORT.iter().find(|(known, _)| *known == word)?.1.to_owned(),
    };
    (other != word).then_some(other)
}
