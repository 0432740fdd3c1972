//! From logits to honest probabilities: one temperature and a shift per class, fitted on scores of unseen listings.

use super::linear::softmax;
use super::model::CLASSES;
use super::solver::{SolverError, minimise};
use super::trainer::class_of;
use crate::domain::{Probabilities, Verdict};
use serde::{Deserialize, Serialize};

/// What turns logits into probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Logits are multiplied by this; above 0.
    pub sharpness: f64,
    /// Added afterwards, in the order of [`Verdict::ALL`].
    pub shift: [f64; CLASSES],
}

impl Default for Calibration {
    fn default() -> Self {
        Self { sharpness: 1.0, shift: [0.0; CLASSES] }
    }
}

impl Calibration {
    /// The calibration under which the truth is likeliest.
    ///
    /// # Errors
    /// When the solver fails.
    pub(super) fn fit(logits: &[[f64; CLASSES]], truth: &[Verdict]) -> Result<Self, SolverError> {
        // Few parameters, but a small corpus: a pull of this strength keeps the shifts near 0.
        const PULL: f64 = 1e-3;
        let rows = logits.len().max(1) as f64;
        let objective = |at: &[f64], gradient: &mut [f64]| {
            let sharpness = libm::exp(at[0]);
            let mut loss = 0.0;
            for (row, truth) in logits.iter().zip(truth) {
                let class = class_of(*truth);
                let mut chances = [0.0; CLASSES];
                for (chance, (logit, shift)) in chances.iter_mut().zip(row.iter().zip(&at[1..])) {
                    *chance = sharpness * logit + shift;
                }
                let own = chances[class];
                loss += (softmax(&mut chances) - own) / rows;
                chances[class] -= 1.0;
                for (index, chance) in chances.iter().enumerate() {
                    gradient[0] += chance * sharpness * row[index] / rows;
                    gradient[index + 1] += chance / rows;
                }
            }
            for (slope, value) in gradient.iter_mut().zip(at) {
                *slope += PULL * value;
                loss += 0.5 * PULL * value * value;
            }
            loss
        };
        let best = minimise(objective, vec![0.0; CLASSES + 1], 100)?;
        Ok(Self { sharpness: libm::exp(best[0]), shift: [best[1], best[2], best[3], best[4]] })
    }

    /// The calibrated logits.
    #[must_use]
    pub(super) fn logits(&self, mut logits: [f64; CLASSES]) -> [f64; CLASSES] {
        for (logit, shift) in logits.iter_mut().zip(&self.shift) {
            *logit = self.sharpness * *logit + shift;
        }
        logits
    }

    /// The probabilities.
    #[must_use]
    pub(super) fn apply(&self, logits: [f64; CLASSES]) -> Probabilities {
        let mut chances = self.logits(logits);
        softmax(&mut chances);
        Probabilities::from_array(chances)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overconfident_scores_are_damped() {
        // Right three times in four, but the logits claim e^8 to 1.
        let rows: Vec<[f64; CLASSES]> = (0..40).map(|_| [8.0, 0.0, 0.0, 0.0]).collect();
        let truth: Vec<Verdict> =
            (0..40).map(|i| if i % 4 == 0 { Verdict::Irrelevant } else { Verdict::Overt }).collect();
        let fitted = Calibration::fit(&rows, &truth).expect("a convex problem");
        let chance = fitted.apply([8.0, 0.0, 0.0, 0.0]).overt;
        assert!((0.68..0.82).contains(&chance), "{chance}");
        let sum: f64 = fitted.apply([300.0, -300.0, 0.0, 1.0]).to_array().iter().sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}
