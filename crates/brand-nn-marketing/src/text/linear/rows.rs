//! Rows of which only what is not 0 is kept.

/// Rows of numbers by their columns.
pub(super) struct SparseRows {
    pub(super) rows: Vec<Vec<(u32, f64)>>,
    pub(super) columns: usize,
}

impl SparseRows {
    /// X v, where the last element of `v` meets a column of ones.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let product = |row: &Vec<(u32, f64)>| {
            row.iter().map(|&(column, value)| value * vector[column as usize]).sum::<f64>()
        };
        self.rows.iter().map(|row| product(row) + vector[self.columns]).collect()
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
