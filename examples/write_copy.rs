//! A small GPT learns from reviews how people write of products, and writes on from a beginning.
//!
//! `cargo run --release --example write_copy -- --data reviews.tsv --epochs 5 --prompt 这个品牌`
//! learns from yours. A published GPT-2 is used the same way: `TextWriter::from_pretrained(FOLDER)`.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::{
    models::{FineTune, Generation, Gpt2, Gpt2Config, IGNORED, TextWriter, pack_texts},
    prelude::*,
    text::Subwords,
};
use brand_nn_examples::texts;
use clap::Parser;
use std::{io::Write as _, path::PathBuf};

/// Learns to write reviews, and writes some.
#[derive(Parser)]
pub(crate) struct Options {
    /// A .csv or .tsv file with texts.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many texts to learn from.
    #[arg(long, default_value_t = 20_000)]
    texts: usize,
    /// How often to go over them.
    #[arg(long, default_value_t = 2)]
    epochs: usize,
    /// The numbers of a step.
    #[arg(long, default_value_t = 128)]
    width: usize,
    /// The layers.
    #[arg(long, default_value_t = 4)]
    layers: usize,
    /// The tokens that are learnt before the model is.
    #[arg(long, default_value_t = 6000)]
    vocabulary: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 2e-3)]
    rate: f64,
    /// The share of numbers that are left out while it learns.
    #[arg(long, default_value_t = 0.1)]
    dropout: f64,
    /// How many rows of 64 tokens make a step.
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// What the text begins with.
    #[arg(long, default_value = "这个品牌")]
    prompt: String,
    /// A word that the text must contain.
    #[arg(long, default_value = "质量")]
    word: String,
    /// What rules all chance.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// The folder where the model goes.
    #[arg(long, default_value = "target/write_copy")]
    save: PathBuf,
}

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(&Options::parse())
}

/// The whole program.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (train, test) = texts(options.data.clone(), options.texts, options.seed)?;
    let mut known = train.shuffled(options.seed)?.texts;
    known.truncate(options.texts);
    let tokenizer = Subwords::bpe(options.vocabulary).fit(&known)?;
    let (tokens, targets) = pack_texts(&tokenizer, &known, 64)?;

    let heads = (options.width / 32).max(1);
    let config = Gpt2Config::new(tokenizer.vocabulary_size(), options.width, options.layers, heads);
    let config = config.context(128).dropout(options.dropout);
    let model = Gpt2::from_config(&config, options.seed)?;
    let (rows, numbers) = (targets.dim(0), model.params("*")?.count());
    println!("{} texts, {rows} rows of 64 tokens, {numbers} numbers", known.len());
    let loss = CrossEntropy::default().ignore_index(IGNORED);
    let plan = Fit::epochs(options.epochs).batch_size(options.batch).seed(options.seed);
    let recipe = FineTune::new(options.rate).weight_decay(0.1);
    let (trainer, _) = recipe.fit(model, &(tokens, targets), loss, plan)?;

    let writer = TextWriter::new(trainer.model, tokenizer);
    let unread = &test.texts[..test.len().min(options.texts)];
    println!("perplexity of an unread character: {:.2}", writer.perplexity(unread)?.of_character());
    let plan = Generation::new(40).temperature(0.9).top_p(0.9).repetition_penalty(1.2).seed(1);
    print!("{}", options.prompt);
    for piece in writer.stream(&options.prompt, &plan)? {
        print!("{}", piece?);
        std::io::stdout().flush().ok();
    }
    println!();
    let plan = plan.required(&[&options.word]);
    let written = writer.write(&[&options.prompt], &plan)?.remove(0);
    println!("{}{}", options.prompt, written.text);
    assert!(written.text.contains(&options.word), "{}", written.text);

    writer.model.save(&options.save)?;
    writer.tokenizer.save(options.save.join("tokenizer.json"))?;
    let again = TextWriter::from_pretrained(&options.save)?;
    assert_eq!(
        again.write(&[&options.prompt], &plan)?[0],
        written,
        "a saved model writes the same"
    );
    println!("saved in {}", options.save.display());
    Ok(())
}
