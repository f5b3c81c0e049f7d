//! The pointwise part of an LSTM step: gates, cell and output, forward and backward.

use crate::Real;
use crate::lanes::ABREAST;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::unary::{
    curves::{Sigmoid, Tanh},
    map_values,
};

/// One step of an LSTM cell, gates in PyTorch's order i f g o.
///
/// `i, f, o = σ(…)`, `g = tanh(…)`, `c = f c_prev + i g`, `h = o tanh c`. `gates` is
/// `[batch, 4·H]`: pre-activations come in, activated gates go out. The others are `[batch, H]`;
/// `tanh_c` is kept for the backward pass.
///
/// # Panics
/// If the lengths differ, or `gates` is not four times as long, or `hidden` is not a divisor.
///
/// # Examples
/// ```
/// let (mut gates, mut c, mut tanh_c, mut h) = ([0.0_f32; 4], [0.0], [0.0], [0.0]);
/// brand_nn_kernels::lstm_cell(1, &mut gates, &[2.0], &mut c, &mut tanh_c, &mut h);
/// assert_eq!((gates, c), ([0.5, 0.5, 0.0, 0.5], [1.0]));
/// ```
#[track_caller]
pub fn lstm_cell<T: Real>(
    hidden: usize,
    gates: &mut [T],
    c_prev: &[T],
    c: &mut [T],
    tanh_c: &mut [T],
    h: &mut [T],
) {
    let lengths = [c_prev.len(), c.len(), tanh_c.len(), h.len()];
    check("lstm_cell", hidden, gates.len(), &lengths);
    dispatch(Forward { hidden, gates, c_prev, c, tanh_c, h });
}

/// The gradient of [`lstm_cell`].
///
/// `dc` brings the gradient of the cell from the step after and takes it to the step before;
/// `d_gates` becomes the gradient of the pre-activations.
///
/// # Panics
/// As [`lstm_cell`].
#[track_caller]
pub fn lstm_cell_backward<T: Real>(step: LstmStep<T>, dh: &[T], dc: &mut [T], d_gates: &mut [T]) {
    let LstmStep { hidden, gates, c_prev, tanh_c } = step;
    check(
        "lstm_cell_backward",
        hidden,
        gates.len(),
        &[c_prev.len(), tanh_c.len(), dh.len(), dc.len()],
    );
    assert!(
        d_gates.len() == gates.len(),
        "lstm_cell_backward: {} gates, {} gradients",
        gates.len(),
        d_gates.len()
    );
    dispatch(Backward { step, dh, dc, d_gates });
}

/// What the forward step of an LSTM cell left for its backward step.
#[derive(Clone, Copy, Debug)]
pub struct LstmStep<'a, T> {
    /// Units of the cell, H.
    pub hidden: usize,
    /// Activated gates, `[batch, 4·H]`.
    pub gates: &'a [T],
    /// The cell before the step, `[batch, H]`.
    pub c_prev: &'a [T],
    /// The tanh of the cell after the step, `[batch, H]`.
    pub tanh_c: &'a [T],
}

#[track_caller]
fn check(op: &str, hidden: usize, gates: usize, lengths: &[usize]) {
    let size = lengths[0];
    count(op, &[4, hidden.max(size)]);
    assert!(
        gates == 4 * size
            && lengths.iter().all(|&len| len == size)
            && if hidden == 0 { size == 0 } else { size.is_multiple_of(hidden) },
        "{op}: {gates} gates of {hidden} units for states of {lengths:?} elements"
    );
}

struct Forward<'a, T> {
    hidden: usize,
    gates: &'a mut [T],
    c_prev: &'a [T],
    c: &'a mut [T],
    tanh_c: &'a mut [T],
    h: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Forward { hidden, gates, c_prev, c, tanh_c, h } = self;
        for (row, gates) in gates.chunks_exact_mut(4 * hidden.max(1)).enumerate() {
            let states = row * hidden..(row + 1) * hidden;
            activate::<T, L>(gates);
            let (c, tanh_c) = (&mut c[states.clone()], &mut tanh_c[states.clone()]);
            cell::<T, L>(gates, &c_prev[states.clone()], c);
            map_values::<T, L, Tanh, ABREAST>(Some(c), tanh_c);
            for ((h, &o), &t) in h[states].iter_mut().zip(&gates[3 * hidden..]).zip(&*tanh_c) {
                *h = o * t;
            }
        }
    }
}

/// σ of i, f and o, tanh of g.
#[inline(always)]
fn activate<T: Real, L: Lanes>(gates: &mut [T]) {
    let hidden = gates.len() / 4;
    let (input_forget, rest) = gates.split_at_mut(2 * hidden);
    let (cell, output) = rest.split_at_mut(hidden);
    for part in [input_forget, output] {
        map_values::<T, L, Sigmoid, ABREAST>(None, part);
    }
    map_values::<T, L, Tanh, ABREAST>(None, cell);
}

/// `c = f c_prev + i g`.
#[inline(always)]
fn cell<T: Real, L: Lanes>(gates: &[T], c_prev: &[T], c: &mut [T]) {
    let hidden = c.len();
    let (i, f, g) = (&gates[..hidden], &gates[hidden..2 * hidden], &gates[2 * hidden..3 * hidden]);
    let inputs = i.iter().zip(g).zip(f.iter().zip(c_prev));
    for (c, ((&i, &g), (&f, &c_prev))) in c.iter_mut().zip(inputs) {
        *c = f.multiply_add::<L>(c_prev, i * g);
    }
}

struct Backward<'a, T> {
    step: LstmStep<'a, T>,
    dh: &'a [T],
    dc: &'a mut [T],
    d_gates: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Backward { step: LstmStep { hidden, gates, c_prev, tanh_c }, dh, dc, d_gates } = self;
        for (row, d_gates) in d_gates.chunks_exact_mut(4 * hidden.max(1)).enumerate() {
            let states = row * hidden..(row + 1) * hidden;
            let gates = &gates[4 * row * hidden..4 * (row + 1) * hidden];
            backward_row(
                Row { gates, c_prev: &c_prev[states.clone()], tanh_c: &tanh_c[states.clone()] },
                &dh[states.clone()],
                &mut dc[states],
                d_gates,
            );
        }
    }
}

#[derive(Clone, Copy)]
struct Row<'a, T> {
    gates: &'a [T],
    c_prev: &'a [T],
    tanh_c: &'a [T],
}

/// One example: slopes from the activated values, `σ′ = y (1 − y)` and `tanh′ = 1 − y²`.
#[inline(always)]
fn backward_row<T: Real>(row: Row<T>, dh: &[T], dc: &mut [T], d_gates: &mut [T]) {
    let hidden = dh.len();
    let (i, rest) = row.gates.split_at(hidden);
    let (f, rest) = rest.split_at(hidden);
    let (g, o) = rest.split_at(hidden);
    let (di, rest) = d_gates.split_at_mut(hidden);
    let (df, rest) = rest.split_at_mut(hidden);
    let (dg, d_o) = rest.split_at_mut(hidden);
    let (c_prev, tanh_c) = (&row.c_prev[..hidden], &row.tanh_c[..hidden]);
    let (o, d_o, dc) = (&o[..hidden], &mut d_o[..hidden], &mut dc[..hidden]);
    for u in 0..hidden {
        let t = tanh_c[u];
        let d_cell = dc[u] + dh[u] * o[u] * (T::ONE - t * t);
        di[u] = d_cell * g[u] * i[u] * (T::ONE - i[u]);
        df[u] = d_cell * c_prev[u] * f[u] * (T::ONE - f[u]);
        dg[u] = d_cell * i[u] * (T::ONE - g[u] * g[u]);
        d_o[u] = dh[u] * t * o[u] * (T::ONE - o[u]);
        dc[u] = d_cell * f[u];
    }
}
