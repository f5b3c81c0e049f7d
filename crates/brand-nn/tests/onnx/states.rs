//! Operators that hand a state on to their next call.

use crate::{
    attention::{heads, joined, shared},
    case::{Answer, Case, many},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Conv, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "CausalConvWithState" => many(causal_conv(case)),
        "LinearAttention" => many(linear_attention(case)),
        "TensorScatter" => Some(written(case)),
        _ => None,
    }
}

/// A convolution of each channel by itself that sees no later step.
fn causal_conv(case: &Case) -> Vec<Tensor> {
    let (x, weight) = (case.var(0), case.var(1));
    let [batch, channels, _] = x.tensor().dims().unwrap();
    let before = weight.tensor().dim(-1) - 1;
    let zeros = || Tensor::zeros([batch, channels, before]).into();
    let past = case.optional_var(3).unwrap_or_else(zeros);
    let x = Var::concat(&[past, x], -1);
    let y = x.conv(&weight, case.optional_var(2).as_ref(), Conv::new().groups(channels));
    let y = match case.text("activation") {
        "silu" | "swish" => y.silu(),
        _ => y,
    };
    let time = x.tensor().dim(-1);
    [y, x.slice(-1, time - before..time)].map(Var::into_tensor).to_vec()
}

/// Attention without a softmax: keys write values into a table, queries read it, step by step.
fn linear_attention(case: &Case) -> Vec<Tensor> {
    let query = heads(case, 0, "q_num_heads");
    let [key, value] = [1, 2].map(|i| heads(case, i, "kv_num_heads"));
    let [batch, writers, time, dim] = key.tensor().dims().unwrap();
    let gate = |i: usize| {
        let gate = case.optional_var(i)?;
        let dims = (gate.shape()[2] / writers).max(1);
        Some(gate.reshape([batch, time, gate.shape()[2] / dims, dims]).transpose(1, 2))
    };
    let (decay, share) = (gate(4), gate(5));
    let zeros = || Tensor::zeros([batch, writers, dim, value.tensor().dim(-1)]).into();
    let mut table = case.optional_var(3).unwrap_or_else(zeros);
    let mut all = Vec::new();
    for step in 0..time {
        let now = |x: &Var| x.slice(2, step..step + 1);
        let (k, mut v) = (now(&key), now(&value));
        if let Some(decay) = &decay {
            table = table * now(decay).exp().t();
        }
        if let Some(share) = &share {
            v = (v - k.matmul(&table)) * now(share);
        }
        table = table + k.t().matmul(&v);
        all.push(now(&query).matmul(&shared(&table, query.shape()[1])));
    }
    let usual = 1.0 / (dim as f64).sqrt();
    let scale = if case.has("scale") { case.float("scale", usual) } else { usual };
    [joined(case, &(Var::concat(&all, 2) * scale)), table].map(Var::into_tensor).to_vec()
}

/// New steps written over old ones, from a place of each sequence on.
fn written(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (past, new) = (case.tensor(0), case.tensor(1));
    let axis = case.int("axis", -2) as isize;
    let firsts = case.whole(2).unwrap_or_else(|| vec![0; past.dim(0)]);
    let each = firsts.iter().enumerate().map(|(i, &first)| {
        let (steps, len) = (new.dim(axis) as i64, past.dim(axis) as i64);
        let places: Vec<_> = (first..first + steps).map(|place| place % len).collect();
        past.select(0, i).index_copy(axis, &Tensor::from(&places[..]), &new.select(0, i))
    });
    Ok(vec![Tensor::stack(&each.collect::<Result<Vec<_>, _>>()?, 0)])
}
