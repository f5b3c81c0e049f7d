//! Functions of one or two elements that formulas need now and then.

use brand_nn_kernels::{
    Buffer, Special, log_add_exp, map_each, polygamma, special_table, zip_each,
};

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::shape::broadcast;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{Result, Tensor};

macro_rules! methods {
    ($(($name:ident, $variant:ident, $function:expr, $doc:literal))*) => {
        /// Functions of one element, for `f32` and `f64`; each element goes through `f64`.
        impl Tensor {
            $(
                #[doc = $doc]
                ///
                /// # Panics
                /// If the dtype isn't `f32` or `f64`.
                #[track_caller]
                #[must_use]
                pub fn $name(&self) -> Self {
                    self.special(Special::$variant)
                }
            )*
        }
    };
}

special_table!(methods);

impl Tensor {
    /// A special function, applied to every element.
    ///
    /// # Panics
    /// If the dtype isn't `f32` or `f64`.
    #[track_caller]
    #[must_use]
    pub fn special(&self, op: Special) -> Self {
        expect(self.each_through(op.name(), &op.function()))
    }

    /// The derivative of order `order` of the digamma function.
    ///
    /// At 0 and the negative integers: +∞ for odd orders; for even ones −∞ at 0, +∞ at −0, else
    /// NaN.
    ///
    /// # Panics
    /// If the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let trigamma = Tensor::from([1.0]).polygamma(1); // π²/6
    /// assert!((trigamma.item() - 1.644_934_066_848_226).abs() < 1e-14);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn polygamma(&self, order: u32) -> Self {
        expect(self.each_through("polygamma", &|x| polygamma(order, x)))
    }

    /// `ln(p / (1 − p))`, of a `p` that is moved into `epsilon..=1 − epsilon` first.
    ///
    /// # Panics
    /// If `epsilon` is not in `0..=0.5`, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let logits = Tensor::from([0.0, 0.5]).logit(0.1);
    /// assert_eq!(logits, Tensor::from([(0.1_f64 / 0.9).ln(), 0.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logit(&self, epsilon: f64) -> Self {
        assert!(
            (0.0..=0.5).contains(&epsilon),
            "logit: epsilon {epsilon}, expected 0 to 0.5; help: try 1e-6"
        );
        let odds = move |p: f64| {
            let p = p.clamp(epsilon, 1.0 - epsilon);
            (p / (1.0 - p)).ln()
        };
        expect(self.each_through("logit", &odds))
    }

    fn each_through(&self, op: &'static str, f: &(dyn Fn(f64) -> f64 + Sync)) -> Result<Self> {
        float_dtype!(self.dtype(), T => Ok(self.mapped_through::<T>(f)),
            else Err(not_float(op, self.dtype())))
    }

    fn mapped_through<T: Float>(&self, f: &(dyn Fn(f64) -> f64 + Sync)) -> Self {
        let mut out = Buffer::stale(self.size());
        map_each::<T>(f, &self.data(), &mut out);
        self.like::<T>(out)
    }
}

macro_rules! pairs {
    ($($name:ident $function:expr, $doc:literal;)*) => {
        /// Functions of two elements, for `f32` and `f64`, with broadcasting.
        impl Tensor {
            $(
                #[doc = $doc]
                ///
                /// # Panics
                /// If the shapes don't broadcast, or the dtypes differ or are no floats.
                #[track_caller]
                #[must_use]
                pub fn $name(&self, other: &Self) -> Self {
                    expect(self.zipped_through(stringify!($name), &$function, other))
                }
            )*
        }
    };
}

pairs! {
    atan2 f64::atan2, "The angle of the point with `y = self` and `x = other`, −π to π.";
    hypot f64::hypot, "`√(a² + b²)`, without overflow.";
    logaddexp log_add_exp, "`ln(e^a + e^b)`, without overflow; −∞ of two −∞.";
    xlogy x_log_y, "`a ln b`, which is 0 where `a` is 0, unless `b` is NaN.";
    fmod |a, b| a % b, "The remainder with the sign of `self`, as in C; `%` has the divisor's.";
}

fn x_log_y(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}

impl Tensor {
    fn zipped_through(
        &self,
        op: &'static str,
        f: &(dyn Fn(f64, f64) -> f64 + Sync),
        other: &Self,
    ) -> Result<Self> {
        same_dtype(op, self, other)?;
        let shape = broadcast(op, self.shape(), other.shape())?;
        let (a, b) = (self.expanded(op, &shape)?, other.expanded(op, &shape)?);
        float_dtype!(self.dtype(), T => Ok(paired::<T>(f, &a, &b)),
            else Err(not_float(op, self.dtype())))
    }
}

fn paired<T: Float>(f: &(dyn Fn(f64, f64) -> f64 + Sync), a: &Tensor, b: &Tensor) -> Tensor {
    let mut out = Buffer::stale(a.size());
    if !a.is_empty() {
        zip_each(f, a.view::<T>(), b.view::<T>(), &mut out);
    }
    a.like::<T>(out)
}
