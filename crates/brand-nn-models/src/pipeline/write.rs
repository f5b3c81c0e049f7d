//! Texts that go on from a prompt.

use super::tokenizer;
use crate::{Generation, Gpt2, Result, Stream, Written};
use brand_nn_text::SubwordTokenizer;
use std::path::Path;

/// Writes texts on from prompts: a model with its tokenizer.
///
/// # Examples
/// ```
/// use brand_nn_models::{Generation, Gpt2, Gpt2Config, TextWriter};
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::bpe(280).fit(&["a great brand", "a great price"])?;
/// let gpt = Gpt2::from_config(&Gpt2Config::new(tokenizer.vocabulary_size(), 16, 1, 2), 42)?;
/// let writer = TextWriter::new(gpt, tokenizer);
/// let written = writer.write(&["a great"], &Generation::new(9).required(&["price"]))?;
/// assert!(written[0].text.contains("price"));
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct TextWriter {
    /// The model.
    pub model: Gpt2,
    /// Its tokenizer.
    pub tokenizer: SubwordTokenizer,
}

impl TextWriter {
    /// Puts a model and its tokenizer together.
    #[must_use]
    pub fn new(model: Gpt2, tokenizer: SubwordTokenizer) -> Self {
        Self { model, tokenizer }
    }

    /// Opens a folder that GPT-2 was published in.
    ///
    /// # Errors
    /// If a file is missing or broken.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let model = Gpt2::from_pretrained(folder)?;
        let config = model.config();
        let tokenizer = tokenizer(folder, config.n_positions, config.vocab_size)?;
        Ok(Self { tokenizer, model })
    }

    /// Writes on from each prompt.
    ///
    /// # Errors
    /// As [`Generation::write`].
    pub fn write(&self, prompts: &[impl AsRef<str>], plan: &Generation) -> Result<Vec<Written>> {
        plan.write(&self.model, &self.tokenizer, prompts)
    }

    /// Writes on from one prompt, a piece of text at a time.
    ///
    /// # Errors
    /// As [`Generation::stream`].
    pub fn stream(&self, prompt: &str, plan: &Generation) -> Result<Stream<'_, Gpt2>> {
        plan.stream(&self.model, &self.tokenizer, prompt)
    }
}
