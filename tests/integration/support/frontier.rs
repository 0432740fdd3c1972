//! A store with a manual clock and one sweep, for tests of the frontier.

use std::{path::Path, sync::Arc, time::Duration};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{HostKey, PageRole, Request, SourceId, SweepId, UrlKey, UrlRule},
    store::{Claim, Frontier, Lease, NewPage, Pace, sqlite::SqliteStore},
};
use url::Url;

pub const LEASE: Duration = Duration::from_mins(1);

pub struct Bench {
    pub store: SqliteStore,
    pub clock: Arc<ManualClock>,
    pub sweep: SweepId,
}

impl Bench {
    /// A new store at ten in the morning in Asia/Shanghai, with a sweep over these sources.
    pub async fn open(dir: &Path, sources: &[(&str, Pace)]) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-25T02:00:00Z".parse().expect("a time")));
        let store = SqliteStore::open(dir, Arc::clone(&clock) as Arc<dyn Clock>).expect("a new store");
        for (source, pace) in sources {
            store.set_pace(&SourceId((*source).into()), pace.clone()).await.expect("a pace");
        }
        let ids: Vec<SourceId> = sources.iter().map(|(source, _)| SourceId((*source).into())).collect();
        let sweep = store.open_sweep(&ids).await.expect("a sweep").0;
        Self { store, clock, sweep }
    }

    pub async fn claim(&self) -> Claim {
        self.store.claim(self.sweep, LEASE).await.expect("a claim")
    }

    pub async fn granted(&self) -> Lease {
        match self.claim().await {
            Claim::Granted(lease) => *lease,
            other => panic!("expected a lease, got {other:?}"),
        }
    }
}

/// A page of a source, as a link to it would be remembered.
pub fn page(source: &str, role: PageRole, address: &str) -> NewPage {
    let url = Url::parse(address).expect("an address");
    NewPage {
        source: SourceId(source.into()),
        role,
        request: Request::get(address),
        key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
        host: HostKey::of(&url).expect("a host"),
        depth: 0,
        hops: 0,
        priority: 0,
    }
}
