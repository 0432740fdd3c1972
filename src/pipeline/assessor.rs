//! Unjudged listings -> judgements, in batches off the runtime's threads.

use crate::{
    assess::{Reading, Toolkit},
    domain::{Assessment, Listing, ListingText},
    evidence::mask_spans,
    store::{Judged, Listings, StoreError, Versions},
    text::{ClearText, Fingerprint, IndexText, Token},
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
                    let (assessment, clear, tokens) = toolkit.judge(&text);
                    let index = index(&toolkit.reading, &stored.listing, &assessment, (&clear, &tokens));
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
fn index(
    reading: &Reading,
    listing: &Listing,
    judged: &Assessment,
    (clear, tokens): (&ClearText, &[Token]),
) -> IndexText {
    let author = listing.author.as_deref().unwrap_or_default();
    let full = format!("{}\n{author}", clear.original());
    let author_at = full.chars().count() - author.chars().count();
    let hidden = mask_spans(&full, &judged.contacts);
    let (of_text, of_author) = hidden.split_at(hidden.partition_point(|one| one.span.start < author_at));
    let of_text: Vec<_> = of_text.iter().filter_map(|one| clear.clear_range(one.span)).collect();
    let mut index = IndexText::default();
    index.add(clear, tokens, &of_text);
    if !author.is_empty() {
        let is_hidden = |at| of_author.iter().any(|one| (one.span.start..one.span.end).contains(&at));
        let shown: String =
            (author_at..).zip(author.chars()).map(|(at, c)| if is_hidden(at) { '\n' } else { c }).collect();
        let clear = reading.cleaner.clean(&shown);
        index.add(&clear, &reading.tokenizer.tokens(&clear), &[]);
    }
    index
}
