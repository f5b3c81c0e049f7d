//! How often predicted classes are the actual ones.

use super::{Average, ConfusionMatrix, KappaWeights};
use crate::{Error, Result, door};

/// The share of predicted classes that are the actual ones.
///
/// # Errors
/// If there are none, or more of one than of the other, or a class is above 8191.
///
/// # Examples
/// ```
/// let accuracy = brand_nn_stats::metrics::accuracy(&[0, 2, 1, 1], &[0, 2, 2, 1])?;
/// assert_eq!(accuracy, 0.75);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn accuracy(predicted: &[usize], actual: &[usize]) -> Result<f64> {
    ConfusionMatrix::of(predicted, actual)?.accuracy()
}

/// The mean recall of the classes that occur: each class counts the same, however rare.
///
/// # Errors
/// As [`accuracy`].
///
/// # Examples
/// ```
/// let balanced = brand_nn_stats::metrics::balanced_accuracy(&[0, 0, 0, 0], &[0, 0, 0, 1])?;
/// assert_eq!(balanced, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn balanced_accuracy(predicted: &[usize], actual: &[usize]) -> Result<f64> {
    ConfusionMatrix::of(predicted, actual)?.balanced_accuracy()
}

/// The share of rows whose actual class is among the `k` best scored.
///
/// Of equal scores that of the smaller class comes first, so that `k = 1` is the accuracy of
/// argmax.
///
/// # Shapes
/// `scores`: `[rows, num_classes]`, row-major; `actual`: `[rows]`.
///
/// # Errors
/// If there are no rows, the lengths do not fit, `k` is 0, a class is too large or a score is NaN.
///
/// # Examples
/// ```
/// let scores = [0.5, 0.3, 0.2, 0.1, 0.2, 0.7];
/// let top = |k| brand_nn_stats::metrics::top_k_accuracy(&scores, 3, &[1, 2], k);
/// assert_eq!((top(1)?, top(2)?), (0.5, 1.0));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn top_k_accuracy(
    scores: &[f64],
    num_classes: usize,
    actual: &[usize],
    k: usize,
) -> Result<f64> {
    let op = "top_k_accuracy";
    door::at_least(op, "k", k, 1)?;
    rows_of_classes(op, scores, num_classes, actual)?;
    door::every(op, "score", scores, door::NOT_NAN)?;
    let found = scores.chunks(num_classes).zip(actual).filter(|(row, class)| {
        let better = |(other, score): &(usize, &f64)| {
            **score > row[**class] || (**score == row[**class] && other < *class)
        };
        row.iter().enumerate().filter(better).count() < k
    });
    Ok(found.count() as f64 / actual.len() as f64)
}

/// One row of numbers for each actual class, and no class beyond the row.
pub(super) fn rows_of_classes(
    op: &'static str,
    rows: &[f64],
    num_classes: usize,
    actual: &[usize],
) -> Result<()> {
    door::some(op, "labels", actual.len())?;
    door::at_least(op, "num_classes", num_classes, 1)?;
    door::len(op, "numbers", rows.len(), actual.len().saturating_mul(num_classes))?;
    match actual.iter().position(|&class| class >= num_classes) {
        Some(index) => Err(Error::Value {
            op,
            what: "class",
            index,
            got: actual[index] as f64,
            expected: "a class from 0 to below num_classes",
        }),
        None => Ok(()),
    }
}

/// Of what was taken for a class, the share that was of it: tp / (tp + fp); 0 if nothing was.
///
/// # Errors
/// As [`accuracy`], and if [`Average::Binary`] meets a class above 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Average, precision};
/// assert_eq!(precision(&[1, 1, 0], &[1, 0, 1], Average::Binary)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn precision(predicted: &[usize], actual: &[usize], average: Average) -> Result<f64> {
    let matrix = ConfusionMatrix::of(predicted, actual)?;
    matrix.average(average, |class| matrix.precision(class))
}

/// Of what was of a class, the share that was found: tp / (tp + fn); 0 if nothing was.
///
/// # Errors
/// As [`precision`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Average, recall};
/// assert_eq!(recall(&[1, 0, 0, 1], &[1, 0, 1, 1], Average::Macro)?, (1.0 + 2.0 / 3.0) / 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "sensitivity")]
pub fn recall(predicted: &[usize], actual: &[usize], average: Average) -> Result<f64> {
    let matrix = ConfusionMatrix::of(predicted, actual)?;
    matrix.average(average, |class| matrix.recall(class))
}

/// The weighted harmonic mean of precision and recall; recall counts `beta` times as much.
///
/// (1 + β²) tp / ((1 + β²) tp + β² fn + fp); 0 if nothing was found. `beta` is at least 0.
///
/// # Errors
/// As [`precision`], and if `beta` is negative or not finite.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Average, f_beta};
/// let f2 = f_beta(&[1, 1, 0, 1], &[1, 0, 0, 1], 2.0, Average::Binary)?;
/// assert!((f2 - 10.0 / 11.0).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn f_beta(predicted: &[usize], actual: &[usize], beta: f64, average: Average) -> Result<f64> {
    if !beta.is_finite() || beta < 0.0 {
        let (expected, help) = ("a finite number of at least 0", "1 counts both the same");
        return Err(Error::Setting { op: "f_beta", setting: "beta", got: beta, expected, help });
    }
    let matrix = ConfusionMatrix::of(predicted, actual)?;
    matrix.average(average, |class| matrix.f_beta(class, beta))
}

/// The harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); 0 if nothing was found.
///
/// # Errors
/// As [`precision`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Average, f1};
/// assert_eq!(f1(&[1, 1, 0], &[1, 0, 1], Average::Binary)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn f1(predicted: &[usize], actual: &[usize], average: Average) -> Result<f64> {
    f_beta(predicted, actual, 1.0, average)
}

/// Matthews' correlation of predicted and actual classes, from −1 to 1; 0 if one is constant.
///
/// # Errors
/// As [`accuracy`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::mcc(&[1, 0, 1, 0], &[1, 0, 1, 0])?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "matthews_corrcoef")]
pub fn mcc(predicted: &[usize], actual: &[usize]) -> Result<f64> {
    ConfusionMatrix::of(predicted, actual)?.mcc()
}

/// Cohen's kappa: how much more two raters agree than by chance.
///
/// # Errors
/// As [`accuracy`], and if both raters give one class only, the same.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{KappaWeights, cohen_kappa};
/// let kappa = cohen_kappa(&[0, 1, 2, 2], &[0, 1, 2, 1], KappaWeights::Quadratic)?;
/// assert!((kappa - 0.8).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn cohen_kappa(first: &[usize], second: &[usize], weights: KappaWeights) -> Result<f64> {
    ConfusionMatrix::of(first, second)?.kappa(weights)
}
