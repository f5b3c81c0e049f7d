//! Slopes and curvatures of functions by central differences.

use crate::linear::Matrix;

/// The gradient by central differences, with steps of about 6e-6 of each parameter.
///
/// Right to about 1e-10 of the function's size.
///
/// # Examples
/// ```
/// use brand_nn_stats::optimize::numeric_gradient;
/// let gradient = numeric_gradient(&[3.0, 1.0], &|x| x[0] * x[0] * x[1]);
/// assert!((gradient[0] - 6.0).abs() < 1e-8 && (gradient[1] - 9.0).abs() < 1e-8);
/// ```
#[must_use]
pub fn numeric_gradient(at: &[f64], f: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
    let step = |x: f64| f64::EPSILON.cbrt() * x.abs().max(1.0);
    let mut x = at.to_vec();
    let mut slope = |i: usize| {
        let h = step(at[i]);
        x[i] = at[i] + h;
        let high = f(&x);
        x[i] = at[i] - h;
        let low = f(&x);
        x[i] = at[i];
        (high - low) / (2.0 * h)
    };
    (0..at.len()).map(&mut slope).collect()
}

/// The Hessian by central differences of differences, with steps of 1e-3 … 1e-4 of a parameter.
///
/// Richardson's extrapolation of two steps leaves an error of the fourth order: about 1e-7 of the
/// function's size.
///
/// # Examples
/// ```
/// use brand_nn_stats::optimize::numeric_hessian;
/// let hessian = numeric_hessian(&[3.0, 1.0], &|x| x[0] * x[0] * x[1]);
/// assert!((hessian[(0, 1)] - 6.0).abs() < 1e-6 && hessian[(1, 1)].abs() < 1e-6);
/// ```
#[must_use]
pub fn numeric_hessian(at: &[f64], f: &dyn Fn(&[f64]) -> f64) -> Matrix {
    let size = at.len();
    let mut out = Matrix::zeros(size, size);
    for i in 0..size {
        for j in 0..=i {
            let value = (4.0 * mixed(at, f, [i, j], 1.0) - mixed(at, f, [i, j], 2.0)) / 3.0;
            out[(i, j)] = value;
            out[(j, i)] = value;
        }
    }
    out
}

/// ∂²f / ∂xᵢ ∂xⱼ from four corners, or three points on a line.
fn mixed(at: &[f64], f: &dyn Fn(&[f64]) -> f64, [i, j]: [usize; 2], factor: f64) -> f64 {
    // A positive parameter stays positive.
    let step = |x: f64| factor * 5e-4 * if x == 0.0 { 1.0 } else { x.abs().max(1e-3) };
    let (h, k) = (step(at[i]), step(at[j]));
    let moved = |a: f64, b: f64| {
        let mut x = at.to_vec();
        x[i] += a * h;
        x[j] += b * k;
        f(&x)
    };
    if i == j {
        return (moved(1.0, 0.0) - 2.0 * f(at) + moved(-1.0, 0.0)) / (h * h);
    }
    (moved(1.0, 1.0) - moved(1.0, -1.0) - moved(-1.0, 1.0) + moved(-1.0, -1.0)) / (4.0 * h * k)
}
