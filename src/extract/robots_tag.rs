//! What a page asks of crawlers: `X-Robots-Tag`, `<meta name=robots>`, `rel=nofollow`.

use crate::domain::FetchedPage;

/// Our name, for directives that are addressed to one crawler.
const OUR_NAME: &str = "tanzhao";

/// The two wishes we honour: keep nothing of the page, follow none of its links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Not to be kept.
    pub noindex: bool,
    /// Links not to be followed.
    pub nofollow: bool,
}

impl Wishes {
    /// Of the headers; a directive for another crawler by name does not concern us.
    pub fn of_headers(page: &FetchedPage) -> Self {
        let mut wishes = Self::default();
        for (_, value) in page.headers.iter().filter(|(name, _)| name == "x-robots-tag") {
            wishes.add_header(value);
        }
        wishes
    }

    fn add_header(&mut self, value: &str) {
        // One header may address several crawlers in turn: `googlebot: noindex, otherbot: nofollow`.
        let mut for_us = true;
        for part in value.split(',') {
            let directive = match part.split_once(':') {
                Some((name, rest)) if !is_directive(name) => {
                    for_us = name.trim().eq_ignore_ascii_case(OUR_NAME);
                    rest
                }
                _ => part,
            };
            if for_us {
                self.add(directive);
            }
        }
    }

    /// Of a `<meta>`.
    pub fn add_meta(&mut self, name: &str, content: &str) {
        if name.trim().eq_ignore_ascii_case("robots") || name.trim().eq_ignore_ascii_case(OUR_NAME) {
            content.split(',').for_each(|directive| self.add(directive));
        }
    }

    fn add(&mut self, directive: &str) {
        for word in directive.split_whitespace() {
            let word = word.to_ascii_lowercase();
            self.noindex |= word == "noindex" || word == "none" || word == "noarchive";
            self.nofollow |= word == "nofollow" || word == "none";
        }
    }
}

/// Directives that carry a value after a colon, so that their name is no crawler's.
fn is_directive(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name == "unavailable_after" || name.starts_with("max-")
}

/// Whether a `rel` asks not to follow.
pub fn rel_nofollow(rel: Option<&str>) -> bool {
    rel.is_some_and(|rel| {
        rel.split_whitespace().any(|word| ["nofollow", "ugc", "sponsored"].contains(&&*word.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_meant_for_us_counts() {
        for (header, noindex, nofollow) in [
            ("noindex", true, false),
            ("NoFollow", false, true),
            ("none", true, true),
            ("googlebot: noindex, nofollow", false, false),
            ("googlebot: noindex, tanzhao: nofollow", false, true),
            ("unavailable_after: 25 Jun 2030 15:00:00 PST", false, false),
            ("max-snippet: 20, noindex", true, false),
        ] {
            let mut wishes = Wishes::default();
            wishes.add_header(header);
            assert_eq!((header, wishes), (header, Wishes { noindex, nofollow }));
        }
        assert!(rel_nofollow(Some("external NOFOLLOW")));
        assert!(!rel_nofollow(Some("next")));
    }
}
