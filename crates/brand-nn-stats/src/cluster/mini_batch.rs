//! k-means for more rows than one wants to look at often.

use super::k_means::{inertia, moved_back};
use super::nearest::{around_mean, assign};
use super::{FittedKMeans, checked, seeding::plus_plus};
use crate::linear::Matrix;
use crate::{Result, door};
use brand_nn_kernels::philox;

/// The settings of k-means by small draws of rows.
///
/// Each step draws a batch; each of its rows pulls its nearest centre by one over the number of
/// rows that the centre has seen. D. Sculley, "Web-scale k-means clustering", 2010.
///
/// # Examples
/// ```
/// use brand_nn_stats::{cluster::MiniBatchKMeans, linear::Matrix};
/// let x = Matrix::of(1000, 1, |row, _| if row % 2 == 0 { 0.0 } else { 10.0 });
/// let fitted = MiniBatchKMeans::new(2, 3).fit(&x)?;
/// assert!(fitted.inertia < 1e-9);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MiniBatchKMeans {
    /// How many groups.
    pub num_clusters: usize,
    /// What draws are a function of.
    pub seed: u64,
    /// Rows of a step; 1024 by default.
    pub batch_size: usize,
    /// How many steps; 100 by default.
    pub steps: usize,
}

impl MiniBatchKMeans {
    /// So many groups, by draws of a seed.
    #[must_use]
    pub fn new(num_clusters: usize, seed: u64) -> Self {
        Self { num_clusters, seed, batch_size: 1024, steps: 100 }
    }

    /// Groups `[rows, num_features]`.
    ///
    /// # Errors
    /// If there are fewer rows than groups, a number is not finite or too large to be squared, or a
    /// setting is 0.
    pub fn fit(&self, x: &Matrix) -> Result<FittedKMeans> {
        let op = "MiniBatchKMeans::fit";
        checked(op, x, self.num_clusters)?;
        door::at_least(op, "batch_size", self.batch_size, 1)?;
        door::at_least(op, "steps", self.steps, 1)?;
        let (around, mean) = around_mean(x);
        let first = self.batch(&around, 0, (3 * self.batch_size).max(3 * self.num_clusters));
        let mut centres = plus_plus(&first, self.num_clusters, self.seed);
        let mut counts = vec![0.0; self.num_clusters];
        for step in 1..=self.steps {
            let batch = self.batch(&around, step, self.batch_size);
            for (row, cluster) in assign(&batch, &centres).into_iter().enumerate() {
                counts[cluster] += 1.0;
                let rate = 1.0 / counts[cluster];
                let centre = centres.row_mut(cluster).iter_mut();
                centre.zip(batch.row(row)).for_each(|(c, x)| *c += rate * (x - *c));
            }
        }
        let clusters = assign(&around, &centres);
        let inertia = inertia(&around, &centres, &clusters);
        let (iterations, converged) = (self.steps, true);
        let fitted = FittedKMeans { centres, clusters, inertia, iterations, converged };
        Ok(moved_back(fitted, &mean))
    }

    /// Rows drawn with repetition, a function of seed and step.
    fn batch(&self, x: &Matrix, step: usize, size: usize) -> Matrix {
        let row = |i: usize| {
            let word = philox(self.seed, (step as u128) << 64 | i as u128)[0];
            ((u64::from(word) * x.rows() as u64) >> 32) as usize
        };
        let rows: Vec<usize> = (0..size).map(row).collect();
        Matrix::of(size, x.cols(), |i, j| x[(rows[i], j)])
    }
}
