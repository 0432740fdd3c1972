//! The day of posting, from the ways Chinese sites write it.

use jiff::{Span, Timestamp, civil::Date, tz::Offset};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// China has kept UTC+8 without summer time since 1991, long before any page we read.
pub(super) const SHANGHAI: Offset = jiff::tz::offset(8);

/// The day of an instant in Asia/Shanghai.
pub(super) fn day_of(at: Timestamp) -> Date {
    SHANGHAI.to_datetime(at).date()
}

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant of this file, tried by its tests")
}

static FULL: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\D|$)"));
static SHORT_YEAR: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?:^|\D)(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:\D|$)"));
static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?:^|[^\d:])(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:[^\d%]|$)"));
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(\d{1,5}|半|[一二两三四五六七八九十]{1,3})\s*(个半|个|多)?\s*(秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)(?:之|以)?前",
    )
});
static EPOCH: LazyLock<Regex> = LazyLock::new(|| constant(r"^\d{10}(\d{3})?$"));

/// The day in Asia/Shanghai that `text` means for a page fetched at `fetched_at`; `None` when it means no day, or a day
/// that cannot be (after tomorrow, before 1995).
///
/// ```
/// use tanzhao::extract::dates::posted_on;
/// let at = "2026-11-25T01:00:00+08:00".parse().unwrap();
/// assert_eq!(posted_on("3小时前", at), Some("2026-11-24".parse().unwrap()));
/// assert_eq!(posted_on("发布于 11月20日", at), Some("2026-11-20".parse().unwrap()));
/// ```
#[must_use]
pub fn posted_on(text: &str, fetched_at: Timestamp) -> Option<Date> {
    let text: String = text.trim().chars().take(100).map(half_width).collect();
    let today = day_of(fetched_at);
    let date = read(&text, fetched_at, today)?;
    let tomorrow = today.tomorrow().unwrap_or(today);
    (date <= tomorrow && date.year() >= 1995).then_some(date)
}

fn read(text: &str, fetched_at: Timestamp, today: Date) -> Option<Date> {
    if EPOCH.is_match(text) {
        let number: i64 = text.parse().ok()?;
        let at = if text.len() == 13 { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
        return Some(day_of(at.ok()?));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(day_of(at));
    }
    if let Some(found) = FULL.captures(text) {
        return Date::new(group(&found, 1)?, group(&found, 2)?, group(&found, 3)?).ok();
    }
    if let Some(found) = SHORT_YEAR.captures(text) {
        return Date::new(2000 + group::<i16>(&found, 1)?, group(&found, 2)?, group(&found, 3)?).ok();
    }
    if let Some(found) = AGO.captures(text) {
        return ago(&found, fetched_at, today);
    }
    for (word, days) in
        [("大前天", 3), ("前天", 2), ("昨天", 1), ("昨日", 1), ("今天", 0), ("今日", 0), ("刚刚", 0), ("刚才", 0)]
    {
        if text.contains(word) {
            return today.checked_sub(Span::new().days(days)).ok();
        }
    }
    if let Some(found) = MONTH_DAY.captures(text) {
        return last_such_day(today, group(&found, 1)?, group(&found, 2)?);
    }
    let only_time = text.split_once(':').is_some_and(|(hour, minute)| {
        hour.len() <= 2 && hour.parse::<u8>().is_ok_and(|hour| hour < 24) && minute.len() >= 2
    });
    only_time.then_some(today)
}

fn group<T: std::str::FromStr>(found: &Captures, index: usize) -> Option<T> {
    found.get(index)?.as_str().parse().ok()
}

fn ago(found: &Captures, fetched_at: Timestamp, today: Date) -> Option<Date> {
    let word = found.get(1)?.as_str();
    let half = word == "半" || found.get(2).is_some_and(|word| word.as_str() == "个半");
    let count = if word == "半" { 0 } else { number(word)? };
    let unit = found.get(3)?.as_str();
    let seconds = match unit.chars().next()? {
        '秒' => 1,
        '分' => 60,
        '小' | '钟' => 3600,
        '天' | '日' => return today.checked_sub(Span::new().days(count)).ok(),
        '周' | '星' | '礼' => return today.checked_sub(Span::new().days(count * 7 + if half { 3 } else { 0 })).ok(),
        '月' => {
            let months = today.checked_sub(Span::new().try_months(count).ok()?).ok()?;
            return months.checked_sub(Span::new().days(if half { 15 } else { 0 })).ok();
        }
        _ => return today.checked_sub(Span::new().try_months(count * 12 + if half { 6 } else { 0 }).ok()?).ok(),
    };
    let past = count * seconds + if half { seconds / 2 } else { 0 };
    let at = Timestamp::from_second(fetched_at.as_second().checked_sub(past)?).ok()?;
    Some(day_of(at))
}

/// ASCII digits, or Chinese numerals up to 99.
fn number(word: &str) -> Option<i64> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let digit = |c: char| match c {
        '两' => Some(2),
        _ => "零一二三四五六七八九".chars().position(|known| known == c).and_then(|at| i64::try_from(at).ok()),
    };
    match word.split_once('十') {
        Some((tens, ones)) => {
            let tens = tens.chars().next().map_or(Some(1), digit)?;
            let ones = ones.chars().next().map_or(Some(0), digit)?;
            Some(tens * 10 + ones)
        }
        None => word.chars().next().and_then(digit),
    }
}

/// The last day with that month and day that is not after tomorrow (a page's clock may run ahead of ours).
fn last_such_day(today: Date, month: i8, day: i8) -> Option<Date> {
    let tomorrow = today.tomorrow().ok()?;
    // Eight years reach a 29 February in any case.
    (0..=8).filter_map(|back| Date::new(today.year() - back, month, day).ok()).find(|date| *date <= tomorrow)
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '：' | '／' | '－' | '．' => {
            u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ways_sites_write_a_day() {
        // 00:30 in Shanghai is still the day before in UTC.
        let at: Timestamp = "2026-11-25T00:30:00+08:00".parse().expect("a time");
        for (text, day) in [
            ("刚刚", "2026-11-25"),
            ("20分钟前", "2026-11-25"),
            ("40分钟前", "2026-11-24"),
            ("半小时前发布", "2026-11-25"),
            ("一个半小时前", "2026-11-24"),
            ("3小时前", "2026-11-24"),
            ("昨天 18:20", "2026-11-24"),
            ("前天", "2026-11-23"),
            ("5天前", "2026-11-20"),
            ("十二天前", "2026-11-13"),
            ("一周前", "2026-11-18"),
            ("2个月前", "2026-09-25"),
            ("半个月前", "2026-11-10"),
            ("11-20", "2026-11-20"),
            ("12-30", "2025-12-30"),
            ("11月20日 08:15", "2026-11-20"),
            ("2026年11月20日", "2026-11-20"),
            ("2026/1/2 10:00", "2026-01-02"),
            ("26-11-20", "2026-11-20"),
            ("更新时间：２０２６－１１－０３", "2026-11-03"),
            ("编辑于 10-31 辽宁", "2026-10-31"),
            ("1763913600", "2025-11-24"),
            ("1763913600000", "2025-11-24"),
            ("2026-11-20T23:00:00Z", "2026-11-21"),
            ("09:15", "2026-11-25"),
            ("02-29", "2024-02-29"),
        ] {
            assert_eq!((text, posted_on(text, at).map(|date| date.to_string())), (text, Some(day.to_owned())));
        }
        for text in ["", "面议", "13-45", "2099-01-01", "99999天前", "长期有效", "2026-02-30"] {
            assert_eq!((text, posted_on(text, at)), (text, None));
        }
    }

    proptest! {
        #[test]
        fn total_and_never_in_the_future(text in "[0-9０-９一三十半个天小时月年前昨 :./-]{0,20}|\\PC{0,20}", at in 0_i64..4_000_000_000) {
            let at = Timestamp::from_second(at).expect("in range");
            if let Some(date) = posted_on(&text, at) {
                prop_assert!(date <= day_of(at).tomorrow().expect("in range"));
            }
        }
    }
}
