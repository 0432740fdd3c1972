//! Where a page leads: in scope, described by the definition, not asked off, every address once.

use super::{Context, FoundLink, dates::day_of};
use crate::domain::{PageRole, Request, UrlKey};
use crate::sources::traps::{TrapReason, trap};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// More links than any list has; the rest is dropped.
pub const MAX_LINKS: usize = 2_000;

/// Gathers links and counts what was dropped.
pub struct Collector<'a> {
    context: &'a Context<'a>,
    page_nofollow: bool,
    links: Vec<FoundLink>,
    seen: BTreeSet<UrlKey>,
    asked_off: usize,
    off_scope: usize,
    undescribed: usize,
    unusable: usize,
    /// How many, and the first.
    traps: BTreeMap<TrapReason, (usize, String)>,
}

impl<'a> Collector<'a> {
    /// For a page; `page_nofollow` drops everything.
    pub fn new(context: &'a Context<'a>, page_nofollow: bool) -> Self {
        let seen = context.manifest.key(&context.page.request).into_iter().collect();
        Self {
            context,
            page_nofollow,
            links: Vec::new(),
            seen,
            asked_off: 0,
            off_scope: 0,
            undescribed: 0,
            unusable: 0,
            traps: BTreeMap::new(),
        }
    }

    /// A link with its address as written; `nofollow` is the link's own wish.
    pub fn add(&mut self, address: Option<&str>, role: PageRole, nofollow: bool) {
        if nofollow || self.page_nofollow {
            self.asked_off += 1;
            return;
        }
        let url = address.map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('#'));
        match url.and_then(|text| self.context.base.join(text).ok()) {
            Some(mut url) if matches!(url.scheme(), "http" | "https") => {
                url.set_fragment(None);
                self.check(&url, role);
            }
            _ => self.unusable += 1,
        }
    }

    fn check(&mut self, url: &Url, role: PageRole) {
        if !self.context.manifest.in_scope(url) {
            self.off_scope += 1;
        } else if self.context.manifest.page_for(role, url.as_str()).is_none() {
            self.undescribed += 1;
        } else if let Some(reason) = trap(url, day_of(self.context.page.fetched_at)) {
            self.traps.entry(reason).or_insert_with(|| (0, url.as_str().chars().take(120).collect())).0 += 1;
        } else {
            self.push(Request::get(url.as_str()), role);
        }
    }

    /// The next page of the same list.
    pub fn page(&mut self, request: Option<Request>) {
        let Some(request) = request else { return };
        if self.page_nofollow {
            self.asked_off += 1;
        } else {
            self.push(request, self.context.page.role);
        }
    }

    fn push(&mut self, request: Request, role: PageRole) {
        let Some(key) = self.context.manifest.key(&request) else {
            self.unusable += 1;
            return;
        };
        if self.links.len() < MAX_LINKS && self.seen.insert(key.clone()) {
            self.links.push(FoundLink { request, role, key });
        }
    }

    /// The links, and notes on what was dropped.
    pub fn finish(self, notes: &mut Vec<String>) -> Vec<FoundLink> {
        for (count, what) in [
            (self.asked_off, "links not followed, as the page asks (nofollow)"),
            (self.off_scope, "links off the source dropped"),
            (self.undescribed, "links dropped that no page of the definition describes"),
            (self.unusable, "links without a usable address"),
        ] {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        }
        for (reason, (count, first)) in self.traps {
            notes.push(format!("{count} links dropped as traps: {reason}, first `{first}`"));
        }
        self.links
    }
}
