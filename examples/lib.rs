//! The examples of brand-nn: each file beside this one is a program that ends in an assert.
//!
//! | program | shows | run it |
//! |---|---|---|
//! | `attribution` | journeys in, which channels earned the conversions out | `cargo run --release --example attribution` |
//! | `churn` | a table in, a saved model of who leaves out | `cargo run --release --example churn` |
//! | `embed_and_search` | texts that are found by their meaning | `cargo run --release --example embed_and_search` |
//! | `experiment` | a test of two pages, planned, watched and analysed | `cargo run --release --example experiment` |
//! | `fine_tune` | a published encoder that learns a task by a small adapter | `cargo run --release --example fine_tune` |
//! | `route` | feedback in, the team that it belongs to out | `cargo run --release --example route` |
//! | `sentiment` | reviews in, a trained sentiment model out | `cargo run --release --example sentiment` |
//! | `value` | purchases in, what each customer is worth out | `cargo run --release --example value` |
//! | `write_copy` | a small GPT that learns to write reviews | `cargo run --release --example write_copy` |

use brand_nn::prelude::*;
use corpus::Part;
use std::path::PathBuf;

/// A file or folder of the shared data, where it is at hand.
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BRAND_NN_DATA").map(PathBuf::from)?;
    Some(root.join(name)).filter(|path| path.exists())
}

/// Texts to learn from and texts to be tested by: those of a file, else the shared reviews, else
/// comments that a seed makes.
///
/// # Errors
///
/// When the file can't be read, or its columns are not those of texts and labels.
pub fn texts(file: Option<PathBuf>, texts: usize, seed: u64) -> Result<(TextSet, TextSet)> {
    let Some(path) = file.or_else(|| shared("data/reviews/zh_shopping.tsv")) else {
        let train = corpus::comments(seed, Part::Train, texts);
        return Ok((train, corpus::comments(seed, Part::Test, 300)));
    };
    Ok(TextSet::read(path)?.every_fifth()?)
}
