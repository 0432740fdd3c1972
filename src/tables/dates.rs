//! Days as people write them into spreadsheets.

use jiff::civil::Date;

/// The last day a text names: `2024年1月1日至2027年12月31日` means its end. `None` when it names none.
///
/// ```
/// use tanzhao::tables::day_in;
/// assert_eq!(day_in("2024.1.1-2027.12.31"), "2027-12-31".parse().ok());
/// assert_eq!(day_in("二〇二六年十一月三十日"), "2026-11-30".parse().ok());
/// assert_eq!(day_in("20261130"), "2026-11-30".parse().ok());
/// assert_eq!(day_in("长期"), None);
/// ```
#[must_use]
pub fn day_in(text: &str) -> Option<Date> {
    let runs = numbers(text);
    let mut last = None;
    let mut at = 0;
    while let Some(first) = runs.get(at) {
        if first.digits == 8 {
            if let Some(day) = day(first.value / 10_000, first.value / 100 % 100, first.value % 100) {
                last = Some(day);
            }
            at += 1;
            continue;
        }
        let parts = runs.get(at + 1).zip(runs.get(at + 2));
        let found = parts.filter(|_| first.digits == 4).and_then(|(month, date)| {
            (joined(first.after, '年') && joined(month.after, '月'))
                .then(|| day(first.value, month.value, date.value))?
        });
        match found {
            Some(day) => {
                last = Some(day);
                at += 3;
            }
            None => at += 1,
        }
    }
    last
}

fn day(year: u32, month: u32, day: u32) -> Option<Date> {
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (1950..=2200).contains(&date.year()).then_some(date)
}

/// Whether the sign behind a number joins it to the next part of a day.
fn joined(after: Option<char>, word: char) -> bool {
    after.is_some_and(|c| c == word || matches!(c, '-' | '/' | '.' | '－' | '／' | '．' | '—' | '–'))
}

/// A number in a text, with the sign that follows it.
#[derive(Clone, Copy, Debug)]
struct Run {
    value: u32,
    digits: usize,
    after: Option<char>,
}

/// The numbers of a text in their order; spaces before the next sign do not count.
fn numbers(text: &str) -> Vec<Run> {
    let chars: Vec<char> = text.chars().take(200).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let word: Vec<char> = chars.iter().skip(at).copied().take_while(|c| digit(*c).is_some()).collect();
        if word.is_empty() {
            at += 1;
            continue;
        }
        at += word.len();
        let after = chars.iter().skip(at).copied().find(|c| !c.is_whitespace());
        if let Some(value) = value(&word) {
            let digits = if word.contains(&'十') { 2 } else { word.len() };
            found.push(Run { value, digits, after });
        }
    }
    found
}

/// The digit of a sign; 十 is ten.
fn digit(c: char) -> Option<u32> {
    const CHINESE: &str = "〇一二三四五六七八九";
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(c as u32 - '０' as u32),
        '零' | '○' | 'Ｏ' => Some(0),
        '十' => Some(10),
        _ => CHINESE.chars().position(|known| known == c).and_then(|at| u32::try_from(at).ok()),
    }
}

fn value(word: &[char]) -> Option<u32> {
    let digits: Vec<u32> = word.iter().copied().filter_map(digit).collect();
    match digits.as_slice() {
        [10] => Some(10),
        [10, ones @ 0..=9] => Some(10 + ones),
        [tens @ 1..=9, 10] => Some(tens * 10),
        [tens @ 1..=9, 10, ones @ 0..=9] => Some(tens * 10 + ones),
        digits if digits.len() <= 8 && digits.iter().all(|digit| *digit < 10) => {
            Some(digits.iter().fold(0, |sum, digit| sum * 10 + digit))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_days() {
        for (text, day) in [
            ("2026-11-30", Some("2026-11-30")),
            ("2026 年 1 月 5 日", Some("2026-01-05")),
            ("２０２６．０１．０５", Some("2026-01-05")),
            ("2026-11-30T08:00:00+08:00", Some("2026-11-30")),
            ("自2023年3月1日至2026年2月28日", Some("2026-02-28")),
            ("二○二五年十月二十一日", Some("2025-10-21")),
            ("20231001-20260930", Some("2026-09-30")),
            ("2026年11月", None),
            ("2026-02-30", None),
            ("13900000001", None),
            ("朝教罚〔2026〕12号", None),
            ("", None),
        ] {
            assert_eq!(day_in(text), day.and_then(|day| day.parse().ok()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn total_on_any_text(text in "\\PC{0,60}") {
            let _ = day_in(&text);
        }

        #[test]
        fn what_we_write_reads_back(days in 20_000i32..80_000) {
            let day = jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).expect("in range");
            let text = format!("{}年{}月{}日", day.year(), day.month(), day.day());
            prop_assert_eq!(day_in(&text), Some(day));
        }
    }
}
