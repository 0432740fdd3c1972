//! The curves behind the figures, for plotting.

use super::ranking::Ranking;
use crate::classify::Labelled;
use crate::classify::decision::is_lead;
use crate::domain::{Assessment, Verdict};

/// Listings whose scores fall into one tenth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Listings.
    pub n: usize,
    /// Mean score, 0 to 1.
    pub score: f64,
    /// Share of leads among them, 0 to 1.
    pub truth: f64,
}

/// Recall of disguised listings at one level of disguise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Obfuscation, 0 to 3.
    pub level: u8,
    /// Disguised listings of that level.
    pub n: usize,
    /// Share judged a lead.
    pub recall: f64,
}

/// What `evaluate --plots` draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Recall and precision after each distinct score, recall rising.
    pub precision_recall: Vec<(f64, f64)>,
    /// The non-empty ones of ten equal bins of the score.
    pub reliability: Vec<Bin>,
    /// The levels that occur.
    pub by_disguise: Vec<Seen>,
}

/// Reads the curves off judged rows; rows without a partner are left out.
#[must_use]
pub fn curves(rows: &[Labelled], judged: &[Assessment]) -> Curves {
    let pairs: Vec<(&Labelled, &Assessment)> = rows.iter().zip(judged).collect();
    let ranking = Ranking::new(pairs.iter().map(|(row, found)| (found.score, is_lead(row.verdict))));
    let mut bins = [(0_usize, 0.0, 0.0); 10];
    for (row, found) in &pairs {
        let bin = &mut bins[bin_of(found.score)];
        *bin = (bin.0 + 1, bin.1 + found.score, bin.2 + f64::from(u8::from(is_lead(row.verdict))));
    }
    let mean = |(n, score, truth): (usize, f64, f64)| Bin { n, score: score / n as f64, truth: truth / n as f64 };
    let seen = |level: u8| {
        let part: Vec<_> = pairs
            .iter()
            .filter(|(row, _)| row.verdict == Verdict::Disguised && row.obfuscation == Some(level))
            .collect();
        let hits = part.iter().filter(|(_, found)| found.is_suspect()).count();
        (!part.is_empty()).then(|| Seen { level, n: part.len(), recall: hits as f64 / part.len() as f64 })
    };
    Curves {
        precision_recall: ranking.steps(|_| 1).into_iter().map(|(precision, recall)| (recall, precision)).collect(),
        reliability: bins.into_iter().filter(|bin| bin.0 > 0).map(mean).collect(),
        by_disguise: (0..=3).filter_map(seen).collect(),
    }
}

/// Which tenth a score falls into.
pub(super) fn bin_of(score: f64) -> usize {
    ((score * 10.0) as usize).min(9)
}
