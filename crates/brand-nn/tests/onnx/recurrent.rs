//! Recurrent operators as the standard lays them out: directions, and either order of time and batch.

use crate::case::{Answer, Case, many};
use brand_nn_autodiff::{
    LstmWeights, Nonlinearity, RecurrentOutput, RecurrentWeights, Var, gru, lstm, rnn,
};
use brand_nn_tensor::Tensor;

/// What one direction gives: the states of all times `[batch, time, hidden]`, and the last ones
/// `[batch, hidden]`, of the cell too where there is one.
struct States {
    all: Var,
    last: Vec<Var>,
}

/// One direction's part of the inputs.
struct Direction<'a> {
    case: &'a Case,
    at: usize,
    /// `[batch, time, features]`, turned round where it runs backwards.
    input: Var,
}

pub(crate) fn run(case: &Case) -> Answer {
    let network: fn(&Direction<'_>) -> States = match &case.op[..] {
        "LSTM" if case.optional(7).is_some() => peephole_lstm,
        "LSTM" => plain_lstm,
        "GRU" => plain_gru,
        "RNN" => plain_rnn,
        _ => return None,
    };
    let found: Vec<States> = (0..case.tensor(1).dim(0))
        .map(|at| {
            let backwards = case.text("direction") == "reverse" || at == 1;
            let turned = |x: Var| if backwards { x.tensor().flip(1).into() } else { x };
            let input = turned(case.var(0).transpose(0, 1 - case.int("layout", 0) as isize));
            let states = network(&Direction { case, at, input });
            States { all: turned(states.all), ..states }
        })
        .collect();
    many(laid_out(case, &found))
}

/// All states `[time, directions, batch, hidden]` and the last ones `[directions, batch, hidden]`,
/// or with the batch in front.
fn laid_out(case: &Case, found: &[States]) -> Vec<Tensor> {
    let batch_first = case.int("layout", 0) == 1;
    let all: Vec<_> = found.iter().map(|states| states.all.clone()).collect();
    let all = Var::stack(&all, 2); // [batch, time, directions, hidden]
    let all = if batch_first { all } else { all.permute(&[1, 2, 0, 3]) };
    let axis = if batch_first { 1 } else { 0 };
    let last = (0..found[0].last.len()).map(|i| {
        let parts: Vec<_> = found.iter().map(|states| states.last[i].clone()).collect();
        Var::stack(&parts, axis).into_tensor()
    });
    std::iter::once(all.into_tensor()).chain(last).collect()
}

impl Direction<'_> {
    fn hidden(&self) -> usize {
        self.case.tensor(2).dim(-1)
    }

    /// The i-th input's part, its gates brought into our order.
    fn gates(&self, i: usize, order: &[usize]) -> Var {
        let x = self.case.var(i).select(0, self.at);
        let parts = x.split(0, &vec![self.hidden(); order.len()]);
        Var::concat(&order.iter().map(|&gate| parts[gate].clone()).collect::<Vec<_>>(), 0)
    }

    /// The two biases, zero where there is none.
    fn biases(&self, order: &[usize]) -> [Var; 2] {
        let len = order.len() * self.hidden();
        let Some(bias) = self.case.optional_var(3) else {
            return [0, 1].map(|_| Tensor::zeros([len]).into());
        };
        let bias = bias.select(0, self.at);
        [0, 1].map(|half| {
            let parts = bias
                .slice(0, half * len..(half + 1) * len)
                .split(0, &vec![self.hidden(); order.len()]);
            Var::concat(&order.iter().map(|&gate| parts[gate].clone()).collect::<Vec<_>>(), 0)
        })
    }

    /// An initial state `[batch, hidden]`, zero where there is none.
    fn state(&self, i: usize) -> Var {
        let batch_first = self.case.int("layout", 0) == 1;
        match self.case.optional_var(i) {
            Some(state) => state.select(if batch_first { 1 } else { 0 }, self.at),
            None => Tensor::zeros([self.input.shape()[0], self.hidden()]).into(),
        }
    }
}

/// The standard's gates i o f c in our order i f g o.
const LSTM_GATES: [usize; 4] = [0, 2, 3, 1];

fn plain_lstm(direction: &Direction<'_>) -> States {
    let [input_bias, hidden_bias] = direction.biases(&LSTM_GATES);
    let weights = LstmWeights {
        weight_ih: direction.gates(1, &LSTM_GATES),
        weight_hh: direction.gates(2, &LSTM_GATES),
        bias: input_bias + hidden_bias,
    };
    let (hidden, cell) = (direction.state(5), direction.state(6));
    let output = lstm(&direction.input, &weights, Some((&hidden, &cell)), None).unwrap();
    States { all: output.sequence, last: vec![output.hidden, output.cell] }
}

impl Direction<'_> {
    fn weights(&self, order: &[usize]) -> RecurrentWeights {
        let [bias_ih, bias_hh] = self.biases(order);
        let (weight_ih, weight_hh) = (self.gates(1, order), self.gates(2, order));
        RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh }
    }
}

fn states(output: RecurrentOutput) -> States {
    States { all: output.sequence, last: vec![output.hidden] }
}

/// The standard's gates z r h in our order r z n.
fn plain_gru(direction: &Direction<'_>) -> States {
    let weights = direction.weights(&[1, 0, 2]);
    if direction.case.int("linear_before_reset", 0) == 1 {
        return states(gru(&direction.input, &weights, Some(&direction.state(5)), None).unwrap());
    }
    reset_before_gru(direction, &weights)
}

/// The older GRU, whose reset comes before the product, step by step.
fn reset_before_gru(direction: &Direction<'_>, weights: &RecurrentWeights) -> States {
    let units = direction.hidden();
    let mut hidden = direction.state(5);
    let mut all = Vec::new();
    for step in 0..direction.input.shape()[1] {
        let x = direction.input.select(1, step);
        let x = x.linear(&weights.weight_ih, Some(&(&weights.bias_ih + &weights.bias_hh)));
        let x = x.split(1, &[units; 3]);
        let deep = weights.weight_hh.split(0, &[units; 3]);
        let reset = (&x[0] + hidden.linear(&deep[0], None)).sigmoid();
        let update = (&x[1] + hidden.linear(&deep[1], None)).sigmoid();
        let new = (&x[2] + (reset * &hidden).linear(&deep[2], None)).tanh();
        hidden = (1.0 - &update) * new + update * &hidden;
        all.push(hidden.clone());
    }
    States { all: Var::stack(&all, 1), last: vec![hidden] }
}

fn plain_rnn(direction: &Direction<'_>) -> States {
    let (weights, state) = (direction.weights(&[0]), direction.state(5));
    states(rnn(&direction.input, &weights, Some(&state), None, Nonlinearity::Tanh).unwrap())
}

/// An LSTM whose gates see the cell too, step by step.
fn peephole_lstm(direction: &Direction<'_>) -> States {
    let [input_bias, hidden_bias] = direction.biases(&LSTM_GATES);
    let (wide, deep) = (direction.gates(1, &LSTM_GATES), direction.gates(2, &LSTM_GATES));
    let sizes = [direction.hidden(); 3];
    let seen = direction.case.var(7).select(0, direction.at).split(0, &sizes); // i o f
    let (mut hidden, mut cell) = (direction.state(5), direction.state(6));
    let mut all = Vec::new();
    for step in 0..direction.input.shape()[1] {
        let x = direction.input.select(1, step).linear(&wide, Some(&input_bias));
        let gates = (x + hidden.linear(&deep, Some(&hidden_bias))).split(1, &[sizes[0]; 4]);
        let entry = (&gates[0] + &seen[0] * &cell).sigmoid();
        let forget = (&gates[1] + &seen[2] * &cell).sigmoid();
        cell = forget * cell + entry * gates[2].tanh();
        hidden = (&gates[3] + &seen[1] * &cell).sigmoid() * cell.tanh();
        all.push(hidden.clone());
    }
    States { all: Var::stack(&all, 1), last: vec![hidden, cell] }
}
