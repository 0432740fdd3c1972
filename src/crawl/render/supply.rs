//! Answers what a page's scripts ask for, by the same rules as every other request of the crawl.

use super::{SubRequest, Supplied, Supply};
use crate::{
    crawl::{Crawl, RawResponse, answers::without_content, robots, robots::Ruling, worker::CrawlError},
    domain::{FetchOutcome, HostKey, PageRole, Request},
    evidence::decode_body,
    sources::SourceManifest,
    store::{Lease, RobotsCopy, StoreError, Turn},
};
use async_trait::async_trait;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use url::Url;

/// Answers for one page under its lease.
pub struct SiteSupply<'a> {
    crawl: &'a Crawl,
    lease: &'a Lease,
    source: &'a SourceManifest,
    /// What a host answered that ends the reading of this page: patience asked for, or a wall.
    wall: Mutex<Option<FetchOutcome>>,
}

/// Why a request of a page is not made.
enum Refusal {
    Rule(String),
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<'a> SiteSupply<'a> {
    /// Answers for the page of this lease.
    #[must_use]
    pub fn new(crawl: &'a Crawl, lease: &'a Lease, source: &'a SourceManifest) -> Self {
        Self { crawl, lease, source, wall: Mutex::default() }
    }

    /// The wall that one of the requests ran into, if any.
    #[must_use]
    pub fn wall(self) -> Option<FetchOutcome> {
        self.wall.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &SubRequest) -> Result<Supplied, Refusal> {
        let rule = |reason: String| Err(Refusal::Rule(reason));
        let url = match Url::parse(&request.url) {
            Ok(url) => url,
            Err(error) => return rule(format!("not an address: {error}")),
        };
        if let Err(error) = self.crawl.guard.check_url(&url) {
            return rule(error.to_string());
        }
        if !self.source.may_render_from(&url) {
            return rule("not a host of this source".into());
        }
        let post_body = match request.method.as_str() {
            "GET" => None,
            // A POST may change something; only one that the definition knows as a list is made.
            "POST" if self.source.page_for(PageRole::Api, url.as_str()).is_some() => {
                Some(request.post_body.clone().unwrap_or_default())
            }
            other => return rule(format!("{other} is not made: no [[page]] with role api fits the address")),
        };
        if self.wall.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return rule("the host asked us to stop".into());
        }
        if let Some(kept) = self.crawl.rendering.shelf.get(&request.url) {
            return Ok(kept);
        }
        let Some(host) = HostKey::of(&url) else { return rule("an address without a host".into()) };
        let copy = self.robots(&url, &host).await?;
        match robots::ruling(&copy, &self.crawl.params.agent, url.as_str()) {
            Ruling::Allowed(_) => {}
            Ruling::Disallowed(why) | Ruling::Closed(why) => return rule(why),
        }
        self.turn(&host).await?;
        self.crawl.gate.pass(&host, self.delay(&copy)).await;
        match self.crawl.fetch.fetch(&Request { url: url.to_string(), post_body }, None).await {
            Ok(answer) => self.supplied(request, &host, answer),
            Err(error) => rule(error.to_string()),
        }
    }

    fn delay(&self, copy: &RobotsCopy) -> Duration {
        self.source.pace.min_delay.max(copy.crawl_delay.unwrap_or_default())
    }

    /// The host's robots.txt, asked for where no fresh copy is kept.
    async fn robots(&self, url: &Url, host: &HostKey) -> Result<RobotsCopy, Refusal> {
        let now = self.crawl.clock.now();
        if let Some(copy) = self.crawl.frontier.robots(host).await?.filter(|copy| copy.holds(now)) {
            return Ok(copy);
        }
        self.turn(host).await?;
        let delay = self.source.pace.min_delay;
        self.crawl.gate.pass(host, delay).await;
        let now = self.crawl.clock.now();
        self.crawl.asking(delay, now).renew(self.lease, url, host).await.map_err(|error| match error {
            CrawlError::Store(error) => Refusal::Store(error),
            other => Refusal::Rule(other.to_string()),
        })
    }

    /// Waits until the store says that this page may make one more request of the host, and counts it.
    async fn turn(&self, host: &HostKey) -> Result<(), Refusal> {
        if !self.crawl.take_ticket() {
            return Err(Refusal::Rule("the sweep's bound on requests is reached".into()));
        }
        loop {
            let refusal = match self.crawl.frontier.spend(self.lease, host).await {
                Ok(Turn::Go) => return Ok(()),
                Ok(Turn::Wait(until)) => {
                    let wait = Duration::try_from(until.duration_since(self.crawl.clock.now())).unwrap_or_default();
                    tokio::time::sleep(wait.max(Duration::from_millis(2))).await;
                    continue;
                }
                Ok(Turn::Refused(reason)) => Refusal::Rule(reason),
                Err(error) => Refusal::Store(error),
            };
            self.crawl.give_ticket_back();
            return Err(refusal);
        }
    }

    fn supplied(&self, request: &SubRequest, host: &HostKey, answer: RawResponse) -> Result<Supplied, Refusal> {
        if matches!(answer.status, 401 | 403 | 407 | 429 | 451 | 503) {
            let reason = format!("{} answered {}", request.url, answer.status);
            if *host == self.lease.what.host {
                let (outcome, _) = without_content(self.lease, self.source, &answer, self.crawl.clock.now());
                *self.wall.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            }
            return Err(Refusal::Rule(reason));
        }
        if answer.header("content-disposition").is_some_and(|how| how.trim_start().starts_with("attachment")) {
            return Err(Refusal::Rule("a download".into()));
        }
        let no_store = answer.header("cache-control").is_some_and(|how| how.contains("no-store"));
        let encoding = answer.header("content-encoding").unwrap_or("");
        let body = decode_body(encoding, &answer.body, self.crawl.params.decoded_bytes)
            .map_err(|error| Refusal::Rule(error.to_string()))?;
        let supplied = Supplied::Answer { status: answer.status, headers: answer.headers, body };
        self.crawl.rendering.shelf.keep(&request.kind, &request.url, no_store, &supplied);
        Ok(supplied)
    }
}

#[async_trait]
impl Supply for SiteSupply<'_> {
    async fn supply(&self, request: &SubRequest) -> Supplied {
        match self.answer(request).await {
            Ok(supplied) => supplied,
            Err(Refusal::Rule(reason)) => Supplied::Refused(reason),
            Err(Refusal::Store(error)) => {
                // The completion of this page meets the same store and reports it.
                tracing::warn!(%error, "a page's request is not made");
                Supplied::Refused("the store is not available".into())
            }
        }
    }
}
