//! A whole LSTM layer over all time steps, as one node with its backward by hand.

use super::recurrent::{Recurrence, Sizes, by_steps, check_real, keep, kept_dtype, shown};
use super::schedule::{Part, Schedule};
use crate::{Result, Var, gradients::Flow, node::Flows, walk::Walk};
use brand_nn_kernels::{LstmStep, Real, lstm_cell, lstm_cell_backward, threads};
use brand_nn_tensor::{Affine, DType, Element, Tensor};
use std::ops::Range;

/// The weights of an LSTM layer; gates stand in PyTorch's order: input, forget, cell, output.
#[derive(Clone, Debug)]
pub struct LstmWeights {
    /// `[4 · units, features]`.
    pub weight_ih: Var,
    /// `[4 · units, units]`.
    pub weight_hh: Var,
    /// `[4 · units]`.
    pub bias: Var,
}

/// What an LSTM layer makes of a batch of sequences.
#[derive(Clone, Debug)]
pub struct LstmOutput {
    /// The hidden state after every step, `[batch, time, units]`; noughts where a step is padding.
    pub sequence: Var,
    /// The hidden state after the last real step, `[batch, units]`.
    pub hidden: Var,
    /// The cell state after the last real step, `[batch, units]`.
    pub cell: Var,
}

/// Runs an LSTM layer over a batch of sequences (Hochreiter and Schmidhuber 1997; Gers 1999).
///
/// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c ← f c + i g, h ← o tanh(c).
/// All steps' inputs go through one product; the batch is cut into parts that run in parallel.
/// Steps that `real` calls padding cost nothing and leave the state as it was.
///
/// # Shapes
/// `input` `[batch, time, features]`, `state` two of `[batch, units]`, zero where there is none, and
/// `real` bool `[batch, time]`; all steps are real where there is none.
///
/// # Errors
/// If a shape or dtype does not fit, or there is no step.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{LstmWeights, Var, lstm};
/// use brand_nn_tensor::Tensor;
///
/// let weights = LstmWeights {
///     weight_ih: Var::leaf(Tensor::full([8, 3], 0.1)),
///     weight_hh: Var::leaf(Tensor::full([8, 2], 0.1)),
///     bias: Var::leaf(Tensor::zeros([8])),
/// };
/// let output = lstm(&Tensor::ones([4, 5, 3]).into(), &weights, None, None)?;
/// assert_eq!(output.sequence.shape()[..], [4, 5, 2]);
/// assert_eq!(output.cell.shape()[..], [4, 2]);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn lstm(
    input: &Var,
    weights: &LstmWeights,
    state: Option<(&Var, &Var)>,
    real: Option<&Tensor>,
) -> Result<LstmOutput> {
    let states = state.map_or_else(Vec::new, |(h, c)| vec![("hidden", h), ("cell", c)]);
    let products = [&weights.weight_ih, &weights.weight_hh];
    let sizes = Sizes::check("lstm", 4, input, products, &[("bias", &weights.bias)], &states)?;
    check_real("lstm", sizes, real)?;
    let zeros = || Var::from(Tensor::zeros_of([sizes.batch, sizes.units], input.dtype()));
    let (hidden, cell) = state.map_or_else(|| (zeros(), zeros()), |(h, c)| (h.clone(), c.clone()));
    let inputs = [input, &weights.weight_ih, &weights.weight_hh, &weights.bias, &hidden, &cell];
    let packed = match input.dtype() {
        DType::F64 => record::<f64>(sizes, inputs, real),
        _ => record::<f32>(sizes, inputs, real),
    };
    let (sequence, [hidden, cell]) = by_steps(&packed, sizes.time);
    Ok(LstmOutput { sequence, hidden, cell })
}

/// Runs all parts and records them as one node whose value is the hidden states of all steps and,
/// as two more steps, the last hidden and the last cell states: `[time + 2, batch, units]`.
fn record<T: Real + Element>(sizes: Sizes, inputs: [&Var; 6], real: Option<&Tensor>) -> Var {
    let [x, ih, hh, bias, h0, c0] = inputs.map(Var::tensor);
    let schedule = Schedule::new(&sizes, real);
    let recurrence = Recurrence::<T>::forward(hh);
    let traces = threads::map(schedule.parts.len(), |i| {
        let part = &schedule.parts[i];
        let start = [h0, c0].map(|state| part.states(state));
        Trace::<T>::forward(part, part.gather(x), [ih, bias], &recurrence, start)
    });
    let states: Vec<_> = traces.iter().map(|trace| [&trace.hidden, &trace.cell]).collect();
    let value = schedule.outputs::<T, 2>(&states, sizes);
    let kept = kept_dtype(&inputs);
    let traces: Vec<_> = traces.iter().map(|trace| trace.to(kept)).collect();
    let real = real.cloned();
    let mut slots = 0..;
    let saved = inputs.map(|input| input.save(slots.next().unwrap_or_default()));
    Var::record_many("lstm", &inputs, value, move |walk, gradient| {
        if walk.higher() {
            let twin = |inputs| twin(inputs, real.as_ref());
            return walk.through_twin(saved.each_ref(), gradient, twin);
        }
        let gradient = gradient.into_tensor().contiguous();
        let recurrence = Recurrence::backward(&saved[2].value());
        let slopes = threads::map(schedule.parts.len(), |i| {
            let trace = traces[i].to(T::DTYPE);
            trace.backward(&schedule.parts[i], &gradient, &saved[1].value(), &recurrence, walk)
        });
        Ok(Slopes::merge::<T>(&slopes, &schedule, sizes, walk))
    })
}

/// What the backward of one part of the batch needs; steps and rows are the part's, packed.
struct Trace<T> {
    input: Tensor,  // [steps, features]
    gates: Tensor,  // [steps, 4 units], activated
    hidden: Tensor, // [rows + steps, units], the start first
    cell: Tensor,   // [rows + steps, units], the start first
    tanh: Tensor,   // [steps, units], of the cell after each step
    kind: std::marker::PhantomData<T>,
}

impl<T: Real + Element> Trace<T> {
    fn forward(
        part: &Part,
        input: Tensor,
        [ih, bias]: [&Tensor; 2],
        recurrence: &Recurrence<T>,
        start: [Tensor; 2],
    ) -> Self {
        let (rows, units) = (part.rows.len(), start[0].dim(1));
        let mut gates = input.affine(ih, &Affine { bias: Some(bias), ..Affine::default() });
        let mut tanh = Tensor::zeros_of([part.len(), units], input.dtype());
        let [mut hidden, mut cell] = start.map(|state| Tensor::concat(&[state, tanh.clone()], 0));
        let (g, h) = (gates.make_mut::<T>(), hidden.make_mut::<T>());
        let (c, tc) = (cell.make_mut::<T>(), tanh.make_mut::<T>());
        for (now, from) in part.walk() {
            let (from, at) = (from * units..(from + now.len()) * units, (rows + now.start) * units);
            let (before, after) = h.split_at_mut(at);
            let (c_before, c_after) = c.split_at_mut(at);
            let (now, pre) = (units * now.start..units * now.end, &mut g[wide(&now, units)]);
            recurrence.add(&before[from.clone()], pre);
            let (c_now, h_now) = (&mut c_after[..from.len()], &mut after[..from.len()]);
            lstm_cell(units, pre, &c_before[from], c_now, &mut tc[now], h_now);
        }
        Self { input, gates, hidden, cell, tanh, kind: std::marker::PhantomData }
    }

    /// The same, kept in another dtype.
    fn to(&self, dtype: DType) -> Self {
        let kept = [&self.input, &self.gates, &self.hidden, &self.cell, &self.tanh];
        let [input, gates, hidden, cell, tanh] = kept.map(|tensor| tensor.to(dtype));
        Self { input, gates, hidden, cell, tanh, kind: self.kind }
    }

    fn backward(
        &self,
        part: &Part,
        gradient: &Tensor,
        ih: &Tensor,
        recurrence: &Recurrence<T>,
        walk: &Walk<'_>,
    ) -> Slopes {
        let (slope, hidden, cell) = self.through_time(part, gradient, recurrence);
        let before = || part.before(&self.hidden);
        Slopes {
            input: walk.needs(0).then(|| slope.matmul(ih)),
            weight_ih: walk.needs(1).then(|| slope.t().matmul(&self.input)),
            weight_hh: walk.needs(2).then(|| slope.t().matmul(&before())),
            bias: walk.needs(3).then(|| slope.sum_axis(0)),
            hidden,
            cell,
        }
    }

    /// The slopes of all pre-activations, and those of the state at the start.
    fn through_time(
        &self,
        part: &Part,
        gradient: &Tensor,
        recurrence: &Recurrence<T>,
    ) -> (Tensor, Tensor, Tensor) {
        let (time, units) = (gradient.dim(0) - 2, gradient.dim(2));
        let mut slope = Tensor::zeros_like(&self.gates);
        let [mut hidden, mut cell] = [0, 1].map(|i| part.states(&gradient.select(0, time + i)));
        let outer = gradient.data::<T>();
        let (gates, cells, tanh) =
            (self.gates.data::<T>(), self.cell.data::<T>(), self.tanh.data::<T>());
        let (s, dh, dc) = (slope.make_mut::<T>(), hidden.make_mut::<T>(), cell.make_mut::<T>());
        for (now, from) in part.walk().into_iter().rev() {
            let (wide, left) = (wide(&now, units), now.len() * units);
            let (dh, dc) = (&mut dh[..left], &mut dc[..left]);
            part.add(now.clone(), &outer, units, dh);
            let (pre, gates) = (&mut s[wide.clone()], &gates[wide]);
            let c_prev = &cells[from * units..][..left];
            let tanh_c = &tanh[now.start * units..][..left];
            lstm_cell_backward(LstmStep { hidden: units, gates, c_prev, tanh_c }, dh, dc, pre);
            dh.fill(T::ZERO);
            recurrence.add(pre, dh);
        }
        (slope, hidden, cell)
    }
}

/// The gates of some steps.
fn wide(steps: &Range<usize>, units: usize) -> Range<usize> {
    4 * units * steps.start..4 * units * steps.end
}

/// The gradients of all inputs, of one part of the batch.
struct Slopes {
    input: Option<Tensor>,
    weight_ih: Option<Tensor>,
    weight_hh: Option<Tensor>,
    bias: Option<Tensor>,
    hidden: Tensor,
    cell: Tensor,
}

impl Slopes {
    /// Sums what all parts share and brings what each has for its own rows to their places.
    fn merge<T: Real + Element>(
        parts: &[Self],
        schedule: &Schedule,
        sizes: Sizes,
        walk: &Walk<'_>,
    ) -> Flows {
        let all = |pick: fn(&Self) -> Option<Tensor>| parts.iter().map(pick).collect();
        let sum = |of: Option<Vec<Tensor>>| of.and_then(|of| of.into_iter().reduce(|a, b| a + b));
        let states = |slot, pick: fn(&Self) -> &Tensor| {
            let states = || parts.iter().map(pick).collect::<Vec<_>>();
            walk.needs(slot).then(|| schedule.states::<T>(&states(), sizes.batch))
        };
        let input: Option<Vec<Tensor>> = all(|part| part.input.clone());
        let slopes = [
            input.map(|input| schedule.steps::<T>(&input, sizes)),
            sum(all(|part| part.weight_ih.clone())),
            sum(all(|part| part.weight_hh.clone())),
            sum(all(|part| part.bias.clone())),
            states(4, |part| &part.hidden),
            states(5, |part| &part.cell),
        ];
        slopes.into_iter().map(|slope| slope.map(|slope| Flow::Dense(slope.into()))).collect()
    }
}

/// The same layer in plain ops, for gradients of gradients.
fn twin([x, ih, hh, bias, h0, c0]: [Var; 6], real: Option<&Tensor>) -> Result<Var> {
    let [_, time, _] = x.tensor().dims()?;
    let [_, units] = hh.tensor().dims()?;
    let (mut h, mut c) = (h0, c0);
    let mut steps = Vec::with_capacity(time + 2);
    for t in 0..time {
        let pre = x.select(1, t).linear(&ih, Some(&bias)) + h.linear(&hh, None);
        let gates = pre.split(1, &[units; 4]);
        let c_new = gates[1].sigmoid() * &c + gates[0].sigmoid() * gates[2].tanh();
        let h_new = gates[3].sigmoid() * c_new.tanh();
        c = keep(real, t, c_new, &c);
        steps.push(shown(real, t, &h_new));
        h = keep(real, t, h_new, &h);
    }
    steps.extend([h, c]);
    Ok(Var::stack(&steps, 0))
}
