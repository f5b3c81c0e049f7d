//! Layers and activations against values that PyTorch made in f64 (`layers.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Gradients, Param, ParamSet, Params, Var};
use brand_nn_layers::{Call, Embedding, Layer, Linear, Lstm, Pass, RecurrentState};
use brand_nn_tensor::{
    DType, Tensor,
    check::{assert_close, golden_from_str},
};
use serde_json::Value;

mod attention;
mod click;
mod named;
mod position;
mod recurrent;
mod tagging;
mod transformer;

const GOLDEN: &str = include_str!("layers.json");

mod conv;
mod functions;

fn cases(kind: &str) -> Vec<Value> {
    cases_in(GOLDEN, kind)
}

/// The cases of a kind in a golden file.
fn cases_in(golden: &str, kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(golden).unwrap();
    let cases = file["cases"].as_array().unwrap().clone();
    let chosen: Vec<_> = cases.into_iter().filter(|case| case["kind"] == kind).collect();
    assert!(!chosen.is_empty(), "no golden case of kind {kind}");
    chosen
}

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

fn size(case: &Value, name: &str) -> usize {
    usize::try_from(case["config"][name].as_u64().unwrap()).unwrap()
}

/// Sets a parameter to a golden value of the precision, in f64 or f32.
fn set(param: &Param, value: &Value, dtype: DType) {
    param.set(tensor(value).to(dtype)).unwrap();
}

/// The tolerances for outputs and for gradients: f64, then f32.
const PRECISIONS: [(DType, f64, f64); 2] = [(DType::F64, 1e-10, 1e-10), (DType::F32, 2e-5, 1e-4)];

/// Σ output · seed, whose gradients the golden file has.
fn weighted(output: &Var, seed: &Value) -> Var {
    (output * tensor(seed).to(output.dtype())).sum()
}

#[track_caller]
fn check_gradient(
    gradients: &Gradients,
    leaf: &impl brand_nn_autodiff::Leaf,
    golden: &Value,
    tolerance: f64,
) {
    assert_close(&gradients.get(leaf).unwrap(), &tensor(golden), tolerance);
}

/// Runs a layer of one input, whose parameters have PyTorch's names, against a case.
#[track_caller]
fn check_layer(layer: &dyn Layer, case: &Value) {
    let set = ParamSet::all(layer).unwrap();
    assert_eq!(set.len(), case["params"].as_object().unwrap().len(), "{}", case["name"]);
    for (dtype, outputs, slopes) in PRECISIONS {
        set.named().for_each(|(name, param)| self::set(param, &case["params"][name], dtype));
        let x = Var::leaf(tensor(&case["inputs"]["input"]).to(dtype));
        let y = layer.call(&x, &mut Pass::inference().learning()).unwrap();
        assert_close(y.tensor(), &tensor(&case["outputs"]["output"]), outputs);
        let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
        check_gradient(&gradients, &x, &case["gradients"]["input"], slopes);
        set.named().for_each(|(name, param)| {
            check_gradient(&gradients, param, &case["gradients"][name], slopes);
        });
    }
}

#[test]
fn linear() {
    for case in cases("linear") {
        for (dtype, outputs, slopes) in PRECISIONS {
            let layer = Linear::new(size(&case, "in_features"), size(&case, "out_features"));
            let has_bias = case["config"]["bias"].as_bool().unwrap();
            let layer = if has_bias { layer } else { layer.without_bias() };
            set(&layer.weight, &case["params"]["weight"], dtype);
            layer.bias.iter().for_each(|bias| set(bias, &case["params"]["bias"], dtype));
            let x = Var::leaf(tensor(&case["inputs"]["input"]).to(dtype));
            let y = layer.call(&x, &mut Pass::inference().learning()).unwrap();
            assert_close(y.tensor(), &tensor(&case["outputs"]["output"]), outputs);
            let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
            check_gradient(&gradients, &x, &case["gradients"]["input"], slopes);
            check_gradient(&gradients, &layer.weight, &case["gradients"]["weight"], slopes);
            layer.bias.iter().for_each(|bias| {
                check_gradient(&gradients, bias, &case["gradients"]["bias"], slopes);
            });
        }
    }
}

#[test]
fn embedding() {
    for case in cases("embedding") {
        for (dtype, outputs, slopes) in PRECISIONS {
            let layer = Embedding::new(size(&case, "num_embeddings"), size(&case, "embedding_dim"));
            set(&layer.weight, &case["params"]["weight"], dtype);
            let ids = tensor(&case["inputs"]["ids"]).to(DType::I64);
            let y = layer.call(&ids, &mut Pass::inference().learning()).unwrap();
            assert_close(y.tensor(), &tensor(&case["outputs"]["output"]), outputs);
            let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
            check_gradient(&gradients, &layer.weight, &case["gradients"]["weight"], slopes);
        }
    }
}

#[test]
fn lstm() {
    for case in cases("lstm") {
        for (dtype, outputs, slopes) in PRECISIONS {
            check_lstm(&case, dtype, outputs, slopes);
        }
    }
}

#[track_caller]
fn check_lstm(case: &Value, dtype: DType, outputs: f64, slopes: f64) {
    let layer = Lstm::new(size(case, "input_size"), size(case, "hidden_size"));
    let params = &case["params"];
    set(&layer.weight_ih, &params["weight_ih_l0"], dtype);
    set(&layer.weight_hh, &params["weight_hh_l0"], dtype);
    let bias = tensor(&params["bias_ih_l0"]) + tensor(&params["bias_hh_l0"]);
    layer.bias.set(bias.to(dtype)).unwrap();
    let leaf = |name: &str| {
        let value = &case["inputs"][name];
        (!value.is_null()).then(|| Var::leaf(tensor(value).to(dtype)))
    };
    let (x, h0, c0) = (leaf("input").unwrap(), leaf("h0"), leaf("c0"));
    let start = h0.clone().zip(c0.clone()).map(RecurrentState::from);
    let pass = &mut Pass::inference().learning();
    let (sequence, state) = layer.run(&x, start.as_ref(), pass).unwrap();
    let whole = case["config"]["return_sequences"].as_bool().unwrap();
    let output = if whole { &sequence.value } else { &state.hidden };
    let (hidden, cell) = (&state.hidden, state.cell.as_ref().unwrap());
    let mut loss = None;
    for (name, value) in [("output", output), ("h_n", hidden), ("c_n", cell)] {
        assert_close(value.tensor(), &tensor(&case["outputs"][name]), outputs);
        if !case["seed_gradient"][name].is_null() {
            let more = weighted(value, &case["seed_gradient"][name]);
            loss = Some(loss.map_or(more.clone(), |loss: Var| loss + more));
        }
    }
    let gradients = loss.unwrap().backward().unwrap();
    let golden = &case["gradients"];
    check_gradient(&gradients, &x, &golden["input"], slopes);
    check_gradient(&gradients, &layer.weight_ih, &golden["weight_ih_l0"], slopes);
    check_gradient(&gradients, &layer.weight_hh, &golden["weight_hh_l0"], slopes);
    check_gradient(&gradients, &layer.bias, &golden["bias_ih_l0"], slopes);
    if let Some((h0, c0)) = h0.zip(c0) {
        check_gradient(&gradients, &h0, &golden["h0"], slopes);
        check_gradient(&gradients, &c0, &golden["c0"], slopes);
    }
}

/// Compares point by point: one huge value must not hide the others.
#[track_caller]
fn check_points(name: &str, ours: &Tensor, golden: &Value, tolerance: f64) {
    let reference = tensor(golden);
    let bound = reference.abs().maximum(&Tensor::ones_like(&reference)) * tolerance;
    let close = (ours.to(DType::F64) - &reference).abs().less_equal(&bound);
    assert!(close.all(), "{name}: {ours}\nexpected {reference}");
}

#[test]
fn activations() {
    type Row = (&'static str, fn(&Var) -> Var);
    let rows: [Row; 9] = [
        ("relu", Var::relu),
        ("gelu", Var::gelu),
        ("gelu_tanh", Var::gelu_tanh),
        ("silu", Var::silu),
        ("sigmoid", Var::sigmoid),
        ("tanh", Var::tanh),
        ("softplus", Var::softplus),
        ("softmax", |x| x.softmax(-1)),
        ("log_softmax", |x| x.log_softmax(-1)),
    ];
    for (kind, function) in rows {
        for case in cases(kind) {
            let axis = case["config"]["axis"].as_i64();
            let last = axis.is_none_or(|axis| axis == -1 || axis + 1 == ndim(&case));
            let x = Var::leaf(tensor(&case["inputs"]["input"]));
            let y = match (kind, last) {
                (_, true) => function(&x),
                ("softmax", _) => x.softmax(axis.unwrap() as isize),
                _ => x.log_softmax(axis.unwrap() as isize),
            };
            // PyTorch's softplus is x itself above 20, which is off by up to 2e-9.
            let tolerance = if kind == "softplus" { 3e-9 } else { 1e-12 };
            check_points(kind, y.tensor(), &case["outputs"]["output"], tolerance);
            let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
            check_points(kind, &gradients.get(&x).unwrap(), &case["gradients"]["input"], tolerance);
        }
    }
}

fn ndim(case: &Value) -> i64 {
    i64::try_from(case["inputs"]["input"]["shape"].as_array().unwrap().len()).unwrap()
}

#[test]
fn recipes_draw_as_keras_does() {
    use brand_nn_layers::{Sequential, dense, embedding, lstm};
    let network =
        Sequential::new().add(embedding(40, 20)).add(lstm(30)).add(dense(10)).build([7]).unwrap();
    let network = network.init(3).unwrap();
    let bound = |name: &str| {
        let value = network.params(name).unwrap()[0].value().unwrap();
        (value.max().item(), value.min().item())
    };
    let glorot = |ins: f64, outs: f64| (6.0 / (ins + outs)).sqrt();
    for (name, limit) in [
        ("embedding.weight", 0.05),
        ("lstm.weight_ih", glorot(20.0, 120.0)),
        ("dense.weight", glorot(30.0, 10.0)),
    ] {
        let (max, min) = bound(name);
        assert!(max <= limit && max > 0.8 * limit, "{name}: {max} of {limit}");
        assert!(min >= -limit && min < -0.8 * limit, "{name}: {min} of -{limit}");
    }
    let bias = network.params("lstm.bias").unwrap()[0].value().unwrap();
    assert_eq!(bias.slice(0, 30..60), Tensor::ones([30]), "the forget gate begins open");
    assert_eq!(bias.sum().item(), 30.0);
    let recurrent = network.params("lstm.weight_hh").unwrap()[0].value().unwrap();
    assert_close(&recurrent.t().matmul(&recurrent), &Tensor::eye(30), 1e-5);
}
