//! How good probabilities are, as bets and as frequencies.

use super::classification::rows_of_classes;
use crate::{Result, bootstrap::quantile_of_sorted, door};

/// The mean of −ln p, where p is the probability that was given to what came.
///
/// Probabilities are kept away from 0 and 1 by 2.2e-16, so that one sure mistake costs 36.
///
/// # Errors
/// If there are no labels, other numbers of probabilities, or one outside 0 to 1.
///
/// # Examples
/// ```
/// let loss = brand_nn_stats::metrics::log_loss(&[0.5, 0.5], &[true, false])?;
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn log_loss(probability: &[f64], positive: &[bool]) -> Result<f64> {
    door::chances("log_loss", probability, positive.len())?;
    Ok(door::mean(surprises(probability, positive)))
}

/// As [`log_loss`], each row counted by its weight.
///
/// # Errors
/// As [`log_loss`], and if weights are negative, not finite or all zero.
pub fn log_loss_weighted(probability: &[f64], positive: &[bool], weights: &[f64]) -> Result<f64> {
    door::chances("log_loss_weighted", probability, positive.len())?;
    door::weights("log_loss_weighted", weights, positive.len())?;
    Ok(door::weighted_mean(surprises(probability, positive), weights))
}

fn surprises(probability: &[f64], positive: &[bool]) -> impl ExactSizeIterator<Item = f64> {
    let of_label =
        |(&p, &positive): (&f64, &bool)| -clipped(if positive { p } else { 1.0 - p }).ln();
    probability.iter().zip(positive).map(of_label)
}

fn clipped(p: f64) -> f64 {
    p.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
}

/// The mean of −ln p of the actual classes.
///
/// # Shapes
/// `probabilities`: `[rows, num_classes]`, row-major, each row adding up to 1; `actual`: `[rows]`.
///
/// # Errors
/// If lengths do not fit, a class is too large, or a row isn't a distribution (to 1e-4).
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::log_loss_classes;
/// let loss = log_loss_classes(&[0.25, 0.5, 0.25, 0.5, 0.25, 0.25], 3, &[1, 0])?;
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "cross_entropy")]
pub fn log_loss_classes(
    probabilities: &[f64],
    num_classes: usize,
    actual: &[usize],
) -> Result<f64> {
    distributions("log_loss_classes", probabilities, num_classes, actual)?;
    let rows = probabilities.chunks(num_classes).zip(actual);
    Ok(door::mean(rows.map(|(row, &class)| -clipped(row[class]).ln())))
}

/// The mean squared distance of probabilities from 0 and 1: 0 is best, 1 worst.
///
/// # Errors
/// As [`log_loss`].
///
/// # Examples
/// ```
/// let brier = brand_nn_stats::metrics::brier_score(&[0.8, 0.4], &[true, false])?;
/// assert!((brier - 0.1).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn brier_score(probability: &[f64], positive: &[bool]) -> Result<f64> {
    door::chances("brier_score", probability, positive.len())?;
    Ok(door::mean(squares(probability, positive)))
}

/// As [`brier_score`], each row counted by its weight.
///
/// # Errors
/// As [`log_loss_weighted`].
pub fn brier_score_weighted(
    probability: &[f64],
    positive: &[bool],
    weights: &[f64],
) -> Result<f64> {
    door::chances("brier_score_weighted", probability, positive.len())?;
    door::weights("brier_score_weighted", weights, positive.len())?;
    Ok(door::weighted_mean(squares(probability, positive), weights))
}

fn squares(probability: &[f64], positive: &[bool]) -> impl ExactSizeIterator<Item = f64> {
    probability.iter().zip(positive).map(|(p, &positive)| (p - f64::from(positive)).powi(2))
}

/// The mean over rows of Σ (pₖ − yₖ)²: 0 is best, 2 worst.
///
/// For two classes it is twice [`brier_score`].
///
/// # Shapes
/// As [`log_loss_classes`].
///
/// # Errors
/// As [`log_loss_classes`].
pub fn brier_score_classes(
    probabilities: &[f64],
    num_classes: usize,
    actual: &[usize],
) -> Result<f64> {
    distributions("brier_score_classes", probabilities, num_classes, actual)?;
    let rows = probabilities.chunks(num_classes).zip(actual);
    Ok(door::mean(rows.map(|(row, &class)| {
        let terms = row.iter().enumerate().map(|(k, p)| (p - f64::from(k == class)).powi(2));
        terms.sum::<f64>()
    })))
}

fn distributions(
    op: &'static str,
    rows: &[f64],
    num_classes: usize,
    actual: &[usize],
) -> Result<()> {
    rows_of_classes(op, rows, num_classes, actual)?;
    door::every(op, "probability", rows, door::PROBABILITY)?;
    let sums: Vec<f64> = rows.chunks(num_classes).map(|row| row.iter().sum()).collect();
    door::every(op, "sum of row", &sums, ("1, to 1e-4", |sum| (sum - 1.0).abs() <= 1e-4))
}

/// How rows are put into bins by their probabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binning {
    /// Bins of the same width from 0 to 1.
    #[default]
    Uniform,
    /// Bins of about the same number of rows.
    Quantile,
}

/// The rows of one bin of a calibration curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// The mean of the probabilities.
    pub probability: f64,
    /// The share of positives.
    pub frequency: f64,
    /// The number of rows.
    pub rows: usize,
}

/// What was said against what came, in bins of probability; empty bins are left out.
///
/// A bin has the probabilities above its lower edge, up to its upper edge.
///
/// # Errors
/// As [`log_loss`], and if `bins` is 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Binning, calibration_curve};
/// let (said, came) = ([0.125, 0.25, 0.75], [false, true, true]);
/// let curve = calibration_curve(&said, &came, 2, Binning::Uniform)?;
/// assert_eq!((curve[0].probability, curve[0].frequency), (0.1875, 0.5));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "reliability_diagram")]
pub fn calibration_curve(
    probability: &[f64],
    positive: &[bool],
    bins: usize,
    binning: Binning,
) -> Result<Vec<CalibrationBin>> {
    let op = "calibration_curve";
    door::chances(op, probability, positive.len())?;
    door::at_least(op, "bins", bins, 1)?;
    let mut rows: Vec<_> = probability.iter().copied().zip(positive.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let sorted: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let bin_of = |p: f64| match binning {
        Binning::Uniform => uniform_bin(p, bins),
        Binning::Quantile => quantile_bin(p, &sorted, bins),
    };
    let bins = rows.chunk_by(|a, b| bin_of(a.0) == bin_of(b.0));
    Ok(bins.map(CalibrationBin::of).collect())
}

impl CalibrationBin {
    fn of(rows: &[(f64, bool)]) -> Self {
        Self {
            probability: door::mean(rows.iter().map(|row| row.0)),
            frequency: door::mean(rows.iter().map(|row| f64::from(row.1))),
            rows: rows.len(),
        }
    }
}

/// The number of inner edges i / bins that lie below `p`.
fn uniform_bin(p: f64, bins: usize) -> usize {
    let near = (p * bins as f64) as usize;
    let below = |edge: &usize| (*edge as f64) * (1.0 / bins as f64) < p;
    let mut candidates = near.saturating_sub(1).max(1)..(near + 2).min(bins);
    let before = candidates.start - 1;
    candidates.rfind(below).unwrap_or(before)
}

/// The number of inner quantiles that lie below `p`.
fn quantile_bin(p: f64, sorted: &[f64], bins: usize) -> usize {
    let (mut low, mut high) = (0, bins - 1);
    while low < high {
        let edge = low + (high - low).div_ceil(2);
        let below = quantile_of_sorted(sorted, edge as f64 / bins as f64) < p;
        (low, high) = if below { (edge, high) } else { (low, edge - 1) };
    }
    low
}

/// The mean distance of what was said from what came, over bins of equal width.
///
/// Σ nᵦ / N |frequencyᵦ − probabilityᵦ|, Naeini 2015. For classes, hand over the probability of the
/// predicted class, and whether it was the actual one.
///
/// # Errors
/// As [`calibration_curve`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::expected_calibration_error;
/// let error = expected_calibration_error(&[0.75, 0.75, 0.25], &[true, false, false], 10)?;
/// assert!((error - 0.25).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ece")]
pub fn expected_calibration_error(
    probability: &[f64],
    positive: &[bool],
    bins: usize,
) -> Result<f64> {
    let curve = calibration_curve(probability, positive, bins, Binning::Uniform)?;
    let distance = |bin: &CalibrationBin| (bin.frequency - bin.probability).abs() * bin.rows as f64;
    Ok(curve.iter().map(distance).sum::<f64>() / positive.len() as f64)
}
