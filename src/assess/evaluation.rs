//! How well the whole judgement does on labelled listings.

use super::Toolkit;
use crate::classify::{Labelled, Report, quality};
use crate::domain::Assessment;
use rayon::prelude::*;

/// What an evaluation gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The figures.
    pub report: Report,
    /// The curves behind them.
    pub curves: quality::Curves,
}

/// Judges every row and compares.
#[must_use]
pub fn evaluate(rows: &[Labelled], toolkit: &Toolkit) -> Evaluation {
    let judged: Vec<Assessment> = rows.par_iter().map(|row| toolkit.assess(&row.text())).collect();
    Evaluation { report: quality::report(rows, &judged), curves: quality::curves(rows, &judged) }
}
