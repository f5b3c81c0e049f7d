//! The line protocol of `../README.md` for peers in Rust; `../protocol.py` is for those in Python.
//!
//! A peer says what its batches, its model and a step are, and calls [`serve`]; one that runs ONNX
//! files says how, and calls [`serve_onnx`].

mod file;
mod loss;
mod onnx;
#[path = "../../../src/usage.rs"]
mod usage;

pub use file::{Array, File, Numbers};
pub use onnx::{Runtime, serve_onnx};

use std::{env, error::Error, io, time::Instant};

/// What may go wrong, in words that the driver prints.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// A model of a peer.
pub trait Model: Sized {
    /// Inputs with their targets, as the library has them.
    type Batch;

    /// Makes a batch of a file's arrays.
    fn batch(input: Array, target: Array) -> Outcome<Self::Batch>;

    /// The model of a name; the file has what is said of its batches, which were taken out of it.
    fn new(name: &str, file: &File, batches: &[Self::Batch]) -> Outcome<Self>;

    /// With the weights of a file, and without dropout: the loss of a batch, and the norm of its
    /// gradients if something is learnt.
    fn check(&mut self, weights: File, batch: &Self::Batch) -> Outcome<Vec<f64>>;

    /// A train step on a batch, or a forward trip if nothing is learnt.
    fn step(&mut self, batch: &Self::Batch) -> Outcome<()>;
}

/// How many threads the peer shall use.
pub fn threads() -> Outcome<usize> {
    Ok(env::var("BRAND_NN_THREADS").map_or(Ok(2), |count| count.parse())?)
}

/// Answers each line of the input, until it ends or there is a reason not to.
pub fn serve<M: Model>() -> Outcome<()> {
    let name = env::args().nth(1).ok_or("run MODEL")?;
    let mut held = None;
    for line in io::stdin().lines() {
        match answer::<M>(&name, &line?, &mut held) {
            Ok(numbers) => {
                let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
                println!("{}", words.join(" "));
            }
            Err(reason) => {
                println!("{}", reason.to_string().replace('\n', " "));
                break;
            }
        }
    }
    Ok(())
}

fn answer<M: Model>(name: &str, line: &str, held: &mut Option<Held<M>>) -> Outcome<Vec<f64>> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match (word, held) {
        ("batches", held) => Ok(vec![held.insert(Held::new(name, rest)?).before]),
        ("check", Some(held)) => held.model.check(File::read(rest)?, &held.batches[0]),
        ("block", Some(held)) => held.block(rest.parse()?),
        ("memory", Some(held)) => Ok(vec![usage::most_memory()? - held.before]),
        _ => Err(format!("came `{line}`, expected a word of the protocol").into()),
    }
}

/// A model with its batches, which it is fed in turns.
struct Held<M: Model> {
    model: M,
    batches: Vec<M::Batch>,
    taken: usize,
    /// What the process had before the model was built, in MB.
    before: f64,
}

impl<M: Model> Held<M> {
    fn new(name: &str, path: &str) -> Outcome<Self> {
        let mut file = File::read(path)?;
        let mut batches = Vec::new();
        while let Some(input) = file.arrays.remove(&format!("input.{}", batches.len())) {
            let target = file.take(&format!("target.{}", batches.len()))?;
            batches.push(M::batch(input, target)?);
        }
        let before = usage::memory()?;
        Ok(Self { model: M::new(name, &file, &batches)?, batches, taken: 0, before })
    }

    /// The milliseconds of a step, and those that processors ran for it.
    fn block(&mut self, steps: usize) -> Outcome<Vec<f64>> {
        let (start, ran) = (Instant::now(), usage::processor_seconds()?);
        for _ in 0..steps {
            self.model.step(&self.batches[self.taken % self.batches.len()])?;
            self.taken += 1;
        }
        let seconds = [start.elapsed().as_secs_f64(), usage::processor_seconds()? - ran];
        Ok(seconds.map(|seconds| seconds * 1e3 / steps as f64).to_vec())
    }
}
