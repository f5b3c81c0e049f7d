//! Runs ONNX files in tract.
//!
//! With a model's name it speaks the line protocol of `../README.md`, for models with `-inference`
//! behind their names. Without one it checks the files of the tests:
//!
//! `cargo run --release --manifest-path benches/peers/tract/Cargo.toml`

mod check;

use brand_nn_peer_protocol::{Array, Numbers, Outcome, Runtime, serve_onnx, threads};
use std::{env, sync::Arc};
use tract_linalg::multithread::{Executor, set_default_executor};
use tract_onnx::prelude::*;

fn main() -> Outcome<()> {
    if env::args().len() == 1 {
        return check::check();
    }
    if threads()? > 1 {
        set_default_executor(Executor::multithread(threads()?));
    }
    serve_onnx::<Tract>()
}

struct Tract(Arc<TypedRunnableModel>);

impl Runtime for Tract {
    type Input = TValue;

    fn input(Array { shape, numbers }: Array) -> Outcome<TValue> {
        let tensor = match numbers {
            Numbers::F32(numbers) => Tensor::from_shape(&shape, &numbers)?,
            Numbers::I64(ids) => Tensor::from_shape(&shape, &ids)?,
        };
        Ok(tensor.into_tvalue())
    }

    fn load(path: &str, input: &TValue) -> Outcome<Self> {
        Ok(Self(optimized(tract_onnx::onnx().model_for_path(path)?, input)?))
    }

    fn run(&self, input: &TValue) -> Outcome<Vec<f32>> {
        let output = self.0.run(tvec!(input.clone()))?.remove(0).into_tensor();
        Ok(output.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
    }
}

/// A model made ready for inputs like one.
fn optimized(model: InferenceModel, input: &Tensor) -> TractResult<Arc<TypedRunnableModel>> {
    let fact = InferenceFact::dt_shape(input.datum_type(), input.shape());
    model.with_input_fact(0, fact)?.into_optimized()?.into_runnable()
}
