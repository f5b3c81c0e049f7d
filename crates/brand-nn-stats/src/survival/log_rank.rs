//! Whether groups last equally long.

use super::{checked, moments};
use crate::distribution::{ChiSquared, Distribution};
use crate::hypothesis::TestResult;
use crate::linear::{Cholesky, Matrix, dot};
use crate::{Error, Result, door};

/// Whether two or more groups have the same hazard, by observed and expected events.
///
/// At each time the events are expected in proportion to those at risk. Most powerful where one
/// hazard is a multiple of the other. Mantel 1966, Peto and Peto 1972.
///
/// # Errors
/// If lengths differ, a duration is negative or not finite, no event was seen, there are fewer than
/// 2 groups with rows, or no event tells the groups apart.
///
/// # Examples
/// ```
/// use brand_nn_stats::survival::log_rank_test;
/// let months = [1.0, 2.0, 3.0, 4.0, 10.0, 11.0, 12.0, 13.0];
/// let plan = [0, 0, 0, 0, 1, 1, 1, 1];
/// let test = log_rank_test(&months, &[true; 8], &plan)?;
/// assert!(test.p_value < 0.01);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn log_rank_test(durations: &[f64], events: &[bool], groups: &[usize]) -> Result<TestResult> {
    let op = "log_rank_test";
    checked(op, durations, events)?;
    door::len(op, "groups", groups.len(), durations.len())?;
    let mut names = groups.to_vec();
    names.sort_unstable();
    names.dedup();
    door::at_least(op, "groups", names.len(), 2)?;
    let own: Vec<usize> =
        groups.iter().map(|group| names.partition_point(|name| name < group)).collect();
    let (gaps, covariance) = gaps(durations, events, &own, names.len());
    // The gaps add up to 0: the last one says nothing new.
    let free = names.len() - 1;
    let case = "no event came while two groups were at risk";
    let undefined = Error::Undefined { op, case, help: "wait for more data" };
    let part = Matrix::of(free, free, |i, j| covariance[(i, j)]);
    let solved = Cholesky::new(&part).map_err(|_| undefined)?.solve(&gaps[..free]);
    let statistic = dot(&gaps[..free], &solved);
    let degrees = free as f64;
    let p_value = ChiSquared::new(degrees)?.survival(statistic);
    Ok(TestResult { statistic, degrees, p_value })
}

/// Observed minus expected events of each group, and their covariance.
fn gaps(durations: &[f64], events: &[bool], groups: &[usize], count: usize) -> (Vec<f64>, Matrix) {
    let mut rows: Vec<usize> = (0..durations.len()).collect();
    rows.sort_by(|&a, &b| durations[a].total_cmp(&durations[b]));
    let mut at_risk = vec![0.0; count];
    groups.iter().for_each(|&group| at_risk[group] += 1.0);
    let (mut gaps, mut covariance) = (vec![0.0; count], Matrix::zeros(count, count));
    let mut ended = rows.chunk_by(|&a, &b| durations[a] == durations[b]);
    for moment in moments(durations, events) {
        let (n, d) = (moment.at_risk, moment.events);
        let ended = ended.next().unwrap_or_default();
        ended.iter().filter(|&&row| events[row]).for_each(|&row| gaps[groups[row]] += 1.0);
        let ties = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        for i in 0..count {
            gaps[i] -= d * at_risk[i] / n;
            for j in 0..count {
                let same = if i == j { 1.0 } else { 0.0 };
                covariance[(i, j)] += ties * at_risk[i] / n * (same - at_risk[j] / n);
            }
        }
        ended.iter().for_each(|&row| at_risk[groups[row]] -= 1.0);
    }
    (gaps, covariance)
}
