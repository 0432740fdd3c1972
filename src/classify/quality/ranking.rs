//! How well scores order listings: average precision, recall at a precision, precision among the first.

/// Scores with truths, best first; equal scores count as one step.
#[derive(Clone, Debug)]
pub(in crate::classify) struct Ranking {
    /// Score, whether it is a lead, and the row it came from.
    rows: Vec<(f64, bool, usize)>,
}

impl Ranking {
    pub(in crate::classify) fn new(rows: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut rows: Vec<_> = rows.enumerate().map(|(index, (score, lead))| (score, lead, index)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        Self { rows }
    }

    /// Precision and recall after each distinct score, every row counted `times(row)` times.
    pub(super) fn steps(&self, times: impl Fn(usize) -> u32) -> Vec<(f64, f64)> {
        let total: u32 = self.rows.iter().filter(|row| row.1).map(|row| times(row.2)).sum();
        let (mut seen, mut hits) = (0_u32, 0_u32);
        let mut steps = Vec::new();
        for (index, (score, lead, row)) in self.rows.iter().enumerate() {
            let count = times(*row);
            seen += count;
            hits += if *lead { count } else { 0 };
            let last_of_score = self.rows.get(index + 1).is_none_or(|next| next.0.to_bits() != score.to_bits());
            if last_of_score && seen > 0 && total > 0 {
                steps.push((f64::from(hits) / f64::from(seen), f64::from(hits) / f64::from(total)));
            }
        }
        steps
    }

    /// Mean precision over the leads found.
    pub(in crate::classify) fn average_precision(&self) -> f64 {
        self.average_precision_of(|_| 1)
    }

    /// The same of a resample.
    pub(super) fn average_precision_of(&self, times: impl Fn(usize) -> u32) -> f64 {
        let mut before = 0.0;
        let mut sum = 0.0;
        for (precision, recall) in self.steps(times) {
            sum += precision * (recall - before);
            before = recall;
        }
        sum
    }

    /// The largest recall at any threshold whose precision is at least `least`.
    pub(super) fn recall_at_precision(&self, least: f64, times: impl Fn(usize) -> u32) -> f64 {
        let enough = self.steps(times).into_iter().filter(|(precision, _)| *precision >= least);
        enough.map(|(_, recall)| recall).fold(0.0, f64::max)
    }

    /// The share of leads among the first `count`; `None` when there are fewer rows.
    pub(super) fn precision_at(&self, count: usize) -> Option<f64> {
        let first = self.rows.get(..count)?;
        Some(first.iter().filter(|row| row.1).count() as f64 / count.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_one_step() {
        let ranking = Ranking::new([(0.9, true), (0.5, true), (0.5, false), (0.1, false)].into_iter());
        // 1/2 at precision 1, then 1/2 at precision 2/3.
        assert!((ranking.average_precision() - (0.5 + 1.0 / 3.0)).abs() < 1e-12);
        assert!((ranking.recall_at_precision(0.95, |_| 1) - 0.5).abs() < 1e-12);
        assert_eq!((ranking.precision_at(1), ranking.precision_at(5)), (Some(1.0), None));
    }
}
