//! From an answer to a completion: decode, read, archive. Blocking; the same reading serves archived pages.

use super::{CaptureFolder, RawResponse, render::Rendered, rendering::rendition, seeds::priority};
use crate::{
    domain::{FetchOutcome, FetchedPage, HostKey, Listing},
    evidence::{decode::decode_body, warc::CaptureRecord},
    extract::{self, Extraction},
    sources::{Registry, SourceManifest},
    store::{Completion, Lease, NewPage, SavedCapture},
};
use jiff::Timestamp;
use std::sync::Arc;
use url::Url;

/// The blocking part of a visit: decode, read, archive.
pub(super) struct ReadPage {
    pub lease: Lease,
    pub registry: Arc<Registry>,
    pub captures: CaptureFolder,
    pub rule: String,
    pub fetched_at: Timestamp,
    pub decoded_bytes: usize,
    pub software: String,
    /// The page after its scripts, where they were run.
    pub rendered: Option<Box<Rendered>>,
}

impl ReadPage {
    pub fn run(self, answer: &RawResponse) -> std::io::Result<Completion> {
        let nothing = |outcome| Completion { outcome, capture: None, listings: Vec::new(), links: Vec::new() };
        let Some(source) = self.registry.get(&self.lease.what.source) else {
            return Ok(nothing(FetchOutcome::Failed {
                reason: "source is not part of this sweep".into(),
                retry: false,
            }));
        };
        let encoding = answer.header("content-encoding").unwrap_or("");
        let body = match decode_body(encoding, &answer.body, self.decoded_bytes) {
            Ok(body) => body,
            Err(error) => return Ok(nothing(FetchOutcome::Failed { reason: error.to_string(), retry: false })),
        };
        let mut page = FetchedPage {
            source: source.id.clone(),
            role: self.lease.what.role,
            request: self.lease.what.request.clone(),
            final_url: self.lease.what.request.url.clone(),
            status: answer.status,
            headers: answer.headers.clone(),
            body,
            fetched_at: self.fetched_at,
        };
        if let Some(rendered) = &self.rendered {
            put_rendered(&mut page, rendered.html.clone().into_bytes());
        }
        let extraction = extract::extract(&page, source);
        if let Some(outcome) = not_content(&extraction, answer.status) {
            return Ok(nothing(outcome));
        }
        let capture = self.archive(answer, &page)?;
        let links = self.links(&extraction, source);
        Ok(Completion {
            outcome: FetchOutcome::Fetched { status: answer.status },
            capture: Some(capture),
            listings: extraction.listings,
            links,
        })
    }

    fn archive(&self, answer: &RawResponse, page: &FetchedPage) -> std::io::Result<SavedCapture> {
        self.captures.save(&CaptureRecord {
            request: &page.request,
            request_headers: &answer.request_headers,
            final_url: &page.final_url,
            status: answer.status,
            raw_headers: &answer.headers,
            raw_body: &answer.body,
            ip: answer.remote.map(|address| address.ip()),
            fetched_at: self.fetched_at,
            robots_rule: self.rule.clone(),
            software: self.software.clone(),
            rendition: self.rendered.as_deref().map(rendition),
        })
    }

    fn links(&self, extraction: &Extraction, source: &SourceManifest) -> Vec<NewPage> {
        let depth = self.lease.what.depth + 1;
        if depth > source.max_depth {
            return Vec::new();
        }
        let pages = extraction.links.iter().filter_map(|link| {
            Some(NewPage {
                source: source.id.clone(),
                role: link.role,
                request: link.request.clone(),
                key: link.key.clone(),
                host: HostKey::of(&Url::parse(&link.request.url).ok()?)?,
                depth,
                hops: 0,
                priority: priority(link.role, depth),
            })
        });
        pages.collect()
    }
}

/// What a page that is not content ends as.
fn not_content(extraction: &Extraction, status: u16) -> Option<FetchOutcome> {
    use extract::Gate;
    let blocked = |reason: &str| Some(FetchOutcome::Blocked { reason: reason.into() });
    match &extraction.gate {
        Gate::Content | Gate::EmptyList => None,
        Gate::Captcha => blocked("captcha page"),
        Gate::LoginWall => blocked("login wall"),
        Gate::BlockPage => blocked("block page"),
        Gate::SoftNotFound => Some(FetchOutcome::Gone { status }),
        Gate::Unreadable(reason) => Some(FetchOutcome::Failed { reason: reason.clone(), retry: false }),
    }
}

/// Puts the finished document, which is UTF-8 whatever the server sent, in the place of the bytes that came.
fn put_rendered(page: &mut FetchedPage, html: Vec<u8>) {
    page.body = html;
    page.headers.retain(|(name, _)| name != "content-type");
    page.headers.push(("content-type".into(), "text/html; charset=utf-8".into()));
}

/// Reads an archived page again, without any request.
///
/// # Errors
/// What makes the capture unreadable.
pub fn reread(file: &[u8], source: &SourceManifest, role: crate::domain::PageRole) -> Result<Vec<Listing>, String> {
    let capture = crate::evidence::warc_read::read_capture(file).map_err(|error| error.to_string())?;
    let mut page = FetchedPage {
        source: source.id.clone(),
        role,
        request: crate::domain::Request { url: capture.target_uri.clone(), post_body: None },
        final_url: capture.target_uri,
        status: capture.status,
        headers: capture.headers,
        body: capture.body,
        fetched_at: capture.fetched_at,
    };
    if let Some(rendered) = capture.rendered {
        put_rendered(&mut page, rendered);
    }
    Ok(extract::extract(&page, source).listings)
}
