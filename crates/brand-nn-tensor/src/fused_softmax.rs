//! The way back through softmax and its logarithm along the last axis.

use brand_nn_kernels::{Buffer, log_softmax_backward, softmax_backward};

use crate::error::refuse;
use crate::storage::Float;
use crate::tensor::not_float;
use crate::{DType, Error, Tensor};

/// Values, gradients and row length in, gradients out.
type Kernel<T> = fn(&[T], &[T], usize, &mut [T]);

/// Gradients of softmax.
impl Tensor {
    /// The gradient of a softmax along the last axis whose value is `self`: `y (g − Σ y g)`.
    ///
    /// # Panics
    /// If the shapes or dtypes differ, there is no axis, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let y = Tensor::from([0.5, 0.5]);
    /// assert_eq!(y.softmax_backward(&Tensor::from([1.0, 0.0])), Tensor::from([0.25, -0.25]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn softmax_backward(&self, gradient: &Self) -> Self {
        self.row_slopes("softmax_backward", gradient, softmax_backward, softmax_backward)
    }

    /// The gradient of a log-softmax along the last axis whose value is `self`: `g − e^y Σ g`.
    ///
    /// # Panics
    /// As [`Tensor::softmax_backward`].
    #[track_caller]
    #[must_use]
    pub fn log_softmax_backward(&self, gradient: &Self) -> Self {
        let op = "log_softmax_backward";
        self.row_slopes(op, gradient, log_softmax_backward, log_softmax_backward)
    }

    #[track_caller]
    fn row_slopes(
        &self,
        op: &'static str,
        gradient: &Self,
        single: Kernel<f32>,
        double: Kernel<f64>,
    ) -> Self {
        if self.shape() != gradient.shape() {
            refuse(Error::Shape {
                op,
                got: gradient.shape().clone(),
                expected: format!("{}, that of the value", self.shape()).into(),
                help: "a gradient has the shape of its value",
            });
        }
        match self.dtype() {
            DType::F32 => self.slopes_by(gradient, single),
            DType::F64 => self.slopes_by(gradient, double),
            got => refuse(not_float(op, got)),
        }
    }

    #[track_caller]
    fn slopes_by<T: Float>(&self, gradient: &Self, kernel: Kernel<T>) -> Self {
        let mut out = Buffer::stale(self.size());
        kernel(&self.data(), &gradient.data(), self.dim(-1), &mut out);
        self.like::<T>(out)
    }
}
