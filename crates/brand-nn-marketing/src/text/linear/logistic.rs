//! Logistic regression over sparse rows by Newton's method with conjugate gradients.

use super::rows::SparseRows;
use crate::{Error, Result};

/// Steps of Newton's method; ten are usual.
const STEPS: usize = 100;
/// How many products with the Hessian one step may take.
const PRODUCTS: usize = 200;
/// The slope at which the search ends, as a share of the slope at 0.
const TOLERANCE: f64 = 1e-6;

/// Weights and intercept where ½ ‖w‖² + Σ c ln(1 + e^(−y (w x + b))) is smallest, c a cost a row.
///
/// After Lin, Weng and Keerthi 2008, with halved steps in place of a trust region.
pub(super) fn fit(rows: &SparseRows, praise: &[bool], costs: &[f64]) -> Result<(Vec<f64>, f64)> {
    let problem = Problem { rows, praise, costs };
    let mut weights = vec![0.0; rows.columns + 1];
    let mut state = problem.state(&weights);
    let goal = TOLERANCE * norm(&state.gradient);
    for _ in 0..STEPS {
        if norm(&state.gradient) <= goal {
            let intercept = weights.pop().unwrap_or(0.0);
            return Ok((weights, intercept));
        }
        let step = problem.newton_step(&state);
        (weights, state) = problem.search(&weights, &state, &step).ok_or_else(not_converged)?;
    }
    Err(not_converged())
}

fn not_converged() -> Error {
    let help = "lower C, or leave out texts that contradict each other";
    Error::NotConverged { method: "logistic regression", iterations: STEPS, help }
}

struct Problem<'a> {
    rows: &'a SparseRows,
    praise: &'a [bool],
    costs: &'a [f64],
}

/// The loss at some weights, its gradient, and what the Hessian needs.
struct State {
    value: f64,
    gradient: Vec<f64>,
    curvatures: Vec<f64>,
}

impl Problem<'_> {
    fn state(&self, weights: &[f64]) -> State {
        let scores = self.rows.times(weights);
        let penalized = &weights[..self.rows.columns];
        let mut value = 0.5 * dot(penalized, penalized);
        let (mut residuals, mut curvatures) = (Vec::new(), Vec::new());
        for ((&score, &good), &cost) in scores.iter().zip(self.praise).zip(self.costs) {
            let margin = if good { score } else { -score };
            value += cost * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0));
            let chance = 1.0 / (1.0 + (-score).exp());
            residuals.push(cost * (chance - f64::from(good)));
            curvatures.push(cost * chance * (1.0 - chance));
        }
        let mut gradient = self.rows.transposed_times(&residuals);
        gradient.iter_mut().zip(penalized).for_each(|(slope, weight)| *slope += weight);
        State { value, gradient, curvatures }
    }

    /// H v = v + Xᵀ D X v, without the first part for the intercept.
    fn hessian_times(&self, state: &State, vector: &[f64]) -> Vec<f64> {
        let mut inner = self.rows.times(vector);
        inner.iter_mut().zip(&state.curvatures).for_each(|(x, curvature)| *x *= curvature);
        let mut product = self.rows.transposed_times(&inner);
        let penalized = &vector[..self.rows.columns];
        product.iter_mut().zip(penalized).for_each(|(x, v)| *x += v);
        product
    }

    /// H s = −g to a tenth of the slope, or better near the end.
    fn newton_step(&self, state: &State) -> Vec<f64> {
        let mut step = vec![0.0; state.gradient.len()];
        let mut residual: Vec<f64> = state.gradient.iter().map(|slope| -slope).collect();
        let mut direction = residual.clone();
        let mut square = dot(&residual, &residual);
        let goal = square * 0.01;
        for _ in 0..PRODUCTS {
            let product = self.hessian_times(state, &direction);
            let curvature = dot(&direction, &product);
            if square <= goal || curvature <= 0.0 {
                break;
            }
            let length = square / curvature;
            add(&mut step, length, &direction);
            add(&mut residual, -length, &product);
            let next = dot(&residual, &residual);
            direction.iter_mut().zip(&residual).for_each(|(d, r)| *d = r + next / square * *d);
            square = next;
        }
        step
    }

    /// The step, halved until the loss falls; none if it never does.
    fn search(&self, weights: &[f64], state: &State, step: &[f64]) -> Option<(Vec<f64>, State)> {
        let fall = dot(&state.gradient, step);
        let attempt = |halvings: i32| {
            let length = 0.5f64.powi(halvings);
            let mut moved = weights.to_vec();
            add(&mut moved, length, step);
            let next = self.state(&moved);
            let rounding = 1e-14 * state.value.abs();
            let falls = next.value <= state.value + 1e-4 * length * fall + rounding;
            falls.then_some((moved, next))
        };
        (0..30).find_map(attempt)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}
