//! Diagonals of matrices and the triangles above and below them.

use crate::error::{expect, refuse};
use crate::{DType, Error, Result, Shape, Tensor};

impl Tensor {
    /// The elements `[i, i + offset]` of the last two axes, without a copy.
    ///
    /// A negative offset takes a diagonal below the main one.
    ///
    /// # Shapes
    /// `[.., rows, columns]` → `[.., length]`, where the length may be 0.
    ///
    /// # Panics
    /// If there are less than two axes.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.diagonal(1), Tensor::from([2, 6]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn diagonal(&self, offset: isize) -> Self {
        let [rows, columns] = expect(self.matrix_dims("diagonal"));
        let (row, column) = first_of(offset);
        let length = rows.saturating_sub(row).min(columns.saturating_sub(column));
        let mut layout = self.layout.to_layout();
        let across = layout.strides.pop().unwrap_or(0);
        let down = layout.strides.pop().unwrap_or(0);
        layout.strides.push(down + across);
        if length > 0 {
            layout.offset += row * down as usize + column * across as usize;
        }
        let batch = &self.shape()[..self.ndim() - 2];
        layout.shape = batch.iter().copied().chain([length]).collect();
        self.with_layout(layout)
    }

    /// Matrices of zeros with the last axis on a diagonal.
    ///
    /// # Shapes
    /// `[.., n]` → `[.., n + |offset|, n + |offset|]`: the vector i becomes the matrix i.
    ///
    /// # Panics
    /// If the tensor is 0-d, or memory doesn't allow the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2]).diag(0), Tensor::from([[1, 0], [0, 2]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "diag_embed")]
    pub fn diag(&self, offset: isize) -> Self {
        let side = self.dim(-1).saturating_add(offset.unsigned_abs());
        self.diag_within(offset, [side, side])
    }

    /// As [`Tensor::diag`], into matrices of any rows and columns: undoes [`Tensor::diagonal`].
    ///
    /// # Panics
    /// If the tensor is 0-d or its last axis isn't as long as the diagonal.
    #[track_caller]
    #[must_use]
    pub fn diag_within(&self, offset: isize, [rows, columns]: [usize; 2]) -> Self {
        let length = self.dim(-1);
        let batch = &self.shape()[..self.ndim() - 1];
        let shape: Shape = batch.iter().copied().chain([rows, columns]).collect();
        let zeros = Self::zeros_of(shape, self.dtype());
        let place = zeros.diagonal(offset);
        if place.shape() != self.shape() {
            refuse(Error::Shape {
                op: "diag_within",
                got: self.shape().clone(),
                expected: format!("a diagonal of {}, not {length}", place.dim(-1)).into(),
                help: "the diagonal of the matrices must hold the last axis exactly",
            });
        }
        let (row, column) = first_of(offset);
        let first = row * columns + column;
        let ids: Vec<i64> = (0..length).map(|i| (first + i * (columns + 1)) as i64).collect();
        let flat: Shape = batch.iter().copied().chain([rows * columns]).collect();
        expect(zeros.reshape(flat).index_copy(-1, &Self::from(ids), self)).reshape(zeros.shape())
    }

    /// The lower triangles: zeros above the diagonal `offset`.
    ///
    /// # Panics
    /// If there are less than two axes.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(t.tril(0), Tensor::from([[1, 0], [3, 4]]));
    /// assert_eq!(t.tril(-1), Tensor::from([[0, 0], [3, 0]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tril(&self, offset: isize) -> Self {
        let [rows, columns] = expect(self.matrix_dims("tril"));
        self.masked(&triangle(rows, columns, |row, column| column <= row + offset))
    }

    /// The upper triangles: zeros below the diagonal `offset`.
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    #[must_use]
    pub fn triu(&self, offset: isize) -> Self {
        let [rows, columns] = expect(self.matrix_dims("triu"));
        self.masked(&triangle(rows, columns, |row, column| column >= row + offset))
    }

    /// The sum of the main diagonal of the last two axes.
    ///
    /// # Shapes
    /// `[.., rows, columns]` → `[..]`.
    ///
    /// # Panics
    /// If there are less than two axes, or the dtype is `bf16` or `f16`.
    #[track_caller]
    #[must_use]
    pub fn trace(&self) -> Self {
        expect(self.matrix_dims("trace"));
        self.diagonal(0).sum_axis(-1)
    }

    /// The lengths of the last two axes.
    pub(crate) fn matrix_dims(&self, op: &'static str) -> Result<[usize; 2]> {
        match self.shape()[..] {
            [.., rows, columns] => Ok([rows, columns]),
            _ => Err(Error::Shape {
                op,
                got: self.shape().clone(),
                expected: "a matrix, that is two axes or more".into(),
                help: "unsqueeze makes a row or a column of a vector",
            }),
        }
    }
}

/// Where a diagonal begins: row and column.
fn first_of(offset: isize) -> (usize, usize) {
    (usize::try_from(-offset).unwrap_or(0), usize::try_from(offset).unwrap_or(0))
}

fn triangle(rows: usize, columns: usize, inside: impl Fn(isize, isize) -> bool) -> Tensor {
    let mut mask = Tensor::zeros_of([rows, columns], DType::Bool);
    for (row, line) in mask.make_mut::<bool>().chunks_mut(columns.max(1)).enumerate() {
        for (column, keep) in line.iter_mut().enumerate() {
            *keep = inside(row as isize, column as isize);
        }
    }
    mask
}
