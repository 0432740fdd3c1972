//! The composition root: the only room that names a concrete store, fetcher and clock.

pub mod acting;
pub mod beside;
pub mod builtin;
pub mod demo;
pub mod draw_lists;
pub mod draw_registry;
pub mod exporting;
pub mod feedback;
pub mod golden;
pub mod handover;
pub mod import_report;
pub mod importing;
pub mod lists;
pub mod lists_report;
pub mod pictures;
pub mod purging;
pub mod recorded;
pub mod rendering;
pub mod rereading;
pub mod searching;
pub mod status;
pub mod sweep;
pub mod trying;
pub mod unmasking;
pub mod words;

use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    crawl::{CaptureFolder, Guard, HttpFetcher, HttpParams},
    domain::{AuditKind, beijing},
    evidence::sha256_hex,
    leads::Day,
    store::{
        Audit, Draws, Frontier, Imports, Leads, Listings, Queue, Records, Retention, Seals, Search, StoreError,
        Watched, sqlite::SqliteStore,
    },
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
    /// Who works on which lead, and where each stands.
    pub queue: Arc<dyn Queue>,
    /// Files that people brought in.
    pub imports: Arc<dyn Imports>,
    /// Lists that people brought in.
    pub records: Arc<dyn Records>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
    /// Random draws.
    pub draws: Arc<dyn Draws>,
    /// Captures under Merkle roots.
    pub seals: Arc<dyn Seals>,
    /// What may not be kept any longer.
    pub retention: Arc<dyn Retention>,
    /// Full-text search.
    pub search: Arc<dyn Search>,
    /// Who is acting now, for the audit log.
    pub who: String,
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
        Ok(Self::over(data_dir, SqliteStore::open(data_dir, Arc::clone(&clock))?, clock))
    }

    /// Opens for reading, also beside a running sweep.
    ///
    /// # Errors
    /// When nothing is stored there.
    pub fn open_read_only(data_dir: &Path) -> Result<Self, StoreError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self::over(data_dir, SqliteStore::open_read_only(data_dir, Arc::clone(&clock))?, clock))
    }

    fn over(data_dir: &Path, store: SqliteStore, clock: Arc<dyn Clock>) -> Self {
        let who = system_user();
        let store = Arc::new(store.acting_for(who.clone()));
        Self {
            data_dir: data_dir.to_owned(),
            frontier: Arc::clone(&store) as Arc<dyn Frontier>,
            listings: Arc::clone(&store) as Arc<dyn Listings>,
            leads: Arc::clone(&store) as Arc<dyn Leads>,
            queue: Arc::clone(&store) as Arc<dyn Queue>,
            imports: Arc::clone(&store) as Arc<dyn Imports>,
            records: Arc::clone(&store) as Arc<dyn Records>,
            audit: Arc::clone(&store) as Arc<dyn Audit>,
            draws: Arc::clone(&store) as Arc<dyn Draws>,
            seals: Arc::clone(&store) as Arc<dyn Seals>,
            retention: Arc::clone(&store) as Arc<dyn Retention>,
            search: store,
            who,
            captures: CaptureFolder::new(data_dir),
            clock,
        }
    }

    /// Writes down a configuration that differs from the last one seen.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_config(&self, config: &Config) -> Result<(), StoreError> {
        let effective =
            serde_json::to_value(config).map_err(|source| StoreError::Damaged { column: "configuration", source })?;
        let digest = sha256_hex(effective.to_string().as_bytes());
        let seen = Watched { name: "config", kind: AuditKind::ConfigChanged, digest, details: effective };
        self.audit.watch(&self.who, seen).await?;
        Ok(())
    }

    /// How many leads there are.
    ///
    /// # Errors
    /// The store's.
    pub async fn lead_count(&self) -> Result<usize, StoreError> {
        let counts = self.leads.counts().await?;
        Ok(counts.iter().map(|count| usize::try_from(count.leads).unwrap_or(usize::MAX)).sum())
    }

    /// Today in Asia/Shanghai with the built-in calendar and the lists that were imported.
    ///
    /// # Errors
    /// A calendar file that is wrong, the store's.
    pub async fn day(&self, config: &Config) -> anyhow::Result<Day> {
        let registers = lists::registers(self, &config.leads.standing).await?;
        Ok(Day {
            date: self.today(),
            calendar: Arc::new(builtin::calendar()?),
            registers: (!registers.is_empty()).then(|| Arc::new(registers)),
        })
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        beijing(self.clock.now()).date()
    }
}

/// Who started the program, as the environment says it: a claim, which is enough to tell colleagues apart.
fn system_user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let found = names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    found.map_or_else(|| "program".to_owned(), |name| format!("user {}", name.trim()))
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
