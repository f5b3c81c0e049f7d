//! Texts and vectors as few numbers each, so that what means the same lies side by side.

use crate::text::linear::{Features, SparseRows, Vocabulary};
use crate::{Error, Result};
use brand_nn_kernels::fill_normal;
use brand_nn_stats::decompose::{FittedPca, Pca};
use brand_nn_stats::linear::{Matrix, symmetric_eigen};
use serde::{Deserialize, Serialize};

/// How a new text or vector gets its few numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reduction {
    /// TF-IDF along directions: `[terms, dimensions]`.
    Terms { features: Features, vocabulary: Vocabulary, directions: Matrix },
    /// Vectors along principal components.
    Vectors(FittedPca),
}

/// More directions than asked for, and rounds, by which the found ones become exact.
const SPARE: usize = 10;
const ROUNDS: usize = 4;

/// The right singular vectors of the largest singular values: `[columns, dimensions]`.
///
/// A random basis, brought nearer to the range by powers of X Xᵀ, then an exact decomposition within
/// it. Halko, Martinsson and Tropp, "Finding structure with randomness", 2011, algorithms 4.4, 5.1.
pub(super) fn directions(rows: &SparseRows, dimensions: usize, seed: u64) -> Result<Matrix> {
    let width = (dimensions + SPARE).min(rows.rows.len()).min(rows.columns);
    let mut draws = vec![0.0; rows.columns * width];
    fill_normal(seed, 0, &mut draws);
    let mut basis = rows.product(&Matrix::new(rows.columns, width, draws)?);
    for _ in 0..ROUNDS {
        let columns = orthonormal(&rows.transposed_product(&orthonormal(&basis)?))?;
        basis = rows.product(&columns);
    }
    let within = rows.transposed_product(&orthonormal(&basis)?);
    let all = orthonormal(&within)?;
    let kept = dimensions.min(all.cols());
    Ok(Matrix::of(all.rows(), kept, |i, j| all[(i, j)]))
}

/// Columns at right angles, of length 1, that span the same; those with most of it first.
fn orthonormal(basis: &Matrix) -> Result<Matrix> {
    let eigen = symmetric_eigen(&basis.gram(None))?;
    let least = eigen.values.first().map_or(0.0, |largest| largest * 1e-12);
    let kept = eigen.values.iter().take_while(|value| **value > least).count();
    let turn =
        Matrix::of(basis.cols(), kept, |i, j| eigen.vectors[(j, i)] / eigen.values[j].sqrt());
    Ok(basis.product(&turn))
}

/// Principal components of vectors, as many as there can be up to `dimensions`.
pub(super) fn components(vectors: &Matrix, dimensions: usize) -> Result<FittedPca> {
    let most = vectors.cols().min(vectors.rows().saturating_sub(1)).max(1);
    Ok(Pca::new(dimensions.min(most)).fit(vectors)?)
}

impl Reduction {
    /// Where texts lie; a text without a known term lies at 0.
    pub(super) fn texts<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Matrix> {
        match self {
            Self::Terms { features, vocabulary, directions } => {
                if directions.rows() != vocabulary.len() {
                    let (case, help) = ("terms and directions differ in number", "fit it again");
                    return Err(Error::Undefined { method: super::METHOD, case, help });
                }
                Ok(unit_rows(vocabulary.rows(features, texts).product(directions)))
            }
            Self::Vectors(_) => Err(Error::Undefined {
                method: super::METHOD,
                case: "topics were learnt from vectors, not from texts",
                help: "use assign_vectors",
            }),
        }
    }

    pub(super) fn vectors(&self, vectors: &Matrix) -> Result<Matrix> {
        match self {
            Self::Vectors(components) => Ok(unit_rows(components.transform(vectors)?)),
            Self::Terms { .. } => Err(Error::Undefined {
                method: super::METHOD,
                case: "topics were learnt from texts, not from vectors",
                help: "use assign",
            }),
        }
    }
}

/// Rows of length 1: what is said counts, not how much; rows of 0 stay.
pub(super) fn unit_rows(mut matrix: Matrix) -> Matrix {
    for i in 0..matrix.rows() {
        let row = matrix.row_mut(i);
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 1e-12 {
            row.iter_mut().for_each(|x| *x /= length);
        } else {
            row.fill(0.0);
        }
    }
    matrix
}
