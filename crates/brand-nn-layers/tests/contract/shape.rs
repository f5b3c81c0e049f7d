//! Other shapes for the same values.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::Params;
use brand_nn_layers::{
    Call, Flatten, Lambda, Layer, Pass, Permute, RepeatVector, Reshape, Sequential, permute,
    repeat_vector, reshape,
};
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    let halves = || Lambda::new(|x| Ok(x * 0.5));
    let means = || Lambda::new(|x| Ok(x.mean_axis(-1))).shape(|_| Ok([3].into()));
    vec![
        row("Flatten", || Flatten, draws(&[2, 3, 2])),
        row("Reshape", || Reshape::new([2, -1]), draws(&[2, 3, 2])),
        row("Reshape", || Reshape::new([]), draws(&[2, 1])),
        row("Permute", || Permute::new([3, 1, 2]), draws(&[2, 3, 4, 2])),
        row("Permute", || Permute::new([]), draws(&[2])),
        row("RepeatVector", || RepeatVector::new(3), draws(&[2, 4])),
        row("Lambda", halves, draws(&[2, 4])),
        row("Lambda", means, draws(&[2, 3, 4])),
    ]
}

#[track_caller]
fn check_shape(layer: &dyn Layer, from: &[usize], to: &[usize]) {
    assert_eq!(layer.output_shape(&from.into()).unwrap()[..], *to);
}

#[test]
fn lengths_and_orders_are_those_of_the_settings() {
    check_shape(&Reshape::new([2, -1, 3]), &[12], &[2, 2, 3]);
    check_shape(&Reshape::new([-1]), &[], &[1]);
    check_shape(&Reshape::new([-1, 5]), &[0], &[0, 5]);
    check_shape(&Reshape::new([0, 7]), &[3, 0], &[0, 7]);
    check_shape(&Permute::new([2, 3, 1]), &[5, 6, 7], &[6, 7, 5]);
}

#[test]
fn wrong_settings_are_refused() {
    let build = |recipes: Sequential| recipes.build([6]);
    refused(build(Sequential::new().add(reshape([-1, -1]))), "reshape: lengths is [-1, -1]");
    refused(build(Sequential::new().add(reshape([-2, 3]))), "expected lengths of 0 or more");
    refused(build(Sequential::new().add(reshape([4]))), "has shape [6], expected as many values");
    refused(build(Sequential::new().add(reshape([4, -1]))), "expected as many values as [4, -1]");
    refused(build(Sequential::new().add(reshape([0, -1]))), "expected as many values as [0, -1]");
    let vast = isize::MAX;
    refused(build(Sequential::new().add(reshape([vast, vast]))), "expected as many values");
    refused(build(Sequential::new().add(permute([0, 1]))), "permute: axes is [0, 1], expected the");
    refused(build(Sequential::new().add(permute([1, 1]))), "permute: axes is [1, 1]");
    refused(build(Sequential::new().add(permute([2, 1]))), "[6], expected 2 axes an example");
    refused(build(Sequential::new().add(repeat_vector(0))), "repeat_vector: times is 0, expected");
    let twice = Sequential::new().add(repeat_vector(2)).add(repeat_vector(2)).build([6]);
    refused(twice, "repeat_vector_1: the input has shape [2, 6], expected [features] an example");
    let refusal = Permute::new([3]).init(0).map_err(brand_nn_layers::Error::from);
    refused(refusal, "permute: axes is [3]");
}

#[test]
fn wrong_inputs_are_refused() {
    let call = |layer: &dyn Layer, x: Tensor, message: &str| {
        refused(layer.call(x, &mut Pass::inference()), message);
    };
    let scalar = || Tensor::scalar(1.0);
    call(&Flatten, scalar(), "flatten: the input has shape [], expected [batch, …]");
    call(&Reshape::new([1]), scalar(), "reshape: the input has shape []");
    call(&Permute::new([1]), scalar(), "permute: the input has shape []");
    call(&Permute::new([2]), Tensor::ones([1, 1]), "permute: axes is [2]");
    call(&RepeatVector::new(2), scalar(), "repeat_vector: the input has shape []");
    let sum = Lambda::new(|x| Ok(x.sum()));
    call(&sum, scalar(), "lambda: the input has shape []");
    call(&sum, Tensor::ones([2, 3]), "has shape [], expected [2, 3] of its function's result");
}
