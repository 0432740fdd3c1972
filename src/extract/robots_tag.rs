//! What a page asks of crawlers: `X-Robots-Tag`, `<meta name=robots>`, `rel=nofollow`.

use super::dates::SHANGHAI;
use crate::domain::FetchedPage;
use jiff::{
    Timestamp,
    civil::{DateTime, Time},
};

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
            wishes.add_header(value, page.fetched_at);
        }
        wishes
    }

    fn add_header(&mut self, value: &str, fetched_at: Timestamp) {
        // One header may address several crawlers in turn: `googlebot: noindex, otherbot: nofollow`.
        let mut for_us = true;
        for part in parts(value) {
            let directive = match part.split_once(':') {
                Some((name, rest)) if !is_directive(name) => {
                    for_us = is_ours(name);
                    rest
                }
                _ => part.as_str(),
            };
            if for_us {
                self.add(directive, fetched_at);
            }
        }
    }

    /// Of a `<meta>`.
    pub fn add_meta(&mut self, name: &str, content: &str, fetched_at: Timestamp) {
        if name.trim().eq_ignore_ascii_case("robots") || is_ours(name) {
            for directive in parts(content) {
                self.add(&directive, fetched_at);
            }
        }
    }

    fn add(&mut self, directive: &str, fetched_at: Timestamp) {
        if let Some((name, value)) = directive.split_once(':') {
            // The value of `max-image-preview: none` is no directive.
            let expires = name.trim().eq_ignore_ascii_case(EXPIRES).then(|| end_of(value)).flatten();
            self.noindex |= expires.is_some_and(|end| end < fetched_at);
            return;
        }
        for word in directive.split_whitespace() {
            let word = word.to_ascii_lowercase();
            self.noindex |= word == "noindex" || word == "none" || word == "noarchive";
            self.nofollow |= word == "nofollow" || word == "none";
        }
    }
}

/// The directive with a date, after which a page is not to be kept.
const EXPIRES: &str = "unavailable_after";

/// Directives that carry a value after a colon, so that their name is no crawler's.
fn is_directive(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name == EXPIRES || name.starts_with("max-")
}

/// Cuts at commas, but not at the one behind the weekday of a date; the weekday, which adds nothing, is left out.
fn parts(value: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut unfinished = false;
    for part in value.split(',') {
        let goes_on = unfinished && part.trim_start().starts_with(|c: char| c.is_ascii_digit());
        match parts.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(part),
            None => parts.push(part.to_owned()),
        }
        unfinished = false;
        if let Some(last) = parts.last_mut()
            && let Some((head, end)) = last.rsplit_once(':')
            && head.trim_end().to_ascii_lowercase().ends_with(EXPIRES)
            && is_weekday(end)
        {
            let kept = head.len() + 1;
            last.truncate(kept);
            unfinished = true;
        }
    }
    parts
}

fn is_weekday(word: &str) -> bool {
    let start = word.trim().get(..3).unwrap_or_default().to_ascii_lowercase();
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&start.as_str())
}

/// The moment a date ends: RFC 822, RFC 850 or ISO 8601, as Google reads it
/// (developers.google.com/search/docs/crawling-indexing/robots-meta-tag). A day ends when it is over; what names no zone, and
/// `CST`, is China's time. What is no date is no wish.
fn end_of(value: &str) -> Option<Timestamp> {
    let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Ok(at) = value.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = value.parse::<DateTime>() {
        let over = if value.contains(':') { at } else { at.date().tomorrow().ok()?.to_datetime(Time::midnight()) };
        return SHANGHAI.to_timestamp(over).ok();
    }
    // RFC 850 writes `25-Jun-26`; with blanks it is the obsolete form of RFC 2822, which is that of RFC 822.
    let (day, rest) = value.split_once(' ').filter(|(day, _)| day.contains('-')).unwrap_or(("", &value));
    let mut date = format!("{} {rest}", day.replace('-', " "));
    let zone = date.rsplit(' ').next().unwrap_or_default().to_owned();
    if zone.eq_ignore_ascii_case("cst") {
        date.truncate(date.len() - zone.len());
    }
    if zone.eq_ignore_ascii_case("cst") || zone.contains(':') {
        date.push_str(" +0800");
    }
    jiff::fmt::rfc2822::parse(date.trim()).ok().map(|at| at.timestamp())
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

    fn now() -> Timestamp {
        "2026-11-25T12:00:00+08:00".parse().expect("a time")
    }

    #[test]
    fn a_page_is_not_kept_after_its_date() {
        for (date, over) in [
            // RFC 822, with and without weekday, two digits for the year.
            ("Wed, 25 Nov 2026 03:59:59 GMT", true),
            ("Wed, 25 Nov 2026 04:00:01 GMT", false),
            ("25 Nov 2026 11:59:59 +0800", true),
            ("24 Nov 26 19:00:00 EST", true),
            ("25 Jun 2030 15:00:00 PST", false),
            // RFC 850, and the form of Google's first examples.
            ("Wednesday, 25-Nov-26 03:59:59 GMT", true),
            ("Wednesday, 25-Nov-26 04:00:01 GMT", false),
            ("25-Aug-2007 15:00:00 EST", true),
            ("25-Aug-2027 15:00:00 EST", false),
            // ISO 8601.
            ("2026-11-25T03:59:59Z", true),
            ("2026-11-25T12:00:01+08:00", false),
            ("2026-11-25 11:59", true),
            ("2026-11-25 12:01:00", false),
            ("2026-11-24", true),
            ("2026-11-25", false),
            // The zone of this country.
            ("25 Nov 2026 11:59:59 CST", true),
            ("25 Nov 2026 12:00:01 CST", false),
            ("25 Nov 2026 11:59:59", true),
            ("25 Nov 2026 12:00:01", false),
            // No date.
            ("", false),
            ("Wed", false),
            ("soon", false),
            ("31 Feb 2020 10:00:00 GMT", false),
        ] {
            let end = Wishes { noindex: over, nofollow: false };
            let (mut meta, mut header, mut named) = (Wishes::default(), Wishes::default(), Wishes::default());
            meta.add_meta("robots", &format!("unavailable_after: {date}"), now());
            header.add_header(&format!("Unavailable_After:{date}"), now());
            named.add_header(&format!("googlebot: noindex, tanzhaobot: unavailable_after: {date}"), now());
            assert_eq!((date, meta, header, named), (date, end, end, end));
            let mut other = Wishes::default();
            other.add_header(&format!("googlebot: unavailable_after: {date}, max-snippet: 0"), now());
            assert_eq!((date, other), (date, Wishes::default()));
            let mut more = Wishes::default();
            more.add_header(&format!("unavailable_after: {date}, nofollow"), now());
            assert_eq!((date, more), (date, Wishes { noindex: over, nofollow: true }));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_directive_is_read_or_passed_by(value in "(unavailable_after:|[a-zA-Z0-9 ,:+-])*|.*") {
            let mut wishes = Wishes::default();
            wishes.add_header(&value, now());
            wishes.add_meta("robots", &value, now());
        }
    }

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
            wishes.add_header(header, now());
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
            wishes.add_meta(name, content, now());
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
