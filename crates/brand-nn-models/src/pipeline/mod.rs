//! Texts in, answers out: a model with its tokenizer, one line to use.

mod classify;
mod embed;
mod few_shot;
mod fill;
mod perplexity;
mod sentence;
mod tag;
mod write;

pub use classify::{Classified, TextClassifier};
pub use embed::{Similar, TextEmbedder};
pub use few_shot::{FewShot, FewShotClassifier};
pub use fill::{Filled, MaskFiller};
pub use perplexity::Perplexity;
pub use tag::{Tagged, TextTagger};
pub use write::TextWriter;

use crate::{Error, Result, Tokens};
use brand_nn_tensor::Tensor;
use brand_nn_text::{Encoding, SubwordTokenizer};
use std::path::Path;

/// The texts that go through a model at a time.
const BATCH: usize = 32;

/// Opens a folder's tokenizer for a model that reads so many tokens and knows so many words.
fn tokenizer(folder: &Path, max_length: usize, rows: usize) -> Result<SubwordTokenizer> {
    fitting(SubwordTokenizer::open(folder)?, max_length, rows)
}

/// A tokenizer that cuts texts to a model's length, if the model knows all its numbers.
fn fitting(
    tokenizer: SubwordTokenizer,
    max_length: usize,
    rows: usize,
) -> Result<SubwordTokenizer> {
    let known = tokenizer.vocabulary_size();
    if known > rows {
        let (got, help) = (format!("{known} tokens"), "open both from one folder");
        let expected = format!("at most the {rows} rows of the model's table");
        return Err(Error::setting("tokenizer", "vocabulary", &got, &expected, help));
    }
    Ok(tokenizer.max_length(max_length))
}

/// The first window of each text for a model that reads so many tokens.
fn encode(
    tokenizer: &SubwordTokenizer,
    texts: &[impl AsRef<str>],
    most: usize,
) -> Result<Vec<Encoding>> {
    let fronts: Vec<_> = texts.iter().map(|text| front(text.as_ref(), most)).collect();
    Ok(tokenizer.encode(&fronts)?)
}

/// The front of a text that surely has more tokens than a model reads, so that the rest of a very long
/// text costs nothing: as words count those that no normaliser empties.
fn front(text: &str, most: usize) -> &str {
    let (mut words, mut end) = (0, 0);
    for word in text.split_inclusive(char::is_whitespace) {
        words += usize::from(word.contains(|c: char| c.is_ascii_alphanumeric()));
        end += word.len();
        if words > 2 * most {
            break;
        }
    }
    &text[..end]
}

/// Runs encodings through a model, those of like length together, and gives a row each in order.
fn in_batches(
    tokenizer: &SubwordTokenizer,
    encodings: &[Encoding],
    mut run: impl FnMut(&Tokens) -> Result<Tensor>,
) -> Result<Vec<Tensor>> {
    let mut order: Vec<_> = (0..encodings.len()).collect();
    order.sort_by_key(|&i| encodings[i].len());
    let mut found = vec![None; encodings.len()];
    for rows in order.chunks(BATCH) {
        let batch: Vec<_> = rows.iter().map(|&row| encodings[row].clone()).collect();
        let output = run(&tokenizer.pad(&batch).into())?;
        for (place, &row) in rows.iter().enumerate() {
            found[row] = Some(output.select(0, place));
        }
    }
    Ok(found.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(front(text, 1), expected);
    }

    #[test]
    fn the_front_has_more_words_than_are_read() {
        check("", "");
        check("a b", "a b");
        check("a  b\nc d e", "a  b\nc ");
        check("a . ! b c d", "a . ! b c ");
        check("好的 坏的", "好的 坏的");
    }
}
