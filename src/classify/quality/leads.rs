//! How well the score orders listings, how honest it is and which disguises it sees through.

use super::bootstrap::{Measured, Resamples};
use super::counts::{Count, Scores};
use super::curves::bin_of;
use super::ranking::Ranking;
use crate::classify::Labelled;
use crate::classify::decision::is_lead;
use crate::domain::{Assessment, Form, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many of a part were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Found {
    /// Listings of the part.
    pub n: usize,
    /// Judged a lead, overt or disguised.
    pub lead_recall: f64,
    /// Judged disguised.
    pub exact_recall: f64,
}

/// How well the score orders listings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeadReport {
    /// Listings that are leads.
    pub n: usize,
    /// Area under precision over recall.
    pub average_precision: Measured,
    /// Recall where precision is at least 0.95.
    pub recall_at_precision_95: Measured,
    /// Share of leads among the 50 highest scores; absent with fewer rows.
    pub precision_at_50: Option<f64>,
    /// The same of 100.
    pub precision_at_100: Option<f64>,
    /// Of the verdicts at the program's own threshold.
    pub at_threshold: Scores,
}

pub(super) fn lead_report(pairs: &[(&Labelled, &Assessment)], samples: &Resamples) -> LeadReport {
    let ranking = Ranking::new(pairs.iter().map(|(row, found)| (found.score, is_lead(row.verdict))));
    let mut count = Count::default();
    for (row, found) in pairs {
        let (truth, claim) = (is_lead(row.verdict), found.is_suspect());
        let one = Count { right: u32::from(truth && claim), claimed: u32::from(claim), there: u32::from(truth) };
        count.add(one, 1);
    }
    LeadReport {
        n: count.there as usize,
        average_precision: samples.measure(|times| ranking.average_precision_of(|row| times[row])),
        recall_at_precision_95: samples.measure(|times| ranking.recall_at_precision(0.95, |row| times[row])),
        precision_at_50: ranking.precision_at(50),
        precision_at_100: ranking.precision_at(100),
        at_threshold: count.scores(),
    }
}

fn found(part: &[&(&Labelled, &Assessment)]) -> Found {
    let share = |test: &dyn Fn(&Assessment) -> bool| {
        part.iter().filter(|(_, found)| test(found)).count() as f64 / part.len().max(1) as f64
    };
    Found {
        n: part.len(),
        lead_recall: share(&Assessment::is_suspect),
        exact_recall: share(&|found| found.verdict == Verdict::Disguised),
    }
}

fn disguised_where<'a>(pairs: &'a [(&'a Labelled, &'a Assessment)], test: impl Fn(&Labelled) -> bool) -> Option<Found> {
    let part: Vec<_> = pairs.iter().filter(|(row, _)| row.verdict == Verdict::Disguised && test(row)).collect();
    (!part.is_empty()).then(|| found(&part))
}

pub(super) fn by_form(pairs: &[(&Labelled, &Assessment)]) -> BTreeMap<String, Found> {
    let part = |form: Form| disguised_where(pairs, |row| row.forms.as_ref().is_some_and(|forms| forms.contains(&form)));
    Form::ALL.iter().filter_map(|form| part(*form).map(|found| (form.code().to_owned(), found))).collect()
}

pub(super) fn by_obfuscation(pairs: &[(&Labelled, &Assessment)]) -> BTreeMap<String, Found> {
    let part = |level: u8| disguised_where(pairs, |row| row.obfuscation == Some(level));
    (0..=3).filter_map(|level| part(level).map(|found| (level.to_string(), found))).collect()
}

pub(super) fn calibration_error(pairs: &[(&Labelled, &Assessment)], times: &[u32]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for ((row, found), times) in pairs.iter().zip(times) {
        let bin = bin_of(found.score);
        bins[bin].0 += f64::from(*times) * found.score;
        bins[bin].1 += f64::from(*times) * f64::from(u8::from(is_lead(row.verdict)));
    }
    let total: f64 = times.iter().map(|times| f64::from(*times)).sum();
    bins.iter().map(|(scores, truths)| (scores - truths).abs()).sum::<f64>() / total.max(1.0)
}
