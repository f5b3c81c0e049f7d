//! Pearson's tests of counts.

use super::TestResult;
use crate::distribution::{ChiSquared, Distribution};
use crate::linear::Matrix;
use crate::{Error, Result, door};

/// Whether counts follow given shares, Σ (observed − expected)² / expected.
///
/// Shares need not add up to 1: they are scaled. For an experiment whose arms should be equal,
/// shares are equal, and a small p-value means that the assignment is broken ("sample-ratio
/// mismatch"). Expected counts should be at least 5.
///
/// # Errors
/// If lengths differ, there are fewer than 2 counts, a count is negative, a share is not positive,
/// or all counts are 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::chi_squared_fit_test;
/// // Arms of a test that should have got half of the visitors each.
/// let test = chi_squared_fit_test(&[5000.0, 5250.0], &[0.5, 0.5])?;
/// assert!((test.statistic - 250.0 * 250.0 / 10_250.0).abs() < 1e-12);
/// assert!(test.p_value < 0.02);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "sample_ratio_mismatch")]
pub fn chi_squared_fit_test(observed: &[f64], shares: &[f64]) -> Result<TestResult> {
    let op = "chi_squared_fit_test";
    door::len(op, "shares", shares.len(), observed.len())?;
    door::at_least(op, "counts", observed.len(), 2)?;
    door::every(op, "count", observed, door::NOT_NEGATIVE)?;
    door::every(op, "share", shares, ("a finite number above 0", |x| x.is_finite() && x > 0.0))?;
    let scale = observed.iter().sum::<f64>() / shares.iter().sum::<f64>();
    let expected = shares.iter().map(|share| share * scale);
    pearson(op, observed, expected, (observed.len() - 1) as f64)
}

/// Whether the rows and columns of a table of counts depend on each other.
///
/// Expected counts are row sum × column sum / total, without a correction for continuity; rows and
/// columns without any count are left out.
///
/// # Errors
/// If a count is negative, or fewer than 2 rows or columns have any.
///
/// # Examples
/// ```
/// use brand_nn_stats::{hypothesis::chi_squared_independence_test, linear::Matrix};
/// let table = Matrix::new(2, 2, vec![200.0, 3800.0, 250.0, 3750.0])?;
/// // The square of the z-test of the two shares.
/// let z = -2.426_248_417_489_f64;
/// assert!((chi_squared_independence_test(&table)?.statistic - z * z).abs() < 1e-9);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "chi2_contingency")]
pub fn chi_squared_independence_test(table: &Matrix) -> Result<TestResult> {
    let op = "chi_squared_independence_test";
    door::every(op, "count", table.data(), door::NOT_NEGATIVE)?;
    let rows: Vec<f64> = (0..table.rows()).map(|row| table.row(row).iter().sum()).collect();
    let cols: Vec<f64> = (0..table.cols()).map(|col| table.column(col).iter().sum()).collect();
    let total: f64 = rows.iter().sum();
    let used = |sums: &[f64]| sums.iter().filter(|sum| **sum > 0.0).count();
    if used(&rows) < 2 || used(&cols) < 2 {
        let case = "fewer than 2 rows or columns have any count";
        return Err(Error::Undefined { op, case, help: "wait for more data" });
    }
    let cells = (0..rows.len() * cols.len()).map(|i| (i / cols.len(), i % cols.len()));
    let cells: Vec<_> = cells.filter(|(i, j)| rows[*i] > 0.0 && cols[*j] > 0.0).collect();
    let observed: Vec<f64> = cells.iter().map(|&cell| table[cell]).collect();
    let expected = cells.iter().map(|&(i, j)| rows[i] * (cols[j] / total));
    let degrees = (used(&rows) - 1) * (used(&cols) - 1);
    pearson(op, &observed, expected, degrees as f64)
}

fn pearson(
    op: &'static str,
    observed: &[f64],
    expected: impl Iterator<Item = f64>,
    degrees: f64,
) -> Result<TestResult> {
    let terms = observed.iter().zip(expected).map(|(o, e)| (o - e).powi(2) / e);
    let statistic: f64 = terms.sum();
    if !statistic.is_finite() {
        let case = "all counts are 0, or they overflow";
        return Err(Error::Undefined { op, case, help: "wait for more data" });
    }
    let p_value = ChiSquared::new(degrees)?.survival(statistic);
    Ok(TestResult { statistic, degrees, p_value })
}
