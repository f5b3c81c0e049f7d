//! What share of the best scored is positive, over all thresholds.

use super::ranked::{Step, steps, weighted_steps};
use crate::{Error, Result};

/// Precision and recall of taking all above each threshold for positive, recall from 0 up.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecallCurve {
    /// Of what is at or above the threshold, the share that is positive; it begins with 1.
    pub precision: Vec<f64>,
    /// Of the positives, the share that is at or above the threshold; it begins with 0.
    pub recall: Vec<f64>,
    /// Infinity, then each distinct score from the highest down.
    pub threshold: Vec<f64>,
}

/// Precision against recall: one point a distinct score, after (1, 0).
///
/// # Errors
/// If there are no labels, other numbers of scores, a NaN among them, or no positive.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::precision_recall_curve;
/// let curve = precision_recall_curve(&[0.9, 0.5, 0.4], &[true, false, true])?;
/// assert_eq!(curve.precision, [1.0, 1.0, 0.5, 2.0 / 3.0]);
/// assert_eq!(curve.recall, [0.0, 0.5, 0.5, 1.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn precision_recall_curve(scores: &[f64], positive: &[bool]) -> Result<PrecisionRecallCurve> {
    let op = "precision_recall_curve";
    let steps = steps(op, scores, positive)?;
    let positives = positives(op, &steps)?;
    let points = |start: f64, value: &dyn Fn(&Step) -> f64| {
        std::iter::once(start).chain(steps.iter().map(value)).collect()
    };
    Ok(PrecisionRecallCurve {
        precision: points(1.0, &precision),
        recall: points(0.0, &|step| step.positive / positives),
        threshold: points(f64::INFINITY, &|step| step.threshold),
    })
}

/// The area under the precision-recall curve as a sum of steps, Σ (Rᵢ − Rᵢ₋₁) Pᵢ.
///
/// A scorer that guesses has the share of positives. Better than the ROC's area where they are
/// rare.
///
/// # Errors
/// As [`precision_recall_curve`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::average_precision;
/// let area = average_precision(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert!((area - 5.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "pr_auc")]
pub fn average_precision(scores: &[f64], positive: &[bool]) -> Result<f64> {
    area("average_precision", &steps("average_precision", scores, positive)?)
}

/// As [`average_precision`], each row counted by its weight.
///
/// # Errors
/// As [`precision_recall_curve`], and if weights are negative, not finite or all zero.
pub fn average_precision_weighted(
    scores: &[f64],
    positive: &[bool],
    weights: &[f64],
) -> Result<f64> {
    let op = "average_precision_weighted";
    area(op, &weighted_steps(op, scores, positive, weights)?)
}

fn area(op: &'static str, steps: &[Step]) -> Result<f64> {
    let positives = positives(op, steps)?;
    let mut above = 0.0;
    let pieces = steps.iter().map(|step| {
        let risen = step.positive - above;
        above = step.positive;
        risen * precision(step)
    });
    Ok(pieces.sum::<f64>() / positives)
}

/// Rows of weight zero may come first: nothing is wrong yet, so the precision is 1.
fn precision(step: &Step) -> f64 {
    let taken = step.positive + step.negative;
    if taken == 0.0 { 1.0 } else { step.positive / taken }
}

fn positives(op: &'static str, steps: &[Step]) -> Result<f64> {
    let positives = steps.last().map_or(0.0, |step| step.positive);
    let help = "measure on rows that have some";
    let none = Error::Undefined { op, case: "no label is positive", help };
    if positives > 0.0 { Ok(positives) } else { Err(none) }
}
