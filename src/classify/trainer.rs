//! Training: folds, calibration and the final fit.
//!
//! Rows that may be near-duplicates or contrast pairs of one another carry the same group and are never split between
//! fitting and calibration.

use super::calibrate::Calibration;
use super::decision;
use super::features::key_of;
use super::linear::Linear;
use super::model::{CLASSES, Card, Metrics, Model, Provenance};
use super::params::{CheckedParams, ParamsError};
use super::quality::{Ranking, class_counts};
use super::samples::{Row, Samples, SparseRecords};
use super::solver::SolverError;
use super::tagging;
use super::vocabulary::{Numbered, Vocabulary};
use crate::domain::{Probabilities, Verdict};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};

/// Why nothing was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A class without examples.
    #[error("the corpus has {found} listings of class `{class}`, expected at least {expected}")]
    TooFew {
        /// Which class.
        class: Verdict,
        /// How many there are.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// Nothing to learn from.
    #[error("no feature occurs in the {0} listings that `min_documents` asks for")]
    NoFeatures(usize),
    /// Two feature names share a key.
    #[error("two features cannot be told apart: `{0}` and `{1}`")]
    KeyCollision(String, String),
    /// The parameters are wrong.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The solver failed.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// The number of rows and of targets differ.
    #[error("{rows} rows and {targets} targets")]
    Shape {
        /// Rows of the matrix.
        rows: usize,
        /// Targets given.
        targets: usize,
    },
    /// What linfa itself reports.
    #[error("linfa: {0}")]
    Linfa(#[from] linfa::Error),
}

/// Where a verdict stands in the arrays of this room.
pub(super) fn class_of(verdict: Verdict) -> usize {
    Verdict::ALL.iter().position(|known| *known == verdict).unwrap_or(0)
}

struct Fitted {
    numbered: Numbered,
    linear: Linear,
}

fn fit_on(rows: &[&Row], names: &[String], params: &CheckedParams) -> Result<Fitted, TrainError> {
    let counts = rows.iter().map(|row| row.counts.as_slice());
    let numbered = Vocabulary::learn(counts, names, params, params.min_documents, |_| true);
    if numbered.vocabulary.len() == 0 {
        return Err(TrainError::NoFeatures(params.min_documents));
    }
    let targets = rows.iter().map(|row| class_of(row.verdict)).collect();
    let linear = params.fit(&DatasetBase::new(numbered.records(rows), targets))?;
    Ok(Fitted { numbered, linear })
}

/// Which fold a group is dealt into.
pub(super) fn fold_of(group: &str, params: &CheckedParams) -> usize {
    let key = key_of([params.seed.to_string().as_str(), " ", group]);
    ((key ^ (key >> 32)) % params.folds as u64) as usize
}

/// Logits for every row from a model that has not seen its group, in the order of the rows.
fn held_out(samples: &Samples, params: &CheckedParams) -> Result<Vec<[f64; CLASSES]>, TrainError> {
    let folds: Vec<usize> = samples.rows.iter().map(|row| fold_of(&row.group, params)).collect();
    let mut logits = vec![[0.0; CLASSES]; samples.len()];
    // One fold after the other, each on all cores: what they need together would not fit into a small machine.
    for fold in 0..params.folds {
        let part = |held: bool| -> Vec<&Row> {
            samples.rows.iter().zip(&folds).filter(|(_, of)| (**of == fold) == held).map(|(row, _)| row).collect()
        };
        let fitted = fit_on(&part(false), &samples.names, params)?;
        let records: SparseRecords = fitted.numbered.records(&part(true));
        let mut found = fitted.linear.default_target(&records);
        fitted.linear.predict_inplace(&records, &mut found);
        let places = folds.iter().enumerate().filter(|(_, of)| **of == fold).map(|(row, _)| row);
        for (row, found) in places.zip(found) {
            logits[row] = found;
        }
    }
    Ok(logits)
}

/// Calibrated out-of-fold probabilities and what they are worth.
fn cross_validate(samples: &Samples, params: &CheckedParams) -> Result<(Calibration, Metrics), TrainError> {
    let logits = held_out(samples, params)?;
    let truth: Vec<Verdict> = samples.rows.iter().map(|row| row.verdict).collect();
    let calibration = Calibration::fit(&logits, &truth)?;
    let chances: Vec<Probabilities> = logits.iter().map(|row| calibration.apply(*row)).collect();
    let verdicts: Vec<Verdict> = chances.iter().map(decision::likeliest).collect();
    let ranked = Ranking::new(chances.iter().zip(&truth).map(|(row, truth)| (row.score(), decision::is_lead(*truth))));
    let metrics = Metrics {
        rows: samples.len(),
        macro_f1: class_counts(truth.iter().copied().zip(verdicts)).macro_f1(),
        lead_average_precision: ranked.average_precision(),
    };
    Ok((calibration, metrics))
}

/// What cross-validation says of `params`, without a final fit: for choosing among parameters.
///
/// # Errors
/// As [`train`].
pub fn try_params(samples: &Samples, params: &CheckedParams) -> Result<Metrics, TrainError> {
    check_classes(samples)?;
    Ok(cross_validate(samples, params)?.1)
}

fn check_classes(samples: &Samples) -> Result<(), TrainError> {
    const EXPECTED: usize = 2;
    for class in Verdict::ALL {
        let found = samples.rows.iter().filter(|row| row.verdict == *class).count();
        if found < EXPECTED {
            return Err(TrainError::TooFew { class: *class, found, expected: EXPECTED });
        }
    }
    Ok(())
}

/// Trains on all samples and calibrates on out-of-fold scores; the same input gives the same model, bit by bit.
///
/// # Errors
/// When a class lacks examples, no feature is frequent enough or the solver fails.
pub fn train(samples: &Samples, params: &CheckedParams, provenance: Provenance) -> Result<Model, TrainError> {
    check_classes(samples)?;
    let (calibration, metrics) = cross_validate(samples, params)?;
    let fitted = fit_on(&samples.rows.iter().collect::<Vec<_>>(), &samples.names, params)?;
    let tags = tagging::fit(samples, params)?;
    let card = Card::new(provenance, params.clone(), metrics, calibration);
    Ok(Model::new(card, &fitted.numbered.vocabulary, &fitted.linear, tags))
}
