//! What layers cost: FLOPs, and memory where 16 bits are enough.

use crate::{SEVERAL_INPUTS, refused, rows};
use brand_nn_autodiff::{Gradients, ParamSet, Params, Var};
use brand_nn_layers::{
    Activation, Call, Layer, Pass, Sequential, TransformerOptions, bidirectional, conv_transpose2d,
    conv2d, dense, dropout, embedding, flatten, gru, lstm, max_pool2d, separable_conv1d,
    transformer_encoder_layer,
};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};

#[track_caller]
fn check(network: Sequential, example: &[usize], expected: u64) {
    let network = network.build(example).unwrap();
    assert_eq!(network.summary().flops(), expected, "{}", network.summary());
    assert_eq!(network.flops(&example.into()), Some(expected));
}

/// The figures are those of PyTorch 2.9.1's `FlopCounterMode`, but for the LSTM and for the two
/// products inside attention, 4 · 10² · 16, which it does not count on a CPU.
#[test]
fn flops_are_those_of_a_counter() {
    let images = Sequential::new()
        .add(conv2d(32, 3).activation(Activation::Relu))
        .add(conv2d(64, 3).stride(2).groups(2))
        .add(max_pool2d(2))
        .add(flatten())
        .add(dense(10));
    check(images, &[1, 28, 28], 3_089_664);
    check(Sequential::new().add(conv_transpose2d(5, 4).stride(2)), &[3, 7, 9], 30_240);
    check(Sequential::new().add(separable_conv1d(7, 3).multiplier(2)), &[6, 20], 1_296 + 3_024);
    let both = Sequential::new().add(bidirectional(gru(7).return_sequences(true)));
    check(both.add(bidirectional(gru(7))), &[9, 5], 24_948);
    let encoder = transformer_encoder_layer(TransformerOptions::new(2, 32));
    check(Sequential::new().add(encoder), &[10, 16], 40_960 + 6_400);
}

#[test]
fn a_summary_has_flops_and_bytes() {
    let row = Sequential::new().add(embedding(10_000, 50)).add(lstm(128)).add(dropout(0.2));
    let summary = row.add(dense(1)).build([100]).unwrap().summary();
    let lstm = 2 * 100 * 4 * 128 * (50 + 128);
    let flops: Vec<_> = summary.rows.iter().map(|row| row.flops).collect();
    assert_eq!(flops, [Some(0), Some(lstm), Some(0), Some(256)]);
    assert_eq!(summary.output_bytes(), 4 * (100 * 50 + 128 + 128 + 1));
    let text = summary.to_string();
    assert!(text.ends_with("an example: 18.2 M FLOPs forward, 21.0 kB of outputs"), "{text}");
}

/// Sizes that nobody can count are no reason to panic.
#[test]
fn absurd_sizes_have_no_flops() {
    let huge = usize::MAX / 3;
    let network = Sequential::new().add(dense(7)).build([huge, 5]).unwrap();
    assert_eq!(network.summary().rows[0].flops, None);
    assert_eq!(network.summary().output_bytes(), usize::MAX);
    let text = network.summary().to_string();
    assert!(text.contains("unknown") && text.contains("at least 0 FLOPs"), "{text}");
}

#[test]
fn every_layer_of_one_input_says_its_flops() {
    for row in rows().into_iter().filter(|row| !SEVERAL_INPUTS.contains(&row.layer)) {
        let example: Shape = row.input.shape()[1..].into();
        assert!((row.make)().flops(&example).is_some(), "{} says nothing", row.layer);
    }
}

/// The largest difference, over the largest number of the first or one.
fn distance(exact: &Tensor, other: &Tensor) -> f64 {
    if exact.size() == 0 || !exact.dtype().is_float() {
        return 0.0;
    }
    (exact - other).abs().max().item() / exact.abs().max().item().max(1.0)
}

/// Frozen weights in 16 bits are computed with as f32, in every layer.
#[test]
fn layers_compute_with_weights_of_16_bits() {
    for row in rows() {
        let layer = (row.make)();
        let exact = layer.call(&row.input, &mut Pass::inference()).unwrap().into_tensor();
        let set = ParamSet::all(&layer).unwrap();
        set.freeze();
        set.store_in_bf16().unwrap();
        let near = layer.call(&row.input, &mut Pass::inference()).unwrap().into_tensor();
        assert_eq!(near.dtype(), exact.dtype(), "{}", row.layer);
        let distance = distance(&exact, &near);
        assert!(distance < 0.05, "{} differs by {distance}", row.layer);
        layer.call(&row.input, &mut Pass::training(&mut Rng::new(1))).unwrap();
    }
}

#[test]
fn weights_of_16_bits_are_not_trained() {
    let network = Sequential::new().add(embedding(9, 4)).add(lstm(3)).add(dense(1));
    let network = network.build([5]).unwrap().init(1).unwrap();
    let message = "dense.weight: dtype is bf16 for a weight that is trained, expected f32 or f64";
    let stored = network.params("dense.weight").unwrap()[0].store_in_bf16();
    refused(stored.map_err(brand_nn_layers::Error::from), message);
    let set = network.params("embedding.*").unwrap();
    set.freeze();
    set.store_in_bf16().unwrap();
    assert_eq!((set[0].num_bytes(), set[0].dtype()), (9 * 4 * 2, DType::F32));
    let ids = Tensor::from([[1_i64, 2, 3, 4, 5]]);
    network.call(&ids, &mut Pass::training(&mut Rng::new(1))).unwrap();
    set.unfreeze();
    let trained = network.call(&ids, &mut Pass::training(&mut Rng::new(1)));
    refused(trained, "weight: dtype is bf16 for a weight that is trained, expected f32 or f64");
    network.call(&ids, &mut Pass::inference()).unwrap();
}

/// The output of a trip and the gradients of its weighted sum, with values kept as they are or in bf16.
fn trip(layer: &dyn Layer, input: &Tensor, bf16: bool) -> (Tensor, Vec<Tensor>) {
    let pass = Pass::training(&mut Rng::new(3));
    let output = layer.call(input, &mut if bf16 { pass.saving_in_bf16() } else { pass }).unwrap();
    let weights = (Tensor::arange(output.tensor().size()).to(output.dtype()) + 1.0).cos();
    let loss = (&output * Var::from(weights.reshape(output.shape().clone()))).sum();
    let set = ParamSet::all(layer).unwrap();
    let gradients = match loss.is_tracked() {
        true => loss.backward().unwrap(),
        false => Gradients::default(),
    };
    (output.into_tensor(), set.iter().filter_map(|param| gradients.get(param)).collect())
}

/// Values stay the same and gradients near, in every layer.
#[test]
fn trips_may_keep_their_values_in_16_bits() {
    let mut rounded = 0;
    for row in rows() {
        let (exact, gradients) = trip(&*(row.make)(), &row.input, false);
        let (same, near) = trip(&*(row.make)(), &row.input, true);
        assert_eq!(exact, same, "{}", row.layer);
        assert_eq!(gradients.len(), near.len(), "{}", row.layer);
        let distances = gradients.iter().zip(&near).map(|(exact, near)| distance(exact, near));
        let distance = distances.fold(0.0, f64::max);
        assert!(distance < 0.05, "{} differs by {distance}", row.layer);
        rounded += usize::from(distance > 0.0);
    }
    assert!(rounded > 10, "{rounded} layers keep rounded values");
}
