//! Elements picked, or added to, by integer tensors of positions.

use std::borrow::Cow;

use brand_nn_kernels::{Buffer, Error as KernelError, Number, gather_rows, scatter_add_rows};

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::storage::{Num, any_dtype, number_dtype};
use crate::tensor::not_number;
use crate::{DType, Error, Result, Shape, Tensor};

/// Whole rows.
impl Tensor {
    /// The rows at the given positions of the first axis, in that order.
    ///
    /// # Errors
    /// If the tensor is 0-d or a position goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(t.rows(&[2, 0])?, Tensor::from([[5, 6], [1, 2]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn rows(&self, positions: &[usize]) -> Result<Self> {
        self.shape().axis("rows", 0)?;
        let id = |&position: &usize| i64::try_from(position).unwrap_or(i64::MAX);
        let ids: Vec<i64> = positions.iter().map(id).collect();
        self.picked("rows", 0, &ids, &Shape::from(ids.len()))
    }

    /// The slices at the given positions of an axis; the shape of `ids` takes the axis' place.
    ///
    /// # Shapes
    /// `[a, n, b]` with axis 1 and ids `[i, j]` → `[a, i, j, b]`. Ids of any integer dtype.
    ///
    /// # Errors
    /// If there is no such axis, the ids aren't integers, or one goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let table = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// let picked = table.index_select(1, &Tensor::from([2i64, 0]))?;
    /// assert_eq!(picked, Tensor::from([[3, 1], [6, 4]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    #[doc(alias = "take")]
    pub fn index_select(&self, axis: isize, ids: &Self) -> Result<Self> {
        let axis = self.shape().axis("index_select", axis)?;
        let shape = ids.shape();
        self.picked("index_select", axis, &as_ids("index_select", ids)?.data(), shape)
    }

    fn picked(&self, op: &'static str, axis: usize, ids: &[i64], as_shape: &Shape) -> Result<Self> {
        let [_, len, inner] = self.shape().around(axis);
        require_within(op, ids, len)?;
        let dims = self.shape();
        let shape: Shape =
            dims[..axis].iter().chain(as_shape.iter()).chain(&dims[axis + 1..]).copied().collect();
        crate::create::require_possible(op, &shape, self.dtype())?;
        any_dtype!(self.dtype(), T => {
            let values = self.contiguous();
            let values = &values.storage.raw::<T>()[values.layout.range()];
            let mut out = Buffer::stale(shape.size());
            let targets = blocks_mut(&mut out, ids.len() * inner);
            for (from, to) in blocks(values, len * inner).zip(targets) {
                gather_rows(from, inner, ids, to).map_err(|error| outside(op, error))?;
            }
            Ok(Self::from_raw::<T>(out, shape))
        })
    }

    /// The tensor plus, at the given positions of an axis, the slices of `source`.
    ///
    /// A position may come several times: its slices are added in order. This is what undoes
    /// [`Tensor::index_select`] on the way back.
    ///
    /// # Shapes
    /// `self [a, n, b]`, axis 1, ids `[i, j]`, source `[a, i, j, b]` → `[a, n, b]`.
    ///
    /// # Errors
    /// If there is no such axis, shapes or dtypes don't fit, or an id goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let ids = Tensor::from([1i64, 1, 0]);
    /// let counts = Tensor::from([0, 0, 0]).index_add(0, &ids, &Tensor::from([1, 1, 1]))?;
    /// assert_eq!(counts, Tensor::from([1, 2, 0]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn index_add(&self, axis: isize, ids: &Self, source: &Self) -> Result<Self> {
        const OP: &str = "index_add";
        let (axis, ids) = self.rows_to_meet(OP, axis, ids, source)?;
        number_dtype!(self.dtype(), T => self.with_rows_added::<T>(axis, &ids, source),
            else Err(not_number(OP, self.dtype())))
    }

    fn with_rows_added<T: Num>(&self, axis: usize, ids: &[i64], source: &Self) -> Result<Self> {
        let [_, len, inner] = self.shape().around(axis);
        let mut sum = self.copied();
        let source = source.data::<T>();
        let tables = blocks_mut(sum.make_mut::<T>(), len * inner);
        for (table, rows) in tables.zip(blocks(&source, ids.len() * inner)) {
            scatter_add_rows(ids, rows, inner, table)
                .map_err(|error| outside("index_add", error))?;
        }
        Ok(sum)
    }
}

/// Single elements.
impl Tensor {
    /// One element for each id: the id replaces the element's own position on the axis.
    ///
    /// # Shapes
    /// `ids` has the tensor's number of axes and, off the axis, its lengths; the result has the
    /// shape of `ids`: `out[i][j] = self[i][ids[i][j]]` for axis 1.
    ///
    /// # Panics
    /// If shapes don't fit, the ids aren't integers, or one goes beyond the axis; see
    /// [`Tensor::try_gather`].
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let scores = Tensor::from([[0.1, 0.9], [0.8, 0.2]]);
    /// let chosen = scores.gather(1, &Tensor::from([[1i64], [0]]));
    /// assert_eq!(chosen, Tensor::from([[0.9], [0.8]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "take_along_axis")]
    pub fn gather(&self, axis: isize, ids: &Self) -> Self {
        expect(self.gathered("gather", axis, ids))
    }

    /// As [`Tensor::gather`], for ids that come from data.
    ///
    /// # Errors
    /// Where [`Tensor::gather`] panics.
    pub fn try_gather(&self, axis: isize, ids: &Self) -> Result<Self> {
        self.gathered("try_gather", axis, ids)
    }

    fn gathered(&self, op: &'static str, axis: isize, ids: &Self) -> Result<Self> {
        let axis = self.aligned(op, axis, ids)?;
        let ids = as_ids(op, ids)?;
        let places = places(&ids, axis, self.shape()[axis]);
        any_dtype!(self.dtype(), T => {
            let values = self.contiguous();
            let values = &values.storage.raw::<T>()[values.layout.range()];
            let picked = places.map(|place| values[place]).collect();
            Ok(ids.like::<T>(picked))
        })
    }

    /// The tensor plus each element of `source` at the position that its id names.
    ///
    /// # Shapes
    /// `ids` and `source` have one shape, which fits as in [`Tensor::gather`]:
    /// `out[i][ids[i][j]] += source[i][j]` for axis 1.
    ///
    /// # Panics
    /// If shapes or dtypes don't fit, the ids aren't integers, or one goes beyond the axis.
    #[track_caller]
    #[must_use]
    pub fn scatter_add(&self, axis: isize, ids: &Self, source: &Self) -> Self {
        expect(self.scattered(axis, ids, source))
    }

    fn scattered(&self, axis: isize, ids: &Self, source: &Self) -> Result<Self> {
        const OP: &str = "scatter_add";
        same_dtype(OP, self, source)?;
        require_shape(OP, source, ids.shape())?;
        let axis = self.aligned(OP, axis, ids)?;
        let ids = as_ids(OP, ids)?;
        number_dtype!(self.dtype(), T => {
            let mut sum = self.copied();
            let out = sum.make_mut::<T>();
            let places = places(&ids, axis, self.shape()[axis]);
            for (place, &x) in places.zip(source.data::<T>().iter()) {
                out[place] = out[place].plus(x);
            }
            Ok(sum)
        }, else Err(not_number(OP, self.dtype())))
    }

    /// The axis, once `ids` is known to fit and to stay on it.
    pub(crate) fn aligned(&self, op: &'static str, axis: isize, ids: &Self) -> Result<usize> {
        let axis = self.shape().axis(op, axis)?;
        let fits =
            ids.ndim() == self.ndim() && self.shape().with(axis, 0) == ids.shape().with(axis, 0);
        if !fits {
            return Err(Error::Shape {
                op,
                got: ids.shape().clone(),
                expected: format!("ids like {} on every axis but {axis}", self.shape()).into(),
                help: "unsqueeze the ids, or use index_select to pick whole slices",
            });
        }
        require_within(op, &as_ids(op, ids)?.data(), self.shape()[axis])?;
        Ok(axis)
    }

    /// Rows of zeros with a 1 at the position of each id, of dtype `f32`.
    ///
    /// # Shapes
    /// `[..]` → `[.., classes]`.
    ///
    /// # Errors
    /// If the dtype is no integer or an id isn't below `classes`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let rows = Tensor::from([2i64, 0]).one_hot(3)?;
    /// assert_eq!(rows, Tensor::from([[0.0f32, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn one_hot(&self, classes: usize) -> Result<Self> {
        let ids = as_ids("one_hot", self)?;
        let ids = ids.data::<i64>();
        require_within("one_hot", &ids, classes)?;
        let shape = self.shape().inserted(self.ndim(), classes);
        let mut rows = Self::try_zeros(shape, DType::F32)?;
        for (row, &id) in rows.make_mut::<f32>().chunks_mut(classes.max(1)).zip(ids.iter()) {
            row[id as usize] = 1.0;
        }
        Ok(rows)
    }
}

/// Ids as `i64`, from any integer dtype.
pub(crate) fn as_ids<'a>(op: &'static str, ids: &'a Tensor) -> Result<Cow<'a, Tensor>> {
    match ids.dtype() {
        DType::I64 => Ok(Cow::Borrowed(ids)),
        DType::I32 | DType::U8 => Ok(Cow::Owned(ids.to(DType::I64))),
        got => Err(Error::DType {
            op,
            got,
            expected: "integer ids".into(),
            help: "write .to(DType::I64)".into(),
        }),
    }
}

/// Where each id points, as a place in the contiguous tensor whose axis has the given length.
pub(crate) fn places(ids: &Tensor, axis: usize, len: usize) -> impl Iterator<Item = usize> {
    let [_, own, inner] = ids.shape().around(axis);
    let ids = ids.data::<i64>().to_vec();
    ids.into_iter().enumerate().map(move |(i, id)| {
        let (outer, column) = (i / (own * inner), i % inner);
        (outer * len + id as usize) * inner + column
    })
}

pub(crate) fn require_within(op: &'static str, ids: &[i64], len: usize) -> Result<()> {
    let outside = |id: &i64| usize::try_from(*id).map_or(true, |id| id >= len);
    match ids.iter().position(outside) {
        None => Ok(()),
        Some(position) => Err(Error::Index { op, index: ids[position], position, len }),
    }
}

pub(crate) fn require_shape(op: &'static str, source: &Tensor, expected: &Shape) -> Result<()> {
    if source.shape() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        got: source.shape().clone(),
        expected: format!("{expected}, the places that the ids name").into(),
        help: "the source has one element for every place that is added to",
    })
}

/// The kernels check ids too; theirs have passed, so this names the place in the same words.
fn outside(op: &'static str, error: KernelError) -> Error {
    match error {
        KernelError::OutOfRange { position, id, rows } => {
            Error::Index { op, index: id, position, len: rows }
        }
        other => unreachable!("{op}: {other}"),
    }
}

fn blocks<T>(values: &[T], size: usize) -> std::slice::Chunks<'_, T> {
    values.chunks(size.max(1))
}

fn blocks_mut<T>(values: &mut [T], size: usize) -> std::slice::ChunksMut<'_, T> {
    values.chunks_mut(size.max(1))
}
