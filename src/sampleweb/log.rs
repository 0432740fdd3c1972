//! What was asked of the sample web, and when.

use super::Site;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// One request as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which site was asked.
    pub site: Site,
    /// When it arrived, on the machine's monotonic clock.
    pub at: Instant,
    /// The method.
    pub method: String,
    /// Path and query as asked.
    pub path: String,
    /// The `User-Agent`, empty where none was sent.
    pub user_agent: String,
    /// The status that was answered.
    pub status: u16,
}

/// All requests since the start, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    /// Writes one down.
    pub fn push(&self, seen: Seen) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    /// A copy of all so far, sorted by time of arrival.
    #[must_use]
    pub fn all(&self) -> Vec<Seen> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_by_key(|seen| seen.at);
        all
    }

    /// Those of one site.
    #[must_use]
    pub fn of(&self, site: Site) -> Vec<Seen> {
        let mut all = self.all();
        all.retain(|seen| seen.site == site);
        all
    }

    /// The shortest time between two requests to one site; `None` below two requests.
    #[must_use]
    pub fn shortest_gap(&self, site: Site) -> Option<Duration> {
        self.of(site).windows(2).map(|pair| pair[1].at.saturating_duration_since(pair[0].at)).min()
    }

    /// Whether the site was ever asked for a path that begins so.
    #[must_use]
    pub fn asked(&self, site: Site, path_prefix: &str) -> bool {
        self.of(site).iter().any(|seen| seen.path.starts_with(path_prefix))
    }
}
