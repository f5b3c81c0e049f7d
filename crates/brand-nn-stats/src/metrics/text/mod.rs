//! How near generated text is to what people wrote.

mod bleu;
mod edit;
mod rouge;
mod variety;

pub use bleu::{Bleu, Smoothing};
pub use edit::{character_error_rate, edit_distance, word_error_rate};
pub use rouge::{Rouge, rouge_l, rouge_n};
pub use variety::{distinct_n, perplexity};

use std::collections::BTreeMap;

/// How often each run of `n` tokens occurs.
fn ngrams<'a, 'b>(tokens: &'b [&'a str], n: usize) -> BTreeMap<&'b [&'a str], usize> {
    let mut counts = BTreeMap::new();
    tokens.windows(n).for_each(|run| *counts.entry(run).or_insert(0) += 1);
    counts
}
