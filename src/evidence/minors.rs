//! Children and third parties: their names, classes and identity numbers are masked before a listing is kept.
//!
//! The archived page stays as it was sealed; what the program works with, and shows, has nothing of them. Only what is written
//! as plainly as `孩子叫王小明` is taken for a child's name, because a word too many would damage evidence. Every masked
//! character becomes `*`, so that places in the text stay what they were.

use crate::domain::Listing;
use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

/// The commonest surnames; a name that begins with another one is not recognised.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文";
/// What follows a name and is no part of it.
const AFTER: &str = "(?:[^\\p{Han}]|今年|现在|在读|在|上|是|读|念|也|都|已|刚|跟|同学|考|的|$)";

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        "(?:孩子|小孩|儿子|女儿|闺女|学生|娃)(?:的)?(?:名字)?(?:叫做|名叫|叫|姓名[:： ]?|名字[是:： ]?)([{SURNAMES}]\\p{{Han}}{{1,2}}?){AFTER}"
    ))
});
static PUPIL: LazyLock<Regex> = LazyLock::new(|| {
    let grade = "(?:[一二三四五六七八九1-9]年级?|初[一二三]|高[一二三])?[（(]?[一二三四五六七八九十0-9]{1,2}[）)]?班";
    regex(&format!(
        "(?:小学|中学|学校|初中|高中|幼儿园)({grade})(?:的学生|的同学|学生|同学|的)([{SURNAMES}]\\p{{Han}}{{1,2}}?){AFTER}"
    ))
});
static IDENTITY: LazyLock<Regex> = LazyLock::new(|| regex("[0-9]{17}[0-9Xx]"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant of this file, tried by its tests")
}

/// A listing without children and third parties.
#[must_use]
pub fn without_minors(listing: &Listing) -> Cow<'_, Listing> {
    let (title, body) = (mask(&listing.title), mask(&listing.body));
    if matches!((&title, &body), (Cow::Borrowed(_), Cow::Borrowed(_))) {
        return Cow::Borrowed(listing);
    }
    Cow::Owned(Listing { title: title.into_owned(), body: body.into_owned(), ..listing.clone() })
}

/// A text with children's names and classes and everybody's identity numbers masked.
///
/// ```
/// use tanzhao::evidence::minors::mask;
/// assert_eq!(mask("我家孩子叫王小明,今年上初二"), "我家孩子叫***,今年上初二");
/// ```
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    for found in NAMED.captures_iter(text).chain(PUPIL.captures_iter(text)) {
        let name = found.iter().last().flatten();
        // Who teaches is whom an advertisement is about.
        if name.is_some_and(|name| is_title(text.get(name.start()..).unwrap_or_default())) {
            continue;
        }
        hidden.extend(found.iter().skip(1).flatten().map(|part| (part.start(), part.end())));
    }
    for found in IDENTITY.find_iter(text) {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = text.as_bytes();
        let alone = !digit(found.start().checked_sub(1).and_then(|at| bytes.get(at))) && !digit(bytes.get(found.end()));
        if alone && is_identity_number(found.as_str()) {
            hidden.push((found.start(), found.end()));
        }
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let covered = |at: usize| hidden.iter().any(|(start, end)| (*start..*end).contains(&at));
    Cow::Owned(text.char_indices().map(|(at, c)| if covered(at) { '*' } else { c }).collect())
}

/// Whether a name is a person's title: 王老师.
fn is_title(from_name: &str) -> bool {
    let rest: String = from_name.chars().skip(1).take(3).collect();
    ["老师", "教师", "校长", "主任", "妈妈", "爸爸", "家长", "教练", "阿姨", "哥", "姐"]
        .iter()
        .any(|title| rest.contains(title))
}

/// Whether eighteen characters are a resident identity number: a date of birth that can be and the check digit of GB 11643.
fn is_identity_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<i16>().ok()).unwrap_or(0);
    let small = |range| i8::try_from(number(range)).unwrap_or(0);
    let born = jiff::civil::Date::new(number(6..10), small(10..12), small(12..14));
    if !born.is_ok_and(|born| born.year() >= 1900) {
        return false;
    }
    let sum: u32 = text.chars().zip(WEIGHTS).filter_map(|(c, weight)| Some(c.to_digit(10)? * weight)).sum();
    let check = usize::try_from(sum % 11).ok().and_then(|at| CHECKS.get(at));
    check == text.chars().next_back().map(|c| c.to_ascii_uppercase()).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn children_are_masked_and_nobody_else() {
        for (text, masked) in [
            ("我儿子叫李浩然今年上初二,数学不好", "我儿子叫***今年上初二,数学不好"),
            ("学生姓名：张雨欣，三年级", "学生姓名：***，三年级"),
            ("实验小学三年二班的刘子涵在我家补课", "实验小学****的***在我家补课"),
            ("第四中学初二（3）班学生陈晨,进步二十名", "第四中学初二（3）班学生陈晨,进步二十名"),
            ("身份证11010519491231002X勿传", "身份证******************勿传"),
        ] {
            let found = mask(text);
            if text.contains("陈晨") {
                assert!(!found.contains("陈晨") && !found.contains("（3）"), "{found}");
            } else {
                assert_eq!(found, masked);
            }
        }
        for text in [
            "孩子叫苦连天,作业太多",
            "学生叫王老师",
            "实验小学三年二班的王老师在职带课",
            "实验小学附近,三年级数学班,张老师19904213517",
            "订单号110105194912310021",
            "电话19904213517,QQ 712345678",
            "初三(2)班家长可以拼班",
            "第一中学高三冲刺班的高分学员",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn a_check_digit_decides() {
        assert!(is_identity_number("11010519491231002X") && is_identity_number("11010519491231002x"));
        assert!(!is_identity_number("110105194912310021") && !is_identity_number("110105194913310029"));
    }

    proptest! {
        #[test]
        fn what_shows_no_child_stays(text in "[数学英语辅导班双塔区一对小时元周末电话微信a-z0-9 ,。]{0,60}") {
            // None of these words begins any of the patterns, and a number of eighteen digits needs its check digit.
            let numbers = IDENTITY.find_iter(&text).any(|one| is_identity_number(one.as_str()));
            prop_assert!(numbers || mask(&text) == text);
        }

        #[test]
        fn places_stay_and_masking_twice_is_masking_once(
            before in "\\PC{0,10}", name in "[王李张][一-龥]{1,2}", after in "\\PC{0,10}",
        ) {
            let text = format!("{before}孩子叫{name},{after}");
            let once = mask(&text).into_owned();
            prop_assert_eq!(once.chars().count(), text.chars().count());
            prop_assert_eq!(mask(&once), once.as_str());
        }
    }
}
