//! The frontier: which pages are known, which are due, whose turn it is.

use super::Result;
use crate::domain::{Epoch, FetchOutcome, HostKey, Listing, PageId, PageRole, Request, SourceId, SweepId, UrlKey};
use async_trait::async_trait;
use jiff::Timestamp;
use std::time::Duration;

/// A page to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPage {
    /// For which source.
    pub source: SourceId,
    /// What kind of page.
    pub role: PageRole,
    /// How to ask for it.
    pub request: Request,
    /// Its identity.
    pub key: UrlKey,
    /// Whose gate it passes.
    pub host: HostKey,
    /// Links away from an entry page.
    pub depth: u32,
    /// Redirects taken to get here.
    pub hops: u32,
    /// Higher goes first.
    pub priority: i32,
}

/// How gently a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Least time between the end of one request and the start of the next to one host.
    pub min_delay: Duration,
    /// Most requests a day (Asia/Shanghai).
    pub daily_budget: u32,
}

/// The right to make one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which page.
    pub page: PageId,
    /// For which sweep.
    pub sweep: SweepId,
    /// Generation; a completion with an older one is refused.
    pub epoch: Epoch,
    /// Attempts made, this one included.
    pub attempts: u32,
    /// The page itself.
    pub what: NewPage,
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Go; the host's clock has already been moved forward.
    Granted(Box<Lease>),
    /// Nothing may be asked before this time.
    Wait(Timestamp),
    /// Every page of the sweep is finished or set aside.
    Drained,
}

/// Where a capture lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCapture {
    /// Path below the data directory.
    pub warc: String,
    /// Byte offset of the response record.
    pub offset: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// HTTP status.
    pub status: u16,
}

/// What one attempt brought; stored in one transaction.
#[derive(Clone, Debug)]
pub struct Completion {
    /// How it ended.
    pub outcome: FetchOutcome,
    /// The archived response.
    pub capture: Option<SavedCapture>,
    /// The advertisements read.
    pub listings: Vec<Listing>,
    /// The pages found.
    pub links: Vec<NewPage>,
}

/// The answer to a request for one more turn at a host under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Go; it is counted and the host's clock has already been moved forward.
    Go,
    /// Not before this time; ask again then.
    Wait(Timestamp),
    /// Not under this lease, with the reason.
    Refused(String),
}

/// What robots.txt answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RobotsState {
    /// The text is known.
    Text(Vec<u8>),
    /// There is none (4xx other than 401, 403, 429): everything is allowed.
    Absent(u16),
    /// It cannot be read: nothing is allowed until it can.
    Closed(String),
}

/// A kept copy of a robots.txt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsCopy {
    /// What it said.
    pub state: RobotsState,
    /// Ask again from here on.
    pub expires: Timestamp,
    /// Its Crawl-delay for us; never clamped.
    pub crawl_delay: Option<Duration>,
}

/// One host, for `status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostState {
    /// Which.
    pub host: HostKey,
    /// No request before.
    pub not_before: Timestamp,
    /// Left alone until, with the reason.
    pub blocked: Option<(Timestamp, String)>,
    /// In words.
    pub robots: String,
}

/// Pages of a source by state and reason, for `status` and reports.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PageReport {
    /// Which source.
    pub source: String,
    /// `pending`, `leased`, `done`, `aside`.
    pub state: String,
    /// Outcome code, empty when never tried.
    pub outcome: String,
    /// Reason in words.
    pub reason: String,
    /// How many.
    pub pages: u64,
    /// One of them.
    pub example: String,
}

/// One sweep, for `status` and reports.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SweepReport {
    /// Number.
    pub id: i64,
    /// Start.
    pub started: Timestamp,
    /// End; `None` while it can be resumed.
    pub finished: Option<Timestamp>,
    /// Its sources, sorted.
    pub sources: Vec<String>,
}

/// The frontier's contract.
#[async_trait]
pub trait Frontier: Send + Sync {
    /// Opens a sweep over these sources, or returns the unfinished one over the same sources (`true` = resumed).
    async fn open_sweep(&self, sources: &[SourceId]) -> Result<(SweepId, bool)>;

    /// Marks a sweep as finished.
    async fn finish_sweep(&self, sweep: SweepId) -> Result<()>;

    /// Remembers pages; known ones are queued again only when the sweep is new to them and they are lists, or were last
    /// fetched more than a week ago. Returns how many were queued.
    async fn put(&self, sweep: SweepId, pages: Vec<NewPage>) -> Result<u64>;

    /// Sets how gently a source is read; used from the next claim on.
    async fn set_pace(&self, source: &SourceId, pace: Pace) -> Result<()>;

    /// Grants the most urgent page whose host is free. In the same transaction the host's clock moves forward, so a
    /// crash after this only makes us slower, never ruder. One lease per host at a time.
    async fn claim(&self, sweep: SweepId, lease_for: Duration) -> Result<Claim>;

    /// Grants one more request under a lease: what a page's scripts ask for counts like a page. In the same transaction the
    /// request is counted against the source's day and the clock of `host`, new or known, moves forward. A host that another
    /// page holds, that rests or that is not yet due makes the caller wait or go without.
    async fn spend(&self, lease: &Lease, host: &HostKey) -> Result<Turn>;

    /// Stores what an attempt brought, all of it or nothing. `false`: the lease was lost, nothing is stored.
    async fn complete(&self, lease: &Lease, completion: Completion) -> Result<bool>;

    /// Gives a lease back untried (robots.txt had to be asked first); the attempt does not count.
    async fn give_back(&self, lease: &Lease) -> Result<bool>;

    /// The kept robots.txt of a host, fresh or stale.
    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsCopy>>;

    /// Keeps a robots.txt.
    async fn keep_robots(&self, host: &HostKey, copy: RobotsCopy) -> Result<()>;

    /// Every known host.
    async fn hosts(&self) -> Result<Vec<HostState>>;

    /// Pages by source, state and reason.
    async fn pages(&self, sweep: Option<SweepId>) -> Result<Vec<PageReport>>;

    /// Sweeps, newest first.
    async fn sweeps(&self) -> Result<Vec<SweepReport>>;
}
