//! The second lock on politeness: a governor limiter per host on the machine's monotonic clock.
//!
//! The first lock is the host's not-before time in the store, which survives restarts but trusts the wall clock. If that
//! clock is set forward, this one still keeps requests apart.

use crate::domain::HostKey;
use governor::{
    Quota, RateLimiter,
    clock::DefaultClock,
    state::{InMemoryState, NotKeyed},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;

/// One limiter per host, burst one.
#[derive(Default)]
pub struct Gate {
    hosts: Mutex<HashMap<HostKey, (Duration, Arc<Limiter>)>>,
}

impl Gate {
    /// Waits until the host may be asked again; returns at once when `delay` is zero. A longer delay than before replaces
    /// the limiter and waits its whole length, a shorter one changes nothing.
    pub async fn pass(&self, host: &HostKey, delay: Duration) {
        let Some(quota) = Quota::with_period(delay) else { return };
        let limiter = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            match hosts.get(host) {
                Some((known, limiter)) if *known >= delay => Arc::clone(limiter),
                known => {
                    let limiter = Arc::new(RateLimiter::direct(quota));
                    if known.is_some() {
                        // Spend the first cell, so that the change of pace is itself a full wait.
                        let _ = limiter.check();
                    }
                    hosts.insert(host.clone(), (delay, Arc::clone(&limiter)));
                    limiter
                }
            }
        };
        limiter.until_ready().await;
    }
}
