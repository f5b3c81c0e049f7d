//! How well a model foresees texts that it has not read.

use super::BATCH;
use crate::{IGNORED, Result, TextWriter, Tokens, training};
use brand_nn_layers::Pass;
use brand_nn_losses::{CrossEntropy, Loss};
use brand_nn_tensor::Tensor;

/// How well a model foresees texts: the lower the perplexity, the less it was surprised.
///
/// The end of each text is foreseen too, and counts as one token and one character. Perplexities of a
/// character compare models with different tokenizers, those of a token do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perplexity {
    /// The sum of −ln of the chance that the model gave each token that came.
    pub nats: f64,
    /// The tokens, with the ends of the texts.
    pub tokens: usize,
    /// The characters, with the ends of the texts.
    pub characters: usize,
}

impl Perplexity {
    /// e to the mean surprise of a token.
    #[must_use]
    pub fn of_token(&self) -> f64 {
        (self.nats / self.tokens as f64).exp()
    }

    /// e to the mean surprise of a character.
    #[must_use]
    pub fn of_character(&self) -> f64 {
        (self.nats / self.characters as f64).exp()
    }
}

/// Some steps of a text: what is read, and what comes after each; steps read for context are ignored.
type Window = (Vec<i64>, Vec<i64>);

impl TextWriter {
    /// How well the model foresees texts, each by itself from its beginning.
    ///
    /// Of a text beyond the model's context each token is foreseen from at least half a context.
    ///
    /// # Errors
    /// If there is no text, the tokenizer has no end token, or an id is beyond the vocabulary.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_models::{Gpt2, Gpt2Config, TextWriter};
    /// use brand_nn_text::Subwords;
    ///
    /// let tokenizer = Subwords::bpe(280).fit(&["a great brand", "a great price"])?;
    /// let size = tokenizer.vocabulary_size();
    /// let gpt = Gpt2::from_config(&Gpt2Config::new(size, 16, 1, 2), 42)?;
    /// let found = TextWriter::new(gpt, tokenizer).perplexity(&["great"])?;
    /// assert_eq!(found.characters, 6);
    /// assert!((found.of_token() / size as f64 - 1.0).abs() < 0.2, "knows nothing yet");
    /// # Ok::<(), brand_nn_models::Error>(())
    /// ```
    pub fn perplexity(&self, texts: &[impl AsRef<str>]) -> Result<Perplexity> {
        let end = training::end_of(&self.tokenizer)?;
        let mut windows = Vec::new();
        for text in texts {
            let text = training::stream(&self.tokenizer, &[text], &[end])?;
            windows.extend(cut(&[&[end], &text[..]].concat(), self.model.config().n_positions));
        }
        if windows.is_empty() {
            return Err(training::refused("texts", &"none", "at least one"));
        }
        windows.sort_by_key(|(ids, _)| ids.len());
        let nats = windows.chunks(BATCH).map(|some| self.nats(some, end)).sum::<Result<f64>>()?;
        let tokens = windows.iter().map(|(_, targets)| counted(targets)).sum();
        let characters = texts.iter().map(|text| text.as_ref().chars().count() + 1).sum();
        Ok(Perplexity { nats, tokens, characters })
    }

    /// The surprise of windows that are read at once.
    fn nats(&self, windows: &[Window], end: i64) -> Result<f64> {
        let longest = windows.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0);
        let table = |part: fn(&Window) -> &Vec<i64>, filler| {
            let filled = |w| part(w).iter().copied().chain(std::iter::repeat(filler)).take(longest);
            Tensor::new(
                windows.iter().flat_map(filled).collect::<Vec<_>>(),
                [windows.len(), longest],
            )
        };
        let (ids, targets) = (table(|w| &w.0, end)?, table(|w| &w.1, IGNORED)?);
        let logits = self.model.logits(&Tokens::new(ids), &mut Pass::inference())?;
        let loss = CrossEntropy::default().ignore_index(IGNORED);
        let loss = loss.loss(&logits, &targets).map_err(brand_nn_train::Error::from)?;
        Ok(loss.item() * windows.iter().map(|(_, targets)| counted(targets)).sum::<usize>() as f64)
    }
}

/// Cuts a text that begins with an end token into windows that a model can read, each token in one
/// of them foreseen.
fn cut(text: &[i64], context: usize) -> Vec<Window> {
    let fresh = context.div_ceil(2);
    let mut windows = Vec::new();
    let mut seen = 0; // steps whose next token was foreseen
    while seen + 1 < text.len() {
        let start = if seen == 0 { 0 } else { seen + fresh - context };
        let stop = (start + context).min(text.len() - 1);
        let target = |step: usize| if step < seen { IGNORED } else { text[step + 1] };
        windows.push((text[start..stop].to_vec(), (start..stop).map(target).collect()));
        seen = stop;
    }
    windows
}

fn counted(targets: &[i64]) -> usize {
    targets.iter().filter(|target| **target != IGNORED).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_foreseen_once() {
        for context in 1..9 {
            for len in 2..30 {
                let text: Vec<i64> = (0..len).collect();
                let windows = cut(&text, context);
                assert!(windows.iter().all(|(ids, _)| ids.len() <= context));
                let pairs = windows.iter().flat_map(|(ids, targets)| ids.iter().zip(targets));
                let foreseen: Vec<_> = pairs.filter(|(_, target)| **target != IGNORED).collect();
                assert_eq!(foreseen.len() as i64, len - 1, "{context} {len}");
                assert!(foreseen.iter().all(|(id, target)| **id + 1 == **target));
            }
        }
    }
}
