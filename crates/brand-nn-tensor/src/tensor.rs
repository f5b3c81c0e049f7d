//! The tensor itself: shared numbers seen through a layout.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use brand_nn_kernels::{Buffer, View, copy};

use crate::error::expect;
use crate::layout::{Layout, Placement};
use crate::storage::{Storage, any_dtype};
use crate::{DType, Element, Error, Result, Shape};

/// An n-dimensional array of numbers.
///
/// Rank and dtype are known at run time. A clone and a view share the numbers; writing copies them
/// first if anyone else can see them. Operators broadcast as NumPy's do and never change a dtype in
/// silence.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Tensor;
///
/// let prices = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// let total = (&prices * Tensor::from([10.0, 1.0])).sum_axis(1);
/// assert_eq!(total, Tensor::from([12.0, 34.0]));
/// ```
#[derive(Clone)]
pub struct Tensor {
    pub(crate) storage: Arc<Storage>,
    pub(crate) layout: Arc<Placement>,
}

/// Shape and dtype.
impl Tensor {
    /// The lengths of all axes.
    pub fn shape(&self) -> &Shape {
        &self.layout.shape
    }

    /// The number of axes: 0 for a single number.
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// The length of one axis, which may count from the end.
    ///
    /// # Panics
    /// If the tensor has no such axis.
    #[track_caller]
    pub fn dim(&self, axis: isize) -> usize {
        self.shape()[expect(self.shape().axis("dim", axis))]
    }

    /// The length of the first axis, as Python's `len`; 1 for a single number.
    pub fn len(&self) -> usize {
        self.shape().first().copied().unwrap_or(1)
    }

    /// The number of elements.
    #[doc(alias = "numel")]
    pub fn size(&self) -> usize {
        self.layout.size()
    }

    /// The type of the numbers.
    pub fn dtype(&self) -> DType {
        self.storage.dtype()
    }

    /// All lengths at once, when the number of axes is as expected.
    ///
    /// # Errors
    /// If the tensor has another number of axes.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let [batch, time] = Tensor::zeros([32, 100]).dims()?;
    /// assert_eq!((batch, time), (32, 100));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn dims<const N: usize>(&self) -> Result<[usize; N]> {
        self.shape()[..].try_into().map_err(|_| Error::Shape {
            op: "dims",
            got: self.shape().clone(),
            expected: format!("{N} axes").into(),
            help: "add an axis with unsqueeze, or drop one with squeeze or select",
        })
    }

    /// True if there are no elements, because some axis has length 0.
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// True if the elements lie side by side in row-major order.
    pub fn is_contiguous(&self) -> bool {
        self.layout.is_contiguous()
    }

    /// Steps between neighbours along each axis, in elements; 0 where an element is repeated.
    pub fn strides(&self) -> &[isize] {
        &self.layout.strides
    }

    /// True if both tensors look at the same buffer.
    pub fn shares_memory_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.storage, &other.storage)
    }
}

/// Values.
impl Tensor {
    /// All values in row-major order.
    ///
    /// # Panics
    /// If `T` isn't the tensor's dtype.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]).t();
    /// assert_eq!(t.to_vec::<i32>(), [1, 3, 2, 4]);
    /// ```
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        expect(self.try_to_vec())
    }

    /// All values in row-major order, or an error for another dtype.
    ///
    /// # Errors
    /// If `T` isn't the tensor's dtype.
    pub fn try_to_vec<T: Element>(&self) -> Result<Vec<T>> {
        self.require_dtype("to_vec", T::DTYPE)?;
        Ok(self.data::<T>().to_vec())
    }

    /// The values without a copy, if they are contiguous and of type `T`.
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        let raw: &[T::Raw] = T::peek(&self.storage)?;
        self.is_contiguous().then(|| T::view(&raw[self.layout.range()]))
    }

    /// The only value.
    ///
    /// # Panics
    /// If there isn't exactly one.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).sum().item(), 6.0);
    /// ```
    #[track_caller]
    pub fn item(&self) -> f64 {
        expect(self.try_item())
    }

    /// The only value, or an error.
    ///
    /// # Errors
    /// If there isn't exactly one.
    pub fn try_item(&self) -> Result<f64> {
        if self.size() != 1 {
            return Err(Error::Shape {
                op: "item",
                got: self.shape().clone(),
                expected: "exactly one element".into(),
                help: "reduce it first, as with sum() or mean(), or read it with get(&[..])",
            });
        }
        Ok(self.value_at(self.layout.offset))
    }

    /// One value, by its index on every axis.
    ///
    /// # Panics
    /// If an index is missing, too many or out of range.
    #[track_caller]
    pub fn get(&self, index: &[usize]) -> f64 {
        expect(self.require_index(index));
        self.value_at(self.layout.position(index))
    }

    /// All values in row-major order, one after the other.
    ///
    /// # Panics
    /// If `T` isn't the tensor's dtype.
    #[track_caller]
    pub fn iter<T: Element>(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        expect(self.require_dtype("iter", T::DTYPE));
        let values = T::view(self.storage.raw::<T>());
        self.layout.positions().map(move |position| values[position])
    }

    /// The values as one row-major slice: borrowed if contiguous, else a copy.
    ///
    /// # Panics
    /// If `T` isn't the tensor's dtype.
    #[track_caller]
    pub fn data<T: Element>(&self) -> Data<'_, T> {
        expect(self.require_dtype("data", T::DTYPE));
        let tensor =
            if self.is_contiguous() { Cow::Borrowed(self) } else { Cow::Owned(self.contiguous()) };
        Data { tensor, element: PhantomData }
    }

    /// The values for writing, row-major; copied first if they are shared or strided.
    ///
    /// # Panics
    /// If `T` isn't the tensor's dtype.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let before = Tensor::from([1.0, 2.0]);
    /// let mut after = before.clone();
    /// after.make_mut::<f64>()[0] = 7.0;
    /// assert_eq!(before, Tensor::from([1.0, 2.0]));
    /// assert_eq!(after, Tensor::from([7.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn make_mut<T: Element>(&mut self) -> &mut [T] {
        expect(self.require_dtype("make_mut", T::DTYPE));
        if !self.is_contiguous() || Arc::get_mut(&mut self.storage).is_none() {
            *self = self.copied();
        }
        let range = self.layout.range();
        match Arc::get_mut(&mut self.storage) {
            Some(storage) => T::view_mut(&mut storage.raw_mut::<T>()[range]),
            None => unreachable!("a fresh copy has one owner"),
        }
    }

    /// The same values, side by side in row-major order; free if they already are.
    pub fn contiguous(&self) -> Self {
        if self.is_contiguous() { self.clone() } else { self.copied() }
    }
}

/// What the other rooms of this crate build on.
impl Tensor {
    /// A contiguous tensor of a buffer whose length is the shape's size.
    pub(crate) fn from_raw<T: Element>(buffer: Buffer<T::Raw>, shape: Shape) -> Self {
        debug_assert_eq!(buffer.len(), shape.size());
        Self { storage: Arc::new(T::wrap(buffer)), layout: Placement::contiguous(shape) }
    }

    /// A contiguous tensor of this one's shape, whose layout it shares where that fits.
    pub(crate) fn like<T: Element>(&self, buffer: Buffer<T::Raw>) -> Self {
        if !self.layout.is_whole() {
            return Self::from_raw::<T>(buffer, self.shape().clone());
        }
        debug_assert_eq!(buffer.len(), self.size());
        Self { storage: Arc::new(T::wrap(buffer)), layout: Arc::clone(&self.layout) }
    }

    /// Another window on the same numbers.
    pub(crate) fn with_layout(&self, mut layout: Layout) -> Self {
        if layout.shape.contains(&0) {
            layout.offset = 0;
        }
        Self { storage: Arc::clone(&self.storage), layout: Arc::new(layout.into()) }
    }

    /// The tensor as the kernels see it.
    pub(crate) fn view<T: Element>(&self) -> View<'_, T::Raw> {
        View {
            data: self.storage.raw::<T>(),
            offset: self.layout.offset,
            shape: &self.layout.shape,
            strides: &self.layout.strides,
        }
    }

    /// The values for writing if nobody else can see them and they are contiguous.
    pub(crate) fn unique_mut<T: Element>(&mut self) -> Option<&mut [T::Raw]> {
        if !self.layout.is_contiguous() {
            return None;
        }
        let range = self.layout.range();
        Arc::get_mut(&mut self.storage).map(|storage| &mut storage.raw_mut::<T>()[range])
    }

    /// A fresh contiguous copy.
    pub(crate) fn copied(&self) -> Self {
        any_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(self.size());
            copy(self.view::<T>(), &mut out);
            self.like::<T>(out)
        })
    }

    pub(crate) fn require_dtype(&self, op: &'static str, expected: DType) -> Result<()> {
        if self.dtype() == expected {
            return Ok(());
        }
        Err(Error::DType {
            op,
            got: self.dtype(),
            expected: expected.name().into(),
            help: format!("write .to(DType::{})", expected.variant()).into(),
        })
    }

    pub(crate) fn require_float(&self, op: &'static str) -> Result<()> {
        match self.dtype() {
            DType::F32 | DType::F64 => Ok(()),
            got => Err(not_float(op, got)),
        }
    }

    fn require_index(&self, index: &[usize]) -> Result<()> {
        if index.len() != self.ndim() {
            return Err(Error::Shape {
                op: "get",
                got: self.shape().clone(),
                expected: format!("{} axes, one an index", index.len()).into(),
                help: "give one index an axis",
            });
        }
        let mut pairs = index.iter().zip(self.shape().iter()).enumerate();
        match pairs.find(|(_, (i, len))| i >= len) {
            None => Ok(()),
            Some((position, (&i, &len))) => {
                Err(Error::Index { op: "get", index: i as i64, position, len })
            }
        }
    }

    fn value_at(&self, position: usize) -> f64 {
        use crate::storage::sealed::Stored;
        any_dtype!(self.dtype(), T => T::view(self.storage.raw::<T>())[position].to_f64())
    }
}

/// The error of an operation that floats alone have.
pub(crate) fn not_float(op: &'static str, got: DType) -> Error {
    Error::DType { op, got, expected: "f32 or f64".into(), help: "write .to(DType::F32)".into() }
}

/// The error of an operation that numbers alone have.
pub(crate) fn not_number(op: &'static str, got: DType) -> Error {
    Error::DType {
        op,
        got,
        expected: "a number type other than bf16 and f16".into(),
        help: "write .to(DType::F32)".into(),
    }
}

/// A tensor's values as one slice, made by [`Tensor::data`].
#[derive(Clone, Debug)]
pub struct Data<'a, T> {
    tensor: Cow<'a, Tensor>,
    element: PhantomData<T>,
}

impl<T: Element> Deref for Data<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let tensor = &self.tensor;
        T::view(&tensor.storage.raw::<T>()[tensor.layout.range()])
    }
}

impl PartialEq for Tensor {
    /// True if dtype, shape and all values are equal; NaN differs from NaN.
    fn eq(&self, other: &Self) -> bool {
        self.dtype() == other.dtype()
            && self.shape() == other.shape()
            && any_dtype!(self.dtype(), T => *self.data::<T>() == *other.data::<T>())
    }
}
