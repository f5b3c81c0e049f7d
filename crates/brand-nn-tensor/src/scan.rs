//! What runs along an axis: products, extremes and recurrences.

use brand_nn_kernels::{Buffer, cumextreme, cumprod, logcumsumexp, recurrence};

use crate::elementwise::same_dtype;
use crate::error::{expect, refuse};
use crate::storage::{Num, float_dtype, number_dtype};
use crate::tensor::{not_float, not_number};
use crate::{Error, Result, Tensor};

/// Running results along an axis.
impl Tensor {
    /// Products of everything up to each element along an axis (of `bool`, `u8`, `i32` as `i64`).
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype is `bf16` or `f16`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([2.0, 3.0, 4.0]).cumprod(0), Tensor::from([2.0, 6.0, 24.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumprod(&self, axis: isize) -> Self {
        let (tensor, around) = (self.summable(), expect(self.around("cumprod", axis)));
        number_dtype!(tensor.dtype(), T => tensor.scanned::<T>(around, cumprod),
            else refuse(not_number("cumprod", self.dtype())))
    }

    /// `ln Σ e^x` of everything up to each element along an axis, without overflow.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let sums = Tensor::from([1e4, 1e4]).logcumsumexp(0);
    /// assert_eq!(sums, Tensor::from([1e4, 1e4 + 2_f64.ln()]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logcumsumexp(&self, axis: isize) -> Self {
        let around = expect(self.around("logcumsumexp", axis));
        float_dtype!(self.dtype(), T => self.scanned::<T>(around, logcumsumexp),
            else refuse(not_float("logcumsumexp", self.dtype())))
    }

    /// The largest element so far along an axis, and its `i64` position: the last of equals.
    ///
    /// From the first NaN on it is NaN.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (values, positions) = Tensor::from([1, 3, 2]).cummax(0);
    /// assert_eq!(values, Tensor::from([1, 3, 3]));
    /// assert_eq!(positions, Tensor::from([0i64, 1, 1]));
    /// ```
    #[track_caller]
    pub fn cummax(&self, axis: isize) -> (Self, Self) {
        expect(self.extremes("cummax", true, axis))
    }

    /// The smallest element so far along an axis, and its `i64` position: the last of equals.
    ///
    /// From the first NaN on it is NaN.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype is no number type.
    #[track_caller]
    pub fn cummin(&self, axis: isize) -> (Self, Self) {
        expect(self.extremes("cummin", false, axis))
    }

    /// `y[t] = factor[t] · y[t − 1] + self[t]` along an axis, from its end if `reverse`.
    ///
    /// The first factor has nothing to multiply.
    ///
    /// # Panics
    /// If the axis lies outside the shape, the shapes or dtypes differ, or are no floats.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (spend, kept) = (Tensor::from([8.0, 0.0, 1.0]), Tensor::from([0.5, 0.5, 0.5]));
    /// assert_eq!(spend.recurrence(&kept, 0, false), Tensor::from([8.0, 4.0, 3.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn recurrence(&self, factor: &Self, axis: isize, reverse: bool) -> Self {
        const OP: &str = "recurrence";
        expect(same_dtype(OP, self, factor));
        let around = expect(self.around(OP, axis));
        if self.shape() != factor.shape() {
            refuse(Error::Shape {
                op: OP,
                got: factor.shape().clone(),
                expected: format!("{}, that of the other tensor", self.shape()).into(),
                help: "expand one of them first",
            });
        }
        float_dtype!(self.dtype(), T => {
            self.scanned::<T>(around, |x, around, out| {
                recurrence(&factor.data::<T>(), x, around, reverse, out);
            })
        }, else refuse(not_float(OP, self.dtype())))
    }

    fn around(&self, op: &'static str, axis: isize) -> Result<[usize; 3]> {
        Ok(self.shape().around(self.shape().axis(op, axis)?))
    }

    fn scanned<T: Num>(
        &self,
        around: [usize; 3],
        kernel: impl FnOnce(&[T], [usize; 3], &mut [T]),
    ) -> Self {
        let mut out = Buffer::stale(self.size());
        kernel(&self.data(), around, &mut out);
        self.like::<T>(out)
    }

    fn extremes(&self, op: &'static str, max: bool, axis: isize) -> Result<(Self, Self)> {
        let around = self.around(op, axis)?;
        let mut at = Buffer::stale(self.size());
        let values = number_dtype!(self.dtype(), T => {
            self.scanned::<T>(around, |x, around, out| cumextreme(max, x, around, out, &mut at))
        }, else return Err(not_number(op, self.dtype())));
        Ok((values, self.like::<i64>(at)))
    }
}
