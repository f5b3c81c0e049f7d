//! Intervals of confidence for any statistic, by drawing rows again.

use crate::special::{normal_cdf, normal_quantile};
use crate::{Error, Result, door};
use brand_nn_kernels::{philox, threads};

/// The settings of a bootstrap: how many resamples, which level, which seed.
///
/// A statistic is a function of row numbers. It is computed on all rows, then on `resamples` draws
/// of as many rows with repetition; the spread of those values is that of the statistic. Draw `i`
/// of resample `r` is a function of seed, `r` and `i` alone, so results do not depend on the number
/// of threads. Efron and Tibshirani, "An introduction to the bootstrap", 1993.
///
/// # Examples
/// ```
/// use brand_nn_stats::bootstrap::Bootstrap;
///
/// let spend = [3.0, 8.0, 1.0, 4.0, 9.0, 2.0, 6.0, 7.0, 5.0, 5.0];
/// let mean = |rows: &[usize]| Ok(rows.iter().map(|&row| spend[row]).sum::<f64>() / 10.0);
/// let interval = Bootstrap::new(7).level(0.9).bca(spend.len(), &mean)?;
/// assert_eq!(interval.estimate, 5.0);
/// assert!(interval.lower > 3.0 && interval.upper < 7.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    seed: u64,
    resamples: usize,
    level: f64,
}

/// A number with an interval that holds the true one as often as the level says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The statistic of all rows.
    pub estimate: f64,
    /// The lower edge.
    pub lower: f64,
    /// The upper edge.
    pub upper: f64,
}

/// A function of row numbers, which may repeat.
pub type Statistic<'a> = dyn Fn(&[usize]) -> Result<f64> + Sync + 'a;

impl Bootstrap {
    /// 2000 resamples and a level of 0.95.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, resamples: 2000, level: 0.95 }
    }

    /// How often rows are drawn again; 2000 by default.
    #[must_use]
    pub fn resamples(self, resamples: usize) -> Self {
        Self { resamples, ..self }
    }

    /// How often the interval should hold the true number; 0.95 by default.
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The interval between two quantiles of the resamples' values.
    ///
    /// # Errors
    /// If there are no rows or resamples, the level is not between 0 and 1, or the statistic fails
    /// or is not finite on a resample.
    pub fn percentile(&self, rows: usize, statistic: &Statistic<'_>) -> Result<Interval> {
        let estimate = self.estimate(rows, statistic)?;
        let [lower, upper] = percentile_interval(&self.distribution(rows, statistic)?, self.level)?;
        Ok(Interval { estimate, lower, upper })
    }

    /// As [`percentile`](Self::percentile), corrected for bias and skewness ("BCa").
    ///
    /// Better where values are skewed; it computes the statistic once more for each row left out.
    ///
    /// # Errors
    /// As [`percentile`](Self::percentile), with fewer than 2 rows, or if no row matters.
    pub fn bca(&self, rows: usize, statistic: &Statistic<'_>) -> Result<Interval> {
        let estimate = self.estimate(rows, statistic)?;
        door::at_least(OP, "rows", rows, 2)?;
        let values = self.distribution(rows, statistic)?;
        let without = threads::map(rows, |left_out| {
            let kept: Vec<_> = (0..rows).filter(|&row| row != left_out).collect();
            finite(statistic(&kept)?)
        });
        let without = without.into_iter().collect::<Result<Vec<_>>>()?;
        let [lower, upper] = bca_interval(&values, estimate, &without, self.level)?;
        Ok(Interval { estimate, lower, upper })
    }

    /// The statistic of every resample, in the order of the draws.
    ///
    /// # Errors
    /// As [`percentile`](Self::percentile).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::bootstrap::Bootstrap;
    /// let first = |rows: &[usize]| Ok(rows[0] as f64);
    /// assert_eq!(Bootstrap::new(1).resamples(3).distribution(5, &first)?.len(), 3);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn distribution(&self, rows: usize, statistic: &Statistic<'_>) -> Result<Vec<f64>> {
        self.check(rows)?;
        let values =
            threads::map(self.resamples, |resample| finite(statistic(&self.draw(rows, resample))?));
        values.into_iter().collect()
    }

    fn estimate(&self, rows: usize, statistic: &Statistic<'_>) -> Result<f64> {
        self.check(rows)?;
        finite(statistic(&(0..rows).collect::<Vec<_>>())?)
    }

    /// Rows of one resample, two from each block of four words.
    fn draw(&self, rows: usize, resample: usize) -> Vec<usize> {
        let block = |i: usize| philox(self.seed, ((resample as u128) << 64) | i as u128);
        let row = |word: u64| ((u128::from(word) * rows as u128) >> 64) as usize;
        let pairs = (0..rows.div_ceil(2)).flat_map(|i| {
            let [a, b, c, d] = block(i).map(u64::from);
            [row(a << 32 | b), row(c << 32 | d)]
        });
        pairs.take(rows).collect()
    }

    fn check(&self, rows: usize) -> Result<()> {
        door::some(OP, "rows", rows)?;
        door::at_least(OP, "resamples", self.resamples, 1)?;
        door::inside(OP, "level", self.level)
    }
}

const OP: &str = "bootstrap";

fn finite(value: f64) -> Result<f64> {
    let (case, help) = ("the statistic is not finite", "return an error that says why");
    if value.is_finite() { Ok(value) } else { Err(Error::Undefined { op: OP, case, help }) }
}

/// The quantiles (1 ∓ level) / 2 of values, in proportion between two of them.
///
/// # Errors
/// If there are no values, one is not finite, or the level is not between 0 and 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::bootstrap::percentile_interval;
/// assert_eq!(percentile_interval(&[0.0, 1.0, 2.0, 3.0, 4.0], 0.5)?, [1.0, 3.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn percentile_interval(values: &[f64], level: f64) -> Result<[f64; 2]> {
    let sorted = sorted(values, level)?;
    let tail = (1.0 - level) / 2.0;
    Ok([tail, 1.0 - tail].map(|q| quantile_of_sorted(&sorted, q)))
}

/// The bias-corrected and accelerated interval of resamples' values.
///
/// Quantiles Φ(z₀ + (z₀ + z) / (1 − a (z₀ + z))) with z₀ from the share of values below the
/// `estimate`, and a the skewness of the values that the statistic has `without` each row. Efron
/// 1987.
///
/// # Errors
/// As [`percentile_interval`], if all values are on one side of the estimate, or no row matters.
pub fn bca_interval(
    values: &[f64],
    estimate: f64,
    without: &[f64],
    level: f64,
) -> Result<[f64; 2]> {
    let sorted = sorted(values, level)?;
    door::every(OP, "value without row", without, door::FINITE)?;
    let bias = normal_quantile(share_below(&sorted, estimate));
    if !bias.is_finite() {
        let case = "all resamples are on one side of the estimate";
        return Err(Error::Undefined { op: OP, case, help: "use the percentile interval" });
    }
    let acceleration = acceleration(without)?;
    let tail = normal_quantile((1.0 - level) / 2.0);
    Ok([tail, -tail].map(|z| {
        let moved = bias + z;
        let q = normal_cdf(bias + moved / (1.0 - acceleration * moved));
        quantile_of_sorted(&sorted, q)
    }))
}

fn sorted(values: &[f64], level: f64) -> Result<Vec<f64>> {
    door::some(OP, "values", values.len())?;
    door::every(OP, "value", values, door::FINITE)?;
    door::inside(OP, "level", level)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}

/// The share of sorted values below a number; those equal to it count half.
fn share_below(sorted: &[f64], x: f64) -> f64 {
    let below = sorted.partition_point(|&value| value < x);
    let up_to = sorted.partition_point(|&value| value <= x);
    (below + up_to) as f64 / (2 * sorted.len()) as f64
}

/// Σ d³ / (6 (Σ d²)^1.5) for the distances d below the mean.
fn acceleration(without: &[f64]) -> Result<f64> {
    door::at_least(OP, "rows", without.len(), 2)?;
    let mean = door::mean(without.iter().copied());
    let power = |k: i32| without.iter().map(|x| (mean - x).powi(k)).sum::<f64>();
    let scale = power(2).powf(1.5);
    let (case, help) = ("the statistic is the same without any row", "it has no spread to measure");
    if scale > 0.0 {
        Ok(power(3) / (6.0 * scale))
    } else {
        Err(Error::Undefined { op: OP, case, help })
    }
}

/// The value at share `q` of the way through sorted values, in proportion between two of them.
pub(crate) fn quantile_of_sorted(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let low = place.floor().max(0.0) as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64)
}
