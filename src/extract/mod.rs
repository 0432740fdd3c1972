//! From a response to listings and links, without I/O.
//!
//! The order is fixed: characters ([`encoding`]), then the page's own wishes (robots tags), then listings and links by
//! the definition, then the [`gate`], which may say that the page was no content at all.

#[cfg(test)]
mod answer_tests;
pub mod dates;
pub mod encoding;
pub mod fallback;
mod furniture;
pub mod gate;
pub mod golden;
#[cfg(test)]
mod golden_tests;
mod html;
mod items;
mod json;
mod links;
mod look;
mod lookup;
mod nesting;
mod paging;
mod robots_tag;
pub mod shell;
mod shown;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod thread_tests;

pub use gate::Gate;
pub use robots_tag::OUR_NAMES;

use crate::domain::{FetchedPage, Listing, PageRole, Request, UrlKey};
use crate::sources::{PageDef, SourceManifest};
use robots_tag::Wishes;
use url::Url;

/// What one page yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// Whether the page was content. Anything else yields no listings.
    pub gate: Gate,
    /// The encoding the body was read in, in lower case.
    pub charset: String,
    /// The advertisements, in page order.
    pub listings: Vec<Listing>,
    /// Where to go on, every address once, in page order.
    pub links: Vec<FoundLink>,
    /// Oddities for the operator of the source, in words.
    pub notes: Vec<String>,
}

/// A request that a page leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLink {
    /// What to ask.
    pub request: Request,
    /// What kind of page will come.
    pub role: PageRole,
    /// What identifies it.
    pub key: UrlKey,
}

/// Everything the readers of one page share.
struct Context<'a> {
    page: &'a FetchedPage,
    manifest: &'a SourceManifest,
    definition: &'a PageDef,
    /// The address that relative links start from.
    base: Url,
}

/// What a reader of a body brings home.
#[derive(Debug, Default)]
struct Yielded {
    listings: Vec<Listing>,
    links: Vec<FoundLink>,
    notes: Vec<String>,
    /// What the page says about itself, for the gate.
    look: gate::Look,
}

/// Reads a page by the definition of its source. Total: any bytes give an answer.
///
/// Links off the source's hosts, to pages that no `[[page]]` describes, and links that the page asks not to follow are
/// dropped and counted in the notes.
#[must_use]
pub fn extract(page: &FetchedPage, manifest: &SourceManifest) -> Extraction {
    let decoded = encoding::decode(&page.body, page.header("content-type"), manifest.charset.as_deref());
    let mut extraction = Extraction {
        gate: Gate::Content,
        charset: decoded.charset,
        listings: Vec::new(),
        links: Vec::new(),
        notes: decoded.notes,
    };
    if let Some(gate) = gate::before_reading(page, manifest, &decoded.text) {
        extraction.gate = gate;
        return extraction;
    }
    let definition =
        manifest.page_for(page.role, &page.final_url).or_else(|| manifest.page_for(page.role, &page.request.url));
    let (Some(definition), Ok(base)) = (definition, Url::parse(&page.final_url)) else {
        extraction.gate = Gate::Unreadable(format!("no {} page of {} fits the address", page.role.code(), manifest.id));
        return extraction;
    };
    let context = Context { page, manifest, definition, base };
    let mut wishes = Wishes::of_headers(page);
    let mut yielded = if page.role == PageRole::Api {
        json::read(&decoded.text, &context, wishes)
    } else {
        html::read(&decoded.text, context, &mut wishes)
    };
    extraction.gate = gate::after_reading(page.role, &yielded);
    extraction.notes.append(&mut yielded.notes);
    if extraction.gate == Gate::Content {
        extraction.listings = yielded.listings;
        extraction.links = yielded.links;
    }
    extraction
}
