//! Reviews in, a trained sentiment model out: the classifier of the Keras tutorials.
//!
//! `cargo run --release --example sentiment` trains on a small synthetic corpus in two languages;
//! `-- --data reviews.csv` trains on yours, and `examples/fetch-data.sh` fetches real ones.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::prelude::*;
use clap::Parser;
use corpus::Part;
use std::path::{Path, PathBuf};

/// The article's two sentences and two English ones, each with the side that it is on.
const DEMO: [(&str, bool); 4] = [
    ("这是一个关于品牌的积极评论", true),
    ("这是一个关于品牌的负面评论", false),
    ("I love this brand, great quality!", true),
    ("Terrible service, I will never buy again.", false),
];

/// Trains a sentiment model on reviews and shows what it has learnt.
#[derive(Parser)]
pub(crate) struct Options {
    /// A .csv or .tsv file with texts and labels.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The column of the texts; found by its name otherwise.
    #[arg(long)]
    text: Option<String>,
    /// The column of the labels; found by its name otherwise.
    #[arg(long)]
    label: Option<String>,
    /// How often to go over the data, at most.
    #[arg(long, default_value_t = 10)]
    epochs: usize,
    /// How many words of a text count; 100 for reviews, 24 for the synthetic comments.
    #[arg(long)]
    max_len: Option<usize>,
    /// How texts are cut: whitespace, characters or jieba (Chinese words).
    #[arg(long)]
    splitter: Option<Splitter>,
    /// What rules all chance.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Where the model goes.
    #[arg(long, default_value = "target/sentiment.safetensors")]
    save: PathBuf,
}

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(&Options::parse())
}

/// The whole program.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (train, test, length) = reviews(options)?;
    let splitter = options.splitter.unwrap_or_else(|| Splitter::for_texts(&train.texts));
    println!(
        "{} reviews to learn from, {} to test with, cut by {splitter}",
        train.len(),
        test.len()
    );

    let tokenizer =
        WordTokenizer::default().num_words(10_000).splitter(splitter).fit(&train.texts)?;
    let encode = |set: &TextSet| (tokenizer.encode_padded(&set.texts, length), set.labels.clone());
    let (train, test) = (encode(&train.shuffled(options.seed)?), encode(&test));

    let network = Sequential::new()
        .add(embedding(10_000, 50))
        .add(lstm(128).return_sequences(true))
        .add(dropout(0.2))
        .add(lstm(128))
        .add(dropout(0.2))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([length])?;
    println!("{}", network.summary());

    let mut trainer = network
        .compile(Adam::new(1e-3), BinaryCrossEntropy)
        .metric(Accuracy::default())
        .metric(F1::default())
        .metric(Auc::default());
    let plan = Fit::epochs(options.epochs)
        .batch_size(32)
        .validation_split(0.1)
        .seed(options.seed)
        .callback(EarlyStopping::on("val_loss").patience(5).restore_best());
    let history = trainer.fit(&train, plan)?;
    println!("best epoch {} of {}", history.best_epoch.map_or(0, |best| best + 1), history.len());

    let scores = trainer.evaluate(&test)?;
    println!("test: {scores}");
    let predicted = trainer.predict(&test.0)?;
    println!("{}", confusion_matrix(&predicted, &test.1)?);

    trainer.attach("tokenizer", &tokenizer)?.save(&options.save)?;
    let saved = SavedModel::open(&options.save)?;
    assert_eq!(saved.predict(&test.0)?, predicted, "the saved model predicts the same bits");
    let tokenizer: FittedWordTokenizer = saved.part("tokenizer")?;
    let chances = saved.predict(&tokenizer.encode_padded(&DEMO.map(|(text, _)| text), length))?;
    for ((text, positive), chance) in DEMO.iter().zip(chances.to_vec::<f32>()) {
        println!("{chance:.3}  {text}");
        if options.data.is_none() && length < 100 {
            assert_eq!(chance > 0.5, *positive, "{text}");
        }
    }
    println!("saved as {}", options.save.display());
    Ok(())
}

/// The reviews to train and to test with, and how many words of each count.
fn reviews(options: &Options) -> Result<(TextSet, TextSet, usize)> {
    let shared =
        std::env::var_os("BRAND_NN_DATA").map(|root| Path::new(&root).join("data/reviews"));
    let folders = [Some("data".into()), shared];
    let files = folders.into_iter().flatten().map(|folder| folder.join("zh_shopping.tsv"));
    let Some(path) = options.data.clone().or_else(|| files.into_iter().find(|f| f.exists())) else {
        println!("no reviews found: training on synthetic comments in Chinese and English");
        let train = corpus::comments(options.seed, Part::Train, 4_500);
        let test = corpus::comments(options.seed, Part::Test, 600);
        return Ok((train, test, options.max_len.unwrap_or(24)));
    };
    println!("reading {}", path.display());
    let columns = TextColumns { text: options.text.clone(), label: options.label.clone() };
    let (train, test) = TextSet::read_columns(path, &columns)?.every_fifth()?;
    Ok((train, test, options.max_len.unwrap_or(100)))
}
