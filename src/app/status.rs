//! `status`: what is running, what is blocked and why, when it goes on.

use super::App;
use crate::{
    domain::SourceId,
    store::{PageReport, SourceState, StoreError, SweepReport, Unfetched},
};
use serde::Serialize;

/// One host.
#[derive(Clone, Debug, Serialize)]
pub struct HostStatus {
    /// Scheme, name and port.
    pub host: String,
    /// No request before this time.
    pub next_request_after: jiff::Timestamp,
    /// Left alone until, and why.
    pub blocked_until: Option<jiff::Timestamp>,
    /// Why it is left alone.
    pub blocked_reason: Option<String>,
    /// What its robots.txt was.
    pub robots: String,
    /// How long it takes to answer, in milliseconds, moving average; 0 before the first answer.
    pub latency_ms: u64,
}

/// The whole answer.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Sweeps, newest first.
    pub sweeps: Vec<SweepReport>,
    /// Sources: what each waits for, and when it goes on.
    pub sources: Vec<SourceState>,
    /// Hosts.
    pub hosts: Vec<HostStatus>,
    /// Pages by source, state and reason.
    pub pages: Vec<PageReport>,
    /// Listings waiting for judgement.
    pub unassessed: u64,
    /// Leads.
    pub leads: usize,
}

/// Collects it.
///
/// # Errors
/// The store's.
pub async fn status(app: &App) -> Result<Status, StoreError> {
    let hosts = app.frontier.hosts().await?.into_iter().map(|host| {
        let (blocked_until, blocked_reason) = host.blocked.unzip();
        HostStatus {
            host: host.host.to_string(),
            next_request_after: host.not_before,
            blocked_until,
            blocked_reason,
            robots: host.robots,
            latency_ms: u64::try_from(host.latency.as_millis()).unwrap_or(u64::MAX),
        }
    });
    Ok(Status {
        sweeps: app.frontier.sweeps().await?,
        sources: app.frontier.sources().await?,
        hosts: hosts.collect(),
        pages: app.frontier.pages(None).await?,
        unassessed: app.listings.backlog().await?,
        leads: app.lead_count().await?,
    })
}

/// Addresses that were not fetched, each with its reason, at most `limit`.
///
/// # Errors
/// The store's.
pub async fn unfetched(app: &App, source: Option<&str>, limit: u32) -> Result<Vec<Unfetched>, StoreError> {
    let source = source.map(|id| SourceId(id.to_owned()));
    app.frontier.unfetched(source.as_ref(), limit).await
}
