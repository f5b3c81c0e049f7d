//! Tests of counts that add up exact probabilities.

use super::{Alternative, Proportion, TestResult};
use crate::distribution::{Binomial, Distribution};
use crate::special::lbeta;
use crate::{Error, Result, door};

/// Two-sided sums count what is as likely as the observed, up to this share.
const SLACK: f64 = 1.0 + 1e-7;

/// Whether a share of successes is a given probability, exactly.
///
/// Two-sided, it adds up all counts that are at most as likely as the observed one. The statistic
/// is the observed rate.
///
/// # Errors
/// If there are no trials, more successes than trials, or the probability is not from 0 to 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, Proportion, binomial_test};
/// let test = binomial_test(Proportion::new(9, 10), 0.5, Alternative::TwoSided)?;
/// assert!((test.p_value - 22.0 / 1024.0).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "binomtest")]
pub fn binomial_test(
    share: Proportion,
    probability: f64,
    alternative: Alternative,
) -> Result<TestResult> {
    let (k, n) = share.checked("binomial_test")?;
    let of = Binomial::new(n, probability)?;
    let p_value = match alternative {
        Alternative::Less => of.cdf(k),
        Alternative::Greater => of.survival(k - 1.0),
        Alternative::TwoSided => two_sided_binomial(&of, k, n),
    };
    Ok(TestResult { statistic: k / n, degrees: f64::INFINITY, p_value: p_value.min(1.0) })
}

/// The tail of k and, beyond the mean, that of counts at most as likely.
fn two_sided_binomial(of: &Binomial, k: f64, n: f64) -> f64 {
    let limit = of.density(k) * SLACK;
    let is_rare = |x: f64| of.density(x) <= limit;
    let mean = of.mean();
    if k == mean || is_rare(mean.floor()) && is_rare(mean.ceil()) {
        return 1.0;
    }
    if k < mean {
        // The smallest count above the mean that is as rare: densities fall from there on.
        let first = bisect(mean.ceil(), n + 1.0, is_rare);
        of.cdf(k) + of.survival(first - 1.0)
    } else {
        let last = bisect(mean.floor(), -1.0, is_rare);
        of.survival(k - 1.0) + of.cdf(last)
    }
}

/// The whole number next to `near` on the way to `far` at which a test begins to hold.
fn bisect(near: f64, far: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut near, mut far) = (near, far);
    if holds(near) {
        return near;
    }
    while (far - near).abs() > 1.0 {
        let middle = ((near + far) / 2.0).floor();
        if holds(middle) { far = middle } else { near = middle }
    }
    far
}

/// Whether two shares differ, exactly, given how many succeeded in both together.
///
/// The statistic is the odds ratio, ∞ where it divides by 0. The time grows with the smaller
/// margin of the table.
///
/// # Errors
/// If a share has no trials or more successes than trials, or all or none succeeded in both.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, Proportion, fisher_exact_test};
/// // The lady who tastes tea: 3 of 4 cups right, and 1 of 4 wrong.
/// let (a, b) = (Proportion::new(3, 4), Proportion::new(1, 4));
/// assert!((fisher_exact_test(a, b, Alternative::Greater)?.p_value - 17.0 / 70.0).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn fisher_exact_test(
    a: Proportion,
    b: Proportion,
    alternative: Alternative,
) -> Result<TestResult> {
    let op = "fisher_exact_test";
    let ((a, m), (b, n)) = (a.checked(op)?, b.checked(op)?);
    let total = a + b;
    if total == 0.0 || total == m + n {
        let case = "all or none succeeded in both samples";
        return Err(Error::Undefined { op, case, help: "wait for more data" });
    }
    let (low, high) = ((total - n).max(0.0), total.min(m));
    door::count(op, "successes", high - low)?;
    let log_density =
        |k: f64| log_choose(m, k) + log_choose(n, total - k) - log_choose(m + n, total);
    let observed = log_density(a);
    let counts = (0..=(high - low) as u64).map(|i| low + i as f64);
    let is_extreme = |k: f64, log: f64| match alternative {
        Alternative::Less => k <= a,
        Alternative::Greater => k >= a,
        Alternative::TwoSided => log <= observed + SLACK.ln(),
    };
    let tail = counts.map(|k| (k, log_density(k))).filter(|(k, log)| is_extreme(*k, *log));
    let p_value = tail.map(|(_, log)| log.exp()).sum::<f64>().min(1.0);
    let odds = a * (n - b) / (b * (m - a));
    let statistic = if odds.is_nan() { 0.0 } else { odds };
    Ok(TestResult { statistic, degrees: f64::INFINITY, p_value })
}

fn log_choose(n: f64, k: f64) -> f64 {
    -(n + 1.0).ln() - lbeta(n - k + 1.0, k + 1.0)
}
