//! Parts of texts and what they are: brands, products, places.

use super::{encode, fitting, in_batches};
use crate::{Error, Result, TokenClassifier};
use brand_nn_layers::Pass;
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::{Encoding, SubwordTokenizer};
use std::ops::Range;

/// Finds the parts of texts that have a tag: brands, products, places.
///
/// Tags may begin with `B-` and `I-`: parts that go on are put together. `O` is no tag.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, TextTagger, TokenClassifier};
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::word_piece(60).fit(&["great brand", "poor brand"])?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = TokenClassifier::from_config(&config, 3, 42)?;
/// let tagger = TextTagger::new(model, tokenizer, &["O", "B-BRAND", "I-BRAND"])?;
/// let found = tagger.tag(&["great brand"])?;
/// assert!(found[0].iter().all(|tagged| tagged.tag == "BRAND"));
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "NER")]
#[derive(Debug)]
pub struct TextTagger {
    /// The model.
    pub model: TokenClassifier,
    tokenizer: SubwordTokenizer,
    tags: Vec<String>,
}

/// A part of a text with its tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// The tag, without `B-` and `I-`.
    pub tag: String,
    /// The bytes of the text.
    pub range: Range<usize>,
    /// How likely the tag is, the mean over the part's tokens.
    pub probability: f64,
}

impl TextTagger {
    /// Puts a model, its tokenizer and the names of its classes together.
    ///
    /// # Errors
    /// If the tokenizer has numbers that the model has not, or there is not a tag for each class.
    pub fn new(model: TokenClassifier, tokenizer: SubwordTokenizer, tags: &[&str]) -> Result<Self> {
        let config = &model.encoder.config;
        let tokenizer = fitting(tokenizer, config.max_length(), config.vocab_size)?;
        let classes = model.classes.weight.shape()[0];
        if tags.len() != classes {
            let expected = format!("one for each of the {classes} classes");
            let help = "give them in the order of the model's classes, with O for none";
            return Err(Error::setting("tagger", "tags", &tags.len(), &expected, help));
        }
        let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        Ok(Self { model, tokenizer, tags })
    }

    /// The tagged parts of each text, from the front.
    ///
    /// # Errors
    /// If the tokenizer or the model refuses a text.
    pub fn tag(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Vec<Tagged>>> {
        let encodings = encode(&self.tokenizer, texts, self.model.encoder.config.max_length())?;
        let logits = in_batches(&self.tokenizer, &encodings, |tokens| {
            Ok(self.model.logits(tokens, &mut Pass::inference())?.into_tensor())
        })?;
        Ok(encodings.iter().zip(&logits).map(|(text, logits)| self.read(text, logits)).collect())
    }

    fn read(&self, text: &Encoding, logits: &Tensor) -> Vec<Tagged> {
        let shares = logits.to(DType::F64).softmax(-1);
        let best = shares.argmax(-1).to_vec::<i64>();
        let own = (0..text.len()).filter(|&i| text.sequences[i].is_some());
        join(own.map(|i| {
            let class = best[i] as usize;
            (self.tags[class].as_str(), text.offsets[i].clone(), shares.get(&[i, class]))
        }))
    }
}

/// Puts tokens of one part together: those that follow each other and do not begin a new one.
fn join<'a>(tokens: impl Iterator<Item = (&'a str, Range<usize>, f64)>) -> Vec<Tagged> {
    let mut parts: Vec<(Tagged, usize)> = Vec::new();
    let mut last = "O";
    for (full, range, probability) in tokens {
        let (begins, tag) = match full.split_once('-') {
            Some(("B", tag)) => (true, tag),
            Some(("I", tag)) => (false, tag),
            _ => (false, full),
        };
        let goes_on = !begins && last == tag;
        last = tag;
        match parts.last_mut().filter(|_| goes_on) {
            _ if tag == "O" => {}
            Some((part, count)) => {
                part.range.end = range.end;
                part.probability += probability;
                *count += 1;
            }
            None => parts.push((Tagged { tag: tag.to_owned(), range, probability }, 1)),
        }
    }
    let mean = |(part, count): (Tagged, usize)| {
        let probability = part.probability / count as f64;
        Tagged { probability, ..part }
    };
    parts.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tags: &[&str], expected: &[(&str, Range<usize>)]) {
        let tokens = tags.iter().enumerate().map(|(i, tag)| (*tag, 2 * i..2 * i + 1, 0.5));
        let found = join(tokens);
        let found: Vec<_> = found.iter().map(|t| (t.tag.as_str(), t.range.clone())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parts_are_put_together() {
        check(&["O", "O"], &[]);
        check(&["B-X", "I-X", "O"], &[("X", 0..3)]);
        check(&["B-X", "B-X", "I-X"], &[("X", 0..1), ("X", 2..5)]);
        check(&["I-X", "I-Y"], &[("X", 0..1), ("Y", 2..3)]);
        check(&["X", "X", "O", "X"], &[("X", 0..3), ("X", 6..7)]);
        check(&["B-X", "O", "I-X"], &[("X", 0..1), ("X", 4..5)]);
    }
}
