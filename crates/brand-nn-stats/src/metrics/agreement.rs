//! How much two partitions of the same rows agree, whatever their clusters are called.

use super::clustering::compact;
use crate::{Result, door};

/// The share of pairs of rows that both partitions treat alike, corrected for chance.
///
/// 1 for the same partition, about 0 for unrelated ones. Hubert and Arabie 1985.
///
/// # Errors
/// If there are no rows, or more in one partition than in the other.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::adjusted_rand_index;
/// assert_eq!(adjusted_rand_index(&[0, 0, 1, 1], &[7, 7, 3, 3])?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ari")]
pub fn adjusted_rand_index(first: &[usize], second: &[usize]) -> Result<f64> {
    let table = Table::of("adjusted_rand_index", first, second)?;
    let pairs = |counts: &[f64]| counts.iter().map(|n| n * (n - 1.0) / 2.0).sum::<f64>();
    let all = pairs(&[table.total]);
    let (together, a, b) = (pairs(&table.cells), pairs(&table.rows), pairs(&table.columns));
    let by_chance = if all == 0.0 { 0.0 } else { a * b / all };
    let most = f64::midpoint(a, b);
    // Both put all rows together, or all apart.
    if most == by_chance { Ok(1.0) } else { Ok((together - by_chance) / (most - by_chance)) }
}

/// The information that two partitions share, over the mean of what each has: from 0 to 1.
///
/// 1 if both have one cluster only. The same as the [`v_measure`].
///
/// # Errors
/// As [`adjusted_rand_index`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::normalized_mutual_info;
/// assert_eq!(normalized_mutual_info(&[0, 0, 1, 1], &[0, 1, 0, 1])?, 0.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "nmi")]
pub fn normalized_mutual_info(first: &[usize], second: &[usize]) -> Result<f64> {
    let table = Table::of("normalized_mutual_info", first, second)?;
    let mean = f64::midpoint(table.entropy(&table.rows), table.entropy(&table.columns));
    Ok(if mean == 0.0 { 1.0 } else { (table.information() / mean).clamp(0.0, 1.0) })
}

/// As [`normalized_mutual_info`], corrected for what chance shares: about 0 for unrelated ones.
///
/// (I − E I) / (mean H − E I) for random partitions of the same sizes. Vinh 2010.
///
/// # Errors
/// As [`adjusted_rand_index`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::adjusted_mutual_info;
/// let same = adjusted_mutual_info(&[0, 0, 1, 1], &[1, 1, 0, 0])?;
/// assert!((same - 1.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "ami")]
pub fn adjusted_mutual_info(first: &[usize], second: &[usize]) -> Result<f64> {
    let table = Table::of("adjusted_mutual_info", first, second)?;
    let trivial = |sizes: &[f64]| sizes.len() == 1 || sizes.len() as f64 == table.total;
    if trivial(&table.rows) && trivial(&table.columns) && table.rows.len() == table.columns.len() {
        return Ok(1.0);
    }
    let mean = f64::midpoint(table.entropy(&table.rows), table.entropy(&table.columns));
    let by_chance = table.expected_information();
    let most = mean - by_chance;
    // Where all is chance, rounding decides on the sign of both differences.
    let most = if most < 0.0 { most.min(-f64::EPSILON) } else { most.max(f64::EPSILON) };
    Ok((table.information() - by_chance) / most)
}

/// How well clusters recover classes: pure clusters, whole classes, the harmonic mean of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VMeasure {
    /// 1 if each cluster has rows of one class only.
    pub homogeneity: f64,
    /// 1 if the rows of each class are in one cluster.
    pub completeness: f64,
    /// The harmonic mean of both.
    pub v: f64,
}

/// Homogeneity, completeness and their harmonic mean.
///
/// 1 − H(class | cluster) / H(class), and with the roles exchanged. Rosenberg and Hirschberg 2007.
///
/// # Errors
/// As [`adjusted_rand_index`].
///
/// # Examples
/// ```
/// let measure = brand_nn_stats::metrics::v_measure(&[0, 1, 2, 3], &[0, 0, 1, 1])?;
/// assert_eq!((measure.homogeneity, measure.completeness), (1.0, 0.5));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn v_measure(cluster: &[usize], class: &[usize]) -> Result<VMeasure> {
    let table = Table::of("v_measure", cluster, class)?;
    let information = table.information();
    let share = |sizes: &[f64]| match table.entropy(sizes) {
        0.0 => 1.0,
        entropy => (information / entropy).clamp(0.0, 1.0),
    };
    let (homogeneity, completeness) = (share(&table.columns), share(&table.rows));
    let sum = homogeneity + completeness;
    let v = if sum == 0.0 { 0.0 } else { 2.0 * homogeneity * completeness / sum };
    Ok(VMeasure { homogeneity, completeness, v })
}

/// How many rows each pair of clusters shares, with the sums; empty pairs are left out.
struct Table {
    /// The clusters of both partitions, for each entry of `cells`.
    places: Vec<(usize, usize)>,
    cells: Vec<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    total: f64,
}

impl Table {
    fn of(op: &'static str, first: &[usize], second: &[usize]) -> Result<Self> {
        door::some(op, "rows", second.len())?;
        door::len(op, "rows in the first partition", first.len(), second.len())?;
        let (first, second) = (compact(first), compact(second));
        let mut pairs: Vec<_> = first.iter().copied().zip(second.iter().copied()).collect();
        pairs.sort_unstable();
        let runs: Vec<_> = pairs.chunk_by(|a, b| a == b).collect();
        Ok(Self {
            places: runs.iter().map(|run| run[0]).collect(),
            cells: runs.iter().map(|run| run.len() as f64).collect(),
            rows: sizes(&first),
            columns: sizes(&second),
            total: pairs.len() as f64,
        })
    }

    /// −Σ p ln p of a partition; exactly 0 for one cluster.
    fn entropy(&self, sizes: &[f64]) -> f64 {
        let term = |n: &f64| -(n / self.total) * (n / self.total).ln();
        sizes.iter().map(term).sum::<f64>().max(0.0)
    }

    /// The mutual information, Σ pᵢⱼ ln(pᵢⱼ / (pᵢ pⱼ)).
    fn information(&self) -> f64 {
        let terms = self.places.iter().zip(&self.cells).map(|(&(row, column), n)| {
            let by_chance = self.rows[row] * self.columns[column] / self.total;
            n / self.total * (n / by_chance).ln()
        });
        terms.sum()
    }

    /// The mean information of random partitions of the same sizes.
    fn expected_information(&self) -> f64 {
        let factorials = log_factorials(self.total as usize);
        let pairs = self.rows.iter().flat_map(|a| self.columns.iter().map(move |b| (*a, *b)));
        pairs.map(|(a, b)| self.expected_term(a, b, &factorials)).sum()
    }

    /// Σ over n of n/N ln(N n / (a b)) times the hypergeometric probability of n shared rows.
    fn expected_term(&self, a: f64, b: f64, factorials: &[f64]) -> f64 {
        let log = |n: f64| factorials[n as usize];
        let total = self.total;
        let fixed = log(a) + log(b) + log(total - a) + log(total - b) - log(total);
        let least = (a + b - total).max(1.0) as usize;
        let terms = (least..=a.min(b) as usize).map(|n| {
            let n = n as f64;
            let rest = log(n) + log(a - n) + log(b - n) + log(total - a - b + n);
            n / total * (total * n / (a * b)).ln() * (fixed - rest).exp()
        });
        terms.sum()
    }
}

fn sizes(clusters: &[usize]) -> Vec<f64> {
    let mut sizes = vec![0.0; clusters.iter().max().map_or(0, |last| last + 1)];
    clusters.iter().for_each(|&cluster| sizes[cluster] += 1.0);
    sizes
}

/// ln n! for n from 0.
fn log_factorials(largest: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let logs = (1..=largest).map(|n| {
        sum += (n as f64).ln();
        sum
    });
    std::iter::once(0.0).chain(logs).collect()
}
