//! Where a step stands.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::{Pairs, Params};
use brand_nn_layers::{
    Alibi, Call, Error, Pass, PositionEmbedding, RotaryEmbedding, Sequential, SinePositionEncoding,
    position_embedding, sine_position_encoding,
};
use brand_nn_tensor::{DType, Tensor, check::assert_close};

pub(crate) fn rows() -> Vec<Row> {
    let part = || RotaryEmbedding::new(2).base(50.0).pairs(Pairs::Neighbours);
    vec![
        row("SinePositionEncoding", || SinePositionEncoding::new(5), draws(&[2, 4, 5])),
        row("PositionEmbedding", || PositionEmbedding::new(6, 3), draws(&[2, 4, 3])),
        row("RotaryEmbedding", || RotaryEmbedding::new(4), draws(&[2, 3, 4])),
        row("RotaryEmbedding", part, draws(&[2, 2, 3, 5])),
    ]
}

/// Longer and shorter sequences, and other types, after the table was made.
#[test]
fn tables_of_positions_grow() {
    let layer = SinePositionEncoding::new(6);
    let waves = |time: usize, dtype| {
        let input = Tensor::zeros_of([1, time, 6], dtype);
        layer.call(input, &mut Pass::inference()).unwrap().into_tensor()
    };
    let short = waves(3, DType::F32);
    let long = waves(9, DType::F64);
    assert_close(&long.slice(1, 0..3), &short, 1e-6);
    assert_eq!(waves(3, DType::F32), short);
    assert_eq!(waves(0, DType::F32).shape()[..], [1, 0, 6]);
}

/// Products of turned vectors depend on the distance of their positions alone.
#[test]
fn rotary_products_depend_on_distance() {
    let layer = RotaryEmbedding::new(4);
    let both = |vector: &[f64; 4]| {
        let steps = Tensor::from(*vector).expand([1, 6, 4]);
        layer.call(steps, &mut Pass::inference()).unwrap().into_tensor().select(0, 0)
    };
    let products = both(&[1.0, -2.0, 0.5, 3.0]).matmul(&both(&[0.3, 1.0, -1.0, 2.0]).t());
    for offset in -3..=3 {
        let along = products.diagonal(offset);
        assert_close(&along, &Tensor::full_like(&along, along.get(&[0])), 1e-12);
    }
}

/// The slopes of the paper, also for a number of heads that is no power of two.
#[test]
fn slopes_are_those_of_the_paper() {
    let check = |heads: usize, exponents: &[f64]| {
        let expected: Vec<f64> = exponents.iter().map(|e| (-e).exp2()).collect();
        assert_eq!(Alibi::new(heads).slopes(), expected);
    };
    check(0, &[]);
    check(1, &[8.0]);
    check(4, &[2.0, 4.0, 6.0, 8.0]);
    check(3, &[4.0, 8.0, 2.0]);
    check(6, &[2.0, 4.0, 6.0, 8.0, 1.0, 3.0]);
    // One query of a step at a time stands at the last key.
    let whole = Alibi::new(2).bias(3, 3, DType::F64);
    let last = Alibi::new(2).bias(1, 3, DType::F64);
    assert_eq!(last, whole.slice(1, 2..3));
    assert_eq!(whole.get(&[0, 0, 2]), -0.125);
}

#[test]
fn wrong_positions_are_refused() {
    let rotary = |layer: RotaryEmbedding| layer.init(0).map_err(Error::from);
    refused(rotary(RotaryEmbedding::new(3)), "rotary_embedding: dim is 3, expected an even");
    refused(rotary(RotaryEmbedding::new(0)), "rotary_embedding: dim is 0, expected an even");
    refused(rotary(RotaryEmbedding::new(2).base(0.0)), "base is 0, expected a number above 0");
    let sine = SinePositionEncoding::new(2).base(f64::NAN).init(0).map_err(Error::from);
    refused(sine, "sine_position_encoding): base is NaN, expected a number above 0");
    let learned = PositionEmbedding::new(0, 2).init(0).map_err(Error::from);
    refused(learned, "position_embedding: rows is 0, expected at least 1");

    let build = |recipes: Sequential, shape: &[usize]| recipes.build(shape);
    let sine = |base| Sequential::new().add(sine_position_encoding().base(base));
    refused(build(sine(-1.0), &[3, 4]), "base is -1, expected a number above 0");
    refused(build(sine(9.0), &[3]), "sine_position_encoding: the input has shape [3], expected");
    let learned = |rows| Sequential::new().add(position_embedding().rows(rows));
    refused(build(learned(0), &[3, 4]), "position_embedding: rows is 0, expected at least 1");
    refused(
        build(learned(2), &[3, 4]),
        "[3, 4], expected [time, 4 features] an example, of at most 2",
    );
    refused(build(learned(2), &[3]), "position_embedding: the input has shape [3], expected");
}

#[test]
fn wrong_inputs_are_refused() {
    let pass = &mut Pass::inference();
    let rotary = RotaryEmbedding::new(4);
    refused(rotary.call(draws(&[3, 4]), pass), "[3, 4], expected [batch, …, time, numbers]");
    refused(rotary.call(draws(&[2, 3, 2]), pass), "[3, 2], expected […, time, 4 numbers or more]");
    let ids = |shape: &[usize]| Tensor::zeros_of(shape, DType::I64);
    refused(rotary.call(ids(&[2, 3, 4]), pass), "rotary_embedding: the input is i64, expected f32");
    let odd = RotaryEmbedding::new(3).call(draws(&[2, 3, 4]), pass);
    refused(odd, "rotary_embedding: dim is 3, expected an even");
    let sine = SinePositionEncoding::new(4);
    refused(sine.call(draws(&[2, 3, 5]), pass), "[2, 3, 5], expected [batch, time, 4 features]");
    refused(sine.call(ids(&[2, 3, 4]), pass), "sine_position_encoding: the input is i64, expected");
    let learned = PositionEmbedding::new(3, 4).init(0).unwrap();
    refused(learned.call(draws(&[3, 4]), pass), "[3, 4], expected [batch, time, features]");
    refused(
        learned.call(draws(&[2, 4, 4]), pass),
        "[4, 4], expected [time, 4 features] an example",
    );
    refused(learned.call(ids(&[2, 3, 4]), pass), "position_embedding: the input is i64, expected");
}
