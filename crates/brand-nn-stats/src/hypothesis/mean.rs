//! Student's tests of means.

use super::Alternative;
use crate::distribution::{Distribution, StudentT};
use crate::{Error, Result, door};

/// What a t-test needs of a sample.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sample {
    /// The mean.
    pub mean: f64,
    /// The variance, with n − 1 in its denominator.
    pub variance: f64,
    /// How many observations.
    pub count: usize,
}

impl Sample {
    /// Mean and variance of observations, of which there are at least 2.
    ///
    /// # Errors
    /// If there are fewer than 2, or one is not finite.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::hypothesis::Sample;
    /// let sample = Sample::of(&[1.0, 2.0, 3.0])?;
    /// assert_eq!((sample.mean, sample.variance), (2.0, 1.0));
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn of(x: &[f64]) -> Result<Self> {
        door::some("Sample::of", "observations", x.len())?;
        door::every("Sample::of", "observation", x, door::FINITE)?;
        door::at_least("Sample::of", "observations", x.len(), 2)?;
        let mean = door::mean(x.iter().copied());
        let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
        Ok(Self { mean, variance: squares / (x.len() - 1) as f64, count: x.len() })
    }

    fn checked(self, op: &'static str) -> Result<(f64, f64, f64)> {
        door::finite(op, "mean", self.mean)?;
        door::not_negative(op, "variance", self.variance)?;
        door::at_least(op, "count", self.count, 2)?;
        Ok((self.mean, self.variance, self.count as f64))
    }
}

/// A difference of means with its error and what a t-test says of it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MeanTest {
    /// First mean minus second.
    pub difference: f64,
    /// The standard error of that.
    pub standard_error: f64,
    /// Difference over error.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: f64,
    /// The probability of a statistic at least as extreme if the means are the same.
    pub p_value: f64,
}

impl MeanTest {
    /// The interval that holds the true difference as often as the level says.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn interval(&self, level: f64) -> Result<[f64; 2]> {
        door::inside("MeanTest::interval", "level", level)?;
        let t = StudentT::new(self.degrees)?.quantile(0.5 * (1.0 + level));
        Ok([-t, t].map(|t| self.difference + t * self.standard_error))
    }

    fn new(
        op: &'static str,
        difference: f64,
        squared_error: f64,
        degrees: f64,
        alternative: Alternative,
    ) -> Result<Self> {
        let standard_error = squared_error.sqrt();
        if !(standard_error > 0.0 && standard_error.is_finite()) {
            let case = "the observations do not vary, or overflow";
            return Err(Error::Undefined { op, case, help: "there is nothing to test" });
        }
        let statistic = difference / standard_error;
        let p_value = alternative.p_value(&StudentT::new(degrees)?, statistic);
        Ok(Self { difference, standard_error, statistic, degrees, p_value })
    }
}

/// Whether two means differ, whatever their variances; the one to use by default.
///
/// t = (x̄₁ − x̄₂) / √(s₁²/n₁ + s₂²/n₂), with Satterthwaite's degrees of freedom. B. L. Welch 1947.
///
/// # Errors
/// If a sample has fewer than 2 observations or is not finite, or neither varies.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, Sample, welch_t_test};
///
/// let (a, b) = (Sample::of(&[1.0, 2.0, 3.0, 4.0])?, Sample::of(&[2.0, 4.0, 6.0, 8.0])?);
/// let test = welch_t_test(a, b, Alternative::TwoSided)?;
/// assert!((test.statistic + 1.732_050_807_568_877).abs() < 1e-14);
/// assert!(test.interval(0.95)?[0] < 0.0 && test.interval(0.95)?[1] > 0.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ttest_ind")]
pub fn welch_t_test(a: Sample, b: Sample, alternative: Alternative) -> Result<MeanTest> {
    let op = "welch_t_test";
    let ((mean_a, var_a, m), (mean_b, var_b, n)) = (a.checked(op)?, b.checked(op)?);
    let (u, v) = (var_a / m, var_b / n);
    // As shares of their sum, so that squares of tiny variances do not vanish.
    let (share_a, share_b) = (u / (u + v), v / (u + v));
    let degrees = 1.0 / (share_a * share_a / (m - 1.0) + share_b * share_b / (n - 1.0));
    MeanTest::new(op, mean_a - mean_b, u + v, degrees, alternative)
}

/// Whether two means differ, of samples that share one variance.
///
/// # Errors
/// As [`welch_t_test`].
pub fn pooled_t_test(a: Sample, b: Sample, alternative: Alternative) -> Result<MeanTest> {
    let op = "pooled_t_test";
    let ((mean_a, var_a, m), (mean_b, var_b, n)) = (a.checked(op)?, b.checked(op)?);
    let degrees = m + n - 2.0;
    let variance = ((m - 1.0) * var_a + (n - 1.0) * var_b) / degrees;
    MeanTest::new(op, mean_a - mean_b, variance * (1.0 / m + 1.0 / n), degrees, alternative)
}

/// Whether a mean is a given one.
///
/// # Errors
/// If the sample has fewer than 2 observations, is not finite, or does not vary.
#[doc(alias = "ttest_1samp")]
pub fn one_sample_t_test(x: Sample, mean: f64, alternative: Alternative) -> Result<MeanTest> {
    let op = "one_sample_t_test";
    door::finite(op, "mean", mean)?;
    let (own, variance, n) = x.checked(op)?;
    MeanTest::new(op, own - mean, variance / n, n - 1.0, alternative)
}

/// Whether pairs differ on average, first minus second, as before and after.
///
/// # Errors
/// If lengths differ, there are fewer than 2 pairs, a number is not finite, or every pair differs
/// by the same.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, paired_t_test};
/// let test = paired_t_test(&[3.0, 5.0, 9.0], &[2.0, 3.0, 6.0], Alternative::Greater)?;
/// assert_eq!(test.difference, 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ttest_rel")]
pub fn paired_t_test(a: &[f64], b: &[f64], alternative: Alternative) -> Result<MeanTest> {
    door::len("paired_t_test", "second observations", b.len(), a.len())?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    one_sample_t_test(Sample::of(&differences)?, 0.0, alternative)
}
