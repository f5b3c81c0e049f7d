//! Products of matrices and vectors.

use brand_nn_kernels::{Buffer, Mat, MatMut, Mats, gemm, gemm_batched};

use crate::elementwise::same_dtype;
use crate::error::{expect, refuse};
use crate::shape::broadcast;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{DType, Error, Result, Shape, Tensor};

impl Tensor {
    /// The matrix product, batched and broadcast as NumPy's `@`.
    ///
    /// # Shapes
    /// `[.., m, k] · [.., k, n] → [.., m, n]`; the axes in front broadcast. A 1-d operand is a row
    /// on the left and a column on the right, and that axis disappears from the result. Transposed
    /// and sliced operands are read where they lie.
    ///
    /// # Panics
    /// If the inner lengths differ, the axes in front don't broadcast, an operand is 0-d, or the
    /// dtypes aren't both `f32` or both `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&Tensor::from([1.0, 10.0])), Tensor::from([21.0, 43.0]));
    /// assert_eq!(a.matmul(&a.t()), Tensor::from([[5.0, 11.0], [11.0, 25.0]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn matmul(&self, other: &Self) -> Self {
        expect(matmul("matmul", self, other))
    }

    /// As [`Tensor::matmul`], for shapes that come from data.
    ///
    /// # Errors
    /// Where [`Tensor::matmul`] panics.
    pub fn try_matmul(&self, other: &Self) -> Result<Self> {
        matmul("try_matmul", self, other)
    }

    /// The sum of the products of two vectors' elements, as a 0-d tensor.
    ///
    /// # Panics
    /// If the operands aren't two vectors of one length, or the dtypes aren't both `f32` or both
    /// `f64`.
    #[track_caller]
    #[must_use]
    pub fn dot(&self, other: &Self) -> Self {
        expect(self.require_vector("dot"));
        expect(other.require_vector("dot"));
        expect(matmul("dot", self, other))
    }

    /// Every element of one vector times every element of another: `[m]`, `[n]` → `[m, n]`.
    ///
    /// # Panics
    /// If the operands aren't two vectors, or the dtypes differ.
    #[track_caller]
    #[must_use]
    pub fn outer(&self, other: &Self) -> Self {
        expect(self.require_vector("outer"));
        expect(other.require_vector("outer"));
        self.unsqueeze(1) * other
    }

    /// Every element of one tensor times the whole of another, as blocks: Kronecker's product.
    ///
    /// # Shapes
    /// `[a, b]`, `[c, d]` → `[a c, b d]`; missing axes in front count as 1.
    ///
    /// # Panics
    /// If the dtypes differ or have no arithmetic.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let blocks = Tensor::from([[1, 2]]).kron(&Tensor::from([[1, 1]]));
    /// assert_eq!(blocks, Tensor::from([[1, 1, 2, 2]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn kron(&self, other: &Self) -> Self {
        let [a, b, whole] = self.shape().interleaved(other.shape());
        (self.reshape(a) * other.reshape(b)).reshape(whole)
    }

    /// The vectors at right angles to pairs of vectors of length 3 along an axis.
    ///
    /// # Panics
    /// If the shapes differ or the axis isn't 3 long.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (x, y) = (Tensor::from([1, 0, 0]), Tensor::from([0, 1, 0]));
    /// assert_eq!(x.cross(&y, 0), Tensor::from([0, 0, 1]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cross(&self, other: &Self, axis: isize) -> Self {
        if self.dim(axis) != 3 || self.shape() != other.shape() {
            refuse(Error::Shape {
                op: "cross",
                got: self.shape().clone(),
                expected: format!("3 on axis {axis} and the shape of {}", other.shape()).into(),
                help: "the product of two vectors at right angles is one of space",
            });
        }
        let [a, b] = [1, 2].map(|by| self.roll(axis, -by));
        a * other.roll(axis, -2) - b * other.roll(axis, -1)
    }

    /// The Euclidean distance of every row of one matrix from every row of another.
    ///
    /// Differences are squared and added in `f64`, so that nothing cancels.
    ///
    /// # Shapes
    /// `[.., n, d]`, `[.., m, d]` → `[.., n, m]`; the axes in front broadcast.
    ///
    /// # Panics
    /// If the last axes differ, or the dtypes aren't both `f32` or both `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let shops = Tensor::from([[0.0, 0.0], [3.0, 4.0]]);
    /// assert_eq!(shops.cdist(&shops), Tensor::from([[0.0, 5.0], [5.0, 0.0]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cdist(&self, other: &Self) -> Self {
        expect(distances(self, other))
    }

    pub(crate) fn require_vector(&self, op: &'static str) -> Result<()> {
        if self.ndim() == 1 {
            return Ok(());
        }
        Err(Error::Shape {
            op,
            got: self.shape().clone(),
            expected: "a vector, that is one axis".into(),
            help: "flatten() makes a vector, matmul() multiplies matrices",
        })
    }
}

fn matmul(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    same_dtype(op, a, b)?;
    if a.ndim() == 0 || b.ndim() == 0 {
        return Err(mismatch(op, a, b));
    }
    let left = if a.ndim() == 1 { a.unsqueeze(0) } else { a.clone() };
    let right = if b.ndim() == 1 { b.unsqueeze(1) } else { b.clone() };
    if left.dim(-1) != right.dim(-2) {
        return Err(mismatch(op, a, b));
    }
    let product = float_dtype!(a.dtype(), T => multiply::<T>(op, &left, &right),
        else Err(not_float(op, a.dtype())))?;
    Ok(match (a.ndim(), b.ndim()) {
        (1, 1) => product.reshape(()),
        (1, _) => product.squeeze(-2),
        (_, 1) => product.squeeze(-1),
        _ => product,
    })
}

/// An error unless both are `f32` or both `f64`.
pub(crate) fn same_floats(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    a.require_float(op)?;
    same_dtype(op, a, b)
}

fn mismatch(op: &'static str, a: &Tensor, b: &Tensor) -> Error {
    let k = b.shape().iter().rev().nth(1).or(b.shape().first());
    Error::Shape {
        op,
        got: a.shape().clone(),
        expected: match k {
            Some(k) => format!("[.., {k}], to multiply with {}", b.shape()).into(),
            None => format!("two tensors with axes, but the other is {}", b.shape()).into(),
        },
        help: "the last axis on the left meets the last but one on the right; see t()",
    }
}

/// Both operands have two axes or more, and their inner lengths agree.
fn multiply<T: Float>(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (m, n) = (a.dim(-2), b.dim(-1));
    if a.is_empty() || b.is_empty() {
        return nothing_multiplied(op, a, b);
    }
    if let Some(rows) = as_one_matrix(a, b) {
        let shape: Shape = a.shape()[..a.ndim() - 1].iter().copied().chain([n]).collect();
        return Ok(one_product::<T>(&rows, b, shape));
    }
    let batch = broadcast(op, &batch_of(a), &batch_of(b))?;
    let with = |dims: [usize; 2]| -> Shape { batch.iter().copied().chain(dims).collect() };
    let a = a.expanded(op, &with([m, a.dim(-1)]))?;
    let b = b.expanded(op, &with([b.dim(-2), n]))?;
    Ok(batched::<T>(&a, &b, with([m, n])))
}

/// Where there is nothing to add up, or nothing to write: zeros.
fn nothing_multiplied(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let batch = broadcast(op, &batch_of(a), &batch_of(b))?;
    let shape: Shape = batch.iter().copied().chain([a.dim(-2), b.dim(-1)]).collect();
    Tensor::try_zeros(shape, a.dtype())
}

/// All rows of `a` as one matrix, if `b` is a single matrix and strides can say it.
pub(crate) fn as_one_matrix(a: &Tensor, b: &Tensor) -> Option<Tensor> {
    if b.ndim() != 2 {
        return None;
    }
    let k = a.dim(-1);
    let rows = a.shape()[..a.ndim() - 1].iter().product();
    let layout = a.layout.reshaped(&Shape::from([rows, k]))?;
    Some(a.with_layout(layout))
}

fn one_product<T: Float>(a: &Tensor, b: &Tensor, shape: Shape) -> Tensor {
    let (rows, cols) = (a.dim(0), b.dim(1));
    let mut out = Buffer::stale(rows * cols);
    let c = MatMut { data: &mut out, rows, cols, row_stride: cols as isize, col_stride: 1 };
    gemm(T::ONE, matrix(a), matrix(b), T::ZERO, c);
    Tensor::from_raw::<T>(out, shape)
}

pub(crate) fn matrix<T: Float>(t: &Tensor) -> Mat<'_, T> {
    let data = &t.storage.raw::<T>()[t.layout.offset..];
    let [row_stride, col_stride] = [t.strides()[0], t.strides()[1]];
    Mat { data, rows: t.dim(0), cols: t.dim(1), row_stride, col_stride }
}

fn batched<T: Float>(a: &Tensor, b: &Tensor, shape: Shape) -> Tensor {
    let (a_starts, b_starts) = (starts(a), starts(b));
    let mut out = Buffer::stale(shape.size());
    gemm_batched(matrices::<T>(a, &a_starts), matrices(b, &b_starts), &mut out);
    Tensor::from_raw::<T>(out, shape)
}

fn matrices<'a, T: Float>(t: &'a Tensor, offsets: &'a [usize]) -> Mats<'a, T> {
    let [row_stride, col_stride] = [t.strides()[t.ndim() - 2], t.strides()[t.ndim() - 1]];
    let data = t.storage.raw::<T>();
    Mats { data, offsets, rows: t.dim(-2), cols: t.dim(-1), row_stride, col_stride }
}

fn batch_of(t: &Tensor) -> Shape {
    Shape::from(&t.shape()[..t.ndim() - 2])
}

/// Where each matrix of a batch starts.
fn starts(t: &Tensor) -> Vec<usize> {
    let mut layout = t.layout.to_layout();
    layout.shape = batch_of(t);
    layout.strides.truncate(t.ndim() - 2);
    layout.positions().collect()
}

fn distances(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    const OP: &str = "cdist";
    same_floats(OP, a, b)?;
    let ([n, width], [m, other_width]) = (a.matrix_dims(OP)?, b.matrix_dims(OP)?);
    if width != other_width {
        return Err(Error::Shape {
            op: OP,
            got: b.shape().clone(),
            expected: format!("rows of {width}, as those of {}", a.shape()).into(),
            help: "distances are between rows of one length",
        });
    }
    let batch = broadcast(OP, &batch_of(a), &batch_of(b))?;
    let with = |dims: [usize; 2]| -> Shape { batch.iter().copied().chain(dims).collect() };
    let (a, b) = (a.expanded(OP, &with([n, width]))?, b.expanded(OP, &with([m, width]))?);
    crate::create::require_possible(OP, &with([n, m]), DType::F64)?;
    let (rows, others) = (a.to(DType::F64), b.to(DType::F64));
    let (rows, others) = (rows.data::<f64>(), others.data::<f64>());
    let mut out = Vec::with_capacity(with([n, m]).size());
    for i in 0..batch.size() * n {
        let row = &rows[i * width..][..width];
        out.extend((0..m).map(|j| distance(row, &others[(i / n * m + j) * width..][..width])));
    }
    Ok(Tensor::new(out, with([n, m]))?.to(a.dtype()))
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}
