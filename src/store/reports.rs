//! What people ask of the frontier: sources, hosts, pages and sweeps, in numbers and words.

use crate::domain::HostKey;
use jiff::Timestamp;
use std::time::Duration;

/// One source, for `status`: why is nothing happening, and when will it?
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SourceState {
    /// Which.
    pub source: String,
    /// In one word: `quarantined`, `blocked`, `budget`, `quiet`, `waiting`, `ready`, `drained`.
    pub state: String,
    /// Why, in words; empty when there is nothing to say.
    pub why: String,
    /// When the next request may be made; `None` when nothing waits or a person has to act first.
    pub next_wakeup: Option<Timestamp>,
    /// Requests left today.
    pub budget_left: u32,
    /// Pages waiting.
    pub pending: u64,
    /// Pages set aside, and addresses not even remembered.
    pub not_fetched: u64,
    /// The last thing that went wrong: when, where, what.
    pub last_error: Option<(Timestamp, String, String)>,
    /// The robots.txt rules of its hosts.
    pub robots: Vec<String>,
}

/// What a sweep found at one source, field by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Pages read as content.
    pub pages: u64,
    /// Of them lists.
    pub lists: u64,
    /// Lists without any.
    pub empties: u64,
    /// Listings or links to listings on those lists.
    pub found: u64,
    /// Listings read.
    pub listings: u64,
    /// Of them with a title, a body, an author, a price, a place, a date.
    pub titled: u64,
    /// With a body.
    pub bodied: u64,
    /// With an author.
    pub authored: u64,
    /// With a price.
    pub priced: u64,
    /// With a place.
    pub placed: u64,
    /// With a date.
    pub dated: u64,
    /// Listings judged that show a way to reach the poster.
    pub contacted: u64,
    /// Walls met.
    pub walls: u64,
    /// Pages that came and could not be read.
    pub failures: u64,
    /// Pages that are gone.
    pub gone: u64,
    /// Pages that had not changed.
    pub unchanged: u64,
}

/// One page that was not fetched, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unfetched {
    /// For which source.
    pub source: String,
    /// The address.
    pub url: String,
    /// `pending`, `later`, `leased`, `aside`.
    pub state: String,
    /// Why, in words.
    pub reason: String,
    /// When it may be asked.
    pub due: Option<Timestamp>,
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
    /// How long it takes to answer, moving average.
    pub latency: Duration,
}

/// Pages of a source by state and reason, for `status` and reports.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PageReport {
    /// Which source.
    pub source: String,
    /// `pending`, `later`, `leased`, `done`, `aside`.
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
