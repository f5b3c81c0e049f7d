//! Transformers: attention and two linear maps.

use crate::{Row, Through, draws, refused, row};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{
    Activation, AttentionMask, Call, Error, Flow, LayerNorm, Mask, MultiHeadAttention, Network,
    Pass, Registry, RotaryEmbedding, Sequential, TransformerDecoder, TransformerDecoderLayer,
    TransformerEncoder, TransformerEncoderLayer, TransformerOptions, activation, attention_pool,
    check, cross_network, dense, embedding, gated_feed_forward, multi_head_attention,
    position_embedding, residual, sine_position_encoding, transformer_encoder_layer,
};
use brand_nn_tensor::{Rng, Tensor, check::assert_close};

fn options() -> TransformerOptions {
    TransformerOptions::new(2, 6).activation(Activation::Gelu)
}

pub(crate) fn rows() -> Vec<Row> {
    let layer = || TransformerEncoderLayer::new(4, &options());
    let first = || TransformerEncoderLayer::new(4, &options().norm_first(true).bias(false));
    let stack = || TransformerEncoder::new(2, 4, &options().norm_first(true).dropout(0.0));
    let decoder = || Through {
        layer: TransformerDecoderLayer::new(4, &options()),
        run: |layer, x, pass| layer.decode(x, &(x + x), [&AttentionMask::new(); 2], pass),
        shape: Clone::clone,
    };
    let decoders = || Through {
        layer: TransformerDecoder::new(2, 4, &options().norm_first(true)),
        run: |layer, x, pass| layer.decode(x, &(x + x), [&AttentionMask::new(); 2], pass),
        shape: Clone::clone,
    };
    vec![
        row("TransformerDecoderLayer", decoder, draws(&[2, 3, 4])),
        row("TransformerDecoder", decoders, draws(&[2, 3, 4])),
        row("TransformerEncoderLayer", layer, draws(&[2, 3, 4])),
        row("TransformerEncoderLayer", move || first().causal(true), draws(&[2, 3, 4])),
        row("TransformerEncoder", move || stack().norm(LayerNorm::new(4)), draws(&[2, 3, 4])),
    ]
}

/// A decoder steps on: what is behind a step changes nothing before it.
#[test]
fn decoders_do_not_look_ahead() {
    let decoder = TransformerDecoder::new(2, 4, &options()).init(1).unwrap();
    let (x, memory) = (Var::from(draws(&[1, 5, 4])), Var::from(draws(&[1, 3, 4])));
    let masks = [&AttentionMask::new(), &AttentionMask::new()];
    let run = |decoder: &TransformerDecoder, x: &Var| {
        decoder.decode(x, &memory, masks, &mut Pass::inference()).unwrap().into_tensor()
    };
    let all = run(&decoder, &x);
    assert_close(&all.slice(1, 0..2), &run(&decoder, &x.slice(1, 0..2)), 1e-5);
    let both = decoder.causal(false);
    let difference = (run(&both, &x) - all).abs().max().item();
    assert!(difference > 1e-3, "a decoder that is not causal differs by {difference} only");
}

/// All recipes of sequences in a row, which are the same again when read back.
#[test]
fn descriptions_build_the_same_networks() {
    let network = || {
        Sequential::new()
            .add(embedding(9, 4))
            .add(sine_position_encoding().base(100.0))
            .add(position_embedding())
            .add(multi_head_attention(2).causal(true).head_dim(3).bias(false))
            .add(transformer_encoder_layer(options().epsilon(1e-12)).causal(true))
            .add(attention_pool(3))
            .add(cross_network(2).rank(2))
            .build([5])
            .unwrap()
    };
    let ids = Tensor::from([[1_i64, 4, 1, 0, 8], [0, 2, 2, 3, 5]]);
    check::layer(network, &ids).unwrap();
    let again = Sequential::from_json(network().to_json(), &Registry::default()).unwrap();
    let again = again.rebuild().unwrap();
    assert_eq!(again.to_json(), network().to_json());
    let run = |network: Network| {
        network.init(1).unwrap().call(&ids, &mut Pass::inference()).unwrap().into_tensor()
    };
    assert_eq!(run(network()), run(again));
}

#[test]
fn dropout_acts_while_training() {
    let layer = TransformerEncoderLayer::new(4, &options().dropout(0.5)).init(1).unwrap();
    let x = draws(&[1, 3, 4]);
    let run = |seed| layer.call(&x, &mut Pass::training(&mut Rng::new(seed))).unwrap();
    assert_eq!(run(1).tensor(), run(1).tensor());
    assert_ne!(run(1).tensor(), run(2).tensor());
}

/// Padded text gives what it gives without padding, through attention and what stands around it.
#[test]
fn transformers_do_not_see_padding() {
    let block = Sequential::new()
        .add(multi_head_attention(2))
        .add(gated_feed_forward(6))
        .add(activation(Activation::Silu));
    let network = Sequential::new()
        .add(embedding(9, 4).mask_zero(true))
        .add(sine_position_encoding())
        .add(position_embedding())
        .add(transformer_encoder_layer(options()))
        .add(residual(block))
        .add(attention_pool(3))
        .add(dense(2));
    let network = network.build([5]).unwrap().init(3).unwrap();
    let answer = |ids: Tensor| network.call(ids, &mut Pass::inference()).unwrap().into_tensor();
    let plain = answer(Tensor::from([[4_i64, 8, 1]]));
    assert_close(&answer(Tensor::from([[4_i64, 8, 1, 0, 0]])), &plain, 1e-6);
    let batch = answer(Tensor::from([[4_i64, 8, 1, 0, 0], [3, 3, 3, 3, 3]]));
    assert_close(&batch.slice(0, ..1), &plain, 1e-6);

    let stack = TransformerEncoder::new(2, 4, &options()).init(1).unwrap();
    let mask = Mask::from_lengths(&[3, 5], 5).unwrap();
    let x = draws(&[2, 5, 4]);
    let flow = Flow::masked(&x, mask.clone()).unwrap();
    let seen = stack.call_flow(flow, &mut Pass::inference()).unwrap();
    assert_eq!(seen.mask, Some(mask));
    let short = x.slice(0, ..1).slice(1, ..3);
    let alone = stack.call(short, &mut Pass::inference()).unwrap();
    assert_close(&seen.value.tensor().slice(0, ..1).slice(1, ..3), alone.tensor(), 1e-5);
}

/// What a stack gives for the real steps, and the norm of its gradients, without the padding and
/// with all of it computed and hidden.
#[track_caller]
fn check_padding(stack: &TransformerEncoder, real: &Tensor) {
    let x = Var::leaf(draws(&[2, 4, 4]));
    let flow = Flow::masked(&x, Mask::new(real.clone()).unwrap()).unwrap();
    let learning = || Pass::inference().learning();
    let weights = real.to(x.dtype()).unsqueeze(-1);
    let packed = stack.call_flow(flow, &mut learning()).unwrap().value * &weights;
    let hidden = AttentionMask::new().keys(real);
    let padded = stack.encode(&x, &hidden, &mut learning()).unwrap() * &weights;
    assert_close(packed.tensor(), padded.tensor(), 1e-5);
    let norm = |out: &Var| (out * out * out).sum().backward().unwrap().norm();
    let [ours, theirs] = [norm(&packed), norm(&padded)];
    assert!((ours - theirs).abs() <= 1e-5 * (1.0 + theirs), "{real:?}: {ours}, not {theirs}");
}

#[test]
fn padding_is_left_out_and_nothing_else() {
    for norm_first in [false, true] {
        let stack = TransformerEncoder::new(2, 4, &options().norm_first(norm_first));
        for stack in [stack.init(1).unwrap(), stack_of_rotary()] {
            let check = |real: [[bool; 4]; 2]| check_padding(&stack, &Tensor::from(real));
            check([[true, true, false, false], [true; 4]]);
            check([[true, false, true, false], [false, false, false, true]]); // holes
            check([[false; 4], [true, true, true, false]]); // a text of nothing
            check([[false; 4]; 2]);
        }
    }
}

/// What a layer gives at some places, and the norm of its gradients, beside all of it of which the
/// rest is left out.
#[track_caller]
fn check_places(layer: &TransformerEncoderLayer, mask: &AttentionMask, places: &[i64]) {
    let (x, places) = (Var::leaf(draws(&[2, 5, 4])), Tensor::from(places.to_vec()));
    let pass = &mut Pass::inference().learning();
    let few = layer.encode_at(&x, &places, mask, pass).unwrap();
    let all = layer.encode(&x, mask, pass).unwrap().index_select(1, &places).unwrap();
    assert_close(few.tensor(), all.tensor(), 1e-5);
    let quiet = layer.encode_at(&x, &places, mask, &mut Pass::inference()).unwrap();
    assert_close(quiet.tensor(), all.tensor(), 1e-5);
    let slopes = |out: &Var| (out * out * out).sum().backward().unwrap();
    let [ours, theirs] = [slopes(&few), slopes(&all)];
    assert_close(&ours.get(&x).unwrap(), &theirs.get(&x).unwrap(), 1e-5);
    let [ours, theirs] = [ours.norm(), theirs.norm()];
    assert!((ours - theirs).abs() <= 1e-5 * (1.0 + theirs), "{places:?}: {ours}, not {theirs}");
}

#[test]
fn some_places_have_what_all_would_have() {
    for norm_first in [false, true] {
        let make = || TransformerEncoderLayer::new(4, &options().norm_first(norm_first));
        for layer in [make().init(1).unwrap(), make().causal(true).init(1).unwrap()] {
            let real = Tensor::from([[true, true, true, false, false], [true; 5]]);
            let masks = [
                AttentionMask::new(),
                AttentionMask::new().keys(&real),
                AttentionMask::new().pairs(&Tensor::eye(5).equal_to(0.0)),
                AttentionMask::new().causal(true),
                AttentionMask::new().sequences(&[2, 0, 3]),
            ];
            for mask in &masks {
                for places in [&[0][..], &[1, 2, 4], &[], &[3, 3], &[4, 0], &[0, 1, 2, 3, 4]] {
                    check_places(&layer, mask, places);
                }
            }
        }
    }
    let turned = stack_of_rotary();
    check_places(&turned.layers[0], &AttentionMask::new(), &[1, 3]);
    let layer = TransformerEncoderLayer::new(4, &options()).init(1).unwrap();
    let at = |x: Tensor, places: &Tensor| {
        layer.encode_at(&x.into(), places, &AttentionMask::new(), &mut Pass::inference())
    };
    refused(at(draws(&[2, 5, 4]), &Tensor::from([5_i64])), "index 5 at position 0");
    refused(at(draws(&[2, 5, 4]), &Tensor::from([1.0])), "dtype f64, expected integer ids");
    refused(at(draws(&[2, 5, 3]), &Tensor::from([0_i64])), "expected [time, 4 features]");
}

/// Whose steps are turned by their places, so that it needs them where they stand.
fn stack_of_rotary() -> TransformerEncoder {
    let mut stack = TransformerEncoder::new(1, 4, &options()).causal(true);
    let attention = MultiHeadAttention::new(4, 2).rotary(RotaryEmbedding::new(2));
    stack.layers[0].self_attention = attention;
    stack.init(1).unwrap()
}

#[test]
fn wrong_options_are_refused() {
    let init = |options| TransformerEncoderLayer::new(8, &options).init(0).map_err(Error::from);
    let new = TransformerOptions::new;
    refused(init(new(3, 4)), "heads is 3 for 8 features, expected a number that divides them");
    refused(init(new(2, 0)), "residual (transformer): hidden is 0, expected at least 1");
    refused(init(new(2, 4).dropout(1.0)), "rate is 1, expected at least 0 and below 1");
    refused(init(new(2, 4).epsilon(-1.0)), "epsilon is -1, expected a number that is not below 0");
    let empty = TransformerEncoder::new(0, 8, &new(2, 4)).init(0).map_err(Error::from);
    refused(empty, "transformer_encoder: depth is 0, expected at least 1");
    let empty = TransformerDecoder::new(0, 8, &new(2, 4)).init(0).map_err(Error::from);
    refused(empty, "transformer_decoder: depth is 0, expected at least 1");
    let build = |options, shape: &[usize]| {
        Sequential::new().add(transformer_encoder_layer(options)).build(shape)
    };
    refused(build(new(2, 4), &[8]), "transformer_encoder_layer: the input has shape [8], expected");
    refused(build(new(3, 4), &[5, 8]), "heads is 3 for 8 features");
}

#[test]
fn wrong_inputs_are_refused() {
    let pass = &mut Pass::inference();
    for norm_first in [false, true] {
        let options = options().norm_first(norm_first);
        let layer = TransformerEncoderLayer::new(4, &options).init(0).unwrap();
        refused(layer.call(draws(&[2, 3, 5]), pass), "the input has shape [2, 3, 5], expected");
        refused(layer.call(draws(&[3, 4]), pass), "[3, 4], expected [batch, time, 4 features]");
        let decoder = TransformerDecoderLayer::new(4, &options).init(0).unwrap();
        let mut decode = |memory: &[usize], mask: AttentionMask| {
            let (x, memory) = (draws(&[2, 3, 4]).into(), draws(memory).into());
            decoder.decode(&x, &memory, [&AttentionMask::new(), &mask], pass)
        };
        refused(decode(&[2, 5, 3], AttentionMask::new()), "[batch, time, 4 features]");
        refused(decode(&[1, 5, 4], AttentionMask::new()), "[1, 5, 4], expected [2, 5, …]");
        let real = AttentionMask::new().keys(&Tensor::from([[true; 3]; 2]));
        refused(decode(&[2, 5, 4], real), "(mask): the input has shape [2, 3], expected [2, 5]");
    }
}
