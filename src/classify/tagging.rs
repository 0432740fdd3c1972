//! Fitting the tags: one logistic regression per tag over the leads of a corpus, thresholds on unseen rows.

use super::params::CheckedParams;
use super::samples::{Row, Samples, SparseRecords};
use super::solver::ridge;
use super::tags::{HINTS, KINDS, TAGS, TagModel, is_tag_feature};
use super::trainer::{TrainError, fold_of};
use super::vocabulary::{Numbered, Vocabulary};
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::Fit;
use std::ops::Range;

/// Fewer tagged leads than this teach nothing worth having.
const FEWEST: usize = 50;

/// One logistic regression per tag, fitted together.
struct TagFit<'a>(&'a CheckedParams);

/// Weights by column, then intercepts.
struct TagWeights {
    columns: Vec<[f64; TAGS]>,
    bias: [f64; TAGS],
}

impl TagWeights {
    fn logits(&self, row: impl Iterator<Item = (usize, f64)>) -> [f64; TAGS] {
        let mut logits = self.bias;
        for (column, value) in row {
            for (logit, weight) in logits.iter_mut().zip(&self.columns[column]) {
                *logit += value * weight;
            }
        }
        logits
    }
}

impl Fit<SparseRecords, Vec<[bool; TAGS]>, TrainError> for TagFit<'_> {
    type Object = TagWeights;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Vec<[bool; TAGS]>>) -> Result<TagWeights, TrainError> {
        let (records, targets) = (&dataset.records, &dataset.targets);
        if records.nsamples() != targets.len() {
            return Err(TrainError::Shape { rows: records.nsamples(), targets: targets.len() });
        }
        let share = 1.0 / targets.len().max(1) as f64;
        let penalty = share / self.0.c;
        let size = records.nfeatures() * TAGS;
        let part = |range: Range<usize>, at: &[f64], gradient: &mut [f64]| {
            let mut loss = 0.0;
            for (row, target) in records.rows(range.clone()).zip(&targets[range]) {
                let row: Vec<(usize, f64)> = row.collect();
                let mut slopes = [0.0_f64; TAGS];
                slopes.copy_from_slice(&at[size..]);
                for (column, value) in &row {
                    for (slope, weight) in slopes.iter_mut().zip(&at[column * TAGS..][..TAGS]) {
                        *slope += value * weight;
                    }
                }
                for (slope, on) in slopes.iter_mut().zip(target) {
                    let logit: f64 = *slope;
                    let truth = f64::from(u8::from(*on));
                    // ln(1 + e^x) without overflow.
                    loss += share * (logit.max(0.0) + libm::log1p(libm::exp(-logit.abs())) - truth * logit);
                    *slope = share * (1.0 / (1.0 + libm::exp(-logit)) - truth);
                }
                for (column, value) in row {
                    for (out, slope) in gradient[column * TAGS..][..TAGS].iter_mut().zip(&slopes) {
                        *out += value * slope;
                    }
                }
                for (out, slope) in gradient[size..].iter_mut().zip(&slopes) {
                    *out += slope;
                }
            }
            loss
        };
        let best = ridge(targets.len(), (size, TAGS), penalty, self.0.max_steps, part)?;
        let (weights, bias) = best.split_at(size);
        let one = |part: &[f64]| {
            let mut out = [0.0; TAGS];
            out.copy_from_slice(part);
            out
        };
        Ok(TagWeights { columns: weights.chunks_exact(TAGS).map(one).collect(), bias: one(bias) })
    }
}

/// A vector with the hints behind the features.
fn with_hints(row: &Row, numbered: &Numbered) -> Vec<(u32, f64)> {
    let mut vector = numbered.vector(&row.counts);
    let first = numbered.vocabulary.len() as u32;
    vector.extend((first..).zip(row.hints).filter(|(_, hint)| *hint != 0.0));
    vector
}

fn fit_on(rows: &[&Row], names: &[String], params: &CheckedParams) -> Result<(Numbered, TagWeights), TrainError> {
    let counts = rows.iter().map(|row| row.counts.as_slice());
    let numbered = Vocabulary::learn(counts, names, params, params.tag_min_documents, is_tag_feature);
    let vectors = rows.iter().map(|row| with_hints(row, &numbered));
    let records = SparseRecords::from_rows(vectors, numbered.vocabulary.len() + HINTS);
    let targets = rows.iter().filter_map(|row| row.tags).collect();
    let weights = TagFit(params).fit(&DatasetBase::new(records, targets))?;
    Ok((numbered, weights))
}

/// Thresholds that are best, kind by kind, for scores of rows the weights have not seen.
fn thresholds(scored: &[([f64; TAGS], [bool; TAGS])]) -> [f64; TAGS] {
    /// Twenty steps of a tenth below zero, fifteen above.
    const STEPS: std::ops::Range<i32> = -20..15;
    const ROUNDS: usize = 2;
    let mut best = [0.0; TAGS];
    for kind in KINDS {
        // Right, claimed and there of every tag at its present threshold.
        let count = |tag: usize, threshold: f64| {
            scored.iter().fold([0_u32; 3], |[right, claimed, there], (logits, truth)| {
                let (claim, on) = (logits[tag] > threshold, truth[tag]);
                [right + u32::from(claim && on), claimed + u32::from(claim), there + u32::from(on)]
            })
        };
        let mut counts: Vec<[u32; 3]> = kind.clone().map(|tag| count(tag, 0.0)).collect();
        for _ in 0..ROUNDS {
            for tag in kind.clone() {
                let mut top = (f64::NEG_INFINITY, 0.0, [0; 3]);
                for step in STEPS {
                    let threshold = f64::from(step) / 10.0;
                    let own = count(tag, threshold);
                    counts[tag - kind.start] = own;
                    let [right, claimed, there] =
                        counts.iter().fold([0_u32; 3], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]);
                    let f1 = 2.0 * f64::from(right) / f64::from((claimed + there).max(1));
                    if f1 > top.0 {
                        top = (f1, threshold, own);
                    }
                }
                best[tag] = top.1;
                counts[tag - kind.start] = top.2;
            }
        }
    }
    best
}

/// The tag model of a corpus; `None` when too few of its leads carry tags.
///
/// # Errors
/// When the solver fails.
pub(super) fn fit(samples: &Samples, params: &CheckedParams) -> Result<Option<TagModel>, TrainError> {
    let tagged: Vec<&Row> = samples.rows.iter().filter(|row| row.tags.is_some()).collect();
    if tagged.len() < FEWEST {
        return Ok(None);
    }
    let mut scored = Vec::with_capacity(tagged.len());
    for fold in 0..params.folds {
        let (held, rest): (Vec<&Row>, Vec<&Row>) =
            tagged.iter().copied().partition(|row| fold_of(&row.group, params) == fold);
        let (numbered, weights) = fit_on(&rest, &samples.names, params)?;
        let score = |row: &&Row| {
            let vector = with_hints(row, &numbered);
            let logits = weights.logits(vector.into_iter().map(|(id, value)| (id as usize, value)));
            row.tags.map(|tags| (logits, tags))
        };
        scored.extend(held.iter().filter_map(score));
    }
    let cuts = thresholds(&scored);
    let (numbered, fitted) = fit_on(&tagged, &samples.names, params)?;
    let vocabulary = numbered.vocabulary;
    let (weights, hints) = fitted.columns.split_at(vocabulary.len());
    let narrow = |row: &[f64; TAGS]| row.map(|weight| weight as f32);
    let mut passed = cuts;
    for (cut, bias) in passed.iter_mut().zip(fitted.bias) {
        *cut -= bias;
    }
    Ok(Some(TagModel {
        vocabulary,
        weights: weights.iter().map(narrow).collect(),
        hints: hints.iter().map(narrow).collect(),
        thresholds: passed,
    }))
}
