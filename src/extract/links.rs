//! Where a page leads: in scope, described by the definition, not asked off, every address once.

use super::{Context, FoundLink};
use crate::domain::{PageRole, Request, UrlKey};
use crate::sources::ParamPlace;
use serde_json::Value;
use std::collections::BTreeSet;
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
        self.links
    }
}

/// The request for the next page number, within the range from `first` to `max`.
pub fn next_number(
    request: &Request,
    place: &ParamPlace,
    (first, max): (u32, u32),
    notes: &mut Vec<String>,
) -> Option<Request> {
    let current = current(request, place).and_then(|text| text.parse().ok()).unwrap_or(first);
    let next = current.checked_add(1)?;
    if next > max {
        notes.push(format!("page {current} is the last the definition allows"));
        return None;
    }
    with(request, place, &Value::from(next), notes)
}

/// The request for the page behind a cursor; a cursor that leads to itself is the end.
pub fn next_cursor(request: &Request, place: &ParamPlace, cursor: &Value, notes: &mut Vec<String>) -> Option<Request> {
    if super::lookup::text_of(cursor) == current(request, place) {
        notes.push("the cursor leads to the same page".to_owned());
        return None;
    }
    with(request, place, cursor, notes)
}

fn current(request: &Request, place: &ParamPlace) -> Option<String> {
    match place {
        ParamPlace::Query { param } => {
            let url = Url::parse(&request.url).ok()?;
            url.query_pairs().find(|(key, _)| key == param).map(|(_, value)| value.into_owned())
        }
        ParamPlace::Body { pointer } => {
            let body: Value = serde_json::from_str(request.post_body.as_deref()?).ok()?;
            super::lookup::text_of(body.pointer(pointer)?)
        }
    }
}

fn with(request: &Request, place: &ParamPlace, value: &Value, notes: &mut Vec<String>) -> Option<Request> {
    match place {
        ParamPlace::Query { param } => {
            let mut url = Url::parse(&request.url).ok()?;
            let others: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(key, _)| key != param)
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect();
            url.query_pairs_mut().clear().extend_pairs(others).append_pair(param, &super::lookup::text_of(value)?);
            Some(Request { url: url.into(), post_body: request.post_body.clone() })
        }
        ParamPlace::Body { pointer } => {
            let body = request.post_body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
            let Some(mut body) = body.filter(|body| body.pointer(pointer).is_some()) else {
                notes.push(format!("the request has no {pointer} to put the next page in"));
                return None;
            };
            *body.pointer_mut(pointer)? = value.clone();
            Some(Request { url: request.url.clone(), post_body: Some(body.to_string()) })
        }
    }
}
