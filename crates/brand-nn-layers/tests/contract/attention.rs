//! Attention: queries gather values by their keys.

use crate::{Row, Through, draws, refused, row};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{
    AdditiveAttention, AttentionMask, AttentionPool, Call, Error, Layer, MultiHeadAttention, Pass,
    RotaryEmbedding, Sequential, attention_pool, multi_head_attention,
};
use brand_nn_tensor::{DType, Rng, Tensor, check::assert_close};

pub(crate) fn rows() -> Vec<Row> {
    let heads =
        |make: fn() -> MultiHeadAttention| row("MultiHeadAttention", make, draws(&[2, 3, 4]));
    let additive = || Through {
        layer: AdditiveAttention::new(3, 3, 4),
        run: |layer, x, pass| Ok(layer.attend([x, x, x], &AttentionMask::new(), pass)?.output),
        shape: Clone::clone,
    };
    vec![
        row("AdditiveAttention", additive, draws(&[2, 5, 3])),
        heads(|| MultiHeadAttention::new(4, 2)),
        heads(|| MultiHeadAttention::new(4, 4).key_heads(2).causal(true).dropout(0.2)),
        heads(|| MultiHeadAttention::new(4, 3).head_dim(2).without_bias().alibi()),
        heads(|| MultiHeadAttention::new(4, 1).rotary(RotaryEmbedding::new(2).base(100.0))),
        row("AttentionPool", || AttentionPool::new(3, 4), draws(&[2, 5, 3])),
    ]
}

fn call(layer: &MultiHeadAttention, inputs: [&Var; 3], mask: &AttentionMask) -> Tensor {
    layer.attend(inputs, mask, &mut Pass::inference()).unwrap().into_tensor()
}

/// The fused way and the way that shows its weights say the same, dropout included.
#[test]
fn weights_on_demand_change_nothing() {
    let (x, memory) = (Var::from(draws(&[2, 3, 4])), Var::from(draws(&[2, 5, 6])));
    let keys = Tensor::from([[true, false, true, true, false], [true; 5]]);
    let bool_pairs = draws(&[2, 1, 3, 5]).greater_than(0.0);
    let plain = || MultiHeadAttention::new(4, 4).source_features(6).dropout(0.4);
    let layers = [plain(), plain().key_heads(2), plain().alibi()];
    for layer in layers.map(|layer| layer.init(3).unwrap()) {
        for mask in [
            AttentionMask::new(),
            AttentionMask::new().causal(true),
            AttentionMask::new().keys(&keys),
            AttentionMask::new().keys(&keys).pairs(&draws(&[3, 5])),
            AttentionMask::new().keys(&keys).pairs(&bool_pairs).causal(true),
        ] {
            let inputs = [&x, &memory, &memory];
            let fused = layer.attend(inputs, &mask, &mut Pass::training(&mut Rng::new(5)));
            let open =
                layer.attend_with_weights(inputs, &mask, &mut Pass::training(&mut Rng::new(5)));
            let (fused, open) = (fused.unwrap(), open.unwrap());
            assert_close(open.output.tensor(), fused.tensor(), 1e-5);
            assert_eq!(open.weights.shape()[..], [2, 4, 3, 5]);
        }
    }
}

#[test]
fn hidden_keys_count_for_nothing() {
    let layer = MultiHeadAttention::new(4, 2).init(1).unwrap();
    let x = Var::from(draws(&[1, 4, 4]));
    let three = x.slice(1, 0..3);
    let alone = call(&layer, [&three, &three, &three], &AttentionMask::new());
    let real = Tensor::from([[true, true, true, false]]);
    let masked = call(&layer, [&x, &x, &x], &AttentionMask::new().keys(&real));
    assert_close(&masked.slice(1, 0..3), &alone, 1e-6);
    // A later step is nothing to an earlier one.
    let causal = call(&layer, [&x, &x, &x], &AttentionMask::new().causal(true));
    let before = call(&layer, [&three, &three, &three], &AttentionMask::new().causal(true));
    assert_close(&causal.slice(1, 0..3), &before, 1e-6);
}

/// A query that sees no key gathers zeros, and what is left is the last map's bias.
#[test]
fn a_query_without_keys_gathers_zeros() {
    let layer = MultiHeadAttention::new(4, 2).init(1).unwrap();
    let bias = layer.output.bias.as_ref().unwrap();
    bias.set(Tensor::from([1.0_f32, 2.0, 3.0, 4.0])).unwrap();
    let expected = bias.value().unwrap().expand([1, 2, 4]);
    let (x, none) = (Var::leaf(draws(&[1, 2, 4])), Var::from(Tensor::zeros([1, 0, 4])));
    let hidden = AttentionMask::new().keys(&Tensor::from([[false, false]]));
    assert_eq!(call(&layer, [&x, &x, &x], &hidden), expected);
    assert_eq!(call(&layer, [&x, &none, &none], &AttentionMask::new()), expected);
    let pass = &mut Pass::inference().learning();
    let open = layer.attend_with_weights([&x, &x, &x], &hidden, pass).unwrap();
    assert_eq!(open.output.tensor(), &expected);
    let slopes = open.output.sum().backward().unwrap();
    assert_eq!(slopes.get(&x).unwrap(), Tensor::zeros([1, 2, 4]));

    let pool = AttentionPool::new(4, 3).init(1).unwrap();
    let real = Tensor::from([[false, false]]);
    let empty = pool.pool(&x, Some(&real), &mut Pass::inference()).unwrap();
    assert_eq!(empty.output.tensor(), &Tensor::zeros([1, 4]));
    let short = pool.call(Tensor::zeros([2, 0, 4]), &mut Pass::inference()).unwrap();
    assert_eq!(short.tensor(), &Tensor::zeros([2, 4]));
}

/// The type draws one glorot over queries, keys and values as PyTorch, the recipe one for each.
#[test]
fn first_values_are_those_of_the_frameworks() {
    let layer = MultiHeadAttention::new(40, 4).init(1).unwrap();
    let recipe = Sequential::new().add(multi_head_attention(4)).build([9, 40]).unwrap();
    let recipe = recipe.init(1).unwrap();
    let other = MultiHeadAttention::new(40, 4).source_features(20).init(1).unwrap();
    let glorot = |ins: f64, outs: f64| (6.0 / (ins + outs)).sqrt();
    let check = |layer: &dyn Layer, part: &str, bound: f64| {
        let value = |name: &str| layer.params(name).unwrap()[0].value().unwrap();
        let (weight, bias) = (value(&format!("*{part}.weight")), value(&format!("*{part}.bias")));
        let largest = weight.abs().max().item();
        assert!(largest <= bound && largest > 0.95 * bound, "{part}: {largest} of {bound}");
        assert!(bias.equal_to(0.0).all(), "{part}: {bias}");
    };
    for part in ["query", "key", "value"] {
        check(&layer, part, glorot(40.0, 120.0));
        check(&recipe, part, glorot(40.0, 40.0));
    }
    check(&layer, "output", 40_f64.sqrt().recip());
    check(&recipe, "output", glorot(40.0, 40.0));
    check(&other, "key", glorot(20.0, 40.0));
}

#[test]
fn wrong_heads_are_refused() {
    let init = |layer: MultiHeadAttention| layer.init(0).map_err(Error::from);
    let new = MultiHeadAttention::new;
    refused(init(new(8, 3)), "multi_head_attention: heads is 3 for 8 features, expected a number");
    refused(init(new(8, 0)), "heads is 0, expected at least 1");
    refused(init(new(0, 1)), "features is 0, expected at least 1");
    refused(init(new(8, 2).source_features(0)), "source_features is 0, expected at least 1");
    refused(init(new(8, 2).head_dim(0)), "head_dim is 0, expected at least 1");
    refused(init(new(8, 2).key_heads(0)), "key_heads is 0, expected at least 1");
    refused(init(new(8, 4).key_heads(3)), "key_heads is 3 for 4 heads, expected a number that");
    refused(init(new(8, 2).dropout(1.0)), "dropout (dropout): rate is 1, expected at least 0");
    let rotary = |dim| init(new(8, 2).rotary(RotaryEmbedding::new(dim)));
    refused(rotary(6), "rotary dim is 6 for heads of 4, expected at most");
    refused(rotary(3), "rotary_embedding: dim is 3, expected an even number");
    let pool = AttentionPool::new(3, 0).init(0).map_err(Error::from);
    refused(pool, "attention_pool: units is 0, expected at least 1");
    let additive = AdditiveAttention::new(3, 3, 0).init(0).map_err(Error::from);
    refused(additive, "additive_attention: units is 0, expected at least 1");
}

#[test]
fn wrong_recipes_are_refused() {
    let build = |recipes: Sequential, shape: &[usize]| recipes.build(shape);
    let attention = || Sequential::new().add(multi_head_attention(3));
    refused(build(attention(), &[5, 8]), "multi_head_attention: heads is 3 for 8 features");
    refused(build(attention(), &[8]), "multi_head_attention: the input has shape [8], expected");
    let dropped = Sequential::new().add(multi_head_attention(2).dropout(2.0));
    refused(build(dropped, &[5, 8]), "rate is 2, expected at least 0 and below 1");
    let pool = |units| Sequential::new().add(attention_pool(units));
    refused(build(pool(0), &[5, 8]), "attention_pool: units is 0, expected at least 1");
    refused(build(pool(4), &[8]), "attention_pool: the input has shape [8], expected [time,");
}

#[test]
fn wrong_inputs_and_masks_are_refused() {
    let layer = MultiHeadAttention::new(4, 2).source_features(6).init(0).unwrap();
    let x = Var::from(draws(&[2, 3, 4]));
    let memory = |shape: &[usize]| Var::from(draws(shape));
    let attend = |query: &Var, key: &Var, value: &Var, mask: AttentionMask| {
        layer.attend([query, key, value], &mask, &mut Pass::inference())
    };
    let (good, plain) = (memory(&[2, 5, 6]), AttentionMask::new);
    attend(&x, &good, &good, plain()).unwrap();
    let flat = memory(&[2, 4]);
    refused(attend(&flat, &good, &good, plain()), "[2, 4], expected [batch, time, 4 features]");
    refused(attend(&x, &x, &x, plain()), "[2, 3, 4], expected [batch, time, 6 features]");
    let batch = memory(&[1, 5, 6]);
    refused(attend(&x, &batch, &batch, plain()), "[1, 5, 6], expected [2, 5, …] for keys");
    let short = memory(&[2, 4, 6]);
    refused(attend(&x, &good, &short, plain()), "[2, 4, 6], expected [2, 5, …] for keys");
    let narrow = memory(&[2, 5, 4]);
    refused(attend(&x, &good, &narrow, plain()), "[2, 5, 4], expected [batch, time, 6 features]");
    let double = Var::from(draws(&[2, 5, 6]).to(DType::F64));
    refused(attend(&x, &double, &double, plain()), "the input is f64, expected f32 as the weights");
    let ids = Var::from(Tensor::zeros_of([2, 3, 4], DType::I64));
    refused(attend(&ids, &good, &good, plain()), "the input is i64, expected f32 as the weights");

    let masked = |mask| attend(&x, &good, &good, mask);
    let keys = |mask: Tensor| masked(plain().keys(&mask));
    refused(
        keys(Tensor::ones([2, 5])),
        "multi_head_attention (mask): the input is f32, expected bool",
    );
    refused(keys(Tensor::ones([2, 4]).greater_than(0.0)), "[2, 4], expected [2, 5], a flag for");
    refused(keys(Tensor::ones([5]).greater_than(0.0)), "[5], expected [2, 5], a flag for");
    let pairs = |mask: Tensor| masked(plain().pairs(&mask));
    refused(pairs(draws(&[5, 3])), "[5, 3], expected what broadcasts to [2, 2, 3, 5]");
    refused(pairs(draws(&[1, 2, 2, 3, 5])), "expected what broadcasts to [2, 2, 3, 5]");
    refused(pairs(draws(&[3, 5]).to(DType::F64)), "(mask): the input is f64, expected bool, true");

    let never = MultiHeadAttention::new(4, 2).dropout(2.0);
    let pass = &mut Pass::training(&mut Rng::new(1));
    refused(
        never.attend_with_weights([&x, &x, &x], &plain(), pass),
        "dropout: rate is 2, expected",
    );

    let flat = layer.call(draws(&[3, 4]), &mut Pass::inference());
    refused(flat, "the input has shape [3, 4], expected [batch, time, 4 features]");
}

#[test]
fn wrong_inputs_of_additive_attention_and_pools_are_refused() {
    let layer = AdditiveAttention::new(2, 3, 4).init(0).unwrap();
    let attend = |query: &[usize], key: &[usize], value: Tensor| {
        let inputs = [draws(query), draws(key), value].map(Var::from);
        layer.attend(inputs.each_ref(), &AttentionMask::new(), &mut Pass::inference())
    };
    attend(&[0, 1, 2], &[0, 4, 3], draws(&[0, 4, 7])).unwrap();
    refused(attend(&[2, 2], &[2, 4, 3], draws(&[2, 4, 3])), "[2, 2], expected [batch, time, 2");
    refused(
        attend(&[2, 1, 2], &[2, 4, 2], draws(&[2, 4, 3])),
        "expected [batch, time, 3 features]",
    );
    refused(attend(&[2, 1, 2], &[1, 4, 3], draws(&[1, 4, 3])), "[1, 4, 3], expected [2, 4, …]");
    refused(attend(&[2, 1, 2], &[2, 4, 3], draws(&[2, 5, 3])), "[2, 5, 3], expected [2, 4, …]");
    refused(attend(&[2, 1, 2], &[2, 4, 3], draws(&[2, 4])), "[2, 4], expected [2, 4, …]");
    let double = draws(&[2, 4, 3]).to(DType::F64);
    refused(attend(&[2, 1, 2], &[2, 4, 3], double), "additive_attention: the input is f64");

    let pool = AttentionPool::new(3, 4).init(0).unwrap();
    let run = |shape: &[usize], real: Option<Tensor>| {
        pool.pool(&draws(shape).into(), real.as_ref(), &mut Pass::inference())
    };
    refused(
        run(&[2, 3], None),
        "attention_pool: the input has shape [2, 3], expected [batch, time",
    );
    let real = |shape: &[usize]| Some(Tensor::ones(shape).greater_than(0.0));
    refused(run(&[2, 4, 3], real(&[2, 3])), "attention_pool (mask): the input has shape [2, 3]");
    refused(run(&[2, 4, 3], Some(Tensor::ones([2, 4]))), "(mask): the input is f32, expected bool");
}
