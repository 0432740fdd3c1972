//! One cell, and what people may have meant by it.

use super::dates;
use jiff::{ToSpan, civil::Date};

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Characters, trimmed, never empty.
    Text(String),
    /// A number; telephone numbers and dates often come as one.
    Number(f64),
    /// A day, from a cell formatted as a date.
    Day(Date),
    /// A formula whose result was not saved.
    NoValue,
    /// A formula that failed, for example `#N/A`.
    Failed(String),
}

/// Larger whole numbers have lost digits: a spreadsheet keeps fifteen.
const EXACT: f64 = 1e15;
/// The first and last serial number taken for a day: 1954 and 2119.
const SERIALS: std::ops::Range<f64> = 20_000.0..80_300.0;

impl Cell {
    /// A cell of written text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// Whether nothing is written in it. A formula without a result is not nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The cell as one would read it aloud; empty for [`Cell::Empty`].
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Failed(text) => text.clone(),
            Self::Number(number) => number_shown(*number),
            Self::Day(day) => day.to_string(),
            Self::NoValue => "（公式，没有保存结果）".to_owned(),
        }
    }

    /// Its text, or why there is none. Numbers that stand for names or codes lose nothing: what a spreadsheet has rounded is
    /// an error.
    ///
    /// ```
    /// use tanzhao::tables::Cell;
    /// assert_eq!(Cell::Number(13_900_000_001.0).text(), Ok(Some("13900000001".into())));
    /// assert_eq!(Cell::of_text("1.3900000001E+10").text(), Ok(Some("13900000001".into())));
    /// assert!(Cell::of_text("1.39E+10").text().is_err());
    /// assert!(Cell::Number(9.113e17).text().is_err());
    /// ```
    ///
    /// # Errors
    /// What would have been expected, in Chinese.
    pub fn text(&self) -> Result<Option<String>, String> {
        match self {
            Self::Empty => Ok(None),
            Self::Text(text) => match unrounded(text) {
                Some(number) => number.map(Some),
                None if text.chars().count() > super::MAX_CELL_CHARS => {
                    Err("不超过 32767 字的内容（CSV 里可能有没成对的引号）".to_owned())
                }
                None if text.contains('\u{fffd}') => Err("可识别的文字（此处有编码损坏的字符）".to_owned()),
                None => Ok(Some(text.clone())),
            },
            Self::Number(number) if number.abs() >= EXACT => {
                Err("文本格式的号码（超过 15 位的数字在表格里已丢失末位，请把该列设为文本后重填）".to_owned())
            }
            Self::Number(_) | Self::Day(_) => Ok(Some(self.shown())),
            Self::NoValue => Err("数值（公式没有保存计算结果，请打开表格重新保存，或改为数值）".to_owned()),
            Self::Failed(_) => Err("数值（公式计算出错）".to_owned()),
        }
    }

    /// The day it means; the last one when it names a period. `Ok(None)` when it is empty.
    ///
    /// # Errors
    /// What would have been expected, in Chinese.
    pub fn day(&self) -> Result<Option<Date>, String> {
        const EXPECTED: &str = "日期，如 2026-11-30 或 2026年11月30日";
        match self {
            Self::Empty => Ok(None),
            Self::Day(day) => Ok(Some(*day)),
            Self::Number(number) if SERIALS.contains(number) => {
                serial(*number).map(Some).ok_or_else(|| EXPECTED.into())
            }
            Self::Number(_) | Self::Text(_) => {
                dates::day_in(&self.shown()).map(Some).ok_or_else(|| EXPECTED.to_owned())
            }
            Self::NoValue | Self::Failed(_) => self.text().map(|_| None),
        }
    }
}

/// A whole number without a point; others as short as they are exact.
fn number_shown(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT { format!("{number:.0}") } else { number.to_string() }
}

/// A day by its number in a spreadsheet, counted from 1899-12-30.
fn serial(number: f64) -> Option<Date> {
    Date::new(1899, 12, 30).ok()?.checked_add((number.floor() as i64).days()).ok()
}

/// Undoes `1.39E+10` when no digit was lost; `None` when the text is no such number.
fn unrounded(text: &str) -> Option<Result<String, String>> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok().filter(|size| *size < 40)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 1 || !digits(whole) || !digits(fraction) || exponent < 6 {
        return None;
    }
    Some(if fraction.len() == exponent {
        Ok(format!("{whole}{fraction}"))
    } else {
        Err("完整的号码（科学计数法已丢失数字，请把该列设为文本后重填）".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_in_every_dress() {
        for (cell, day) in [
            (Cell::Number(46_356.0), date(2026, 11, 30)),
            (Cell::Number(46_356.75), date(2026, 11, 30)),
            (Cell::Number(20_261_130.0), date(2026, 11, 30)),
            (Cell::of_text(" 2026年11月30日 "), date(2026, 11, 30)),
            (Cell::of_text("2026/1/5 10:20"), date(2026, 1, 5)),
            (Cell::Day(date(2026, 2, 3)), date(2026, 2, 3)),
        ] {
            assert_eq!(cell.day(), Ok(Some(day)), "{cell:?}");
        }
        for cell in [Cell::of_text("上个月"), Cell::Number(12.0), Cell::NoValue, Cell::of_text("2026-13-01")] {
            assert!(cell.day().is_err(), "{cell:?}");
        }
        assert_eq!(Cell::Empty.day(), Ok(None));
    }

    #[test]
    fn words_are_not_taken_for_rounded_numbers() {
        for word in ["ABE+2", "3E", "E10", "1.2.3E+10", "91211302MA0E+7"] {
            assert_eq!(Cell::of_text(word).text(), Ok(Some(word.to_owned())));
        }
    }
}
