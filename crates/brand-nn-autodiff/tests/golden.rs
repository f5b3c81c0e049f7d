//! Values and gradients of ops against those that PyTorch made in f64 (`golden/ops.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "golden/algebra.rs"]
mod algebra;
#[path = "golden/arranged.rs"]
mod arranged;
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
        "exp" => x[0].exp(),
        "tanh" => x[0].tanh(),
        "exp2" => x[0].exp2(),
        "log2" => x[0].log2(),
        "log10" => x[0].log10(),
        "tan" => x[0].tan(),
        "asin" => x[0].asin(),
        "acos" => x[0].acos(),
        "atan" => x[0].atan(),
        "sinh" => x[0].sinh(),
        "cosh" => x[0].cosh(),
        "asinh" => x[0].asinh(),
        "acosh" => x[0].acosh(),
        "atanh" => x[0].atanh(),
        "erfc" => x[0].erfc(),
        "lgamma" => x[0].lgamma(),
        "digamma" => x[0].digamma(),
        "trunc" => x[0].trunc(),
        "frac" => x[0].frac(),
        "sinc" => x[0].sinc(),
        "gelu" => x[0].gelu(),
        "gelu_tanh" => x[0].gelu_tanh(),
        "silu" => x[0].silu(),
        "softplus" => x[0].softplus(),
        "log_sigmoid" => x[0].log_sigmoid(),
        "relu" => x[0].relu(),
        "selu" => x[0].selu(),
        "relu6" => x[0].relu6(),
        "hard_sigmoid" => x[0].hard_sigmoid(),
        "hard_swish" => x[0].hard_swish(),
        "tanh_shrink" => x[0].tanh_shrink(),
        "softsign" => x[0].softsign(),
        "mish" => x[0].mish(),
        "abs" => x[0].abs(),
        "sum" => x[0].sum(),
        "prod" => x[0].prod(),
        "norm" => x[0].norm(),
        "polygamma_2" => x[0].polygamma(2),
        "logit" => x[0].logit(0.1),
        "leaky_relu" => x[0].leaky_relu(0.1),
        "elu" => x[0].elu(0.7),
        "celu" => x[0].celu(0.5),
        "hardtanh" => x[0].hardtanh(-1.0, 3.0),
        "hard_shrink" => x[0].hard_shrink(0.5),
        "soft_shrink" => x[0].soft_shrink(0.5),
        "threshold" => x[0].threshold(1.0, 7.0),
        "clamp" => x[0].clamp(-1.0, 2.0),
        "glu" => x[0].glu(1),
        "softmin" => x[0].softmin(1),
        "max_axis_1" => x[0].max_axis(1),
        "max_axes_02" => x[0].max_axes(&[0, 2], false),
        "min_axes_02" => x[0].min_axes(&[0, 2], false),
        "logsumexp_1" => x[0].logsumexp(1),
        "logsumexp_axes_02" => x[0].logsumexp_axes(&[0, 2], false),
        "softmax_0" => x[0].softmax(0),
        "prod_axis_1" => x[0].prod_axis(1),
        "cumprod_1" => x[0].cumprod(1),
        "logcumsumexp_1" => x[0].logcumsumexp(1),
        "cummax_1" => x[0].cummax(1).0,
        "cummax_positions_1" => x[0].cummax(1).1.into(),
        "cummin_1" => x[0].cummin(1).0,
        "var_corrected_02" => x[0].var_corrected(&[0, 2], 1.0, false),
        "var_axes_02" => x[0].var_axes(&[0, 2], false),
        "std_corrected_02" => x[0].std_corrected(&[0, 2], 1.0, false),
        "std_corrected_0" => x[0].std_corrected(&[0], 1.0, false),
        "sum_squares_1" => x[0].sum_squares(&[1], false),
        "norm_1_1" => x[0].norm_axes(1.0, &[1], false),
        "norm_2_1" => x[0].norm_axes(2.0, &[1], false),
        "norm_3_1" => x[0].norm_axes(3.0, &[1], false),
        "norm_inf_1" => x[0].norm_axes(f64::INFINITY, &[1], false),
        "norm_minus_inf_1" => x[0].norm_axes(f64::NEG_INFINITY, &[1], false),
        "normalize" => x[0].normalize(2.0, 1, 1e-3),
        "nansum_1" => x[0].nansum(&[1], false),
        "nanmean_1" => x[0].nanmean(&[1], false),
        "median_axis_1" => x[0].median_axis(1).0,
        "quantile_1" => x[0].quantile(0.3, 1),
        "count_nonzero_1" => x[0].count_nonzero(&[1], false).into(),
        "prelu" => x[0].prelu(&x[1]),
        "maximum" => x[0].maximum(&x[1]),
        "pow" => x[0].pow(&x[1]),
        "atan2" => x[0].atan2(&x[1]),
        "hypot" => x[0].hypot(&x[1]),
        "logaddexp" => x[0].logaddexp(&x[1]),
        "xlogy" => x[0].xlogy(&x[1]),
        "remainder" => x[0].remainder(&x[1]),
        "fmod" => x[0].fmod(&x[1]),
        "lerp" => x[0].lerp(&x[1], &x[2]),
        "addcmul" => x[0].addcmul(&x[1], &x[2], 0.5),
        "addcdiv" => x[0].addcdiv(&x[1], &x[2], 0.5),
        _ => windows::apply(op, x).unwrap_or_else(|| fused::apply(op, x)),
    }
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let rows = file["rows"].as_array().unwrap();
    assert!(rows.len() >= 100, "only {} golden rows", rows.len());
    let problems: Vec<_> = rows.iter().flat_map(problems).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What is wrong with the value and all gradients of one row.
fn problems(row: &Value) -> Vec<String> {
    let name = row["name"].as_str().unwrap();
    let vars: Vec<Var> = all(&row["inputs"]).into_iter().map(variable).collect();
    let value = apply(name.split('/').next().unwrap(), &vars);
    let mut found = vec![unsettled(row, "value", compare(value.tensor(), &tensor(&row["output"])))];
    if row["gradients"].is_null() {
        assert!(!value.is_tracked(), "{name}: PyTorch has no gradient");
    } else {
        found.push(unsettled(row, "gradient", compare_gradients(row, &value, &vars)));
    }
    found.into_iter().flatten().collect()
}

/// What is wrong with the gradients of all inputs that have one.
fn compare_gradients(row: &Value, value: &Var, vars: &[Var]) -> Option<String> {
    let found = (value * tensor(&row["seed_gradient"])).sum().backward().unwrap();
    let leaves = vars.iter().filter(|x| x.is_tracked());
    leaves.zip(all(&row["gradients"])).find_map(|(x, theirs)| {
        compare(&found.get(x).unwrap_or_else(|| Tensor::zeros_like(x.tensor())), &theirs)
    })
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

/// A problem that was not announced, or an announced one that is none any more.
fn unsettled(row: &Value, part: &str, problem: Option<String>) -> Option<String> {
    let (name, announced) = (&row["name"], row["differs"]["part"] == part);
    match problem {
        Some(problem) => (!announced).then(|| format!("{name}, {part}: {problem}")),
        None => announced.then(|| format!("{name}: the {part} does not differ, see DIFFERS")),
    }
}
