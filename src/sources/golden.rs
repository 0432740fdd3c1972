//! Golden pages: a saved page of a source beside its definition, and what it has to yield.
//!
//! A definition that is changed is tried on them by `source check`; a site that has changed gets a new one. They are the
//! canaries of a definition.

use super::{
    manifest::{in_scope, page_for},
    pages::PageDef,
    reader::{Fields, Problems, Read, quoted},
    rules,
};
use crate::domain::{PageRole, Request};
use jiff::civil::Date;
use url::Url;

/// One saved page with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// Which kind of page it is.
    pub role: PageRole,
    /// What was asked for it.
    pub request: Request,
    /// The saved body, relative to the definition.
    pub file: String,
    /// The day it was saved, which «yesterday» on it counts from.
    pub saved: Date,
    /// What it has to yield, in the order of [`Expected::ALL`].
    pub expect: Vec<(Expected, String)>,
}

/// What can be expected of a golden page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// The first listing's title.
    Title,
    /// Words in the first listing's text.
    Body,
    /// The first listing's author.
    Author,
    /// The first listing's price.
    Price,
    /// The first listing's place.
    Location,
    /// The first listing's city.
    SiteCity,
    /// The first listing's day, `2026-11-25`.
    PostedAt,
    /// Characters of a contact, as they stand in any listing.
    Contact,
    /// The number of listings.
    Listings,
    /// The number of links.
    Links,
}

impl Expected {
    /// All.
    pub const ALL: [Self; 10] = [
        Self::Title,
        Self::Body,
        Self::Author,
        Self::Price,
        Self::Location,
        Self::SiteCity,
        Self::PostedAt,
        Self::Contact,
        Self::Listings,
        Self::Links,
    ];

    /// The name in definitions.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
            Self::Author => "author",
            Self::Price => "price",
            Self::Location => "location",
            Self::SiteCity => "site_city",
            Self::PostedAt => "posted_at",
            Self::Contact => "contact",
            Self::Listings => "listings",
            Self::Links => "links",
        }
    }
}

/// Checks the `[[golden]]` of a file; `pages` is `None` when a page was not understood.
pub fn goldens(top: &Fields, problems: &Problems, hosts: &[String], pages: Option<&Vec<PageDef>>) -> Vec<Golden> {
    top.tables("golden").into_iter().filter_map(|table| golden(table, problems, hosts, pages)).collect()
}

fn golden(table: Fields, problems: &Problems, hosts: &[String], pages: Option<&Vec<PageDef>>) -> Option<Golden> {
    let role = rules::role(&table, problems, "role").map(|read| read.value);
    let url = table.required_text("url", "the address that the page was saved from");
    let post_body = table.text("body").map(|read| read.value);
    let file =
        table.required_text("file", "the saved page, relative to this file").and_then(|read| relative(&read, problems));
    table.require("saved", "the day the page was saved");
    let saved = table.date("saved").map(|read| read.value);
    if let Some(url) = &url {
        address(url, role, problems, hosts, pages);
    }
    table.require("expect", "a table of what the page yields");
    let expect = table.table("expect").map(|table| expectations(table, problems)).unwrap_or_default();
    table.finish();
    Some(Golden { role: role?, request: Request { url: url?.value, post_body }, file: file?, saved: saved?, expect })
}

fn address(
    url: &Read<String>,
    role: Option<PageRole>,
    problems: &Problems,
    hosts: &[String],
    pages: Option<&Vec<PageDef>>,
) {
    let in_scope = Url::parse(&url.value).is_ok_and(|parsed| hosts.is_empty() || in_scope(hosts, &parsed));
    let described = match (role, pages) {
        (Some(role), Some(pages)) => page_for(pages, role, &url.value).is_some(),
        _ => true,
    };
    if !in_scope {
        url.wrong(problems, quoted(&url.value), format!("an address on {}", hosts.join(", ")));
    } else if !described {
        url.wrong(problems, quoted(&url.value), "an address that the url_pattern of a [[page]] of its role fits");
    }
}

/// A path that stays below the folder of the definition.
fn relative(read: &Read<String>, problems: &Problems) -> Option<String> {
    let steps_fit = read.value.split('/').all(|step| !matches!(step, "" | "." | ".."));
    if steps_fit && !read.value.contains(['\\', ':']) {
        return Some(read.value.clone());
    }
    read.wrong(problems, quoted(&read.value), "a path below the folder of this file, such as golden/page.html");
    None
}

fn expectations(table: Fields, problems: &Problems) -> Vec<(Expected, String)> {
    let mut expect = Vec::new();
    for what in Expected::ALL {
        let value = match what {
            Expected::Listings | Expected::Links => {
                table.number(what.code(), 0..2_001).map(|read| read.value.to_string())
            }
            Expected::PostedAt => table.date(what.code()).map(|read| read.value.to_string()),
            _ => table.text(what.code()).map(|read| {
                if read.value.trim().is_empty() {
                    read.wrong(problems, "an empty string", "what the page yields");
                }
                read.value
            }),
        };
        expect.extend(value.map(|value| (what, value)));
    }
    if expect.is_empty() {
        table.wrong("title", "nothing expected", "at least one field or count");
    }
    table.finish();
    expect
}
