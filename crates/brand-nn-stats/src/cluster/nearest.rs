//! The nearest of some centres for every row, by blocks of a matrix product.

use crate::linear::{Matrix, dot};
use brand_nn_kernels::{Mat, MatMut, gemm, threads};

/// Rows of one task, and of one sum: results do not depend on the number of threads.
pub(super) const BLOCK: usize = 2048;
/// Rows of one matrix product.
const TILE: usize = 256;

/// The ranges of rows of all blocks.
pub(super) fn blocks(rows: usize) -> usize {
    rows.div_ceil(BLOCK)
}

/// The rows of a block, one after the other.
pub(super) fn block(x: &Matrix, block: usize) -> &[f64] {
    let from = block * BLOCK * x.cols();
    &x.data()[from..x.data().len().min(from + BLOCK * x.cols())]
}

/// Calls `f` with the number of each row of a block and its |c|² − 2 x·c for every centre c.
///
/// These are squared distances less |x|², which matters to no comparison. Rows and centres should
/// lie around 0, so that little cancels.
pub(super) fn each_score(x: &[f64], centres: &Centres, mut f: impl FnMut(usize, &[f64])) {
    let (cols, count) = (centres.cols, centres.squares.len());
    let mut products = vec![0.0; TILE * count];
    for (tile, rows) in x.chunks(TILE * cols).enumerate() {
        let len = rows.len() / cols;
        let out = &mut products[..len * count];
        let transposed = Mat::rows(&centres.data, count, cols).t();
        gemm(-2.0, Mat::rows(rows, len, cols), transposed, 0.0, MatMut::rows(out, len, count));
        for (row, scores) in out.chunks_mut(count).enumerate() {
            scores.iter_mut().zip(&centres.squares).for_each(|(score, square)| *score += square);
            f(tile * TILE + row, scores);
        }
    }
}

/// Centres with their squared lengths.
pub(super) struct Centres {
    data: Vec<f64>,
    squares: Vec<f64>,
    cols: usize,
}

impl Centres {
    pub(super) fn of(centres: &Matrix) -> Self {
        let squares = (0..centres.rows()).map(|i| dot(centres.row(i), centres.row(i))).collect();
        Self { data: centres.data().to_vec(), squares, cols: centres.cols() }
    }
}

/// The first of the smallest scores.
pub(super) fn smallest(scores: &[f64]) -> usize {
    let mut best = 0;
    for (i, score) in scores.iter().enumerate() {
        if *score < scores[best] {
            best = i;
        }
    }
    best
}

/// The nearest centre of every row.
pub(super) fn assign(x: &Matrix, centres: &Matrix) -> Vec<usize> {
    let centres = Centres::of(centres);
    let of_block = |i| {
        let rows = block(x, i);
        let mut clusters = vec![0; rows.len() / x.cols()];
        each_score(rows, &centres, |row, scores| clusters[row] = smallest(scores));
        clusters
    };
    threads::map(blocks(x.rows()), of_block).concat()
}

/// Rows around their mean, and that mean.
pub(super) fn around_mean(x: &Matrix) -> (Matrix, Vec<f64>) {
    let ones = vec![1.0 / x.rows() as f64; x.rows()];
    let mean = x.transposed_times(&ones);
    let mut around = x.clone();
    for row in 0..x.rows() {
        around.row_mut(row).iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
    }
    (around, mean)
}
