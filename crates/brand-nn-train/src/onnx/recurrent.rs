//! Recurrent layers, one way and both ways.

use super::{Graph, Setting, Stage};
use crate::Result;
use brand_nn_autodiff::Nonlinearity;
use brand_nn_layers::MergeMode;
use brand_nn_tensor::Tensor;

/// An operator, and where each of its gates stands among ours.
type Cell = (&'static str, &'static [usize]);

/// Ours i, f, g, o; theirs i, o, f, g.
const LSTM: Cell = ("LSTM", &[0, 3, 1, 2]);
/// Ours r, z, n; theirs z, r, n.
const GRU: Cell = ("GRU", &[1, 0, 2]);
const RNN: Cell = ("RNN", &[0]);

pub(super) fn lstm(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    read(graph, stage, LSTM, x, stage.get_or_default("reverse")?)
}

pub(super) fn gru(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    read(graph, stage, GRU, x, stage.get_or_default("reverse")?)
}

pub(super) fn simple_rnn(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    read(graph, stage, RNN, x, stage.get_or_default("reverse")?)
}

pub(super) fn bidirectional(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let [forward, backward] = ["forward", "backward"].map(|name| stage.inner(name, "inner"));
    let (forward, backward) = (forward?, backward?);
    let cell = match backward.kind.as_str() {
        "lstm" => LSTM,
        "gru" => GRU,
        "simple_rnn" => RNN,
        kind => return Err(stage.refuse(format!("{kind} can't be read both ways in operators"))),
    };
    let is_reverse: bool = backward.get_or_default("reverse")?;
    let forward = read(graph, &forward, cell, x, is_reverse)?;
    let backward = read(graph, &backward, cell, x, !is_reverse)?;
    let both = [&forward[..], &backward];
    Ok(match stage.get("merge_mode")? {
        MergeMode::Concat => graph.node("Concat", &both, &[("axis", Setting::Int(-1))]),
        MergeMode::Mul => graph.node("Mul", &both, &[]),
        MergeMode::Sum => graph.node("Add", &both, &[]),
        MergeMode::Ave => {
            let sum = graph.node("Add", &both, &[]);
            graph.times(&sum, 0.5)
        }
    })
}

fn read(
    graph: &mut Graph,
    stage: &Stage,
    (operator, order): Cell,
    x: &str,
    is_reverse: bool,
) -> Result<String> {
    let units: i64 = stage.get("units")?;
    let [input, hidden, biases] = weights(graph, stage, order)?;
    let steps = graph.transpose(x, &[1, 0, 2]);
    let direction = Setting::Text(if is_reverse { "reverse" } else { "forward" });
    let mut settings = vec![("hidden_size", Setting::Int(units)), ("direction", direction)];
    if operator == "GRU" {
        settings.push(("linear_before_reset", Setting::Int(1)));
    }
    if operator == "RNN" && stage.get::<Nonlinearity>("nonlinearity")? == Nonlinearity::Relu {
        settings.push(("activations", Setting::Texts(vec!["Relu"])));
    }
    let made = graph.node_of(operator, &[&steps, &input, &hidden, &biases], &settings, 2);
    let returns_all: bool = stage.get("return_sequences")?;
    let direction = graph.integers(&[i64::from(returns_all)]);
    if returns_all {
        let all = graph.node("Squeeze", &[&made[0], &direction], &[]);
        return Ok(graph.transpose(&all, &[1, 0, 2]));
    }
    Ok(graph.node("Squeeze", &[&made[1], &direction], &[]))
}

/// The weights of input and state, and both biases side by side, for one direction.
fn weights(graph: &mut Graph, stage: &Stage, order: &[usize]) -> Result<[String; 3]> {
    let input = sorted(&graph.required(stage, "weight_ih")?, order);
    let hidden = sorted(&graph.required(stage, "weight_hh")?, order);
    // An LSTM has one bias, the sum of both.
    let biases = match graph.weight(stage, "bias") {
        Some(bias) => [sorted(&bias, order), Tensor::zeros_like(&bias)],
        None => [
            sorted(&graph.required(stage, "bias_ih")?, order),
            sorted(&graph.required(stage, "bias_hh")?, order),
        ],
    };
    let biases = Tensor::concat(&biases, 0);
    let mut enter =
        |name: &str, numbers: &Tensor| graph.floats(stage.path(name), &numbers.unsqueeze(0));
    Ok([enter("weight_ih", &input), enter("weight_hh", &hidden), enter("biases", &biases)])
}

/// Gates along the first axis in another order.
fn sorted(numbers: &Tensor, order: &[usize]) -> Tensor {
    let gates = numbers.chunk(0, order.len());
    let gates: Vec<Tensor> = order.iter().map(|&gate| gates[gate].clone()).collect();
    Tensor::concat(&gates, 0)
}
