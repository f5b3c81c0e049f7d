//! Comparisons and what is chosen by them: masks, where, maximum, minimum, clamp.

use crate::Var;
use brand_nn_tensor::Tensor;

macro_rules! between_values {
    ($($method:ident $sign:literal;)*) => {
        /// Comparisons with another value; masks are constants.
        impl Var { $(
            #[doc = concat!("Where `self ", $sign, " other`, element by element.")]
            #[must_use]
            #[track_caller]
            pub fn $method(&self, other: &Self) -> Tensor {
                self.tensor().$method(other.tensor())
            }
        )* }
    };
}
between_values! {
    equal "==";
    not_equal "!=";
    less "<";
    less_equal "<=";
    greater ">";
    greater_equal ">=";
}

macro_rules! with_numbers {
    ($($method:ident $sign:literal;)*) => {
        /// Comparisons with a number; masks are constants.
        impl Var { $(
            #[doc = concat!("Where an element ", $sign, " the number.")]
            #[must_use]
            #[track_caller]
            pub fn $method(&self, number: f64) -> Tensor {
                self.tensor().$method(number)
            }
        )* }
    };
}
with_numbers! {
    equal_to "==";
    not_equal_to "!=";
    less_than "<";
    at_most "<=";
    greater_than ">";
    at_least ">=";
}

impl Var {
    /// Takes `a` where `mask` is true and `b` elsewhere; all three broadcast.
    #[must_use]
    #[track_caller]
    pub fn where_(mask: &Tensor, a: &Self, b: &Self) -> Self {
        let value = Tensor::where_(mask, a.tensor(), b.tensor());
        let (mask, left, right) = (mask.clone(), a.shape().clone(), b.shape().clone());
        Self::record("where", [a, b], value, move |walk, gradient| {
            Ok([
                walk.when(0, || gradient.masked(&mask).sum_to(&left)),
                walk.when(1, || gradient.masked(&mask.not()).sum_to(&right)),
            ])
        })
    }

    /// Keeps the elements where `keep` is true and puts zero elsewhere.
    #[must_use]
    #[track_caller]
    pub fn masked(&self, keep: &Tensor) -> Self {
        let (mask, shape) = (keep.clone(), self.shape().clone());
        Self::record("masked", [self], self.tensor().masked(keep), move |walk, gradient| {
            Ok([walk.when(0, || gradient.masked(&mask).sum_to(&shape))])
        })
    }

    /// Puts `value` where `mask` is true.
    #[must_use]
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: f64) -> Self {
        let (keep, shape) = (mask.not(), self.shape().clone());
        let filled = self.tensor().masked_fill(mask, value);
        Self::record("masked_fill", [self], filled, move |walk, gradient| {
            Ok([walk.when(0, || gradient.masked(&keep).sum_to(&shape))])
        })
    }

    /// The larger of two elements; where they are equal each gets half of the gradient.
    #[must_use]
    #[track_caller]
    pub fn maximum(&self, other: &Self) -> Self {
        let value = self.tensor().maximum(other.tensor());
        chosen("maximum", self, other, value)
    }

    /// The smaller of two elements; where they are equal each gets half of the gradient.
    #[must_use]
    #[track_caller]
    pub fn minimum(&self, other: &Self) -> Self {
        let value = self.tensor().minimum(other.tensor());
        chosen("minimum", self, other, value)
    }

    /// Brings every element into `low..=high`; at the bounds the gradient passes.
    ///
    /// # Panics
    /// If `low` is above `high`.
    #[must_use]
    #[track_caller]
    pub fn clamp(&self, low: f64, high: f64) -> Self {
        let x = self.tensor();
        let inside = x.at_least(low).and(&x.at_most(high));
        Self::record("clamp", [self], x.clamp(low, high), move |walk, gradient| {
            Ok([walk.when(0, || gradient.masked(&inside))])
        })
    }
}

/// Each side gets the gradient where its element was chosen, and half of it on ties.
fn chosen(op: &'static str, a: &Var, b: &Var, value: Tensor) -> Var {
    let share = |x: &Var, other: &Var| {
        let tie = x.tensor().equal(other.tensor()).to(value.dtype());
        (value.equal(x.tensor()).to(value.dtype())) - tie * 0.5
    };
    let (left, right) = (share(a, b), share(b, a));
    let (left_shape, right_shape) = (a.shape().clone(), b.shape().clone());
    Var::record(op, [a, b], value, move |walk, gradient| {
        Ok([
            walk.when(0, || (&gradient * &left).sum_to(&left_shape)),
            walk.when(1, || (&gradient * &right).sum_to(&right_shape)),
        ])
    })
}
