//! Linear algebra: factorisations of matrices and what is solved with them.
//!
//! Every algorithm is written once, for one matrix of `f64`; `f32` is converted on the way in and
//! out, and the axes in front of the last two are a batch.

mod cholesky;
mod eigh;
mod lu;
mod norm;
mod qr;
mod svd;
mod triangular;

use std::ops::{Index, IndexMut};

use crate::create::require_possible;
use crate::{DType, Error, Result, Shape, Tensor};

pub use norm::MatrixNorm;
pub use triangular::Triangle;

/// One matrix, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// Ones on the diagonal.
    fn eye(rows: usize, columns: usize) -> Self {
        let mut eye = Self::zeros(rows, columns);
        (0..rows.min(columns)).for_each(|i| eye[(i, i)] = 1.0);
        eye
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..][..self.columns]
    }

    fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.columns..][..self.columns]
    }

    /// Two different rows, the first of them for writing.
    fn row_and(&mut self, i: usize, other: usize) -> (&mut [f64], &mut [f64]) {
        let width = self.columns;
        let (before, after) = self.values.split_at_mut(i.max(other) * width);
        let (low, high) = (&mut before[i.min(other) * width..][..width], &mut after[..width]);
        if i < other { (low, high) } else { (high, low) }
    }

    fn swap_rows(&mut self, i: usize, j: usize) {
        if i != j {
            let (a, b) = self.row_and(i, j);
            a.swap_with_slice(b);
        }
    }

    fn transposed(&self) -> Self {
        let mut transposed = Self::zeros(self.columns, self.rows);
        for i in 0..self.rows {
            for j in 0..self.columns {
                transposed[(j, i)] = self[(i, j)];
            }
        }
        transposed
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.values[row * self.columns + column]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.values[row * self.columns + column]
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// `y += factor · x`.
fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += factor * x);
}

/// The Euclidean length, scaled so that squares neither overflow nor vanish.
fn length(x: &[f64]) -> f64 {
    let scale = x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    if scale == 0.0 || !scale.is_finite() {
        return scale + x.iter().sum::<f64>() * 0.0;
    }
    scale * x.iter().map(|x| (x / scale).powi(2)).sum::<f64>().sqrt()
}

/// Why an algorithm could not go on with a matrix.
#[derive(Clone, Copy)]
pub(crate) enum Flaw {
    Singular { pivot: usize },
    NotPositiveDefinite { minor: usize },
    NotConverged { steps: usize },
}

impl Tensor {
    /// An error, in the name of an operation, unless the last two axes have one length.
    ///
    /// # Errors
    /// If they haven't, or there are less than two.
    pub fn require_square(&self, op: &'static str) -> Result<()> {
        let [rows, columns] = self.matrix_dims(op)?;
        if rows == columns {
            return Ok(());
        }
        Err(Error::Shape {
            op,
            got: self.shape().clone(),
            expected: "square matrices in the last two axes".into(),
            help: "lstsq, qr, svd and pinv take matrices of any shape",
        })
    }
}

/// The matrices of a tensor's last two axes.
pub(crate) struct Batch {
    op: &'static str,
    values: Tensor,
    lead: Shape,
    dtype: DType,
    rows: usize,
    columns: usize,
}

impl Batch {
    fn of(op: &'static str, tensor: &Tensor) -> Result<Self> {
        tensor.require_float(op)?;
        let [rows, columns] = tensor.matrix_dims(op)?;
        Ok(Self {
            op,
            values: tensor.to(DType::F64).contiguous(),
            lead: tensor.shape()[..tensor.ndim() - 2].into(),
            dtype: tensor.dtype(),
            rows,
            columns,
        })
    }

    /// As [`Batch::of`], of square matrices.
    fn square(op: &'static str, tensor: &Tensor) -> Result<Self> {
        tensor.require_square(op)?;
        Self::of(op, tensor)
    }

    /// Two operands whose batches broadcast to one.
    fn pair(op: &'static str, a: &Tensor, b: &Tensor) -> Result<(Self, Self)> {
        crate::elementwise::same_dtype(op, a, b)?;
        let ([rows, columns], [height, width]) = (a.matrix_dims(op)?, b.matrix_dims(op)?);
        if rows != height {
            return Err(Error::Shape {
                op,
                got: b.shape().clone(),
                expected: format!("{rows} rows, as {} has", a.shape()).into(),
                help: "a right-hand side has a row an equation; unsqueeze(-1) makes a column",
            });
        }
        let lead = |t: &Tensor| Shape::from(&t.shape()[..t.ndim() - 2]);
        let lead = crate::shape::broadcast(op, &lead(a), &lead(b))?;
        let with = |dims: [usize; 2]| -> Shape { lead.iter().copied().chain(dims).collect() };
        let a = a.expanded(op, &with([rows, columns]))?;
        Ok((Self::of(op, &a)?, Self::of(op, &b.expanded(op, &with([height, width]))?)?))
    }

    fn matrix(&self, i: usize) -> Matrix {
        let size = self.rows * self.columns;
        let values = self.values.data::<f64>()[i * size..][..size].to_vec();
        Matrix { rows: self.rows, columns: self.columns, values }
    }

    /// Results of the given shapes for each matrix, by its number.
    fn map<const N: usize>(
        &self,
        shapes: [&[usize]; N],
        one: &mut dyn FnMut(usize) -> Result<[Vec<f64>; N], Flaw>,
    ) -> Result<[Tensor; N]> {
        let shapes =
            shapes.map(|shape| -> Shape { self.lead.iter().chain(shape).copied().collect() });
        let mut found: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
        for shape in &shapes {
            require_possible(self.op, shape, DType::F64)?;
        }
        for matrix in 0..self.lead.size() {
            let results = one(matrix).map_err(|flaw| self.error(matrix, flaw))?;
            found.iter_mut().zip(results).for_each(|(all, values)| all.extend(values));
        }
        let mut shapes = shapes.iter();
        Ok(found.map(|values| {
            let shape = shapes.next().cloned().unwrap_or_default();
            Tensor::from(values).reshape(shape).to(self.dtype)
        }))
    }

    fn error(&self, matrix: usize, flaw: Flaw) -> Error {
        let op = self.op;
        match flaw {
            Flaw::Singular { pivot } => Error::Singular { op, matrix, pivot },
            Flaw::NotPositiveDefinite { minor } => Error::NotPositiveDefinite { op, matrix, minor },
            Flaw::NotConverged { steps } => Error::NotConverged { op, matrix, steps },
        }
    }
}
