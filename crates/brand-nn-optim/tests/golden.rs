//! Ten steps of every optimizer against PyTorch's in f64 (`golden/optim.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Gradient, Gradients, Init, Param, Params, RowGradient};
use brand_nn_optim::{Adam, AdamW, Optimizer, Sgd};
use brand_nn_tensor::{
    DType, Tensor,
    check::{assert_close, golden_from_str},
};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/optim.json");
const TOLERANCE: f64 = 1e-12;

fn cases() -> Vec<Value> {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

#[derive(Params)]
struct Pair {
    a: Param,
    b: Param,
}

fn param(start: &Value) -> Param {
    let value = tensor(start);
    let param = Param::new(value.shape(), Init::Zeros);
    param.set(value).unwrap();
    param
}

/// The optimizer of a case; `None` for settings that are not ours (AMSGrad).
fn optimizer(case: &Value) -> Option<Box<dyn Optimizer>> {
    let config = &case["config"];
    let number = |name: &str, default: f64| config[name].as_f64().unwrap_or(default);
    let rate = number("learning_rate", 1e-3);
    let betas = config["betas"]
        .as_array()
        .map_or([0.9, 0.999], |betas| [betas[0].as_f64().unwrap(), betas[1].as_f64().unwrap()]);
    if config["amsgrad"].as_bool() == Some(true) {
        return None;
    }
    Some(match case["kind"].as_str()? {
        "sgd" => {
            let sgd = Sgd::new(rate)
                .momentum(number("momentum", 0.0))
                .dampening(number("dampening", 0.0))
                .weight_decay(number("weight_decay", 0.0));
            let nesterov = config["nesterov"].as_bool() == Some(true);
            Box::new(if nesterov { sgd.nesterov() } else { sgd })
        }
        "adam" | "adam_sparse_rows" => Box::new(
            Adam::new(rate)
                .betas(betas[0], betas[1])
                .epsilon(number("epsilon", 1e-8))
                .weight_decay(number("weight_decay", 0.0)),
        ),
        "adamw" => Box::new(AdamW::new(rate).weight_decay(number("weight_decay", 0.01))),
        _ => return None,
    })
}

#[test]
fn ten_steps_of_dense_gradients() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| !case["start"]["a"].is_null()) {
        let Some(mut optimizer) = optimizer(case) else { continue };
        let mut model = Pair { a: param(&case["start"]["a"]), b: param(&case["start"]["b"]) };
        for step in case["steps"].as_array().unwrap() {
            let gradient = |name: &str| Gradient::Dense(tensor(&step["gradients"][name]));
            let gradients = [(&model.a, gradient("a")), (&model.b, gradient("b"))];
            let gradients = Gradients::from_iter(gradients);
            optimizer.step(&mut model, gradients).unwrap();
            assert_close(&model.a.value().unwrap(), &tensor(&step["params"]["a"]), TOLERANCE);
            assert_close(&model.b.value().unwrap(), &tensor(&step["params"]["b"]), TOLERANCE);
        }
        checked += 1;
    }
    assert!(checked >= 12, "only {checked} golden cases apply");
}

#[test]
fn adam_on_rows_is_dense_adam() {
    let rows: Vec<_> =
        cases().into_iter().filter(|case| case["kind"] == "adam_sparse_rows").collect();
    assert_eq!(rows.len(), 3);
    for case in rows {
        let (mut table, mut adam) = (param(&case["start"]), optimizer(&case).unwrap());
        for step in case["steps"].as_array().unwrap() {
            let ids = tensor(&step["ids"]).to(DType::I64);
            let values = tensor(&step["values"]);
            let rows = RowGradient::new(ids, values, table.shape()).unwrap();
            let gradients = Gradients::from_iter([(&table, Gradient::Rows(rows))]);
            adam.step(&mut table, gradients).unwrap();
            assert_close(&table.value().unwrap(), &tensor(&step["params"]), TOLERANCE);
        }
    }
}

#[test]
fn clipping() {
    for case in cases().iter().filter(|case| !case["clipped"].is_null()) {
        let model = Pair { a: param(&case["gradients"]["a"]), b: param(&case["gradients"]["b"]) };
        let dense = |name: &str| Gradient::Dense(tensor(&case["gradients"][name]));
        let gradients = Gradients::from_iter([(&model.a, dense("a")), (&model.b, dense("b"))]);
        let clipped = match case["kind"].as_str().unwrap() {
            "clip_value" => gradients.clip_value(case["config"]["limit"].as_f64().unwrap()),
            _ if case["config"]["norm_type"].as_f64() == Some(2.0) => {
                assert!((gradients.norm() - case["norm"].as_f64().unwrap()).abs() < 1e-12);
                gradients.clip_norm(case["config"]["max_norm"].as_f64().unwrap())
            }
            _ => continue, // other norms than the Euclidean one are not ours
        };
        assert_close(&clipped.get(&model.a).unwrap(), &tensor(&case["clipped"]["a"]), TOLERANCE);
        assert_close(&clipped.get(&model.b).unwrap(), &tensor(&case["clipped"]["b"]), TOLERANCE);
    }
}

#[test]
fn plain_descent_on_rows_is_dense_descent() {
    let start = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let rows = || {
        let (ids, values) =
            (Tensor::from([2_i64, 0, 2]), Tensor::from([[1.0, 1.0], [2.0, 0.0], [1.0, 3.0]]));
        Gradient::Rows(RowGradient::new(ids, values, [3, 2]).unwrap())
    };
    let after = |gradient: Gradient| {
        let mut table = Param::new([3, 2], Init::Zeros);
        table.set(start.clone()).unwrap();
        let gradients = Gradients::from_iter([(&table, gradient)]);
        Sgd::new(0.5).step(&mut table, gradients).unwrap();
        table.value().unwrap()
    };
    assert_eq!(after(rows()), after(Gradient::Dense(rows().to_dense())));
}

#[track_caller]
fn refused(result: brand_nn_optim::Result<()>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_and_missing_gradients_are_refused() {
    refused(Adam::new(0.0).check(), "Adam: learning_rate is 0, expected a number above 0");
    refused(Adam::new(f64::NAN).check(), "learning_rate is NaN");
    refused(Adam::new(0.1).betas(1.0, 0.9).check(), "beta1 is 1, expected a number from 0");
    refused(AdamW::new(0.1).weight_decay(-1.0).check(), "AdamW: weight_decay is -1");
    refused(Sgd::new(0.1).momentum(1.5).check(), "Sgd: momentum is 1.5");
    let start = serde_json::json!({"shape": [1], "values": [1.0]});
    let mut pair = Pair { a: param(&start), b: param(&start) };
    let half = |pair: &Pair| {
        Gradients::from_iter([(&pair.a, Gradient::Dense(Tensor::ones([1]).to(DType::F64)))])
    };
    let gradients = half(&pair);
    refused(Sgd::new(0.1).step(&mut pair, gradients), "`b` is trainable but has no gradient");
    let gradients = half(&pair);
    Sgd::new(0.1).allow_missing().step(&mut pair, gradients).unwrap();
    pair.b.freeze();
    let gradients = half(&pair);
    Sgd::new(0.1).step(&mut pair, gradients).unwrap();
    assert_eq!(pair.b.value().unwrap().item(), 1.0);
}
