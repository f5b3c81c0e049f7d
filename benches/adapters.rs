//! The memory of training an adapter or all weights, in f32 and in bf16: `cargo bench --bench adapters`
//!
//! BERT-base and an encoder of MiniLM's size with random weights, batches of 8 texts of 128 tokens, AdamW,
//! dropout 0.1, three steps, each in a process of its own: the most memory that it ever had less what it
//! had just before the model was built. In bf16 are activations until the gradients come back, and frozen
//! weights.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::{
    models::{BertConfig, FineTune, Lora, SequenceClassifier, Tokens},
    prelude::*,
};
use brand_nn_benches::{
    Outcome,
    usage::{memory, most_memory},
};
use std::{env, process::Command};

const BATCH: usize = 8;
const LENGTH: usize = 128;
const STEPS: usize = 3;
const VOCABULARY: usize = 30_522;

/// A model: its name, its width and its layers.
type Size = (&'static str, usize, usize);

const SIZES: [Size; 2] = [("MiniLM", 384, 6), ("BERT-base", 768, 12)];

fn main() -> Outcome<()> {
    let arguments: Vec<_> = env::args().collect();
    if let [_, kind, size] = &arguments[..]
        && let Some(size) = SIZES.iter().find(|(name, ..)| name == size)
    {
        println!("{}", train(*size, kind)?);
        return Ok(());
    }
    for (name, ..) in SIZES {
        let all = child("all", name)?;
        println!("{name}: all weights {all:.0} MB");
        for kind in ["all in bf16", "adapter", "adapter in bf16"] {
            let megabytes = child(kind, name)?;
            println!("{name}: {kind} {megabytes:.0} MB, ratio {:.2}", megabytes / all);
        }
    }
    Ok(())
}

/// What a process of this program says, in MB.
fn child(kind: &str, name: &str) -> Outcome<f64> {
    let output = Command::new(env::current_exe()?).args([kind, name]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Trains, and says how much more memory that took than there was before, in MB.
fn train((_, width, layers): Size, kind: &str) -> Outcome<f64> {
    let ids = (0..BATCH * STEPS * LENGTH).map(|i| (i * 7919 % VOCABULARY) as i64);
    let ids = Tensor::from(ids.collect::<Vec<_>>()).reshape([BATCH * STEPS, LENGTH]);
    let labels = Tensor::arange(BATCH * STEPS) % 2.0;
    let data = (Tokens::new(ids), labels.to(DType::I64));
    let before = memory()?;
    let model = SequenceClassifier::from_config(&BertConfig::new(VOCABULARY, width, layers), 2, 1)?;
    let plan = Lora::new(8, "*.attention.self.{query,value}").train("classifier*");
    let _adapter = kind.starts_with("adapter").then(|| plan.attach(&model, 1)).transpose()?;
    let mut fit = Fit::epochs(1).batch_size(BATCH).quiet();
    if kind.ends_with("bf16") {
        model.params("*")?.store_in_bf16()?;
        fit = fit.save_in_bf16();
    }
    FineTune::new(1e-4).fit(model, &data, CrossEntropy::default(), fit)?;
    Ok(most_memory()? - before)
}
