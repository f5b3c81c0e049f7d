//! Functions of one element that formulas need now and then, with their slopes on one page.

use crate::{Var, ops::unary::zeros, saved::Saved};
use brand_nn_kernels::Special;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10, PI};

macro_rules! methods {
    ($(($method:ident, $op:ident, $function:expr, $doc:literal))*) => {
        impl Var { $(
            #[doc = $doc]
            #[must_use]
            #[track_caller]
            pub fn $method(&self) -> Self {
                special(Special::$op, self)
            }
        )* }
    };
}
brand_nn_kernels::special_table!(methods);

#[track_caller]
fn special(op: Special, input: &Var) -> Var {
    let value = input.tensor().special(op);
    let (x, y) = (input.save(0), Saved::output(&value));
    Var::record(op.name(), [input], value, move |walk, gradient| {
        Ok([walk.when(0, || gradient * slope(op, &walk.open(&x), &walk.open(&y)))])
    })
}

/// The derivative of `y = op(x)`, as a formula that can be differentiated again.
fn slope(op: Special, x: &Var, y: &Var) -> Var {
    match op {
        Special::Exp2 => y * LN_2,
        Special::Log2 => 1.0 / (x * LN_2),
        Special::Log10 => 1.0 / (x * LN_10),
        Special::Tan => y * y + 1.0,
        Special::Asin => (1.0 - x * x).rsqrt(),
        Special::Acos => -(1.0 - x * x).rsqrt(),
        Special::Atan => 1.0 / (x * x + 1.0),
        Special::Sinh => x.cosh(),
        Special::Cosh => x.sinh(),
        Special::Asinh => (x * x + 1.0).rsqrt(),
        Special::Acosh => (x * x - 1.0).rsqrt(),
        Special::Atanh => 1.0 / (1.0 - x * x),
        Special::Erfc => (-(x * x)).exp() * -FRAC_2_SQRT_PI,
        Special::Lgamma => x.digamma(),
        Special::Digamma => x.polygamma(1),
        Special::Trunc => zeros(x),
        Special::Frac => zeros(x) + 1.0,
        Special::Sinc => sinc_slope(x, y),
    }
}

/// (cos πx − sinc x) / x, and beside 0 the line −π²x/3 that it touches there.
fn sinc_slope(x: &Var, y: &Var) -> Var {
    let at_zero = x.tensor().equal_to(0.0);
    let apart = ((x * PI).cos() - y) / x.masked_fill(&at_zero, 1.0);
    Var::where_(&at_zero, &(x * (-PI * PI / 3.0)), &apart)
}

impl Var {
    /// The derivative of order `order` of the digamma function.
    ///
    /// At 0 and the negative integers: +∞ for odd orders; for even ones −∞ at 0, +∞ at −0, else
    /// NaN.
    #[must_use]
    #[track_caller]
    pub fn polygamma(&self, order: u32) -> Self {
        let (x, value) = (self.save(0), self.tensor().polygamma(order));
        Self::record("polygamma", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient * walk.open(&x).polygamma(order + 1))])
        })
    }

    /// `ln(p / (1 − p))`, of a `p` that is moved into `epsilon..=1 − epsilon` first.
    ///
    /// Where it was moved the slope is 0; at the two bounds it is that of inside.
    ///
    /// # Panics
    /// If `epsilon` is not in `0..=0.5`.
    #[must_use]
    #[track_caller]
    pub fn logit(&self, epsilon: f64) -> Self {
        let (x, value) = (self.save(0), self.tensor().logit(epsilon));
        Self::record("logit", [self], value, move |walk, gradient| {
            let inside = x.value().at_least(epsilon).and(&x.value().at_most(1.0 - epsilon));
            let p = walk.open(&x).masked_fill(&inside.not(), 0.5);
            Ok([walk.when(0, || gradient.masked(&inside) / (&p * (1.0 - &p)))])
        })
    }
}
