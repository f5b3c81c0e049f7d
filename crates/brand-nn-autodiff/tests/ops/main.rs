//! One table of all ops: its rows prove gradients, refusals, limits and fused forms, and an op that
//! is missing from it fails.
//!
//! A family of ops is a file with `rows`, and where there are any `refusals`, `twins` and `limits`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it fails")]

mod activations;
mod arithmetic;
mod attention;
mod cross_entropy;
mod functions;
mod indices;
mod linear_algebra;
mod norms;
mod placed;
mod pools;
mod products;
mod rearranged;
mod recurrent;
mod reductions;
mod rotary;
mod scans;
mod shapes;
mod special;
mod statistics;
mod structured;
mod table;
mod windows;

use brand_nn_autodiff::{Error, Var, check};
use brand_nn_tensor::{DType, Tensor};
use std::{collections::BTreeSet, fs, panic::catch_unwind, path::Path};
use table::{Limit, Refusal, Row, Twin};

fn rows() -> Vec<Row> {
    [
        functions::rows(),
        special::rows(),
        activations::rows(),
        arithmetic::rows(),
        reductions::rows(),
        scans::rows(),
        statistics::rows(),
        shapes::rows(),
        indices::rows(),
        products::rows(),
        norms::rows(),
        attention::rows(),
        cross_entropy::rows(),
        recurrent::rows(),
        rotary::rows(),
        structured::rows(),
        windows::rows(),
        pools::rows(),
        rearranged::rows(),
        placed::rows(),
        linear_algebra::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn refusals() -> Vec<Refusal> {
    [
        special::refusals(),
        activations::refusals(),
        scans::refusals(),
        statistics::refusals(),
        shapes::refusals(),
        products::refusals(),
        structured::refusals(),
        norms::refusals(),
        windows::refusals(),
        attention::refusals(),
        cross_entropy::refusals(),
        pools::refusals(),
        recurrent::refusals(),
        rotary::refusals(),
        rearranged::refusals(),
        placed::refusals(),
        linear_algebra::refusals(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn twins() -> Vec<Twin> {
    [
        structured::twins(),
        norms::twins(),
        windows::twins(),
        attention::twins(),
        cross_entropy::twins(),
        pools::twins(),
        recurrent::twins(),
        rotary::twins(),
        activations::twins(),
        statistics::twins(),
        rearranged::twins(),
        placed::twins(),
        linear_algebra::twins(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn limits() -> Vec<Limit> {
    [
        functions::limits(),
        norms::limits(),
        attention::limits(),
        cross_entropy::limits(),
        pools::limits(),
        recurrent::limits(),
        special::limits(),
        activations::limits(),
        scans::limits(),
        statistics::limits(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The same values, stored with the last two axes swapped or every second element left out.
fn strided(tensor: &Tensor) -> Tensor {
    match tensor.ndim() {
        0 => tensor.clone(),
        1 => Tensor::stack(&[tensor.clone(), tensor.clone()], 1).select(1, 0),
        _ => tensor.t().contiguous().t(),
    }
}

#[track_caller]
fn check_row(row: &Row, inputs: &[Tensor], kind: &str) {
    let first = check::gradient(inputs, row.call).unwrap();
    assert!(first.is_empty(), "{} ({kind}): {}", row.name, first[0]);
    let second = check::second_order(inputs, row.call);
    if row.orders == 1 {
        let refused = matches!(second, Err(Error::NoSecondOrder { .. }));
        assert!(refused, "{} has a second order: say so in its row", row.name);
        return;
    }
    let second = second.unwrap();
    assert!(second.is_empty(), "{} ({kind}), second order: {}", row.name, second[0]);
}

#[test]
fn every_gradient_is_right() {
    let rows = rows();
    for row in &rows {
        check_row(row, &row.inputs, "contiguous");
        check_row(row, &row.inputs.iter().map(strided).collect::<Vec<_>>(), "strided");
    }
    let names = |orders| {
        let rows = rows.iter().filter(|row| row.orders >= orders);
        rows.map(|row| row.name).collect::<BTreeSet<_>>().len()
    };
    println!("ops: {}, of them with a second order: {}", names(1), names(2));
}

#[test]
fn values_do_not_depend_on_tracking_or_precision() {
    for row in rows() {
        let tracked: Vec<_> = row.inputs.iter().cloned().map(Var::leaf).collect();
        let constant: Vec<_> = row.inputs.iter().map(Var::from).collect();
        let narrow: Vec<_> = row.inputs.iter().map(|x| Var::from(x.to(DType::F32))).collect();
        let expected = (row.call)(&tracked).unwrap();
        let plain = (row.call)(&constant).unwrap();
        assert_eq!(expected.tensor(), plain.tensor(), "{}", row.name);
        assert!(!plain.is_tracked(), "{}: constants are not recorded", row.name);
        let single = (row.call)(&narrow).unwrap().tensor().to(DType::F64);
        assert_eq!(single.shape(), expected.shape(), "{}", row.name);
        if single.size() > 0 {
            let distance = (single - expected.tensor()).abs().max().item();
            let scale = expected.tensor().abs().max().item().max(1.0);
            assert!(distance < 1e-5 * scale, "{}: f32 differs by {distance:e}", row.name);
        }
    }
}

#[test]
fn a_wrong_call_says_what_is_wrong() {
    for Refusal { name, call, message } in refusals() {
        let text = match catch_unwind(call) {
            Ok(Ok(value)) => panic!("{name}: gave {:?}, expected {message}", value.shape()),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| {
                panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned()
            }),
        };
        assert!(text.contains(message), "{name}: {text}\ndoes not contain: {message}");
    }
}

/// The value of an op and the gradients of all its inputs.
fn run(call: fn(&[Var]) -> brand_nn_autodiff::Result<Var>, inputs: &[Tensor]) -> Vec<Tensor> {
    let leaves: Vec<_> = inputs.iter().cloned().map(Var::leaf).collect();
    let value = call(&leaves).unwrap();
    let weights = Tensor::arange(value.tensor().size()).to(DType::F64);
    let weighted = (&value * (weights * 0.1 + 0.5).cos().reshape(value.shape().clone())).sum();
    let gradients = weighted.backward().unwrap();
    let mut all = vec![value.tensor().clone()];
    all.extend(
        leaves
            .iter()
            .map(|leaf| gradients.get(leaf).unwrap_or_else(|| Tensor::zeros_like(leaf.tensor()))),
    );
    all
}

/// The value of an op and the gradients of its inputs, which rules keep in bf16 if `rounded`.
fn run_kept(row: &Row, rounded: bool) -> (Tensor, Vec<Tensor>) {
    let leaves: Vec<_> = row.inputs.iter().cloned().map(Var::leaf).collect();
    let start = |leaf: &Var| if rounded { leaf.save_in_bf16() } else { leaf.clone() };
    let inputs: Vec<_> = leaves.iter().map(|leaf| start(leaf) * 1.0).collect();
    let value = (row.call)(&inputs).unwrap();
    let weights = (Tensor::arange(value.tensor().size()).to(DType::F64) + 1.0).cos();
    let loss = (&value * weights.reshape(value.shape().clone())).sum();
    let gradients = loss.backward().unwrap();
    let gradient = |x: &Var| gradients.get(x).unwrap_or_else(|| Tensor::zeros_like(x.tensor()));
    (value.tensor().clone(), leaves.iter().map(gradient).collect())
}

#[test]
fn gradients_of_rounded_values_are_near() {
    let mut rounded_ops = BTreeSet::new();
    for row in rows().iter().filter(|row| !row.inputs.is_empty()) {
        let (value, exact) = run_kept(row, false);
        let (same, rounded) = run_kept(row, true);
        assert_eq!(value, same, "{}: values are computed as before", row.name);
        for (exact, rounded) in exact.iter().zip(&rounded).filter(|(exact, _)| exact.size() > 0) {
            let distance = (rounded - exact).abs().max().item();
            let scale = exact.abs().max().item().max(0.5);
            assert!(distance < 0.03 * scale, "{}: {exact} became {rounded}", row.name);
            if distance > 0.0 {
                rounded_ops.insert(row.name);
            }
        }
    }
    println!("ops that keep rounded values: {rounded_ops:?}");
    for name in
        ["matmul", "linear", "conv", "layer_norm", "attention", "lstm", "gru", "gelu", "mul"]
    {
        assert!(rounded_ops.contains(name), "{name} keeps whole values");
    }
    for name in ["cross_entropy", "log_softmax", "bce_with_logits", "logsumexp", "det"] {
        assert!(!rounded_ops.contains(name), "{name} keeps rounded values");
    }
}

#[test]
fn fused_ops_equal_their_formulas() {
    for Twin { name, inputs, fused, plain } in twins() {
        for (part, (ours, theirs)) in
            run(fused, &inputs).iter().zip(run(plain, &inputs)).enumerate()
        {
            let scale = theirs.abs().max().item().max(1e-3);
            let distance = (ours - &theirs).abs().max().item() / scale;
            assert!(distance < 1e-10, "{name}, part {part}: differs by {distance:e}");
        }
    }
}

#[test]
fn awkward_places_have_the_stated_value_and_slope() {
    for Limit { name, at, value, slope, call } in limits() {
        let x = Var::leaf(Tensor::from([at]));
        let y = call(&x).sum();
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-12;
        assert!(same(y.item(), value), "{name} at {at}: {} is not {value}", y.item());
        let found = y.backward().unwrap().get(&x).unwrap().sum().item();
        assert!(same(found, slope), "{name} at {at}: the slope {found} is not {slope}");
    }
}

/// The names of all public functions of the ops' sources.
fn public_names() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let functions = source.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn "));
        names.extend(functions.filter_map(|rest| Some(rest.split(['(', '<']).next()?.to_owned())));
    }
    names.remove("$method");
    names
}

#[test]
fn no_op_is_missing_from_the_table() {
    let listed: BTreeSet<_> = rows().iter().map(|row| row.name.to_owned()).collect();
    let public = public_names();
    assert!(public.len() > 50, "the sources are read: {public:?}");
    let missing: Vec<_> = public.difference(&listed).collect();
    assert!(missing.is_empty(), "ops without a row in tests/ops: {missing:?}");
}
