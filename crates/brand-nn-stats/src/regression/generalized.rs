//! What regressions of yes or no and of counts share: Newton's steps on a sum over rows.

use super::Coefficients;
use super::linear::with_ones;
use crate::linear::{Cholesky, Matrix, dot};
use crate::optimize::{Newton, Slopes};
use crate::{Error, Result};

/// The loss of a row as a function of its linear predictor: value, slope and curvature.
pub(super) type Family = fn(predictor: f64, target: f64) -> [f64; 3];

/// A sum of losses over rows plus `penalty` / 2 × the squares of the coefficients.
pub(super) struct Problem<'a> {
    pub(super) op: &'static str,
    pub(super) family: Family,
    pub(super) x: &'a Matrix,
    pub(super) y: &'a [f64],
    pub(super) offset: &'a [f64],
    pub(super) penalty: f64,
    pub(super) has_intercept: bool,
    pub(super) start: f64,
}

/// Where the sum is smallest.
pub(super) struct Solution {
    pub(super) coefficients: Coefficients,
    /// The sum of losses without the penalty.
    pub(super) loss: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

impl Problem<'_> {
    pub(super) fn solve(&self) -> Result<Solution> {
        let design = with_ones(self.x, self.has_intercept);
        let mut start = vec![0.0; design.cols()];
        if self.has_intercept {
            start[0] = self.start;
        }
        let found = Newton::default().minimize(&start, &|at| self.slopes(&design, at));
        let found = found.map_err(|error| separated(self.op, error))?;
        let parameters = &found.parameters;
        let curvature = self.slopes(&design, parameters).hessian;
        let covariance =
            Cholesky::new(&curvature).map_err(|error| separated(self.op, error))?.inverse();
        let free = &parameters[usize::from(self.has_intercept)..];
        Ok(Solution {
            coefficients: Coefficients::of(parameters, &covariance, self.has_intercept),
            loss: found.value - 0.5 * self.penalty * dot(free, free),
            iterations: found.iterations,
            converged: found.converged,
        })
    }

    fn slopes(&self, design: &Matrix, at: &[f64]) -> Slopes {
        let predictors = design.times(at);
        let shifted = predictors.iter().enumerate().map(|(row, eta)| {
            (self.family)(eta + self.offset.get(row).copied().unwrap_or(0.0), self.y[row])
        });
        let each: Vec<[f64; 3]> = shifted.collect();
        let part = |i: usize| each.iter().map(|row| row[i]).collect::<Vec<f64>>();
        let mut value: f64 = part(0).iter().sum();
        let mut gradient = design.transposed_times(&part(1));
        let mut hessian = design.gram(Some(&part(2)));
        for i in usize::from(self.has_intercept)..at.len() {
            value += 0.5 * self.penalty * at[i] * at[i];
            gradient[i] += self.penalty * at[i];
            hessian[(i, i)] += self.penalty;
        }
        Slopes { value, gradient, hessian }
    }
}

/// An error of the search in the regression's name, with the causes that it has there.
pub(super) fn separated(op: &'static str, error: Error) -> Error {
    match error {
        Error::Undefined { .. } => Error::Undefined {
            op,
            case: "a column is a sum of others, or separates the targets",
            help: "leave the column out or add a penalty",
        },
        other => other,
    }
}
