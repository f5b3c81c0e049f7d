//! Tests that look at the order of observations only.

use super::{Alternative, TestResult, anova};
use crate::distribution::{ChiSquared, Distribution};
use crate::special::normal_cdf;
use crate::{Error, Result, door};

/// Up to here, and without ties, probabilities are counted out.
const EXACT: usize = 8;

/// Whether one sample tends to be larger than another, whatever their shapes.
///
/// U counts the pairs that the first wins, ties as half. If a sample has at most 8 observations and
/// none is tied, orders are counted out; else U is normal, with a variance that knows of ties and
/// half a pair for continuity. Mann and Whitney 1947.
///
/// # Errors
/// If a sample is empty, a number is not finite, or all are the same.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::{Alternative, mann_whitney_u_test};
/// let test = mann_whitney_u_test(&[1.0, 2.0, 3.0], &[4.0, 5.0], Alternative::Less)?;
/// assert_eq!((test.statistic, test.p_value), (0.0, 0.1));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "wilcoxon_rank_sum")]
pub fn mann_whitney_u_test(a: &[f64], b: &[f64], alternative: Alternative) -> Result<TestResult> {
    let op = "mann_whitney_u_test";
    let ranks = Ranks::of(op, &[a, b])?;
    let (m, n) = (a.len() as f64, b.len() as f64);
    let wins = ranks.sums[0] - m * (m + 1.0) / 2.0;
    let upper = match alternative {
        Alternative::Greater => wins,
        Alternative::Less => m * n - wins,
        Alternative::TwoSided => wins.max(m * n - wins),
    };
    let sides = if alternative == Alternative::TwoSided { 2.0 } else { 1.0 };
    let tail = if ranks.ties == 0.0 && a.len().min(b.len()) <= EXACT {
        counted_tail(a.len().min(b.len()), a.len().max(b.len()), upper)
    } else {
        let total = m + n;
        let variance = m * n / 12.0 * (total + 1.0 - ranks.ties / (total * (total - 1.0)));
        normal_cdf(-(upper - 0.5 - m * n / 2.0) / variance.sqrt())
    };
    let p_value = (sides * tail).min(1.0);
    Ok(TestResult { statistic: wins, degrees: f64::INFINITY, p_value })
}

/// The probability of at least `wins` among all orders of m and n observations.
fn counted_tail(m: usize, n: usize, wins: f64) -> f64 {
    // ways[u]: orders of i of the first and j of the second with u wins, as shares of all orders:
    // the last one is of the first with i / (i + j), and wins over all j.
    let mut ways: Vec<Vec<f64>> = vec![vec![1.0]; n + 1];
    for i in 1..=m {
        let mut row: Vec<Vec<f64>> = vec![vec![1.0]];
        for j in 1..=n {
            let first = i as f64 / (i + j) as f64;
            let mut next = vec![0.0; i * j + 1];
            for (u, share) in ways[j].iter().enumerate() {
                next[u + j] += first * share;
            }
            for (u, share) in row[j - 1].iter().enumerate() {
                next[u] += (1.0 - first) * share;
            }
            row.push(next);
        }
        ways = row;
    }
    ways[n].iter().skip(wins.ceil().max(0.0) as usize).sum()
}

/// Whether several samples are alike, whatever their shapes: a chi-squared of rank sums.
///
/// # Errors
/// If there are fewer than 2 samples, one is empty, every sample has one observation, a number is
/// not finite, or all are the same.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::kruskal_wallis_test;
/// let test = kruskal_wallis_test(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]])?;
/// assert!((test.statistic - 27.0 / 7.0).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn kruskal_wallis_test(groups: &[&[f64]]) -> Result<TestResult> {
    let op = "kruskal_wallis_test";
    let total = anova::checked(op, groups)? as f64;
    let ranks = Ranks::of(op, groups)?;
    let squares = ranks.sums.iter().zip(groups).map(|(sum, group)| sum * sum / group.len() as f64);
    let plain = 12.0 / (total * (total + 1.0)) * squares.sum::<f64>() - 3.0 * (total + 1.0);
    let statistic = plain / (1.0 - ranks.ties / (total.powi(3) - total));
    let degrees = (groups.len() - 1) as f64;
    let p_value = ChiSquared::new(degrees)?.survival(statistic);
    Ok(TestResult { statistic, degrees, p_value })
}

/// Sums of mean ranks, and Σ (t³ − t) over ties of t.
struct Ranks {
    sums: Vec<f64>,
    ties: f64,
}

impl Ranks {
    fn of(op: &'static str, groups: &[&[f64]]) -> Result<Self> {
        for group in groups {
            door::some(op, "observations in a sample", group.len())?;
            door::every(op, "observation", group, door::FINITE)?;
        }
        let each =
            groups.iter().enumerate().flat_map(|(i, group)| group.iter().map(move |x| (*x, i)));
        let mut all: Vec<(f64, usize)> = each.collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut sums, mut ties, mut before) = (vec![0.0; groups.len()], 0.0, 0.0);
        for tied in all.chunk_by(|a, b| a.0 == b.0) {
            let count = tied.len() as f64;
            tied.iter().for_each(|(_, group)| sums[*group] += before + (count + 1.0) / 2.0);
            ties += count.powi(3) - count;
            before += count;
        }
        if all.chunk_by(|a, b| a.0 == b.0).nth(1).is_none() {
            let case = "all observations are the same";
            return Err(Error::Undefined { op, case, help: "there is nothing to test" });
        }
        Ok(Self { sums, ties })
    }
}
