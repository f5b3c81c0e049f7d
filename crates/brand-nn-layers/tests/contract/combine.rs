//! Layers made of layers.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{
    Activation, Branches, Call, Conv1d, Dropout, Embedding, FeedForward, GatedFeedForward, Glu,
    Lambda, Layer, Linear, Merge, Pass, Recipe, Registry, Residual, Sequential, branches, conv1d,
    dense, dropout, feed_forward, gated_feed_forward, glu, residual,
};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};

const MERGES: [Merge; 8] = [
    Merge::Add,
    Merge::Subtract,
    Merge::Dot,
    Merge::Multiply,
    Merge::Average,
    Merge::Maximum,
    Merge::Minimum,
    Merge::Concat(1),
];

pub(crate) fn rows() -> Vec<Row> {
    let wide = || Branches::new(Merge::Concat(1)).branch(Conv1d::new(3, 2, 1));
    let mut rows = vec![
        row("Branches", move || wide().branch(Conv1d::new(3, 4, 3).padding(1)), draws(&[2, 3, 5])),
        row("Residual", || Residual::new(Linear::new(3, 3)), draws(&[2, 3])),
        row("Residual", || Residual::new(Dropout::new(0.5)), draws(&[2, 3])),
        row("Glu", Glu::new, draws(&[2, 3, 4])),
        row("Glu", || Glu::new().axis(1), draws(&[2, 4, 3])),
        row("FeedForward", || FeedForward::new(3, 5).dropout(0.3), draws(&[2, 4, 3])),
        row("GatedFeedForward", || GatedFeedForward::new(3, 5), draws(&[2, 4, 3])),
    ];
    rows.extend(MERGES.map(|merge| {
        let make = move || Branches::new(merge).branch(Linear::new(3, 4)).branch(Linear::new(3, 4));
        row("Branches", make, draws(&[2, 3]))
    }));
    rows
}

#[track_caller]
fn check_merge(merge: Merge, expected: &[f64]) {
    let values = [[1.0, 5.0], [2.0, 3.0], [6.0, 1.0]].map(|row| Var::from(Tensor::from([row])));
    let merged = merge.apply(values.to_vec()).unwrap();
    assert_eq!(merged.tensor().to_vec::<f64>(), expected);
    assert_eq!(merged.shape()[1..], merge.output_shape(&vec![[2].into(); 3]).unwrap()[..]);
}

#[test]
fn merges_are_what_their_names_say() {
    check_merge(Merge::Add, &[9.0, 9.0]);
    check_merge(Merge::Subtract, &[-7.0, 1.0]);
    check_merge(Merge::Multiply, &[12.0, 15.0]);
    check_merge(Merge::Dot, &[27.0]);
    check_merge(Merge::Average, &[3.0, 3.0]);
    check_merge(Merge::Maximum, &[6.0, 5.0]);
    check_merge(Merge::Minimum, &[1.0, 1.0]);
    check_merge(Merge::Concat(-1), &[1.0, 5.0, 2.0, 3.0, 6.0, 1.0]);
    check_merge(Merge::Concat(1), &[1.0, 5.0, 2.0, 3.0, 6.0, 1.0]);
}

/// Merged shapes, or a refusal.
#[track_caller]
fn check_shapes(merge: Merge, shapes: &[&[usize]], expected: Result<&[usize], &str>) {
    let shapes: Vec<Shape> = shapes.iter().map(|&shape| shape.into()).collect();
    let got = merge.output_shape(&shapes);
    match expected {
        Ok(shape) => assert_eq!(got.unwrap()[..], *shape),
        Err(message) => refused(got, message),
    }
}

#[test]
fn merged_shapes_fit() {
    check_shapes(Merge::Multiply, &[&[3, 4], &[3, 1], &[1, 4]], Ok(&[3, 4]));
    check_shapes(Merge::Add, &[&[0], &[1]], Ok(&[0]));
    check_shapes(Merge::Dot, &[&[5, 3], &[1, 3]], Ok(&[5, 1]));
    check_shapes(Merge::Dot, &[&[], &[]], Err("expected an axis besides the batch"));
    check_shapes(Merge::Concat(1), &[&[3, 4], &[2, 4]], Ok(&[5, 4]));
    check_shapes(Merge::Concat(-1), &[&[3, 4], &[3, 0]], Ok(&[3, 4]));
    check_shapes(Merge::Add, &[], Err("merge: the input has shape [], expected at least one"));
    check_shapes(Merge::Add, &[&[3, 4], &[3]], Err("[3], expected that of [3, 4], or 1 along"));
    check_shapes(Merge::Add, &[&[3], &[2]], Err("[2], expected that of [3], or 1 along an axis"));
    let other = "[3, 5], expected that of [3, 4], but for axis 1; help:";
    check_shapes(Merge::Concat(1), &[&[3, 4], &[3, 5]], Err(other));
    check_shapes(Merge::Concat(0), &[&[3], &[3]], Err("expected an axis 0 besides the batch"));
    check_shapes(Merge::Concat(2), &[&[3], &[3]], Err("expected an axis 2 besides the batch"));
    check_shapes(Merge::Concat(-2), &[&[3], &[3]], Err("expected an axis -2 besides the batch"));
}

#[test]
fn wrong_values_are_not_merged() {
    let merge = |merge: Merge, values: Vec<Tensor>| {
        merge.apply(values.into_iter().map(Var::from).collect())
    };
    let ones = |shape: &[usize]| Tensor::ones(shape);
    refused(merge(Merge::Add, vec![]), "expected at least one value");
    let batches = merge(Merge::Add, vec![ones(&[2, 3]), ones(&[1, 3])]);
    refused(batches, "[1, 3], expected a batch as of [2, 3]");
    refused(merge(Merge::Add, vec![ones(&[])]), "expected a batch as of []");
    let types = merge(Merge::Concat(1), vec![ones(&[2, 3]), ones(&[2, 3]).to(DType::F64)]);
    refused(types, "merge: the input is f64, expected f32 as the first");
    let ids = ones(&[2, 3]).to(DType::I64);
    refused(merge(Merge::Add, vec![ids.clone(), ids.clone()]), "is i64, expected f32 or f64");
    assert_eq!(merge(Merge::Concat(1), vec![ids.clone(), ids]).unwrap().dtype(), DType::I64);
}

/// Recipes that hold recipes come back from files, users' own among them.
#[test]
fn nested_recipes_are_described() {
    let block = Sequential::new().add(dense(8).activation(Activation::Gelu)).add(dense(4));
    let paths = branches(Merge::Concat(-1))
        .branch(residual(block))
        .branch(Sequential::new().add(dense(6)).add(glu()))
        .branch(gated_feed_forward(5).activation(Activation::Relu))
        .branch(feed_forward(5).dropout(0.1));
    let network = Sequential::new().add(paths).add(dropout(0.1)).build([4]).unwrap();
    assert_eq!(network.output_shape_of_example()[..], [15]);
    let names = network.params("*").unwrap().names().to_vec();
    assert_eq!(names[0], "branches.0.layer.dense.weight");
    assert_eq!(names[4], "branches.1.dense.weight");
    assert_eq!(names[6], "branches.2.gate_proj.weight");
    let again = Sequential::from_json(network.to_json(), &Registry::default()).unwrap();
    let again = again.rebuild().unwrap();
    assert_eq!(again.to_json(), network.to_json());
    let run = |network: brand_nn_layers::Network| {
        let network = network.init(1).unwrap();
        network.call(draws(&[2, 4]), &mut Pass::inference()).unwrap().into_tensor()
    };
    assert_eq!(run(network), run(again));
    let read = |json: &str| Sequential::from_json(json, &Registry::default());
    let around = r#"{"input":[3],"layers":[{"layer":"residual","around":{"layer":"warp"}}]}"#;
    refused(read(around), "unknown layer `warp`");
    let empty = r#"{"input":[3],"layers":[{"layer":"residual"}]}"#;
    refused(read(empty), "the architecture can't be read");
}

#[test]
fn wrong_settings_are_refused() {
    fn build(recipe: impl Recipe + 'static) -> Result<(), brand_nn_layers::Error> {
        Sequential::new().add(recipe).build([5]).map(drop)
    }
    refused(build(branches(Merge::Add)), "branches: number of branches is 0, expected at least 1");
    let apart = branches(Merge::Add).branch(dense(2)).branch(dense(3));
    refused(build(apart), "branches: the input has shape [3], expected that of [2]");
    refused(build(residual(dense(4))), "residual: the input has shape [4], expected [5] of the");
    refused(build(residual(dense(0))), "dense: units is 0");
    refused(build(glu()), "glu: the input has shape [5], expected an even number along axis -1");
    refused(build(feed_forward(0)), "feed_forward: hidden is 0, expected at least 1");
    refused(build(gated_feed_forward(0)), "gated_feed_forward: hidden is 0");
    refused(build(feed_forward(4).dropout(1.0)), "dropout: rate is 1");
    let init = FeedForward::new(2, 2).dropout(-1.0).init(0).map_err(brand_nn_layers::Error::from);
    refused(init, "rate is -1");
    let none = Branches::new(Merge::Add).init(0).map_err(brand_nn_layers::Error::from);
    refused(none, "number of branches is 0");
}

#[test]
fn wrong_inputs_are_refused() {
    fn call(layer: &dyn Layer, x: Tensor, message: &str) {
        refused(layer.call(x, &mut Pass::training(&mut Rng::new(1))), message);
    }
    let ones = |shape: &[usize]| Tensor::ones(shape);
    call(&Glu::new(), ones(&[2, 3]), "glu: the input has shape [3], expected an even number");
    call(&Glu::new(), ones(&[2]), "glu: the input has shape [], expected an even number");
    call(&Glu::new().axis(0), ones(&[2, 2]), "along axis 0, which is not the batch");
    call(&Glu::new().axis(-3), ones(&[2, 2]), "along axis -3");
    call(&Glu::new(), ones(&[]), "glu: the input has shape [], expected [batch, …]");
    call(&Glu::new(), ones(&[2, 2]).to(DType::I64), "glu: the input is i64, expected f32 or f64");
    let wide = FeedForward::new(4, 8).init(0).unwrap();
    let axis = "feed_forward: the input has shape [2, 3], expected a last axis of 4 features";
    call(&wide, ones(&[2, 3]), axis);
    let gated = GatedFeedForward::new(4, 8).init(0).unwrap();
    call(&gated, ones(&[2, 3]), "gated_feed_forward: the input has shape [2, 3], expected a last");
    let narrow = Residual::new(Linear::new(3, 2)).init(0).unwrap();
    call(&narrow, ones(&[1, 3]), "has shape [1, 2], expected [1, 3] of the layer's output");
    let ids = Residual::new(Embedding::new(3, 2)).init(0).unwrap();
    call(&ids, ones(&[1, 3]).to(DType::I64), ": the input is i64, expected f32 or f64");
    let cast = Residual::new(Lambda::new(|x| Ok(x.tensor().to(DType::F64).into())));
    call(&cast, ones(&[1, 3]), "residual: the input is f64, expected f32 as the first");
    call(&Branches::new(Merge::Add), ones(&[1, 3]), "number of branches is 0");
    let paths = Branches::new(Merge::Add).branch(Conv1d::new(1, 1, 2));
    let flat = Sequential::new().add(branches(Merge::Add).branch(conv1d(1, 2))).build([3]);
    refused(flat, "branches: the input has shape [3], expected [3 channels, length]");
    call(&paths, ones(&[1, 3]), "conv1d: the input has shape [3], expected [1 channels, length]");
}
