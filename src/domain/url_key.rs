//! Canonical addresses: one advertisement, one key.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// Scheme, host and port: the unit of politeness.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostKey(String);

impl HostKey {
    /// The key of an http(s) address.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
        let port = url.port_or_known_default()?;
        Some(Self(format!("{}://{host}:{port}", url.scheme())))
    }

    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the stored form.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which query parameters identify a page of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UrlRule {
    /// Keep all but the well-known tracking parameters.
    #[default]
    DropTracking,
    /// Keep only these, sorted.
    Keep(Vec<String>),
}

/// Parameters that name the visit or the campaign and never the page.
const TRACKING: [&str; 27] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "spm",
    "from",
    "share_token",
    "gclid",
    "fbclid",
    "_t",
    "sid",
    "ssid",
    "sessid",
    "session",
    "sessionid",
    "session_id",
    "session_token",
    "phpsessid",
    "jsessionid",
    "jsession_id",
    "aspsessionid",
    "asp.net_sessionid",
    "cfid",
    "cftoken",
    "zenid",
    "oscsid",
];
/// Parameters of a path segment (`;name=value`) that name a session.
const PATH_SESSIONS: [&str; 5] = ["jsessionid", "phpsessid", "sessionid", "session_id", "sid"];

/// A canonical address; building one twice changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UrlKey(String);

impl UrlKey {
    /// Canonicalises: scheme and host in lower case, default port and fragment dropped, user data dropped, sessions cut
    /// from the path, empty path to `/`, query filtered by `rule` and sorted. `None` for anything but http(s) with a host.
    ///
    /// ```
    /// use tanzhao::domain::{UrlKey, UrlRule};
    /// let key = |text: &str| UrlKey::parse(text, &UrlRule::Keep(vec!["id".into()])).unwrap().to_string();
    /// assert_eq!(key("HTTP://Example.CN:80/ad?from=app&id=7#top"), "http://example.cn/ad?id=7");
    /// ```
    #[must_use]
    pub fn parse(text: &str, rule: &UrlRule) -> Option<Self> {
        Url::parse(text.trim()).ok().and_then(|url| Self::of(&url, rule))
    }

    /// The key of a parsed address.
    #[must_use]
    pub fn of(url: &Url, rule: &UrlRule) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return None;
        }
        let mut url = url.clone();
        url.set_fragment(None);
        let _ = url.set_username("");
        let _ = url.set_password(None);
        if let Some(path) = without_session(url.path()) {
            url.set_path(&path);
        }
        let mut pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .filter(|(key, _)| match rule {
                UrlRule::DropTracking => !is_tracking(key),
                UrlRule::Keep(names) => names.contains(key),
            })
            .collect();
        pairs.sort();
        url.set_query(None);
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Some(Self(url.into()))
    }

    /// A key for one item inside a page that has no address of its own.
    #[must_use]
    pub fn with_item(&self, item: &str) -> Self {
        Self(format!("{}#{item}", self.0))
    }

    /// The pattern of the address: numbers, ids, dates and words in other scripts collapsed, parameters without their values.
    /// Pages of one pattern are made by one program of the site, so they can be given up together.
    ///
    /// ```
    /// use tanzhao::domain::{UrlKey, UrlRule};
    /// let shape = |text: &str| UrlKey::parse(text, &UrlRule::DropTracking).unwrap().shape();
    /// assert_eq!(shape("http://a.cn/cal/2026-12/3?m=1&d=2"), "a.cn/cal/{n}-{n}/{n}?d&m");
    /// assert_eq!(shape("http://a.cn/ad/7f3a9c02be41.html"), "a.cn/ad/{id}");
    /// ```
    #[must_use]
    pub fn shape(&self) -> String {
        let text = self.0.split('#').next().unwrap_or_default();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut shape = String::with_capacity(path.len());
        for (place, segment) in path.split('/').enumerate() {
            if place > 0 {
                shape.push('/');
            }
            push_segment(&mut shape, segment, place == 0);
        }
        for (place, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            shape.push(if place == 0 { '?' } else { '&' });
            push_segment(&mut shape, pair.split('=').next().unwrap_or_default(), false);
        }
        shape
    }

    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the stored form.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Longest word of a path that is taken as its program's own.
const LONGEST_WORD: usize = 24;

fn push_segment(shape: &mut String, segment: &str, host: bool) {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let letters = segment.bytes().filter(u8::is_ascii_alphabetic).count();
    if host {
        shape.push_str(segment);
    } else if segment.contains('%') || letters > LONGEST_WORD {
        shape.push_str("{t}");
    } else if digits >= 4 && letters >= 4 && mixed(segment) {
        shape.push_str("{id}");
    } else {
        let mut number = false;
        for ch in segment.chars() {
            if !ch.is_ascii_digit() {
                shape.push(ch);
            } else if !number {
                shape.push_str("{n}");
            }
            number = ch.is_ascii_digit();
        }
    }
}

/// Whether digits and letters change places too often for a word with a number.
fn mixed(segment: &str) -> bool {
    let kinds: Vec<bool> =
        segment.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.is_ascii_digit()).collect();
    kinds.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 3
}

/// Whether a parameter says nothing of the page; IIS numbers its session parameters (`ASPSESSIONIDQQ...`).
fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING.contains(&name.as_str()) || name.starts_with("aspsessionid")
}

/// The path without `;jsessionid=...` and without the segment `(S(...))` of ASP.NET; `None` when it has neither.
fn without_session(path: &str) -> Option<String> {
    let names_a_session = |part: &str| {
        let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
        PATH_SESSIONS.contains(&name.as_str())
    };
    let is_a_session = |segment: &str| {
        let lower = segment.to_ascii_lowercase();
        lower.starts_with("(s(") && lower.ends_with("))")
    };
    let mut changed = false;
    let mut segments = Vec::new();
    for segment in path.split('/') {
        let mut parts = segment.split(';');
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            if names_a_session(part) {
                changed = true;
            } else {
                kept.push(';');
                kept.push_str(part);
            }
        }
        if is_a_session(&kept) {
            changed = true;
        } else {
            segments.push(kept);
        }
    }
    changed.then(|| segments.join("/"))
}

impl fmt::Display for UrlKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn session_ids_and_order_do_not_matter() {
        let rule = UrlRule::DropTracking;
        let one = UrlKey::parse("http://a.cn/x;jsessionid=9A?b=2&a=1&utm_source=q", &rule);
        assert_eq!(one, UrlKey::parse("http://A.cn/x?a=1&b=2#z", &rule));
        assert_eq!(UrlKey::parse("mailto:a@b.cn", &rule), None);
    }

    #[test]
    fn a_session_is_no_part_of_a_page() {
        for (seen, page) in [
            ("/x;jsessionid=9A", "/x"),
            ("/x;JSESSIONID=9A/y.html", "/x/y.html"),
            ("/x;v=2;sid=1?id=7", "/x;v=2?id=7"),
            ("/(S(lit3py55t21z5v55vlm25s55))/ad.aspx?id=7", "/ad.aspx?id=7"),
            ("/ad.php?PHPSESSID=a1&id=7", "/ad.php?id=7"),
            ("/ad.asp?ASPSESSIONIDQQRTSBCD=x&id=7", "/ad.asp?id=7"),
            ("/ad?session_id=x&CFID=1&CFTOKEN=2&id=7", "/ad?id=7"),
            ("/ad?side=7&session_of=2", "/ad?session_of=2&side=7"),
            ("/x;y=1", "/x;y=1"),
        ] {
            let key = UrlKey::parse(&format!("http://a.cn{seen}"), &UrlRule::DropTracking).map(|key| key.to_string());
            assert_eq!((seen, key), (seen, Some(format!("http://a.cn{page}"))));
        }
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(path in "([a-zA-Z0-9/._;=()%-]{0,30}|(/|;sid=1|;a|\\(S\\(x\\)\\)|jsessionid=2;){0,8})", query in "[a-z0-9=&%一-龥+]{0,30}") {
            for rule in [UrlRule::DropTracking, UrlRule::Keep(vec!["a".into(), "id".into()])] {
                if let Some(once) = UrlKey::parse(&format!("http://h.cn/{path}?{query}"), &rule) {
                    prop_assert_eq!(UrlKey::parse(once.as_str(), &rule), Some(once.clone()));
                }
            }
        }

        #[test]
        fn total_on_any_text(text in "\\PC{0,60}") {
            let _ = UrlKey::parse(&text, &UrlRule::DropTracking).map(|key| key.shape());
        }
    }
}
