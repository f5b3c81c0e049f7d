//! Attention in the standard's layouts, turns by position, gates of transformers.

use crate::case::{Answer, Case, one};
use brand_nn_autodiff::{AttentionOptions, Pairs, Var, attention};
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "Attention" | "FlexAttention" => Some(attend(case)),
        "RotaryEmbedding" => one(turned(case)),
        "SwiGLU" => {
            let x = case.var(0);
            one((&x * case.float("alpha", 1.0)).sigmoid() * x * case.var(1))
        }
        _ => None,
    }
}

/// An input as `[batch, heads, time, dim]`; of three axes, the last one holds the heads.
pub(crate) fn heads(case: &Case, input: usize, count: &str) -> Var {
    let x = case.var(input);
    if x.ndim() == 4 {
        return x;
    }
    let [batch, time, width] = x.tensor().dims().unwrap();
    let heads = case.int(count, 1) as usize;
    x.reshape([batch, time, heads, width / heads]).transpose(1, 2)
}

/// The axes of the first input again.
pub(crate) fn joined(case: &Case, x: &Var) -> Var {
    let [batch, heads, time, dim] = x.tensor().dims().unwrap();
    match case.tensor(0).ndim() {
        4 => x.clone(),
        _ => x.transpose(1, 2).reshape([batch, time, heads * dim]),
    }
}

fn attend(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let query = heads(case, 0, "q_num_heads");
    let [key, value] = [1, 2].map(|i| {
        let new = heads(case, i, "kv_num_heads");
        // What earlier calls had comes first.
        case.optional_var(3 + i).map_or(new.clone(), |past| Var::concat(&[past, new], -2))
    });
    let options = options(case, query.tensor().dim(-2), key.tensor().dim(-2));
    let operands = [&query, &key, &value];
    let (found, scores) = match case.float("softcap", 0.0) > 0.0 || case.outputs.len() > 3 {
        true => in_the_open(case, operands, &options)?,
        false => (attention(&query, &key, &value, &options)?, Vec::new()),
    };
    let scores = scores.get(case.int("qk_matmul_output_mode", 0) as usize).cloned();
    let all = [Some(joined(case, &found)), Some(key), Some(value), scores];
    Ok(all.into_iter().flatten().map(Var::into_tensor).collect())
}

fn options(case: &Case, queries: usize, keys: usize) -> AttentionOptions {
    let (lengths, past) = (case.optional(6), case.optional(4).map_or(0, |past| past.dim(-2)));
    let windows = ["left_window_size", "right_window_size"];
    let anywhere = windows.iter().all(|side| case.int(side, -1) < 0);
    let causal = case.int("is_causal", 0) == 1;
    let given = case.optional(3).map(|mask| padded(&mask, keys));
    // Ours counts from the last key back, the standard from the first one on.
    let ours = causal && anywhere && lengths.is_none() && past + queries == keys;
    let mask = match ours || (anywhere && !causal) {
        true => given,
        false => Some(both(given, &near(case, queries, keys, past))),
    };
    let scale = case.has("scale").then(|| case.float("scale", 1.0));
    AttentionOptions { scale, causal: ours, mask, lengths, ..Default::default() }
}

/// A mask that is too short hides the last keys.
fn padded(mask: &Tensor, keys: usize) -> Tensor {
    let hidden = if mask.dtype() == DType::Bool { 0.0 } else { f64::NEG_INFINITY };
    mask.pad(-1, 0, keys - mask.dim(-1), hidden)
}

/// Which keys each query may see by their distance.
fn near(case: &Case, queries: usize, keys: usize, past: usize) -> Tensor {
    let first = match case.optional(6) {
        Some(lengths) => (lengths - queries as f64).reshape([case.tensor(0).dim(0), 1, 1, 1]),
        None => Tensor::scalar(past as i64),
    };
    let distance = Tensor::arange(keys) - (Tensor::arange(queries).unsqueeze(1) + first);
    let side = |name: &str| Some(case.int(name, -1)).filter(|&size| size >= 0);
    let back = side("left_window_size").unwrap_or(i64::from(u32::MAX));
    let ahead = side("right_window_size").unwrap_or(i64::from(u32::MAX));
    let ahead = if case.int("is_causal", 0) == 1 { 0 } else { ahead };
    distance.less_than(-back as f64).or(&distance.greater_than(ahead as f64)).not()
}

fn both(given: Option<Tensor>, near: &Tensor) -> Tensor {
    match given {
        None => near.clone(),
        Some(mask) if mask.dtype() == DType::Bool => mask.and(near),
        Some(mask) => Tensor::where_(near, &mask, &Tensor::scalar(f32::NEG_INFINITY)),
    }
}

/// The same with all tables: scores, with bounds, with the mask, as shares.
fn in_the_open(
    case: &Case,
    [query, key, value]: [&Var; 3],
    options: &AttentionOptions,
) -> brand_nn::Result<(Var, Vec<Var>)> {
    let count = query.shape()[1];
    let [key, value] = [key, value].map(|x| shared(x, count));
    let usual = 1.0 / (query.tensor().dim(-1) as f64).sqrt();
    let scores = query.matmul(&key.t()) * options.scale.unwrap_or(usual);
    let bound = case.float("softcap", 0.0);
    let bounded = if bound > 0.0 { (&scores / bound).tanh() * bound } else { scores.clone() };
    let seen = &bounded + options.table(bounded.shape(), bounded.dtype())?;
    let shares = seen.softmax(-1);
    Ok((shares.matmul(&value), vec![scores, bounded, seen, shares]))
}

/// Each head as often as queries share it.
pub(crate) fn shared(x: &Var, heads: usize) -> Var {
    x.repeat_interleave(1, &[heads / x.shape()[1]])
}

fn turned(case: &Case) -> Var {
    let x = heads(case, 0, "num_heads");
    let [batch, _, _, dim] = x.tensor().dims().unwrap();
    let turning = match case.int("rotary_embedding_dim", 0) as usize {
        0 => dim,
        part => part,
    };
    let pairs = if case.int("interleaved", 0) == 1 { Pairs::Neighbours } else { Pairs::Halves };
    let each = (0..batch).map(|i| {
        let parts = x.select(0, i).split(-1, &[turning, dim - turning]);
        Var::concat(&[parts[0].rotary(-2, &turns(case, i), pairs), parts[1].clone()], -1)
    });
    joined(case, &Var::stack(&each.collect::<Vec<_>>(), 0))
}

/// The cosines and sines of one sequence, `[time, dim / 2, 2]`.
fn turns(case: &Case, sequence: usize) -> Tensor {
    let parts = [1, 2].map(|i| match case.optional(3) {
        Some(places) => case.tensor(i).index_select(0, &places.select(0, sequence)).unwrap(),
        None => case.tensor(i).select(0, sequence),
    });
    Tensor::stack(&parts, -1)
}
