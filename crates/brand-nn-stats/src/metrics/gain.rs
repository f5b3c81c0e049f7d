//! What reaching the best scored first is worth.

use super::ranked::{Step, steps};
use crate::{Error, Result, door};

/// The share of positives that is reached with each share of the rows, the best scored first.
#[derive(Clone, Debug, PartialEq)]
pub struct GainCurve {
    /// The share of the rows, from 0 to 1.
    pub reached: Vec<f64>,
    /// The share of the positives among them, from 0 to 1.
    pub gain: Vec<f64>,
}

impl GainCurve {
    /// How many times as many positives as among as many rows at random; one point less, at 0.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::metrics::gain_curve;
    /// let curve = gain_curve(&[0.9, 0.1, 0.2, 0.3], &[true, false, false, true])?;
    /// assert_eq!(curve.lift(), [2.0, 2.0, 4.0 / 3.0, 1.0]);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    #[must_use]
    pub fn lift(&self) -> Vec<f64> {
        let points = self.gain.iter().zip(&self.reached).skip(1);
        points.map(|(gain, reached)| gain / reached).collect()
    }

    /// The gain at a share of the rows, between two points in proportion.
    fn at(&self, share: f64) -> f64 {
        let right = self.reached.partition_point(|&x| x < share).clamp(1, self.reached.len() - 1);
        let [x0, x1] = [self.reached[right - 1], self.reached[right]];
        let [y0, y1] = [self.gain[right - 1], self.gain[right]];
        y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    }
}

/// The cumulative gain curve: one point a distinct score, after (0, 0).
///
/// # Errors
/// If there are no labels, other numbers of scores, a NaN among them, or no positive.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::gain_curve;
/// let curve = gain_curve(&[0.9, 0.1, 0.2, 0.3], &[true, false, false, true])?;
/// assert_eq!(curve.reached, [0.0, 0.25, 0.5, 0.75, 1.0]);
/// assert_eq!(curve.gain, [0.0, 0.5, 1.0, 1.0, 1.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn gain_curve(scores: &[f64], positive: &[bool]) -> Result<GainCurve> {
    let op = "gain_curve";
    let steps = steps(op, scores, positive)?;
    let positives = positive.iter().filter(|&&positive| positive).count() as f64;
    if positives == 0.0 {
        let help = "measure on rows that have some";
        return Err(Error::Undefined { op, case: "no label is positive", help });
    }
    let rows = positive.len() as f64;
    let points = |value: &dyn Fn(&Step) -> f64| {
        std::iter::once(0.0).chain(steps.iter().map(value)).collect()
    };
    Ok(GainCurve {
        reached: points(&|step| (step.positive + step.negative) / rows),
        gain: points(&|step| step.positive / positives),
    })
}

/// The share of positives among the best scored `share` of the rows; equal scores in proportion.
///
/// # Errors
/// As [`gain_curve`], and if `share` is not between 0 and 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::gain_at;
/// assert_eq!(gain_at(&[0.9, 0.1, 0.2, 0.3], &[true, false, false, true], 0.25)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn gain_at(scores: &[f64], positive: &[bool], share: f64) -> Result<f64> {
    door::inside("gain_at", "share", share)?;
    Ok(gain_curve(scores, positive)?.at(share))
}

/// How many times as many positives the best scored `share` has as that many rows at random.
///
/// # Errors
/// As [`gain_at`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::lift_at;
/// assert_eq!(lift_at(&[0.9, 0.1, 0.2, 0.3], &[true, false, false, true], 0.25)?, 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn lift_at(scores: &[f64], positive: &[bool], share: f64) -> Result<f64> {
    Ok(gain_at(scores, positive, share)? / share)
}

/// How well scores rank amounts: 1 as the amounts themselves, 0 as by chance, −1 upside down.
///
/// G(scores) / G(amounts), with G the area between the curve of the share of all that the best
/// scored hold and the diagonal; equal scores share alike. Of amounts 0 and 1 it is
/// [`gini`](super::gini).
///
/// # Errors
/// If there are no amounts, other numbers of scores, a score is NaN, an amount is below 0 or not
/// finite, or all amounts are alike.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::normalized_gini;
/// assert_eq!(normalized_gini(&[0.1, 0.9, 0.5], &[0.0, 80.0, 20.0])?, 1.0);
/// assert_eq!(normalized_gini(&[0.9, 0.1, 0.5], &[0.0, 80.0, 20.0])?, -1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn normalized_gini(scores: &[f64], amounts: &[f64]) -> Result<f64> {
    let op = "normalized_gini";
    door::scored(op, scores, amounts.len())?;
    door::every(op, "amount", amounts, door::NOT_NEGATIVE)?;
    let best = ranked_area(amounts, amounts);
    if best > 0.0 && best.is_finite() {
        return Ok(ranked_area(scores, amounts) / best);
    }
    let case = "all amounts are alike, or their sum overflows";
    Err(Error::Undefined { op, case, help: "measure on rows that differ" })
}

/// The sum of each amount times how many rows are ranked behind it minus those before it.
fn ranked_area(scores: &[f64], amounts: &[f64]) -> f64 {
    let mut rows: Vec<(f64, f64)> = scores.iter().copied().zip(amounts.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (count, mut before, mut area) = (rows.len() as f64, 0.0, 0.0);
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let (size, sum) = (group.len() as f64, group.iter().map(|row| row.1).sum::<f64>());
        area += sum * (count - size - 2.0 * before);
        before += size;
    }
    area
}
