//! Numbers as advertisements write them: 6800, 1.2万, 三千八, 六十.

use std::ops::Range;

/// A number and where it stands in the clear text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// Bytes of the clear text.
    pub range: Range<usize>,
    /// Its value.
    pub value: f64,
}

/// Larger numbers are telephone or order numbers, longer ones are not read at all.
const MOST_DIGITS: usize = 7;

/// Every number of a text, in order.
pub(super) fn numbers(clear: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(ch) = clear[at..].chars().next() {
        let end = if ch.is_ascii_digit() {
            ascii(clear, at, &mut found)
        } else if digit(ch).is_some() || unit(ch).is_some() {
            chinese(clear, at, &mut found)
        } else {
            at + ch.len_utf8()
        };
        at = end.max(at + ch.len_utf8());
    }
    found
}

/// Reads an ASCII number at `at` and returns where it ends.
fn ascii(clear: &str, at: usize, found: &mut Vec<Number>) -> usize {
    let bytes = clear.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(at);
    let mut end = at + whole;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    // A run inside a word is the inside of an identifier.
    let inside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let glued = inside(at.checked_sub(1).and_then(|before| bytes.get(before)));
    let Ok(mut value) = clear[at..end].parse::<f64>() else { return end };
    if whole > MOST_DIGITS || glued {
        return end;
    }
    let mut rest = clear[end..].chars();
    let scale = match rest.next() {
        Some('万' | 'w') => 10_000.0,
        Some('千' | 'k') => 1_000.0,
        Some('百') => 100.0,
        _ => 1.0,
    };
    let letter_behind = rest.next().is_some_and(|ch| ch.is_ascii_alphanumeric());
    if scale > 1.0 && !letter_behind {
        value *= scale;
        end += clear[end..].chars().next().map_or(0, char::len_utf8);
    }
    found.push(Number { range: at..end, value });
    end
}

/// Reads a number in characters at `at` and returns where its run ends.
fn chinese(clear: &str, at: usize, found: &mut Vec<Number>) -> usize {
    let run: String = clear[at..].chars().take_while(|ch| digit(*ch).is_some() || unit(*ch).is_some()).collect();
    let end = at + run.len();
    if let Some(value) = value_of(&run) {
        found.push(Number { range: at..end, value });
    }
    end
}

/// The value of a run of numerals; `None` for runs that only list digits (一三五).
fn value_of(run: &str) -> Option<f64> {
    let (mut total, mut section, mut last_unit) = (0.0, 0.0, 1.0);
    // A digit that still waits for its unit, and whether a zero stands before it.
    let mut waiting: Option<f64> = None;
    let mut after_zero = false;
    for ch in run.chars() {
        if let Some(value) = digit(ch) {
            if value == 0.0 {
                after_zero = true;
                continue;
            }
            if waiting.is_some() {
                // 六七百 is at least six hundred; digits without any unit are a list.
                if !run.chars().any(|ch| unit(ch).is_some()) {
                    return None;
                }
                continue;
            }
            waiting = Some(value);
        } else if let Some(value) = unit(ch) {
            if value >= 10_000.0 {
                total = (total + section + waiting.take().unwrap_or(0.0)).max(1.0) * value;
                section = 0.0;
            } else {
                section += waiting.take().unwrap_or(1.0) * value;
            }
            last_unit = value;
            after_zero = false;
        }
    }
    // 三千八 is 3800, 三千零八 is 3008, 十八 is 18.
    let tail =
        waiting.map_or(0.0, |value| if after_zero || last_unit <= 10.0 { value } else { value * last_unit / 10.0 });
    Some(total + section + tail).filter(|value| *value > 0.0)
}

fn digit(ch: char) -> Option<f64> {
    let found = "零一二三四五六七八九".chars().position(|known| known == ch);
    match ch {
        '两' => Some(2.0),
        '〇' => Some(0.0),
        _ => found.map(|value| value as f64),
    }
}

fn unit(ch: char) -> Option<f64> {
    match ch {
        '十' => Some(10.0),
        '百' => Some(100.0),
        '千' => Some(1_000.0),
        '万' => Some(10_000.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, expected) in [
            ("一学期6800", vec![1.0, 6800.0]),
            ("1.2万一年", vec![12_000.0, 1.0]),
            ("三千八", vec![3800.0]),
            ("三千零八", vec![3008.0]),
            ("一万二千", vec![12_000.0]),
            ("十八节,六十次,一百二", vec![18.0, 60.0, 120.0]),
            ("六七百块", vec![600.0]),
            ("周一三五晚", vec![]),
            ("vx:ab12345", vec![]),
            ("19904213168", vec![]),
            ("3k", vec![3000.0]),
            ("6kg", vec![6.0]),
        ] {
            let found: Vec<f64> = numbers(text).into_iter().map(|number| number.value).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_places_are_in_order(text in "[0-9一二三十百千万两零.万kw元a ]{0,40}") {
            let mut end = 0;
            for number in numbers(&text) {
                prop_assert!(number.range.start >= end && text.get(number.range.clone()).is_some());
                prop_assert!(number.value.is_finite());
                end = number.range.end;
            }
        }
    }
}
