//! Activations: the ones with settings, gates, and the rectifier with a learned slope.

use crate::Var;
use brand_nn_kernels::Bend;
use brand_nn_tensor::{Shape, Tensor};

macro_rules! methods {
    ($(($method:ident, $op:ident($($setting:ident),*), $doc:literal))*) => {
        impl Var { $(
            #[doc = $doc]
            #[must_use]
            #[track_caller]
            pub fn $method(&self $(, $setting: f64)*) -> Self {
                bend(Bend::$op { $($setting),* }, self)
            }
        )* }
    };
}
brand_nn_kernels::bend_table!(methods);

#[track_caller]
fn bend(op: Bend, input: &Var) -> Var {
    let (x, value) = (input.save_rounded(0), input.tensor().bend(op));
    Var::record(op.name(), [input], value, move |walk, gradient| {
        Ok([walk.when(0, || match walk.higher() {
            true => gradient * slope(op, &walk.open(&x)),
            false => gradient.tensor().times_bend(op, &x.value()).into(),
        })])
    })
}

/// The derivative of `op` as a formula that can be differentiated again.
fn slope(op: Bend, x: &Var) -> Var {
    match op {
        Bend::Elu { alpha } => exponential_below(x, 1.0, alpha, 1.0),
        Bend::Celu { alpha } => exponential_below(x, 1.0, 1.0, 1.0 / alpha),
        Bend::Selu {} => {
            let [above, steep] = [1.0, 0.0].map(|at| pieces(op, &Tensor::scalar(at)).item());
            exponential_below(x, above, steep, 1.0)
        }
        Bend::HardSwish {} => {
            let inside = x.tensor().greater_than(-3.0).and(&x.tensor().less_than(3.0));
            Var::where_(&inside, &(x / 3.0 + 0.5), &pieces(op, x.tensor()).into())
        }
        Bend::TanhShrink {} => x.tanh().square(),
        Bend::Softsign {} => (x.abs() + 1.0).square().reciprocal(),
        Bend::Mish {} => {
            let gate = x.softplus().tanh();
            &gate + x * (1.0 - gate.square()) * x.sigmoid()
        }
        Bend::LeakyRelu { .. }
        | Bend::Hardtanh { .. }
        | Bend::Relu6 {}
        | Bend::HardSigmoid {}
        | Bend::HardShrink { .. }
        | Bend::SoftShrink { .. }
        | Bend::Threshold { .. } => pieces(op, x.tensor()).into(),
    }
}

/// `above` where `x` is positive, else `steep · e^(rate x)`.
fn exponential_below(x: &Var, above: f64, steep: f64, rate: f64) -> Var {
    let positive = x.tensor().greater_than(0.0);
    let below = (x.masked_fill(&positive, 0.0) * rate).exp() * steep;
    below.masked_fill(&positive, above)
}

/// The slopes themselves: all there is where a function is straight between its kinks.
fn pieces(op: Bend, x: &Tensor) -> Tensor {
    Tensor::ones_like(x).times_bend(op, x)
}

impl Var {
    /// `x` where it is positive, else `weight · x`, with one weight a channel, He et al. 2015.
    ///
    /// At 0 the slope is the weight.
    ///
    /// # Shapes
    /// `weight` has one element, or as many as `self` has channels: axis 1.
    ///
    /// # Panics
    /// If it has another number of elements.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([[-2.0, -2.0], [3.0, 3.0]]));
    /// let y = x.prelu(&Tensor::from([0.25, 0.5]).into());
    /// assert_eq!(y.tensor(), &Tensor::from([[-0.5, -1.0], [3.0, 3.0]]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn prelu(&self, weight: &Self) -> Self {
        let weight = weight.reshape(channel_shape(self.shape(), weight.shape()));
        let positive = self.tensor().greater_than(0.0);
        let below = self.tensor() * weight.tensor();
        let value = Tensor::where_(&positive, self.tensor(), &below);
        let (x, w) = (self.save_rounded(0), weight.save(1));
        Self::record("prelu", [self, &weight], value, move |walk, gradient| {
            let below = gradient.masked(&positive.not());
            let (x, w) = (walk.open(&x), walk.open(&w));
            Ok([
                walk.when(0, || Self::where_(&positive, &gradient, &(&below * &w))),
                walk.when(1, || (&below * &x).sum_to(w.shape())),
            ])
        })
    }

    /// The first half of an axis times the sigmoid of the second, Dauphin et al. 2017.
    ///
    /// # Panics
    /// If the axis has an odd length.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([3.0, 0.0]));
    /// assert_eq!(x.glu(0).tensor(), &Tensor::from([1.5]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn glu(&self, axis: isize) -> Self {
        let len = self.tensor().dim(axis);
        assert!(
            len.is_multiple_of(2),
            "glu: axis {axis} of {} has length {len}, expected an even one; \
             help: the second half are the gates of the first",
            self.shape()
        );
        let halves = move |x: &Self| (x.slice(axis, 0..len / 2), x.slice(axis, len / 2..len));
        let (values, gates) = halves(&self.stop_gradient());
        let (x, value) = (self.save_rounded(0), (values * gates.sigmoid()).into_tensor());
        Self::record("glu", [self], value, move |walk, gradient| {
            let (values, gates) = halves(&walk.open(&x));
            let gates = gates.sigmoid();
            let first = gradient * &gates;
            let second = &first * values * (1.0 - gates);
            Ok([walk.when(0, || Self::concat(&[first, second], axis))])
        })
    }

    /// The softmax of the negative: the smallest element along one axis gets the most.
    #[must_use]
    #[track_caller]
    pub fn softmin(&self, axis: isize) -> Self {
        (-self).softmax(axis)
    }
}

/// The shape in which one weight, or one a channel, broadcasts over the input.
#[track_caller]
fn channel_shape(input: &Shape, weight: &Shape) -> Shape {
    let (count, channels) = (weight.size(), input.get(1).copied().unwrap_or(1));
    assert!(
        count == 1 || count == channels,
        "prelu: a weight of shape {weight}, expected 1 element or {channels}; \
         help: one for all, or one for each position of axis 1 of {input}"
    );
    let mut shape = vec![1; input.len()];
    if count > 1 {
        shape[1] = count;
    }
    shape.into()
}
