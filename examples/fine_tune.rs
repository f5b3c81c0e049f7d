//! A published encoder learns a task by a small adapter: LoRA, and a head for two classes.
//!
//! `cargo run --release --example fine_tune -- --model FOLDER --data reviews.tsv` trains on yours.
//! Without a model a small one is made, whose weights are all trained.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::{
    autodiff::Role,
    models::{Adapter, BertConfig, FineTune, Lora, SequenceClassifier, TextClassifier, Tokens},
    prelude::*,
    text::{SubwordTokenizer, Subwords},
};
use brand_nn_examples::shared;
use clap::Parser;
use corpus::Part;
use std::path::PathBuf;

/// Teaches an encoder which reviews are good ones.
#[derive(Parser)]
pub(crate) struct Options {
    /// The folder of a published encoder.
    #[arg(long)]
    model: Option<PathBuf>,
    /// A .csv or .tsv file with texts and labels of two classes.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many texts to learn from.
    #[arg(long, default_value_t = 2000)]
    texts: usize,
    /// How often to go over them.
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// The rank of the adapter.
    #[arg(long, default_value_t = 8)]
    rank: usize,
    /// What rules all chance.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// The folder where the adapter goes.
    #[arg(long, default_value = "target/fine_tune")]
    save: PathBuf,
}

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(&Options::parse())
}

/// The whole program.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (train, test) =
        match options.data.clone().or_else(|| shared("data/reviews/zh_shopping.tsv")) {
            Some(path) => TextSet::read(path)?.every_fifth()?,
            None => (
                corpus::comments(options.seed, Part::Train, options.texts),
                corpus::comments(options.seed, Part::Test, 300),
            ),
        };
    let train = first(&train.shuffled(options.seed)?, options.texts)?;
    let test = first(&test.shuffled(options.seed)?, options.texts)?;
    let folder = options.model.clone().or_else(|| shared("models/me5_small_zh_en"));
    let (model, tokenizer) = open(folder.as_ref(), &train, options)?;

    let adapter = folder.is_some().then(|| {
        let plan = Lora::new(options.rank, "*.attention.self.{query,value}");
        plan.alpha(2.0 * options.rank as f64)
            .train("{classifier,bert.pooler}*")
            .attach(&model, options.seed)
    });
    let adapter = adapter.transpose()?;
    let trained = model.params("*")?.iter().filter(|p| p.role() == Role::Trainable).count();
    println!(
        "{} texts, {trained} of {} weights are trained",
        train.len(),
        model.params("*")?.len()
    );

    let plan = Fit::epochs(options.epochs).batch_size(16).seed(options.seed);
    let (recipe, loss) = (FineTune::new(options.rate), CrossEntropy::default());
    let (mut trainer, _) = recipe.fit(model, &data(&train, &tokenizer)?, loss, plan)?;
    trainer = trainer.metric(Accuracy::default());
    let scores = trainer.evaluate(&data(&test, &tokenizer)?)?;
    println!("test: {scores}");
    assert!(scores["accuracy"] > 0.6, "{scores}");

    if let Some(adapter) = adapter {
        adapter.save(&options.save)?;
        let (again, _) = open(folder.as_ref(), &train, options)?;
        Adapter::load(&again, &options.save)?;
        let classifier = TextClassifier::new(again, tokenizer.clone())?.labels(&["bad", "good"]);
        for found in classifier.classify(&["品牌很好，质量不错", "太差了，再也不买"])?
        {
            println!("{:.3} {}", found.probability, found.label);
        }
    }
    Ok(())
}

/// The model and its tokenizer: those of a folder, or small ones of the texts' own.
fn open(
    folder: Option<&PathBuf>,
    train: &TextSet,
    options: &Options,
) -> Result<(SequenceClassifier, SubwordTokenizer)> {
    let Some(folder) = folder else {
        let tokenizer = Subwords::word_piece(2000).fit(&train.texts)?.max_length(48);
        let config = BertConfig::new(tokenizer.vocabulary_size(), 64, 1);
        return Ok((SequenceClassifier::from_config(&config, 2, options.seed)?, tokenizer));
    };
    let tokenizer = SubwordTokenizer::open(folder)?.max_length(128);
    Ok((SequenceClassifier::from_pretrained(folder, 2, options.seed)?, tokenizer))
}

fn first(set: &TextSet, texts: usize) -> Result<TextSet> {
    Ok(set.rows(&(0..set.len().min(texts)).collect::<Vec<_>>())?)
}

fn data(set: &TextSet, tokenizer: &SubwordTokenizer) -> Result<(Tokens, Tensor)> {
    Ok((tokenizer.encode_padded(&set.texts)?.into(), set.labels.to(DType::I64)))
}
