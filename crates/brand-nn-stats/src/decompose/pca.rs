//! The directions in which rows vary most.

use crate::linear::{Matrix, add_scaled, dot, norm, symmetric_eigen};
use crate::{Error, Result, door};

/// The settings of the analysis of principal components.
///
/// Components are eigenvectors of the covariance; with fewer rows than columns, of the products of
/// rows. The entry of the largest size of each is positive. K. Pearson 1901.
///
/// # Examples
/// ```
/// use brand_nn_stats::{decompose::Pca, linear::Matrix};
/// let x = Matrix::new(3, 2, vec![1.0, 2.0, 2.0, 4.0, 3.0, 6.0])?;
/// let fitted = Pca::new(1).fit(&x)?;
/// assert!((fitted.explained_ratios[0] - 1.0).abs() < 1e-14);
/// assert!((fitted.components[(0, 1)] - 2.0 / 5.0_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "principal components")]
pub struct Pca {
    /// How many components are kept.
    pub num_components: usize,
    /// Whether components are divided by their deviations; false by default.
    pub whiten: bool,
}

/// Directions, with how much each explains.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedPca {
    /// The mean of each column.
    pub mean: Vec<f64>,
    /// One direction a row: `[num_components, num_features]`.
    pub components: Matrix,
    /// The variance along each direction, with n − 1 in its denominator.
    pub explained_variances: Vec<f64>,
    /// The share of all variance along each direction.
    pub explained_ratios: Vec<f64>,
    whiten: bool,
}

const OP: &str = "Pca::fit";

impl Pca {
    /// So many components, not whitened.
    #[must_use]
    pub fn new(num_components: usize) -> Self {
        Self { num_components, whiten: false }
    }

    /// Finds the directions of `[rows, num_features]`.
    ///
    /// # Errors
    /// If there are fewer than 2 rows, more components than rows or columns, a number is not
    /// finite, or nothing varies.
    pub fn fit(&self, x: &Matrix) -> Result<FittedPca> {
        door::at_least(OP, "rows", x.rows(), 2)?;
        door::at_least(OP, "num_components", self.num_components, 1)?;
        door::every(OP, "number", x.data(), door::FINITE)?;
        let most = x.rows().min(x.cols());
        if self.num_components > most {
            let (setting, got) = ("num_components", self.num_components as f64);
            let (expected, help) = ("at most the rows and the columns", "ask for fewer");
            return Err(Error::Setting { op: OP, setting, got, expected, help });
        }
        let mean = x.transposed_times(&vec![1.0 / x.rows() as f64; x.rows()]);
        let around = around(x, &mean);
        let degrees = (x.rows() - 1) as f64;
        let total = dot(around.data(), around.data()) / degrees;
        if !(total > 0.0 && total.is_finite()) {
            let (case, help) = ("no column varies, or squares overflow", "scale the columns");
            return Err(Error::Undefined { op: OP, case, help });
        }
        let (values, components) = self.directions(&around)?;
        let explained_variances: Vec<f64> = values.iter().map(|x| x.max(0.0) / degrees).collect();
        let explained_ratios = explained_variances.iter().map(|x| x / total).collect();
        let whiten = self.whiten;
        Ok(FittedPca { mean, components, explained_variances, explained_ratios, whiten })
    }

    /// The largest eigenvalues of XᵀX with their vectors.
    fn directions(&self, x: &Matrix) -> Result<(Vec<f64>, Matrix)> {
        let count = self.num_components;
        if x.cols() <= x.rows() {
            let eigen = symmetric_eigen(&x.gram(None))?;
            let components = Matrix::of(count, x.cols(), |i, j| eigen.vectors[(i, j)]);
            return Ok((eigen.values[..count].to_vec(), components));
        }
        let eigen = symmetric_eigen(&x.transposed().gram(None))?;
        let mut components = Matrix::zeros(count, x.cols());
        for i in 0..count {
            let direction = x.transposed_times(eigen.vectors.row(i));
            let length = norm(&direction);
            let largest =
                direction.iter().fold(0.0_f64, |m, x| if x.abs() > m.abs() { *x } else { m });
            let scale = if length > 0.0 { 1.0 / length.copysign(largest) } else { 0.0 };
            add_scaled(components.row_mut(i), scale, &direction);
        }
        Ok((eigen.values[..count].to_vec(), components))
    }
}

fn around(x: &Matrix, mean: &[f64]) -> Matrix {
    Matrix::of(x.rows(), x.cols(), |i, j| x[(i, j)] - mean[j])
}

impl FittedPca {
    /// Where rows lie along the directions: `[rows, num_components]`.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn transform(&self, x: &Matrix) -> Result<Matrix> {
        door::len("FittedPca::transform", "columns", x.cols(), self.mean.len())?;
        door::every("FittedPca::transform", "number", x.data(), door::FINITE)?;
        self.check("FittedPca::transform")?;
        let mut out = around(x, &self.mean).product(&self.components.transposed());
        for row in 0..out.rows() {
            out.row_mut(row).iter_mut().enumerate().for_each(|(i, x)| *x /= self.scale(i));
        }
        Ok(out)
    }

    /// The rows that lie there along the directions, as near as these can say.
    ///
    /// # Errors
    /// If rows have another number of components, or a number is not finite.
    pub fn inverse_transform(&self, x: &Matrix) -> Result<Matrix> {
        let op = "FittedPca::inverse_transform";
        door::len(op, "components", x.cols(), self.components.rows())?;
        door::every(op, "number", x.data(), door::FINITE)?;
        self.check(op)?;
        let scaled = Matrix::of(x.rows(), x.cols(), |i, j| x[(i, j)] * self.scale(j));
        let mut out = scaled.product(&self.components);
        (0..out.rows()).for_each(|row| add_scaled(out.row_mut(row), 1.0, &self.mean));
        Ok(out)
    }

    /// A file may say anything.
    fn check(&self, op: &'static str) -> Result<()> {
        door::len(op, "columns of components", self.components.cols(), self.mean.len())?;
        door::len(op, "variances", self.explained_variances.len(), self.components.rows())
    }

    /// What a component is divided by.
    fn scale(&self, component: usize) -> f64 {
        let deviation = self.explained_variances[component].sqrt();
        if self.whiten && deviation > 0.0 { deviation } else { 1.0 }
    }
}
