//! The pointwise part of a GRU step: gates and output, forward and backward.

use crate::Real;
use crate::lanes::ABREAST;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::unary::{
    curves::{Sigmoid, Tanh},
    map_values,
};

/// One step of a GRU cell, gates in PyTorch's order r z n, the reset after the product.
///
/// `r, z = σ(a + b)`, `n = tanh(a + r b)`, `h = n + z (h_prev − n)`. `gates` is `[batch, 3·H]`:
/// what inputs give (a) comes in, activated gates go out. `recurrent` is what the state gives (b),
/// of the same shape; the others are `[batch, H]`.
///
/// # Panics
/// If the lengths do not fit, or `hidden` is not a divisor of the state's.
///
/// # Examples
/// ```
/// let (mut gates, mut h) = ([0.0_f32; 3], [0.0]);
/// brand_nn_kernels::gru_cell(1, &mut gates, &[0.0; 3], &[2.0], &mut h);
/// assert_eq!((gates, h), ([0.5, 0.5, 0.0], [1.0]));
/// ```
#[track_caller]
pub fn gru_cell<T: Real>(
    hidden: usize,
    gates: &mut [T],
    recurrent: &[T],
    h_prev: &[T],
    h: &mut [T],
) {
    check("gru_cell", hidden, [gates.len(), recurrent.len()], [h_prev.len(), h.len()]);
    dispatch(Forward { hidden, gates, recurrent, h_prev, h });
}

/// What the forward step of a GRU cell left for its backward step.
#[derive(Clone, Copy, Debug)]
pub struct GruStep<'a, T> {
    /// Units of the cell, H.
    pub hidden: usize,
    /// Activated gates, `[batch, 3·H]`.
    pub gates: &'a [T],
    /// What the state gave, `[batch, 3·H]`; its last third is read.
    pub recurrent: &'a [T],
    /// The state before the step, `[batch, H]`.
    pub h_prev: &'a [T],
}

/// The gradient of [`gru_cell`].
///
/// `dh` comes as the gradient of the state after the step and leaves as what of it goes straight to
/// the state before; `slopes` become those of what inputs give and of what the state gives.
///
/// # Panics
/// As [`gru_cell`].
#[track_caller]
pub fn gru_cell_backward<T: Real>(step: GruStep<T>, dh: &mut [T], slopes: [&mut [T]; 2]) {
    let op = "gru_cell_backward";
    check(op, step.hidden, [step.gates.len(), step.recurrent.len()], [step.h_prev.len(), dh.len()]);
    check(op, step.hidden, [slopes[0].len(), slopes[1].len()], [dh.len(); 2]);
    dispatch(Backward { step, dh, slopes });
}

#[track_caller]
fn check(op: &str, hidden: usize, gates: [usize; 2], states: [usize; 2]) {
    let size = states[0];
    count(op, &[3, hidden.max(size)]);
    let divides = if hidden == 0 { size == 0 } else { size.is_multiple_of(hidden) };
    assert!(
        divides && states[1] == size && gates == [3 * size; 2],
        "{op}: {gates:?} gates of {hidden} units for states of {states:?} elements"
    );
}

struct Forward<'a, T> {
    hidden: usize,
    gates: &'a mut [T],
    recurrent: &'a [T],
    h_prev: &'a [T],
    h: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Forward { hidden, gates, recurrent, h_prev, h } = self;
        let width = hidden.max(1);
        let rows = gates.chunks_exact_mut(3 * width).zip(recurrent.chunks_exact(3 * width));
        let states = h_prev.chunks_exact(width).zip(h.chunks_exact_mut(width));
        for ((gates, recurrent), (h_prev, h)) in rows.zip(states) {
            let (reset_update, new) = gates.split_at_mut(2 * width);
            let (outer, inner) = recurrent.split_at(2 * width);
            reset_update.iter_mut().zip(outer).for_each(|(a, &b)| *a = *a + b);
            map_values::<T, L, Sigmoid, ABREAST>(None, reset_update);
            let (reset, update) = reset_update.split_at(width);
            for ((a, &b), &r) in new.iter_mut().zip(inner).zip(reset) {
                *a = r.multiply_add::<L>(b, *a);
            }
            map_values::<T, L, Tanh, ABREAST>(None, new);
            for ((h, &h_prev), (&n, &z)) in h.iter_mut().zip(h_prev).zip(new.iter().zip(update)) {
                *h = z.multiply_add::<L>(h_prev - n, n);
            }
        }
    }
}

struct Backward<'a, T> {
    step: GruStep<'a, T>,
    dh: &'a mut [T],
    slopes: [&'a mut [T]; 2],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Backward { step: GruStep { hidden, gates, recurrent, h_prev }, dh, slopes } = self;
        let [outer, inner] = slopes;
        for (row, dh) in dh.chunks_exact_mut(hidden.max(1)).enumerate() {
            let wide = 3 * row * hidden..3 * (row + 1) * hidden;
            let h_prev = &h_prev[row * hidden..(row + 1) * hidden];
            let (gates, recurrent) = (&gates[wide.clone()], &recurrent[wide.clone()]);
            backward_row(gates, recurrent, h_prev, dh, &mut outer[wide.clone()], &mut inner[wide]);
        }
    }
}

/// One example: slopes from the activated values, `σ′ = y (1 − y)` and `tanh′ = 1 − y²`.
#[inline(always)]
fn backward_row<T: Real>(
    gates: &[T],
    recurrent: &[T],
    h_prev: &[T],
    dh: &mut [T],
    outer: &mut [T],
    inner: &mut [T],
) {
    let hidden = dh.len();
    let (r, rest) = gates.split_at(hidden);
    let (z, n) = rest.split_at(hidden);
    let (b, n, h_prev) = (&recurrent[2 * hidden..3 * hidden], &n[..hidden], &h_prev[..hidden]);
    let (dr, rest) = outer.split_at_mut(hidden);
    let (dz, dn) = rest.split_at_mut(hidden);
    let dn = &mut dn[..hidden];
    for u in 0..hidden {
        dn[u] = dh[u] * (T::ONE - z[u]) * (T::ONE - n[u] * n[u]);
        dz[u] = dh[u] * (h_prev[u] - n[u]) * z[u] * (T::ONE - z[u]);
        dr[u] = dn[u] * b[u] * r[u] * (T::ONE - r[u]);
        dh[u] = dh[u] * z[u];
    }
    inner[..hidden].copy_from_slice(dr);
    inner[hidden..2 * hidden].copy_from_slice(dz);
    for (inner, (&dn, &r)) in inner[2 * hidden..].iter_mut().zip(dn.iter().zip(r)) {
        *inner = dn * r;
    }
}
