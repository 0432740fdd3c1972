//! The artefact: what was learnt, from what, and how good it is, in one file that refuses to be half read.

use super::calibrate::Calibration;
use super::codec::SEAL;
use super::features::{Block, Features};
use super::linear::Linear;
use super::params::CheckedParams;
use super::tags::{TagModel, Tags};
use super::vocabulary::{Known, Vocabulary, scales_of};
use crate::domain::Probabilities;
use crate::signals::Signals;
use serde::{Deserialize, Serialize};

/// How many classes there are, in the order of `Verdict::ALL`.
pub(super) const CLASSES: usize = 4;
/// Rises whenever features or layout change.
pub(super) const VERSION: u32 = 3;
/// A weight below this changes no verdict; dropping them keeps the file small.
const LEAST_WEIGHT: f64 = 5e-3;

/// Why a model file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not one of our files.
    #[error("this is not a Tanzhao model file")]
    NotAModel,
    /// Another version of the program wrote it.
    #[error("the model file has version {found}, this program reads version {expected}; train again")]
    Version {
        /// Of the file.
        found: u32,
        /// Of this program.
        expected: u32,
    },
    /// Bytes were changed or lost.
    #[error("the model file is damaged: its checksum does not match")]
    Checksum,
    /// Whole, but its parts do not fit one another.
    #[error("the model file is inconsistent: {0}")]
    Inconsistent(String),
}

/// What a model was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// SHA-256 of the corpus, hexadecimal.
    pub corpus_digest: String,
    /// SHA-256 of the lexicon, hexadecimal.
    pub lexicon_digest: String,
}

/// How good it is on listings it has not seen, by grouped cross-validation over its corpus.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Listings in the corpus.
    pub rows: usize,
    /// Mean F1 of the four classes.
    pub macro_f1: f64,
    /// Average precision for overt or disguised.
    pub lead_average_precision: f64,
}

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Layout version.
    pub version: u32,
    /// What it was made from.
    pub provenance: Provenance,
    /// How it was trained.
    pub params: CheckedParams,
    /// How good it is.
    pub metrics: Metrics,
    /// How its logits become probabilities.
    pub calibration: Calibration,
}

impl Card {
    pub(super) fn new(
        provenance: Provenance,
        params: CheckedParams,
        metrics: Metrics,
        calibration: Calibration,
    ) -> Self {
        Self { version: VERSION, provenance, params, metrics, calibration }
    }
}

/// A trained classifier.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) card: Card,
    pub(super) vocabulary: Vocabulary,
    pub(super) weights: Vec<[f32; CLASSES]>,
    pub(super) bias: [f64; CLASSES],
    pub(super) tags: Option<TagModel>,
}

/// A text as a model sees it.
#[derive(Debug)]
pub struct Weighed<'a> {
    pub(super) model: &'a Model,
    pub(super) features: &'a Features,
    pub(super) known: Known,
}

impl Weighed<'_> {
    /// The calibrated probabilities.
    #[must_use]
    pub fn probabilities(&self) -> Probabilities {
        let mut logits = self.model.bias;
        for (id, value) in self.model.vocabulary.scaled(&self.known.counts) {
            for (logit, weight) in logits.iter_mut().zip(self.model.weights[id as usize]) {
                *logit += value * f64::from(weight);
            }
        }
        self.model.card.calibration.apply(logits)
    }
}

impl Model {
    pub(super) fn new(card: Card, vocabulary: &Vocabulary, linear: &Linear, tags: Option<TagModel>) -> Self {
        let rows = vocabulary.names().iter().zip(vocabulary.idf()).zip(&linear.weights);
        let kept = rows.filter(|(_, weights)| weights.iter().any(|weight| weight.abs() >= LEAST_WEIGHT));
        let (entries, weights) = kept.map(|((name, idf), row)| ((name.clone(), idf), row.map(|w| w as f32))).unzip();
        let vocabulary = Vocabulary::from_entries(entries, scales_of(&card.params));
        Self { card, vocabulary, weights, bias: linear.bias, tags }
    }

    /// What it says of itself.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// SHA-256 over the file, the model's name in logs and packages.
    #[must_use]
    pub fn digest(&self) -> String {
        let bytes = self.to_bytes();
        hex(&bytes[bytes.len() - SEAL..])
    }

    /// Forms, subjects and stages of a lead; `None` when the corpus taught none and the word lists must do.
    #[must_use]
    pub fn tags(&self, features: &Features, signals: &Signals) -> Option<Tags> {
        self.tags.as_ref().map(|tags| tags.tags(features, signals))
    }

    /// Looks the features of a text up, for its probabilities and its reasons.
    #[must_use]
    pub fn weigh<'a>(&'a self, features: &'a Features) -> Weighed<'a> {
        Weighed { model: self, features, known: self.vocabulary.known(features) }
    }

    /// The calibrated probabilities of a text.
    #[must_use]
    pub fn score(&self, features: &Features) -> Probabilities {
        self.weigh(features).probabilities()
    }

    /// Log-odds of a lead, given for each block the weighted sum and the sum of squares of its values.
    pub(super) fn lead_log_odds(&self, blocks: &[([f64; CLASSES], f64); Block::COUNT]) -> f64 {
        const ALL: [Block; Block::COUNT] = [Block::Word, Block::Char, Block::Head, Block::Cue, Block::Sense];
        let mut logits = self.bias;
        for (block, (sums, squares)) in ALL.into_iter().zip(blocks) {
            if *squares > 1e-12 {
                let factor = self.vocabulary.scale(block) / squares.sqrt();
                for (logit, sum) in logits.iter_mut().zip(sums) {
                    *logit += factor * sum;
                }
            }
        }
        let [overt, disguised, non_subject, irrelevant] = self.card.calibration.logits(logits);
        log_sum(overt, disguised) - log_sum(non_subject, irrelevant)
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn log_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a >= b { (a, b) } else { (b, a) };
    high + libm::log1p(libm::exp(low - high))
}
