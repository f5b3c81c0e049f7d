//! How well scores separate positives from negatives, over all thresholds.

use super::ranked::{Step, both, descending, steps, ties, weighted_steps};
use crate::{Error, Result, door};

/// The rates of both kinds of labels above each threshold, from (0, 0) to (1, 1).
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// Of the negatives, the share at or above the threshold.
    pub false_positive_rate: Vec<f64>,
    /// Of the positives, the share at or above the threshold.
    pub true_positive_rate: Vec<f64>,
    /// Infinity, then each distinct score from the highest down.
    pub threshold: Vec<f64>,
}

/// The receiver operating characteristic: one point a distinct score.
///
/// # Errors
/// If there are no labels, other numbers of scores, a NaN among them, or labels of one class only.
///
/// # Examples
/// ```
/// let curve = brand_nn_stats::metrics::roc_curve(&[0.1, 0.8, 0.4], &[false, true, true])?;
/// assert_eq!(curve.true_positive_rate, [0.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.false_positive_rate, [0.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn roc_curve(scores: &[f64], positive: &[bool]) -> Result<RocCurve> {
    let steps = steps("roc_curve", scores, positive)?;
    let (positives, negatives) = both("roc_curve", &steps)?;
    let points = |start: f64, value: &dyn Fn(&Step) -> f64| {
        std::iter::once(start).chain(steps.iter().map(value)).collect()
    };
    Ok(RocCurve {
        false_positive_rate: points(0.0, &|step| step.negative / negatives),
        true_positive_rate: points(0.0, &|step| step.positive / positives),
        threshold: points(f64::INFINITY, &|step| step.threshold),
    })
}

/// The area under the ROC curve: how often a positive is scored above a negative.
///
/// Exact, ties counted half (Mann and Whitney).
///
/// # Errors
/// As [`roc_curve`].
///
/// # Examples
/// ```
/// let auc = brand_nn_stats::metrics::roc_auc(&[0.2, 0.9, 0.9], &[false, true, false])?;
/// assert_eq!(auc, 0.75);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn roc_auc(scores: &[f64], positive: &[bool]) -> Result<f64> {
    area("roc_auc", &steps("roc_auc", scores, positive)?)
}

/// As [`roc_auc`], each row counted by its weight.
///
/// # Errors
/// As [`roc_curve`], and if weights are negative or not finite, or those of one class all zero.
pub fn roc_auc_weighted(scores: &[f64], positive: &[bool], weights: &[f64]) -> Result<f64> {
    area("roc_auc_weighted", &weighted_steps("roc_auc_weighted", scores, positive, weights)?)
}

fn area(op: &'static str, steps: &[Step]) -> Result<f64> {
    let (positives, negatives) = both(op, steps)?;
    let (mut above, mut passed, mut area) = (0.0, 0.0, 0.0);
    for step in steps {
        area += (step.negative - passed) * (step.positive + above) / 2.0;
        (above, passed) = (step.positive, step.negative);
    }
    Ok(area / (positives * negatives))
}

/// The mean AUC of groups, such as one a user, each counted by its rows.
///
/// Groups whose labels are of one class have no AUC and are left out.
///
/// # Errors
/// As [`roc_curve`], and if no group has both classes.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::grouped_auc;
/// let (scores, clicked) = ([0.9, 0.1, 0.8, 0.7], [true, false, false, true]);
/// assert_eq!(grouped_auc(&scores, &clicked, &[1, 1, 2, 2])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "gauc")]
pub fn grouped_auc(scores: &[f64], positive: &[bool], group: &[usize]) -> Result<f64> {
    let op = "grouped_auc";
    door::scored(op, scores, positive.len())?;
    door::len(op, "groups", group.len(), positive.len())?;
    let keys: Vec<f64> = group.iter().map(|&group| group as f64).collect();
    let (mut sum, mut rows) = (0.0, 0.0);
    for members in ties(&descending(&keys), &keys) {
        let scores: Vec<_> = members.iter().map(|&row| scores[row]).collect();
        let labels: Vec<_> = members.iter().map(|&row| positive[row]).collect();
        if labels.contains(&true) && labels.contains(&false) {
            sum += roc_auc(&scores, &labels)? * members.len() as f64;
            rows += members.len() as f64;
        }
    }
    let case = "no group has labels of both classes";
    let none = Error::Undefined { op, case, help: "make larger groups, or use roc_auc" };
    if rows > 0.0 { Ok(sum / rows) } else { Err(none) }
}

/// The Gini coefficient of scores, 2 AUC − 1: 0 for guessing, 1 for perfect order.
///
/// # Errors
/// As [`roc_curve`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::gini(&[0.2, 0.9, 0.9], &[false, true, false])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "somers_d")]
pub fn gini(scores: &[f64], positive: &[bool]) -> Result<f64> {
    Ok(2.0 * area("gini", &steps("gini", scores, positive)?)? - 1.0)
}

/// Kolmogorov and Smirnov's statistic: the largest distance of the scores' two distributions.
///
/// max |F₁(s) − F₀(s)| over all thresholds s, for positives and negatives.
///
/// # Errors
/// As [`roc_curve`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::ks_statistic;
/// assert_eq!(ks_statistic(&[0.1, 0.3, 0.2, 0.9], &[false, false, true, true])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn ks_statistic(scores: &[f64], positive: &[bool]) -> Result<f64> {
    let steps = steps("ks_statistic", scores, positive)?;
    let (positives, negatives) = both("ks_statistic", &steps)?;
    let distance = |step: &Step| (step.positive / positives - step.negative / negatives).abs();
    Ok(steps.iter().map(distance).fold(0.0, f64::max))
}
