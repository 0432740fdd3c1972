//! Contacts of a listing with their exact places in the original.

mod atoms;
mod broken;
mod cues;
mod glyphs;
mod latin;
mod numbers;
mod qq;
mod run;
#[cfg(test)]
mod tests;
mod wechat;
mod words;

use crate::domain::{Contact, ContactKind, Span};
use std::collections::HashMap;

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
    qq::qqs(&atoms, &mut taken, &mut found);
    numbers::phones(&atoms, &mut taken, &mut found);
    qq::bare(&atoms, &mut taken, &mut found);
    wechat::ids(&atoms, &mut taken, &mut found);
    found.sort_by_key(|item| item.start);
    let mut out: Vec<Contact> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for item in found {
        let span = Span::new(atoms[item.start].start, atoms[item.end - 1].end);
        if let Some(known) = places.get(&item.value).and_then(|place| out.get_mut(*place)) {
            // A number that is both is one contact, and a telephone.
            if item.kind == ContactKind::Phone {
                known.kind = ContactKind::Phone;
            }
            known.disguised |= item.disguised;
            continue;
        }
        places.insert(item.value.clone(), out.len());
        out.push(Contact { kind: item.kind, value: item.value, span, disguised: item.disguised });
    }
    out
}
