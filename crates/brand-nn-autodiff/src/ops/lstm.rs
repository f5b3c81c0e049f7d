//! A whole LSTM layer over all time steps, as one node with its backward by hand.

use super::recurrent::{Recurrence, Sizes, join, kept_dtype};
use crate::{Result, Var, gradients::Flow, walk::Walk};
use brand_nn_kernels::{LstmStep, Real, lstm_cell, lstm_cell_backward, threads};
use brand_nn_tensor::{Affine, DType, Element, Tensor};

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
    /// The hidden state after every step, `[batch, time, units]`.
    pub sequence: Var,
    /// The hidden state after the last step, `[batch, units]`.
    pub hidden: Var,
    /// The cell state after the last step, `[batch, units]`.
    pub cell: Var,
}

/// Runs an LSTM layer over a batch of sequences (Hochreiter and Schmidhuber 1997; Gers 1999).
///
/// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c ← f c + i g, h ← o tanh(c).
/// All steps' inputs go through one product; the batch is cut into parts that run in parallel.
///
/// # Shapes
/// `input` `[batch, time, features]`, `state` two of `[batch, units]`, zero where there is none.
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
/// let output = lstm(&Tensor::ones([4, 5, 3]).into(), &weights, None)?;
/// assert_eq!(output.sequence.shape()[..], [4, 5, 2]);
/// assert_eq!(output.cell.shape()[..], [4, 2]);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn lstm(input: &Var, weights: &LstmWeights, state: Option<(&Var, &Var)>) -> Result<LstmOutput> {
    let states = state.map_or_else(Vec::new, |(h, c)| vec![("hidden", h), ("cell", c)]);
    let products = [&weights.weight_ih, &weights.weight_hh];
    let sizes = Sizes::check("lstm", 4, input, products, &[("bias", &weights.bias)], &states)?;
    let zeros = || Var::from(Tensor::zeros_of([sizes.batch, sizes.units], input.dtype()));
    let (hidden, cell) = state.map_or_else(|| (zeros(), zeros()), |(h, c)| (h.clone(), c.clone()));
    let inputs = [input, &weights.weight_ih, &weights.weight_hh, &weights.bias, &hidden, &cell];
    let packed = match input.dtype() {
        DType::F64 => record::<f64>(sizes, inputs),
        _ => record::<f32>(sizes, inputs),
    };
    let time = sizes.time;
    Ok(LstmOutput {
        sequence: packed.slice(0, 0..time).transpose(0, 1),
        hidden: packed.select(0, time - 1),
        cell: packed.select(0, time),
    })
}

/// Runs all parts and records them as one node whose value is the hidden states of all steps and,
/// as one more step, the last cell state: `[time + 1, batch, units]`.
fn record<T: Real + Element>(sizes: Sizes, inputs: [&Var; 6]) -> Var {
    let [x, ih, hh, bias, h0, c0] = inputs.map(Var::tensor);
    let parts = sizes.parts();
    let recurrence = Recurrence::<T>::forward(hh);
    let traces = threads::map(parts.len(), |i| {
        let range = parts[i].clone();
        let part = Sizes { batch: range.len(), ..sizes };
        let rows = x.slice(0, range.clone()).transpose(0, 1).contiguous();
        let start = [h0.slice(0, range.clone()), c0.slice(0, range)];
        Trace::<T>::forward(part, rows, [ih, bias], &recurrence, start)
    });
    let value = Trace::outputs(&traces, sizes);
    let kept = kept_dtype(&inputs);
    let traces: Vec<_> = traces.iter().map(|trace| trace.to(kept)).collect();
    let (ih, hh) = (inputs[1].save(1), inputs[2].save(2));
    let (x, bias, h0, c0) =
        (inputs[0].save(0), inputs[3].save(3), inputs[4].save(4), inputs[5].save(5));
    Var::record_many("lstm", &inputs, value, move |walk, gradient| {
        if walk.higher() {
            return walk.through_twin([&x, &ih, &hh, &bias, &h0, &c0], gradient, twin);
        }
        let gradient = gradient.into_tensor();
        let parts = sizes.parts();
        let recurrence = Recurrence::backward(&hh.value());
        let slopes = threads::map(parts.len(), |i| {
            let part = gradient.slice(1, parts[i].clone()).contiguous();
            traces[i].to(T::DTYPE).backward(&part, &ih.value(), &recurrence, walk)
        });
        Ok(Slopes::merge(&slopes).into_flows(walk))
    })
}

/// What the backward of one part of the batch needs; all are time-major.
struct Trace<T> {
    sizes: Sizes,
    input: Tensor,  // [time, batch, features]
    gates: Tensor,  // [time, batch, 4 units], activated
    hidden: Tensor, // [time + 1, batch, units], the start first
    cell: Tensor,   // [time + 1, batch, units], the start first
    tanh: Tensor,   // [time, batch, units], of the cell after each step
    kind: std::marker::PhantomData<T>,
}

impl<T: Real + Element> Trace<T> {
    fn forward(
        sizes: Sizes,
        input: Tensor,
        [ih, bias]: [&Tensor; 2],
        recurrence: &Recurrence<T>,
        start: [Tensor; 2],
    ) -> Self {
        let Sizes { batch, time, features, units } = sizes;
        let rows = input.reshape([time * batch, features]);
        let mut gates = rows.affine(ih, &Affine { bias: Some(bias), ..Affine::default() });
        let empty = Tensor::zeros_of([time, batch, units], input.dtype());
        let [mut hidden, mut cell] =
            start.map(|state| Tensor::concat(&[state.unsqueeze(0), empty.clone()], 0));
        let mut tanh = empty;
        let step = batch * units;
        let (g, h) = (gates.make_mut::<T>(), hidden.make_mut::<T>());
        let (c, tc) = (cell.make_mut::<T>(), tanh.make_mut::<T>());
        for t in 0..time {
            let (before, after) = h.split_at_mut((t + 1) * step);
            let (c_before, c_after) = c.split_at_mut((t + 1) * step);
            let pre = &mut g[t * 4 * step..(t + 1) * 4 * step];
            recurrence.add(&before[t * step..(t + 1) * step], pre);
            let (c_now, h_now) = (&mut c_after[..step], &mut after[..step]);
            let tanh = &mut tc[t * step..(t + 1) * step];
            lstm_cell(units, pre, &c_before[t * step..], c_now, tanh, h_now);
        }
        let gates = gates.reshape([time, batch, 4 * units]);
        Self { sizes, input, gates, hidden, cell, tanh, kind: std::marker::PhantomData }
    }

    /// The same, kept in another dtype.
    fn to(&self, dtype: DType) -> Self {
        let Self { sizes, kind, .. } = *self;
        let kept = [&self.input, &self.gates, &self.hidden, &self.cell, &self.tanh];
        let [input, gates, hidden, cell, tanh] = kept.map(|tensor| tensor.to(dtype));
        Self { sizes, input, gates, hidden, cell, tanh, kind }
    }

    /// The hidden states after each step and the last cell state of all parts, side by side:
    /// `[time + 1, batch, units]`.
    fn outputs(parts: &[Self], sizes: Sizes) -> Tensor {
        let Sizes { batch, time, units, .. } = sizes;
        let mut all = Tensor::zeros_of([time + 1, batch, units], T::DTYPE);
        let (out, mut first) = (all.make_mut::<T>(), 0);
        for part in parts {
            let step = part.sizes.batch * units;
            let (hidden, cell) = (part.hidden.data::<T>(), part.cell.data::<T>());
            let states = hidden.chunks_exact(step.max(1)).skip(1).chain([&cell[time * step..]]);
            for (out, state) in out.chunks_exact_mut((batch * units).max(1)).zip(states) {
                out[first..first + step].copy_from_slice(state);
            }
            first += step;
        }
        all
    }

    fn backward(
        &self,
        gradient: &Tensor,
        ih: &Tensor,
        recurrence: &Recurrence<T>,
        walk: &Walk<'_>,
    ) -> Slopes {
        let Sizes { batch, time, features, units } = self.sizes;
        let (slope, hidden, cell) = self.through_time(gradient, recurrence);
        let rows = slope.reshape([time * batch, 4 * units]); // [time · batch, 4 units]
        let before = self.hidden.slice(0, ..time).reshape([time * batch, units]);
        let input = self.input.reshape([time * batch, features]);
        Slopes {
            input: walk.needs(0).then(|| rows.matmul(ih).reshape([time, batch, features])),
            weight_ih: walk.needs(1).then(|| rows.t().matmul(&input)),
            weight_hh: walk.needs(2).then(|| rows.t().matmul(&before)),
            bias: walk.needs(3).then(|| rows.sum_axis(0)),
            hidden,
            cell,
        }
    }

    /// The slopes of all pre-activations, and those of the state at the start.
    fn through_time(
        &self,
        gradient: &Tensor,
        recurrence: &Recurrence<T>,
    ) -> (Tensor, Tensor, Tensor) {
        let Sizes { batch, time, units, .. } = self.sizes;
        let step = batch * units;
        let mut slope = Tensor::zeros_like(&self.gates);
        let mut hidden = Tensor::zeros_of([batch, units], gradient.dtype());
        let mut cell = gradient.select(0, time).contiguous();
        let outer = gradient.data::<T>();
        let (gates, cells, tanh) =
            (self.gates.data::<T>(), self.cell.data::<T>(), self.tanh.data::<T>());
        let (s, dh, dc) = (slope.make_mut::<T>(), hidden.make_mut::<T>(), cell.make_mut::<T>());
        for t in (0..time).rev() {
            let (now, wide) = (t * step..(t + 1) * step, t * 4 * step..(t + 1) * 4 * step);
            dh.iter_mut().zip(&outer[now.clone()]).for_each(|(a, &b)| *a = *a + b);
            let (pre, gates) = (&mut s[wide.clone()], &gates[wide]);
            let (c_prev, tanh_c) = (&cells[now.clone()], &tanh[now]);
            lstm_cell_backward(LstmStep { hidden: units, gates, c_prev, tanh_c }, dh, dc, pre);
            dh.fill(T::ZERO);
            recurrence.add(pre, dh);
        }
        (slope, hidden, cell)
    }
}

/// The gradients of all inputs, of one part of the batch or of the whole.
struct Slopes {
    input: Option<Tensor>,
    weight_ih: Option<Tensor>,
    weight_hh: Option<Tensor>,
    bias: Option<Tensor>,
    hidden: Tensor,
    cell: Tensor,
}

impl Slopes {
    /// Sums what all parts share and joins what each has for its own rows, in the parts' order.
    fn merge(parts: &[Self]) -> Self {
        let all = |pick: fn(&Self) -> Option<Tensor>| parts.iter().map(pick).collect();
        let sum = |of: Option<Vec<Tensor>>| of.and_then(|of| of.into_iter().reduce(|a, b| a + b));
        let whole = |of: Option<Vec<Tensor>>, axis| of.map(|of| join(&of, axis));
        let rows = |pick: fn(&Self) -> Tensor| join(&parts.iter().map(pick).collect::<Vec<_>>(), 0);
        Self {
            input: whole(all(|part| part.input.clone()), 1),
            weight_ih: sum(all(|part| part.weight_ih.clone())),
            weight_hh: sum(all(|part| part.weight_hh.clone())),
            bias: sum(all(|part| part.bias.clone())),
            hidden: rows(|part| part.hidden.clone()),
            cell: rows(|part| part.cell.clone()),
        }
    }

    fn into_flows(self, walk: &Walk<'_>) -> crate::node::Flows {
        let input = self.input.map(|slope| slope.transpose(0, 1));
        let state = |slot, slope| walk.needs(slot).then_some(slope);
        [
            input,
            self.weight_ih,
            self.weight_hh,
            self.bias,
            state(4, self.hidden),
            state(5, self.cell),
        ]
        .into_iter()
        .map(|slope| slope.map(|slope| Flow::Dense(slope.into())))
        .collect()
    }
}

/// The same layer in plain ops, for gradients of gradients.
fn twin([x, ih, hh, bias, h0, c0]: [Var; 6]) -> Result<Var> {
    let [_, time, _] = x.tensor().dims()?;
    let [_, units] = hh.tensor().dims()?;
    let (mut h, mut c) = (h0, c0);
    let mut steps = Vec::with_capacity(time + 1);
    for t in 0..time {
        let pre = x.select(1, t).linear(&ih, Some(&bias)) + h.linear(&hh, None);
        let gates = pre.split(1, &[units; 4]);
        c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
        h = gates[3].sigmoid() * c.tanh();
        steps.push(h.clone());
    }
    steps.push(c);
    Ok(Var::stack(&steps, 0))
}
