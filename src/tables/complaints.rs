//! Rows of complaints. The text is kept without numbers and announced names; there is no column for who complained.

use super::{Fields, FileKind, TableRecord, private::without_identity};
use crate::domain::Complaint;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// States that say somebody answered already. 未办结 and 待办结 do not.
const ANSWERED: &[&str] = &["办结", "已答复", "已回复", "已反馈", "结案", "已完成"];
const NOT_YET: &[&str] = &["未", "待", "正在", "办理中", "处理中"];

impl TableRecord for Complaint {
    const KIND: FileKind = FileKind::Reports;

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let (number, received_on) = (fields.needed("number"), fields.needed_day("received_on"));
        let target = fields.text("target").map(|text| without_identity(&text));
        let address = fields.text("address");
        let phones = fields.phones("phones");
        let text = fields.text("text").map(|text| without_identity(&text));
        if target.is_none() && address.is_none() && phones.is_empty() && text.is_none() {
            fields.refuse("target", "被投诉机构、地址、被投诉电话、内容至少填一项");
            return None;
        }
        let (number, received_on) = (number?, received_on?);
        let (day, words) = fields.day_or_words("due_on");
        let due_on = day.or_else(|| words.as_deref().and_then(|words| due_after(received_on, words)));
        if due_on.is_none() && words.is_some() {
            fields.leave_out("due_on", "日期或天数，如 2026-12-15 或 15个工作日；按默认期限计算");
        }
        if due_on.is_some_and(|due| due < received_on) {
            fields.leave_out("due_on", "不早于受理日期；按默认期限计算");
        }
        let closed_as = fields.text("state").filter(|state| {
            ANSWERED.iter().any(|word| state.contains(word)) && !NOT_YET.iter().any(|word| state.contains(word))
        });
        let due_on = due_on.filter(|due| *due >= received_on);
        Some(Self {
            number,
            received_on,
            target,
            address,
            phones,
            text,
            county: fields.text("county"),
            due_on,
            closed_as,
        })
    }
}

/// The day so many days, or working days without holidays known, after another.
fn due_after(from: Date, words: &str) -> Option<Date> {
    let digits: String = words.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let count: i64 = digits.parse().ok().filter(|count| (1..=365).contains(count))?;
    if !words.contains("工作日") {
        return words.contains(['日', '天']).then(|| from.checked_add(count.days()).ok())?;
    }
    let (mut day, mut left) = (from, count);
    while left > 0 {
        day = day.tomorrow().ok()?;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn terms_in_words() {
        let from = date(2026, 11, 27);
        assert_eq!(due_after(from, "15日"), Some(date(2026, 12, 12)));
        assert_eq!(due_after(from, "5个工作日"), Some(date(2026, 12, 4)));
        assert_eq!(due_after(from, "尽快"), None);
        assert_eq!(due_after(from, "99999999999天"), None);
    }
}
