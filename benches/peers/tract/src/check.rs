//! The ONNX files of the tests, run in tract: its answers beside onnxruntime's.

use crate::optimized;
use brand_nn_peer_protocol::Outcome;
use serde::Deserialize;
use std::{collections::BTreeMap, num::ParseIntError};
use tract_onnx::prelude::*;

const RUNS: &str = include_str!("../../../../crates/brand-nn-train/tests/golden/onnx.json");

#[derive(Deserialize)]
struct Run {
    file: String,
    input: Vec<f64>,
    shape: Vec<usize>,
    is_ids: bool,
    output: Vec<f64>,
}

fn bytes(hex: &str) -> Result<Vec<u8>, ParseIntError> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16)).collect()
}

/// The largest distance between the answers of both.
fn distance(run: &Run) -> Outcome<f64> {
    let model = tract_onnx::onnx().model_for_read(&mut &bytes(&run.file)?[..])?;
    let input = if run.is_ids {
        let ids: Vec<i64> = run.input.iter().map(|id| *id as i64).collect();
        Tensor::from_shape(&run.shape, &ids)?
    } else {
        let numbers: Vec<f32> = run.input.iter().map(|number| *number as f32).collect();
        Tensor::from_shape(&run.shape, &numbers)?
    };
    let plan = optimized(model, &input)?;
    let output = plan.run(tvec!(input.into()))?.remove(0).into_tensor();
    let output = output.try_as_plain_ram()?.as_slice::<f32>()?;
    if output.len() != run.output.len() {
        return Err(format!("{} numbers, expected {}", output.len(), run.output.len()).into());
    }
    let each =
        output.iter().zip(&run.output).map(|(ours, theirs)| (f64::from(*ours) - theirs).abs());
    Ok(each.fold(0.0, f64::max))
}

/// Prints how near the answers are.
///
/// # Errors
/// If some are apart.
pub fn check() -> Outcome<()> {
    let runs: BTreeMap<String, Run> = serde_json::from_str(RUNS)?;
    let mut refused = 0;
    for (name, run) in &runs {
        match distance(run) {
            Ok(distance) if distance < 1e-4 => println!("{name}: within {distance:.0e}"),
            Ok(distance) => return Err(format!("{name}: {distance} apart").into()),
            Err(problem) => {
                refused += 1;
                println!("{name}: tract does not run it: {problem}");
            }
        }
    }
    println!("{} of {} agree", runs.len() - refused, runs.len());
    Ok(())
}
