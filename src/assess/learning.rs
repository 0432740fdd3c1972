//! From labelled listings to a model.

use super::{Read, Reading};
use crate::classify::model::{Provenance, hex};
use crate::classify::{CheckedParams, Labelled, Model, Sample, Samples, TrainError, trainer};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Listings read at a time: their features by name take far more room than the numbers they become.
const BATCH: usize = 256;

/// Trains a model on `corpus`; the order of the rows does not matter and the same input gives the same bytes.
///
/// # Errors
/// When a class lacks examples or the solver fails.
pub fn train(corpus: &[Labelled], reading: &Reading, params: &CheckedParams) -> Result<Model, TrainError> {
    let provenance =
        Provenance { corpus_digest: corpus_digest(corpus), lexicon_digest: reading.lexicon.digest().to_owned() };
    trainer::train(&samples(corpus, reading)?, params, provenance)
}

/// The rows as the trainer sees them, in the order of their identifiers.
///
/// # Errors
/// When two features cannot be told apart.
pub fn samples(corpus: &[Labelled], reading: &Reading) -> Result<Samples, TrainError> {
    let one = |row: &&Labelled| {
        let Read { text, tokens, signals } = reading.read(&row.text());
        Sample::of(&text, &tokens, &signals, row)
    };
    let mut samples = Samples::default();
    for batch in sorted(corpus).chunks(BATCH) {
        let read: Vec<Sample> = batch.par_iter().map(one).collect();
        read.into_iter().try_for_each(|sample| samples.add(sample))?;
    }
    Ok(samples)
}

/// SHA-256 over the rows in the order of their identifiers, hexadecimal.
#[must_use]
pub fn corpus_digest(corpus: &[Labelled]) -> String {
    let mut hasher = Sha256::new();
    for row in sorted(corpus) {
        hasher.update(serde_json::to_vec(row).unwrap_or_default());
        hasher.update(b"\n");
    }
    hex(&hasher.finalize())
}

fn sorted(corpus: &[Labelled]) -> Vec<&Labelled> {
    let mut rows: Vec<&Labelled> = corpus.iter().collect();
    rows.sort_by(|a, b| (&a.id, &a.title, &a.body).cmp(&(&b.id, &b.title, &b.body)));
    rows
}
