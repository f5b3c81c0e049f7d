//! Trips for inference: steps done at once, and packed weights, give what the plain way gives.

use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_layers::{
    Activation, AttentionMask, Call, Layer, Linear, Lstm, Pass, TransformerDecoder,
    TransformerEncoder, TransformerOptions,
};
use brand_nn_tensor::{Rng, Tensor};

fn noise<const N: usize>(shape: [usize; N], seed: u64) -> Tensor {
    Tensor::randn(shape, &mut Rng::new(seed))
}

/// What a trip for inference gives, and what one that records each step gives.
fn both_ways(layer: &dyn Layer, x: &Tensor) -> [Tensor; 2] {
    [Pass::inference(), Pass::inference().learning()]
        .map(|mut pass| layer.call(x, &mut pass).unwrap().into_tensor())
}

/// Bit for bit as step by step; packed weights differ in the last bits at most, also after a change.
#[track_caller]
fn check(layer: &impl Layer, x: &Tensor) {
    let [at_once, recorded] = both_ways(layer, x);
    assert_eq!(at_once, recorded);
    layer.pack_for_inference().unwrap();
    for _ in 0..2 {
        let [packed, plain] = both_ways(layer, x);
        let error = (&packed - &plain).abs().max().item() / plain.abs().max().item();
        assert!(error <= 1e-5, "packed weights are {error} off");
        for param in ParamSet::all(layer).unwrap().iter() {
            param.set(param.value().unwrap() * -0.7).unwrap();
        }
        let [changed, _] = both_ways(layer, x);
        assert_ne!(changed, packed);
    }
    ParamSet::all(layer).unwrap().unpack();
    let [at_once, recorded] = both_ways(layer, x);
    assert_eq!(at_once, recorded);
}

#[test]
fn linear_layers_do_their_steps_at_once() {
    for activation in Activation::ALL {
        let layer = Linear::new(20, 70).activation(activation).init(1).unwrap();
        check(&layer, &noise([2, 17, 20], 2));
        check(
            &Linear::new(20, 3).without_bias().activation(activation).init(1).unwrap(),
            &noise([1, 20], 3),
        );
    }
}

#[test]
fn encoders_do_their_steps_at_once() {
    for norm_first in [false, true] {
        let options =
            TransformerOptions::new(2, 64).norm_first(norm_first).activation(Activation::Gelu);
        let encoder = TransformerEncoder::new(2, 32, &options).init(1).unwrap();
        check(&encoder, &noise([3, 5, 32], 2));
        check(&encoder, &noise([4, 130, 32], 3));
    }
}

#[test]
fn recurrent_layers_take_packing_as_it_comes() {
    check(&Lstm::new(10, 16).init(1).unwrap(), &noise([5, 7, 10], 2));
}

#[test]
fn decoders_do_their_steps_at_once() {
    let options = TransformerOptions::new(2, 64).dropout(0.5);
    let decoder = TransformerDecoder::new(2, 32, &options).init(1).unwrap();
    let [x, memory] = [noise([2, 5, 32], 1), noise([2, 7, 32], 2)].map(Var::from);
    let masks = [&AttentionMask::new(), &AttentionMask::new()];
    let run = |mut pass: Pass| decoder.decode(&x, &memory, masks, &mut pass).unwrap();
    let at_once = run(Pass::inference()).into_tensor();
    assert_eq!(&at_once, run(Pass::inference().learning()).tensor());
    assert_ne!(&at_once, run(Pass::training(&mut Rng::new(1))).tensor());
}
