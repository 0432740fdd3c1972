//! Multinomial logistic regression over sparse rows, as an estimator of linfa.

use super::model::CLASSES;
use super::params::CheckedParams;
use super::samples::SparseRecords;
use super::solver::ridge;
use super::trainer::TrainError;
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::{Fit, PredictInplace};
use std::ops::Range;

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

impl Fit<SparseRecords, Vec<usize>, TrainError> for CheckedParams {
    type Object = Linear;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Vec<usize>>) -> Result<Linear, TrainError> {
        let (records, targets) = (&dataset.records, &dataset.targets);
        if records.nsamples() != targets.len() {
            return Err(TrainError::Shape { rows: records.nsamples(), targets: targets.len() });
        }
        let class_weights = self.class_weights(targets);
        let total: f64 = targets.iter().map(|class| class_weights[*class]).sum();
        let size = records.nfeatures() * CLASSES;
        let penalty = 1.0 / (self.c * total);
        let part = |range: Range<usize>, at: &[f64], gradient: &mut [f64]| {
            let mut loss = 0.0;
            for (row, class) in records.rows(range.clone()).zip(&targets[range]) {
                let row: Vec<(usize, f64)> = row.collect();
                let share = class_weights[*class] / total;
                let mut chances = [at[size], at[size + 1], at[size + 2], at[size + 3]];
                for (feature, value) in &row {
                    for (chance, weight) in chances.iter_mut().zip(&at[feature * CLASSES..][..CLASSES]) {
                        *chance += value * weight;
                    }
                }
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
            loss
        };
        let best = ridge(targets.len(), (size, CLASSES), penalty, self.max_steps, part)?;
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
        for (row, out) in records.rows(0..records.nsamples()).zip(logits) {
            *out = self.bias;
            for (id, value) in row {
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
