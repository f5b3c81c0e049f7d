//! Reviews are found by what they mean: vectors of a sentence encoder, and the nearest to a question.
//!
//! `cargo run --release --example embed_and_search -- --model FOLDER --data reviews.tsv --query 房间干净`
//! reads a published encoder, such as multilingual E5 or MiniLM. Without them a small encoder learns
//! from synthetic comments that the two halves of a comment belong together.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::{
    losses::InfoNce,
    models::{BertConfig, Pooling, SentenceEncoder, TextEmbedder, Tokens},
    prelude::*,
    text::{SubwordTokenizer, Subwords},
};
use brand_nn_examples::shared;
use clap::Parser;
use corpus::Part;
use std::path::PathBuf;

/// Finds the reviews that are nearest to a question.
#[derive(Parser)]
pub(crate) struct Options {
    /// The folder of a published encoder.
    #[arg(long)]
    model: Option<PathBuf>,
    /// What its texts begin with; E5 wants `query: `.
    #[arg(long, default_value = "query: ")]
    prefix: String,
    /// A .csv or .tsv file with texts.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many texts are searched.
    #[arg(long, default_value_t = 1000)]
    texts: usize,
    /// What is looked for.
    #[arg(long, default_value = "房间很干净，服务员态度也好")]
    query: String,
}

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(&Options::parse())
}

/// The whole program.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut texts = match options.data.clone().or_else(|| shared("data/reviews/zh_shopping.tsv")) {
        Some(path) => TextSet::read(path)?.shuffled(1)?.texts,
        None => corpus::comments(1, Part::Train, options.texts).texts,
    };
    texts.truncate(options.texts);
    let embedder = match options.model.clone().or_else(|| shared("models/me5_small_zh_en")) {
        Some(folder) => TextEmbedder::from_pretrained(folder)?.prefix(&options.prefix),
        None => own_encoder(&texts)?,
    };

    let vectors = embedder.embed(&texts)?;
    println!("{} texts as {} numbers each", vectors.dim(0), vectors.dim(1));
    for near in embedder.similar(&options.query, &vectors, 5)? {
        println!("{:.3}  {}", near.likeness, texts[near.number]);
    }
    let itself = &embedder.similar(&texts[0], &vectors, 1)?[0];
    assert!(itself.likeness > 0.999, "a text is nearest to itself: {itself:?}");
    Ok(())
}

/// A small encoder that learns which halves belong to one text (Gao and others 2021).
fn own_encoder(texts: &[String]) -> Result<TextEmbedder> {
    let tokenizer = Subwords::word_piece(2000).fit(texts)?.max_length(32);
    let config = BertConfig::new(tokenizer.vocabulary_size(), 64, 2);
    let mut model = SentenceEncoder::from_config(&config, Pooling::Mean, 1)?;
    let (firsts, seconds) = halves(texts, &tokenizer)?;
    let (mut adam, mut rng) = (AdamW::new(1e-3), Rng::new(1));
    for step in 0..20 {
        let rows: Vec<_> = (0..32).map(|i| (step * 32 + i) % firsts.ids.dim(0)).collect();
        let pass = &mut Pass::training(&mut rng);
        let first = model.embed(&firsts.rows(&rows)?, pass)?;
        let second = model.embed(&seconds.rows(&rows)?, pass)?;
        let loss = InfoNce::new(0.1).each(&first, &second)?.mean();
        adam.step(&mut model, loss.backward()?.clip_norm(1.0))?;
    }
    Ok(TextEmbedder::new(model, tokenizer)?)
}

fn halves(texts: &[String], tokenizer: &SubwordTokenizer) -> Result<(Tokens, Tokens)> {
    let cut = |text: &String| {
        let at = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        (text[..at].to_owned(), text[at..].to_owned())
    };
    let (firsts, seconds): (Vec<_>, Vec<_>) = texts.iter().map(cut).unzip();
    let both = [firsts, seconds].map(|half| tokenizer.encode_padded(&half));
    let [firsts, seconds] = both;
    Ok((firsts?.into(), seconds?.into()))
}
