//! The eight elements of a lead (domain guide 0) as one text shows them.

use super::facts::{FactKind, Facts};
use crate::domain::{Element, ElementQuote, Form, Span, Stage};
use crate::signals::{CueKind, Signals};
use crate::text::ClearText;

/// Quotes kept of one kind in one listing.
const KEPT: usize = 2;

/// What names somebody who offers; the words in front of it belong to the name.
const NAMED: [&str; 22] = [
    "工作室",
    "培训学校",
    "培训中心",
    "学习中心",
    "教育咨询",
    "文化传播",
    "教育科技",
    "自习室",
    "小饭桌",
    "托管班",
    "晚托班",
    "托管",
    "书院",
    "学堂",
    "学苑",
    "画室",
    "家政",
    "教育",
    "营地",
    "私塾",
    "机构",
    "校区",
];
/// People who offer by themselves.
const PERSONS: [&str; 12] = [
    "退休教师",
    "退休老师",
    "大学生",
    "师范生",
    "研究生",
    "老教师",
    "在校生",
    "在职老师",
    "在职教师",
    "专职老师",
    "宝妈",
    "学霸",
];

/// Everything the text shows of them, by element and place.
pub(super) fn read(text: &ClearText, signals: &Signals, facts: &Facts) -> Vec<ElementQuote> {
    let mut found = Collector { text, quotes: Vec::new() };
    actor(&mut found);
    for (stage, span) in &signals.stage_words {
        found.add(Element::Minor, if *stage == Stage::Preschool { "学龄前儿童" } else { "中小学生" }, *span);
    }
    for cue in &signals.cues {
        let (element, says) = match cue.kind {
            CueKind::Minor => (Element::Minor, "未成年人"),
            CueKind::Preschool => (Element::Minor, "学龄前儿童"),
            CueKind::Subject => (Element::Subject, "写明学科"),
            CueKind::Homework | CueKind::Teach => (Element::Subject, "讲授或作业讲解"),
            CueKind::Score => (Element::Subject, "以成绩为目的"),
            CueKind::Hint => (Element::Subject, "仅为暗示"),
            CueKind::TeacherClaim => (Element::Agg, "自称在职教师"),
            CueKind::Online => (Element::Form, Form::OnlineLive.zh()),
            _ => continue,
        };
        found.add(element, says, cue.span);
    }
    if signals.stages.contains(&Stage::Preschool)
        && let Some(span) =
            signals.stage_words.iter().find(|(stage, _)| *stage == Stage::Preschool).map(|(_, span)| *span)
    {
        found.add(Element::Agg, "面向学龄前", span);
    }
    for (form, span) in &signals.form_words {
        if *form == Form::InServiceTeacher {
            found.add(Element::Agg, "自称在职教师", *span);
        } else {
            found.add(Element::Form, form.zh(), *span);
        }
    }
    for fact in facts.all() {
        let (element, says) = match fact.kind {
            FactKind::Amount => (Element::Paid, "写明收费"),
            FactKind::PrepayMonths | FactKind::PrepayLessons | FactKind::PrepayAmount => {
                (Element::Paid, "预收费超过上限")
            }
            FactKind::Loan => (Element::Paid, "分期或贷款交费"),
            FactKind::Site => (Element::Org, "专门场所"),
            FactKind::Staff => (Element::Org, "两名以上从业人员"),
            FactKind::Division => (Element::Org, "组织分工"),
            FactKind::RestDay => (Element::Time, "休息日"),
            FactKind::Holiday => (Element::Time, "法定节假日或寒暑假"),
            FactKind::LateEvening => (Element::Time, "晚间超时"),
            FactKind::Boarding => (Element::Agg, "住宿或封闭"),
            _ => continue,
        };
        found.add(element, says, fact.span);
    }
    // Where no sum is named, words of money still say that it is not for nothing.
    if !found.quotes.iter().any(|quote| quote.element == Element::Paid) {
        let paid = [CueKind::PerLesson, CueKind::Prepay, CueKind::Price];
        for cue in signals.cues.iter().filter(|cue| paid.contains(&cue.kind)) {
            found.add(Element::Paid, "提及收费", cue.span);
        }
    }
    found.quotes.sort_by_key(|quote| (quote.element, quote.span));
    found.quotes
}

struct Collector<'a> {
    text: &'a ClearText,
    quotes: Vec<ElementQuote>,
}

impl Collector<'_> {
    fn add(&mut self, element: Element, says: &str, span: Span) {
        let quote = self.text.quote(span);
        let mut same = self.quotes.iter().filter(|known| known.element == element && known.says == says);
        let known = same.clone().any(|known| known.quote == quote || known.span.overlaps(span));
        if quote.trim().is_empty() || known || same.by_ref().count() >= KEPT {
            return;
        }
        self.quotes.push(ElementQuote { element, says: says.to_owned(), quote: quote.to_owned(), span });
    }
}

/// Who offers: a name with its kind, or a person by occupation.
fn actor(found: &mut Collector) {
    let clear = found.text.as_str();
    for word in NAMED {
        if let Some(at) = clear.find(word) {
            let start = name_start(clear, at);
            // The kind alone names nobody.
            if start < at {
                found.add(Element::Actor, "名称", found.text.span(start..at + word.len()));
            }
        }
    }
    for (at, word) in clear.match_indices("老师") {
        if let Some((start, ch)) = clear.get(..at).and_then(|before| before.char_indices().next_back())
            && FAMILY_NAMES.contains(ch)
        {
            found.add(Element::Actor, "称谓", found.text.span(start..at + word.len()));
        }
    }
    for word in PERSONS {
        if let Some(at) = clear.find(word) {
            found.add(Element::Actor, "身份", found.text.span(at..at + word.len()));
        }
    }
}

/// Where the name begins that ends at a place: at most eight ideographs, in the same clause.
fn name_start(clear: &str, at: usize) -> usize {
    let name = clear.get(..at).unwrap_or_default().char_indices().rev().take(8);
    name.take_while(|(_, ch)| matches!(ch, '\u{4e00}'..='\u{9fff}')).last().map_or(at, |(start, _)| start)
}

/// The hundred most frequent family names of the north-east, for 王老师 as against 好老师.
const FAMILY_NAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文包佟关那齐单仲";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListingText;

    fn shown(body: &str) -> Vec<String> {
        let reading = crate::app::builtin::reading().expect("committed word lists");
        let read = reading.read(&ListingText { body: body.to_owned(), ..ListingText::default() });
        let facts = Facts::read(&read.text, &read.signals, reading.matters.limits());
        let quotes = super::read(&read.text, &read.signals, &facts);
        for quote in &quotes {
            assert_eq!(read.text.quote(quote.span), quote.quote, "the span is the quote");
        }
        quotes.into_iter().map(|quote| format!("{} {}:{}", quote.element, quote.says, quote.quote)).collect()
    }

    #[test]
    fn a_full_offer_shows_every_element() {
        insta::assert_debug_snapshot!(shown("启明书院王老师,在职带班。初三数学小班,教室在光明街,三位老师分科,教务跟踪,居民楼里上课,周六晚上七点到九点,一学期6800"), @r#"
        [
            "actor 名称:启明书院",
            "actor 称谓:王老师",
            "minor 中小学生:初三",
            "subject 写明学科:数学",
            "paid 写明收费:一学期6800",
            "paid 预收费超过上限:一学期6800",
            "org 专门场所:教室",
            "org 两名以上从业人员:三位老师",
            "org 组织分工:教务",
            "form 素养思维竞赛:书院",
            "form 居民楼等场所:居民楼",
            "time 休息日:周六",
            "time 晚间超时:九点",
            "agg 自称在职教师:在职",
        ]
        "#);
    }

    #[test]
    fn what_is_not_written_is_not_there() {
        let found = shown("懂的来,老时间老地方");
        assert!(found.iter().all(|quote| !quote.starts_with("paid") && !quote.starts_with("org")), "{found:?}");
    }
}
