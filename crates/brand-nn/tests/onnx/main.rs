//! The operator cases of the ONNX standard, run on the ops of this workspace.
//!
//! A family of operators is a file with `run`; the list below says what is left out and why.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it fails")]

mod attention;
mod case;
mod elementwise;
mod indices;
mod network;
mod quantised;
mod recurrent;
mod reductions;
mod regions;
mod shapes;
mod spectra;
mod states;
mod training;
mod vision;
mod windows;

use brand_nn_tensor::{DType, Tensor, check};
use case::{Answer, Case, is_narrow};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Operators that have no place here, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("BitCast", BITS),
    ("BitShift", BITS),
    ("BitwiseAnd", BITS),
    ("BitwiseNot", BITS),
    ("BitwiseOr", BITS),
    ("BitwiseXor", BITS),
    ("Bernoulli", DRAWN),
    ("MelWeightMatrix", SOUND),
    ("OptionalGetElement", CONTROL),
    ("OptionalHasElement", CONTROL),
    ("ImageDecoder", VISION),
    ("NonMaxSuppression", VISION),
    ("TfIdfVectorizer", "text has a crate of its own"),
];

const ATTRIBUTE: &str = "its tensor or graph is an attribute, which the archive leaves out";
const BITS: &str = "bits of integers are no business of tensors here";
const CONTROL: &str = "control flow is the program's own";
const DRAWN: &str = "which numbers are drawn is a generator's own affair";
const SOUND: &str = "scales of hearing are not built";
const VISION: &str = "choices of boxes and pictures in files are not built";

/// The first family that knows the operator.
fn run(case: &Case) -> Answer {
    [
        elementwise::run,
        reductions::run,
        shapes::run,
        indices::run,
        network::run,
        recurrent::run,
        windows::run,
        attention::run,
        states::run,
        training::run,
        quantised::run,
        vision::run,
        spectra::run,
        regions::run,
    ]
    .into_iter()
    .find_map(|family| family(case))
}

/// What differs, if anything does.
fn compare(case: &Case, ours: &[Tensor]) -> Result<(), String> {
    for (i, expected) in case.outputs.iter().enumerate() {
        let Some(expected) = expected else { continue };
        let Some(ours) = ours.get(i) else { return Err(format!("output {i} is missing")) };
        // What is computed in f32 is stored as what it was.
        let stored = is_narrow(expected.dtype()).then(|| ours.to(expected.dtype()));
        let ours = stored.as_ref().unwrap_or(ours);
        // The archive writes a single number as a list of one.
        let scalar = ours.ndim() == 0 && expected.shape()[..] == [1];
        if (ours.shape() != expected.shape() && !scalar) || ours.dtype() != expected.dtype() {
            let (a, b) = (ours.dtype(), expected.dtype());
            return Err(format!("{a} {}, expected {b} {}", ours.shape(), expected.shape()));
        }
        let pairs = ours.to(DType::F64).to_vec::<f64>();
        let pairs = pairs.into_iter().zip(expected.to(DType::F64).to_vec::<f64>());
        let (relative, absolute) = case.limits;
        let same = |a: f64, b: f64| {
            a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= absolute + relative * b.abs()
        };
        if let Some((at, (a, b))) = pairs.enumerate().find(|(_, (a, b))| !same(*a, *b)) {
            return Err(format!("output {i}, element {at} is {a}, expected {b}"));
        }
    }
    Ok(())
}

/// Why a case is left out, if it is.
fn left_out(case: &Case) -> Option<&'static str> {
    let operator = LEFT_OUT.iter().find(|(op, _)| *op == case.op).map(|(_, reason)| *reason);
    let settings = [vision::left_out, spectra::left_out, regions::left_out];
    operator
        .or_else(|| settings.iter().find_map(|left_out| left_out(case)))
        .or_else(|| case.lacks_attributes().then_some(ATTRIBUTE))
}

/// Runs a case and compares; panics are differences too.
fn proof(case: &Case) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| run(case))) {
        Ok(Some(Ok(ours))) => compare(case, &ours),
        Ok(Some(Err(error))) => Err(error.to_string()),
        Ok(None) => Err("no family knows the operator".to_owned()),
        Err(panic) => Err(panic.downcast_ref::<String>().cloned().unwrap_or_default()),
    }
}

#[test]
fn the_operators_of_the_standard() {
    let Some(archive) = check::data("data/conformance/onnx_node_cases.tar.gz") else { return };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {})); // panics are part of the list below
    let (mut passed, mut operators) = (0, BTreeSet::new());
    let (mut failed, mut skipped) = (Vec::new(), BTreeMap::new());
    for case in case::read(&archive) {
        let case = case.and_then(|case| match left_out(&case) {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(case.widened()),
        });
        match case.map(|case| (proof(&case), case)) {
            Err(reason) => *skipped.entry(reason).or_insert(0) += 1,
            Ok((Err(why), case)) => failed.push(format!("{} ({}): {why}", case.name, case.op)),
            Ok((Ok(()), case)) => {
                passed += 1;
                operators.insert(case.op);
            }
        }
    }
    std::panic::set_hook(hook);
    skipped.iter().for_each(|(reason, count)| println!("{count:4} left out: {reason}"));
    println!("ONNX: {passed} cases of {} operators", operators.len());
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
    assert!(passed >= 1029 && operators.len() >= 170, "{passed} cases, {}", operators.len());
}
