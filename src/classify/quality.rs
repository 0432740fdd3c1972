//! The quality report on labelled listings (`evaluate`): every headline figure with a 95 % bootstrap interval.

mod bootstrap;
mod contrast;
mod counts;
mod curves;
mod fields;
mod leads;
mod ranking;

pub use bootstrap::Measured;
pub use contrast::ContrastReport;
pub use counts::Scores;
pub use curves::{Bin, Curves, Seen, curves};
pub use fields::{CodeReport, ContactReport};
pub use leads::{Found, LeadReport};

pub(super) use counts::class_counts;
pub(super) use ranking::Ranking;

use super::labelled::Labelled;
use super::trainer::class_of;
use crate::domain::{Assessment, Form, Stage, Subject, Verdict};
use bootstrap::Resamples;
use counts::weighted_counts;
use serde::Serialize;
use std::collections::BTreeMap;

/// The report of `evaluate`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Rows.
    pub n: usize,
    /// By class code.
    pub classes: BTreeMap<String, Scores>,
    /// By labelled class, how often each class was given.
    pub confusion: BTreeMap<String, BTreeMap<String, usize>>,
    /// Mean F1 of the classes that occur.
    pub macro_f1: Measured,
    /// Overt or disguised against the rest.
    pub lead: LeadReport,
    /// Recall of disguised listings by form.
    pub disguised_by_form: BTreeMap<String, Found>,
    /// Recall of disguised listings by obfuscation 0-3.
    pub disguised_by_obfuscation: BTreeMap<String, Found>,
    /// Mean distance of score and truth over ten bins.
    pub expected_calibration_error: Measured,
    /// Absent when no two rows share a `pair`.
    pub contrast_pairs: Option<ContrastReport>,
    /// Absent when no row labels contacts.
    pub contacts: Option<ContactReport>,
    /// Share of right counties; absent when no row labels one.
    pub county_accuracy: Option<Measured>,
    /// Absent when no row labels forms.
    pub forms: Option<CodeReport>,
    /// Absent when no row labels subjects.
    pub subjects: Option<CodeReport>,
    /// Absent when no row labels stages.
    pub stages: Option<CodeReport>,
}

/// Compares what was judged with what was labelled, row by row; rows without a partner are left out.
#[must_use]
pub fn report(rows: &[Labelled], judged: &[Assessment]) -> Report {
    let pairs: Vec<(&Labelled, &Assessment)> = rows.iter().zip(judged).collect();
    let samples = Resamples::of(pairs.len());
    let verdicts: Vec<(Verdict, Verdict)> = pairs.iter().map(|(row, found)| (row.verdict, found.verdict)).collect();
    let weigh = |times: &[u32]| weighted_counts(verdicts.iter().copied().zip(times.iter().copied()));
    let counts = class_counts(verdicts.iter().copied());
    let classes = Verdict::ALL.iter().map(|class| (class.code().to_owned(), counts.0[class_of(*class)].scores()));
    Report {
        n: pairs.len(),
        classes: classes.collect(),
        confusion: confusion(&verdicts),
        macro_f1: samples.measure(|times| weigh(times).macro_f1()),
        lead: leads::lead_report(&pairs, &samples),
        disguised_by_form: leads::by_form(&pairs),
        disguised_by_obfuscation: leads::by_obfuscation(&pairs),
        expected_calibration_error: samples.measure(|times| leads::calibration_error(&pairs, times)),
        contrast_pairs: contrast::contrast_report(&pairs),
        contacts: fields::contact_report(&pairs, &samples),
        county_accuracy: fields::county_accuracy(&pairs, &samples),
        forms: fields::code_report(
            &pairs,
            &samples,
            Form::ALL,
            Form::code,
            |row| row.forms.as_deref(),
            |found| found.forms.as_slice(),
        ),
        subjects: fields::code_report(
            &pairs,
            &samples,
            Subject::ALL,
            Subject::code,
            |row| row.subjects.as_deref(),
            |found| found.subjects.as_slice(),
        ),
        stages: fields::code_report(
            &pairs,
            &samples,
            Stage::ALL,
            Stage::code,
            |row| row.stages.as_deref(),
            |found| found.stages.as_slice(),
        ),
    }
}

fn confusion(verdicts: &[(Verdict, Verdict)]) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (truth, verdict) in verdicts {
        *table.entry(truth.code().to_owned()).or_default().entry(verdict.code().to_owned()).or_default() += 1;
    }
    table
}
