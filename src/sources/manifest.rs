//! A checked source definition.

use super::{ManifestError, PageDef, check, golden::Golden};
use crate::domain::{PageRole, QuietHours, Request, SourceId, SourceKind, UrlKey, UrlRule};
use jiff::civil::Date;
use std::time::Duration;
use url::Url;

/// Whether a person has compared the definition with the real site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Compared and in use.
    Active,
    /// Written from general knowledge; not to be swept before a person has compared it.
    Unverified {
        /// The day it was written.
        since: Date,
    },
}

/// Whether the scripts of a source's pages are run before reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RenderMode {
    /// The bytes are read as they come.
    #[default]
    Never,
    /// Only a page that is an empty shell without its scripts.
    Auto,
    /// Every page but JSON; without a browser the source cannot be read.
    Always,
}

/// How gently the source is read. Configuration may be slower, never faster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The least time between two requests to one host.
    pub min_delay: Duration,
    /// The most requests in one day, robots.txt included.
    pub daily_budget: u32,
    /// When it is not asked at all, Asia/Shanghai.
    pub quiet: Vec<QuietHours>,
}

/// How much of the source one sweep may remember and follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most pages of one sweep.
    pub pages: u32,
    /// Pages of one address pattern in a row that bring nothing new, after which the pattern is left.
    pub barren: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { pages: 100_000, barren: 50 }
    }
}

/// What a healthy page yields; less or more is a sign that the site has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yield {
    /// The least and the most listings (or links to listings) of one index page.
    pub listings_per_index: (u32, u32),
}

/// A source we may read, with everything needed to read it.
#[derive(Clone, Debug)]
pub struct SourceManifest {
    /// Unique name, lower-case letters, digits and hyphens.
    pub id: SourceId,
    /// The name people read.
    pub name: String,
    /// What kind of site it is.
    pub kind: SourceKind,
    /// Whether it may be swept.
    pub status: Status,
    /// By what right the site is read.
    pub legal_basis: String,
    /// Who answers for it.
    pub responsible: String,
    /// What is known of the site's robots.txt and terms.
    pub robots: String,
    /// Why crawlers are kept out, for a platform that is closed to them. Such a source has no entries: its pages
    /// come from captures that a person records (ruling 20).
    pub closed: Option<String>,
    /// The city that the site files its posts under.
    pub site_city: Option<String>,
    /// Encoding to assume when the page does not say; a label of the WHATWG encoding standard.
    pub charset: Option<String>,
    /// Whether the pages are empty without running their scripts.
    pub render: RenderMode,
    /// Further hosts that scripts may ask, beside `hosts`: an API or a store of scripts. Their pages are not in scope.
    pub render_hosts: Vec<String>,
    /// Which query parameters identify a page.
    pub url_rule: UrlRule,
    /// The hosts in scope, `host` (default port) or `host:port`.
    pub hosts: Vec<String>,
    /// Politeness.
    pub pace: Pace,
    /// Who runs the platform, where it has other sites too: all of them share one clock.
    pub operator: Option<String>,
    /// Bounds of a sweep.
    pub budget: Budget,
    /// How many links away from an entry a page may be.
    pub max_depth: u32,
    /// What is normal.
    pub expect: Yield,
    /// Where a sweep begins.
    pub entry: Vec<(PageRole, Request)>,
    /// The kinds of pages.
    pub pages: Vec<PageDef>,
    /// Saved pages that the definition is tried on.
    pub golden: Vec<Golden>,
}

impl SourceManifest {
    /// Whether an address belongs to this source.
    #[must_use]
    pub fn in_scope(&self, url: &Url) -> bool {
        in_scope(&self.hosts, url)
    }

    /// Whether a script of a page may ask this address.
    #[must_use]
    pub fn may_render_from(&self, url: &Url) -> bool {
        self.in_scope(url) || in_scope(&self.render_hosts, url)
    }

    /// The first page definition of that role whose pattern fits.
    #[must_use]
    pub fn page_for(&self, role: PageRole, url: &str) -> Option<&PageDef> {
        page_for(&self.pages, role, url)
    }

    /// The key of a request: the canonical address, and the body where there is one, so that the pages of a POST list
    /// differ.
    #[must_use]
    pub fn key(&self, request: &Request) -> Option<UrlKey> {
        let key = UrlKey::parse(&request.url, &self.url_rule)?;
        Some(match &request.post_body {
            Some(body) => key.with_item(body),
            None => key,
        })
    }
}

/// Whether an address is http(s) on one of the hosts.
pub(super) fn in_scope(hosts: &[String], url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https") {
        return false;
    }
    let Some(host) = url.host_str().map(|host| host.trim_end_matches('.').to_ascii_lowercase()) else {
        return false;
    };
    // `Url::port` is `None` for the scheme's default port.
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    let with_default = url.port_or_known_default().map(|port| format!("{host}:{port}"));
    hosts.iter().any(|allowed| {
        with_port.as_ref().map_or(*allowed == host, |full| allowed == full) || with_default.as_ref() == Some(allowed)
    })
}

/// The first page definition of that role whose pattern fits.
pub(super) fn page_for<'a>(pages: &'a [PageDef], role: PageRole, url: &str) -> Option<&'a PageDef> {
    pages.iter().find(|page| page.role == role && page.url_pattern.is_match(url))
}

/// Reads a definition.
///
/// # Errors
/// Every problem found, in the order of the file.
pub fn parse(file: &str, text: &str) -> Result<SourceManifest, Vec<ManifestError>> {
    parse_with(file, text, &[])
}

/// Reads a definition after putting `value` for every `${name}`.
///
/// ```
/// let problems = tanzhao::sources::parse_with("x.toml", "id = \"${WHO}\"", &[("WHO", "大")]).unwrap_err();
/// assert!(problems.iter().any(|problem| problem.field == "id" && problem.line == 1));
/// ```
///
/// # Errors
/// Every problem found, in the order of the file; a placeholder without a value is one.
pub fn parse_with(file: &str, text: &str, values: &[(&str, &str)]) -> Result<SourceManifest, Vec<ManifestError>> {
    let mut filled = text.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("${{{name}}}"), value);
    }
    check::manifest(file, &filled)
}
