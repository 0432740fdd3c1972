//! What is charged: amounts with what they pay for, and payment far in advance.

use super::near::{ends_with_any, starts_with_any};
use super::numbers::Number;
use super::{Fact, FactKind, Limits};
use crate::text::ClearText;
use std::ops::Range;

/// What an amount pays for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Per {
    /// One lesson or hour.
    Lesson,
    /// So many months.
    Months(f64),
    /// Nothing that the text names next to it.
    Whole,
}

/// Words of money right behind a number.
const UNIT: [&str; 5] = ["元", "块", "圆", "rmb", "¥"];
/// What one lesson is called, behind a number or before it.
const LESSON: [&str; 19] = [
    "/节",
    "/次",
    "/小时",
    "/课时",
    "/时",
    "/h",
    "一节",
    "一次",
    "一小时",
    "一课时",
    "每节",
    "每次",
    "每小时",
    "每课时",
    "一堂",
    "/堂",
    "课时费",
    "次课",
    "单次",
];
/// Periods of payment, and how many months they are.
const PERIODS: [(&str, f64); 24] = [
    ("半学期", 2.0),
    ("一学期", 5.0),
    ("每学期", 5.0),
    ("/学期", 5.0),
    ("学期费", 5.0),
    ("两学期", 10.0),
    ("半年", 6.0),
    ("一学年", 12.0),
    ("/学年", 12.0),
    ("一年", 12.0),
    ("每年", 12.0),
    ("/年", 12.0),
    ("全年", 12.0),
    ("年费", 12.0),
    ("年卡", 12.0),
    ("两年", 24.0),
    ("三年", 36.0),
    ("季卡", 3.0),
    ("一季度", 3.0),
    ("一个月", 1.0),
    ("每月", 1.0),
    ("/月", 1.0),
    ("月卡", 1.0),
    ("包月", 1.0),
];
/// Words of payment before an amount.
const CHARGED: [&str; 29] = [
    "¥",
    "学费",
    "费用",
    "收费",
    "价格",
    "现价",
    "原价",
    "特价",
    "优惠价",
    "团费",
    "报名费",
    "定金",
    "押金",
    "全款",
    "全程",
    "人均",
    "只要",
    "仅需",
    "仅",
    "一期",
    "每期",
    "每人",
    "一晚",
    "每晚",
    "一天",
    "每天",
    "次卡",
    "充值",
    "课包",
];
/// Other units of payment behind an amount.
const CHARGED_BEHIND: [&str; 15] =
    ["/期", "/人", "/天", "/晚", "/位", "一期", "一人", "一位", "一天", "一晚", "每人", "每位", "每期", "全包", "全含"];
/// Pay of staff, prizes, discounts: nothing that parents pay.
const NOT_CHARGED: [&str; 12] =
    ["工资", "月薪", "薪", "底薪", "奖金", "奖学金", "返现", "立减", "减免", "送", "省", "赔"];

/// Adds what the text says about money.
pub(super) fn read(text: &ClearText, numbers: &[Number], limits: &Limits, facts: &mut Vec<Fact>) {
    let clear = text.as_str();
    let mut one_to_one = None;
    for number in numbers {
        lessons(text, number, limits, facts);
        let Some((range, per)) = amount(clear, number) else { continue };
        let fact = |kind, words: String| Fact { kind, range: range.clone(), span: text.span(range.clone()), words };
        facts.push(fact(FactKind::Amount, format!("收费 {} 元", shown(number.value))));
        if let Per::Months(months) = per
            && months > limits.prepay_months
        {
            facts.push(fact(
                FactKind::PrepayMonths,
                format!("按约 {} 个月收取，上限 {} 个月", shown(months), shown(limits.prepay_months)),
            ));
        }
        if number.value > limits.prepay_yuan {
            facts.push(fact(
                FactKind::PrepayAmount,
                format!("收取 {} 元，上限 {} 元", shown(number.value), shown(limits.prepay_yuan)),
            ));
        }
        let single = *one_to_one
            .get_or_insert_with(|| ["一对一", "1对1", "1v1", "一v一", "单独"].iter().any(|word| clear.contains(word)));
        if per == Per::Lesson && number.value >= limits.lesson_yuan && !single {
            facts.push(fact(FactKind::LessonPrice, format!("每课时 {} 元", shown(number.value))));
        }
    }
}

/// The place and the period of an amount; `None` when the number is no money.
fn amount(clear: &str, number: &Number) -> Option<(Range<usize>, Per)> {
    if !(5.0..=200_000.0).contains(&number.value) {
        return None;
    }
    let before =
        clear[..number.range.start].trim_end_matches([' ', ':', '=', '只', '才', '收', '是', '要', '共', '约']);
    let mut behind = clear.get(number.range.end..)?;
    if ends_with_any(before, &NOT_CHARGED).is_some() {
        return None;
    }
    let (mut start, mut end, mut per, mut charged) = (number.range.start, number.range.end, Per::Whole, false);
    if let Some(word) = starts_with_any(behind, &UNIT) {
        charged = true;
        end += word.len();
        behind = behind.get(word.len()..)?;
        if let Some(rest) = behind.strip_prefix('钱') {
            end += '钱'.len_utf8();
            behind = rest;
        }
    }
    let period = |found: Option<&'static str>| {
        PERIODS.iter().find(|(word, _)| Some(*word) == found).map(|(word, months)| (*word, Per::Months(*months)))
    };
    let names = PERIODS.map(|(word, _)| word);
    // 一年级 is a grade and no year.
    let ahead = period(starts_with_any(behind, &names)).filter(|(word, _)| !behind[word.len()..].starts_with('级'));
    let ahead = ahead.or_else(|| starts_with_any(behind, &LESSON).map(|word| (word, Per::Lesson)));
    let earlier = period(ends_with_any(before, &names))
        .or_else(|| ends_with_any(before, &LESSON).map(|word| (word, Per::Lesson)));
    if let Some((word, found)) = ahead {
        (end, per, charged) = (end + word.len(), found, true);
    } else if let Some((word, found)) = earlier {
        (start, per, charged) = (before.len() - word.len(), found, true);
    } else if let Some(word) = starts_with_any(behind, &CHARGED_BEHIND) {
        (end, charged) = (end + word.len(), true);
    } else if let Some(word) = ends_with_any(before, &CHARGED) {
        (start, charged) = (before.len() - word.len(), true);
    }
    charged.then_some((start..end, per))
}

/// Packets of more lessons than may be paid for at once.
fn lessons(text: &ClearText, number: &Number, limits: &Limits, facts: &mut Vec<Fact>) {
    const COUNTED: [&str; 6] = ["课时", "节课", "次课", "次卡", "节正课", "节"];
    const EXPERIENCE: [&str; 8] = ["讲过", "上过", "教过", "带过", "累计", "超过", "听了", "讲了"];
    let clear = text.as_str();
    let behind = clear.get(number.range.end..).unwrap_or_default();
    let before = clear.get(..number.range.start).unwrap_or_default();
    let whole = number.value > limits.prepay_lessons && number.value <= 1_000.0;
    if let Some(word) =
        starts_with_any(behind, &COUNTED).filter(|_| whole && ends_with_any(before, &EXPERIENCE).is_none())
    {
        let range = number.range.start..number.range.end + word.len();
        let words = format!("一次收取 {} 课时，上限 {} 课时", shown(number.value), shown(limits.prepay_lessons));
        facts.push(Fact { kind: FactKind::PrepayLessons, span: text.span(range.clone()), range, words });
    }
}

/// A number without needless zeros.
pub(super) fn shown(value: f64) -> String {
    format!("{value}")
}
