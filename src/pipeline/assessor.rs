//! Unjudged listings -> judgements, in batches off the runtime's threads.

use crate::{
    assess::Toolkit,
    domain::{Assessment, ListingId, ListingText},
    store::{Listings, StoreError, Versions},
    text::Fingerprint,
};
use rayon::prelude::*;
use std::sync::Arc;

/// Listings judged in one step.
const BATCH: u32 = 256;

/// Judges whatever waits.
pub struct Assessor {
    /// Where listings wait.
    pub listings: Arc<dyn Listings>,
    /// What judges them.
    pub toolkit: Arc<Toolkit>,
    /// Kept with every judgement.
    pub versions: Versions,
}

impl Assessor {
    /// Judges one batch and returns how many that were; 0 when nothing waits.
    ///
    /// # Errors
    /// The store's.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let waiting = self.listings.unassessed(BATCH).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let toolkit = Arc::clone(&self.toolkit);
        let judged = tokio::task::spawn_blocking(move || {
            waiting
                .par_iter()
                .map(|stored| {
                    let text = ListingText::from(&stored.listing);
                    let fingerprint = Fingerprint::of(&toolkit.reading.cleaner.clean(&text.full()));
                    (stored.id, toolkit.assess(&text), fingerprint)
                })
                .collect::<Vec<(ListingId, Assessment, Fingerprint)>>()
        });
        let judged = judged.await.map_err(|_| StoreError::Closed)?;
        let count = judged.len();
        self.listings.save_assessments(judged, &self.versions).await?;
        Ok(count)
    }

    /// Judges until nothing waits.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            match self.step().await? {
                0 => return Ok(total),
                count => total += count,
            }
        }
    }
}
