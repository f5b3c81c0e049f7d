//! First centres that lie apart, as k-means++ draws them.

use super::nearest::{BLOCK, Centres, block, blocks, each_score};
use crate::linear::{Matrix, dot};
use brand_nn_kernels::{fill_uniform, threads};

/// `count` rows, each drawn in proportion to the squared distance from those before.
///
/// Of 2 + ln(count) draws the one that leaves the least is kept. Arthur and Vassilvitskii 2007.
pub(super) fn plus_plus(x: &Matrix, count: usize, seed: u64) -> Matrix {
    let trials = 2 + (count as f64).ln() as usize;
    let mut draws = vec![0.0_f64; 1 + count * trials];
    fill_uniform(seed, 0, &mut draws);
    let squares: Vec<f64> = (0..x.rows()).map(|row| dot(x.row(row), x.row(row))).collect();
    let first = ((draws[0] * x.rows() as f64) as usize).min(x.rows() - 1);
    let mut chosen = vec![first];
    let mut left = distances(x, &squares, &[first], None).swap_remove(0);
    for round in 1..count {
        let total = total(&left);
        let draws = &draws[1 + (round - 1) * trials..][..trials];
        let candidates: Vec<usize> = draws.iter().map(|u| pick(&left, u * total)).collect();
        let after = distances(x, &squares, &candidates, Some(&left));
        let sums: Vec<f64> = after.iter().map(|left| self::total(left)).collect();
        let best = super::nearest::smallest(&sums);
        chosen.push(candidates[best]);
        left = after.into_iter().nth(best).unwrap_or_default();
    }
    Matrix::of(count, x.cols(), |i, j| x[(chosen[i], j)])
}

/// The row at which running sums pass a number.
fn pick(left: &[f64], target: f64) -> usize {
    let mut sum = 0.0;
    let passed = left.iter().position(|distance| {
        sum += distance;
        sum > target
    });
    passed.unwrap_or(left.len() - 1)
}

/// The sum in an order that threads do not change.
fn total(left: &[f64]) -> f64 {
    left.chunks(BLOCK).map(|chunk| chunk.iter().sum::<f64>()).sum()
}

/// For each candidate the squared distance of every row, or what is left if that is less.
fn distances(
    x: &Matrix,
    squares: &[f64],
    candidates: &[usize],
    left: Option<&[f64]>,
) -> Vec<Vec<f64>> {
    let of = Matrix::of(candidates.len(), x.cols(), |i, j| x[(candidates[i], j)]);
    let centres = Centres::of(&of);
    let per_block = threads::map(blocks(x.rows()), |i| {
        let rows = block(x, i);
        let mut out = vec![Vec::with_capacity(rows.len() / x.cols()); candidates.len()];
        each_score(rows, &centres, |row, scores| {
            let row = i * BLOCK + row;
            let bound = left.map_or(f64::INFINITY, |left| left[row]);
            for (out, score) in out.iter_mut().zip(scores) {
                out.push((squares[row] + score).max(0.0).min(bound));
            }
        });
        out
    });
    let join = |c: usize| per_block.iter().flat_map(|block| block[c].iter().copied()).collect();
    (0..candidates.len()).map(join).collect()
}
