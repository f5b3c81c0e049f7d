//! Comparisons, which give `bool` tensors, and the logic on those.

use brand_nn_kernels::{Buffer, Compare, compare};

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::shape::broadcast;
use crate::storage::sealed::Stored;
use crate::storage::{Native, native_dtype};
use crate::tensor::not_number;
use crate::{DType, Result, Tensor};

macro_rules! comparisons {
    ($($op:ident, $tensor:ident, $number:ident, $sign:literal;)*) => {
        /// Comparisons with broadcasting. NaN is unequal to everything and never less or greater.
        impl Tensor {
            $(
                #[doc = concat!("Where `self ", $sign, " other`, element by element.")]
                ///
                /// # Panics
                /// If the shapes don't broadcast or the dtypes differ.
                #[track_caller]
                #[must_use]
                pub fn $tensor(&self, other: &Self) -> Self {
                    expect(compared(stringify!($tensor), Compare::$op, self, other))
                }

                #[doc = concat!("Where an element ", $sign, " the number.")]
                ///
                /// # Panics
                /// If the dtype is `bf16` or `f16`.
                #[track_caller]
                #[must_use]
                pub fn $number(&self, number: f64) -> Self {
                    expect(with_number(stringify!($number), Compare::$op, self, number))
                }
            )*
        }
    };
}

comparisons! {
    Equal, equal, equal_to, "==";
    NotEqual, not_equal, not_equal_to, "!=";
    Less, less, less_than, "<";
    LessEqual, less_equal, at_most, "<=";
    Greater, greater, greater_than, ">";
    GreaterEqual, greater_equal, at_least, ">=";
}

fn compared(name: &'static str, op: Compare, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    same_dtype(name, a, b)?;
    let shape = broadcast(name, a.shape(), b.shape())?;
    let (a, b) = (a.expanded(name, &shape)?, b.expanded(name, &shape)?);
    native_dtype!(a.dtype(), T => Ok(compared_as::<T>(op, &a, &b)),
        else Err(not_number(name, a.dtype())))
}

fn compared_as<T: Native + PartialOrd>(op: Compare, a: &Tensor, b: &Tensor) -> Tensor {
    let mut out = Buffer::stale(a.size());
    if !a.is_empty() {
        compare(op, a.view::<T>(), b.view::<T>(), &mut out);
    }
    a.like::<bool>(out)
}

/// Integers are compared as `f64` with a number that they can't hold.
fn with_number(name: &'static str, op: Compare, a: &Tensor, number: f64) -> Result<Tensor> {
    native_dtype!(a.dtype(), T => {
        let value = T::from_f64(number);
        if a.dtype().is_float() || value.to_f64() == number {
            compared(name, op, a, &Tensor::scalar(value))
        } else {
            compared(name, op, &a.to(DType::F64), &Tensor::scalar(number))
        }
    }, else Err(not_number(name, a.dtype())))
}

/// Logic on `bool` tensors, with broadcasting.
impl Tensor {
    /// True where both are.
    ///
    /// # Panics
    /// If a dtype isn't `bool` or the shapes don't broadcast.
    #[track_caller]
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        expect(self.require_dtype("and", DType::Bool));
        Self::where_(self, other, self)
    }

    /// True where either is.
    ///
    /// # Panics
    /// If a dtype isn't `bool` or the shapes don't broadcast.
    #[track_caller]
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        expect(self.require_dtype("or", DType::Bool));
        Self::where_(self, self, other)
    }

    /// True where the tensor is false.
    ///
    /// # Panics
    /// If the dtype isn't `bool`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let rain = Tensor::from([true, false]);
    /// assert_eq!(rain.not(), Tensor::from([false, true]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn not(&self) -> Self {
        expect(self.require_dtype("not", DType::Bool));
        self.equal_to(0.0)
    }

    /// Whether any element is true.
    ///
    /// # Panics
    /// If the dtype isn't `bool`.
    #[track_caller]
    pub fn any(&self) -> bool {
        expect(self.require_dtype("any", DType::Bool));
        self.data::<bool>().contains(&true)
    }

    /// Whether all elements are true.
    ///
    /// # Panics
    /// If the dtype isn't `bool`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let losses = Tensor::from([0.3, 0.2, f64::NAN]);
    /// assert!(!losses.is_finite().all());
    /// ```
    #[track_caller]
    pub fn all(&self) -> bool {
        expect(self.require_dtype("all", DType::Bool));
        !self.data::<bool>().contains(&false)
    }

    /// Where the elements are NaN.
    ///
    /// # Panics
    /// If the dtype is `bf16` or `f16`.
    #[track_caller]
    #[must_use]
    pub fn is_nan(&self) -> Self {
        expect(compared("is_nan", Compare::NotEqual, self, self))
    }

    /// Where the elements are neither NaN nor infinite; everywhere for other than floats.
    ///
    /// # Panics
    /// If the dtype is `bf16` or `f16`.
    #[track_caller]
    #[must_use]
    pub fn is_finite(&self) -> Self {
        if !self.dtype().is_float() {
            return Self::full_of(self.shape(), 1.0, DType::Bool);
        }
        self.abs().less_than(f64::INFINITY)
    }
}
