//! Facts of whole sentences.

use super::*;
use crate::domain::ListingText;

fn facts(body: &str) -> Vec<(FactKind, String, String)> {
    let reading = crate::app::builtin::reading().expect("committed word lists");
    let read = reading.read(&ListingText { body: body.to_owned(), ..ListingText::default() });
    let facts = Facts::read(&read.text, &read.signals, reading.matters.limits());
    facts.all().iter().map(|fact| (fact.kind, read.text.quote(fact.span).to_owned(), fact.words.clone())).collect()
}

fn quotes(body: &str, kind: FactKind) -> Vec<String> {
    facts(body).into_iter().filter(|(found, ..)| *found == kind).map(|(_, quote, _)| quote).collect()
}

#[test]
fn money_is_read_with_what_it_pays_for() {
    use FactKind::{Amount, LessonPrice, PrepayAmount, PrepayLessons, PrepayMonths};
    for (text, kind, expected) in [
        ("初三数学小班,60一次", Amount, vec!["60一次"]),
        ("初三数学,一学期6800", Amount, vec!["一学期6800"]),
        ("初三数学,一学期6800", PrepayAmount, vec!["一学期6800"]),
        ("初三数学,一学期三千八", PrepayMonths, vec!["一学期三千八"]),
        ("年卡3980元,随到随学", PrepayMonths, vec!["年卡3980元"]),
        ("三年级数学,一年级也收", PrepayMonths, vec![]),
        ("一个月800", PrepayMonths, vec![]),
        ("数学100课时起报", PrepayLessons, vec!["100课时"]),
        ("教过1000节课", PrepayLessons, vec![]),
        ("一课时100", PrepayLessons, vec![]),
        ("数学小班200/小时", LessonPrice, vec!["200/小时"]),
        ("数学一对一200/小时", LessonPrice, vec![]),
        ("提高20分,满分150,45分钟一节", Amount, vec![]),
        ("招老师,月薪6000元", Amount, vec![]),
        ("初二数学 电话19904213168", Amount, vec![]),
    ] {
        assert_eq!(quotes(text, kind), expected, "{text}");
    }
}

#[test]
fn times_are_lessons_and_not_office_hours() {
    use FactKind::{Holiday, LateEvening, RestDay};
    for (text, kind, expected) in [
        ("数学周六上午", RestDay, vec!["周六"]),
        ("数学,周末休息", RestDay, vec![]),
        ("寒假班开始报名,补数学", Holiday, vec!["寒假"]),
        ("晚上六点半到九点,补数学", LateEvening, vec!["九点"]),
        ("18:30-20:30补数学", LateEvening, vec![]),
        ("19:00-21:00补数学", LateEvening, vec!["21:00"]),
        ("上午九点到十一点", LateEvening, vec![]),
        ("晚上九点前联系", LateEvening, vec![]),
    ] {
        assert_eq!(quotes(text, kind), expected, "{text}");
    }
}

#[test]
fn claims_are_read_unless_denied() {
    use FactKind::{Boarding, Division, Promise, Site, Staff};
    for (text, kind, expected) in [
        ("数学包提分,签协议", Promise, vec!["包提分"]),
        ("我们不做提分承诺", Promise, vec![]),
        ("随时退款", Promise, vec![]),
        ("全封闭管理,补数学", Boarding, vec!["全封闭"]),
        ("补数学,不提供住宿", Boarding, vec![]),
        ("三位老师分科教", Staff, vec!["三位老师"]),
        ("招两名老师", Staff, vec![]),
        ("有教务跟踪", Division, vec!["教务"]),
        ("新校区开班", Site, vec!["校区"]),
    ] {
        let found = quotes(text, kind);
        assert_eq!(found.first(), expected.first().map(ToString::to_string).as_ref(), "{text}: {found:?}");
    }
}

#[test]
fn the_words_carry_the_numbers() {
    let found = facts("高中数学,100课时8800元,可分期");
    insta::assert_debug_snapshot!(found.iter().map(|(kind, quote, words)| format!("{} {quote}: {words}", kind.code())).collect::<Vec<_>>(), @r#"
    [
        "prepay_lessons 100课时: 一次收取 100 课时，上限 60 课时",
        "amount 8800元: 收费 8800 元",
        "prepay_amount 8800元: 收取 8800 元，上限 5000 元",
        "loan 可分期: 分期或贷款交费",
    ]
    "#);
}
