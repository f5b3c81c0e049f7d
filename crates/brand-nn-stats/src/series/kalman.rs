//! The steps of the exact Kalman filter of a level, a season and coefficients.

use super::local_level::{Forecast, LocalLevel, Variances};
use crate::linear::{Matrix, add_scaled, dot};

/// What is known of the state before the next value.
pub(super) struct Filter {
    period: usize,
    variances: Variances,
    pub(super) mean: Vec<f64>,
    pub(super) covariance: Matrix,
    /// What of the state is not known at all, and in how many directions.
    diffuse: Matrix,
    unknown: usize,
    pub(super) log_likelihood: f64,
}

/// Below this share a direction was known already.
const KNOWN: f64 = 1e-9;

impl Filter {
    pub(super) fn new(spec: &LocalLevel, coefficients: usize, variances: Variances) -> Self {
        let (period, size) = (spec.period, spec.period + coefficients);
        let believed = spec.coefficient_deviation.map_or(0.0, |deviation| deviation * deviation);
        let is_diffuse = |i: usize| i < period || spec.coefficient_deviation.is_none();
        let of = |known: bool| {
            Matrix::of(size, size, |i, j| match (i == j, is_diffuse(i)) {
                (true, true) if !known => 1.0,
                (true, false) if known => believed,
                _ => 0.0,
            })
        };
        Self {
            period,
            variances,
            mean: vec![0.0; size],
            covariance: of(true),
            diffuse: of(false),
            unknown: (0..size).filter(|i| is_diffuse(*i)).count(),
            log_likelihood: 0.0,
        }
    }

    pub(super) fn is_diffuse(&self) -> bool {
        self.unknown > 0
    }

    /// Takes in a value and goes on a step; what was expected of it.
    pub(super) fn follow(&mut self, y: f64, x: &[f64]) -> f64 {
        let seen = self.seen(x);
        let expected = dot(&seen, &self.mean);
        let error = y - expected;
        let known = self.covariance.times(&seen);
        let variance = dot(&seen, &known) + self.variances.observation;
        let open = if self.is_diffuse() { self.diffuse.times(&seen) } else { Vec::new() };
        let openness = dot(&seen[..open.len()], &open);
        let is_new = openness > KNOWN * dot(&seen, &seen);
        let part = if is_new { openness } else { variance };
        let squares = if is_new { 0.0 } else { error * error / variance };
        self.log_likelihood -= 0.5 * ((std::f64::consts::TAU * part).ln() + squares);
        let gain = if is_new { &open } else { &known };
        self.mean.iter_mut().zip(gain).for_each(|(mean, gain)| *mean += gain * error / part);
        if is_new {
            let ratio = variance / openness;
            add_product(&mut self.covariance, ratio / openness, &open, &open);
            add_product(&mut self.covariance, -1.0 / openness, &open, &known);
            add_product(&mut self.covariance, -1.0 / openness, &known, &open);
            add_product(&mut self.diffuse, -1.0 / openness, &open, &open);
            self.unknown -= 1;
        } else {
            add_product(&mut self.covariance, -1.0 / variance, &known, &known);
        }
        self.advance();
        if is_new { f64::NAN } else { expected }
    }

    /// What is known of the next value, which does not come to be seen.
    pub(super) fn expect(&mut self, x: &[f64]) -> Forecast {
        let seen = self.seen(x);
        let mean = dot(&seen, &self.mean);
        let variance = dot(&seen, &self.covariance.times(&seen)) + self.variances.observation;
        self.advance();
        Forecast { mean, variance }
    }

    /// What of the state a value shows: the level, the first season, and by x the coefficients.
    fn seen(&self, x: &[f64]) -> Vec<f64> {
        let mut seen = vec![0.0; self.period];
        seen[0] = 1.0;
        if self.period > 1 {
            seen[1] = 1.0;
        }
        seen.extend(x);
        seen
    }

    fn advance(&mut self) {
        turned(&mut self.mean, self.period);
        turn_both(&mut self.covariance, self.period);
        self.covariance[(0, 0)] += self.variances.level;
        if self.period > 1 {
            self.covariance[(1, 1)] += self.variances.season;
        }
        if self.is_diffuse() {
            turn_both(&mut self.diffuse, self.period);
        }
    }
}

/// The state a step later: the next season is minus the sum of the others.
pub(super) fn turned(state: &mut [f64], period: usize) {
    if period > 1 {
        let seasons = &mut state[1..period];
        let next = -seasons.iter().sum::<f64>();
        seasons.rotate_right(1);
        seasons[0] = next;
    }
}

/// [`turned`] for the rows and the columns of a covariance.
fn turn_both(covariance: &mut Matrix, period: usize) {
    if period < 2 {
        return;
    }
    let size = covariance.rows();
    (0..size).for_each(|row| turned(covariance.row_mut(row), period));
    let mut next = vec![0.0; size];
    (1..period).for_each(|row| add_scaled(&mut next, -1.0, covariance.row(row)));
    for row in (2..period).rev() {
        (0..size).for_each(|j| covariance[(row, j)] = covariance[(row - 1, j)]);
    }
    covariance.row_mut(1).copy_from_slice(&next);
}

/// A + c a bᵀ.
fn add_product(matrix: &mut Matrix, factor: f64, a: &[f64], b: &[f64]) {
    for (row, a) in a.iter().enumerate() {
        add_scaled(matrix.row_mut(row), factor * a, b);
    }
}
