//! When lessons take place: days off, vacations, late evenings.

use super::near::{denied, head, starts_with_any, tail};
use super::numbers::Number;
use super::{Fact, FactKind, Limits};
use crate::signals::{CueKind, Signals};
use crate::text::ClearText;

/// Behind a day: there are no lessons then.
const NO_LESSON: [&str; 9] = ["休息", "不上", "不补", "不排", "不开", "停课", "放假", "除外", "不用来"];
/// Behind a time of day: it is no lesson.
const NO_CLASS: [&str; 13] =
    ["联系", "打电话", "咨询", "回复", "回信", "回电", "关门", "营业", "下单", "接单", "发货", "发车", "熄灯"];
/// Parts of the day, and whether the hours behind them are those after noon.
const PARTS: [(&str, bool); 11] = [
    ("早", false),
    ("上午", false),
    ("凌晨", false),
    ("中午", true),
    ("下午", true),
    ("傍晚", true),
    ("晚", true),
    ("夜", true),
    ("放学", true),
    ("pm", true),
    ("am", false),
];

/// Adds what the text says about times.
pub(super) fn read(text: &ClearText, signals: &Signals, numbers: &[Number], limits: &Limits, facts: &mut Vec<Fact>) {
    let clear = text.as_str();
    for cue in &signals.cues {
        let (kind, words) = match cue.kind {
            CueKind::Weekend => (FactKind::RestDay, "休息日"),
            CueKind::Holiday => (FactKind::Holiday, "法定节假日或寒暑假"),
            _ => continue,
        };
        let (Some(before), Some(behind)) = (clear.get(..cue.range.start), clear.get(cue.range.end..)) else { continue };
        let near = head(behind, 5);
        if !denied(before) && !NO_LESSON.iter().any(|word| near.contains(word)) {
            facts.push(Fact { kind, range: cue.range.clone(), span: cue.span, words: words.to_owned() });
        }
    }
    let end = if signals.has(CueKind::Online) { limits.online_end } else { limits.evening_end };
    facts.extend(numbers.iter().filter_map(|number| late(text, number, end)));
}

/// A time of day after `end`, in minutes.
fn late(text: &ClearText, number: &Number, end: u32) -> Option<Fact> {
    let clear = text.as_str();
    if number.value.fract() != 0.0 || !(1.0..=24.0).contains(&number.value) {
        return None;
    }
    let (before, behind) = (clear.get(..number.range.start)?, clear.get(number.range.end..)?);
    let mark = starts_with_any(behind, &["点", ":"])?;
    let rest = behind.get(mark.len()..)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).take(2).collect();
    let (minutes, length) = if rest.starts_with('半') {
        (30, '半'.len_utf8())
    } else {
        (digits.parse::<u32>().ok().filter(|minutes| *minutes < 60).unwrap_or(0), digits.len())
    };
    if mark == ":" && digits.len() != 2 {
        return None;
    }
    let near = tail(before, 14);
    let part = PARTS.iter().filter_map(|(word, later)| Some((near.rfind(word)?, *later))).max();
    let hour = number.value as u32;
    let hour = if hour < 12 && part.is_some_and(|(_, later)| later) { hour + 12 } else { hour };
    let time = hour * 60 + minutes;
    let range = number.range.start..number.range.end + mark.len() + length;
    let after = head(clear.get(range.end..)?, 8);
    let begins = ["开始", "开课", "起", "到", "至", "-", "~"].iter().any(|word| after.starts_with(word));
    let class = !NO_CLASS.iter().any(|word| after.contains(word)) && !after.starts_with('前');
    let words = format!("晚于规定的 {:02}:{:02}", end / 60, end % 60);
    ((time > end || (time == end && begins)) && time <= 24 * 60 && class).then(|| Fact {
        kind: FactKind::LateEvening,
        span: text.span(range.clone()),
        range,
        words,
    })
}
