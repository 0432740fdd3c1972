//! Scripts and style sheets kept for the length of a sweep, so that a site is asked once for what all its pages use.

use super::Supplied;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Bytes kept, all sites together; beyond it nothing new is kept.
const SHELF_BYTES: usize = 32 << 20;

/// The kept answers.
#[derive(Debug, Default)]
pub struct Shelf {
    kept: Mutex<(usize, HashMap<String, Supplied>)>,
}

impl Shelf {
    /// What is kept under an address.
    pub(super) fn get(&self, url: &str) -> Option<Supplied> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).1.get(url).cloned()
    }

    /// Keeps a whole script or style sheet, unless the site asks not to.
    pub(super) fn keep(&self, kind: &str, url: &str, no_store: bool, answer: &Supplied) {
        let Supplied::Answer { status: 200, body, .. } = answer else { return };
        if no_store || !matches!(kind, "Script" | "Stylesheet") {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.saturating_add(body.len()) <= SHELF_BYTES && kept.1.insert(url.to_owned(), answer.clone()).is_none() {
            kept.0 += body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_scripts_and_styles_are_kept_and_never_too_much() {
        let shelf = Shelf::default();
        let answer = |status, bytes| Supplied::Answer { status, headers: Vec::new(), body: vec![b' '; bytes] };
        shelf.keep("Script", "http://a.cn/a.js", false, &answer(200, 9));
        shelf.keep("Script", "http://a.cn/b.js", true, &answer(200, 9));
        shelf.keep("Script", "http://a.cn/c.js", false, &answer(404, 9));
        shelf.keep("XHR", "http://a.cn/list", false, &answer(200, 9));
        shelf.keep("Script", "http://a.cn/huge.js", false, &answer(200, SHELF_BYTES));
        assert_eq!(shelf.get("http://a.cn/a.js"), Some(answer(200, 9)));
        for url in ["b.js", "c.js", "list", "huge.js"] {
            assert_eq!(shelf.get(&format!("http://a.cn/{url}")), None, "{url}");
        }
    }
}
