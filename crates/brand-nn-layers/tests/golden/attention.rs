//! Attention against PyTorch's own layer and against formulas (`attention.py`).

use crate::named::{Case, check};
use brand_nn_autodiff::Var;
use brand_nn_layers::{
    AdditiveAttention, AttentionMask, AttentionPool, MultiHeadAttention, Pass, RotaryEmbedding,
};

const GOLDEN: &str = include_str!("attention.json");

fn layer(case: &Case) -> MultiHeadAttention {
    let layer = MultiHeadAttention::new(case.size("features"), case.size("heads"))
        .source_features(case.size("source"))
        .key_heads(case.size("key_heads"))
        .head_dim(case.size("head_dim"))
        .causal(case.flag("causal"));
    let layer = if case.flag("bias") { layer } else { layer.without_bias() };
    match case.config("position").as_str() {
        Some("rotary") => layer.rotary(RotaryEmbedding::new(case.size("head_dim"))),
        Some("alibi") => layer.alibi(),
        _ => layer,
    }
}

fn mask(case: &Case) -> AttentionMask {
    let mask = AttentionMask::new();
    let mask = case.mask("keys").map_or(mask.clone(), |keys| mask.keys(&keys));
    case.maybe("pairs").map_or(mask.clone(), |pairs| mask.pairs(pairs.tensor()))
}

fn inputs<'a>(case: &'a Case) -> [&'a Var; 3] {
    let query = case.input("query");
    let memory = case.maybe("memory").unwrap_or(query);
    [query, memory, memory]
}

#[test]
fn multi_head() {
    check(GOLDEN, "multi_head", layer, |layer, case, pass: &mut Pass| {
        Ok(vec![("output", layer.attend(inputs(case), &mask(case), pass)?)])
    });
    check(GOLDEN, "multi_head", layer, |layer, case, pass| {
        let made = layer.attend_with_weights(inputs(case), &mask(case), pass)?;
        Ok(vec![("output", made.output), ("weights", made.weights)])
    });
}

#[test]
fn additive() {
    let layer = |_: &Case| AdditiveAttention::new(3, 4, 5);
    check(GOLDEN, "additive", layer, |layer, case, pass| {
        let inputs = ["query", "key", "value"].map(|name| case.input(name));
        let made = layer.attend(inputs, &mask(case), pass)?;
        Ok(vec![("output", made.output), ("weights", made.weights)])
    });
}

#[test]
fn pool() {
    let layer = |_: &Case| AttentionPool::new(3, 5);
    check(GOLDEN, "pool", layer, |layer, case, pass| {
        let made = layer.pool(case.input("input"), case.mask("keys").as_ref(), pass)?;
        Ok(vec![("output", made.output), ("weights", made.weights)])
    });
}
