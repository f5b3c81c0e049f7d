//! Functions of one element: the methods and, on one page, the slopes of all of them.

use crate::{Logits, Var};
use brand_nn_kernels::Unary;
use brand_nn_tensor::Tensor;

macro_rules! methods {
    ($(($method:ident, $op:ident, $doc:literal))*) => {
        impl Var { $(
            #[doc = $doc]
            #[must_use]
            #[track_caller]
            pub fn $method(&self) -> Self {
                unary(Unary::$op, stringify!($method), self)
            }
        )* }
    };
}
brand_nn_kernels::unary_table!(methods);

#[track_caller]
pub(crate) fn unary(op: Unary, name: &'static str, input: &Var) -> Var {
    let value = input.tensor().unary(op);
    let at = if op.slope_of_value() { input.save_output(&value) } else { input.save_rounded(0) };
    let kept = op.slope_of_value().then(|| at.clone());
    let result = Var::record(name, [input], value, move |walk, gradient| {
        Ok([walk.when(0, || {
            if walk.higher() {
                gradient * slope(op, &walk.open(&at))
            } else {
                gradient.into_tensor().into_times_slope(op, &at.value()).into()
            }
        })])
    });
    let result = match &kept {
        Some(output) => result.sharing(output),
        None => result,
    };
    match op {
        // A probability remembers its logits, so that a loss of it stays finite.
        Unary::Sigmoid => result.with_logits(Logits::Sigmoid(input.plain())),
        _ => result,
    }
}

/// The derivative of `op`, as a formula that can be differentiated again: in terms of its value
/// `y` or of its input `x`, as [`Unary::slope_of_value`] says.
fn slope(op: Unary, at: &Var) -> Var {
    let (x, y) = (at, at);
    match op {
        Unary::Sqrt => 0.5 / y,
        Unary::Rsqrt => y * y * y * -0.5,
        Unary::Reciprocal => -(y * y),
        Unary::Exp => y.clone(),
        Unary::Expm1 => y + 1.0,
        Unary::Tanh => 1.0 - y * y,
        Unary::Sigmoid => y * (1.0 - y),
        Unary::Relu => y.tensor().greater_than(0.0).to(y.dtype()).into(),
        Unary::Abs => x.sign(),
        Unary::Sign | Unary::Floor | Unary::Ceil | Unary::Round => zeros(x),
        Unary::Neg => zeros(x) - 1.0,
        Unary::Square => x * 2.0,
        Unary::Log => x.reciprocal(),
        Unary::Log1p => (x + 1.0).reciprocal(),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Softplus => x.sigmoid(),
        Unary::LogSigmoid => (-x).sigmoid(),
        Unary::Erf => (-x.square()).exp() * std::f64::consts::FRAC_2_SQRT_PI,
        Unary::Gelu => gelu_slope(x),
        Unary::GeluTanh => gelu_tanh_slope(x),
        Unary::Silu => silu_slope(x),
    }
}

/// Φ(x) + x φ(x), with the normal distribution's Φ and φ.
fn gelu_slope(x: &Var) -> Var {
    let cumulative = ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
    let density = (x.square() * -0.5).exp()
        * (0.5 * std::f64::consts::FRAC_2_SQRT_PI)
        * std::f64::consts::FRAC_1_SQRT_2;
    cumulative + x * density
}

/// The derivative of ½ x (1 + tanh u) with u = √(2/π) (x + 0.044715 x³).
fn gelu_tanh_slope(x: &Var) -> Var {
    let scale = (2.0 / std::f64::consts::PI).sqrt();
    let tanh = ((x + x.square() * x * 0.044_715) * scale).tanh();
    let inner = (x.square() * (3.0 * 0.044_715) + 1.0) * scale;
    (&tanh + 1.0) * 0.5 + x * (1.0 - tanh.square()) * inner * 0.5
}

/// σ(x) (1 + x (1 − σ(x))).
fn silu_slope(x: &Var) -> Var {
    let sigmoid = x.sigmoid();
    &sigmoid * (x * (1.0 - &sigmoid) + 1.0)
}

pub(super) fn zeros(like: &Var) -> Var {
    Tensor::zeros_like(like.tensor()).into()
}

impl Var {
    /// Raises every element to the power of a number, xᵖ; the slope is p xᵖ⁻¹.
    #[must_use]
    #[track_caller]
    pub fn powf(&self, power: f64) -> Self {
        let x = self.save(0);
        Self::record("powf", [self], self.tensor().powf(power), move |walk, gradient| {
            let slope = || match power {
                0.0 => zeros(&gradient),
                _ => walk.open(&x).powf(power - 1.0) * power,
            };
            Ok([walk.when(0, || &gradient * slope())])
        })
    }
}
