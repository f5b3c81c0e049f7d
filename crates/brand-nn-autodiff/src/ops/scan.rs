//! What runs along an axis: products, logarithms of sums, extremes.

use crate::{Var, ops::pair::finite_log, saved::Saved};
use brand_nn_tensor::Tensor;

impl Var {
    /// The product of all elements; its gradient is right with zeros among them.
    #[must_use]
    pub fn prod(&self) -> Self {
        self.flatten().prod_axis(0)
    }

    /// The product along one axis, which goes away; its gradient is right with zeros in it.
    #[must_use]
    #[track_caller]
    pub fn prod_axis(&self, axis: isize) -> Self {
        let value = self.tensor().prod_axis(axis);
        let (x, before) = (self.save(0), self.tensor().dim(axis).saturating_sub(1));
        Self::record("prod", [self], value, move |walk, gradient| {
            let x = walk.open(&x);
            // The product is the last of the running ones.
            let last = || gradient.unsqueeze(axis).pad(axis, before, 0, 0.0);
            Ok([walk.when(0, || match x.tensor().is_empty() {
                true => Tensor::zeros_like(x.tensor()).into(),
                false => through_products(&x, &x.cumprod(axis), &last(), axis),
            })])
        })
    }

    /// The running product along one axis; its gradient is right with zeros in it.
    #[must_use]
    #[track_caller]
    pub fn cumprod(&self, axis: isize) -> Self {
        let value = self.tensor().cumprod(axis);
        let (x, y) = (self.save(0), Saved::output(&value));
        Self::record("cumprod", [self], value, move |walk, gradient| {
            let (x, y) = (walk.open(&x), walk.open(&y));
            Ok([walk.when(0, || through_products(&x, &y, &gradient, axis))])
        })
    }

    /// `ln Σ e^x` of everything up to each element along one axis, without overflow.
    ///
    /// Where all so far are −∞ it is −∞, and their gradient is 0.
    #[must_use]
    #[track_caller]
    pub fn logcumsumexp(&self, axis: isize) -> Self {
        let value = self.tensor().logcumsumexp(axis);
        let (x, y) = (self.save(0), Saved::output(&value));
        Self::record("logcumsumexp", [self], value, move |walk, gradient| {
            // d x[i] = e^(x[i] − y[i]) Σ g[t] e^(y[i] − y[t]) over t ≥ i: no exponent is positive.
            let y = walk.open(&y);
            let total = finite_log(&y);
            let fade = (y - neighbour(&total, axis, true, f64::INFINITY)).exp();
            let sums = || recurrence(&gradient, &fade, axis, true);
            Ok([walk.when(0, || (walk.open(&x) - &total).exp() * sums())])
        })
    }

    /// The largest element so far along one axis, and its i64 position: the last of equals.
    ///
    /// The gradient goes to that element. From the first NaN on the value is NaN.
    #[track_caller]
    pub fn cummax(&self, axis: isize) -> (Self, Tensor) {
        farthest("cummax", self, axis, self.tensor().cummax(axis))
    }

    /// The smallest element so far along one axis, and its i64 position: the last of equals.
    ///
    /// The gradient goes to that element. From the first NaN on the value is NaN.
    #[track_caller]
    pub fn cummin(&self, axis: isize) -> (Self, Tensor) {
        farthest("cummin", self, axis, self.tensor().cummin(axis))
    }
}

fn farthest(
    op: &'static str,
    input: &Var,
    axis: isize,
    (value, positions): (Tensor, Tensor),
) -> (Var, Tensor) {
    let kept = positions.clone();
    let value = Var::record(op, [input], value, move |walk, gradient| {
        let zeros = || Var::from(Tensor::zeros_like(gradient.tensor()));
        Ok([walk.when(0, || zeros().scatter_add(axis, &kept, &gradient))])
    });
    (value, positions)
}

/// The gradient of running products `y` of `x`, without a division: all before an element, times
/// what the results from there on make of all behind it.
fn through_products(x: &Var, y: &Var, gradient: &Var, axis: isize) -> Var {
    let behind = recurrence(gradient, &neighbour(x, axis, true, 0.0), axis, true);
    neighbour(y, axis, false, 1.0) * behind
}

/// `y[t] = factor[t] · y[t − 1] + input[t]` along an axis, from its end if `reverse`.
fn recurrence(input: &Var, factor: &Var, axis: isize, reverse: bool) -> Var {
    let value = input.tensor().recurrence(factor.tensor(), axis, reverse);
    let (f, y) = (factor.save(1), Saved::output(&value));
    Var::record("recurrence", [input, factor], value, move |walk, gradient| {
        // The same recurrence, run back: a step's gradient passes through the factor after it.
        let after = neighbour(&walk.open(&f), axis, !reverse, 0.0);
        let total = recurrence(&gradient, &after, axis, !reverse);
        let before = || neighbour(&walk.open(&y), axis, reverse, 0.0);
        Ok([walk.when(0, || total.clone()), walk.when(1, || &total * before())])
    })
}

/// What stands before (or after) each element along an axis, `fill` where nothing does.
fn neighbour(x: &Var, axis: isize, after: bool, fill: f64) -> Var {
    match (x.tensor().dim(axis), after) {
        (0, _) => x.clone(),
        (len, true) => x.slice(axis, 1..len).pad(axis, 0, 1, fill),
        (len, false) => x.slice(axis, 0..len - 1).pad(axis, 1, 0, fill),
    }
}
