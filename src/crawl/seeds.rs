//! From definitions to the first pages of a sweep.

use crate::{
    domain::{HostKey, UrlKey},
    sources::SourceManifest,
    store::{NewPage, Pace},
};
use url::Url;

/// Lists come before what they lead to only when nothing else waits: new listings first.
#[must_use]
pub fn priority(role: crate::domain::PageRole, depth: u32) -> i32 {
    use crate::domain::PageRole;
    let base = match role {
        PageRole::Detail | PageRole::Share => 100,
        PageRole::Api | PageRole::Index => 50,
    };
    base - i32::try_from(depth.min(40)).unwrap_or(40)
}

/// The entry pages of a source.
#[must_use]
pub fn entry_pages(source: &SourceManifest) -> Vec<NewPage> {
    let pages = source.entry.iter().filter_map(|(role, request)| {
        let url = Url::parse(&request.url).ok()?;
        Some(NewPage {
            source: source.id.clone(),
            role: *role,
            request: request.clone(),
            key: UrlKey::of(&url, &source.url_rule)?,
            host: HostKey::of(&url)?,
            depth: 0,
            hops: 0,
            priority: priority(*role, 0),
        })
    });
    pages.collect()
}

/// The pace of a source in the store's terms.
#[must_use]
pub fn pace(source: &SourceManifest) -> Pace {
    Pace {
        min_delay: source.pace.min_delay,
        daily_budget: source.pace.daily_budget,
        operator: source.operator.clone(),
        quiet: source.pace.quiet.clone(),
        sweep_budget: source.budget.pages,
        barren_limit: source.budget.barren,
    }
}
