//! Runs ONNX files of whole models in rten, for `benches/steps` to take turns with.
//!
//! Speaks the line protocol of `../README.md` for models with `-inference` behind their names.
//! Weights are packed when a file is read, as ours are. `run` says how many threads the pool has.

use brand_nn_peer_protocol::{Array, Numbers, Outcome, Runtime, serve_onnx};
use rten::{Model, ModelOptions, Value};

fn main() -> Outcome<()> {
    serve_onnx::<Rten>()
}

struct Rten(Model);

impl Runtime for Rten {
    type Input = Value;

    /// Ids are `i32` there.
    fn input(Array { shape, numbers }: Array) -> Outcome<Value> {
        Ok(match numbers {
            Numbers::F32(numbers) => Value::from_shape(shape, numbers)?,
            Numbers::I64(ids) => {
                let ids: Result<Vec<i32>, _> = ids.into_iter().map(i32::try_from).collect();
                Value::from_shape(shape, ids?)?
            }
        })
    }

    fn load(path: &str, _: &Value) -> Outcome<Self> {
        Ok(Self(ModelOptions::with_all_ops().prepack_weights(true).load_file(path)?))
    }

    fn run(&self, input: &Value) -> Outcome<Vec<f32>> {
        let output = self.0.run_one(input.into(), None)?.into_tensor::<f32>();
        Ok(output.ok_or("the output has no floats")?.into_data())
    }
}
