//! A page saved as HTML only.
//!
//! The address stands in a comment of the browser or of the `SingleFile` extension, else in the page's own canonical link
//! or `og:url`. Chinese pages keep all of these in ASCII, so they are found before the encoding is known.

use super::{FileError, Found, Limits, PageError, RecordedPage, Sink};
use jiff::Timestamp;
use regex::Regex;
use std::{io::Read, ops::ControlFlow, sync::LazyLock};

/// Comments and links about the page stand in its beginning.
const WINDOW: usize = 1 << 20;

static SAVED_FROM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<!--\s*saved from url=\(\d{1,6}\)(\S+)").ok());
static SINGLE_FILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)(?:\s+saved date:\s*([^\r\n]{1,80}))?").ok()
});
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)<(?:link|meta)\b[^>]{1,4000}>").ok());
static ATTRIBUTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)\b(rel|href|property|name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).ok()
});

/// Reads a saved page.
pub(super) fn read(input: impl Read, limits: &Limits, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, FileError> {
    let limit = limits.body_bytes;
    let mut body = Vec::new();
    input.take(limit as u64 + 1).read_to_end(&mut body).map_err(FileError::Read)?;
    if body.len() > limit {
        return Err(FileError::TooLarge { what: "网页".to_owned(), limit });
    }
    let head = String::from_utf8_lossy(&body[..body.len().min(WINDOW)]).into_owned();
    let where_in_file = "整个文件".to_owned();
    let (url, recorded_at) = address(&head);
    let Some(url) = url else {
        return Ok(sink(Found::Damaged { where_in_file, url: String::new(), error: PageError::NoAddress }));
    };
    if !url.starts_with("http://") && !url.starts_with("https://") {
        let error = PageError::Address { found: url.chars().take(200).collect() };
        return Ok(sink(Found::Damaged { where_in_file, url, error }));
    }
    Ok(sink(Found::Page(Box::new(RecordedPage {
        url,
        method: "GET".to_owned(),
        post_body: None,
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body,
        encoded: None,
        ip: None,
        recorded_at,
        where_in_file,
        looked_at: Some(true),
    }))))
}

/// The address of a saved page and, where it says, the time.
fn address(head: &str) -> (Option<String>, Option<Timestamp>) {
    let by_browser = SAVED_FROM.as_ref().and_then(|form| form.captures(head)).map(|found| unescape(&found[1]));
    if let Some(url) = by_browser {
        return (Some(url), None);
    }
    if let Some(found) = SINGLE_FILE.as_ref().and_then(|form| form.captures(head)) {
        return (Some(unescape(&found[1])), found.get(2).and_then(|date| script_date(date.as_str())));
    }
    let own = |mark: &str, value: &str, address: &str| {
        TAG.as_ref()?.find_iter(head).take(2000).find_map(|tag| {
            let tag = tag.as_str();
            let marked = attribute(tag, mark)?.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(value));
            let url = attribute(tag, address).filter(|_| marked)?;
            // A relative address would need the one that is looked for.
            (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
        })
    };
    (own("rel", "canonical", "href").or_else(|| own("property", "og:url", "content")), None)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let found = ATTRIBUTE.as_ref()?.captures_iter(tag).find(|found| found[1].eq_ignore_ascii_case(name))?;
    let value = found.get(2).or_else(|| found.get(3)).or_else(|| found.get(4))?;
    Some(unescape(value.as_str().trim()))
}

fn unescape(url: &str) -> String {
    url.trim_end_matches("-->").replace("&amp;", "&").replace("&#38;", "&")
}

/// The way a browser's scripts write a date: `Wed Nov 25 2026 10:00:00 GMT+0800 (…)`.
fn script_date(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_ascii_whitespace().take(6).collect();
    Timestamp::strptime("%a %b %d %Y %H:%M:%S GMT%z", words.join(" ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_saved_page() {
        for (case, head, url) in [
            (
                "browser",
                "<!DOCTYPE html>\n<!-- saved from url=(0040)https://chaoyang.58.com/jiajiao/1x.shtml -->\n<html>",
                Some("https://chaoyang.58.com/jiajiao/1x.shtml"),
            ),
            (
                "browser before the page's own claim",
                "<!-- saved from url=(0014)about:internet -->\r\n<link rel=canonical href=https://a.cn/>",
                Some("about:internet"),
            ),
            (
                "canonical",
                "<LINK href='https://a.cn/x?id=1&amp;p=2' data-x=1 rel=\"Canonical\">",
                Some("https://a.cn/x?id=1&p=2"),
            ),
            ("og:url", "<meta content=\"https://b.cn/7\" property='og:url'/>", Some("https://b.cn/7")),
            ("relative", "<link rel=canonical href=/x>", None),
            ("another rel", "<link rel=alternate href=https://m.a.cn/>", None),
        ] {
            assert_eq!((case, address(head).0.as_deref()), (case, url));
        }
        let single = "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://c.cn/9 \n \
                      saved date: Wed Nov 25 2026 10:00:00 GMT+0800 (中国标准时间)\n-->";
        let (url, at) = address(single);
        assert_eq!(url.as_deref(), Some("https://c.cn/9"));
        assert_eq!(at, "2026-11-25T02:00:00Z".parse().ok());
    }
}
