//! Masking: people read enough of a contact to recognise it and not enough to use it.
//!
//! Known contacts are replaced where they stand. What only looks like a telephone number is masked as well, because a
//! number of a third party that nobody recognised must not leave the house either.

use crate::domain::{Contact, ContactKind, Span};

/// A stretch of the original text and what is shown instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Which characters it replaces.
    pub span: Span,
    /// What is shown.
    pub shown: String,
}

/// A contact as people see it.
///
/// ```
/// use tanzhao::{domain::{Contact, ContactKind, Span}, evidence::mask_contact};
/// let contact = |kind, value: &str| Contact { kind, value: value.into(), span: Span::new(0, 0), disguised: false };
/// assert_eq!(mask_contact(&contact(ContactKind::Phone, "13900000001")), "139****0001");
/// assert_eq!(mask_contact(&contact(ContactKind::Wechat, "shuxue_wang")), "sh***");
/// ```
#[must_use]
pub fn mask_contact(contact: &Contact) -> String {
    let value: Vec<char> = contact.value.chars().collect();
    let numeric = value.iter().all(char::is_ascii_digit);
    match contact.kind {
        ContactKind::Wechat if !numeric => short(&value),
        ContactKind::Phone | ContactKind::Wechat if value.len() >= 10 => middle(&value),
        _ => short(&value),
    }
}

fn middle(value: &[char]) -> String {
    let head: String = value.iter().take(3).collect();
    let tail: String = value.iter().skip(value.len().saturating_sub(4)).collect();
    format!("{head}****{tail}")
}

fn short(value: &[char]) -> String {
    // Two letters of a three-letter name would be most of it.
    let kept = if value.len() < 5 { 1 } else { 2 };
    format!("{}***", value.iter().take(kept).collect::<String>())
}

/// The text with its contacts masked; spans count in `text`.
///
/// ```
/// use tanzhao::evidence::mask_text;
/// assert_eq!(mask_text("电话１９９０４２１３５１７", &[]), "电话199****3517");
/// ```
#[must_use]
pub fn mask_text(text: &str, contacts: &[Contact]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut replacements = mask_spans(text, contacts).into_iter().peekable();
    for (at, c) in text.chars().enumerate() {
        while replacements.next_if(|next| next.span.end <= at).is_some() {}
        match replacements.peek() {
            Some(next) if next.span.start == at => out.push_str(&next.shown),
            Some(next) if next.span.start < at => {}
            _ => out.push(c),
        }
    }
    out
}

/// What [`mask_text`] would replace: in order, none empty, none overlapping.
#[must_use]
pub fn mask_spans(text: &str, contacts: &[Contact]) -> Vec<Replacement> {
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<Replacement> = Vec::new();
    for contact in contacts {
        let shown = mask_contact(contact);
        let end = contact.span.end.min(chars.len());
        if contact.span.start < end {
            found.push(Replacement { span: Span::new(contact.span.start, end), shown: shown.clone() });
        }
        found.extend(occurrences(&chars, &contact.value).map(|span| Replacement { span, shown: shown.clone() }));
    }
    found.extend(numbers(&chars));
    // The earliest and longest wins; a later one that overlaps it joins it, so that no tail stays readable.
    found.sort_by_key(|one| (one.span.start, std::cmp::Reverse(one.span.end)));
    let mut merged: Vec<Replacement> = Vec::new();
    for next in found {
        match merged.last_mut() {
            Some(last) if last.span.overlaps(next.span) => last.span.end = last.span.end.max(next.span.end),
            _ => merged.push(next),
        }
    }
    merged
}

fn occurrences<'a>(chars: &'a [char], value: &str) -> impl Iterator<Item = Span> + use<'a> {
    let value: Vec<char> = value.chars().collect();
    let length = value.len();
    // A value of a few characters would hit ordinary words.
    let starts = if length >= 4 { chars.len().saturating_sub(length - 1) } else { 0 };
    (0..starts)
        .filter(move |at| chars[*at..*at + length].iter().zip(&value).all(|(a, b)| a.eq_ignore_ascii_case(b)))
        .map(move |at| Span::new(at, at + length))
}

/// The digit a character stands for, in all the dresses advertisements give it.
fn digit(c: char) -> Option<char> {
    const CHINESE: &str = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖";
    const MEANING: &[u8] = b"001234567891123456789";
    let from = |first: char, zero: u32| {
        let offset = (c as u32).checked_sub(first as u32)?;
        char::from_digit(offset.checked_add(zero)?, 10)
    };
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => from('０', 0),
        '①'..='⑨' => from('①', 1),
        '⓪' | '⓿' => Some('0'),
        '❶'..='❾' => from('❶', 1),
        '➀'..='➈' => from('➀', 1),
        '⑴'..='⑼' => from('⑴', 1),
        _ => CHINESE.chars().position(|known| known == c).and_then(|at| MEANING.get(at)).map(|byte| char::from(*byte)),
    }
}

fn is_joint(c: char) -> bool {
    matches!(c, ' ' | '-' | '－' | '—' | '.' | '·' | '。' | '　' | '_' | '\u{fe0f}' | '\u{20e3}' | '\u{200b}')
}

/// Digit runs that could be a telephone or QQ number, whoever it belongs to.
fn numbers(chars: &[char]) -> Vec<Replacement> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if digit(chars[at]).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let (mut end, mut joints, mut pending) = (at, 0, 0);
        let mut digits = Vec::new();
        while let Some(&c) = chars.get(at) {
            if let Some(value) = digit(c) {
                digits.push(value);
                joints += usize::from(pending > 0 && !matches!(chars[at - 1], '\u{fe0f}' | '\u{20e3}'));
                pending = 0;
                end = at + 1;
            } else if is_joint(c) && pending < 3 {
                pending += 1;
            } else {
                break;
            }
            at += 1;
        }
        if is_reachable(&digits, joints > 0) {
            let shown = if digits.len() >= 10 { middle(&digits) } else { short(&digits) };
            found.push(Replacement { span: Span::new(start, end), shown });
        }
    }
    found
}

/// Whether digits could reach somebody. With separators a date (`2026-11-20`) looks much the same, so there it has to
/// hold a mobile number or begin like an area code.
fn is_reachable(digits: &[char], separated: bool) -> bool {
    let mobile = digits.windows(11).any(|window| window[0] == '1' && matches!(window[1], '3'..='9'));
    mobile || (digits.len() >= 7 && (!separated || (digits[0] == '0' && digits.len() >= 10)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contact(kind: ContactKind, value: &str, start: usize, end: usize) -> Contact {
        Contact { kind, value: value.to_owned(), span: Span::new(start, end), disguised: false }
    }

    #[test]
    fn numbers_in_every_dress() {
        for (text, masked) in [
            ("电话19904213517找王老师", "电话199****3517找王老师"),
            ("①⑨⑨⓪④②①③⑤①⑦", "199****3517"),
            ("一九九零四二一三五幺七", "199****3517"),
            ("1 9 9-0421.3517", "199****3517"),
            ("1️⃣9️⃣9️⃣0️⃣4️⃣2️⃣1️⃣3️⃣5️⃣1️⃣7️⃣", "199****3517"),
            ("0421-2800000", "042****0000"),
            ("扣扣2857361", "扣扣28***"),
            ("2026-11-20 开班,每节120元,1800元/10次", "2026-11-20 开班,每节120元,1800元/10次"),
            ("三到六年级 一对一", "三到六年级 一对一"),
        ] {
            assert_eq!(mask_text(text, &[]).trim_end_matches(['\u{fe0f}', '\u{20e3}']), masked, "{text}");
        }
    }

    #[test]
    fn known_contacts_are_masked_where_they_stand_and_where_they_return() {
        let text = "加v: Shuxue_W 报名\n再说一遍shuxue_w";
        let known = [contact(ContactKind::Wechat, "shuxue_w", 4, 12)];
        assert_eq!(mask_text(text, &known), "加v: sh*** 报名\n再说一遍sh***");
        let outside = [contact(ContactKind::Phone, "19904213517", 400, 411)];
        assert_eq!(mask_text("短文", &outside), "短文");
    }

    proptest! {
        #[test]
        fn no_phone_number_survives(before in "[一-龥 ]{0,6}", tail in "[3-9][0-9]{9}", after in "[一-龥0-9 -]{0,6}") {
            let number = format!("1{tail}");
            let masked = mask_text(&format!("{before}{number}{after}"), &[]);
            prop_assert!(!masked.contains(&number), "{}", masked);
        }

        #[test]
        fn total_on_any_text(text in "\\PC{0,40}", start in 0usize..50, length in 0usize..20, value in "[a-z0-9]{0,12}") {
            let known = [contact(ContactKind::Wechat, &value, start, start + length), contact(ContactKind::Qq, "", 3, 9)];
            let spans = mask_spans(&text, &known);
            prop_assert!(spans.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            let _ = mask_text(&text, &known);
        }
    }
}
