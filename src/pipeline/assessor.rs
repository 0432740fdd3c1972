//! Unjudged listings -> judgements, in batches off the runtime's threads.

use crate::{
    assess::Toolkit,
    domain::{Assessment, Listing, ListingText},
    evidence::mask_spans,
    store::{Judged, Listings, StoreError, Versions},
    text::{Fingerprint, IndexText},
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
                    let clear = toolkit.reading.cleaner.clean(&text.full());
                    let assessment = toolkit.assess(&text);
                    let index = index(&toolkit, &stored.listing, &assessment);
                    Judged { id: stored.id, assessment, fingerprint: Fingerprint::of(&clear), index }
                })
                .collect::<Vec<Judged>>()
        });
        let judged = judged.await.map_err(|_| StoreError::Closed)?;
        let count = judged.len();
        self.listings.save_judged(judged, &self.versions).await?;
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

/// What a listing can be found by: title, text and author without anything that reaches somebody.
fn index(toolkit: &Toolkit, listing: &Listing, judged: &Assessment) -> IndexText {
    let author = listing.author.as_deref().unwrap_or_default();
    let full = format!("{}\n{}\n{author}", listing.title, listing.body);
    let mut shown = String::with_capacity(full.len());
    let mut hidden = mask_spans(&full, &judged.contacts).into_iter().peekable();
    for (at, c) in full.chars().enumerate() {
        while hidden.next_if(|one| one.span.end <= at).is_some() {}
        shown.push(if hidden.peek().is_some_and(|one| one.span.start <= at) { '\n' } else { c });
    }
    IndexText::of(&toolkit.reading.cleaner.clean(&shown), &toolkit.reading.tokenizer)
}
