//! From an answer to a completion: decode, read, archive. Blocking; the same reading serves archived pages.

use super::{CaptureFolder, RawResponse, render::Rendered, rendering::rendition, seeds::priority};
use crate::{
    domain::{FetchOutcome, FetchedPage, HostKey, Listing},
    evidence::{
        Capture, CaptureRecord, Circumstances, RobotsInForce, circumstances::clock_offset_seconds, decode_body,
        read_capture, sha256_hex,
    },
    extract::{self, Extraction},
    sources::{Registry, SourceManifest},
    store::{CaptureRow, Completion, Lease, NewPage, PreviousCapture, SavedCapture, Visit},
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
    pub robots: RobotsInForce,
    pub fetched_at: Timestamp,
    pub decoded_bytes: usize,
    pub software: String,
    /// The last capture of this page that holds a body, if there is one.
    pub previous: Option<PreviousCapture>,
    /// The page after its scripts, where they were run.
    pub rendered: Option<Box<Rendered>>,
}

impl ReadPage {
    pub fn run(self, answer: &RawResponse) -> std::io::Result<Completion> {
        let address = answer.remote.map(|remote| remote.ip());
        let nothing = |outcome| Completion { took: answer.took, address, ..Completion::of(outcome) };
        let Some(source) = self.registry.get(&self.lease.what.source) else {
            return Ok(nothing(FetchOutcome::Failed {
                reason: "source is not part of this sweep".into(),
                retry: false,
            }));
        };
        let mut page = match self.page(answer, source) {
            Ok(page) => page,
            Err(outcome) => return Ok(nothing(outcome)),
        };
        if let Some(rendered) = &self.rendered {
            put_rendered(&mut page, rendered.html.clone().into_bytes());
        }
        let extraction = extract::extract(&page, source);
        if let Some(outcome) = not_content(&extraction, page.status) {
            return Ok(nothing(outcome));
        }
        let capture = self.archive(answer, &page)?;
        let links = self.links(&extraction, source);
        Ok(Completion {
            // Read again all the same: what stood there still leads on, and the definition may have changed.
            outcome: if answer.status == 304 {
                FetchOutcome::Unchanged
            } else {
                FetchOutcome::Fetched { status: page.status }
            },
            capture: Some(capture),
            listings: extraction.listings,
            links,
            visit: (answer.status != 304).then(|| Visit {
                etag: answer.header("etag").map(str::to_owned),
                last_modified: answer.header("last-modified").map(str::to_owned),
                payload_sha256: sha256_hex(&answer.body),
            }),
            took: answer.took,
            address,
        })
    }

    /// The page as it is read: the body that came, or the earlier one when the server says that it still holds.
    fn page(&self, answer: &RawResponse, source: &SourceManifest) -> Result<FetchedPage, FetchOutcome> {
        let failed = |reason: String, retry| FetchOutcome::Failed { reason, retry };
        let (status, headers, body) = if answer.status == 304 {
            let original = self.original().map_err(|reason| failed(reason, false))?;
            let mut headers = answer.headers.clone();
            // As a cache does (RFC 9111, 4.3.4): what the 304 does not repeat still holds.
            headers.extend(original.headers.into_iter().filter(|(name, _)| answer.header(name).is_none()));
            (original.status, headers, original.body)
        } else {
            let encoding = answer.header("content-encoding").unwrap_or("");
            let body = decode_body(encoding, &answer.body, self.decoded_bytes)
                .map_err(|error| failed(error.to_string(), false))?;
            (answer.status, answer.headers.clone(), body)
        };
        Ok(FetchedPage {
            source: source.id.clone(),
            role: self.lease.what.role,
            request: self.lease.what.request.clone(),
            final_url: self.lease.what.request.url.clone(),
            status,
            headers,
            body,
            fetched_at: self.fetched_at,
        })
    }

    /// What the page was when it was last archived with its body.
    fn original(&self) -> Result<Capture, String> {
        let unknown = || "the server says 304 Not Modified and no earlier capture of the page is known".to_owned();
        let previous =
            self.previous.as_ref().filter(|one| one.url == self.lease.what.request.url).ok_or_else(unknown)?;
        let file = self.captures.load(&previous.warc, &previous.sha256).map_err(|error| error.to_string())?;
        read_capture(&file).map_err(|error| error.to_string())
    }

    fn archive(&self, answer: &RawResponse, page: &FetchedPage) -> std::io::Result<SavedCapture> {
        let record = CaptureRecord {
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
            notes: &[],
            circumstances: Circumstances {
                remote: answer.remote,
                tls: answer.tls.clone(),
                robots: Some(self.robots.clone()),
                clock_offset_seconds: answer
                    .header("date")
                    .and_then(|date| clock_offset_seconds(date, self.fetched_at)),
                took: answer.took,
            },
            revisit: None,
            rendition: self.rendered.as_deref().map(rendition),
        };
        // What scripts made of an unchanged shell is new all the same.
        self.captures.save_or_refer(&record, self.previous.as_ref().filter(|_| self.rendered.is_none()))
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

/// What a page that is not content ends as; walls by codes, which `app::words` puts into words.
fn not_content(extraction: &Extraction, status: u16) -> Option<FetchOutcome> {
    use extract::Gate;
    let blocked = |reason: &str| Some(FetchOutcome::Blocked { reason: reason.into() });
    match &extraction.gate {
        Gate::Content | Gate::EmptyList => None,
        Gate::Captcha => blocked("captcha"),
        Gate::LoginWall => blocked("login_wall"),
        Gate::BlockPage => blocked("block_page"),
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
/// What makes the capture, or the one a revisit refers to, unreadable.
pub fn reread(
    captures: &CaptureFolder,
    row: &CaptureRow,
    source: &SourceManifest,
    role: crate::domain::PageRole,
) -> Result<Vec<Listing>, String> {
    let capture = captures.read(row)?;
    let mut page = FetchedPage {
        source: source.id.clone(),
        role,
        request: capture.asked(),
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

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
