//! Minimising a smooth function: argmin's L-BFGS behind one call.

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use rayon::prelude::*;
use std::cell::RefCell;
use std::ops::Range;

/// Into how many parts a sum over rows is cut: fixed, so that the number of cores does not change a single bit.
const PARTS: usize = 4;

/// The weights under which the loss over rows and the squares of the weights together are least.
///
/// `part` adds loss and gradient of a range of rows at a point: `weights` numbers that are penalised, then `intercepts`
/// that are not.
///
/// # Errors
/// As [`minimise`].
pub fn ridge<F>(
    rows: usize,
    (weights, intercepts): (usize, usize),
    penalty: f64,
    max_steps: u64,
    part: F,
) -> Result<Vec<f64>, SolverError>
where
    F: Fn(Range<usize>, &[f64], &mut [f64]) -> f64 + Sync,
{
    let objective = |at: &[f64], gradient: &mut [f64]| {
        let loss = in_parts(rows, at, gradient, &part);
        let mut squares = 0.0;
        for (slope, weight) in gradient[..weights].iter_mut().zip(at) {
            *slope += penalty * weight;
            squares += weight * weight;
        }
        loss + 0.5 * penalty * squares
    };
    minimise(objective, vec![0.0; weights + intercepts], max_steps)
}

/// A loss and its gradient summed over rows on all cores.
fn in_parts<F>(rows: usize, at: &[f64], gradient: &mut [f64], part: F) -> f64
where
    F: Fn(Range<usize>, &[f64], &mut [f64]) -> f64 + Sync,
{
    let length = rows.div_ceil(PARTS).max(1);
    let sums: Vec<(f64, Vec<f64>)> = (0..PARTS)
        .into_par_iter()
        .map(|index| {
            let mut own = vec![0.0; gradient.len()];
            let range = (index * length).min(rows)..((index + 1) * length).min(rows);
            (part(range, at, &mut own), own)
        })
        .collect();
    let mut loss = 0.0;
    for (own_loss, own) in sums {
        loss += own_loss;
        for (sum, value) in gradient.iter_mut().zip(own) {
            *sum += value;
        }
    }
    loss
}

/// The solver gave up; the text is argmin's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the solver gave up: {0}")]
pub struct SolverError(String);

/// A function of a vector that gives its value and writes its gradient.
struct Smooth<F> {
    value_and_gradient: F,
    // argmin asks for value and gradient apart although one pass over the data gives both.
    last: RefCell<Option<(Vec<f64>, Vec<f64>)>>,
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> Smooth<F> {
    fn evaluate(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let mut gradient = vec![0.0; at.len()];
        let value = (self.value_and_gradient)(at, &mut gradient);
        (value, gradient)
    }
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> CostFunction for Smooth<F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Vec<f64>) -> Result<f64, Error> {
        let (value, gradient) = self.evaluate(at);
        *self.last.borrow_mut() = Some((at.clone(), gradient));
        Ok(value)
    }
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> Gradient for Smooth<F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, at: &Vec<f64>) -> Result<Vec<f64>, Error> {
        match &*self.last.borrow() {
            Some((point, gradient)) if point == at => Ok(gradient.clone()),
            _ => Ok(self.evaluate(at).1),
        }
    }
}

/// The point where `value_and_gradient` is least, from `start`, in at most `max_steps` steps.
///
/// Plain sums in a fixed order: the same input gives the same bits on every machine.
///
/// # Errors
/// When argmin refuses or finds no finite point.
pub fn minimise<F>(value_and_gradient: F, start: Vec<f64>, max_steps: u64) -> Result<Vec<f64>, SolverError>
where
    F: Fn(&[f64], &mut [f64]) -> f64,
{
    let failed = |error: Error| SolverError(error.to_string());
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 8)
        .with_tolerance_grad(1e-4)
        .and_then(|solver| solver.with_tolerance_cost(1e-6))
        .map_err(failed)?;
    let problem = Smooth { value_and_gradient, last: RefCell::new(None) };
    let done = Executor::new(problem, solver)
        .configure(|state| state.param(start).max_iters(max_steps))
        .timer(false)
        .run()
        .map_err(failed)?;
    let best = done.state().get_best_param().cloned().ok_or_else(|| SolverError("no point found".to_owned()))?;
    if best.iter().all(|value| value.is_finite()) {
        Ok(best)
    } else {
        Err(SolverError("the best point is not finite".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_bowl() {
        let bowl = |at: &[f64], gradient: &mut [f64]| {
            gradient[0] = 2.0 * (at[0] - 3.0);
            gradient[1] = 20.0 * (at[1] + 1.0);
            (at[0] - 3.0).powi(2) + 10.0 * (at[1] + 1.0).powi(2)
        };
        let found = minimise(bowl, vec![0.0, 0.0], 100).expect("a bowl has a bottom");
        assert!((found[0] - 3.0).abs() < 1e-3 && (found[1] + 1.0).abs() < 1e-3, "{found:?}");
    }
}
