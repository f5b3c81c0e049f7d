//! Peers that run ONNX files: what they have in common.

use crate::{Array, File, Model, Outcome, loss::loss, serve};

/// A program that runs ONNX files.
pub trait Runtime: Sized {
    /// An input, as the library has it.
    type Input;

    /// Makes an input of an array.
    fn input(array: Array) -> Outcome<Self::Input>;

    /// Reads a file, to be run on inputs like one.
    fn load(path: &str, input: &Self::Input) -> Outcome<Self>;

    /// The numbers of the only output.
    fn run(&self, input: &Self::Input) -> Outcome<Vec<f32>>;
}

/// Answers each line of the input for the file that the driver wrote of the model.
pub fn serve_onnx<R: Runtime>() -> Outcome<()> {
    serve::<Inferring<R>>()
}

struct Inferring<R>(R);

impl<R: Runtime> Model for Inferring<R> {
    type Batch = (R::Input, Array);

    fn batch(input: Array, target: Array) -> Outcome<Self::Batch> {
        Ok((R::input(input)?, target))
    }

    fn new(name: &str, file: &File, batches: &[Self::Batch]) -> Outcome<Self> {
        if !name.ends_with("-inference") {
            return Err(format!("it runs ONNX files, and learns no {name}").into());
        }
        let Some(path) = file.words.get("onnx") else {
            let reason = file.words.get("no_onnx").map_or("the driver wrote none", String::as_str);
            return Err(format!("it has no ONNX file: {reason}").into());
        };
        let (input, _) = batches.first().ok_or("there are no batches")?;
        Ok(Self(R::load(path, input)?))
    }

    /// The weights are those of the ONNX file, and the same.
    fn check(&mut self, _: File, (input, target): &Self::Batch) -> Outcome<Vec<f64>> {
        Ok(vec![loss(&self.0.run(input)?, target)?])
    }

    fn step(&mut self, (input, _): &Self::Batch) -> Outcome<()> {
        self.0.run(input).map(drop)
    }
}
