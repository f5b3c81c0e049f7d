//! Groups drawn from normal distributions, with a probability for each.

use super::nearest::{BLOCK, block, blocks};
use super::{KMeans, checked};
use crate::linear::{Cholesky, Matrix, add_scaled, dot};
use crate::special::log_sum_exp;
use crate::{Result, door};
use brand_nn_kernels::threads;
use std::f64::consts::PI;

/// Which covariances the groups may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum CovarianceShape {
    /// Any; each group is an ellipsoid of its own.
    Full,
    /// Along the axes.
    Diagonal,
    /// The same in all directions.
    Spherical,
}

/// The settings of a mixture of normal distributions, fitted by expectation and maximisation.
///
/// It begins with the groups of [`KMeans`]. Dempster, Laird and Rubin 1977.
///
/// # Examples
/// ```
/// use brand_nn_stats::{cluster::GaussianMixture, linear::Matrix};
/// let x = Matrix::new(6, 1, vec![0.0, 1.0, 2.0, 20.0, 22.0, 24.0])?;
/// let fitted = GaussianMixture::new(2, 5).fit(&x)?;
/// let chances = fitted.predict_probabilities(&Matrix::new(1, 1, vec![1.5])?)?;
/// assert!(chances.data().iter().any(|p| *p > 0.999));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "GMM")]
pub struct GaussianMixture {
    /// How many groups.
    pub num_clusters: usize,
    /// What draws are a function of.
    pub seed: u64,
    /// Which covariances are allowed; full by default.
    pub shape: CovarianceShape,
    /// What is added to every variance, so that none is 0; 1e-6 by default.
    pub least_variance: f64,
    /// The gain in mean log-likelihood that ends it; 1e-3 by default.
    pub tolerance: f64,
    /// The most steps; 200 by default.
    pub max_iterations: usize,
}

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedGaussianMixture {
    /// The share of each group.
    pub weights: Vec<f64>,
    /// One row a group: `[num_clusters, num_features]`.
    pub means: Matrix,
    /// The covariance of each group: `[num_features, num_features]`.
    pub covariances: Vec<Matrix>,
    /// The logarithm of the likelihood of all rows.
    pub log_likelihood: f64,
    /// How many numbers were fitted.
    pub num_parameters: usize,
    /// How many rows were fitted.
    pub rows: usize,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the last step gained less than the tolerance.
    pub converged: bool,
}

const OP: &str = "GaussianMixture::fit";

impl GaussianMixture {
    /// So many groups of any covariance, by draws of a seed.
    #[must_use]
    pub fn new(num_clusters: usize, seed: u64) -> Self {
        Self {
            num_clusters,
            seed,
            shape: CovarianceShape::Full,
            least_variance: 1e-6,
            tolerance: 1e-3,
            max_iterations: 200,
        }
    }

    /// Fits `[rows, num_features]`.
    ///
    /// # Errors
    /// If there are fewer rows than groups or fewer than 2, a number is not finite or too large to
    /// be squared, a setting is out of range, or a covariance is singular.
    pub fn fit(&self, x: &Matrix) -> Result<FittedGaussianMixture> {
        checked(OP, x, self.num_clusters)?;
        door::at_least(OP, "rows", x.rows(), 2)?;
        door::not_negative(OP, "least_variance", self.least_variance)?;
        let first = KMeans::new(self.num_clusters, self.seed).fit(x)?.clusters;
        let mut shares = Matrix::zeros(x.rows(), self.num_clusters);
        first.iter().enumerate().for_each(|(row, &cluster)| shares[(row, cluster)] = 1.0);
        let mut fitted = self.maximised(x, &shares);
        let mut last = f64::NEG_INFINITY;
        while fitted.iterations < self.max_iterations && !fitted.converged {
            let (shares, log_likelihood) = fitted.expected(x)?;
            let iterations = fitted.iterations + 1;
            let gain = (log_likelihood - last) / x.rows() as f64;
            last = log_likelihood;
            let converged = gain.abs() < self.tolerance;
            fitted = self.maximised(x, &shares);
            (fitted.iterations, fitted.converged) = (iterations, converged);
        }
        fitted.log_likelihood = fitted.expected(x)?.1;
        Ok(fitted)
    }

    /// The likeliest parameters if rows belong to groups by these shares.
    fn maximised(&self, x: &Matrix, shares: &Matrix) -> FittedGaussianMixture {
        let (rows, cols, k) = (x.rows(), x.cols(), self.num_clusters);
        let sizes = shares.transposed_times(&vec![1.0; rows]);
        // As scikit-learn: an empty group has a tiny size rather than none.
        let sizes: Vec<f64> = sizes.iter().map(|size| size + 10.0 * f64::EPSILON).collect();
        let sums = shares.transposed().product(x);
        let means = Matrix::of(k, cols, |i, j| sums[(i, j)] / sizes[i]);
        let covariance = |c: usize| {
            let weights: Vec<f64> = (0..rows).map(|row| shares[(row, c)] / sizes[c]).collect();
            let around = Matrix::of(rows, cols, |i, j| x[(i, j)] - means[(c, j)]);
            self.shaped(&around.gram(Some(&weights)))
        };
        FittedGaussianMixture {
            weights: sizes.iter().map(|size| size / sizes.iter().sum::<f64>()).collect(),
            covariances: (0..k).map(covariance).collect(),
            means,
            log_likelihood: f64::NEG_INFINITY,
            num_parameters: self.num_parameters(cols),
            rows,
            iterations: 0,
            converged: false,
        }
    }

    fn shaped(&self, covariance: &Matrix) -> Matrix {
        let size = covariance.rows();
        let mean = covariance.diagonal().iter().sum::<f64>() / size as f64;
        Matrix::of(size, size, |i, j| match self.shape {
            _ if i == j && self.shape == CovarianceShape::Spherical => mean + self.least_variance,
            _ if i == j => covariance[(i, i)] + self.least_variance,
            CovarianceShape::Full => covariance[(i, j)],
            _ => 0.0,
        })
    }

    fn num_parameters(&self, cols: usize) -> usize {
        let covariance = match self.shape {
            CovarianceShape::Full => cols * (cols + 1) / 2,
            CovarianceShape::Diagonal => cols,
            CovarianceShape::Spherical => 1,
        };
        self.num_clusters * (cols + covariance + 1) - 1
    }
}

impl FittedGaussianMixture {
    /// The probability of each group in each row: `[rows, num_clusters]`.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict_probabilities(&self, x: &Matrix) -> Result<Matrix> {
        door::len("predict", "columns", x.cols(), self.means.cols())?;
        door::every("predict", "number", x.data(), door::FINITE)?;
        let (op, count) = ("predict", self.means.rows());
        door::some(op, "groups", count)?;
        door::some(op, "columns", x.cols())?;
        door::len(op, "weights", self.weights.len(), count)?;
        door::len(op, "covariances", self.covariances.len(), count)?;
        for covariance in &self.covariances {
            door::len(op, "rows of a covariance", covariance.rows(), x.cols())?;
        }
        Ok(self.expected(x)?.0)
    }

    /// The likeliest group of each row.
    ///
    /// # Errors
    /// As [`predict_probabilities`](Self::predict_probabilities).
    pub fn predict(&self, x: &Matrix) -> Result<Vec<usize>> {
        let chances = self.predict_probabilities(x)?;
        let likeliest = |row: &[f64]| {
            (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
        };
        Ok((0..x.rows()).map(|row| likeliest(chances.row(row))).collect())
    }

    /// Schwarz' criterion, parameters × ln n − 2 ln L; the number of groups with the smallest wins.
    #[must_use]
    #[doc(alias = "bic")]
    pub fn schwarz(&self) -> f64 {
        self.num_parameters as f64 * (self.rows as f64).ln() - 2.0 * self.log_likelihood
    }

    /// The share of each group in each row, and the log-likelihood of all.
    fn expected(&self, x: &Matrix) -> Result<(Matrix, f64)> {
        let roots = self.covariances.iter().map(Cholesky::new).collect::<Result<Vec<_>>>()?;
        let constant = |c: usize| {
            let scale = self.means.cols() as f64 * (2.0 * PI).ln() + roots[c].log_determinant();
            self.weights[c].ln() - 0.5 * scale
        };
        let constants: Vec<f64> = (0..roots.len()).map(constant).collect();
        let inverses: Vec<Matrix> = roots.iter().map(lower_inverse).collect();
        let parts = threads::map(blocks(x.rows()), |i| {
            let mut shares = Vec::with_capacity(BLOCK * roots.len());
            let mut log_likelihood = 0.0;
            let mut scratch = vec![0.0; x.cols()];
            for row in block(x, i).chunks(x.cols()) {
                let log = |c: usize| {
                    constants[c]
                        - 0.5 * distance(&inverses[c], row, self.means.row(c), &mut scratch)
                };
                let logs: Vec<f64> = (0..roots.len()).map(log).collect();
                let total = log_sum_exp(&logs);
                log_likelihood += total;
                shares.extend(logs.iter().map(|log| (log - total).exp()));
            }
            (shares, log_likelihood)
        });
        let log_likelihood = parts.iter().map(|part| part.1).sum();
        let shares: Vec<f64> = parts.into_iter().flat_map(|part| part.0).collect();
        Ok((Matrix::new(x.rows(), roots.len(), shares)?, log_likelihood))
    }
}

/// L⁻¹, lower triangular too.
fn lower_inverse(root: &Cholesky) -> Matrix {
    let size = root.lower().rows();
    let unit = |j: usize| (0..size).map(|i| if i == j { 1.0 } else { 0.0 }).collect::<Vec<_>>();
    let columns: Vec<Vec<f64>> = (0..size).map(|j| root.solve_lower(&unit(j))).collect();
    Matrix::of(size, size, |i, j| columns[j][i])
}

/// |L⁻¹ (x − mean)|².
fn distance(inverse: &Matrix, row: &[f64], mean: &[f64], scratch: &mut [f64]) -> f64 {
    scratch.copy_from_slice(row);
    add_scaled(scratch, -1.0, mean);
    let part = |i: usize| dot(&inverse.row(i)[..=i], &scratch[..=i]).powi(2);
    (0..row.len()).map(part).sum()
}
