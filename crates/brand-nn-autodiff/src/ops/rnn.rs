//! A whole plain recurrent layer over all time steps, as one node with its backward by hand.

use super::recurrent::{Cell, RecurrentOutput, RecurrentWeights, Step, run};
use crate::{Result, Var};
use brand_nn_kernels::{Real, Unary, unary_in_place};
use brand_nn_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// The function at the end of a step of a plain recurrent layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonlinearity {
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// max(x, 0); the slope at 0 is 0.
    Relu,
}

/// Runs a plain recurrent layer over a batch of sequences (Elman 1990): h ← f(W x + b + U h + d).
///
/// All steps' inputs go through one product; the batch is cut into parts that run in parallel.
/// Steps that `real` calls padding cost nothing and leave the state as it was.
///
/// # Shapes
/// `input` `[batch, time, features]`, `state` `[batch, units]`, zero where there is none, and `real`
/// bool `[batch, time]`; all steps are real where there is none.
///
/// # Errors
/// If a shape or dtype does not fit, or there is no step.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Nonlinearity, RecurrentWeights, Var, rnn};
/// use brand_nn_tensor::Tensor;
///
/// let weights = RecurrentWeights {
///     weight_ih: Var::leaf(Tensor::full([1, 1], 1.0)),
///     weight_hh: Var::leaf(Tensor::full([1, 1], 2.0)),
///     bias_ih: Var::leaf(Tensor::zeros([1])),
///     bias_hh: Var::leaf(Tensor::zeros([1])),
/// };
/// let output = rnn(&Tensor::ones([1, 3, 1]).into(), &weights, None, None, Nonlinearity::Relu)?;
/// assert_eq!(output.sequence.tensor().to_vec::<f32>(), [1.0, 3.0, 7.0]);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn rnn(
    input: &Var,
    weights: &RecurrentWeights,
    state: Option<&Var>,
    real: Option<&Tensor>,
    nonlinearity: Nonlinearity,
) -> Result<RecurrentOutput> {
    let cell = match nonlinearity {
        Nonlinearity::Tanh => Cell::Tanh,
        Nonlinearity::Relu => Cell::Relu,
    };
    run(cell, input, weights, state, real)
}

/// One step: `after = f(gates + recurrent)`.
pub(crate) fn forward<T: Real>(cell: Cell, gates: &[T], recurrent: &[T], after: &mut [T]) {
    for (after, (&a, &b)) in after.iter_mut().zip(gates.iter().zip(recurrent)) {
        *after = a + b;
    }
    unary_in_place(if cell == Cell::Relu { Unary::Relu } else { Unary::Tanh }, after);
}

/// One step on its way back: the slope is known from the value.
pub(crate) fn backward<T: Real>(
    cell: Cell,
    step: Step<'_, T>,
    dh: &mut [T],
    [outer, inner]: [&mut [T]; 2],
) {
    for (slope, (&g, &h)) in outer.iter_mut().zip(dh.iter().zip(step.after)) {
        *slope = match cell {
            Cell::Relu if h <= T::ZERO => T::ZERO,
            Cell::Relu => g,
            _ => g * (T::ONE - h * h),
        };
    }
    inner.copy_from_slice(outer);
    dh.fill(T::ZERO);
}
