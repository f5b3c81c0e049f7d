//! The simplex method of Nelder and Mead, which asks for values only.

use super::{Minimum, Objective, or_infinite, start};
use crate::Result;

/// The settings of a simplex that rolls downhill and shrinks.
///
/// With the factors of Gao and Han, 2012, which depend on the number of parameters. It ends when
/// both the corners and their values differ by less than the tolerance, relative to their size.
///
/// # Examples
/// ```
/// use brand_nn_stats::optimize::NelderMead;
/// let minimum = NelderMead::default().minimize(&[3.0], &|x| (x[0] - 1.0).abs())?;
/// assert!(minimum.converged && (minimum.parameters[0] - 1.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NelderMead {
    /// The most steps for each parameter; 1000 by default.
    pub max_iterations: usize,
    /// The relative size at which the simplex counts as a point; 1e-8 by default.
    pub tolerance: f64,
    /// The first simplex's edges, relative to the parameters; 0.05 by default.
    pub edge: f64,
}

impl Default for NelderMead {
    fn default() -> Self {
        Self { max_iterations: 1000, tolerance: 1e-8, edge: 0.05 }
    }
}

type Corner = (Vec<f64>, f64);

impl NelderMead {
    /// Looks for a minimum.
    ///
    /// # Errors
    /// If there are no parameters, one is not finite, or the function is not finite at the start.
    pub fn minimize(&self, parameters: &[f64], f: &Objective<'_>) -> Result<Minimum> {
        let value = start("NelderMead::minimize", parameters, || f(parameters))?;
        let mut corners = vec![(parameters.to_vec(), value)];
        for i in 0..parameters.len() {
            let mut x = parameters.to_vec();
            x[i] += if x[i] == 0.0 { self.edge * 0.05 } else { self.edge * x[i] };
            let value = or_infinite(f(&x));
            corners.push((x, value));
        }
        let most = self.max_iterations * parameters.len();
        let mut iterations = 0;
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        while iterations < most && !self.is_point(&corners) {
            roll(&mut corners, f);
            corners.sort_by(|a, b| a.1.total_cmp(&b.1));
            iterations += 1;
        }
        let (parameters, value) = corners.swap_remove(0);
        Ok(Minimum { parameters, value, iterations, converged: iterations < most })
    }

    fn is_point(&self, corners: &[Corner]) -> bool {
        let (best, value) = &corners[0];
        let within = |a: f64, b: f64| (a - b).abs() <= self.tolerance * b.abs().max(1.0);
        corners[1..].iter().all(|(x, other)| {
            within(*other, *value) && x.iter().zip(best).all(|(a, b)| within(*a, *b))
        })
    }
}

/// Replaces the worst corner, or draws all of them towards the best.
fn roll(corners: &mut [Corner], f: &Objective<'_>) {
    let size = corners.len() - 1;
    let n = (size as f64).max(2.0);
    let (expand, contract, shrink) = (1.0 + 2.0 / n, 0.75 - 0.5 / n, 1.0 - 1.0 / n);
    let middle: Vec<f64> = (0..size)
        .map(|i| corners[..size].iter().map(|(x, _)| x[i]).sum::<f64>() / size as f64)
        .collect();
    let (worst, worst_value) = corners[size].clone();
    let at = |factor: f64| {
        let x: Vec<f64> = middle.iter().zip(&worst).map(|(m, w)| m + factor * (m - w)).collect();
        let value = or_infinite(f(&x));
        (x, value)
    };
    let reflected = at(1.0);
    let new = if reflected.1 < corners[0].1 {
        let expanded = at(expand);
        Some(if expanded.1 < reflected.1 { expanded } else { reflected })
    } else if reflected.1 < corners[size - 1].1 {
        Some(reflected)
    } else {
        let is_outside = reflected.1 < worst_value;
        let contracted = at(if is_outside { contract } else { -contract });
        (contracted.1 < worst_value.min(reflected.1)).then_some(contracted)
    };
    match new {
        Some(corner) => corners[size] = corner,
        None => draw_in(corners, shrink, f),
    }
}

fn draw_in(corners: &mut [Corner], shrink: f64, f: &Objective<'_>) {
    let best = corners[0].0.clone();
    for (x, value) in &mut corners[1..] {
        x.iter_mut().zip(&best).for_each(|(x, best)| *x = best + shrink * (*x - best));
        *value = or_infinite(f(x));
    }
}
