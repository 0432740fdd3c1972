//! Judged listings -> leads.

use crate::{
    leads::{Day, LeadParams},
    store::{Leads, StoreError},
};
use std::sync::Arc;

/// Listings linked in one step: one transaction, so that readers and a crawl beside it wait for a moment only.
const BATCH: u32 = 256;
/// Leads ranked again in one step.
const RANKED: u32 = 1024;

/// Brings the leads up to date with the listings.
pub struct Linker {
    /// Where both are.
    pub leads: Arc<dyn Leads>,
    /// When listings belong together and what goes first.
    pub params: LeadParams,
}

impl Linker {
    /// Links one batch and returns how many listings that were; 0 when nothing waits.
    ///
    /// # Errors
    /// The store's.
    pub async fn step(&self, day: &Day) -> Result<usize, StoreError> {
        self.leads.link_step(BATCH, &self.params, day).await
    }

    /// Links whatever waits, then ranks for the day what was ranked for another day. Killed at any moment, it goes on where it
    /// stood.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain(&self, day: &Day) -> Result<usize, StoreError> {
        let mut linked = 0;
        loop {
            match self.step(day).await? {
                0 => break,
                count => linked += count,
            }
        }
        while self.leads.refresh(RANKED, &self.params, day).await? > 0 {}
        Ok(linked)
    }
}
