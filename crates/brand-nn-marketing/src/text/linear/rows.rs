//! Rows of which only what is not 0 is kept.

use brand_nn_kernels::threads;
use brand_nn_stats::linear::Matrix;

/// How many rows one task takes.
const PART: usize = 256;

/// Rows of numbers by their columns.
pub(in crate::text) struct SparseRows {
    pub(in crate::text) rows: Vec<Vec<(u32, f64)>>,
    pub(in crate::text) columns: usize,
}

impl SparseRows {
    /// X v, where the last element of `v` meets a column of ones.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let product = |row: &Vec<(u32, f64)>| {
            row.iter().map(|&(column, value)| value * vector[column as usize]).sum::<f64>()
        };
        self.rows.iter().map(|row| product(row) + vector[self.columns]).collect()
    }

    /// X A: a row a row, of as many numbers as `matrix` has columns.
    pub(in crate::text) fn product(&self, matrix: &Matrix) -> Matrix {
        let parts = threads::map(self.rows.len().div_ceil(PART), |i| {
            let rows = &self.rows[i * PART..self.rows.len().min((i + 1) * PART)];
            rows.iter().flat_map(|row| combined(row, matrix)).collect::<Vec<f64>>()
        });
        let data = parts.concat();
        Matrix::of(self.rows.len(), matrix.cols(), |i, j| data[i * matrix.cols() + j])
    }

    /// Xᵀ A: a row a column of X.
    pub(in crate::text) fn transposed_product(&self, matrix: &Matrix) -> Matrix {
        let mut sums = Matrix::zeros(self.columns, matrix.cols());
        for (i, row) in self.rows.iter().enumerate() {
            for &(column, value) in row {
                let sum = sums.row_mut(column as usize).iter_mut();
                sum.zip(matrix.row(i)).for_each(|(sum, x)| *sum += value * x);
            }
        }
        sums
    }

    /// Xᵀ v, with the sum of `v` as the last element.
    pub(super) fn transposed_times(&self, vector: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns + 1];
        for (row, &factor) in self.rows.iter().zip(vector) {
            for &(column, value) in row {
                sums[column as usize] += value * factor;
            }
            sums[self.columns] += factor;
        }
        sums
    }
}

/// Σ value · row of the matrix.
pub(in crate::text) fn combined(row: &[(u32, f64)], matrix: &Matrix) -> Vec<f64> {
    let mut sum = vec![0.0; matrix.cols()];
    for &(column, value) in row {
        let row = matrix.row(column as usize);
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += value * x);
    }
    sum
}
