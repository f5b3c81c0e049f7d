//! Train steps and inference of whole models in candle, for `benches/steps` to take turns with.
//!
//! Speaks the line protocol of `benches/peers/README.md` for the model that is named: `mlp`, `wide-mlp`,
//! `cnn`, `logistic` and `sentiment`, with `-inference` behind it or not; `encoder`, `text` and `bert`
//! with it, as the layers' norms and softmax lose gradients here. Those of a pool differ from all others'
//! so that `cnn` is refused by the driver, and `cnn-inference` is not.

mod models;
#[path = "../../../src/usage.rs"]
mod usage;

use candle_core::{DType, Device, Tensor, safetensors};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, VarMap};
use models::{Loss, Model};
use std::{error::Error, io, path::Path, time::Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let name = std::env::args().nth(1).ok_or("run MODEL")?;
    let mut held = None;
    for line in io::stdin().lines() {
        let line = line?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let numbers = match (word, &mut held) {
            ("batches", _) => Learner::new(&name, rest).map(|made| vec![held.insert(made).before]),
            ("check", Some(learner)) => learner.check(rest),
            ("block", Some(learner)) => learner.block(rest.parse()?),
            ("memory", Some(learner)) => {
                usage::most_memory().map(|most| vec![most - learner.before])
            }
            _ => Err(format!("came `{line}`, expected a word of the protocol").into()),
        };
        match numbers {
            Ok(numbers) => {
                let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
                println!("{}", words.join(" "));
            }
            Err(reason) => {
                println!("{reason}");
                break;
            }
        }
    }
    Ok(())
}

/// A model with its batches.
struct Learner {
    weights: VarMap,
    model: Model,
    loss: Loss,
    /// None where nothing is learnt.
    optimizer: Option<AdamW>,
    batches: Vec<(Tensor, Tensor)>,
    taken: usize,
    before: f64,
}

impl Learner {
    fn new(name: &str, path: &str) -> Outcome<Self> {
        let batches = batches(path)?;
        let before = usage::memory()?;
        let weights = VarMap::new();
        let (model, loss) = models::make(name, &weights)?;
        let settings = ParamsAdamW { lr: 1e-3, weight_decay: 0.0, ..Default::default() };
        let learns = !name.ends_with("-inference");
        let optimizer = learns.then(|| AdamW::new(weights.all_vars(), settings)).transpose()?;
        Ok(Self { weights, model, loss, optimizer, batches, taken: 0, before })
    }

    fn check(&mut self, path: &str) -> Outcome<Vec<f64>> {
        let mut values = safetensors::load(path, &Device::Cpu)?;
        for (name, var) in self.weights.data().lock().map_err(|_| "poisoned")?.iter() {
            let value =
                values.remove(&models::our_name(name)).ok_or_else(|| format!("no {name}"))?;
            var.set(&value)?;
        }
        if let Some(name) = values.keys().next() {
            return Err(format!("there is no {name} here").into());
        }
        let (input, target) = &self.batches[0];
        let loss = (self.loss)(&(self.model)(input, false)?, target)?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if self.optimizer.is_none() {
            return Ok(vec![value]);
        }
        let gradients = loss.backward()?;
        let mut square = 0.0;
        for var in self.weights.all_vars() {
            let gradient = gradients.get(&var).ok_or("a gradient is lost")?;
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
        Ok(vec![value, square.sqrt()])
    }

    fn block(&mut self, steps: usize) -> Outcome<Vec<f64>> {
        let (start, ran) = (Instant::now(), usage::processor_seconds()?);
        for _ in 0..steps {
            let (input, target) = &self.batches[self.taken % self.batches.len()];
            self.taken += 1;
            let output = (self.model)(input, self.optimizer.is_some())?;
            if let Some(optimizer) = &mut self.optimizer {
                optimizer.backward_step(&(self.loss)(&output, target)?)?;
            }
        }
        let seconds = [start.elapsed().as_secs_f64(), usage::processor_seconds()? - ran];
        Ok(seconds.map(|seconds| seconds * 1e3 / steps as f64).to_vec())
    }
}

/// Inputs with their targets; ids and classes are u32 here.
fn batches(path: &str) -> Outcome<Vec<(Tensor, Tensor)>> {
    let mut tensors = safetensors::load(Path::new(path), &Device::Cpu)?;
    let mut take = |name: String| -> Outcome<Option<Tensor>> {
        let Some(tensor) = tensors.remove(&name) else { return Ok(None) };
        let is_ids = tensor.dtype() == DType::I64;
        Ok(Some(if is_ids { tensor.to_dtype(DType::U32)? } else { tensor }))
    };
    let mut batches = Vec::new();
    while let Some(input) = take(format!("input.{}", batches.len()))? {
        let target = take(format!("target.{}", batches.len()))?.ok_or("no target")?;
        batches.push((input, target));
    }
    Ok(batches)
}
