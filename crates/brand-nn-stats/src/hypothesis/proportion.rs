//! Shares of successes, their intervals and their difference.

use super::{Alternative, TestResult};
use crate::special::{beta_i_inverse, normal_cdf, normal_quantile};
use crate::{Error, Result, door};

/// So many successes of so many trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Proportion {
    /// How many succeeded.
    pub successes: u64,
    /// How many were tried.
    pub trials: u64,
}

impl Proportion {
    /// So many successes of so many trials.
    #[must_use]
    pub fn new(successes: u64, trials: u64) -> Self {
        Self { successes, trials }
    }

    /// Successes over trials; NaN of none.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    pub(super) fn checked(self, op: &'static str) -> Result<(f64, f64)> {
        door::some(op, "trials", usize::from(self.trials > 0))?;
        if self.successes > self.trials {
            let got = self.successes as f64;
            let (expected, help) = ("at most the trials", "swap the two");
            return Err(Error::Setting { op, setting: "successes", got, expected, help });
        }
        Ok((self.successes as f64, self.trials as f64))
    }
}

/// Whether two shares differ, by the normal distribution of their pooled difference.
///
/// z = (p₁ − p₂) / √(p̄ (1 − p̄) (1/n₁ + 1/n₂)). For a few successes ask
/// [`fisher_exact_test`](super::fisher_exact_test).
///
/// # Errors
/// If a share has no trials or more successes than trials, or all or none succeeded in both.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, Proportion, two_proportion_z_test};
///
/// let (a, b) = (Proportion::new(200, 4000), Proportion::new(250, 4000));
/// let test = two_proportion_z_test(a, b, Alternative::TwoSided)?;
/// assert!((test.statistic + 2.426_248_417).abs() < 1e-9);
/// assert!((test.p_value - 0.015_255_824).abs() < 1e-9);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "proportions_ztest")]
pub fn two_proportion_z_test(
    a: Proportion,
    b: Proportion,
    alternative: Alternative,
) -> Result<TestResult> {
    let op = "two_proportion_z_test";
    let ((a, m), (b, n)) = (a.checked(op)?, b.checked(op)?);
    let pooled = (a + b) / (m + n);
    let error = (pooled * (1.0 - pooled) * (1.0 / m + 1.0 / n)).sqrt();
    if error == 0.0 {
        let case = "all or none succeeded in both samples";
        return Err(Error::Undefined { op, case, help: "wait for more data" });
    }
    let z = (a / m - b / n) / error;
    let p_value = match alternative {
        Alternative::TwoSided => 2.0 * normal_cdf(-z.abs()),
        Alternative::Less => normal_cdf(z),
        Alternative::Greater => normal_cdf(-z),
    };
    Ok(TestResult { statistic: z, degrees: f64::INFINITY, p_value })
}

/// Wilson's interval of a share: those rates whose z-test does not reject it.
///
/// E. B. Wilson 1927. Good for any number of trials, and never outside 0 … 1.
///
/// # Errors
/// If there are no trials, more successes than trials, or the level is not between 0 and 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Proportion, wilson};
/// let [low, high] = wilson(Proportion::new(200, 4000), 0.95)?;
/// assert!((low - 0.043_667_1).abs() < 1e-7 && (high - 0.057_196_4).abs() < 1e-7);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn wilson(share: Proportion, level: f64) -> Result<[f64; 2]> {
    let (successes, n) = share.checked("wilson")?;
    let z = two_sided_z("wilson", level)?;
    let (p, square) = (successes / n, z * z);
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = z / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    let low = if successes == 0.0 { 0.0 } else { (middle - half).max(0.0) };
    Ok([low, if successes == n { 1.0 } else { (middle + half).min(1.0) }])
}

/// The exact interval of a share, which holds it at least as often as the level says.
///
/// Quantiles of Beta(k, n − k + 1) and Beta(k + 1, n − k); Clopper and Pearson 1934. Wider than
/// [`wilson`]'s.
///
/// # Errors
/// As [`wilson`].
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Proportion, clopper_pearson};
/// let [low, high] = clopper_pearson(Proportion::new(200, 4000), 0.95)?;
/// assert!((low - 0.043_451_8).abs() < 1e-7 && (high - 0.057_215_0).abs() < 1e-7);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn clopper_pearson(share: Proportion, level: f64) -> Result<[f64; 2]> {
    let (k, n) = share.checked("clopper_pearson")?;
    door::inside("clopper_pearson", "level", level)?;
    let tail = 0.5 * (1.0 - level);
    let low = if k == 0.0 { 0.0 } else { beta_i_inverse(k, n - k + 1.0, tail) };
    let high = if k == n { 1.0 } else { beta_i_inverse(k + 1.0, n - k, 1.0 - tail) };
    Ok([low, high])
}

/// The interval of the difference of two shares, first minus second.
///
/// Wilson's intervals of both put together at right angles; R. G. Newcombe 1998, method 10.
///
/// # Errors
/// As [`wilson`].
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Proportion, newcombe};
/// let [low, high] = newcombe(Proportion::new(250, 4000), Proportion::new(200, 4000), 0.95)?;
/// assert!((low - 0.002_397_9).abs() < 1e-7 && (high - 0.022_647_9).abs() < 1e-7);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn newcombe(a: Proportion, b: Proportion, level: f64) -> Result<[f64; 2]> {
    let ([a_low, a_high], [b_low, b_high]) = (wilson(a, level)?, wilson(b, level)?);
    let (a, b) = (a.rate(), b.rate());
    let below = (a - a_low).hypot(b_high - b);
    let above = (a_high - a).hypot(b - b_low);
    Ok([a - b - below, a - b + above])
}

/// The z beyond which, on both sides, the level leaves the rest.
pub(super) fn two_sided_z(op: &'static str, level: f64) -> Result<f64> {
    door::inside(op, "level", level)?;
    Ok(-normal_quantile(0.5 * (1.0 - level)))
}
