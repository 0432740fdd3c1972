//! Telephone and QQ numbers, however their digits and separators are written.

use super::{
    Found,
    atoms::{Atom, Script, is_symbol, starts_with},
    cues,
};
use crate::domain::ContactKind;

/// Latin words that may touch a number from the left.
const GLUED: [&str; 14] =
    ["v", "vx", "wx", "vv", "w", "q", "qq", "tel", "t", "dh", "wechat", "weixin", "dianhua", "phone"];

/// Ways to say QQ, longer ones first.
const QQ: [&str; 22] = [
    "叩叩",
    "丘丘",
    "企鹅号",
    "君羊",
    "裙",
    "👗",
    "扣扣",
    "抠抠",
    "球球",
    "秋秋",
    "蔻蔻",
    "企鹅",
    "群号",
    "群主",
    "管理员",
    "接单群",
    "进群",
    "qq",
    "🐧",
    "扣",
    "群",
    "q",
];

/// Digits picked up from a place on.
struct Run {
    digits: String,
    end: usize,
    groups: Vec<usize>,
    separators: Vec<char>,
    plain: bool,
}

impl Run {
    /// Whether nobody tried to hide it: ASCII digits, at most the usual blanks or hyphens.
    fn plain(&self) -> bool {
        self.plain
            && self.groups.len() <= 3
            && self.separators.iter().all(|ch| matches!(ch, '-' | ' ' | '(' | ')'))
            && self.separators.len() < 3
    }
}

fn is_separator(atom: &Atom) -> bool {
    is_symbol(atom)
        || matches!(atom.ch, ' ' | '-' | '.' | '_' | '·' | '・' | '、' | '丨' | '(' | ')')
        || is_strict(atom.ch)
}

/// Separators that also stand between unrelated numbers: they are believed only between the usual groups.
const fn is_strict(ch: char) -> bool {
    matches!(
        ch,
        ',' | '。'
            | '、'
            | '/'
            | '|'
            | '+'
            | '~'
            | '\''
            | '"'
            | '*'
            | '='
            | '&'
            | '#'
            | '^'
            | '<'
            | '>'
            | '!'
            | '【'
            | '】'
            | '「'
            | '」'
            | '《'
            | '》'
            | '“'
            | '”'
    )
}

/// A character of the words people put between the groups of a number: 199中间0421后面8812.
fn is_joint(atom: &Atom) -> bool {
    matches!(
        atom.ch,
        '再' | '接'
            | '着'
            | '中'
            | '间'
            | '后'
            | '面'
            | '然'
            | '转'
            | '空'
            | '格'
            | '减'
            | '杠'
            | '横'
            | '最'
            | '末'
            | '尾'
            | '是'
            | '加'
    )
}

/// A digit, or a letter that plays one between digits.
fn digit_at(atoms: &[Atom], at: usize) -> Option<(u8, Script)> {
    let atom = atoms.get(at)?;
    if atom.digit.is_some() {
        return atom.digit;
    }
    let solid =
        |place: Option<usize>| place.and_then(|place| atoms.get(place)).is_some_and(|atom| atom.digit.is_some());
    // Radio words count between two digits only.
    if let Some((_, value)) =
        [('洞', 0), ('两', 2), ('拐', 7), ('勾', 9)].into_iter().find(|(word, _)| *word == atom.ch)
    {
        return (solid(at.checked_sub(1)) && solid(Some(at + 1))).then_some((value, Script::Han));
    }
    let value = match atom.ch {
        'o' | 'о' | 'О' => 0,
        'l' | 'i' => 1,
        'з' | 'З' => 3,
        _ => return None,
    };
    let near = |place: Option<usize>| {
        place
            .and_then(|place| atoms.get(place))
            .is_some_and(|atom| atom.digit.is_some() || matches!(atom.ch, 'o' | 'l' | 'i' | 'о' | 'О' | 'з' | 'З'))
    };
    (near(at.checked_sub(1)) && near(Some(at + 1)) && (solid(at.checked_sub(1)) || solid(Some(at + 1)))
        || solid(at.checked_sub(1)) && solid(at.checked_sub(2)) && solid(at.checked_sub(3))
        || value == 1 && solid(Some(at + 1)) && solid(Some(at + 2)))
    .then_some((value, Script::Fancy))
}

/// Picks up to `want` digits from `start`; up to three separators may stand between two digits.
///
/// With `pure`, a Chinese numeral behind a separator does not continue ASCII digits: 0421-2800012,一经查实.
fn pick(atoms: &[Atom], start: usize, want: usize, pure: bool) -> Run {
    let is_han = |at: usize| digit_at(atoms, at).is_some_and(|(_, script)| script == Script::Han);
    let mut run = Run { digits: String::new(), end: start, groups: vec![0], separators: Vec::new(), plain: true };
    let mut at = start;
    while run.digits.len() < want {
        if let Some((digit, script)) = digit_at(atoms, at) {
            if pure && at > run.end && !run.digits.is_empty() && is_han(at) != is_han(run.end - 1) {
                break;
            }
            if at > run.end && !run.digits.is_empty() {
                run.groups.push(0);
                run.separators.extend(atoms[run.end..at].iter().map(|atom| atom.ch));
            }
            run.digits.push(char::from(b'0' + digit));
            if let Some(group) = run.groups.last_mut() {
                *group += 1;
            }
            run.plain &= script == Script::Ascii;
            run.end = at + 1;
            at += 1;
        } else if atoms.get(at).is_some_and(|atom| {
            at < run.end + 3 && at > start && is_separator(atom)
                || !pure && at < run.end + 5 && matches!(run.digits.len(), 3 | 7) && is_joint(atom)
        }) {
            at += 1;
        } else {
            break;
        }
    }
    run
}

/// Whether a digit of the same script touches; a Chinese numeral next to an ASCII number is a soft border (周一199...).
fn touches(atoms: &[Atom], inside: usize, outside: Option<usize>, soft: bool) -> bool {
    let (Some(inner), Some(outer)) = (digit_at(atoms, inside), outside.and_then(|at| digit_at(atoms, at))) else {
        return false;
    };
    !soft || (inner.1 == Script::Han) == (outer.1 == Script::Han)
}

fn bounded(atoms: &[Atom], start: usize, end: usize, soft: bool) -> bool {
    if touches(atoms, start, start.checked_sub(1), soft) || touches(atoms, end - 1, Some(end), soft) {
        return false;
    }
    let decimal = |at: usize| atoms.get(at).is_some_and(|atom| atom.ch == '.');
    if decimal(end) && atoms.get(end + 1).is_some_and(|atom| atom.digit.is_some()) {
        return false;
    }
    if atoms.get(end).is_some_and(|atom| matches!(atom.ch, '@' | '_' | '*')) {
        return false;
    }
    let word: String =
        atoms[..start].iter().rev().take(12).map(|atom| atom.ch).take_while(char::is_ascii_alphabetic).collect();
    let word: String = word.chars().rev().collect();
    word.is_empty() || GLUED.contains(&word.as_str())
}

/// Whether the groups look like a number and not like prices or dates in a row.
fn likely_groups(run: &Run) -> bool {
    if run.groups.len() == 1 || run.groups.iter().all(|size| *size == 1) {
        return true;
    }
    let strict = run.separators.iter().any(|ch| is_strict(*ch));
    !strict || matches!(run.groups.as_slice(), [3, 4, 4] | [4, 3, 4] | [7, 4] | [3, 8])
}

/// All telephone numbers and the `WeChat` ids that are telephone numbers.
pub(super) fn phones(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    for soft in [false, true] {
        let mut at = 0;
        while at < atoms.len() {
            at = match digit_at(atoms, at) {
                Some(_) if !taken[at] => try_phone(atoms, at, soft, taken, out).unwrap_or(at + 1),
                _ => at + 1,
            };
        }
    }
}

fn try_phone(atoms: &[Atom], start: usize, soft: bool, taken: &mut [bool], out: &mut Vec<Found>) -> Option<usize> {
    let first = digit_at(atoms, start)?.0;
    let (from, run) = match first {
        1 => (start, mobile(atoms, start, soft)?),
        8 => {
            // +86 in front of a mobile number.
            let code = pick(atoms, start, 2, false);
            let from =
                (code.digits == "86").then(|| (code.end..code.end + 3).find(|at| digit_at(atoms, *at).is_some()))??;
            let run = pick(atoms, from, 11, false);
            let good = is_mobile(&run.digits) && bounded(atoms, start, run.end, soft);
            if good { (start, run) } else { (start, service(atoms, start, soft)?) }
        }
        0 => (start, landline(atoms, start, soft)?),
        _ => (start, service(atoms, start, soft).or_else(|| local(atoms, start, soft))?),
    };
    if taken[from..run.end].contains(&true) || cues::other_before(atoms, from) {
        return None;
    }
    let same = cues::same_number_behind(atoms, run.end);
    let cue = cues::wechat_before(atoms, from).filter(|_| first == 1);
    let wechat = match cue {
        Some(cue) => !same && !cues::phone_before(atoms, cue.start),
        None => first == 1 && !same && !cues::phone_before(atoms, from) && cues::only_wechat_behind(atoms, run.end),
    };
    taken[from..run.end].fill(true);
    let disguised = !run.plain();
    out.push(Found {
        kind: if wechat { ContactKind::Wechat } else { ContactKind::Phone },
        disguised: disguised || wechat && cue.is_some_and(|cue| !cue.plain),
        value: run.digits,
        start: from,
        end: run.end,
    });
    Some(run.end)
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3'
}

fn mobile(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    let run = pick(atoms, start, 11, false);
    (is_mobile(&run.digits) && bounded(atoms, start, run.end, soft) && likely_groups(&run)).then_some(run)
}

/// 0421-1234567: an area code and seven or eight digits.
fn landline(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    [12, 11, 10].into_iter().find_map(|want| {
        let run = pick(atoms, start, want, true);
        let bytes = run.digits.as_bytes();
        let code = if matches!(bytes.get(1), Some(b'1' | b'2')) { 3 } else { 4 };
        let good = run.digits.len() == want
            && matches!(bytes[1], b'1'..=b'9')
            && (7..=8).contains(&(want - code))
            && matches!(bytes[code], b'2'..=b'9')
            && run.groups.len() <= 4
            && bounded(atoms, start, run.end, soft);
        // Eight ASCII digits with time or price around them never start with a zero, so no cue is asked for.
        good.then_some(run)
    })
}

/// 400 and 800 numbers.
fn service(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    let run = pick(atoms, start, 10, true);
    let good = run.digits.len() == 10
        && (run.digits.starts_with("400") || run.digits.starts_with("800"))
        && bounded(atoms, start, run.end, soft)
        && (run.groups[0] == 3 || run.groups[0] == 4 || run.groups.len() == 1 && cues::phone_before(atoms, start));
    good.then_some(run)
}

/// A number without area code: only behind a telephone cue.
fn local(atoms: &[Atom], start: usize, soft: bool) -> Option<Run> {
    if !cues::phone_before(atoms, start) {
        return None;
    }
    [8, 7].into_iter().find_map(|want| {
        let run = pick(atoms, start, want, true);
        let unit =
            atoms.get(run.end).is_some_and(|atom| matches!(atom.ch, '元' | '块' | '年' | '月' | '日' | '人' | '分'));
        let date = want == 8 && run.digits.starts_with("20");
        let good =
            run.digits.len() == want && run.groups.len() <= 2 && !unit && !date && bounded(atoms, start, run.end, soft);
        good.then_some(run)
    })
}

/// All QQ and QQ group numbers: five to eleven digits behind a cue.
pub(super) fn qqs(atoms: &[Atom], taken: &mut [bool], out: &mut Vec<Found>) {
    let mut at = 0;
    while at < atoms.len() {
        let Some((word, end)) = QQ.iter().find_map(|word| starts_with(atoms, at, word).map(|end| (*word, end))) else {
            // 扣 扣 with a blank between.
            if atoms[at].ch == '扣' && atoms.get(at + 1).is_some_and(|atom| atom.ch == ' ') {
                at += 2;
            } else {
                at += 1;
            }
            continue;
        };
        at = qq_behind(atoms, at, word, end, taken, out).unwrap_or(end);
    }
}

fn qq_behind(
    atoms: &[Atom],
    cue: usize,
    word: &str,
    end: usize,
    taken: &mut [bool],
    out: &mut Vec<Found>,
) -> Option<usize> {
    let latin = word.starts_with('q');
    if latin && cue > 0 && atoms[cue - 1].ch.is_ascii_alphabetic() {
        return None;
    }
    let mut start = end;
    let mut left = 6;
    while left > 0
        && atoms.get(start).is_some_and(|atom| {
            atom.digit.is_none()
                && (is_symbol(atom)
                    || matches!(
                        atom.ch,
                        ' ' | ':' | '号' | '群' | '是' | '+' | '-' | '我' | '加' | '扣' | '码' | '(' | '.'
                    )
                    || matches!(atom.ch, '咨' | '询' | '联' | '系'))
        })
    {
        start += 1;
        left -= 1;
    }
    digit_at(atoms, start)?;
    let run = pick(atoms, start, 12, true);
    let mut run = if run.digits.len() > 11 { return None } else { run };
    // What follows a comma or slash is another number.
    if run.groups.len() > 1 && run.separators.iter().any(|ch| !matches!(ch, ' ' | '-' | '.' | '·')) {
        run = pick(atoms, start, run.groups[0], true);
    }
    let next = atoms.get(run.end).map_or(' ', |atom| atom.ch);
    let unit = matches!(
        next,
        '元' | '块' | '折' | '人' | '名' | '分' | '节' | '次' | '年' | '月' | '日' | '天' | '%' | '点' | '米' | '*'
    );
    let loose = matches!(word, "群主" | "管理员" | "扣" | "进群" | "群" | "裙" | "👗" | "君羊");
    let least = if loose { 7 } else { 5 };
    let mobile = loose && is_mobile(&run.digits);
    if run.digits.len() < least
        || run.digits.starts_with('0')
        || unit
        || mobile
        || taken[start..run.end].contains(&true)
    {
        return None;
    }
    taken[start..run.end].fill(true);
    let disguised = !run.plain();
    out.push(Found { kind: ContactKind::Qq, disguised, value: run.digits, start, end: run.end });
    Some(run.end)
}
