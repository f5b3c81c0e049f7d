//! A whole GRU layer over all time steps, as one node with its backward by hand.

use super::recurrent::{Cell, RecurrentOutput, RecurrentWeights, Step, run};
use crate::{Result, Var};
use brand_nn_kernels::{GruStep, Real, gru_cell_backward};
use brand_nn_tensor::Tensor;

/// Runs a GRU layer over a batch of sequences (Cho et al. 2014), as PyTorch and cuDNN do.
///
/// With a = W x + b and c = U h + d, r, z = σ(a + c), n = tanh(a + r c), h ← (1 − z) n + z h: the
/// reset comes after the product. All steps' inputs go through one product; the batch is cut into
/// parts that run in parallel. Steps that `real` calls padding cost nothing and leave the state as it
/// was.
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
/// use brand_nn_autodiff::{RecurrentWeights, Var, gru};
/// use brand_nn_tensor::Tensor;
///
/// let weights = RecurrentWeights {
///     weight_ih: Var::leaf(Tensor::full([6, 3], 0.1)),
///     weight_hh: Var::leaf(Tensor::full([6, 2], 0.1)),
///     bias_ih: Var::leaf(Tensor::zeros([6])),
///     bias_hh: Var::leaf(Tensor::zeros([6])),
/// };
/// let output = gru(&Tensor::ones([4, 5, 3]).into(), &weights, None, None)?;
/// assert_eq!(output.sequence.shape()[..], [4, 5, 2]);
/// assert_eq!(output.hidden.shape()[..], [4, 2]);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn gru(
    input: &Var,
    weights: &RecurrentWeights,
    state: Option<&Var>,
    real: Option<&Tensor>,
) -> Result<RecurrentOutput> {
    run(Cell::Gru, input, weights, state, real)
}

/// One step on its way back.
pub(crate) fn backward<T: Real>(step: Step<'_, T>, dh: &mut [T], slopes: [&mut [T]; 2]) {
    let Step { units: hidden, gates, recurrent, before: h_prev, .. } = step;
    gru_cell_backward(GruStep { hidden, gates, recurrent, h_prev }, dh, slopes);
}

/// One step in plain ops.
pub(crate) fn plain(outer: &Var, inner: &Var, h: &Var) -> Var {
    let units = h.tensor().dim(-1);
    let [a, c] = [outer, inner].map(|gates| gates.split(1, &[units; 3]));
    let (r, z) = ((&a[0] + &c[0]).sigmoid(), (&a[1] + &c[1]).sigmoid());
    let n = (&a[2] + r * &c[2]).tanh();
    (1.0 - &z) * n + z * h
}
