//! Labelled listings as numbers: features numbered once, counted per listing, and the sparse rows that linfa is given.

use super::decision::is_lead;
use super::features::{Features, Names};
use super::labelled::Labelled;
use super::tags::{HINTS, TAGS, Tags, hints};
use super::trainer::TrainError;
use super::vocabulary::AsIs;
use crate::domain::Verdict;
use crate::signals::Signals;
use crate::text::{ClearText, Token};
use linfa::dataset::Records;
use sprs::CsMatI;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

/// A labelled listing with its features by name, on the way into [`Samples`].
#[derive(Clone, Debug)]
pub struct Sample {
    features: Features,
    names: Names,
    verdict: Verdict,
    group: String,
    tags: Option<[bool; TAGS]>,
    hints: [f64; HINTS],
}

impl Sample {
    /// Reads the features off a labelled listing; samples of one group stay in one fold.
    #[must_use]
    pub fn of(text: &ClearText, tokens: &[Token], signals: &Signals, row: &Labelled) -> Self {
        let (features, names) = Features::named(text, tokens, signals);
        let tags = match (&row.forms, &row.subjects, &row.stages) {
            (Some(forms), Some(subjects), Some(stages)) if is_lead(row.verdict) => {
                let tags = Tags { forms: forms.clone(), subjects: subjects.clone(), stages: stages.clone() };
                Some(tags.switches())
            }
            _ => None,
        };
        Self { features, names, verdict: row.verdict, group: row.group.clone(), tags, hints: hints(signals) }
    }
}

/// One listing of [`Samples`].
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Number of the feature and how often it occurs, numbers rising.
    pub(super) counts: Vec<(u32, u32)>,
    pub(super) verdict: Verdict,
    pub(super) group: String,
    /// What a lead carries; `None` for other listings and where nobody said.
    pub(super) tags: Option<[bool; TAGS]>,
    pub(super) hints: [f64; HINTS],
}

/// A corpus as numbers.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    pub(super) rows: Vec<Row>,
    /// Name of each feature number.
    pub(super) names: Vec<String>,
    numbers: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
}

impl Samples {
    /// Adds a listing; the numbers of features depend on the order of listings, what is learnt from them does not.
    ///
    /// # Errors
    /// When two features cannot be told apart.
    pub fn add(&mut self, sample: Sample) -> Result<(), TrainError> {
        let mut ids = Vec::with_capacity(sample.features.occurrences.len());
        for occurrence in &sample.features.occurrences {
            let next = self.names.len() as u32;
            let number = *self.numbers.entry(occurrence.key).or_insert(next);
            let name = sample.names.get(&occurrence.key).map(String::as_str).unwrap_or_default();
            if number == next {
                self.names.push(name.to_owned());
            } else if self.names[number as usize] != name {
                return Err(TrainError::KeyCollision(self.names[number as usize].clone(), name.to_owned()));
            }
            ids.push(number);
        }
        ids.sort_unstable();
        let mut counts: Vec<(u32, u32)> =
            ids.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect();
        counts.shrink_to_fit();
        let Sample { verdict, group, tags, hints, .. } = sample;
        self.rows.push(Row { counts, verdict, group, tags, hints });
        Ok(())
    }

    /// How many listings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A sparse matrix, one listing a row, as linfa's records.
#[derive(Clone, Debug)]
pub struct SparseRecords(CsMatI<f32, u32, usize>);

impl SparseRecords {
    /// From rows of column and value, columns rising.
    pub(super) fn from_rows(rows: impl Iterator<Item = Vec<(u32, f64)>>, columns: usize) -> Self {
        let (mut starts, mut ids, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in rows {
            ids.extend(row.iter().map(|(id, _)| *id));
            values.extend(row.iter().map(|(_, value)| *value as f32));
            starts.push(ids.len());
        }
        Self(CsMatI::new((starts.len() - 1, columns), starts, ids, values))
    }

    /// The columns and values of some rows.
    pub(super) fn rows(&self, range: Range<usize>) -> impl Iterator<Item = impl Iterator<Item = (usize, f64)> + '_> {
        let starts = self.0.indptr();
        range.map(move |row| {
            let span = starts.outer_inds_sz(row);
            let (ids, values) = (&self.0.indices()[span.clone()], &self.0.data()[span]);
            ids.iter().zip(values).map(|(id, value)| (*id as usize, f64::from(*value)))
        })
    }
}

impl Records for SparseRecords {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.cols()
    }
}
