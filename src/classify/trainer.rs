//! Fitting: the only file that fits with linfa.
//!
//! Rows that may be near-duplicates or contrast pairs of one another carry the same group and are never split between
//! fitting and calibration.

use super::calibrate::Calibration;
use super::decision;
use super::features::{Features, Names, key_of};
use super::model::{CLASSES, Card, Metrics, Model, Provenance};
use super::params::{CheckedParams, ParamsError};
use super::quality::{Ranking, class_counts};
use super::solver::{SolverError, minimise};
use super::vocabulary::{Vector, Vocabulary};
use crate::domain::{Probabilities, Verdict};
use crate::signals::Signals;
use crate::text::{ClearText, Token};
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::{Fit, PredictInplace};
use rayon::prelude::*;
use sprs::CsMat;

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

/// A labelled listing as the trainer sees it.
#[derive(Clone, Debug)]
pub struct Sample {
    features: Features,
    names: Names,
    verdict: Verdict,
    group: String,
}

impl Sample {
    /// Reads the features off; samples of one `group` stay in one fold.
    #[must_use]
    pub fn of(text: &ClearText, tokens: &[Token], signals: &Signals, verdict: Verdict, group: &str) -> Self {
        let (features, names) = Features::named(text, tokens, signals);
        Self { features, names, verdict, group: group.to_owned() }
    }
}

/// A sparse matrix, one listing a row, as linfa's records.
#[derive(Clone, Debug)]
pub struct SparseRecords(CsMat<f64>);

impl SparseRecords {
    fn from_vectors<'a>(vectors: impl Iterator<Item = &'a Vector>, features: usize) -> Self {
        let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
        for vector in vectors {
            columns.extend(vector.entries.iter().map(|(id, _)| *id as usize));
            values.extend(vector.entries.iter().map(|(_, value)| *value));
            starts.push(columns.len());
        }
        Self(CsMat::new((starts.len() - 1, features), starts, columns, values))
    }
}

impl Records for SparseRecords {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.cols()
    }
}

/// The fitted weights, feature by feature, and the intercepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    pub(super) weights: Vec<[f64; CLASSES]>,
    pub(super) bias: [f64; CLASSES],
}

/// Softmax in place; gives back the logarithm of the sum.
pub(super) fn softmax(logits: &mut [f64; CLASSES]) -> f64 {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for logit in logits.iter_mut() {
        *logit = libm::exp(*logit - top);
        sum += *logit;
    }
    for logit in logits.iter_mut() {
        *logit /= sum;
    }
    top + libm::log(sum)
}

fn logits(row: &[(usize, f64)], at: &[f64]) -> [f64; CLASSES] {
    let bias = at.len() - CLASSES;
    let mut out = [at[bias], at[bias + 1], at[bias + 2], at[bias + 3]];
    for (feature, value) in row {
        let weights = &at[feature * CLASSES..][..CLASSES];
        for (logit, weight) in out.iter_mut().zip(weights) {
            *logit += value * weight;
        }
    }
    out
}

impl Fit<SparseRecords, Vec<usize>, TrainError> for CheckedParams {
    type Object = Linear;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Vec<usize>>) -> Result<Linear, TrainError> {
        let (records, targets) = (&dataset.records, &dataset.targets);
        if records.nsamples() != targets.len() {
            return Err(TrainError::Shape { rows: records.nsamples(), targets: targets.len() });
        }
        let rows: Vec<Vec<(usize, f64)>> =
            records.0.outer_iterator().map(|row| row.iter().map(|(id, value)| (id, *value)).collect()).collect();
        let class_weights = self.class_weights(targets);
        let total: f64 = targets.iter().map(|class| class_weights[*class]).sum();
        let size = records.nfeatures() * CLASSES;
        let penalty = 1.0 / (self.c * total);
        let objective = |at: &[f64], gradient: &mut [f64]| {
            let mut loss = 0.0;
            for (row, class) in rows.iter().zip(targets) {
                let share = class_weights[*class] / total;
                let mut chances = logits(row, at);
                let own = chances[*class];
                loss += share * (softmax(&mut chances) - own);
                chances[*class] -= 1.0;
                for (feature, value) in row {
                    let slopes = &mut gradient[feature * CLASSES..][..CLASSES];
                    for (slope, chance) in slopes.iter_mut().zip(&chances) {
                        *slope += share * value * chance;
                    }
                }
                for (slope, chance) in gradient[size..].iter_mut().zip(&chances) {
                    *slope += share * chance;
                }
            }
            // The intercepts are not penalised.
            let mut squares = 0.0;
            for (slope, weight) in gradient[..size].iter_mut().zip(at) {
                *slope += penalty * weight;
                squares += weight * weight;
            }
            loss + 0.5 * penalty * squares
        };
        let best = minimise(objective, vec![0.0; size + CLASSES], self.max_steps)?;
        let (weights, bias) = best.split_at(size);
        let four = |part: &[f64]| [part[0], part[1], part[2], part[3]];
        Ok(Linear { weights: weights.chunks_exact(CLASSES).map(four).collect(), bias: four(bias) })
    }
}

impl CheckedParams {
    fn class_weights(&self, targets: &[usize]) -> [f64; CLASSES] {
        let mut counts = [0_usize; CLASSES];
        for class in targets {
            counts[*class] += 1;
        }
        let even = targets.len() as f64 / CLASSES as f64;
        counts.map(|count| if self.balanced && count > 0 { even / count as f64 } else { 1.0 })
    }
}

impl PredictInplace<SparseRecords, Vec<[f64; CLASSES]>> for Linear {
    fn predict_inplace(&self, records: &SparseRecords, logits: &mut Vec<[f64; CLASSES]>) {
        for (row, out) in records.0.outer_iterator().zip(logits) {
            *out = self.bias;
            for (id, value) in row.iter() {
                for (logit, weight) in out.iter_mut().zip(&self.weights[id]) {
                    *logit += value * weight;
                }
            }
        }
    }

    fn default_target(&self, records: &SparseRecords) -> Vec<[f64; CLASSES]> {
        vec![[0.0; CLASSES]; records.nsamples()]
    }
}

/// Where a verdict stands in the arrays of this room.
pub(super) fn class_of(verdict: Verdict) -> usize {
    Verdict::ALL.iter().position(|known| *known == verdict).unwrap_or(0)
}

struct Fitted {
    vocabulary: Vocabulary,
    linear: Linear,
}

fn fit_on(samples: &[&Sample], names: &Names, params: &CheckedParams) -> Result<Fitted, TrainError> {
    let vocabulary = Vocabulary::learn(samples.iter().map(|sample| &sample.features), names, params);
    if vocabulary.len() == 0 {
        return Err(TrainError::NoFeatures(params.min_documents));
    }
    let vectors: Vec<Vector> = samples.iter().map(|sample| vocabulary.vector(&sample.features)).collect();
    let records = SparseRecords::from_vectors(vectors.iter(), vocabulary.len());
    let targets = samples.iter().map(|sample| class_of(sample.verdict)).collect();
    let linear = params.fit(&DatasetBase::new(records, targets))?;
    Ok(Fitted { vocabulary, linear })
}

fn all_names(samples: &[Sample]) -> Result<Names, TrainError> {
    let mut names = Names::new();
    for (key, name) in samples.iter().flat_map(|sample| &sample.names) {
        let known = names.entry(*key).or_insert_with(|| name.clone());
        if known != name {
            return Err(TrainError::KeyCollision(known.clone(), name.clone()));
        }
    }
    Ok(names)
}

/// Which fold a group is dealt into.
fn fold_of(group: &str, params: &CheckedParams) -> usize {
    let key = key_of([params.seed.to_string().as_str(), " ", group]);
    ((key ^ (key >> 32)) % params.folds as u64) as usize
}

/// Logits for every sample from a model that has not seen its group, in the order of the samples.
fn held_out(samples: &[Sample], names: &Names, params: &CheckedParams) -> Result<Vec<[f64; CLASSES]>, TrainError> {
    let folds: Vec<usize> = samples.iter().map(|sample| fold_of(&sample.group, params)).collect();
    let by_fold = (0..params.folds)
        .into_par_iter()
        .map(|fold| {
            let part = |held: bool| {
                samples.iter().zip(&folds).filter(move |(_, of)| (**of == fold) == held).map(|(sample, _)| sample)
            };
            let fitted = fit_on(&part(false).collect::<Vec<_>>(), names, params)?;
            let vectors: Vec<Vector> = part(true).map(|sample| fitted.vocabulary.vector(&sample.features)).collect();
            let records = SparseRecords::from_vectors(vectors.iter(), fitted.vocabulary.len());
            let mut logits = fitted.linear.default_target(&records);
            fitted.linear.predict_inplace(&records, &mut logits);
            Ok(logits)
        })
        .collect::<Result<Vec<_>, TrainError>>()?;
    let mut queues: Vec<_> = by_fold.into_iter().map(Vec::into_iter).collect();
    Ok(folds.into_iter().filter_map(|fold| queues[fold].next()).collect())
}

/// Calibrated out-of-fold probabilities and what they are worth.
fn cross_validate(
    samples: &[Sample],
    names: &Names,
    params: &CheckedParams,
) -> Result<(Calibration, Metrics), TrainError> {
    let logits = held_out(samples, names, params)?;
    let truth: Vec<Verdict> = samples.iter().map(|sample| sample.verdict).collect();
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
pub fn try_params(samples: &[Sample], params: &CheckedParams) -> Result<Metrics, TrainError> {
    check_classes(samples)?;
    Ok(cross_validate(samples, &all_names(samples)?, params)?.1)
}

fn check_classes(samples: &[Sample]) -> Result<(), TrainError> {
    const EXPECTED: usize = 2;
    for class in Verdict::ALL {
        let found = samples.iter().filter(|sample| sample.verdict == *class).count();
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
pub fn train(samples: &[Sample], params: &CheckedParams, provenance: Provenance) -> Result<Model, TrainError> {
    check_classes(samples)?;
    let names = all_names(samples)?;
    let (calibration, metrics) = cross_validate(samples, &names, params)?;
    let fitted = fit_on(&samples.iter().collect::<Vec<_>>(), &names, params)?;
    let card = Card::new(provenance, params.clone(), metrics, calibration);
    Ok(Model::new(card, &fitted.vocabulary, &fitted.linear))
}
