//! A published encoder learns a task by a small adapter: LoRA, and a head for two classes.
//!
//! `cargo run --release --example fine_tune -- --model FOLDER --data reviews.tsv` trains on yours.
//! Without a model a small one is made, whose weights are all trained. The last tenth of the texts to
//! learn from is kept to choose settings by; what is learnt is measured on every fifth row.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::{
    autodiff::Role,
    models::{
        Adapter, BertConfig, FineTune, Lora, Pooling, SequenceClassifier, TextClassifier, Tokens,
    },
    prelude::*,
    text::{SubwordTokenizer, Subwords},
};
use brand_nn_examples::{shared, texts};
use clap::Parser;
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
    /// How many texts make a step.
    #[arg(long, default_value_t = 16)]
    batch: usize,
    /// The rank of the adapter; 0 trains all weights.
    #[arg(long, default_value_t = 8)]
    rank: usize,
    /// Which weights get the adapter.
    #[arg(long, default_value = "*.attention.self.{query,value}")]
    targets: String,
    /// How many tokens of a text are read.
    #[arg(long, default_value_t = 128)]
    length: usize,
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
    let (train, test) = texts(options.data.clone(), options.texts, options.seed)?;
    let train = first(&train.shuffled(options.seed)?, options.texts)?;
    let test = first(&test.shuffled(options.seed)?, options.texts)?;
    let folder = options.model.clone().or_else(|| shared("models/me5_small_zh_en"));
    let (model, tokenizer) = open(folder.as_ref(), &train, options)?;

    let adapter = (folder.is_some() && options.rank > 0).then(|| {
        let plan = Lora::new(options.rank, &options.targets);
        plan.alpha(2.0 * options.rank as f64).train("classifier*").attach(&model, options.seed)
    });
    let adapter = adapter.transpose()?;
    let trained = model.params("*")?.iter().filter(|p| p.role() == Role::Trainable).count();
    println!(
        "{} texts, {trained} of {} weights are trained",
        train.len(),
        model.params("*")?.len()
    );

    let (data, lengths) = data(&train, &tokenizer)?;
    let loader = DataLoader::new(&data, options.batch).bucketed(lengths);
    let plan = Fit::epochs(options.epochs).seed(options.seed).validation_split(0.1);
    let (recipe, loss) = (FineTune::new(options.rate), CrossEntropy::default());
    let (mut trainer, _) = recipe.fit(model, &loader, loss, plan)?;
    trainer = trainer.metric(Accuracy::default());
    let kept = (train.len() - train.len() / 10..train.len()).collect();
    println!("validation: {}", trainer.evaluate(&DataLoader::over(&data, kept, 64))?);
    let (data, lengths) = self::data(&test, &tokenizer)?;
    let mut rows = Vec::from_iter(0..test.len());
    rows.sort_by_key(|&row| lengths[row]);
    let scores = trainer.evaluate(&DataLoader::over(&data, rows, 64))?;
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
        let tokenizer =
            Subwords::word_piece(2000).fit(&train.texts)?.max_length(options.length.min(48));
        let config = BertConfig::new(tokenizer.vocabulary_size(), 64, 1);
        let model = SequenceClassifier::from_config(&config, 2, options.seed)?;
        return Ok((model.pooling(Pooling::Mean), tokenizer));
    };
    let tokenizer = SubwordTokenizer::open(folder)?.max_length(options.length);
    let model = SequenceClassifier::from_pretrained(folder, 2, options.seed)?;
    Ok((model.pooling(Pooling::Mean), tokenizer))
}

fn first(set: &TextSet, texts: usize) -> Result<TextSet> {
    Ok(set.rows(&(0..set.len().min(texts)).collect::<Vec<_>>())?)
}

/// Tokens with labels, and the number of tokens of each text.
fn data(set: &TextSet, tokenizer: &SubwordTokenizer) -> Result<((Tokens, Tensor), Vec<usize>)> {
    let tokens = Tokens::from(tokenizer.encode_padded(&set.texts)?);
    let lengths = tokens.mask.to(DType::I64).sum_axis(1).to_vec::<i64>();
    let lengths = lengths.into_iter().map(|tokens| tokens as usize).collect();
    Ok(((tokens, set.labels.to(DType::I64)), lengths))
}
