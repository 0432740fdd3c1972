//! The whole cleaning, in a fixed order.

use super::{clear::ClearText, digits::DigitTable, fold::Folder, joins::Joiner, lexicon::Lexicon, rules::RuleBook};

/// Undoing one disguise can uncover another (`数.xue`); real texts settle in two rounds, this bound is for hostile ones.
const ROUNDS: usize = 16;

/// Undoes disguise; built once, used for every listing.
#[derive(Debug)]
pub struct Cleaner {
    folder: Folder,
    rules: RuleBook,
    joiner: Joiner,
    digits: DigitTable,
}

impl Cleaner {
    /// Compiles the lists of a lexicon.
    #[must_use]
    pub fn new(lexicon: &Lexicon) -> Self {
        let folder = Folder::new(lexicon);
        Self {
            rules: RuleBook::new(lexicon, &folder),
            joiner: Joiner::new(lexicon, &folder),
            digits: DigitTable::new(lexicon),
            folder,
        }
    }

    /// Cleans a text. Works on any text; cleaning a clean text changes nothing.
    ///
    /// ```
    /// use tanzhao::{domain::Span, text::{Cleaner, Lexicon}};
    /// let lexicon = Lexicon::parse(&[("pinyin.tsv", "数学\tshu xue\n"), ("homophones.tsv", "一v一\t一对一\n")])?;
    /// let clear = Cleaner::new(&lexicon).clean("初三数xue一V一");
    /// assert_eq!(clear.as_str(), "初三数学一对一");
    /// let at = clear.as_str().find("数学").unwrap();
    /// let span = clear.span(at..at + "数学".len());
    /// assert_eq!((span, clear.quote(span)), (Span::new(2, 6), "数xue"));
    /// # Ok::<(), tanzhao::text::LexiconError>(())
    /// ```
    #[must_use]
    pub fn clean(&self, original: &str) -> ClearText {
        let mut units = self.folder.fold(original);
        for _ in 0..ROUNDS {
            let replaced = self.rules.apply(&self.digits, &mut units);
            let joined = self.joiner.apply(&mut units);
            let counted = self.digits.apply(original, &mut units);
            if !(replaced || joined || counted) {
                break;
            }
        }
        ClearText::new(original, units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fingerprint::Fingerprint;
    use crate::text::tokens::Tokenizer;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const FILES: [(&str, &str); 9] = [
        ("homophones.tsv", include_str!("../../models/lexicon/homophones.tsv")),
        ("pinyin.tsv", include_str!("../../models/lexicon/pinyin.tsv")),
        ("glyphs.tsv", include_str!("../../models/lexicon/glyphs.tsv")),
        ("emoji.tsv", include_str!("../../models/lexicon/emoji.tsv")),
        ("digits.tsv", include_str!("../../models/lexicon/digits.tsv")),
        ("traditional.tsv", include_str!("../../models/lexicon/traditional.tsv")),
        ("words.tsv", include_str!("../../models/lexicon/words.tsv")),
        ("terms.tsv", include_str!("../../models/lexicon/terms.tsv")),
        ("senses.tsv", include_str!("../../models/lexicon/senses.tsv")),
    ];

    static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(&FILES).expect("the shipped lists"));
    static CLEANER: LazyLock<Cleaner> = LazyLock::new(|| Cleaner::new(&LEXICON));

    fn check(cases: &[(&str, &str)]) {
        let wrong: Vec<String> = cases
            .iter()
            .map(|&(from, to)| (from, CLEANER.clean(from).as_str().to_owned(), to))
            .filter(|(_, got, to)| got != to)
            .map(|(from, got, to)| format!("{from}: got {got}, expected {to}"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn disguise_is_undone() {
        check(&[
            ("数xue一V一🔥", "数学一对一🔥"),
            ("初三数學、英語", "初三数学、英语"),
            ("鹰语语法从零捋", "英语语法从零捋"),
            ("shuxue w l 双科", "数学 物理 双科"),
            ("sx+yw 二年级", "数学+语文 二年级"),
            ("中k倒计时,wl hx 押题小班", "中考倒计时,物理 化学 押题小班"),
            ("中.考 物.理 提.分", "中考 物理 提分"),
            ("初三数.学 补-课", "初三数学 补课"),
            ("中 考 冲 刺", "中考 冲刺"),
            ("shu学 yu文 低年级补差", "数学 语文 低年级补差"),
            ("𝟭v𝟭 物ⓛⓘ 化🧪", "一对一 物理 化学"),
            ("①对① 1对1⃣ 1V1 一v一", "一对一 一对一 一对一 一对一"),
            ("提💯 补🍵 b课 补k", "提分 补课 补课 补课"),
            ("三ke联报 暑jia 回fang 线shang", "三科联报 暑假 回放 线上"),
            ("S维课 晚T 托g 督x 陪xie", "思维课 晚托 托管 督学 陪写"),
            ("衤卜课 木交外培训 车甫导", "补课 校外培训 辅导"),
            ("YY补课小班", "英语补课小班"),
            ("数\u{200b}学小班", "数学小班"),
        ]);
    }

    #[test]
    fn ways_to_be_reached() {
        check(&[
            ("薇❤️ biguan_zl88", "微信 biguan_zl88"),
            ("加卫星 coach_liu06", "加微信 coach_liu06"),
            ("加V卫星 chaozhong_wt", "加微信 chaozhong_wt"),
            ("卫星 ciKa_17", "微信 cika_17"),
            ("➕卫星mr_lin1208", "➕微信mr_lin1208"),
            ("薇1990421 7740", "微信1990421 7740"),
            ("薇:ysk_chongci", "微信:ysk_chongci"),
            ("加V:kongqihe_ai", "加微信:kongqihe_ai"),
            ("懂的加V", "懂的加微信"),
            ("V芯:wutuo_ayi", "微信:wutuo_ayi"),
            ("V: sx_mofashi", "微信: sx_mofashi"),
            ("绿泡泡 er_nianji_2", "微信 er_nianji_2"),
            ("威信号:tyswh_liu", "微信号:tyswh_liu"),
            ("某信moran_xz", "微信moran_xz"),
            ("+🌟 erer_chuer", "+微信 erer_chuer"),
            ("(vx同)", "(微信同)"),
            ("🐧1904217755", "qq1904217755"),
            ("Q③①零⑦⑦②⑤⑨⑧④", "qq3107725984"),
            ("扣扣二八九零四一七七六三", "qq2890417763"),
            ("球球3120044719", "qq3120044719"),
            ("扣扣群 199042130", "qq群 199042130"),
        ]);
    }

    #[test]
    fn numbers_in_disguise() {
        check(&[
            ("一九九零四二一零八八三", "19904210883"),
            ("①⑨⑨零四二一3390", "19904213390"),
            ("1️⃣9️⃣9️⃣04217038", "19904217038"),
            ("一九九 零四二一 三一九零", "199 0421 3190"),
            ("幺九九零四二幺二五八零", "19904212580"),
            ("１９９０４２１８３４５", "19904218345"),
            ("壹玖玖零肆贰壹壹伍零陆", "19904211506"),
            ("1990421捌陆陆肆", "19904218664"),
            ("199o42l8l34", "19904218134"),
            ("一二三四五六年级", "一二三四五六年级"),
            ("一三五晚 二零二六年", "一三五晚 二零二六年"),
            ("一九九、零四二一、四四三六", "199、0421、4436"),
            ("企鹅1904214488,一次25", "qq1904214488,一次25"),
            ("i99o42i3356", "19904213356"),
            ("周一19904210001", "周一19904210001"),
            ("每周一 19904210001", "每周一 19904210001"),
            ("一对一 1990421 0001", "一对一 1990421 0001"),
            ("2400八次,1280二十次", "2400八次,1280二十次"),
            ("一九九零四二一零八八三一节六十", "19904210883一节六十"),
            ("扣扣 二八九 零四一 七七六三", "qq 289 041 7763"),
        ]);
        let clear = CLEANER.clean("电话①⑨⑨0421 4195");
        assert!(clear.changed("电话".len().."电话".len() + 11), "circled digits are disguise");
        assert!(!CLEANER.clean("ＶＩＰ １９９０４２１８３４５").changed(0..100), "width is not");
    }

    #[test]
    fn ordinary_words_stay() {
        check(&[
            ("老鹰捉小鸡,鹰飞了", "老鹰捉小鸡,鹰飞了"),
            ("卫星发射直播,人造卫星", "卫星发射直播,人造卫星"),
            ("看卫星 云图", "看卫星 云图"),
            ("yy语音开黑", "yy语音开黑"),
            ("阿Q正传 QQ音乐", "阿q正传 qq音乐"),
            ("sx车友会 wl乐队", "sx车友会 wl乐队"),
            ("薇薇老师很好", "薇薇老师很好"),
            ("微信 shuxue_gushi 讲课", "微信 shuxue_gushi 讲课"),
            ("V我50", "v我50"),
            ("两室一厅一卫 19904210001", "两室一厅一卫 19904210001"),
            ("思维 python入门 🌟phonics", "思维 python入门 🌟phonics"),
            ("安徽 19904210001", "安徽 19904210001"),
            ("提高20分,主营语言文化,讲出三种做法", "提高20分,主营语言文化,讲出三种做法"),
            ("孩子在家 教了一遍", "孩子在家 教了一遍"),
            ("¥199 💰面议", "¥199 💰面议"),
            ("语文 数学 英语", "语文 数学 英语"),
            ("初中 考试", "初中 考试"),
            ("树立威信", "树立威信"),
        ]);
    }

    #[test]
    fn spans_quote_the_original() {
        for (text, word, quote) in [
            ("寒假\n数xue班", "数学", "数xue"),
            ("来补🍵吧", "补课", "补🍵"),
            ("初三 中.考", "中考", "中.考"),
            ("电话1️⃣9️⃣9️⃣04217038找我", "19904217038", "1️⃣9️⃣9️⃣04217038"),
            ("加卫星:ab_cde", "微信", "卫星"),
        ] {
            let clear = CLEANER.clean(text);
            let at = clear.as_str().find(word).unwrap_or_else(|| panic!("{word} in {}", clear.as_str()));
            let span = clear.span(at..at + word.len());
            assert_eq!((clear.quote(span), span.slice(text)), (quote, quote));
            assert!(clear.changed(at..at + word.len()));
        }
    }

    #[test]
    fn hostile_length_takes_linear_time() {
        for piece in ["1 ", "一 ", "v ", "薇", "q1", "数 .", "shu", "199o"] {
            let clear = CLEANER.clean(&piece.repeat(50_000));
            assert!(!clear.as_str().is_empty());
        }
    }

    #[test]
    fn tokens_and_fingerprints() {
        let tokenizer = Tokenizer::new(&LEXICON);
        let clear = CLEANER.clean("初三数xue一V一 晚托");
        let words: Vec<String> = tokenizer.tokens(&clear).iter().map(|token| token.word(&clear).to_owned()).collect();
        assert_eq!(words, ["初三", "数学", "一对一", "晚托"]);
        let long = "退休高级教师在家辅导初三数学,每晚两小时,小班六人,讲透教材";
        let one = Fingerprint::of(&CLEANER.clean(&format!("{long},电话19904210001")));
        let two = Fingerprint::of(&CLEANER.clean(&format!("{}🔥1️⃣9️⃣9️⃣04217038", long.replace("数学", "数xue"))));
        let other = Fingerprint::of(&CLEANER.clean("出售二手冰箱,九成新,自提,价格面议,可小刀"));
        assert!(one.similarity(&two) > 0.8 && one.similarity(&other) < 0.2);
        assert!(Fingerprint::of(&CLEANER.clean("123")).similarity(&one).abs() < f64::EPSILON);
    }

    /// Text of the characters that rules speak of, where trouble would be.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(
                FILES
                    .iter()
                    .take(5)
                    .flat_map(|(_, text)| text.lines())
                    .filter(|line| !line.starts_with('#'))
                    .filter_map(|line| line.split('\t').next())
                    .map(|word| word.replace('␠', " "))
                    .collect::<Vec<_>>()
            ),
            prop::sample::select(
                "数学语中考补课一对 .-·1九零幺①⃣️v薇信卫星加:qQoOl🐧❤🔥\n".chars().map(String::from).collect::<Vec<_>>()
            ),
            "\\PC{0,3}",
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    fn laws(text: &str) -> Result<(), TestCaseError> {
        let clear = CLEANER.clean(text);
        let again = CLEANER.clean(clear.as_str());
        prop_assert_eq!(again.as_str(), clear.as_str(), "idempotent on {:?}", text);
        let chars = text.chars().count();
        let whole = clear.span(0..clear.as_str().len());
        prop_assert!(whole.start <= whole.end && whole.end <= chars);
        let mut last = (0, 0);
        for unit in clear.units() {
            let (from, to) = (unit.from as usize, unit.to as usize);
            prop_assert!(from < to && text.is_char_boundary(from) && text.is_char_boundary(to));
            prop_assert!(last.0 <= from && last.1 <= to, "sources run backwards");
            last = (from, to);
        }
        for end in 0..=clear.as_str().len() + 1 {
            let span = clear.span(end.saturating_sub(3)..end);
            prop_assert!(span.end <= chars);
            prop_assert_eq!(clear.quote(span), span.slice(text));
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn laws_on_hostile_text(text in hostile()) {
            laws(&text)?;
        }

        #[test]
        fn laws_on_any_text(text in any::<String>()) {
            laws(&text)?;
        }
    }
}
