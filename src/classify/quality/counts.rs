//! Counting what was right, what was claimed and what there was.

use crate::classify::trainer::class_of;
use crate::domain::Verdict;
use serde::Serialize;

/// Precision, recall and F1 of one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Right among those claimed.
    pub precision: f64,
    /// Found among those there are.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many there are.
    pub n: usize,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) right: u32,
    pub(super) claimed: u32,
    pub(super) there: u32,
}

impl Count {
    pub(super) fn add(&mut self, other: Self, times: u32) {
        self.right += times * other.right;
        self.claimed += times * other.claimed;
        self.there += times * other.there;
    }

    pub(super) fn scores(self) -> Scores {
        let share = |part: u32, of: u32| if of == 0 { 0.0 } else { f64::from(part) / f64::from(of) };
        Scores {
            precision: share(self.right, self.claimed),
            recall: share(self.right, self.there),
            f1: share(2 * self.right, self.claimed + self.there),
            n: self.there as usize,
        }
    }
}

/// Counts of the four classes, in the order of [`Verdict::ALL`].
pub(in crate::classify) struct ClassCounts(pub(super) [Count; 4]);

impl ClassCounts {
    pub(in crate::classify) fn macro_f1(&self) -> f64 {
        let present: Vec<f64> = self.0.iter().filter(|count| count.there > 0).map(|count| count.scores().f1).collect();
        present.iter().sum::<f64>() / present.len().max(1) as f64
    }
}

/// Counts pairs of truth and verdict.
pub(in crate::classify) fn class_counts(pairs: impl Iterator<Item = (Verdict, Verdict)>) -> ClassCounts {
    weighted_counts(pairs.map(|pair| (pair, 1)))
}

pub(super) fn weighted_counts(pairs: impl Iterator<Item = ((Verdict, Verdict), u32)>) -> ClassCounts {
    let mut counts = [Count::default(); 4];
    for ((truth, verdict), times) in pairs {
        counts[class_of(truth)].there += times;
        counts[class_of(verdict)].claimed += times;
        if truth == verdict {
            counts[class_of(truth)].right += times;
        }
    }
    ClassCounts(counts)
}
