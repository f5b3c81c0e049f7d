//! Activations with settings.

use brand_nn_kernels::{Bend, Buffer, bend, bend_slope, bend_table};

use crate::error::{expect, refuse};
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{Error, Tensor};

macro_rules! methods {
    ($(($name:ident, $variant:ident($($setting:ident),*), $doc:literal))*) => {
        /// Activations with settings, for `f32` and `f64`.
        impl Tensor {
            $(
                #[doc = $doc]
                ///
                /// # Panics
                /// If the dtype isn't `f32` or `f64`, or a setting makes no sense.
                #[track_caller]
                #[must_use]
                pub fn $name(&self $(, $setting: f64)*) -> Self {
                    self.bend(Bend::$variant { $($setting),* })
                }
            )*
        }
    };
}

bend_table!(methods);

/// Activations chosen at run time.
impl Tensor {
    /// An activation with settings, applied to every element.
    ///
    /// # Panics
    /// If the dtype isn't `f32` or `f64`, or a setting makes no sense.
    #[track_caller]
    #[must_use]
    pub fn bend(&self, op: Bend) -> Self {
        float_dtype!(self.dtype(), T => self.bent::<T>(op),
            else refuse(not_float(op.name(), self.dtype())))
    }

    #[track_caller]
    fn bent<T: Float>(&self, op: Bend) -> Self {
        let mut out = Buffer::stale(self.size());
        bend::<T>(op, &self.data(), &mut out);
        self.like::<T>(out)
    }

    /// Each element times the slope of an activation at `x`, in one pass over memory.
    ///
    /// # Panics
    /// If the dtypes or shapes differ, or are no floats.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_kernels::Bend;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Tensor::from([-1.0, 3.0]);
    /// let chained = Tensor::from([1.0, 10.0]).times_bend(Bend::LeakyRelu { slope: 0.5 }, &x);
    /// assert_eq!(chained, Tensor::from([0.5, 10.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn times_bend(&self, op: Bend, x: &Self) -> Self {
        expect(self.require_dtype(op.name(), x.dtype()));
        if self.shape() != x.shape() {
            refuse(Error::Shape {
                op: op.name(),
                got: self.shape().clone(),
                expected: format!("{}, that of the other tensor", x.shape()).into(),
                help: "expand one of them first",
            });
        }
        float_dtype!(self.dtype(), T => self.times_bent::<T>(op, x),
            else refuse(not_float(op.name(), self.dtype())))
    }

    #[track_caller]
    fn times_bent<T: Float>(&self, op: Bend, x: &Self) -> Self {
        let mut out = Buffer::stale(self.size());
        bend_slope::<T>(op, &x.data(), &self.data(), &mut out);
        self.like::<T>(out)
    }
}
