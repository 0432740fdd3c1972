//! Stages of schooling from grades and ages: 三到六年级, 4-12岁, 七八年级.

use crate::domain::Stage;
use std::ops::Range;

/// The stages that grades and ages of a clear text name, with the bytes that name them.
pub(super) fn from_numbers(clear: &str) -> Vec<(Stage, Range<usize>)> {
    let mut out = Vec::new();
    for (at, word) in clear.match_indices("年级") {
        let (start, grades) = numbers_before(clear, at);
        let range = start..at + word.len();
        out.extend(grades.into_iter().filter_map(grade_stage).map(|stage| (stage, range.clone())));
    }
    for (at, word) in clear.match_indices('岁') {
        // Teachers' and pensioners' ages are no pupils' ages.
        let (start, ages) = numbers_before(clear, at);
        if ages.iter().any(|age| *age > 18) || ages.len() < 2 {
            continue;
        }
        let range = start..at + word.len();
        out.extend(ages.into_iter().filter_map(age_stage).map(|stage| (stage, range.clone())));
    }
    out.dedup();
    out
}

const fn grade_stage(grade: u32) -> Option<Stage> {
    match grade {
        1..=6 => Some(Stage::Primary),
        7..=9 => Some(Stage::Junior),
        10..=12 => Some(Stage::Senior),
        _ => None,
    }
}

const fn age_stage(age: u32) -> Option<Stage> {
    match age {
        3..=6 => Some(Stage::Preschool),
        7..=12 => Some(Stage::Primary),
        13..=15 => Some(Stage::Junior),
        16..=18 => Some(Stage::Senior),
        _ => None,
    }
}

/// What the character before was, while numbers are read.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Ascii,
    Numeral,
    Ten,
}

/// Where the numbers right in front of a place begin, and the numbers, ranges filled in; at most twelve characters are
/// looked at.
fn numbers_before(clear: &str, end: usize) -> (usize, Vec<u32>) {
    let tail: Vec<char> = clear[..end].chars().rev().take(12).take_while(|ch| part(*ch)).collect();
    let start = end - tail.iter().map(|ch| ch.len_utf8()).sum::<usize>();
    let mut numbers: Vec<u32> = Vec::new();
    let mut range = false;
    let mut before = Before::Nothing;
    for ch in tail.into_iter().rev() {
        let ascii = ch.to_digit(10);
        let numeral = "一二三四五六七八九".chars().zip(1_u32..).find(|(known, _)| *known == ch).map(|(_, value)| value);
        let (value, now) = match (ascii, numeral, ch) {
            (Some(value), ..) => (value, Before::Ascii),
            (_, Some(value), _) => (value, Before::Numeral),
            (.., '十') => (10, Before::Ten),
            _ => {
                range = range || matches!(ch, '到' | '至' | '-' | '~' | '—');
                before = Before::Nothing;
                continue;
            }
        };
        match (before, now, numbers.last_mut()) {
            (Before::Ascii, Before::Ascii, Some(last)) => *last = last.saturating_mul(10).saturating_add(value),
            (Before::Numeral, Before::Ten, Some(last)) => *last = last.saturating_mul(10),
            (Before::Ten, Before::Numeral, Some(last)) => *last = last.saturating_add(value),
            _ => numbers.push(value),
        }
        before = now;
    }
    (start, fill(numbers, range))
}

/// A range names everything between its ends.
fn fill(numbers: Vec<u32>, range: bool) -> Vec<u32> {
    match (numbers.first(), numbers.last()) {
        (Some(&first), Some(&last)) if range && first < last && last <= 18 => (first..=last).collect(),
        _ => numbers,
    }
}

fn part(ch: char) -> bool {
    ch.is_ascii_digit() || "一二三四五六七八九十到至-~—、/和".contains(ch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_and_ages() {
        use Stage::{Junior, Preschool, Primary};
        for (text, expected) in [
            ("三到六年级", vec![Primary]),
            ("4到8年级", vec![Primary, Junior]),
            ("七八年级", vec![Junior]),
            ("5-12岁", vec![Preschool, Primary]),
            ("教了31年,今年六十三岁", vec![]),
            ("1、2年级", vec![Primary]),
        ] {
            let mut out: Vec<Stage> = from_numbers(text).into_iter().map(|(stage, _)| stage).collect();
            out.dedup();
            assert_eq!(out, expected, "{text}");
        }
    }
}
