//! One claim, from lease to completion.

use super::{
    CaptureFolder, Fetch, FetchError, Guard, RawResponse,
    answers::without_content,
    gate::Gate,
    reading::ReadPage,
    rendering::{Look, Rendering},
    robots,
    robots::Ruling,
};
use crate::{
    clock::Clock,
    domain::{FetchOutcome, SweepId},
    evidence::RobotsInForce,
    sources::{Registry, RenderMode, SourceManifest},
    store::{Claim, Completion, Frontier, Lease, Listings, PreviousCapture, StoreError},
};
use jiff::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use url::Url;

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
    /// The browser, and what is kept for its pages.
    pub rendering: Rendering,
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
                self.give_ticket_back();
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
    pub(super) fn take_ticket(&self) -> bool {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        let fine = self.params.max_pages.is_none_or(|most| before < most);
        if !fine {
            self.asked.fetch_sub(1, Ordering::Relaxed);
        }
        fine
    }

    /// A request that was not made after all.
    pub(super) fn give_ticket_back(&self) {
        self.asked.fetch_sub(1, Ordering::Relaxed);
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
        let copy = self.frontier.robots(&page.host).await?.filter(|copy| copy.holds(now));
        let Some(copy) = copy else {
            self.gate.pass(&page.host, source.pace.min_delay).await;
            self.asking(source.pace.min_delay, now).renew(lease, &url, &page.host).await?;
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
        let previous = self.frontier.previous(lease.page).await?;
        let known = match &previous {
            // "Not changed" says nothing without the page itself: it is read from the archive then.
            Some(previous) if source.render == RenderMode::Never && previous.url == page.request.url => {
                lease.previous.as_ref().filter(|_| self.captures.holds(&previous.warc))
            }
            _ => None,
        };
        let asked_at = Instant::now();
        match self.fetch.fetch(&page.request, known).await {
            Ok(answer) => self.answered(lease, source, answer, (rule, robots::in_force(&copy)), previous).await,
            Err(error) => {
                let retry = error.retry();
                let reason = match error {
                    FetchError::TooLarge { limit, .. } => format!("body is larger than {limit} bytes"),
                    other => other.to_string(),
                };
                let completion =
                    Completion { took: asked_at.elapsed(), ..Completion::of(FetchOutcome::Failed { reason, retry }) };
                self.complete(lease, completion).await
            }
        }
    }

    /// How robots.txt is asked for.
    pub(super) fn asking(&self, pause: Duration, now: Timestamp) -> robots::Asking<'_> {
        robots::Asking {
            fetch: &*self.fetch,
            guard: self.guard,
            frontier: &*self.frontier,
            captures: &self.captures,
            agent: &self.params.agent,
            software: &self.params.software,
            pause,
            now,
        }
    }

    async fn refuse(&self, lease: &Lease, reason: String) -> Result<(), CrawlError> {
        self.finish(lease, FetchOutcome::Failed { reason, retry: false }).await
    }

    async fn finish(&self, lease: &Lease, outcome: FetchOutcome) -> Result<(), CrawlError> {
        self.complete(lease, Completion::of(outcome)).await
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
        (rule, robots): (String, RobotsInForce),
        previous: Option<PreviousCapture>,
    ) -> Result<(), CrawlError> {
        // A 304 is only an answer to somebody who has the page; otherwise it is as strange as any other status.
        let unchanged = answer.status == 304 && previous.is_some();
        if !(200..300).contains(&answer.status) && !unchanged {
            let (outcome, links) = without_content(lease, source, &answer, self.clock.now());
            let address = answer.remote.map(|remote| remote.ip());
            let completion = Completion { links, took: answer.took, address, ..Completion::of(outcome) };
            return self.complete(lease, completion).await;
        }
        let rendered = match self.look(lease, source, &answer).await {
            Look::Static => None,
            Look::Rendered(rendered) => Some(rendered),
            Look::Ended(outcome) => return self.finish(lease, outcome).await,
            Look::Stopped => {
                self.frontier.give_back(lease).await?;
                return Ok(());
            }
        };
        let work = ReadPage {
            rendered,
            lease: lease.clone(),
            registry: Arc::clone(&self.registry),
            captures: self.captures.clone(),
            rule,
            robots,
            fetched_at: self.clock.now(),
            decoded_bytes: self.params.decoded_bytes,
            software: self.params.software.clone(),
            previous,
        };
        let read = tokio::task::spawn_blocking(move || work.run(&answer)).await;
        let completion = read.map_err(|error| CrawlError::Died(error.to_string()))?.map_err(CrawlError::Archive)?;
        self.complete(lease, completion).await
    }
}
