//! Whether chains agree, and what their draws are worth.

use crate::bootstrap::percentile_interval;
use crate::{Error, Result, door};

/// A parameter as its draws tell.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// The mean of all draws.
    pub mean: f64,
    /// Their standard deviation.
    pub standard_deviation: f64,
    /// The quantiles 0.025 and 0.975: the central 95 per cent.
    pub interval: [f64; 2],
    /// [`r_hat`] of the chains.
    pub r_hat: f64,
    /// [`effective_sample_size`] of the chains.
    pub effective_sample_size: f64,
}

impl Summary {
    /// Sums up the draws of each chain.
    ///
    /// # Errors
    /// As [`r_hat`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::sampler::Summary;
    /// let of = Summary::of(&[&[1.0, 2.0, 3.0, 2.0], &[2.0, 1.0, 2.0, 3.0]])?;
    /// assert_eq!(of.mean, 2.0);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn of(chains: &[&[f64]]) -> Result<Self> {
        let r_hat = r_hat(chains)?;
        let all = chains.concat();
        let (mean, variance) = moments(&all);
        Ok(Self {
            mean,
            standard_deviation: variance.sqrt(),
            interval: percentile_interval(&all, 0.95)?,
            r_hat,
            effective_sample_size: effective_sample_size(chains)?,
        })
    }
}

/// How much wider all draws spread than those of halves of chains; below 1.01 they agree.
///
/// √(((n − 1) / n W + B / n) / W) with W the mean variance within half-chains, B / n the variance
/// between their means. Gelman and Rubin 1992, split as in Gelman and others 2013. 1 if nothing
/// varies.
///
/// # Errors
/// If there are no chains, fewer than 4 draws, chains of different lengths, or a number that is not
/// finite.
///
/// # Examples
/// ```
/// use brand_nn_stats::sampler::r_hat;
/// let apart = r_hat(&[&[1.0, 2.0, 1.0, 2.0], &[8.0, 9.0, 8.0, 9.0]])?;
/// assert!(apart > 5.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn r_hat(chains: &[&[f64]]) -> Result<f64> {
    let halves = halves("r_hat", chains)?;
    let n = halves[0].len() as f64;
    let (within, between) = spread(&halves);
    if within == 0.0 {
        return Ok(if between == 0.0 { 1.0 } else { f64::INFINITY });
    }
    Ok((((n - 1.0) / n * within + between) / within).sqrt())
}

/// How many independent draws would tell the mean as well.
///
/// The number of draws over 1 + 2 Σ autocorrelations, as far as sums of two in a row are positive
/// and fall (Geyer 1992), of all half-chains together (Vehtari and others 2021, without ranks). At
/// most draws × log₁₀ draws.
///
/// # Errors
/// As [`r_hat`].
///
/// # Examples
/// ```
/// use brand_nn_stats::sampler::effective_sample_size;
/// let slow: Vec<f64> = (0..1000).map(|i| f64::from(i / 100)).collect();
/// assert!(effective_sample_size(&[&slow])? < 10.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ess")]
pub fn effective_sample_size(chains: &[&[f64]]) -> Result<f64> {
    let halves = halves("effective_sample_size", chains)?;
    let n = halves[0].len();
    let total = (n * halves.len()) as f64;
    let (within, between) = spread(&halves);
    let plus = (n as f64 - 1.0) / n as f64 * within + between;
    if plus == 0.0 {
        return Ok(total);
    }
    let correlation = |lag: usize| {
        let covariances = halves.iter().map(|half| covariance(half, lag));
        // The mean covariance with n in its denominator, as W has n − 1.
        let mean = door::mean(covariances) * n as f64 / (n as f64 - 1.0);
        1.0 - (within - mean) / plus
    };
    let (mut sum, mut last) = (0.0, f64::INFINITY);
    for pair in 0..n / 2 {
        let first = if pair == 0 { 1.0 } else { correlation(2 * pair) };
        let both = (first + correlation(2 * pair + 1)).min(last);
        if both < 0.0 {
            break;
        }
        sum += both;
        last = both;
    }
    Ok((total / (2.0 * sum - 1.0).max(1.0 / total.log10())).min(total * total.log10()))
}

/// Chains in two, of which an odd draw in the middle is left out.
fn halves<'a>(op: &'static str, chains: &[&'a [f64]]) -> Result<Vec<&'a [f64]>> {
    door::some(op, "chains", chains.len())?;
    let len = chains[0].len();
    if len < 4 {
        let (case, help) = ("a chain has fewer than 4 draws", "draw more");
        return Err(Error::Undefined { op, case, help });
    }
    for chain in chains {
        door::len(op, "draws", chain.len(), len)?;
        door::every(op, "draw", chain, door::FINITE)?;
    }
    Ok(chains.iter().flat_map(|chain| [&chain[..len / 2], &chain[len - len / 2..]]).collect())
}

/// The mean variance within, and the variance of the means.
fn spread(halves: &[&[f64]]) -> (f64, f64) {
    let each: Vec<(f64, f64)> = halves.iter().map(|half| moments(half)).collect();
    let means: Vec<f64> = each.iter().map(|(mean, _)| *mean).collect();
    (door::mean(each.iter().map(|(_, variance)| *variance)), moments(&means).1)
}

/// The mean, and the variance with n − 1 in its denominator.
fn moments(x: &[f64]) -> (f64, f64) {
    let mean = door::mean(x.iter().copied());
    let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, squares / (x.len() as f64 - 1.0))
}

/// Σ (xₜ − x̄)(xₜ₊ₖ − x̄) / n.
fn covariance(x: &[f64], lag: usize) -> f64 {
    let mean = door::mean(x.iter().copied());
    let products = x.iter().zip(&x[lag..]).map(|(a, b)| (a - mean) * (b - mean));
    products.sum::<f64>() / x.len() as f64
}
