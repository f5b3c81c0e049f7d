//! Newton's method, with steps halved until they go down.

use super::{Minimum, start};
use crate::linear::{Cholesky, Matrix, add_scaled, dot};
use crate::{Error, Result};

/// The settings of Newton's method for functions that curve upwards.
///
/// A step solves Hessian × step = −gradient. It ends when the step promises less than the
/// tolerance of the function's size.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::Matrix;
/// use brand_nn_stats::optimize::{Newton, Slopes};
/// let bowl = |x: &[f64]| Slopes {
///     value: x[0].exp() - 2.0 * x[0],
///     gradient: vec![x[0].exp() - 2.0],
///     hessian: Matrix::of(1, 1, |_, _| x[0].exp()),
/// };
/// let minimum = Newton::default().minimize(&[0.0], &bowl)?;
/// assert!((minimum.parameters[0] - 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newton {
    /// The most steps; 100 by default.
    pub max_iterations: usize,
    /// What a step must promise, relative to the function; 1e-14 by default.
    pub tolerance: f64,
}

impl Default for Newton {
    fn default() -> Self {
        Self { max_iterations: 100, tolerance: 1e-14 }
    }
}

/// A function at a place, with what its first two derivatives are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// The function.
    pub value: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Its Hessian.
    pub hessian: Matrix,
}

impl Newton {
    /// Looks for the minimum.
    ///
    /// # Errors
    /// If there are no parameters, one is not finite, the function is not finite at the start, or
    /// its Hessian is not positive definite on the way.
    pub fn minimize(&self, parameters: &[f64], f: &dyn Fn(&[f64]) -> Slopes) -> Result<Minimum> {
        let mut x = parameters.to_vec();
        let mut here = f(&x);
        start("Newton::minimize", parameters, || here.value)?;
        for iterations in 0..self.max_iterations {
            let step = Cholesky::new(&here.hessian)?.solve(&here.gradient);
            let promise = 0.5 * dot(&step, &here.gradient);
            if promise.is_nan() {
                let (case, help) = ("a slope is not finite", "scale the data");
                return Err(Error::Undefined { op: "Newton::minimize", case, help });
            }
            let next = descend(&x, &step, &here, f);
            let is_better = next.is_some();
            if let Some((place, slopes)) = next {
                (x, here) = (place, slopes);
            }
            if !is_better || promise <= self.tolerance * here.value.abs().max(1.0) {
                return Ok(Minimum {
                    parameters: x,
                    value: here.value,
                    iterations,
                    converged: true,
                });
            }
        }
        let value = here.value;
        Ok(Minimum { parameters: x, value, iterations: self.max_iterations, converged: false })
    }
}

/// The longest of the step's halves that does not go up.
fn descend(
    x: &[f64],
    step: &[f64],
    here: &Slopes,
    f: &dyn Fn(&[f64]) -> Slopes,
) -> Option<(Vec<f64>, Slopes)> {
    let mut length = 1.0;
    for _ in 0..40 {
        let mut place = x.to_vec();
        add_scaled(&mut place, -length, step);
        let there = f(&place);
        if there.value <= here.value {
            return Some((place, there));
        }
        length *= 0.5;
    }
    None
}
