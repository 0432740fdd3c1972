//! Telephone numbers, however their digits and separators are written, and the `WeChat` ids that are numbers.

use super::{
    Found,
    atoms::Atom,
    cues,
    run::{Reading, Run, bounded, continued, digit_at, is_sound, loose_digit_at, measured, pick, pick_all, preceded},
};
use crate::domain::ContactKind;

/// All telephone numbers and the `WeChat` ids that are numbers.
pub(super) fn phones(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    for soft in [false, true] {
        let mut at = 0;
        while at < atoms.len() {
            at = match loose_digit_at(atoms, at) {
                Some((first, _)) if !taken[at] => try_phone(atoms, at, first, soft, taken, out).unwrap_or(at + 1),
                _ => at + 1,
            };
        }
    }
}

fn try_phone(
    atoms: &[Atom],
    start: usize,
    first: u8,
    soft: bool,
    taken: &mut [bool],
    out: &mut Vec<Found>,
) -> Option<usize> {
    let real = digit_at(atoms, start).is_some();
    let (from, run) = match first {
        1 => (start, mobile(atoms, start, soft)?),
        0 => landline(atoms, start, soft).map(|run| (start, run)).or_else(|| zero_mobile(atoms, start, soft))?,
        8 if real => coded(atoms, start, soft).or_else(|| Some((start, short(atoms, start, soft, out)?)))?,
        _ if real => (start, short(atoms, start, soft, out)?),
        _ => return None,
    };
    if taken[from..run.end].contains(&true) || cues::other_before(atoms, from) {
        return None;
    }
    let cue = cues::wechat_before(atoms, start).filter(|cue| !cues::refused(atoms, cue.start));
    let same = cues::same_number_behind(atoms, run.end);
    let wechat = is_mobile(&run.digits) && !same && is_wechat(atoms, start, run.end, cue);
    taken[from..run.end].fill(true);
    out.push(Found {
        kind: if wechat { ContactKind::Wechat } else { ContactKind::Phone },
        disguised: !run.plain() || wechat && cue.is_some_and(|cue| !cue.plain),
        value: run.digits,
        start: from,
        end: run.end,
    });
    out.last().map(|found| found.end)
}

/// Whether a mobile number is given only as a `WeChat` id.
fn is_wechat(atoms: &[Atom], start: usize, end: usize, cue: Option<cues::Found>) -> bool {
    match cue {
        Some(cue) => !cues::phone_before(atoms, cue.start),
        None => !cues::phone_before(atoms, start) && cues::only_wechat_behind(atoms, end),
    }
}

/// Whether digits are a mobile number.
pub(super) fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3'
}

fn mobile(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    [Reading::Mixed, Reading::Loose, Reading::Dashed].into_iter().find_map(|reading| {
        let run = pick_all(atoms, start, 11, reading)?;
        let good = is_mobile(&run.digits)
            && (reading == Reading::Mixed || is_sound(&run))
            && bounded(atoms, start, run.end, soft)
            && likely_groups(atoms, start, &run);
        good.then_some(run)
    })
}

/// +86 in front of a mobile number.
fn coded(atoms: &[Atom], start: usize, soft: bool) -> Option<(usize, Run)> {
    let code = pick(atoms, start, 2, Reading::Mixed);
    if code.digits != "86" {
        return None;
    }
    let from = (code.end..code.end + 3).find(|at| digit_at(atoms, *at).is_some())?;
    let run = pick_all(atoms, from, 11, Reading::Mixed)?;
    (is_mobile(&run.digits) && bounded(atoms, start, run.end, soft)).then_some((start, run))
}

/// A mobile number behind a zero too many: 019904212345.
fn zero_mobile(atoms: &[Atom], start: usize, soft: bool) -> Option<(usize, Run)> {
    let from = (start + 1..start + 3).find(|at| digit_at(atoms, *at).is_some())?;
    let run = pick_all(atoms, from, 11, Reading::Mixed)?;
    let good = is_mobile(&run.digits) && bounded(atoms, start, run.end, soft) && likely_groups(atoms, start, &run);
    good.then_some((from, run))
}

/// Whether the groups of a mobile number look like one and not like prices, dates or times in a row.
fn likely_groups(atoms: &[Atom], start: usize, run: &Run) -> bool {
    let groups = run.groups.as_slice();
    if groups.len() == 1 || run.single() {
        return true;
    }
    // 学费1500。199 0421 8812: the price is no part of the number.
    if measured(atoms, run.end) || groups[0] == 4 && continued(atoms, run.end) {
        return false;
    }
    let near = || cues::phone_before(atoms, start) || cues::wechat_before(atoms, start).is_some();
    let announced = || near() || cues::phone_far_before(atoms, start);
    if run.strict() {
        let usual = matches!(groups, [3, 4, 4] | [7, 4] | [3, 8]);
        let even = groups[0] >= 3 && groups[1..].iter().all(|size| *size >= 2) && run.uniform();
        return usual || even && (zero_group(run) || announced()) || run.uniform() && near();
    }
    // 135 148 146 98 1: marks of a school, not a number.
    let listed = || continued(atoms, run.end) || preceded(atoms, start);
    match groups {
        [_, _, _, _, ..] if run.groups.iter().all(|size| *size > 1) && listed() => zero_group(run) || announced(),
        // 19.30-20.30 150, 1990-04-21 123.
        [2, ..] | [4, 1 | 2, ..] => near(),
        [1, 10] | [1, .., 4] => true,
        [1, ..] => groups.iter().filter(|size| **size == 1).count() >= 3 || announced(),
        _ => true,
    }
}

/// Whether a later group begins with a zero, as no price does.
fn zero_group(run: &Run) -> bool {
    let mut at = 0;
    run.groups.iter().any(|size| {
        let zero = at > 0 && *size > 1 && run.digits.as_bytes()[at] == b'0';
        at += size;
        zero
    })
}

/// 0421-1234567: an area code and seven or eight digits.
fn landline(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    let readings = [(Reading::Pure, false), (Reading::Dashed, true), (Reading::Loose, true)];
    readings.into_iter().find_map(|(reading, checked)| {
        [12, 11, 10].into_iter().find_map(|want| {
            let run = pick_all(atoms, start, want, reading)?;
            let good = is_landline(&run) && (!checked || is_sound(&run)) && bounded(atoms, start, run.end, soft);
            // Eight ASCII digits with time or price around them never start with a zero, so no cue is asked for.
            good.then_some(run)
        })
    })
}

fn is_landline(run: &Run) -> bool {
    let bytes = run.digits.as_bytes();
    let code = if matches!(bytes[1], b'1' | b'2') { 3 } else { 4 };
    // What is left of the groups behind a complete number belongs to something else: 0421-6630187 3楼.
    let tail = run.groups.last().copied().unwrap_or(0);
    let whole = run.single() || run.groups.len() == 1 || tail > 2 || bytes.len() - tail < code + 7;
    (matches!(bytes[1], b'2'..=b'9') || bytes.starts_with(b"010"))
        && (7..=8).contains(&(bytes.len() - code))
        && matches!(bytes[code], b'2'..=b'9')
        && (run.groups.len() <= 4 || run.single() || !run.strict())
        && whole
}

/// A number that needs no area code, or has none.
fn short(atoms: &[Atom], start: usize, soft: bool, out: &[Found]) -> Option<Run> {
    service(atoms, start, soft).or_else(|| local(atoms, start, soft, out))
}

/// 400 and 800 numbers.
fn service(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    [Reading::Pure, Reading::Loose].into_iter().find_map(|reading| {
        let run = pick_all(atoms, start, 10, reading)?;
        let good = (run.digits.starts_with("400") || run.digits.starts_with("800"))
            && (reading == Reading::Pure || is_sound(&run))
            && bounded(atoms, start, run.end, soft)
            && !run.strict()
            && !measured(atoms, run.end);
        (good && likely_service(atoms, start, &run)).then_some(run)
    })
}

fn likely_service(atoms: &[Atom], start: usize, run: &Run) -> bool {
    let known = ["4000", "4001", "4006", "4007", "4008", "4009"].iter().any(|code| run.digits.starts_with(code));
    let announced = || cues::phone_before(atoms, start) || cues::phone_far_before(atoms, start);
    match run.groups.as_slice() {
        [_] => known && cues::wechat_before(atoms, start).is_none() || announced(),
        // 400 1800 200 may be prices.
        [3, 3, 4] | [3, 4, 3] | [4, 3, 3] | [3, 7] | [4, 6] => run.separators.contains(&'-') || known || announced(),
        _ => run.single() || announced(),
    }
}

/// A number without area code: only behind a telephone cue or right behind another one.
fn local(atoms: &[Atom], start: usize, soft: bool, out: &[Found]) -> Option<Run> {
    if atoms[start].reach < 7 {
        return None;
    }
    let announced = cues::phone_before(atoms, start) || follows(atoms, start, out);
    let closing = || {
        let fresh = start > 0 && !atoms[start - 1].ch.is_alphanumeric();
        out.is_empty() && fresh && cues::wechat_before(atoms, start).is_none()
    };
    if !announced && !closing() {
        return None;
    }
    [8, 7].into_iter().find_map(|want| {
        let run = pick_all(atoms, start, want, Reading::Pure)?;
        let date = want == 8 && run.digits.starts_with("20");
        let groups = (run.groups.len() <= 2 || run.single()) && !run.strict();
        let good = groups
            && !date
            && !measured(atoms, run.end)
            && bounded(atoms, start, run.end, soft)
            && (announced || want == 8 && run.groups.len() == 1 && ends_text(atoms, run.end));
        good.then_some(run)
    })
}

/// Whether a number stands right behind another short one: 8631527 8631528.
fn follows(atoms: &[Atom], start: usize, out: &[Found]) -> bool {
    out.last().is_some_and(|last| {
        last.kind == ContactKind::Phone
            && !is_mobile(&last.value)
            && last.end < start
            && start - last.end <= 3
            && atoms[last.end..start].iter().all(|atom| " 、/,;|\n".contains(atom.ch))
    })
}

fn ends_text(atoms: &[Atom], end: usize) -> bool {
    atoms[end..].iter().take(4).all(|atom| !atom.ch.is_alphanumeric()) && atoms.len() < end + 4
}
