//! Tensors made of values, of one repeated value, or of a row of numbers.

use std::sync::Arc;

use brand_nn_kernels::{Buffer, memory};

use crate::error::expect;
use crate::layout::Placement;
use crate::storage::sealed::Stored;
use crate::storage::{Native, Storage, any_dtype};
use crate::{DType, Element, Error, Result, Shape, Tensor};

/// Values that a tensor can take over: `Vec<T>` and `Buffer<T>`.
///
/// The trait is sealed.
pub trait Values: sealed::IntoStorage {}

impl<T: Element> Values for Vec<T> {}
impl<T: Native> Values for Buffer<T> {}

mod sealed {
    use super::{Buffer, Element, Native, Storage};

    pub trait IntoStorage {
        fn into_storage(self) -> Storage;
    }

    impl<T: Element> IntoStorage for Vec<T> {
        fn into_storage(self) -> Storage {
            T::wrap(T::into_raw(self))
        }
    }

    impl<T: Native> IntoStorage for Buffer<T> {
        fn into_storage(self) -> Storage {
            T::wrap(self)
        }
    }
}

/// From values.
impl Tensor {
    /// A tensor of the values in row-major order.
    ///
    /// # Errors
    /// If the number of values isn't the product of the shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::new(vec![1.0f32, 2.0, 3.0, 4.0], [2, 2])?;
    /// assert_eq!(t.get(&[1, 0]), 3.0);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn new(values: impl Values, shape: impl Into<Shape>) -> Result<Self> {
        Self::from_storage("new", values.into_storage(), shape.into())
    }

    /// A 0-d tensor of one number.
    pub fn scalar<T: Element>(value: T) -> Self {
        Self::from_raw::<T>(Buffer::filled(1, value.raw()), Shape::from(()))
    }

    pub(crate) fn from_storage(op: &'static str, storage: Storage, shape: Shape) -> Result<Self> {
        require_possible(op, &shape, storage.dtype())?;
        if storage.len() != shape.size() {
            return Err(Error::Shape {
                op,
                expected: format!("one of {} elements", storage.len()).into(),
                got: shape,
                help: "the product of the shape must be the number of values",
            });
        }
        Ok(Self { storage: Arc::new(storage), layout: Placement::contiguous(shape) })
    }
}

/// From one value.
impl Tensor {
    /// Zeros of dtype `f32`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape; see [`Tensor::try_zeros`].
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Self::zeros_of(shape, DType::F32)
    }

    /// Ones of dtype `f32`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn ones(shape: impl Into<Shape>) -> Self {
        Self::full(shape, 1.0)
    }

    /// One value everywhere, of dtype `f32`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn full(shape: impl Into<Shape>, value: f64) -> Self {
        Self::full_of(shape, value, DType::F32)
    }

    /// Zeros of the given dtype; `false` for `bool`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn zeros_of(shape: impl Into<Shape>, dtype: DType) -> Self {
        expect(zeros("zeros", shape.into(), dtype))
    }

    /// Zeros of the given dtype, or an error for a shape that memory doesn't allow.
    ///
    /// # Errors
    /// If the shape needs more bytes than the limit of `brand_nn_kernels::memory` allows.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{DType, Tensor};
    ///
    /// assert!(Tensor::try_zeros([1 << 20, 1 << 20, 1 << 20], DType::F32).is_err());
    /// ```
    pub fn try_zeros(shape: impl Into<Shape>, dtype: DType) -> Result<Self> {
        zeros("try_zeros", shape.into(), dtype)
    }

    /// One value everywhere, of the given dtype.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape, or an integer dtype can't hold the value.
    #[track_caller]
    pub fn full_of(shape: impl Into<Shape>, value: f64, dtype: DType) -> Self {
        let shape = shape.into();
        expect(require_possible("full", &shape, dtype));
        expect(require_exact("full", value, dtype));
        any_dtype!(dtype, T => {
            let raw = T::from_f64(value).raw();
            Self::from_raw::<T>(Buffer::filled(shape.size(), raw), shape)
        })
    }

    /// Zeros of another tensor's shape and dtype.
    pub fn zeros_like(other: &Self) -> Self {
        Self::zeros_of(other.shape(), other.dtype())
    }

    /// Ones of another tensor's shape and dtype.
    pub fn ones_like(other: &Self) -> Self {
        Self::full_of(other.shape(), 1.0, other.dtype())
    }

    /// One value in another tensor's shape and dtype.
    ///
    /// # Panics
    /// If an integer dtype can't hold the value.
    #[track_caller]
    pub fn full_like(other: &Self, value: f64) -> Self {
        Self::full_of(other.shape(), value, other.dtype())
    }

    /// The identity matrix `[n, n]` of dtype `f32`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn eye(n: usize) -> Self {
        let mut matrix = Self::zeros([n, n]);
        matrix.make_mut::<f32>().iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
        matrix
    }
}

/// Rows of numbers.
impl Tensor {
    /// The integers 0 to n − 1, of dtype `i64`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::arange(3), Tensor::from([0i64, 1, 2]));
    /// ```
    #[track_caller]
    pub fn arange(n: usize) -> Self {
        let shape = Shape::from(n);
        expect(require_possible("arange", &shape, DType::I64));
        Self::from_raw::<i64>((0..n as i64).collect(), shape)
    }

    /// Numbers from `start` in equal steps up to, not including, `stop`; dtype `f32`.
    ///
    /// # Panics
    /// If the step is 0 or not finite, or there are too many steps for memory.
    #[track_caller]
    pub fn range(start: f64, stop: f64, step: f64) -> Self {
        let steps = ((stop - start) / step).ceil().max(0.0);
        assert!(
            step != 0.0 && steps.is_finite(),
            "range: start {start}, stop {stop}, step {step}, expected finite numbers and a step \
             other than 0; help: check the three numbers"
        );
        expect(require_possible("range", &Shape::from(steps as usize), DType::F32));
        let values = (0..steps as usize).map(|i| (start + i as f64 * step) as f32);
        Self::from_raw::<f32>(values.collect(), Shape::from(steps as usize))
    }

    /// `n` equally spaced numbers from `first` to `last`, both included; dtype `f32`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5).to_vec::<f32>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    /// ```
    #[track_caller]
    pub fn linspace(first: f64, last: f64, n: usize) -> Self {
        expect(require_possible("linspace", &Shape::from(n), DType::F32));
        let gaps = n.saturating_sub(1).max(1) as f64;
        let value = |i: usize| {
            let share = i as f64 / gaps;
            (first * (1.0 - share) + last * share) as f32
        };
        Self::from_raw::<f32>((0..n).map(value).collect(), Shape::from(n))
    }
}

/// An error if a tensor of this shape would need more memory than is allowed.
pub(crate) fn require_possible(op: &'static str, shape: &Shape, dtype: DType) -> Result<()> {
    match shape.bytes(dtype.size()) {
        Some(bytes) if bytes <= memory::limit() || shape.size() == 0 => Ok(()),
        _ => Err(too_large(op, shape, dtype)),
    }
}

/// An error if an integer dtype would have to round a number.
pub(crate) fn require_exact(op: &'static str, value: f64, dtype: DType) -> Result<()> {
    let exact = dtype.is_float() || any_dtype!(dtype, T => T::from_f64(value).to_f64() == value);
    if exact {
        return Ok(());
    }
    Err(Error::DType {
        op,
        got: dtype,
        expected: format!("a dtype that can hold {value}").into(),
        help: "write .to(DType::F32), or round the number".into(),
    })
}

fn zeros(op: &'static str, shape: Shape, dtype: DType) -> Result<Tensor> {
    require_possible(op, &shape, dtype)?;
    any_dtype!(dtype, T => {
        let buffer = Buffer::<<T as Stored>::Raw>::try_zeroed(shape.size())
            .map_err(|_| too_large(op, &shape, dtype))?;
        Ok(Tensor::from_raw::<T>(buffer, shape))
    })
}

pub(crate) fn too_large(op: &'static str, shape: &Shape, dtype: DType) -> Error {
    let bytes = shape.iter().fold(dtype.size() as u128, |b, &dim| b.saturating_mul(dim as u128));
    Error::TooLarge { op, shape: shape.clone(), bytes, limit: memory::limit() }
}

impl<T: Element> From<T> for Tensor {
    fn from(value: T) -> Self {
        Self::scalar(value)
    }
}

impl<T: Element> From<Vec<T>> for Tensor {
    fn from(values: Vec<T>) -> Self {
        let shape = Shape::from(values.len());
        Self::from_raw::<T>(T::into_raw(values), shape)
    }
}

impl<T: Native> From<Buffer<T>> for Tensor {
    fn from(values: Buffer<T>) -> Self {
        let shape = Shape::from(values.len());
        Self::from_raw::<T>(values, shape)
    }
}

impl<T: Element> From<&[T]> for Tensor {
    fn from(values: &[T]) -> Self {
        Self::from(values.to_vec())
    }
}

impl<T: Element> From<&Vec<T>> for Tensor {
    fn from(values: &Vec<T>) -> Self {
        Self::from(&values[..])
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Tensor {
    fn from(values: [T; N]) -> Self {
        Self::from(&values[..])
    }
}

impl<T: Element, const N: usize, const M: usize> From<[[T; N]; M]> for Tensor {
    fn from(rows: [[T; N]; M]) -> Self {
        let values = rows.as_flattened().to_vec();
        Self::from_raw::<T>(T::into_raw(values), Shape::from([M, N]))
    }
}

impl<T: Element, const N: usize, const M: usize, const L: usize> From<[[[T; N]; M]; L]> for Tensor {
    fn from(blocks: [[[T; N]; M]; L]) -> Self {
        let values = blocks.as_flattened().as_flattened().to_vec();
        Self::from_raw::<T>(T::into_raw(values), Shape::from([L, M, N]))
    }
}

impl From<&Self> for Tensor {
    fn from(tensor: &Self) -> Self {
        tensor.clone()
    }
}
