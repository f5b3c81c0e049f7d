//! Groups around centres, by Lloyd's steps.

use super::nearest::{BLOCK, Centres, around_mean, assign, block, blocks, each_score, smallest};
use super::{checked, seeding::plus_plus, squared_distance};
use crate::linear::{Matrix, add_scaled};
use crate::{Result, door};
use brand_nn_kernels::threads;

/// The settings of k-means.
///
/// Each row joins its nearest centre, each centre moves to the mean of its rows, until nothing
/// changes. First centres are drawn by k-means++ (Arthur and Vassilvitskii 2007), or given.
///
/// # Examples
/// ```
/// use brand_nn_stats::{cluster::KMeans, linear::Matrix};
/// let x = Matrix::new(4, 2, vec![0.0, 0.0, 0.0, 2.0, 9.0, 0.0, 9.0, 2.0])?;
/// let fitted = KMeans::new(2, 1).fit(&x)?;
/// assert_eq!(fitted.inertia, 4.0);
/// assert_eq!(fitted.predict(&x)?, fitted.clusters);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct KMeans {
    /// How many groups.
    pub num_clusters: usize,
    /// What draws are a function of.
    pub seed: u64,
    /// How many starts are drawn, of which the best end is kept; 10 by default.
    #[doc(alias = "n_init")]
    pub restarts: usize,
    /// The most steps of a start; 300 by default.
    pub max_iterations: usize,
    /// The squared way of all centres that ends it, over the mean variance; 1e-4 by default.
    pub tolerance: f64,
}

/// Groups with their centres.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedKMeans {
    /// One row a group: `[num_clusters, num_features]`.
    pub centres: Matrix,
    /// The group of each row that was fitted.
    pub clusters: Vec<usize>,
    /// The sum of squared distances of rows to their centres.
    pub inertia: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether centres had stopped moving.
    pub converged: bool,
}

const OP: &str = "KMeans::fit";

impl KMeans {
    /// So many groups, by draws of a seed.
    #[must_use]
    pub fn new(num_clusters: usize, seed: u64) -> Self {
        Self { num_clusters, seed, restarts: 10, max_iterations: 300, tolerance: 1e-4 }
    }

    /// Groups `[rows, num_features]`.
    ///
    /// # Errors
    /// If there are fewer rows than groups, a number is not finite or too large to be squared, or a
    /// setting is 0.
    pub fn fit(&self, x: &Matrix) -> Result<FittedKMeans> {
        checked(OP, x, self.num_clusters)?;
        door::at_least(OP, "restarts", self.restarts, 1)?;
        let (around, mean) = around_mean(x);
        // Each start has its own key: seeds that follow each other share none.
        let start = |i: u64| {
            let words = brand_nn_kernels::philox(self.seed, u128::from(i));
            let key = u64::from(words[0]) << 32 | u64::from(words[1]);
            self.run(&around, plus_plus(&around, self.num_clusters, key))
        };
        let mut best = start(0);
        for i in 1..self.restarts as u64 {
            let next = start(i);
            if next.inertia < best.inertia {
                best = next;
            }
        }
        Ok(moved_back(best, &mean))
    }

    /// As [`fit`](Self::fit) from centres of one's own: no draws, no restarts.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and if the centres are not `[num_clusters, num_features]`.
    pub fn fit_from(&self, x: &Matrix, centres: &Matrix) -> Result<FittedKMeans> {
        checked(OP, x, self.num_clusters)?;
        door::len(OP, "centres", centres.rows(), self.num_clusters)?;
        door::len(OP, "columns of centres", centres.cols(), x.cols())?;
        door::every(OP, "centre", centres.data(), door::FINITE)?;
        let (around, mean) = around_mean(x);
        let start = Matrix::of(centres.rows(), x.cols(), |i, j| centres[(i, j)] - mean[j]);
        Ok(moved_back(self.run(&around, start), &mean))
    }

    fn run(&self, x: &Matrix, mut centres: Matrix) -> FittedKMeans {
        let variance = x.data().iter().map(|x| x * x).sum::<f64>() / x.data().len() as f64;
        let mut clusters = Vec::new();
        let (mut iterations, mut converged) = (0, false);
        while iterations < self.max_iterations && !converged {
            let step = Step::of(x, &centres);
            let next = step.centres(x, &centres);
            let way = squared_distance(next.data(), centres.data());
            let is_same = step.clusters == clusters;
            converged = is_same || way <= self.tolerance * variance;
            (clusters, centres) = (step.clusters, next);
            iterations += 1;
        }
        let clusters = assign(x, &centres);
        let inertia = inertia(x, &centres, &clusters);
        FittedKMeans { centres, clusters, inertia, iterations, converged }
    }
}

/// Where rows belong, and the sums of those that belong together.
struct Step {
    clusters: Vec<usize>,
    sums: Matrix,
    counts: Vec<f64>,
}

impl Step {
    fn of(x: &Matrix, centres: &Matrix) -> Self {
        let of = Centres::of(centres);
        let parts = threads::map(blocks(x.rows()), |i| {
            let rows = block(x, i);
            let mut part = Self::none(centres);
            each_score(rows, &of, |row, scores| {
                let cluster = smallest(scores);
                part.clusters.push(cluster);
                part.counts[cluster] += 1.0;
                let row = &rows[row * x.cols()..][..x.cols()];
                part.sums.row_mut(cluster).iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            });
            part
        });
        parts.into_iter().fold(Self::none(centres), Self::joined)
    }

    fn none(centres: &Matrix) -> Self {
        let (rows, cols) = (centres.rows(), centres.cols());
        Self {
            clusters: Vec::with_capacity(BLOCK),
            sums: Matrix::zeros(rows, cols),
            counts: vec![0.0; rows],
        }
    }

    fn joined(mut self, other: Self) -> Self {
        self.clusters.extend(other.clusters);
        for cluster in 0..self.counts.len() {
            self.counts[cluster] += other.counts[cluster];
            add_scaled(self.sums.row_mut(cluster), 1.0, other.sums.row(cluster));
        }
        self
    }

    /// The means; a group without rows gets the row that is farthest from its centre.
    fn centres(&self, x: &Matrix, old: &Matrix) -> Matrix {
        let mut sums = self.sums.clone();
        let mut counts = self.counts.clone();
        if counts.contains(&0.0) {
            self.fill_empty(x, old, &mut sums, &mut counts);
        }
        Matrix::of(old.rows(), old.cols(), |i, j| {
            if counts[i] > 0.0 { sums[(i, j)] / counts[i] } else { old[(i, j)] }
        })
    }

    fn fill_empty(&self, x: &Matrix, old: &Matrix, sums: &mut Matrix, counts: &mut [f64]) {
        let far = |row: usize| squared_distance(x.row(row), old.row(self.clusters[row]));
        let mut rows: Vec<(f64, usize)> = (0..x.rows()).map(|row| (far(row), row)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let empty: Vec<usize> = (0..counts.len()).filter(|i| counts[*i] == 0.0).collect();
        for (cluster, (_, row)) in empty.into_iter().zip(rows) {
            let from = self.clusters[row];
            add_scaled(sums.row_mut(from), -1.0, x.row(row));
            add_scaled(sums.row_mut(cluster), 1.0, x.row(row));
            counts[from] -= 1.0;
            counts[cluster] = 1.0;
        }
    }
}

/// The sum of squared distances, by differences: nothing cancels.
pub(super) fn inertia(x: &Matrix, centres: &Matrix, clusters: &[usize]) -> f64 {
    let parts = threads::map(blocks(x.rows()), |i| {
        let rows = block(x, i).chunks(x.cols());
        let own = &clusters[i * BLOCK..];
        rows.zip(own).map(|(row, &c)| squared_distance(row, centres.row(c))).sum::<f64>()
    });
    parts.iter().sum()
}

/// Centres where the rows were before they were put around their mean.
pub(super) fn moved_back(fitted: FittedKMeans, mean: &[f64]) -> FittedKMeans {
    let centres = &fitted.centres;
    let centres = Matrix::of(centres.rows(), centres.cols(), |i, j| centres[(i, j)] + mean[j]);
    FittedKMeans { centres, ..fitted }
}

impl FittedKMeans {
    /// The group whose centre is nearest to each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<usize>> {
        door::some("predict", "centres", self.centres.data().len())?;
        door::len("predict", "columns", x.cols(), self.centres.cols())?;
        door::every("predict", "number", x.data(), door::FINITE)?;
        // Around the first centre, as numbers far from 0 would cancel.
        let first = self.centres.row(0);
        let around = |of: &Matrix| Matrix::of(of.rows(), of.cols(), |i, j| of[(i, j)] - first[j]);
        Ok(assign(&around(x), &around(&self.centres)))
    }
}
