//! What recurrent layers share: sizes, parts of the batch, and the way through time.

use super::{
    gru, rnn,
    schedule::{Part, Schedule},
};
use crate::{Error, Result, Var, gradients::Flow, node::Flows, walk::Walk};
use brand_nn_kernels::{Mat, MatMut, PackedB, Real, gemm_packed, gru_cell, threads};
use brand_nn_tensor::{Affine, DType, Element, Tensor};

/// The weights of a GRU or a plain recurrent layer, with a bias for each of the two products.
#[derive(Clone, Debug)]
pub struct RecurrentWeights {
    /// `[gates · units, features]`; a GRU has 3 gates, in PyTorch's order reset, update, new.
    pub weight_ih: Var,
    /// `[gates · units, units]`.
    pub weight_hh: Var,
    /// `[gates · units]`, added to what inputs give.
    pub bias_ih: Var,
    /// `[gates · units]`, added to what the state gives.
    pub bias_hh: Var,
}

/// What a GRU or a plain recurrent layer makes of a batch of sequences.
#[derive(Clone, Debug)]
pub struct RecurrentOutput {
    /// The hidden state after every step, `[batch, time, units]`; noughts where a step is padding.
    pub sequence: Var,
    /// The hidden state after the last real step, `[batch, units]`.
    pub hidden: Var,
}

/// The part of a step that follows its two products.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    Gru,
    Tanh,
    Relu,
}

impl Cell {
    fn name(self) -> &'static str {
        if self == Self::Gru { "gru" } else { "rnn" }
    }

    /// How many gates of `units` numbers each product makes.
    fn gates(self) -> usize {
        if self == Self::Gru { 3 } else { 1 }
    }
}

/// What a step had, and left for its way back.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a, T> {
    pub(crate) units: usize,
    pub(crate) gates: &'a [T],
    pub(crate) recurrent: &'a [T],
    pub(crate) before: &'a [T],
    pub(crate) after: &'a [T],
}

/// Runs a layer over a batch of sequences.
pub(crate) fn run(
    cell: Cell,
    input: &Var,
    weights: &RecurrentWeights,
    state: Option<&Var>,
    real: Option<&Tensor>,
) -> Result<RecurrentOutput> {
    let RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
    let biases = [("bias_ih", bias_ih), ("bias_hh", bias_hh)];
    let states = state.map(|state| ("state", state));
    let products = [weight_ih, weight_hh];
    let sizes =
        Sizes::check(cell.name(), cell.gates(), input, products, &biases, states.as_slice())?;
    check_real(cell.name(), sizes, real)?;
    let zeros = || Tensor::zeros_of([sizes.batch, sizes.units], input.dtype()).into();
    let state = state.cloned().unwrap_or_else(zeros);
    let inputs = [input, weight_ih, weight_hh, bias_ih, bias_hh, &state];
    let value = match input.dtype() {
        DType::F64 => record::<f64>(cell, sizes, inputs, real),
        _ => record::<f32>(cell, sizes, inputs, real),
    };
    let (sequence, [hidden]) = by_steps(&value, sizes.time);
    Ok(RecurrentOutput { sequence, hidden })
}

/// The sequence `[batch, time, units]` and the last states of `[time + N, batch, units]`.
pub(crate) fn by_steps<const N: usize>(value: &Var, time: usize) -> (Var, [Var; N]) {
    let last = std::array::from_fn(|i| value.select(0, time + i));
    (value.slice(0, 0..time).transpose(0, 1), last)
}

/// Refuses a mask of real steps that is not bool `[batch, time]`.
pub(crate) fn check_real(op: &'static str, sizes: Sizes, real: Option<&Tensor>) -> Result<()> {
    let Sizes { batch, time, .. } = sizes;
    match real {
        Some(real) if real.dtype() != DType::Bool || real.shape()[..] != [batch, time] => {
            Err(Error::Setting {
                place: op.into(),
                setting: "real",
                got: format!("{} of shape {}", real.dtype(), real.shape()),
                expected: "bool of the input's shape [batch, time]",
                help: "true stands where a step is real, false where it is padding",
            })
        }
        _ => Ok(()),
    }
}

/// The new state of the rows whose step is real, the old one of the others.
pub(crate) fn keep(real: Option<&Tensor>, step: usize, new: Var, old: &Var) -> Var {
    let is_real = |real: &Tensor| real.select(1, step).unsqueeze(-1);
    match real {
        Some(real) => Var::where_(&is_real(real), &new, old),
        None => new,
    }
}

/// The state that a step shows: noughts where it is padding.
pub(crate) fn shown(real: Option<&Tensor>, step: usize, state: &Var) -> Var {
    keep(real, step, state.clone(), &Tensor::zeros_like(state.tensor()).into())
}

/// The lengths of all axes of a recurrent layer.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    pub(crate) time: usize,
    pub(crate) units: usize,
}

impl Sizes {
    /// The sizes, if input, both weights, the biases and the states fit.
    pub(crate) fn check(
        op: &'static str,
        gates: usize,
        input: &Var,
        [weight_ih, weight_hh]: [&Var; 2],
        biases: &[(&'static str, &Var)],
        states: &[(&'static str, &Var)],
    ) -> Result<Self> {
        let [batch, time, features] = input.tensor().dims()?;
        let [_, units] = weight_hh.tensor().dims()?;
        expect(op, "weight_ih", weight_ih, &[gates * units, features])?;
        expect(op, "weight_hh", weight_hh, &[gates * units, units])?;
        for (name, bias) in biases {
            expect(op, name, bias, &[gates * units])?;
        }
        for (name, state) in states {
            expect(op, name, state, &[batch, units])?;
        }
        if time == 0 || !matches!(input.dtype(), DType::F32 | DType::F64) {
            return Err(Error::Setting {
                place: op.into(),
                setting: "input",
                got: format!("{} of shape {}", input.dtype(), input.shape()),
                expected: "f32 or f64 with at least one time step",
                help: "sequences are [batch, time, features]",
            });
        }
        Ok(Self { batch, time, units })
    }
}

fn expect(op: &'static str, name: &'static str, var: &Var, shape: &[usize]) -> Result<()> {
    if var.shape()[..] == *shape {
        return Ok(());
    }
    Err(Error::Setting {
        place: op.into(),
        setting: name,
        got: format!("of shape {}", var.shape()),
        expected: "a shape that fits the input and the units",
        help: "weights are [gates·units, …]: 4 gates for an lstm, in the order i, f, g, o, \
               3 for a gru, in the order r, z, n; states are [batch, units]",
    })
}

/// The weights of the state, packed once for the products of all steps.
pub(crate) struct Recurrence<T: Real>(PackedB<T>);

impl<T: Real + Element> Recurrence<T> {
    /// For `states · weightᵀ`, with `weight` `[gates · units, units]`.
    pub(crate) fn forward(weight: &Tensor) -> Self {
        let (width, units) = (weight.dim(0), weight.dim(1));
        Self(PackedB::new(Mat::columns(&weight.data::<T>(), units, width)))
    }

    /// For `slopes · weight`.
    pub(crate) fn backward(weight: &Tensor) -> Self {
        let (width, units) = (weight.dim(0), weight.dim(1));
        Self(PackedB::new(Mat::rows(&weight.data::<T>(), width, units)))
    }

    /// Adds the product of some rows to as many rows of `out`.
    pub(crate) fn add(&self, rows: &[T], out: &mut [T]) {
        let (inner, width) = (self.0.rows(), self.0.cols());
        let batch = out.len().checked_div(width).unwrap_or(0);
        let out = MatMut::rows(out, batch, width);
        gemm_packed(T::ONE, Mat::rows(rows, batch, inner), &self.0, T::ONE, out);
    }
}

/// The dtype in which a layer keeps what its steps leave for the way back.
pub(crate) fn kept_dtype(inputs: &[&Var]) -> DType {
    match inputs.iter().any(|input| input.bf16().is_some()) {
        true => DType::Bf16,
        false => inputs[0].dtype(),
    }
}

/// Runs all parts and records them as one node: the hidden states of all steps and, as one more
/// step, the last ones: `[time + 1, batch, units]`.
fn record<T: Real + Element>(
    cell: Cell,
    sizes: Sizes,
    inputs: [&Var; 6],
    real: Option<&Tensor>,
) -> Var {
    let [x, weight_ih, weight_hh, bias_ih, bias_hh, state] = inputs.map(Var::tensor);
    let schedule = Schedule::new(&sizes, real);
    let recurrence = Recurrence::<T>::forward(weight_hh);
    let traces = threads::map(schedule.parts.len(), |i| {
        let part = &schedule.parts[i];
        let weights = [weight_ih, bias_ih, bias_hh];
        Trace::forward(cell, part, part.gather(x), weights, &recurrence, &part.states(state))
    });
    let states: Vec<_> = traces.iter().map(|trace| [&trace.hidden]).collect();
    let value = schedule.outputs::<T, 1>(&states, sizes);
    let kept = kept_dtype(&inputs);
    let traces: Vec<_> = traces.iter().map(|trace| trace.to(kept)).collect();
    let real = real.cloned();
    let mut slots = 0..;
    let saved = inputs.map(|input| input.save(slots.next().unwrap_or_default()));
    Var::record_many(cell.name(), &inputs, value, move |walk, gradient| {
        if walk.higher() {
            let twin = |inputs| twin(cell, inputs, real.as_ref());
            return walk.through_twin(saved.each_ref(), gradient, twin);
        }
        let gradient = gradient.into_tensor().contiguous();
        let recurrence = Recurrence::<T>::backward(&saved[2].value());
        let slopes = threads::map(schedule.parts.len(), |i| {
            let (part, trace) = (&schedule.parts[i], traces[i].to(T::DTYPE));
            trace.backward(cell, part, &gradient, (&saved[1].value(), &recurrence), walk)
        });
        Ok(merge::<T>(&slopes, &schedule, sizes))
    })
}

/// What the backward of one part of the batch needs; steps and rows are the part's, packed.
struct Trace {
    input: Tensor,     // [steps, features]
    gates: Tensor,     // [steps, gates · units], as the cell left them
    recurrent: Tensor, // [steps, gates · units], what the state gave
    hidden: Tensor,    // [rows + steps, units], the start first
}

impl Trace {
    fn forward<T: Real + Element>(
        cell: Cell,
        part: &Part,
        input: Tensor,
        [weight_ih, bias_ih, bias_hh]: [&Tensor; 3],
        recurrence: &Recurrence<T>,
        start: &Tensor,
    ) -> Self {
        let (rows, units) = (part.rows.len(), start.dim(1));
        let then = Affine { bias: Some(bias_ih), ..Affine::default() };
        let mut gates = input.affine(weight_ih, &then);
        let mut recurrent = bias_hh.expand(gates.shape()).contiguous();
        let empty = Tensor::zeros_of([part.len(), units], input.dtype());
        let mut hidden = Tensor::concat(&[start.clone(), empty], 0);
        let width = cell.gates() * units;
        let (g, r, h) = (gates.make_mut::<T>(), recurrent.make_mut::<T>(), hidden.make_mut::<T>());
        for (now, from) in part.walk() {
            let (before, after) = h.split_at_mut((rows + now.start) * units);
            let before = &before[from * units..(from + now.len()) * units];
            let after = &mut after[..now.len() * units];
            let wide = width * now.start..width * now.end;
            let (gates, recurrent) = (&mut g[wide.clone()], &mut r[wide]);
            recurrence.add(before, recurrent);
            match cell {
                Cell::Gru => gru_cell(units, gates, recurrent, before, after),
                _ => rnn::forward(cell, gates, recurrent, after),
            }
        }
        Self { input, gates, recurrent, hidden }
    }

    /// The same, kept in another dtype.
    fn to(&self, dtype: DType) -> Self {
        let kept = [&self.input, &self.gates, &self.recurrent, &self.hidden];
        let [input, gates, recurrent, hidden] = kept.map(|tensor| tensor.to(dtype));
        Self { input, gates, recurrent, hidden }
    }

    /// The gradients of all inputs, in their order, of one part of the batch.
    fn backward<T: Real + Element>(
        &self,
        cell: Cell,
        part: &Part,
        gradient: &Tensor,
        (weight_ih, recurrence): (&Tensor, &Recurrence<T>),
        walk: &Walk<'_>,
    ) -> [Option<Tensor>; 6] {
        let ([outer, inner], state) = self.through_time(cell, part, gradient, recurrence);
        [
            walk.needs(0).then(|| outer.matmul(weight_ih)),
            walk.needs(1).then(|| outer.t().matmul(&self.input)),
            walk.needs(2).then(|| inner.t().matmul(&part.before(&self.hidden))),
            walk.needs(3).then(|| outer.sum_axis(0)),
            walk.needs(4).then(|| inner.sum_axis(0)),
            walk.needs(5).then_some(state),
        ]
    }

    /// The slopes of what inputs give, of what the state gives, and of the state at the start.
    fn through_time<T: Real + Element>(
        &self,
        cell: Cell,
        part: &Part,
        gradient: &Tensor,
        recurrence: &Recurrence<T>,
    ) -> ([Tensor; 2], Tensor) {
        let (rows, time, units) = (part.rows.len(), gradient.dim(0) - 1, gradient.dim(2));
        let width = cell.gates() * units;
        let mut outer = Tensor::zeros_like(&self.gates);
        let mut inner = Tensor::zeros_like(&self.gates);
        let mut state = part.states(&gradient.select(0, time));
        let (g, h) = (gradient.data::<T>(), self.hidden.data::<T>());
        let (gates, recurrent) = (self.gates.data::<T>(), self.recurrent.data::<T>());
        let (a, b, dh) = (outer.make_mut::<T>(), inner.make_mut::<T>(), state.make_mut::<T>());
        for (now, from) in part.walk().into_iter().rev() {
            let (left, wide) = (now.len() * units, width * now.start..width * now.end);
            let dh = &mut dh[..left];
            part.add(now.clone(), &g, units, dh);
            let before = &h[from * units..][..left];
            let after = &h[(rows + now.start) * units..][..left];
            let (gates, recurrent) = (&gates[wide.clone()], &recurrent[wide.clone()]);
            let step = Step { units, gates, recurrent, before, after };
            let slopes = [&mut a[wide.clone()], &mut b[wide.clone()]];
            match cell {
                Cell::Gru => gru::backward(step, dh, slopes),
                _ => rnn::backward(cell, step, dh, slopes),
            }
            recurrence.add(&b[wide], dh);
        }
        ([outer, inner], state)
    }
}

/// Brings what each part has for its own rows to their places and sums what all share, in the
/// parts' order.
fn merge<T: Real + Element>(
    parts: &[[Option<Tensor>; 6]],
    schedule: &Schedule,
    sizes: Sizes,
) -> Flows {
    let all = |slot: usize| {
        let slopes: Option<Vec<_>> = parts.iter().map(|part| part[slot].clone()).collect();
        let slopes = slopes?;
        let slope = match slot {
            0 => schedule.steps::<T>(&slopes, sizes),
            5 => schedule.states::<T>(&slopes.iter().collect::<Vec<_>>(), sizes.batch),
            _ => slopes.into_iter().reduce(|a, b| a + b)?,
        };
        Some(Flow::Dense(slope.into()))
    };
    (0..6).map(all).collect()
}

/// The same layer in plain ops, for gradients of gradients: `[time + 1, batch, units]`.
fn twin(
    cell: Cell,
    [x, weight_ih, weight_hh, bias_ih, bias_hh, mut h]: [Var; 6],
    real: Option<&Tensor>,
) -> Result<Var> {
    let [_, time, _] = x.tensor().dims()?;
    let mut steps = Vec::with_capacity(time + 1);
    for t in 0..time {
        let outer = x.select(1, t).linear(&weight_ih, Some(&bias_ih));
        let inner = h.linear(&weight_hh, Some(&bias_hh));
        let new = match cell {
            Cell::Gru => gru::plain(&outer, &inner, &h),
            Cell::Tanh => (outer + inner).tanh(),
            Cell::Relu => (outer + inner).relu(),
        };
        steps.push(shown(real, t, &new));
        h = keep(real, t, new, &h);
    }
    steps.push(h);
    Ok(Var::stack(&steps, 0))
}
