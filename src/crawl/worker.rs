//! One claim, from lease to completion.

use super::{
    CaptureFolder, Fetch, FetchError, Guard, RawResponse, gate::Gate, robots, robots::Ruling, seeds::priority,
};
use crate::{
    clock::Clock,
    domain::{FetchOutcome, FetchedPage, HostKey, Listing, SweepId, UrlKey},
    evidence::{decode::decode_body, warc::CaptureRecord},
    extract::{self, Extraction},
    sources::{Registry, SourceManifest},
    store::{Claim, Completion, Frontier, Lease, Listings, NewPage, SavedCapture, StoreError},
};
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Redirects taken before a page is set aside.
const MAX_HOPS: u32 = 5;
/// First wait after 429 or 503 without Retry-After; doubles with every attempt.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Bounds of one sweep.
#[derive(Clone, Debug)]
pub struct CrawlParams {
    /// Product token looked for in robots.txt.
    pub agent: String,
    /// Name and version for the archive.
    pub software: String,
    /// Pages in flight, all hosts together.
    pub workers: usize,
    /// How long one page may take before another worker may try.
    pub lease: Duration,
    /// Largest body after decompression, in bytes.
    pub decoded_bytes: usize,
    /// Longest wait for a host before the sweep stops and can be resumed later.
    pub idle_limit: Duration,
    /// Stop after so many requests.
    pub max_pages: Option<u64>,
    /// Stop at this time.
    pub deadline: Option<Timestamp>,
    /// Unjudged listings beyond which no page is claimed.
    pub backlog: u64,
}

/// Why a sweep ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrawlEnd {
    /// Every page is finished or set aside.
    Drained,
    /// The rest may not be asked before this time.
    Resting(Timestamp),
    /// The page or time bound was reached, or somebody stopped it.
    Stopped,
}

/// What a sweep cannot go on after.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive; nothing is claimed once it cannot be written.
    #[error("captures cannot be written, sweep stopped: {0}")]
    Archive(std::io::Error),
    /// A task died.
    #[error("a crawl task died: {0}")]
    Died(String),
}

/// Everything a sweep needs.
pub struct Crawl {
    /// Whose turn it is.
    pub frontier: Arc<dyn Frontier>,
    /// For the backlog.
    pub listings: Arc<dyn Listings>,
    /// Who asks.
    pub fetch: Arc<dyn Fetch>,
    /// The definitions.
    pub registry: Arc<Registry>,
    /// The archive.
    pub captures: CaptureFolder,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Which addresses may be asked.
    pub guard: Guard,
    /// The second lock on politeness.
    pub gate: Gate,
    /// Bounds.
    pub params: CrawlParams,
    /// Requests made so far.
    pub asked: AtomicU64,
    /// Stops the sweep.
    pub cancel: CancellationToken,
}

impl Crawl {
    /// Runs the sweep to its end.
    ///
    /// # Errors
    /// The first failure of the store or the archive; the other workers finish their page first.
    pub async fn run(self: Arc<Self>, sweep: SweepId) -> Result<CrawlEnd, CrawlError> {
        let mut workers = JoinSet::new();
        for _ in 0..self.params.workers.max(1) {
            let crawl = Arc::clone(&self);
            workers.spawn(async move { crawl.work(sweep).await });
        }
        let mut end = CrawlEnd::Drained;
        let mut failure = None;
        while let Some(joined) = workers.join_next().await {
            match joined.unwrap_or_else(|error| Err(CrawlError::Died(error.to_string()))) {
                Ok(CrawlEnd::Drained) => {}
                Ok(other) => end = other,
                Err(error) => {
                    self.cancel.cancel();
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(end), Err)
    }

    async fn work(&self, sweep: SweepId) -> Result<CrawlEnd, CrawlError> {
        loop {
            if self.cancel.is_cancelled() || self.params.deadline.is_some_and(|end| self.clock.now() >= end) {
                return Ok(CrawlEnd::Stopped);
            }
            if self.listings.backlog().await? > self.params.backlog {
                self.pause(Duration::from_millis(100)).await;
                continue;
            }
            if !self.take_ticket() {
                return Ok(CrawlEnd::Stopped);
            }
            let claim = self.frontier.claim(sweep, self.params.lease).await?;
            let Claim::Granted(lease) = claim else {
                self.asked.fetch_sub(1, Ordering::Relaxed);
                match claim {
                    Claim::Wait(until) => {
                        let wait = Duration::try_from(until.duration_since(self.clock.now())).unwrap_or_default();
                        if wait > self.params.idle_limit {
                            return Ok(CrawlEnd::Resting(until));
                        }
                        // Another worker's page may bring work for a free host sooner.
                        self.pause(wait.clamp(Duration::from_millis(2), Duration::from_millis(250))).await;
                        continue;
                    }
                    _ => return Ok(CrawlEnd::Drained),
                }
            };
            self.visit(&lease).await?;
        }
    }

    /// One of the allowed requests, if any is left.
    fn take_ticket(&self) -> bool {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        let fine = self.params.max_pages.is_none_or(|most| before < most);
        if !fine {
            self.asked.fetch_sub(1, Ordering::Relaxed);
        }
        fine
    }

    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.cancel.cancelled() => {}
        }
    }

    async fn visit(&self, lease: &Lease) -> Result<(), CrawlError> {
        let page = &lease.what;
        let Some(source) = self.registry.get(&page.source) else {
            return self.refuse(lease, format!("source `{}` is not part of this sweep", page.source)).await;
        };
        let url = match Url::parse(&page.request.url) {
            Ok(url) => url,
            Err(error) => return self.refuse(lease, format!("not an address: {error}")).await,
        };
        if let Err(error) = self.guard.check_url(&url) {
            return self.refuse(lease, error.to_string()).await;
        }
        let now = self.clock.now();
        let copy = self.frontier.robots(&page.host).await?.filter(|copy| copy.expires > now);
        let Some(copy) = copy else {
            self.gate.pass(&page.host, source.pace.min_delay).await;
            let copy =
                robots::ask(&*self.fetch, self.guard, &url, &self.params.agent, source.pace.min_delay, now).await;
            self.frontier.keep_robots(&page.host, copy).await?;
            self.frontier.give_back(lease).await?;
            return Ok(());
        };
        let rule = match robots::ruling(&copy, &self.params.agent, &page.request.url) {
            Ruling::Allowed(rule) => rule,
            Ruling::Disallowed(rule) => return self.finish(lease, FetchOutcome::Disallowed { rule }).await,
            Ruling::Closed(reason) => {
                return self.finish(lease, FetchOutcome::Deferred { until: copy.expires, reason }).await;
            }
        };
        self.gate.pass(&page.host, source.pace.min_delay.max(copy.crawl_delay.unwrap_or_default())).await;
        match self.fetch.fetch(&page.request).await {
            Ok(answer) => self.answered(lease, source, answer, rule).await,
            Err(error) => {
                let retry = error.retry();
                let reason = match error {
                    FetchError::TooLarge { limit, .. } => format!("body is larger than {limit} bytes"),
                    other => other.to_string(),
                };
                self.finish(lease, FetchOutcome::Failed { reason, retry }).await
            }
        }
    }

    async fn refuse(&self, lease: &Lease, reason: String) -> Result<(), CrawlError> {
        self.finish(lease, FetchOutcome::Failed { reason, retry: false }).await
    }

    async fn finish(&self, lease: &Lease, outcome: FetchOutcome) -> Result<(), CrawlError> {
        let completion = Completion { outcome, capture: None, listings: Vec::new(), links: Vec::new() };
        self.complete(lease, completion).await
    }

    async fn complete(&self, lease: &Lease, completion: Completion) -> Result<(), CrawlError> {
        let reason = completion.outcome.reason();
        if !reason.is_empty() {
            tracing::info!(source.id = %lease.what.source, url = %lease.what.request.url, outcome = completion.outcome.code(), %reason, "page not read");
        }
        if !self.frontier.complete(lease, completion).await? {
            tracing::warn!(page = %lease.page, "lease was lost; the late result is not stored");
        }
        Ok(())
    }

    async fn answered(
        &self,
        lease: &Lease,
        source: &SourceManifest,
        answer: RawResponse,
        rule: String,
    ) -> Result<(), CrawlError> {
        if !(200..300).contains(&answer.status) {
            let (outcome, links) = self.without_content(lease, source, &answer);
            return self.complete(lease, Completion { outcome, capture: None, listings: Vec::new(), links }).await;
        }
        let work = ReadPage {
            lease: lease.clone(),
            registry: Arc::clone(&self.registry),
            captures: self.captures.clone(),
            rule,
            fetched_at: self.clock.now(),
            decoded_bytes: self.params.decoded_bytes,
            software: self.params.software.clone(),
        };
        let read = tokio::task::spawn_blocking(move || work.run(&answer)).await;
        let completion = read.map_err(|error| CrawlError::Died(error.to_string()))?.map_err(CrawlError::Archive)?;
        self.complete(lease, completion).await
    }

    /// Redirects, refusals and server trouble.
    fn without_content(
        &self,
        lease: &Lease,
        source: &SourceManifest,
        answer: &RawResponse,
    ) -> (FetchOutcome, Vec<NewPage>) {
        let status = answer.status;
        let outcome = match status {
            301 | 302 | 303 | 307 | 308 => return redirect(lease, source, answer),
            401 | 407 => FetchOutcome::Blocked { reason: format!("login wanted (status {status})") },
            403 | 451 => FetchOutcome::Blocked { reason: format!("refused (status {status})") },
            429 | 503 => {
                let now = self.clock.now();
                let own = PATIENCE.checked_mul(1 << lease.attempts.min(8)).unwrap_or(PATIENCE);
                let until = retry_after(answer, now).or_else(|| now.checked_add(own).ok()).unwrap_or(Timestamp::MAX);
                FetchOutcome::Deferred { until, reason: format!("host asks for patience (status {status})") }
            }
            500..=599 => FetchOutcome::Failed { reason: format!("server error (status {status})"), retry: true },
            _ => FetchOutcome::Gone { status },
        };
        (outcome, Vec::new())
    }
}

/// Retry-After in seconds or as a date; never capped.
fn retry_after(answer: &RawResponse, now: Timestamp) -> Option<Timestamp> {
    let value = answer.header("retry-after")?.trim();
    match value.parse::<i64>() {
        Ok(seconds) => now.checked_add(SignedDuration::from_secs(seconds.max(0))).ok(),
        Err(_) => jiff::fmt::rfc2822::parse(value).ok().map(|date| date.timestamp()),
    }
}

fn redirect(lease: &Lease, source: &SourceManifest, answer: &RawResponse) -> (FetchOutcome, Vec<NewPage>) {
    let page = &lease.what;
    let failed = |reason: &str| (FetchOutcome::Failed { reason: reason.into(), retry: false }, Vec::new());
    let target = answer.header("location").and_then(|to| Url::parse(&page.request.url).ok()?.join(to).ok());
    let Some(target) = target else { return failed("redirects nowhere") };
    if page.hops >= MAX_HOPS {
        return failed("redirects more than five times");
    }
    let (Some(key), Some(host)) = (UrlKey::of(&target, &source.url_rule), HostKey::of(&target)) else {
        return failed("redirects to something that is no web address");
    };
    let outcome = FetchOutcome::Redirected { status: answer.status, to: target.to_string() };
    if !source.in_scope(&target) {
        return (
            FetchOutcome::Failed { reason: format!("redirects out of scope, to {target}"), retry: false },
            Vec::new(),
        );
    }
    if key == page.key && page.request.post_body.is_none() {
        // The frontier knows this page already and would never queue the hop: say so instead of calling it done.
        return failed("redirects to its own canonical address");
    }
    let mut next = page.clone();
    next.request = crate::domain::Request::get(target.to_string());
    next.key = key;
    next.host = host;
    next.hops += 1;
    (outcome, vec![next])
}

/// The blocking part of a visit: decode, read, archive.
struct ReadPage {
    lease: Lease,
    registry: Arc<Registry>,
    captures: CaptureFolder,
    rule: String,
    fetched_at: Timestamp,
    decoded_bytes: usize,
    software: String,
}

impl ReadPage {
    fn run(self, answer: &RawResponse) -> std::io::Result<Completion> {
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
        let page = FetchedPage {
            source: source.id.clone(),
            role: self.lease.what.role,
            request: self.lease.what.request.clone(),
            final_url: self.lease.what.request.url.clone(),
            status: answer.status,
            headers: answer.headers.clone(),
            body,
            fetched_at: self.fetched_at,
        };
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

/// Reads an archived page again, without any request.
///
/// # Errors
/// What makes the capture unreadable.
pub fn reread(file: &[u8], source: &SourceManifest, role: crate::domain::PageRole) -> Result<Vec<Listing>, String> {
    let capture = crate::evidence::warc_read::read_capture(file).map_err(|error| error.to_string())?;
    let page = FetchedPage {
        source: source.id.clone(),
        role,
        request: crate::domain::Request { url: capture.target_uri.clone(), post_body: None },
        final_url: capture.target_uri,
        status: capture.status,
        headers: capture.headers,
        body: capture.body,
        fetched_at: capture.fetched_at,
    };
    Ok(extract::extract(&page, source).listings)
}
