//! How a recorded page is read: by the definition that describes its address, or by none.

use super::builtin;
use crate::{
    domain::{FetchedPage, Listing, PageRole, Request, SourceId},
    evidence::read_capture,
    extract::{Extraction, extract, fallback},
    sources::{Registry, SourceManifest},
};
use jiff::Timestamp;
use url::Url;

/// The source of pages that no definition describes.
pub const UNDEFINED: &str = "recorded";

/// An archived or recorded answer, not yet assigned to a source.
pub struct Answer {
    /// What was asked; a recording knows no redirects.
    pub request: Request,
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
}

/// What reading gave.
pub struct Reading {
    /// By which definition, [`UNDEFINED`] for none.
    pub source: SourceId,
    /// As which page of it.
    pub role: PageRole,
    /// What the page yields.
    pub extraction: Extraction,
}

impl Reading {
    /// Whether a definition describes the page.
    #[must_use]
    pub fn is_defined(&self) -> bool {
        self.source.0 != UNDEFINED
    }
}

/// The definitions, and what serves where there is none.
pub struct Readers {
    registry: Registry,
    undefined: SourceManifest,
}

impl Readers {
    /// Over these definitions.
    ///
    /// # Errors
    /// Never with the committed `seeds/recorded.toml`.
    pub fn new(registry: Registry) -> anyhow::Result<Self> {
        Ok(Self { registry, undefined: builtin::undefined_source()? })
    }

    /// Reads an answer.
    #[must_use]
    pub fn read(&self, answer: Answer) -> Reading {
        let described = Url::parse(&answer.request.url).ok().and_then(|url| self.registry.describes(&url));
        let (source, role) = described.unwrap_or((&self.undefined, PageRole::Detail));
        let page = FetchedPage {
            source: source.id.clone(),
            role,
            final_url: answer.request.url.clone(),
            request: answer.request,
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            fetched_at: answer.at,
        };
        let extraction = if described.is_some() { extract(&page, source) } else { self.read_undefined(&page) };
        Reading { source: source.id.clone(), role, extraction }
    }

    /// What a page that nobody defined says by itself.
    fn read_undefined(&self, page: &FetchedPage) -> Extraction {
        let seen = fallback::examine(page);
        let listing =
            seen.reading.and_then(|reading| reading.into_listing(page, &self.undefined.id, self.undefined.kind));
        Extraction {
            gate: seen.gate,
            charset: seen.charset,
            listings: listing.into_iter().collect(),
            links: Vec::new(),
            notes: seen.notes,
        }
    }

    /// Reads an archived recording again: by a definition that has come since, if one describes it now.
    ///
    /// # Errors
    /// What makes the capture unreadable.
    pub fn reread(&self, file: &[u8]) -> Result<Vec<Listing>, String> {
        let capture = read_capture(file).map_err(|error| error.to_string())?;
        let answer = Answer {
            request: capture.asked(),
            status: capture.status,
            headers: capture.headers,
            body: capture.body,
            at: capture.fetched_at,
        };
        Ok(self.read(answer).extraction.listings)
    }
}
