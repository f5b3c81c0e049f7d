//! The analysis of variance of one factor.

use super::TestResult;
use crate::distribution::{Distribution, FisherF};
use crate::{Error, Result, door};

/// Whether the means of several groups differ, by the F distribution.
///
/// The mean square between groups over that within; groups should share one variance. `degrees`
/// are those between.
///
/// # Errors
/// If there are fewer than 2 groups, one is empty, there are no more observations than groups, a
/// number is not finite, or no group varies.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::anova;
/// let test = anova(&[&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0], &[5.0, 6.0, 7.0]])?;
/// assert!((test.statistic - 13.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "f_oneway")]
pub fn anova(groups: &[&[f64]]) -> Result<TestResult> {
    let op = "anova";
    let count = checked(op, groups)?;
    let total = groups.iter().flat_map(|group| group.iter()).sum::<f64>() / count as f64;
    let (mut between, mut within) = (0.0, 0.0);
    for group in groups {
        let mean = door::mean(group.iter().copied());
        between += group.len() as f64 * (mean - total).powi(2);
        within += group.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    }
    let (above, below) = ((groups.len() - 1) as f64, (count - groups.len()) as f64);
    let statistic = (between / above) / (within / below);
    if !statistic.is_finite() {
        let case = "no group varies, or squares overflow";
        return Err(Error::Undefined { op, case, help: "there is nothing to test" });
    }
    let p_value = FisherF::new(above, below)?.survival(statistic);
    Ok(TestResult { statistic, degrees: above, p_value })
}

/// How many observations there are in at least two groups, none of which is empty.
pub(super) fn checked(op: &'static str, groups: &[&[f64]]) -> Result<usize> {
    door::at_least(op, "groups", groups.len(), 2)?;
    for group in groups {
        door::some(op, "observations in a group", group.len())?;
        door::every(op, "observation", group, door::FINITE)?;
    }
    let count = groups.iter().map(|group| group.len()).sum();
    if count > groups.len() {
        return Ok(count);
    }
    let (case, help) = ("every group has a single observation", "wait for more data");
    Err(Error::Undefined { op, case, help })
}
