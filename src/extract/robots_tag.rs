//! What a page asks of crawlers: `X-Robots-Tag`, `<meta name=robots>`, `rel=nofollow`.

use crate::domain::FetchedPage;

/// Our names, for directives that are addressed to one crawler: the product token we send, and the program's name, which
/// a webmaster may have copied from our page. A test of `app` holds the first.
pub const OUR_NAMES: [&str; 2] = ["tanzhaobot", "tanzhao"];

fn is_ours(name: &str) -> bool {
    OUR_NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}

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
                // The value of `max-image-preview: none` is no directive.
                Some((name, _)) if is_directive(name) => continue,
                Some((name, rest)) => {
                    for_us = is_ours(name);
                    // `tanzhao: max-snippet: 3`
                    if rest.split_once(':').is_some_and(|(name, _)| is_directive(name)) {
                        continue;
                    }
                    rest
                }
                None => part,
            };
            if for_us {
                self.add(directive);
            }
        }
    }

    /// Of a `<meta>`.
    pub fn add_meta(&mut self, name: &str, content: &str) {
        if name.trim().eq_ignore_ascii_case("robots") || is_ours(name) {
            content.split(',').filter(|part| !part.contains(':')).for_each(|directive| self.add(directive));
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
            ("TanzhaoBot: noindex, nofollow", true, true),
            ("tanzhaobot: none", true, true),
            ("noindex, googlebot: nofollow", true, false),
            ("max-image-preview: none", false, false),
            ("unavailable_after: 25 Jun 2030 15:00:00 PST", false, false),
            ("max-snippet: 20, noindex", true, false),
        ] {
            let mut wishes = Wishes::default();
            wishes.add_header(header);
            assert_eq!((header, wishes), (header, Wishes { noindex, nofollow }));
        }
        for (name, content, noindex, nofollow) in [
            ("robots", "noindex, nofollow", true, true),
            ("Robots", "ALL", false, false),
            ("TanzhaoBot", "noindex", true, false),
            ("tanzhao", "nofollow", false, true),
            ("googlebot", "none", false, false),
            ("robots", "noarchive", true, false),
            ("baiduspider", "noindex", false, false),
        ] {
            let mut wishes = Wishes::default();
            wishes.add_meta(name, content);
            assert_eq!((name, content, wishes), (name, content, Wishes { noindex, nofollow }));
        }
        for (rel, asks) in [
            ("external NOFOLLOW", true),
            ("ugc", true),
            ("noopener sponsored", true),
            ("next", false),
            ("nofollowed", false),
            ("", false),
        ] {
            assert_eq!((rel, rel_nofollow(Some(rel))), (rel, asks));
        }
        assert!(!rel_nofollow(None));
    }

    #[test]
    fn several_headers_add_up() {
        let mut page = FetchedPage {
            source: crate::domain::SourceId("s".into()),
            role: crate::domain::PageRole::Detail,
            request: crate::domain::Request::get("http://a.cn/"),
            final_url: "http://a.cn/".into(),
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            fetched_at: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(Wishes::of_headers(&page), Wishes::default());
        for (value, noindex, nofollow) in [
            ("otherbot: noindex", false, false),
            ("TanzhaoBot: nofollow", false, true),
            ("max-image-preview: none", false, true),
            ("noindex", true, true),
        ] {
            page.headers.push(("x-robots-tag".into(), value.into()));
            assert_eq!((value, Wishes::of_headers(&page)), (value, Wishes { noindex, nofollow }));
        }
    }
}
