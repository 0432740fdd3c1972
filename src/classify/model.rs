//! The artefact: what was learnt, from what, and how good it is, in one file that refuses to be half read.

use super::calibrate::Calibration;
use super::features::{Block, Features};
use super::params::CheckedParams;
use super::trainer::Linear;
use super::vocabulary::{Vocabulary, scales_of};
use crate::domain::Probabilities;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many classes there are, in the order of `Verdict::ALL`.
pub(super) const CLASSES: usize = 4;
const MAGIC: &[u8] = b"TANZHAO-MODEL\n";
/// Rises whenever features or layout change.
const VERSION: u32 = 1;
const SEAL: usize = 32;
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
    card: Card,
    pub(super) vocabulary: Vocabulary,
    pub(super) weights: Vec<[f32; CLASSES]>,
    bias: [f64; CLASSES],
}

impl Model {
    pub(super) fn new(card: Card, vocabulary: &Vocabulary, linear: &Linear) -> Self {
        let rows = vocabulary.names().iter().zip(vocabulary.idf()).zip(&linear.weights);
        let kept = rows.filter(|(_, weights)| weights.iter().any(|weight| weight.abs() >= LEAST_WEIGHT));
        let (entries, weights) = kept.map(|((name, idf), row)| ((name.clone(), *idf), row.map(|w| w as f32))).unzip();
        let vocabulary = Vocabulary::from_entries(entries, scales_of(&card.params));
        Self { card, vocabulary, weights, bias: linear.bias }
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

    /// The calibrated probabilities of a text.
    #[must_use]
    pub fn score(&self, features: &Features) -> Probabilities {
        let mut logits = self.bias;
        for (id, value) in self.vocabulary.vector(features).entries {
            for (logit, weight) in logits.iter_mut().zip(self.weights[id as usize]) {
                *logit += value * f64::from(weight);
            }
        }
        self.card.calibration.apply(logits)
    }

    /// Log-odds of a lead, given for each block the weighted sum and the sum of squares of its values.
    pub(super) fn lead_log_odds(&self, blocks: &[([f64; CLASSES], f64); Block::COUNT]) -> f64 {
        const ALL: [Block; Block::COUNT] = [Block::Word, Block::Char, Block::Head, Block::Cue];
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

    /// The file; the same model gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let card = serde_json::to_vec(&self.card).unwrap_or_default();
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((card.len() as u32).to_le_bytes());
        out.extend(card);
        out.extend(self.bias.iter().flat_map(|value| value.to_le_bytes()));
        out.extend((self.weights.len() as u32).to_le_bytes());
        for ((name, idf), weights) in self.vocabulary.names().iter().zip(self.vocabulary.idf()).zip(&self.weights) {
            let name = &name.as_bytes()[..name.len().min(usize::from(u16::MAX))];
            out.extend((name.len() as u16).to_le_bytes());
            out.extend(name);
            out.extend(idf.to_le_bytes());
            out.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
        }
        let seal = Sha256::digest(&out);
        out.extend(seal);
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is no model, of another version, damaged or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let mut reader = Bytes(rest);
        let found = u32::from_le_bytes(reader.array()?);
        if found != VERSION {
            return Err(ModelError::Version { found, expected: VERSION });
        }
        let content = bytes.len().checked_sub(SEAL).ok_or(ModelError::Checksum)?;
        if content < MAGIC.len() || Sha256::digest(&bytes[..content])[..] != bytes[content..] {
            return Err(ModelError::Checksum);
        }
        let card_length = u32::from_le_bytes(reader.array()?) as usize;
        let card: Card = serde_json::from_slice(reader.take(card_length)?)
            .map_err(|error| ModelError::Inconsistent(format!("its card: {error}")))?;
        let mut bias = [0.0; CLASSES];
        for value in &mut bias {
            *value = f64::from_le_bytes(reader.array()?);
        }
        let count = u32::from_le_bytes(reader.array()?) as usize;
        let mut entries = Vec::new();
        let mut weights = Vec::new();
        for _ in 0..count {
            let length = usize::from(u16::from_le_bytes(reader.array()?));
            let name = std::str::from_utf8(reader.take(length)?)
                .map_err(|_| ModelError::Inconsistent("a feature name is not UTF-8".to_owned()))?;
            let idf = f32::from_le_bytes(reader.array()?);
            let mut row = [0.0; CLASSES];
            for weight in &mut row {
                *weight = f32::from_le_bytes(reader.array()?);
            }
            if Block::of_name(name).is_none() || !idf.is_finite() || !row.iter().all(|weight| weight.is_finite()) {
                return Err(ModelError::Inconsistent(format!("feature `{name}`")));
            }
            entries.push((name.to_owned(), idf));
            weights.push(row);
        }
        if reader.0.len() != SEAL {
            return Err(ModelError::Inconsistent("its length".to_owned()));
        }
        let vocabulary = Vocabulary::from_entries(entries, scales_of(&card.params));
        Ok(Self { card, vocabulary, weights, bias })
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

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        let cut = || ModelError::Inconsistent("it ends too early".to_owned());
        let (head, tail) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }
}
