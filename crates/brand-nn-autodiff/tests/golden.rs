//! Values and gradients of ops against those that PyTorch made in f64 (`golden/ops.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "golden/fused.rs"]
mod fused;
#[path = "golden/windows.rs"]
mod windows;

use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/ops.json");

/// How far a number may be off, for each unit of the reference.
const RELATIVE: f64 = 1e-10;
/// References below this are compared as if they were as large.
const SMALL: f64 = 1e-2;

/// The op that a row is called after; what stands behind a slash tells its cases apart.
fn apply(op: &str, x: &[Var]) -> Var {
    match op {
        "sum" => x[0].sum(),
        "exp" => x[0].exp(),
        "tanh" => x[0].tanh(),
        "gelu" => x[0].gelu(),
        "gelu_tanh" => x[0].gelu_tanh(),
        "silu" => x[0].silu(),
        "softplus" => x[0].softplus(),
        "log_sigmoid" => x[0].log_sigmoid(),
        "relu" => x[0].relu(),
        "abs" => x[0].abs(),
        "maximum" => x[0].maximum(&x[1]),
        "clamp" => x[0].clamp(-1.0, 2.0),
        "max_axis_1" => x[0].max_axis(1),
        "logsumexp_1" => x[0].logsumexp(1),
        "softmax_0" => x[0].softmax(0),
        "norm" => x[0].norm(),
        _ => windows::apply(op, x).unwrap_or_else(|| fused::apply(op, x)),
    }
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let rows = file["rows"].as_array().unwrap();
    assert!(rows.len() >= 16, "only {} golden rows", rows.len());
    rows.iter().for_each(check);
}

/// The value and all gradients of one row; what differs by choice must differ.
#[track_caller]
fn check(row: &Value) {
    let name = row["name"].as_str().unwrap();
    let inputs = all(&row["inputs"]);
    let vars: Vec<Var> = inputs.iter().map(|x| variable(x.clone())).collect();
    let value = apply(name.split('/').next().unwrap(), &vars);
    let problem = compare(value.tensor(), &tensor(&row["output"]));
    settle(row, "value", problem);
    if row["gradients"].is_null() {
        return assert!(!value.is_tracked(), "{name}: PyTorch has no gradient");
    }
    let seed = tensor(&row["seed_gradient"]);
    let found = (value * seed).sum().backward().unwrap();
    let leaves = vars.iter().filter(|x| x.is_tracked());
    let problem = leaves.zip(all(&row["gradients"])).find_map(|(x, theirs)| {
        compare(&found.get(x).unwrap_or_else(|| Tensor::zeros_like(x.tensor())), &theirs)
    });
    settle(row, "gradient", problem);
}

fn all(list: &Value) -> Vec<Tensor> {
    list.as_array().unwrap().iter().map(tensor).collect()
}

/// A tensor of floats; NaN and the infinities are strings. Integers are i64.
fn tensor(value: &Value) -> Tensor {
    let values = value["values"].as_array().unwrap();
    let shape: Vec<usize> = serde_json::from_value(value["shape"].clone()).unwrap();
    let whole = !values.is_empty() && values.iter().all(Value::is_i64);
    let number = |x: &Value| x.as_f64().unwrap_or_else(|| x.as_str().unwrap().parse().unwrap());
    let numbers = Tensor::new(values.iter().map(number).collect::<Vec<f64>>(), shape).unwrap();
    if whole { numbers.to(DType::I64) } else { numbers }
}

/// Floats are leaves, integers constants.
fn variable(x: Tensor) -> Var {
    if x.dtype().is_float() { Var::leaf(x) } else { x.into() }
}

/// What is wrong with `ours`, number by number: one huge value must not hide the others.
fn compare(ours: &Tensor, theirs: &Tensor) -> Option<String> {
    let numbers = |x: &Tensor| x.to(DType::F64).to_vec::<f64>();
    let same = |(a, b): (&f64, &f64)| {
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= RELATIVE * b.abs().max(SMALL)
    };
    let equal =
        ours.shape() == theirs.shape() && numbers(ours).iter().zip(&numbers(theirs)).all(same);
    (!equal).then(|| format!("{ours}\nexpected {theirs}"))
}

/// Panics if a problem was not announced, or an announced one is none any more.
#[track_caller]
fn settle(row: &Value, part: &str, problem: Option<String>) {
    let (name, announced) = (&row["name"], row["differs"]["part"] == part);
    match problem {
        Some(problem) => assert!(announced, "{name}, {part}: {problem}"),
        None => assert!(!announced, "{name}: the {part} does not differ, see DIFFERS in ops.py"),
    }
}
