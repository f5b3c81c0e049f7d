//! The ways to compute a convolution, chosen by its shape.

use super::{Convolution, backward_data, backward_weight, depthwise, forward, winograd};
use crate::Real;

/// How a convolution is computed; `conv` and its gradients choose, benches and checks may too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvMethod {
    /// Products of matrices, for any shape.
    Product,
    /// Taps of single channels as scaled rows, without a product.
    Depthwise,
    /// Winograd's F(2 × 2, 3 × 3): 16 products for each four outputs instead of 36.
    ///
    /// For windows of 3 × 3 with steps of one, one group and at most two rows and columns before.
    /// With numbers up to x and weights up to w, the error of an output over c channels is at most
    /// 64 c (1.1 c + 20) ε x w, ε = 2⁻²⁴ for `f32`; the plain loop's is at most 9 c · 9 c ε x w. A
    /// weight's gradient over t tiles, with gradients up to g, has at most 36 t (1.1 t + 20) ε x g.
    /// Where a number is not finite or beyond 2⁴⁰, [`ConvMethod::Product`] makes the result.
    Winograd,
}

impl ConvMethod {
    /// The one that [`conv`](fn@crate::conv) and its gradients take: by shape and type alone.
    pub fn of<T: Real>(shape: &Convolution) -> Self {
        match () {
            () if depthwise::fits(shape) => ConvMethod::Depthwise,
            () if winograd::pays::<T>(shape) => ConvMethod::Winograd,
            () => ConvMethod::Product,
        }
    }

    /// [`conv`](fn@crate::conv) in this way.
    ///
    /// # Panics
    /// As there, or if the shape is none for this way.
    #[track_caller]
    pub fn conv<T: Real>(
        self,
        shape: &Convolution,
        x: &[T],
        weight: &[T],
        bias: Option<&[T]>,
        out: &mut [T],
    ) {
        shape.check("conv", x.len(), weight.len(), out.len());
        let filters = shape.groups * shape.filters;
        let biases = bias.map_or(filters, <[T]>::len);
        assert!(biases == filters, "conv: {biases} biases for {filters} filters");
        if out.is_empty() {
            return;
        }
        match self.checked("conv", shape) {
            ConvMethod::Depthwise => depthwise::forward(shape, x, weight, bias, out),
            ConvMethod::Winograd if winograd::forward(shape, x, weight, bias, out) => (),
            _ => forward::forward(shape, x, weight, bias, out),
        }
    }

    /// [`conv_backward_data`](crate::conv_backward_data) in this way.
    ///
    /// # Panics
    /// As [`ConvMethod::conv`].
    #[track_caller]
    pub fn backward_data<T: Real>(
        self,
        shape: &Convolution,
        weight: &[T],
        gradient: &[T],
        out: &mut [T],
    ) {
        let op = "conv_backward_data";
        shape.check(op, out.len(), weight.len(), gradient.len());
        if out.is_empty() || gradient.is_empty() || weight.is_empty() {
            return out.fill(T::ZERO);
        }
        match self.checked(op, shape) {
            ConvMethod::Depthwise => depthwise::backward_data(shape, weight, gradient, out),
            ConvMethod::Winograd if winograd::backward_data(shape, weight, gradient, out) => (),
            _ => backward_data::backward_data(shape, weight, gradient, out),
        }
    }

    /// [`conv_backward_weight`](crate::conv_backward_weight) in this way.
    ///
    /// # Panics
    /// As [`ConvMethod::conv`].
    #[track_caller]
    pub fn backward_weight<T: Real>(
        self,
        shape: &Convolution,
        x: &[T],
        gradient: &[T],
        out: &mut [T],
    ) {
        let op = "conv_backward_weight";
        shape.check(op, x.len(), out.len(), gradient.len());
        if x.is_empty() || gradient.is_empty() || out.is_empty() {
            return out.fill(T::ZERO);
        }
        match self.checked(op, shape) {
            ConvMethod::Depthwise => depthwise::backward_weight(shape, x, gradient, out),
            ConvMethod::Winograd if winograd::backward_weight(shape, x, gradient, out) => (),
            _ => backward_weight::backward_weight(shape, x, gradient, out),
        }
    }

    /// Itself, if it can compute such a convolution.
    #[track_caller]
    fn checked(self, op: &str, shape: &Convolution) -> Self {
        let fits = match self {
            ConvMethod::Product => true,
            ConvMethod::Depthwise => depthwise::fits(shape),
            ConvMethod::Winograd => winograd::fits(shape),
        };
        assert!(fits, "{op}: {self:?} is not for {shape:?}; help: ConvMethod::Product is for any");
        self
    }
}
