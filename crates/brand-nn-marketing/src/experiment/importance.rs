//! Draws of a few numbers from a density, by a wider one around its mode.

use crate::{Error, Result};
use brand_nn_kernels::{fill_normal, threads};
use brand_nn_stats::linear::{Cholesky, Matrix};
use brand_nn_stats::optimize::{Bfgs, numeric_hessian};

/// What was drawn.
pub(super) struct Importance {
    /// Places as likely as the density makes them.
    pub(super) places: Vec<Vec<f64>>,
    /// How many independent draws the weights are worth, as a share of all.
    pub(super) effective_share: f64,
}

/// Draws by sampling, importance and resampling: Student's t of 4 degrees around the mode.
///
/// Rubin, "Using the SIR algorithm to simulate posterior distributions", 1988. The same seed gives
/// the same draws, whatever the number of threads.
pub(super) fn draw(
    start: &[f64],
    count: usize,
    seed: u64,
    log_density: &(dyn Fn(&[f64]) -> f64 + Sync),
) -> Result<Importance> {
    let size = start.len();
    let mode = Bfgs { max_iterations: 60, tolerance: 1e-6 }
        .minimize(start, &|x| -log_density(x))?
        .parameters;
    let root = spread(&mode, log_density);
    let proposal = |number: usize| {
        let mut normal = vec![0.0; size + DEGREES];
        fill_normal(seed, (1 << 96) + ((number as u128) << 8), &mut normal);
        let (step, rest) = normal.split_at(size);
        let scale = rest.iter().map(|x| x * x).sum::<f64>() / DEGREES as f64;
        let step: Vec<f64> = step.iter().map(|x| x / scale.sqrt()).collect();
        let place: Vec<f64> = root.times(&step).iter().zip(&mode).map(|(s, m)| s + m).collect();
        let length: f64 = step.iter().map(|x| x * x).sum();
        let degrees = DEGREES as f64;
        let proposed = -0.5 * (degrees + size as f64) * (length / degrees).ln_1p();
        let weight = log_density(&place) - proposed;
        (place, if weight.is_nan() { f64::NEG_INFINITY } else { weight })
    };
    let proposals = threads::map(count, proposal);
    let largest = proposals.iter().map(|(_, weight)| *weight).fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        let (case, help) = ("the likelihood is not finite", "bring the series in other units");
        return Err(Error::Undefined { method: "importance sampling", case, help });
    }
    let weights: Vec<f64> = proposals.iter().map(|(_, log)| (log - largest).exp()).collect();
    let (total, squares) =
        (weights.iter().sum::<f64>(), weights.iter().map(|w| w * w).sum::<f64>());
    let places = resampled(&weights, total).map(|i| proposals[i].0.clone()).collect();
    Ok(Importance { places, effective_share: total * total / squares / count as f64 })
}

/// The degrees of freedom of the proposals, whose tails are heavier than those of the density.
const DEGREES: usize = 4;

/// The root of the covariance that the curvature at the mode tells; a circle where it tells none.
fn spread(mode: &[f64], log_density: &dyn Fn(&[f64]) -> f64) -> Matrix {
    let curvature = numeric_hessian(mode, &|x| -log_density(x));
    let covariance = Cholesky::new(&curvature).map(|root| root.inverse());
    let root = covariance.and_then(|covariance| Cholesky::new(&covariance));
    root.map_or_else(|_| Matrix::identity(mode.len()), |root| root.lower().clone())
}

/// As many numbers of weights as there are, each as often as its weight says, by even steps.
fn resampled(weights: &[f64], total: f64) -> impl Iterator<Item = usize> + '_ {
    let step = total / weights.len() as f64;
    let (mut at, mut sum) = (0, weights[0]);
    (0..weights.len()).map(move |i| {
        let place = (i as f64 + 0.5) * step;
        while sum < place && at + 1 < weights.len() {
            at += 1;
            sum += weights[at];
        }
        at
    })
}
