//! Columns as small whole numbers, so that splits are found by counting.

use crate::linear::Matrix;
use brand_nn_kernels::threads;

/// The bin of what is missing.
pub(super) const MISSING: u8 = u8::MAX;

/// A column by bins: bin b holds what is at most `edges[b]` and above `edges[b − 1]`.
pub(super) struct Column {
    pub(super) edges: Vec<f64>,
    pub(super) bins: Vec<u8>,
    pub(super) has_missing: bool,
}

/// Every column of a matrix in at most `max_bins` bins; NaN is missing.
pub(super) fn columns(x: &Matrix, max_bins: usize) -> Vec<Column> {
    threads::map(x.cols(), |col| {
        let numbers = x.column(col);
        let edges = edges(&numbers, max_bins);
        let bins: Vec<u8> = numbers.iter().map(|x| bin(&edges, *x)).collect();
        let has_missing = numbers.iter().any(|x| x.is_nan());
        Column { edges, bins, has_missing }
    })
}

fn bin(edges: &[f64], x: f64) -> u8 {
    if x.is_nan() { MISSING } else { edges.partition_point(|edge| *edge < x) as u8 }
}

/// Between all distinct numbers if these are few, else between quantiles.
fn edges(numbers: &[f64], max_bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= max_bins {
        return distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    }
    let last = sorted.len() - 1;
    let quantile = |i: usize| {
        let place = last as f64 * i as f64 / max_bins as f64;
        between(sorted[place.floor() as usize], sorted[place.ceil() as usize])
    };
    let mut edges: Vec<f64> = (1..max_bins).map(quantile).collect();
    edges.dedup();
    edges
}

/// The middle of two numbers, below the larger one if they differ.
fn between(a: f64, b: f64) -> f64 {
    let middle = 0.5 * a + 0.5 * b;
    if middle < b { middle } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(numbers: &[f64], max_bins: usize, expected: &[f64]) {
        assert_eq!(edges(numbers, max_bins), expected);
    }

    #[test]
    fn edges_lie_between_numbers() {
        check(&[3.0, 1.0, f64::NAN, 1.0, 2.0], 255, &[1.5, 2.5]);
        check(&[7.0, 7.0], 255, &[]);
        check(&[f64::NAN], 255, &[]);
        check(&[1.0, 1.0 + f64::EPSILON], 255, &[1.0]);
        check(&[f64::MIN, f64::MAX], 2, &[0.0]);
        check(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 4, &[1.5, 3.5, 5.5]);
        check(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0], 2, &[0.0]);
    }

    #[test]
    fn bins_keep_what_edges_say() {
        let edges = [1.5, 2.5];
        let bins = [0.0, 1.5, 1.6, 9.0, f64::NAN].map(|x| bin(&edges, x));
        assert_eq!(bins, [0, 0, 1, 2, MISSING]);
    }
}
