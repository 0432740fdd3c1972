//! The composition root: the only room that names a concrete store, fetcher and clock.

pub mod beside;
pub mod builtin;
pub mod demo;
pub mod golden;
pub mod handover;
pub mod rereading;
pub mod status;
pub mod sweep;
pub mod trying;

use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    crawl::{CaptureFolder, Guard, HttpFetcher, HttpParams},
    domain::beijing,
    store::{Frontier, Leads, Listings, StoreError, sqlite::SqliteStore},
};
use jiff::civil::Date;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Name and version, for archives and packages.
pub const SOFTWARE: &str = concat!("tanzhao/", env!("CARGO_PKG_VERSION"));
/// Product token of the User-Agent, looked for in robots.txt.
pub const AGENT: &str = "TanzhaoBot";

/// An open data directory.
#[derive(Clone)]
pub struct App {
    /// The directory.
    pub data_dir: PathBuf,
    /// The frontier.
    pub frontier: Arc<dyn Frontier>,
    /// The listings.
    pub listings: Arc<dyn Listings>,
    /// The leads.
    pub leads: Arc<dyn Leads>,
    /// The archive.
    pub captures: CaptureFolder,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// Opens for writing and takes the directory's lock.
    ///
    /// # Errors
    /// When another process works there or the directory cannot be used.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self::over(data_dir, Arc::new(SqliteStore::open(data_dir, Arc::clone(&clock))?), clock))
    }

    /// Opens for reading, also beside a running sweep.
    ///
    /// # Errors
    /// When nothing is stored there.
    pub fn open_read_only(data_dir: &Path) -> Result<Self, StoreError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self::over(data_dir, Arc::new(SqliteStore::open_read_only(data_dir, Arc::clone(&clock))?), clock))
    }

    fn over(data_dir: &Path, store: Arc<SqliteStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            frontier: Arc::clone(&store) as Arc<dyn Frontier>,
            listings: Arc::clone(&store) as Arc<dyn Listings>,
            leads: store,
            captures: CaptureFolder::new(data_dir),
            clock,
        }
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        beijing(self.clock.now()).date()
    }
}

/// The fetcher of a configuration, one for sweeps and trials alike.
fn fetcher(config: &Config, guard: Guard) -> anyhow::Result<HttpFetcher> {
    Ok(HttpFetcher::new(HttpParams {
        user_agent: config.user_agent(AGENT),
        timeout: config.timeout,
        body_bytes: config.body_bytes,
        guard,
    })?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn pages_can_address_us_by_the_name_we_send() {
        assert!(crate::extract::OUR_NAMES.iter().any(|name| name.eq_ignore_ascii_case(super::AGENT)));
    }
}
