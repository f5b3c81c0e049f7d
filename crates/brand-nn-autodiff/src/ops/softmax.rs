//! Softmax and its logarithm, as single nodes.

use crate::{Logits, Var, saved::Saved};

impl Var {
    /// The exponentials along one axis divided by their sum; they are positive and add up to one.
    ///
    /// A result over the last axis remembers its logits, so that a loss of it stays finite.
    #[must_use]
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Self {
        let value = self.tensor().softmax(axis);
        let y = self.save_output(&value);
        let kept = y.clone();
        let is_last = axis == -1 || axis + 1 == self.ndim() as isize;
        let probability = Self::record("softmax", [self], value, move |walk, gradient| {
            if is_last && !walk.higher() {
                let slope = || y.value().softmax_backward(gradient.tensor()).into();
                return Ok([walk.when(0, slope)]);
            }
            let y = walk.open(&y);
            let weighted = &gradient * &y;
            Ok([walk.when(0, || &weighted - &y * weighted.sum_axes(&[axis], true))])
        });
        let probability = probability.sharing(&kept);
        match is_last {
            true => probability.with_logits(Logits::Softmax(self.plain())),
            false => probability,
        }
    }

    /// The logarithm of [`Var::softmax`], computed without overflow.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Self {
        let value = self.tensor().log_softmax(axis);
        let y = Saved::output(&value);
        let is_last = axis == -1 || axis + 1 == self.ndim() as isize;
        Self::record("log_softmax", [self], value, move |walk, gradient| {
            if is_last && !walk.higher() {
                let slope = || y.value().log_softmax_backward(gradient.tensor()).into();
                return Ok([walk.when(0, slope)]);
            }
            let total = gradient.sum_axes(&[axis], true);
            Ok([walk.when(0, || &gradient - walk.open(&y).exp() * total)])
        })
    }
}
