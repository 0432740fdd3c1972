//! The frontier: which pages are known, which are due, whose turn it is.

use super::{HostState, OriginalRow, PageReport, Result, SourceState, SweepReport, Tally, Unfetched};
use crate::domain::{
    CaptureId, Epoch, FetchOutcome, HostKey, Listing, PageId, PageRole, QuietHours, Request, SourceId, SweepId, UrlKey,
};
use async_trait::async_trait;
use jiff::Timestamp;
use std::{net::IpAddr, time::Duration};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Least time between the end of one request and the start of the next to one host.
    pub min_delay: Duration,
    /// Most requests a day (Asia/Shanghai).
    pub daily_budget: u32,
    /// Who runs the platform; all sources of one operator share one clock.
    pub operator: Option<String>,
    /// When it is not asked at all, Asia/Shanghai.
    pub quiet: Vec<QuietHours>,
    /// Most pages remembered in one sweep.
    pub sweep_budget: u32,
    /// Pages of one address pattern in a row without anything new after which the pattern is left.
    pub barren_limit: u32,
}

impl Default for Pace {
    /// A gentle pace: five seconds, a thousand requests a day.
    fn default() -> Self {
        Self {
            min_delay: Duration::from_secs(5),
            daily_budget: 1000,
            operator: None,
            quiet: Vec::new(),
            sweep_budget: 1_000_000,
            barren_limit: 50,
        }
    }
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
    /// What the page was when it was last read.
    pub previous: Option<Previous>,
}

/// What a page was when it was last read: for conditional requests and for records of unchanged pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its `ETag`, as sent.
    pub etag: Option<String>,
    /// Its Last-Modified, as sent.
    pub last_modified: Option<String>,
    /// SHA-256 of the body as sent, hex.
    pub payload_sha256: String,
    /// When it was read.
    pub seen: Timestamp,
    /// The capture that holds it; `None` once it was purged.
    pub capture: Option<CaptureId>,
}

/// What a page said about itself this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its `ETag`, as sent.
    pub etag: Option<String>,
    /// Its Last-Modified, as sent.
    pub last_modified: Option<String>,
    /// SHA-256 of the body as sent, hex.
    pub payload_sha256: String,
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
    /// The address that was archived.
    pub url: String,
    /// The date in the archive.
    pub fetched_at: Timestamp,
    /// SHA-256 of the body as received, hex; for a revisit that of the earlier body.
    pub payload_sha256: String,
    /// For a revisit, the capture that holds the body.
    pub refers_to: Option<CaptureId>,
    /// The archived robots.txt under which it was asked for.
    pub robots: Option<CaptureId>,
}

/// The last capture of a page that holds a body: what a revisit refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousCapture {
    /// Its number.
    pub id: CaptureId,
    /// Path below the data directory.
    pub warc: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// The address that was archived.
    pub url: String,
    /// The date in the archive.
    pub fetched_at: Timestamp,
    /// SHA-256 of the body as received, hex.
    pub payload_sha256: String,
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
    /// What to compare the page with next time; `None` when it was not read.
    pub visit: Option<Visit>,
    /// How long the host took, for the adaptive delay.
    pub took: Duration,
    /// The address that answered: hosts behind one address share a clock.
    pub address: Option<IpAddr>,
}

impl Completion {
    /// An outcome that brought nothing.
    #[must_use]
    pub fn of(outcome: FetchOutcome) -> Self {
        Self {
            outcome,
            capture: None,
            listings: Vec::new(),
            links: Vec::new(),
            visit: None,
            took: Duration::ZERO,
            address: None,
        }
    }
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
    /// When it was asked; `None` for copies kept by a version that did not note it.
    pub fetched: Option<Timestamp>,
    /// Ask again from here on.
    pub expires: Timestamp,
    /// Its Crawl-delay for us; never clamped.
    pub crawl_delay: Option<Duration>,
    /// The answer that brought it, in the archive; `None` for a host that is closed, and for copies of older versions.
    pub archived: Option<OriginalRow>,
}

impl RobotsCopy {
    /// Whether it still counts and what is fetched under it can name it.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expires > now && (self.archived.is_some() || matches!(self.state, RobotsState::Closed(_)))
    }
}

/// A robots.txt that was archived just now.
#[derive(Clone, Debug)]
pub struct NewRobots {
    /// In which sweep.
    pub sweep: SweepId,
    /// For which source.
    pub source: SourceId,
    /// Where it lies.
    pub capture: SavedCapture,
}

/// The frontier's contract.
#[async_trait]
pub trait Frontier: Send + Sync {
    /// Opens a sweep over these sources, or returns the unfinished one over the same sources (`true` = resumed).
    async fn open_sweep(&self, sources: &[SourceId]) -> Result<(SweepId, bool)>;

    /// Marks a sweep as finished.
    async fn finish_sweep(&self, sweep: SweepId) -> Result<()>;

    /// Remembers pages; known ones are queued again only when the sweep is new to them and they are lists, or their next
    /// visit is due. Returns how many were queued.
    async fn put(&self, sweep: SweepId, pages: Vec<NewPage>) -> Result<u64>;

    /// Queues the known listing pages of these sources whose next visit is due, behind everything new: pages that no list
    /// shows any more are where edits and deletions are seen. Returns how many were queued.
    async fn revisit(&self, sweep: SweepId, sources: &[SourceId]) -> Result<u64>;

    /// Sets how gently a source is read; used from the next claim on.
    async fn set_pace(&self, source: &SourceId, pace: Pace) -> Result<()>;

    /// Grants the most urgent page whose host, address and operator are free. In the same transaction their clocks move
    /// forward, so a crash after this only makes us slower, never ruder. One lease per host at a time.
    async fn claim(&self, sweep: SweepId, lease_for: Duration) -> Result<Claim>;

    /// Grants one more request under a lease: what a page's scripts ask for counts like a page. In the same transaction the
    /// request is counted against the source's day and the clock of `host`, new or known, moves forward. A host that another
    /// page holds, that rests or that is not yet due makes the caller wait or go without.
    async fn spend(&self, lease: &Lease, host: &HostKey) -> Result<Turn>;

    /// Stores what an attempt brought, all of it or nothing. `false`: the lease was lost, nothing is stored.
    async fn complete(&self, lease: &Lease, completion: Completion) -> Result<bool>;

    /// The last capture of a page that holds a body. Never a revisit: a revisit refers to the original itself.
    async fn previous(&self, page: PageId) -> Result<Option<PreviousCapture>>;

    /// Gives a lease back untried (robots.txt had to be asked first); the attempt does not count.
    async fn give_back(&self, lease: &Lease) -> Result<bool>;

    /// The kept robots.txt of a host, fresh or stale.
    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsCopy>>;

    /// Keeps a robots.txt, and remembers the capture of one that was not archived before.
    async fn keep_robots(&self, host: &HostKey, copy: RobotsCopy, new: Option<NewRobots>) -> Result<()>;

    /// The archived robots.txt of this address with this body, if there is one.
    async fn archived_robots(&self, url: &str, payload_sha256: &str) -> Result<Option<OriginalRow>>;

    /// Every archived robots.txt.
    async fn robots_archive(&self) -> Result<Vec<OriginalRow>>;

    /// Lets no page of a source be claimed until a person releases it.
    async fn quarantine(&self, source: &SourceId, reason: &str) -> Result<()>;

    /// Ends a quarantine. `false`: there was none.
    async fn release(&self, source: &SourceId) -> Result<bool>;

    /// Every source, with what it waits for.
    async fn sources(&self) -> Result<Vec<SourceState>>;

    /// What sweeps found at a source, newest sweep first, at most `limit`.
    async fn tallies(&self, source: &SourceId, limit: u32) -> Result<Vec<(SweepId, Tally)>>;

    /// Pages that were not fetched, with the reason, at most `limit`.
    async fn unfetched(&self, source: Option<&SourceId>, limit: u32) -> Result<Vec<Unfetched>>;

    /// Every known host.
    async fn hosts(&self) -> Result<Vec<HostState>>;

    /// Pages by source, state and reason.
    async fn pages(&self, sweep: Option<SweepId>) -> Result<Vec<PageReport>>;

    /// Sweeps, newest first.
    async fn sweeps(&self) -> Result<Vec<SweepReport>>;
}
