//! Figures with their 95 % bootstrap intervals.

use serde::Serialize;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// On the rows as given.
    pub value: f64,
    /// 2.5 % quantile of the resamples.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// A small generator with a fixed seed (xorshift64*): the same report every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize) % limit.max(1)
    }
}

const RESAMPLES: usize = 1000;

/// How often each row occurs, for each resample.
fn draw(rows: usize) -> Vec<Vec<u32>> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..RESAMPLES)
        .map(|_| {
            let mut times = vec![0; rows];
            for _ in 0..rows {
                times[dice.below(rows)] += 1;
            }
            times
        })
        .collect()
}

/// Resamples of a number of rows, drawn once and used for every figure.
#[derive(Clone, Debug)]
pub(super) struct Resamples {
    rows: usize,
    times: Vec<Vec<u32>>,
}

impl Resamples {
    pub(super) fn of(rows: usize) -> Self {
        Self { rows, times: draw(rows) }
    }

    /// The figure on the rows as given, where every row counts once, and its interval over the resamples.
    pub(super) fn measure(&self, figure: impl Fn(&[u32]) -> f64) -> Measured {
        let mut values: Vec<f64> = self.times.iter().map(|times| figure(times)).collect();
        values.sort_by(f64::total_cmp);
        let quantile = |share: f64| values.get((share * (values.len() as f64 - 1.0)).round() as usize).copied();
        let value = figure(&vec![1; self.rows]);
        Measured { value, low: quantile(0.025).unwrap_or(value), high: quantile(0.975).unwrap_or(value) }
    }
}
