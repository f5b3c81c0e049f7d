//! Activations, gates, feed-forward blocks and bags against PyTorch (`functions.py`).

use crate::{
    PRECISIONS, cases_in, check_gradient, check_layer, check_points, set, size, tensor, weighted,
};
use brand_nn_autodiff::Var;
use brand_nn_layers::{
    Activation, Bag, Call, EmbeddingBag, FeedForward, GatedFeedForward, Glu, Pass, Prelu,
};
use brand_nn_tensor::{DType, check::assert_close};
use serde_json::Value;

fn cases(kind: &str) -> Vec<Value> {
    cases_in(include_str!("functions.json"), kind)
}

fn activation(value: &Value) -> Activation {
    value.as_str().unwrap().parse().unwrap()
}

/// Point by point in f64; in f32 up to its precision.
#[test]
fn every_activation_is_pytorchs() {
    let cases = cases("activation");
    assert_eq!(cases.len(), Activation::ALL.len());
    for case in cases {
        let function = activation(&case["config"]["name"]);
        let x = Var::leaf(tensor(&case["inputs"]["input"]));
        let y = function.call(&x, &mut Pass::inference()).unwrap();
        // PyTorch's softplus is x itself above 20, which is off by up to 2e-9.
        let tolerance = if function == Activation::Softplus { 3e-9 } else { 1e-12 };
        check_points(function.name(), y.tensor(), &case["outputs"]["output"], tolerance);
        let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
        let slope = gradients.get(&x).unwrap();
        check_points(function.name(), &slope, &case["gradients"]["input"], tolerance);
        if function != Activation::Exp {
            let single = function.apply(&Var::from(x.tensor().to(DType::F32)));
            check_points(function.name(), single.tensor(), &case["outputs"]["output"], 2e-5);
        }
    }
}

#[test]
fn gates_and_blocks() {
    for case in cases("prelu") {
        check_layer(&Prelu::new(size(&case, "slopes")), &case);
    }
    for case in cases("glu") {
        let axis = case["config"]["axis"].as_i64().unwrap();
        check_layer(&Glu::new().axis(axis as isize), &case);
    }
    for case in cases("feed_forward") {
        let function = activation(&case["config"]["activation"]);
        check_layer(&FeedForward::new(4, 6).activation(function), &case);
    }
    for case in cases("gated_feed_forward") {
        let function = activation(&case["config"]["activation"]);
        check_layer(&GatedFeedForward::new(4, 6).activation(function), &case);
    }
}

#[test]
fn bags() {
    for case in cases("embedding_bag") {
        let mode: Bag = serde_json::from_value(case["config"]["mode"].clone()).unwrap();
        let layer = EmbeddingBag::new(6, 3).mode(mode);
        let padding = case["config"]["padding"].as_i64();
        let layer = padding.into_iter().fold(layer, EmbeddingBag::padding);
        let ids = tensor(&case["inputs"]["ids"]).to(DType::I64);
        for (dtype, outputs, slopes) in PRECISIONS {
            set(layer.weight(), &case["params"]["weight"], dtype);
            let pass = &mut Pass::inference().learning();
            let y = match &case["inputs"]["offsets"] {
                Value::Null => layer.call(&ids, pass),
                offsets => layer.bags(&ids, &tensor(offsets).to(DType::I64), pass),
            };
            let y = y.unwrap();
            assert_close(y.tensor(), &tensor(&case["outputs"]["output"]), outputs);
            let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
            check_gradient(&gradients, layer.weight(), &case["gradients"]["weight"], slopes);
        }
    }
}
