//! A file of reviews in, a report of who is named, what is praised and what hurts out.
//!
//! `cargo run --release --example listen` reads the clothing reviews of `BRAND_NN_DATA`, or a few
//! made ones where there are none; `--data reviews.csv --text review` reads others.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::Result;
use brand_nn::marketing::monitor::{BrandMonitor, Comment, CommentColumns, Selection};
use brand_nn::marketing::text::aspect::{Aspects, retail_lexicon};
use brand_nn::marketing::text::phrase::KeyPhrases;
use brand_nn::prelude::*;
use brand_nn::tensor::io::write_atomically;
use clap::Parser;
use std::path::PathBuf;

/// Which reviews are read, and where the page goes.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// A table of reviews.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The column of texts.
    #[arg(long, default_value = "Review Text")]
    text: String,
    /// The column of products; may be empty.
    #[arg(long, default_value = "Class Name")]
    product: String,
    /// How many reviews are read at most.
    #[arg(long, default_value_t = 25_000)]
    reviews: usize,
    /// The page.
    #[arg(long, default_value = "target/listen.html")]
    save: PathBuf,
}

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(&Options::parse()).map(|_| ())
}

/// The whole program: returns the names of the three aspects that most reviews complain of.
pub(crate) fn run(options: &Options) -> Result<Vec<String>> {
    let known = brand_nn::tensor::check::data("data/reviews/en_clothing.csv");
    let comments = match options.data.as_ref().or(known.as_ref()) {
        Some(path) => {
            let mut columns = CommentColumns::new(&options.text);
            if !options.product.is_empty() {
                columns = columns.product(&options.product);
            }
            columns.read(&Table::read(path)?)?
        }
        None => made(),
    };
    let comments = &comments[..comments.len().min(options.reviews)];
    let texts: Vec<&str> = comments.iter().map(|comment| &*comment.text).collect();

    // Aspects of the trade that no list knows are learnt first.
    let lexicon = retail_lexicon();
    let part = &texts[..texts.len().min(3000)];
    let aspects = Aspects::retail().learn(part, &lexicon, 3, 5)?;
    println!("learnt: {}", aspects.names().skip(22).collect::<Vec<_>>().join(", "));
    let heard = BrandMonitor::new(42).aspects(aspects).fit(comments, &lexicon)?;
    let phrases = KeyPhrases::new().fit(part)?;

    let page = heard.report().append(phrases.report());
    write_atomically(&options.save, |file| file.write_all(page.to_html().as_bytes()))?;
    let pain = heard.pain_points(&Selection::all(), 3)?;
    for aspect in &pain {
        let quote = aspect.complaint_quotes.first().map_or("", String::as_str);
        println!("{}: {} complaints, such as “{quote}”", aspect.aspect, aspect.complaints);
    }
    let counted = heard.heard().undated + heard.heard().blank;
    assert_eq!(counted as usize, comments.len(), "every review has been read or was empty");
    Ok(pain.into_iter().map(|aspect| aspect.aspect).collect())
}

/// Reviews whose truth is known: delivery hurts most, then packaging, then service.
fn made() -> Vec<Comment> {
    let texts = ["The delivery was slow", "快递太慢了", "the packaging was torn", "客服很差"];
    let order = [0, 1, 0, 2, 1, 2, 3, 0];
    (0..400).map(|i| Comment::new(format!("{}. Great price", texts[order[i % 8]]))).collect()
}
