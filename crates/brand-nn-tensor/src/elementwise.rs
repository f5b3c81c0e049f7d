//! Functions applied to each element on its own.

use std::borrow::Cow;

use brand_nn_kernels::{Binary, Buffer, Unary, select, unary, unary_in_place, unary_table};

use crate::error::expect;
use crate::operators::{combine, with_scalar};
use crate::shape::broadcast;
use crate::storage::{Float, Native, Num, float_dtype, native_dtype, number_dtype};
use crate::tensor::{not_float, not_number};
use crate::{DType, Error, Result, Tensor};

macro_rules! methods {
    ($(($name:ident, $variant:ident, $doc:literal))*) => {
        /// Functions of one element, for `f32` and `f64`; `abs`, `sign` and `neg` for integers too.
        impl Tensor {
            $(
                #[doc = $doc]
                ///
                /// # Panics
                /// If the dtype has no such function; the text names the cast to write.
                #[track_caller]
                #[must_use]
                pub fn $name(&self) -> Self {
                    self.unary(Unary::$variant)
                }
            )*
        }
    };
}

unary_table!(methods);

/// Functions chosen at run time.
impl Tensor {
    /// A function of the table, applied to every element.
    ///
    /// # Panics
    /// If the dtype has no such function; the text names the cast to write.
    #[track_caller]
    #[must_use]
    pub fn unary(&self, op: Unary) -> Self {
        let result =
            float_dtype!(self.dtype(), T => Ok(self.mapped::<T>(op)), else self.integer(op));
        expect(result)
    }

    /// As [`Tensor::unary`], but writes over the tensor's own buffer if nobody shares it.
    ///
    /// # Panics
    /// If the dtype has no such function; the text names the cast to write.
    #[track_caller]
    #[must_use]
    pub fn into_unary(mut self, op: Unary) -> Self {
        let done = float_dtype!(self.dtype(), T => {
            self.unique_mut::<T>().map(|values| unary_in_place(op, values)).is_some()
        }, else false);
        if done { self } else { self.unary(op) }
    }

    fn mapped<T: Float>(&self, op: Unary) -> Self {
        let values = self.data::<T>();
        let mut out = Buffer::stale(values.len());
        unary(op, &values, &mut out);
        self.like::<T>(out)
    }

    fn integer(&self, op: Unary) -> Result<Self> {
        let dtype = self.dtype();
        let done = number_dtype!(dtype, T => self.integer_mapped::<T>(op), else None);
        done.ok_or_else(|| not_float(op.name(), dtype))
    }

    /// The three functions that integers have as well.
    fn integer_mapped<T: Num>(&self, op: Unary) -> Option<Self> {
        let negative = |x: T| T::ZERO.minus(x);
        match op {
            Unary::Abs => Some(self.each::<T>(|x| if x < T::ZERO { negative(x) } else { x })),
            Unary::Neg => Some(self.each::<T>(negative)),
            Unary::Sign => Some(self.each::<T>(|x| match x {
                x if x > T::ZERO => T::ONE,
                x if x < T::ZERO => negative(T::ONE),
                _ => T::ZERO,
            })),
            _ => None,
        }
    }

    fn each<T: Num>(&self, f: impl Fn(T) -> T) -> Self {
        let out = self.data::<T>().iter().map(|&x| f(x)).collect();
        self.like::<T>(out)
    }
}

/// Functions of two tensors, or of a tensor and a number.
impl Tensor {
    /// Each element to the power of a number.
    ///
    /// # Panics
    /// If the dtype is no number type, or an integer dtype can't hold the power.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0, 2.0, 3.0]).powf(2.0), Tensor::from([1.0, 4.0, 9.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn powf(&self, power: f64) -> Self {
        with_scalar(Binary::Pow, Cow::Borrowed(self), power)
    }

    /// Each element to the power of the other tensor's, with broadcasting.
    ///
    /// # Panics
    /// If the shapes don't broadcast or the dtypes differ.
    #[track_caller]
    #[must_use]
    pub fn pow(&self, powers: &Self) -> Self {
        combine(Binary::Pow, Cow::Borrowed(self), Cow::Borrowed(powers))
    }

    /// The larger of each two elements, NaN if either is, with broadcasting.
    ///
    /// # Panics
    /// If the shapes don't broadcast or the dtypes differ.
    #[track_caller]
    #[must_use]
    pub fn maximum(&self, other: &Self) -> Self {
        combine(Binary::Max, Cow::Borrowed(self), Cow::Borrowed(other))
    }

    /// The smaller of each two elements, NaN if either is, with broadcasting.
    ///
    /// # Panics
    /// If the shapes don't broadcast or the dtypes differ.
    #[track_caller]
    #[must_use]
    pub fn minimum(&self, other: &Self) -> Self {
        combine(Binary::Min, Cow::Borrowed(self), Cow::Borrowed(other))
    }

    /// Each element moved into `low..=high`; NaN stays NaN.
    ///
    /// # Panics
    /// If `low` is above `high`, or an integer dtype can't hold them.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([-2, 5, 9]).clamp(0.0, 6.0), Tensor::from([0, 5, 6]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "clip")]
    pub fn clamp(&self, low: f64, high: f64) -> Self {
        assert!(low <= high, "clamp: {low} to {high}, expected low <= high; help: swap them");
        let raised = with_scalar(Binary::Max, Cow::Borrowed(self), low);
        with_scalar(Binary::Min, Cow::Owned(raised), high)
    }
}

/// Choice by a mask.
impl Tensor {
    /// Elements of `a` where the mask is true and of `b` elsewhere, with broadcasting.
    ///
    /// # Panics
    /// If the mask isn't `bool`, the shapes don't broadcast, or the dtypes differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let mask = Tensor::from([true, false]);
    /// let chosen = Tensor::where_(&mask, &Tensor::from([1, 2]), &Tensor::from(7));
    /// assert_eq!(chosen, Tensor::from([1, 7]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn where_(mask: &Self, a: &Self, b: &Self) -> Self {
        expect(choose("where", mask, a, b))
    }

    /// The tensor with zeros where the mask is false.
    ///
    /// # Panics
    /// If the mask isn't `bool`, or the shapes don't broadcast.
    #[track_caller]
    #[must_use]
    pub fn masked(&self, keep: &Self) -> Self {
        expect(choose("masked", keep, self, &Self::zeros_of((), self.dtype())))
    }

    /// The tensor with one value where the mask is true.
    ///
    /// # Panics
    /// If the mask isn't `bool`, the shapes don't broadcast, or an integer dtype can't hold the
    /// value.
    #[track_caller]
    #[must_use]
    pub fn masked_fill(&self, mask: &Self, value: f64) -> Self {
        expect(choose("masked_fill", mask, &Self::full_of((), value, self.dtype()), self))
    }
}

fn choose(op: &'static str, mask: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    mask.require_dtype(op, DType::Bool)?;
    same_dtype(op, a, b)?;
    let shape = broadcast(op, mask.shape(), &broadcast(op, a.shape(), b.shape())?)?;
    let [mask, a, b] =
        [mask.expanded(op, &shape)?, a.expanded(op, &shape)?, b.expanded(op, &shape)?];
    native_dtype!(a.dtype(), T => Ok(chosen::<T>(&mask, &a, &b)),
        else Err(not_number(op, a.dtype())))
}

fn chosen<T: Native>(mask: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    let mut out = Buffer::stale(mask.size());
    if !mask.is_empty() {
        select(mask.view::<bool>(), a.view::<T>(), b.view::<T>(), &mut out);
    }
    mask.like::<T>(out)
}

/// An error that names the cast to write if two dtypes differ: to floats, to the wider.
pub(crate) fn same_dtype(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    let (a, b) = (a.dtype(), b.dtype());
    if a == b {
        return Ok(());
    }
    let rank = |dtype: DType| (dtype.is_float(), dtype != DType::Bool, dtype.size());
    let (got, expected) = if rank(a) < rank(b) { (a, b) } else { (b, a) };
    Err(Error::DType {
        op,
        got,
        expected: format!("{expected}, that of the other tensor").into(),
        help: format!("write .to(DType::{})", expected.variant()).into(),
    })
}
