//! How good forecasts are: errors on the scale of a naive one, quantiles, distributions.

use super::regression::{errors, finite, mae, mse, square};
use crate::special::{normal_cdf, normal_density};
use crate::{Error, Result, door};
use std::f64::consts::PI;

/// The mean absolute error, in units of that of repeating the season before.
///
/// mean |p − t| / mean |hᵢ − hᵢ₋ₘ| over the `history` h that the forecast was made from, with m the
/// `season` (1 for none). Hyndman and Koehler 2006.
///
/// # Errors
/// If forecasts and targets do not go together, a number is not finite, or the history is not
/// longer than the season or repeats itself.
///
/// # Examples
/// ```
/// let mase = brand_nn_stats::metrics::mase(&[5.0], &[4.0], &[1.0, 3.0, 2.0, 5.0], 1)?;
/// assert_eq!(mase, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn mase(prediction: &[f64], target: &[f64], history: &[f64], season: usize) -> Result<f64> {
    let naive = naive("mase", history, season, mae)?;
    finite("mase", mae(prediction, target)? / naive)
}

/// The root of the squared form of [`mase`], as in the M5 competition.
///
/// √(mean (p − t)² / mean (hᵢ − hᵢ₋ₘ)²).
///
/// # Errors
/// As [`mase`].
///
/// # Examples
/// ```
/// let rmsse = brand_nn_stats::metrics::rmsse(&[6.0], &[4.0], &[1.0, 2.0, 3.0], 1)?;
/// assert_eq!(rmsse, 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn rmsse(prediction: &[f64], target: &[f64], history: &[f64], season: usize) -> Result<f64> {
    let naive = naive("rmsse", history, season, mse)?;
    finite("rmsse", (mse(prediction, target)? / naive).sqrt())
}

/// The error of repeating the season before.
fn naive(
    op: &'static str,
    history: &[f64],
    season: usize,
    error: fn(&[f64], &[f64]) -> Result<f64>,
) -> Result<f64> {
    door::at_least(op, "season", season, 1)?;
    door::some(
        op,
        "values in the history beyond one season",
        history.len().saturating_sub(season),
    )?;
    door::every(op, "value of the history", history, door::FINITE)?;
    let naive = error(&history[..history.len() - season], &history[season..])?;
    let (case, help) = ("the history repeats its season", "use mae or rmse");
    if naive > 0.0 { Ok(naive) } else { Err(Error::Undefined { op, case, help }) }
}

/// The loss of a forecast quantile: mean of max(q (t − p), (q − 1) (t − p)).
///
/// Half of the mean absolute error at `quantile` 0.5.
///
/// # Errors
/// If forecasts and targets do not go together, or `quantile` is not between 0 and 1.
///
/// # Examples
/// ```
/// let loss = brand_nn_stats::metrics::pinball(&[1.0, 5.0], &[3.0, 3.0], 0.75)?;
/// assert_eq!(loss, (0.75 * 2.0 + 0.25 * 2.0) / 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "quantile_loss")]
pub fn pinball(prediction: &[f64], target: &[f64], quantile: f64) -> Result<f64> {
    door::inside("pinball", "quantile", quantile)?;
    door::pair("pinball", prediction, target)?;
    let loss = |error: f64| (-quantile * error).max((1.0 - quantile) * error);
    finite("pinball", door::mean(errors(prediction, target).map(loss)))
}

/// The continuous ranked probability score of drawn forecasts: E|X − t| − ½ E|X − X′|.
///
/// The members are the whole distribution: X and X′ may be the same one. One member a row gives the
/// mean absolute error.
///
/// # Shapes
/// `samples`: `[rows, members]`, row-major; `target`: `[rows]`.
///
/// # Errors
/// If there are no targets or members, lengths do not fit, or a number is not finite.
///
/// # Examples
/// ```
/// let crps = brand_nn_stats::metrics::crps_ensemble(&[0.0, 2.0, 1.0, 1.0], &[1.0, 3.0])?;
/// assert_eq!(crps, (0.5 + 2.0) / 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn crps_ensemble(samples: &[f64], target: &[f64]) -> Result<f64> {
    let op = "crps_ensemble";
    door::some(op, "targets", target.len())?;
    let members = samples.len() / target.len();
    door::some(op, "samples for each target", members)?;
    door::len(op, "samples", samples.len(), members * target.len())?;
    door::every(op, "sample", samples, door::FINITE)?;
    door::every(op, "target", target, door::FINITE)?;
    let rows = samples.chunks(members).zip(target);
    finite(op, door::mean(rows.map(|(row, &t)| crps_of_row(row, t))))
}

/// Σ |x − x′| over all pairs of sorted members is Σ 2 (2i − m + 1) xᵢ.
fn crps_of_row(row: &[f64], target: f64) -> f64 {
    let mut sorted = row.to_vec();
    sorted.sort_by(f64::total_cmp);
    let members = sorted.len() as f64;
    let distance = door::mean(sorted.iter().map(|x| (x - target).abs()));
    let places = sorted.iter().enumerate();
    // Counted from the target, so that a large common level does not round the spread away.
    let apart: f64 = places.map(|(i, x)| (2.0 * i as f64 + 1.0 - members) * (x - target)).sum();
    distance - apart / (members * members)
}

/// The continuous ranked probability score of normal forecasts.
///
/// σ (z (2 Φ(z) − 1) + 2 φ(z) − 1/√π) with z = (t − μ) / σ. Gneiting 2005.
///
/// # Errors
/// If lengths do not fit, a number is not finite, or a standard deviation is not above 0.
///
/// # Examples
/// ```
/// let crps = brand_nn_stats::metrics::crps_gaussian(&[0.0], &[1.0], &[0.0])?;
/// assert!((crps - 0.233_694_977_255).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn crps_gaussian(mean: &[f64], standard_deviation: &[f64], target: &[f64]) -> Result<f64> {
    let op = "crps_gaussian";
    door::pair(op, mean, target)?;
    door::len(op, "standard deviations", standard_deviation.len(), target.len())?;
    let positive = ("a finite number above 0", (|x| x.is_finite() && x > 0.0) as fn(f64) -> bool);
    door::every(op, "standard deviation", standard_deviation, positive)?;
    let terms = errors(target, mean).zip(standard_deviation).map(|(error, sigma)| {
        let z = error / sigma;
        let inner = 2.0 * normal_density(z) - 1.0 / PI.sqrt();
        // σ z is the error itself, which stays finite where z overflows.
        error * (2.0 * normal_cdf(z) - 1.0) + sigma * inner
    });
    finite(op, door::mean(terms))
}

/// The share of targets inside their intervals, edges included.
///
/// # Errors
/// If there are no targets, lengths do not fit, a number is NaN, or an interval is upside down.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::interval_coverage;
/// assert_eq!(interval_coverage(&[0.0, 0.0], &[1.0, 1.0], &[1.0, 2.0])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn interval_coverage(lower: &[f64], upper: &[f64], target: &[f64]) -> Result<f64> {
    let op = "interval_coverage";
    intervals(op, lower, upper, target.len())?;
    door::every(op, "target", target, door::NOT_NAN)?;
    let edges = lower.iter().zip(upper);
    let inside = edges.zip(target).filter(|((low, high), t)| (*low..=*high).contains(t));
    Ok(inside.count() as f64 / target.len() as f64)
}

/// The score of central intervals of a level 1 − α: width, plus 2/α times what is missed by.
///
/// mean (u − l) + 2/α (l − t)⁺ + 2/α (t − u)⁺. Winkler 1972; smaller is better.
///
/// # Errors
/// As [`interval_coverage`], if a number is not finite, or `level` is not between 0 and 1.
///
/// # Examples
/// ```
/// let score = brand_nn_stats::metrics::interval_score(&[0.0], &[1.0], &[2.0], 0.5)?;
/// assert_eq!(score, 1.0 + 4.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "winkler_score")]
pub fn interval_score(lower: &[f64], upper: &[f64], target: &[f64], level: f64) -> Result<f64> {
    let op = "interval_score";
    door::inside(op, "level", level)?;
    door::pair(op, lower, target)?;
    intervals(op, lower, upper, target.len())?;
    let missed = lower.iter().zip(upper).zip(target).map(|((low, high), t)| {
        (high - low) + 2.0 / (1.0 - level) * ((low - t).max(0.0) + (t - high).max(0.0))
    });
    finite(op, door::mean(missed))
}

fn intervals(op: &'static str, lower: &[f64], upper: &[f64], rows: usize) -> Result<()> {
    door::some(op, "targets", rows)?;
    door::len(op, "lower edges", lower.len(), rows)?;
    door::len(op, "upper edges", upper.len(), rows)?;
    door::every(op, "lower edge", lower, door::NOT_NAN)?;
    door::every(op, "upper edge", upper, door::NOT_NAN)?;
    let widths: Vec<f64> = lower.iter().zip(upper).map(|(l, u)| f64::from(l <= u)).collect();
    let ordered =
        ("1: a lower edge that is not above the upper one", (|x| x == 1.0) as fn(f64) -> bool);
    door::every(op, "order of interval", &widths, ordered)
}

/// The mean Tweedie deviance of predicted means; 0 where they are the targets.
///
/// | `power` | distribution | targets | predictions |
/// |---|---|---|---|
/// | 0 | normal: the mean squared error | any | any |
/// | 1 | Poisson | ≥ 0 | > 0 |
/// | 1 to 2 | compound Poisson: many zeros, such as spend | ≥ 0 | > 0 |
/// | 2 | gamma | > 0 | > 0 |
/// | above 2 | such as inverse Gaussian at 3 | > 0 | > 0 |
///
/// # Errors
/// If there are no targets, lengths do not fit, a number is outside the table's ranges, or `power`
/// is negative or between 0 and 1.
///
/// # Examples
/// ```
/// let deviance = brand_nn_stats::metrics::tweedie_deviance(&[2.0], &[0.0], 1.5)?;
/// assert!((deviance - 4.0 * 2.0_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn tweedie_deviance(prediction: &[f64], target: &[f64], power: f64) -> Result<f64> {
    let op = "tweedie_deviance";
    door::pair(op, prediction, target)?;
    if !power.is_finite() || power < 0.0 || (power > 0.0 && power < 1.0) {
        let (expected, help) = ("0, or a finite number from 1 on", "1.5 suits many zeros");
        return Err(Error::Setting { op, setting: "power", got: power, expected, help });
    }
    if power > 0.0 {
        door::every(op, "prediction", prediction, ABOVE_ZERO)?;
        let range = if power < 2.0 { door::NOT_NEGATIVE } else { ABOVE_ZERO };
        door::every(op, "target", target, range)?;
    }
    let pairs = prediction.iter().zip(target);
    finite(op, door::mean(pairs.map(|(&p, &t)| deviance(p, t, power))))
}

const ABOVE_ZERO: (&str, fn(f64) -> bool) = ("a number above 0", |x| x > 0.0);

fn deviance(p: f64, t: f64, power: f64) -> f64 {
    if power == 0.0 {
        return square(t - p);
    }
    if power == 1.0 {
        let logarithm = if t == 0.0 { 0.0 } else { t * (t / p).ln() };
        return 2.0 * (logarithm - t + p);
    }
    if power == 2.0 {
        return 2.0 * ((p / t).ln() + t / p - 1.0);
    }
    let (one, two) = (1.0 - power, 2.0 - power);
    2.0 * (t.powf(two) / (one * two) - t * p.powf(one) / one + p.powf(two) / two)
}

/// The mean Poisson deviance of predicted counts, 2 (t ln(t/p) − t + p).
///
/// # Errors
/// As [`tweedie_deviance`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::poisson_deviance(&[3.0, 1.0], &[3.0, 0.0])?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn poisson_deviance(prediction: &[f64], target: &[f64]) -> Result<f64> {
    tweedie_deviance(prediction, target, 1.0)
}
