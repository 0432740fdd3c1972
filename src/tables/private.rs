//! Columns and words that would tell who complained, or name a child.

use super::{FileKind, header::Word};
use crate::{domain::ContactKind, evidence::mask_spans, signals::contacts::contacts};

/// Whoever it is about: never imported from any file.
const ALWAYS: &[&str] = &[
    "投诉人",
    "举报人",
    "来电人",
    "来电号码",
    "来电电话",
    "主叫",
    "反映人",
    "信访人",
    "申诉人",
    "诉求人",
    "求助人",
    "报料人",
    "爆料人",
    "检举人",
    "市民姓名",
    "市民电话",
    "群众姓名",
    "群众电话",
    "来信人",
    "来访人",
    "家长",
    "监护人",
    "孩子",
    "学生姓名",
    "学员姓名",
    "学生电话",
    "子女",
    "儿童姓名",
    "受害人",
];
/// In a list of complaints also these are the complainant's, because nothing says otherwise.
const IN_REPORTS: &[&str] = &[
    "身份证",
    "证件号",
    "姓名",
    "联系人",
    "电话",
    "手机",
    "联系方式",
    "微信",
    "住址",
    "家庭",
    "学生",
    "邮箱",
    "性别",
    "年龄",
];
/// These are about the one complained about, or only count people.
const ABOUT_THE_SUBJECT: &[&str] =
    &["被投诉", "被举报", "被反映", "机构", "人数", "次数", "是否", "涉及", "承办", "经办", "受理人"];

/// The word for which a column is taken as the identity of a complainant or a child.
pub(super) fn identity(kind: FileKind, header: &Word) -> Option<&'static str> {
    if ABOUT_THE_SUBJECT.iter().any(|word| header.full.contains(word)) {
        return None;
    }
    let more: &[&'static str] = if kind == FileKind::Reports { IN_REPORTS } else { &[] };
    ALWAYS.iter().chain(more).copied().find(|word| header.full.contains(word))
}

/// In front of a name.
const BEFORE_NAMES: &[&str] = &[
    "我叫",
    "我是家长",
    "孩子叫",
    "孩子名叫",
    "儿子叫",
    "女儿叫",
    "学生叫",
    "姓名:",
    "姓名：",
    "投诉人:",
    "投诉人：",
    "举报人:",
    "举报人：",
    "来电人:",
    "来电人：",
    "反映人:",
    "反映人：",
    "联系人:",
    "联系人：",
    "家长:",
    "家长：",
    "市民:",
    "市民：",
];

/// A complaint's text without numbers, ids and the names that are announced as such.
///
/// What the program does not recognise stays, so people still read it before it leaves the house.
pub(super) fn without_identity(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    // Spans [start, end) and what stands there instead.
    let mut hidden: Vec<(usize, usize, &str)> = Vec::new();
    let mut known = contacts(text);
    known.retain(|contact| contact.kind != ContactKind::Phone);
    hidden.extend(known.iter().map(|contact| (contact.span.start, contact.span.end, "〔账号〕")));
    hidden.extend(mask_spans(text, &[]).iter().map(|one| (one.span.start, one.span.end, "〔号码〕")));
    for word in BEFORE_NAMES {
        let word: Vec<char> = word.chars().collect();
        for at in 0..chars.len().saturating_sub(word.len()) {
            if chars.iter().skip(at).zip(&word).take(word.len()).all(|(a, b)| a == b) {
                let start = at + word.len();
                let name =
                    chars.iter().skip(start).take(3).take_while(|c| ('\u{4e00}'..='\u{9fff}').contains(*c)).count();
                if name >= 2 {
                    hidden.push((start, start + name, "〔姓名〕"));
                }
            }
        }
    }
    hidden.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, mut end, shown) in hidden {
        if start < at {
            // Overlaps the one before: nothing of it may show.
            at = at.max(end);
            continue;
        }
        // The check digit of an identity number.
        if shown == "〔号码〕" && matches!(chars.get(end), Some('X' | 'x' | 'Ｘ')) {
            end += 1;
        }
        out.extend(chars.iter().skip(at).take(start - at));
        out.push_str(shown);
        at = end;
    }
    out.extend(chars.iter().skip(at));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_of_identity() {
        let refused = |kind: FileKind, header: &str| identity(kind, &Word::of(header)).is_some();
        for header in [
            "投诉人",
            "举报人姓名",
            "来电号码",
            "联系电话",
            "身份证号码",
            "家长姓名",
            "孩子年级",
            "姓名",
            "反映人手机",
            "市民姓名",
        ] {
            assert!(refused(FileKind::Reports, header), "{header}");
        }
        for header in
            ["被投诉人", "被举报人电话", "机构电话", "学生人数", "投诉内容", "投诉编号", "承办人", "机构联系人"]
        {
            assert!(!refused(FileKind::Reports, header), "{header}");
        }
        assert!(refused(FileKind::Records, "举报人") && !refused(FileKind::Registry, "联系电话"));
    }

    #[test]
    fn texts_lose_what_identifies() {
        for (text, kept) in [
            ("我叫李小明，电话13900000001", "我叫〔姓名〕，电话〔号码〕"),
            ("身份证21130219900101123X，在双塔区补课", "身份证〔号码〕，在双塔区补课"),
            ("加微信 shuxue_wang 报名，每节120元", "加微信 〔账号〕 报名，每节120元"),
            ("2026-11-20 上午在龙山街补课", "2026-11-20 上午在龙山街补课"),
        ] {
            assert_eq!(without_identity(text), kept);
        }
    }

    proptest! {
        #[test]
        fn no_number_survives(before in "[一-龥，。 ]{0,12}", tail in "[3-9][0-9]{9}", after in "[一-龥，。 ]{0,12}") {
            let number = format!("1{tail}");
            let kept = without_identity(&format!("{before}{number}{after}"));
            prop_assert!(!kept.contains(&number), "{}", kept);
        }

        #[test]
        fn total_on_any_text(text in "\\PC{0,60}") {
            let _ = without_identity(&text);
        }
    }
}
