//! How well the whole judgement does on labelled listings.

use super::Toolkit;
use crate::classify::{Labelled, Report, metrics};
use crate::domain::Assessment;
use rayon::prelude::*;

/// Judges every row and compares.
#[must_use]
pub fn evaluate(rows: &[Labelled], toolkit: &Toolkit) -> Report {
    let judged: Vec<Assessment> = rows.par_iter().map(|row| toolkit.assess(&row.text())).collect();
    metrics::report(rows, &judged)
}
