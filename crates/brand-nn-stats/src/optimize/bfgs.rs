//! The method of Broyden, Fletcher, Goldfarb and Shanno.

use super::{Gradient, Minimum, Objective, numeric_gradient, or_infinite, start};
use crate::Result;
use crate::linear::{Matrix, add_scaled, dot};

/// The settings of a search along directions that learn the curvature on their way.
///
/// It ends when every slope, times the size of its parameter and over that of the function, is
/// below the tolerance; or when no step along the direction of descent is any better.
/// Nocedal and Wright, "Numerical optimization", 2nd edition, 6.1.
///
/// # Examples
/// ```
/// use brand_nn_stats::optimize::Bfgs;
/// let valley = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
/// let minimum = Bfgs::default().minimize(&[-1.2, 1.0], &valley)?;
/// assert!(minimum.converged && (minimum.parameters[1] - 1.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bfgs {
    /// The most steps; 500 by default.
    pub max_iterations: usize,
    /// The relative slope at which it ends; 1e-9 by default.
    pub tolerance: f64,
}

impl Default for Bfgs {
    fn default() -> Self {
        Self { max_iterations: 500, tolerance: 1e-9 }
    }
}

impl Bfgs {
    /// Looks for a minimum with gradients by differences.
    ///
    /// # Errors
    /// If there are no parameters, one is not finite, or the function is not finite at the start.
    pub fn minimize(&self, parameters: &[f64], f: &Objective<'_>) -> Result<Minimum> {
        self.minimize_with(parameters, f, &|x, out| out.copy_from_slice(&numeric_gradient(x, f)))
    }

    /// Looks for a minimum with a gradient of one's own.
    ///
    /// # Errors
    /// As [`minimize`](Self::minimize).
    pub fn minimize_with(
        &self,
        parameters: &[f64],
        f: &Objective<'_>,
        gradient: &Gradient<'_>,
    ) -> Result<Minimum> {
        let value = start("Bfgs::minimize", parameters, || f(parameters))?;
        let mut state = State::new(parameters, value, gradient);
        for iterations in 0..self.max_iterations {
            if state.is_flat(self.tolerance) || !state.step(f, gradient) {
                return Ok(state.minimum(iterations, true));
            }
        }
        Ok(state.minimum(self.max_iterations, false))
    }
}

struct State {
    x: Vec<f64>,
    value: f64,
    slope: Vec<f64>,
    /// The inverse of the Hessian, as far as it is known.
    inverse: Matrix,
    /// Whether `inverse` says nothing yet.
    is_fresh: bool,
}

impl State {
    fn new(x: &[f64], value: f64, gradient: &Gradient<'_>) -> Self {
        let mut slope = vec![0.0; x.len()];
        gradient(x, &mut slope);
        let inverse = Matrix::identity(x.len());
        Self { x: x.to_vec(), value, slope, inverse, is_fresh: true }
    }

    fn is_flat(&self, tolerance: f64) -> bool {
        let relative = |(x, slope): (&f64, &f64)| slope.abs() * x.abs().max(1.0);
        let largest = self.x.iter().zip(&self.slope).map(relative).fold(0.0, f64::max);
        largest <= tolerance * self.value.abs().max(1.0)
    }

    fn minimum(self, iterations: usize, converged: bool) -> Minimum {
        Minimum { parameters: self.x, value: self.value, iterations, converged }
    }

    /// One step; false if not even the way straight down leads down.
    fn step(&mut self, f: &Objective<'_>, gradient: &Gradient<'_>) -> bool {
        let mut direction: Vec<f64> = self.inverse.times(&self.slope).iter().map(|x| -x).collect();
        let is_down = dot(&direction, &self.slope) < 0.0;
        if !is_down {
            self.forget();
            direction = self.slope.iter().map(|x| -x).collect();
        }
        let Some((x, value)) = self.search(&direction, f) else {
            let was_fresh = self.is_fresh;
            self.forget();
            return !was_fresh;
        };
        let mut slope = vec![0.0; x.len()];
        gradient(&x, &mut slope);
        let moved = difference(&x, &self.x);
        let turned = difference(&slope, &self.slope);
        (self.x, self.value, self.slope) = (x, value, slope);
        self.learn(&moved, &turned);
        true
    }

    fn forget(&mut self) {
        self.inverse = Matrix::identity(self.x.len());
        self.is_fresh = true;
    }

    /// The first of ever shorter steps that goes down enough, by parabolas.
    fn search(&self, direction: &[f64], f: &Objective<'_>) -> Option<(Vec<f64>, f64)> {
        let downhill = dot(direction, &self.slope);
        let longest = direction.iter().zip(&self.x).map(|(d, x)| d.abs() / x.abs().max(1.0));
        let longest = longest.fold(0.0, f64::max);
        // Without a curvature the length means nothing: a tenth of the parameters is a try.
        let mut length = if self.is_fresh { (0.1 / longest).min(1.0) } else { 1.0 };
        let mut best: Option<(Vec<f64>, f64)> = None;
        for _ in 0..60 {
            let mut x = self.x.clone();
            add_scaled(&mut x, length, direction);
            let value = or_infinite(f(&x));
            if value <= self.value + 1e-4 * length * downhill && value < self.value {
                if self.is_fresh && best.as_ref().is_none_or(|(_, old)| value < *old) {
                    // The first length is a guess: longer ones may be better.
                    best = Some((x, value));
                    length *= 4.0;
                    continue;
                }
                return best.or(Some((x, value)));
            }
            if best.is_some() {
                return best;
            }
            let parabola =
                -downhill * length * length / (2.0 * (value - self.value - length * downhill));
            length =
                if parabola.is_finite() { parabola } else { 0.0 }.clamp(0.1 * length, 0.5 * length);
        }
        None
    }

    /// The inverse that agrees with the last step.
    fn learn(&mut self, moved: &[f64], turned: &[f64]) {
        let curvature = dot(moved, turned);
        let is_bowl = curvature > 1e-14 * (dot(moved, moved) * dot(turned, turned)).sqrt();
        if !is_bowl {
            return;
        }
        let size = moved.len();
        if self.is_fresh {
            let scale = curvature / dot(turned, turned);
            self.inverse = Matrix::of(size, size, |i, j| if i == j { scale } else { 0.0 });
            self.is_fresh = false;
        }
        let seen = self.inverse.times(turned);
        let scale = 1.0 + dot(turned, &seen) / curvature;
        for i in 0..size {
            for j in 0..size {
                let change = scale * moved[i] * moved[j] - seen[i] * moved[j] - moved[i] * seen[j];
                self.inverse[(i, j)] += change / curvature;
            }
        }
    }
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}
