//! Contrast pairs: two listings that differ in the few words that change the verdict.

use super::bootstrap::{Measured, Resamples};
use crate::classify::Labelled;
use crate::classify::decision::is_lead;
use crate::domain::Assessment;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many contrast pairs are judged rightly on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContrastReport {
    /// Pairs with both listings present.
    pub n: usize,
    /// Both verdicts are the labelled ones.
    pub both_verdicts: Measured,
    /// Both stand on the labelled side, lead or no lead.
    pub both_sides: Measured,
    /// Among pairs of a lead and a non-lead, those whose lead has the higher score.
    pub ordered: f64,
}

/// Compares pairs; `None` when no two rows share a label.
pub(super) fn contrast_report(pairs: &[(&Labelled, &Assessment)]) -> Option<ContrastReport> {
    let mut by_label: BTreeMap<&str, Vec<&(&Labelled, &Assessment)>> = BTreeMap::new();
    for pair in pairs {
        if let Some(label) = pair.0.pair.as_deref().filter(|label| !label.is_empty()) {
            by_label.entry(label).or_default().push(pair);
        }
    }
    let couples: Vec<[&(&Labelled, &Assessment); 2]> =
        by_label.into_values().filter_map(|rows| <[_; 2]>::try_from(rows).ok()).collect();
    if couples.is_empty() {
        return None;
    }
    let samples = Resamples::of(couples.len());
    let share = |test: &dyn Fn(&(&Labelled, &Assessment)) -> bool| {
        let right: Vec<bool> = couples.iter().map(|couple| couple.iter().all(|row| test(row))).collect();
        samples.measure(|times| {
            let all: u32 = times.iter().sum();
            let hits: u32 = right.iter().zip(times).map(|(right, times)| u32::from(*right) * times).sum();
            f64::from(hits) / f64::from(all.max(1))
        })
    };
    let mixed = couples.iter().filter(|[a, b]| is_lead(a.0.verdict) != is_lead(b.0.verdict));
    let (higher, all) = mixed.fold((0_u32, 0_u32), |(higher, all), [a, b]| {
        let (lead, other) = if is_lead(a.0.verdict) { (a, b) } else { (b, a) };
        (higher + u32::from(lead.1.score > other.1.score), all + 1)
    });
    Some(ContrastReport {
        n: couples.len(),
        both_verdicts: share(&|(row, found)| row.verdict == found.verdict),
        both_sides: share(&|(row, found)| is_lead(row.verdict) == found.is_suspect()),
        ordered: f64::from(higher) / f64::from(all.max(1)),
    })
}
