//! Contacts of a listing with their exact places in the original.

mod atoms;
mod cues;
mod numbers;
mod wechat;

use crate::domain::{Contact, ContactKind, Span};

/// A contact by atom indices.
#[derive(Clone, Debug)]
struct Found {
    kind: ContactKind,
    value: String,
    start: usize,
    end: usize,
    disguised: bool,
}

/// Finds telephone numbers, `WeChat` ids and QQ numbers in an original text, each value once, in reading order.
///
/// ```
/// use tanzhao::signals::contacts::contacts;
/// let found = contacts("薇❤ biguan_zl88,电话①⑨⑨⓪④②① 6681");
/// assert_eq!(found[0].value, "biguan_zl88");
/// assert_eq!((found[1].value.as_str(), found[1].disguised), ("19904216681", true));
/// ```
#[must_use]
pub fn contacts(original: &str) -> Vec<Contact> {
    let atoms = atoms::atoms(original);
    let mut taken = vec![false; atoms.len()];
    let mut found = Vec::new();
    numbers::qqs(&atoms, &mut taken, &mut found);
    numbers::phones(&atoms, &mut taken, &mut found);
    wechat::ids(&atoms, &mut taken, &mut found);
    found.sort_by_key(|item| item.start);
    let mut out: Vec<Contact> = Vec::new();
    for item in found {
        let span = Span::new(atoms[item.start].start, atoms[item.end - 1].end);
        if let Some(known) = out.iter_mut().find(|known| known.value == item.value) {
            // A number that is both is one contact, and a telephone.
            if item.kind == ContactKind::Phone {
                known.kind = ContactKind::Phone;
            }
            known.disguised |= item.disguised;
            continue;
        }
        out.push(Contact { kind: item.kind, value: item.value, span, disguised: item.disguised });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<String> {
        contacts(text).iter().map(|c| format!("{} {} {}", c.kind, c.value, c.span.slice(text))).collect()
    }

    #[test]
    fn written_in_many_ways() {
        for (text, expected) in [
            ("周一19904210001联系", "phone 19904210001 19904210001"),
            ("一九九 零四二一 三一九零", "phone 19904213190 一九九 零四二一 三一九零"),
            ("电1⃣9⃣9⃣0⃣4⃣2⃣1⃣2⃣3⃣5⃣1⃣", "phone 19904212351 1⃣9⃣9⃣0⃣4⃣2⃣1⃣2⃣3⃣5⃣1⃣"),
            ("打19904217752,v同号", "phone 19904217752 19904217752"),
            ("加V 19904214508", "wechat 19904214508 19904214508"),
            ("电/薇:19904214508", "phone 19904214508 19904214508"),
            ("咨询0421-6630187", "phone 04216630187 0421-6630187"),
            ("扣扣:28119042", "qq 28119042 28119042"),
            ("🐧 ②②⑥⑥①⑨⓪④③⑦", "qq 2266190437 ②②⑥⑥①⑨⓪④③⑦"),
            ("客服微信:juan48_kf。", "wechat juan48_kf juan48_kf"),
            ("400-772-5496", "phone 4007725496 400-772-5496"),
            ("199中间0421后面8812", "phone 19904218812 199中间0421后面8812"),
            ("V:lily_⑧⑧x", "wechat lily_88x lily_⑧⑧x"),
            ("号码 I99O42I3356", "phone 19904213356 I99O42I3356"),
            ("0421-2800012,一经查实", "phone 04212800012 0421-2800012"),
            ("🐧2719904210 一个娃", "qq 2719904210 2719904210"),
            ("199*0421*8812", "phone 19904218812 199*0421*8812"),
            ("微.信 lily2020", "wechat lily2020 lily2020"),
            ("薇 l i l y _ 2 0", "wechat lily_20 l i l y _ 2 0"),
            ("➕我lily2020。", "wechat lily2020 lily2020"),
            ("电话2813366", "phone 2813366 2813366"),
        ] {
            assert_eq!(read(text).join(";"), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_contact() {
        for text in [
            "139****0001",
            "139xxxx0001",
            "单号13900000001",
            "2025-11-20 19:30",
            "学费1880/1980/2080元",
            "3-502室",
            "每次150 8次1100",
            "扣1报名",
            "身份证号211302199001011234",
            "mail: abc_def@qq.com",
            "www.some-site.com",
            "19904212345@139.com",
            "初一班1对1",
        ] {
            assert_eq!(read(text), Vec::<String>::new(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn total_and_inside(text in "[一九0-9 ①⑨vVqQ扣微信薇:：a-z_❤\u{fe0f}\u{20e3}。\\-@.]{0,60}") {
            for contact in contacts(&text) {
                prop_assert!(!contact.span.slice(&text).is_empty());
                prop_assert!(contact.span.end <= text.chars().count());
            }
        }
    }
}
