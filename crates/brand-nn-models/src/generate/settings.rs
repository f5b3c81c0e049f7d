//! How a model writes: how long, how daring, and what it must or must not say.

use super::{CausalModel, Processor, Stream, Written, beam, words::Words, writer::Writer};
use crate::{Error, Result};
use brand_nn_text::SubwordTokenizer;
use std::{collections::BTreeMap, sync::Arc};

/// How a model writes on: how long, how daring, and what it must or must not say.
///
/// | setting | by default |
/// |---|---|
/// | [`temperature`](Self::temperature), [`top_k`](Self::top_k), [`top_p`](Self::top_p), [`min_p`](Self::min_p) | none: the best token is taken; one of them draws |
/// | [`repetition_penalty`](Self::repetition_penalty) and the other penalties | none |
/// | [`beams`](Self::beams) | 1 |
/// | [`stop`](Self::stop), [`banned`](Self::banned), [`required`](Self::required) | none |
/// | [`end_token`](Self::end_token) | the tokenizer's own |
/// | [`cut_prompts`](Self::cut_prompts) | no: prompts beyond the context are refused |
/// | [`seed`](Self::seed) | 0 |
///
/// A prompt gives the same text alone and among others, on any number of threads.
///
/// # Examples
/// ```
/// use brand_nn_models::{Generation, Gpt2, Gpt2Config};
/// use brand_nn_text::Subwords;
///
/// let texts = ["a great brand", "a great price"];
/// let tokenizer = Subwords::bpe(280).fit(&texts)?;
/// let gpt = Gpt2::from_config(&Gpt2Config::new(tokenizer.vocabulary_size(), 16, 1, 2), 42)?;
/// let plan = Generation::new(8).temperature(0.8).top_p(0.9).seed(1);
/// let written = plan.write(&gpt, &tokenizer, &["a great"])?;
/// assert_eq!(written[0].text, plan.write(&gpt, &tokenizer, &["a great"])?[0].text);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Generation {
    pub(super) max_new_tokens: usize,
    pub(super) processors: BTreeMap<usize, Arc<dyn Processor>>,
    pub(super) seed: u64,
    pub(super) beams: usize,
    pub(super) length_penalty: f64,
    pub(super) end_token: Option<i64>,
    pub(super) stop: Vec<String>,
    pub(super) banned: Vec<String>,
    pub(super) required: Vec<String>,
    pub(super) cut_prompts: bool,
}

impl Generation {
    /// Writes at most so many tokens.
    #[must_use]
    pub fn new(max_new_tokens: usize) -> Self {
        Self {
            max_new_tokens,
            processors: BTreeMap::new(),
            seed: 0,
            beams: 1,
            length_penalty: 1.0,
            end_token: None,
            stop: Vec::new(),
            banned: Vec::new(),
            required: Vec::new(),
            cut_prompts: false,
        }
    }

    /// Changes the scores in a way of one's own, after all others.
    #[must_use]
    pub fn processor(self, processor: impl Processor + 'static) -> Self {
        let place = self.processors.last_key_value().map_or(0, |(place, _)| place + 1);
        self.with(place.max(1000), Arc::new(processor))
    }

    pub(super) fn with(mut self, place: usize, processor: Arc<dyn Processor>) -> Self {
        self.processors.insert(place, processor);
        self
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Follows so many texts at once and gives the likeliest as a whole; 1 follows one.
    #[must_use]
    #[doc(alias = "num_beams")]
    pub fn beams(self, beams: usize) -> Self {
        Self { beams, ..self }
    }

    /// The power of the length that a beam's score is divided by; 1 by default, above 1 favours long.
    #[must_use]
    pub fn length_penalty(self, power: f64) -> Self {
        Self { length_penalty: power, ..self }
    }

    /// The number of the token that ends a text.
    #[must_use]
    #[doc(alias = "eos_token_id")]
    pub fn end_token(self, id: i64) -> Self {
        Self { end_token: Some(id), ..self }
    }

    /// Ends a text where these words would begin.
    #[must_use]
    pub fn stop(self, words: &[impl AsRef<str>]) -> Self {
        Self { stop: owned(words), ..self }
    }

    /// Words that no text contains, however they are cut into tokens; case counts.
    #[must_use]
    #[doc(alias = "bad_words_ids")]
    pub fn banned(self, words: &[impl AsRef<str>]) -> Self {
        Self { banned: owned(words), ..self }
    }

    /// Words that each text contains: those that it has not said by itself come at its end.
    #[must_use]
    #[doc(alias = "force_words_ids")]
    pub fn required(self, words: &[impl AsRef<str>]) -> Self {
        Self { required: owned(words), ..self }
    }

    /// Whether prompts that leave no room in the context lose tokens at the front.
    ///
    /// [`Written::cut`] tells how many. By default they are refused.
    #[must_use]
    pub fn cut_prompts(self, on: bool) -> Self {
        Self { cut_prompts: on, ..self }
    }

    /// Writes on from each prompt.
    ///
    /// # Errors
    /// If a setting is out of its range, a prompt is empty or too long, required words have no room,
    /// or the tokenizer has numbers that the model has not.
    pub fn write(
        &self,
        model: &impl CausalModel,
        tokenizer: &SubwordTokenizer,
        prompts: &[impl AsRef<str>],
    ) -> Result<Vec<Written>> {
        let prompts = self.encode(model, tokenizer, prompts)?;
        self.run(model, Some(tokenizer), &prompts)
    }

    /// Writes on from one prompt, a piece of text at a time.
    ///
    /// # Errors
    /// As [`write`](Self::write); beams have no pieces and are refused.
    pub fn stream<'a, M: CausalModel>(
        &self,
        model: &'a M,
        tokenizer: &'a SubwordTokenizer,
        prompt: &str,
    ) -> Result<Stream<'a, M>> {
        if self.beams != 1 {
            return Err(refused("beams", &self.beams, "1 for a stream"));
        }
        let prompts = self.encode(model, tokenizer, &[prompt])?;
        Ok(Stream::new(self.writer(model, Some(tokenizer), &prompts)?))
    }

    /// Writes on from numbers of tokens, without words: [`Written::text`] is empty.
    ///
    /// # Errors
    /// As [`write`](Self::write); words to stop at, to ban or to require need a tokenizer.
    pub fn write_ids(
        &self,
        model: &impl CausalModel,
        prompts: &[impl AsRef<[i64]>],
    ) -> Result<Vec<Written>> {
        let has_words = [&self.stop, &self.banned, &self.required].iter().any(|w| !w.is_empty());
        if has_words {
            return Err(refused("words", &"given", "none where there is no tokenizer"));
        }
        let prompts: Vec<_> = prompts.iter().map(|prompt| prompt.as_ref().to_vec()).collect();
        self.run(model, None, &prompts)
    }

    fn run(
        &self,
        model: &impl CausalModel,
        tokenizer: Option<&SubwordTokenizer>,
        prompts: &[Vec<i64>],
    ) -> Result<Vec<Written>> {
        let mut writer = self.writer(model, tokenizer, prompts)?;
        if self.beams > 1 {
            return beam::search(self, writer);
        }
        while writer.step()? {}
        writer.finish()
    }

    fn writer<'a, M: CausalModel>(
        &self,
        model: &'a M,
        tokenizer: Option<&'a SubwordTokenizer>,
        prompts: &[Vec<i64>],
    ) -> Result<Writer<'a, M>> {
        self.check()?;
        let words = tokenizer.map(|tokenizer| Words::new(self, tokenizer)).transpose()?;
        Writer::new(self.clone(), model, words, prompts)
    }

    fn encode(
        &self,
        model: &impl CausalModel,
        tokenizer: &SubwordTokenizer,
        prompts: &[impl AsRef<str>],
    ) -> Result<Vec<Vec<i64>>> {
        let [known, rows] = [tokenizer.vocabulary_size(), model.vocabulary_size()];
        if known > rows {
            let (got, help) = (format!("one of {known} tokens"), "open both from one folder");
            let expected = format!("at most the {rows} that the model knows");
            return Err(Error::setting("generation", "tokenizer", &got, &expected, help));
        }
        let tokenizer = tokenizer.clone().special_tokens(false);
        Ok(tokenizer.encode(prompts)?.into_iter().map(|encoding| encoding.ids).collect())
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(&self) -> Result<()> {
        if self.max_new_tokens == 0 {
            return Err(refused("max_new_tokens", &0, "at least 1"));
        }
        if !(1..=1024).contains(&self.beams) {
            return Err(refused("beams", &self.beams, "1 to 1024"));
        }
        if self.beams > 1 && self.samples() {
            return Err(refused("beams", &self.beams, "1 where tokens are drawn"));
        }
        if self.beams > 1 && !(self.required.is_empty() && self.banned.is_empty()) {
            return Err(refused("beams", &self.beams, "1 where words are banned or required"));
        }
        if !self.length_penalty.is_finite() {
            return Err(refused("length_penalty", &self.length_penalty, "a number"));
        }
        self.processors.values().try_for_each(|processor| processor.check())
    }

    pub(super) fn samples(&self) -> bool {
        self.processors.values().any(|processor| processor.samples())
    }
}

fn owned(words: &[impl AsRef<str>]) -> Vec<String> {
    let words = words.iter().map(|word| word.as_ref().to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// A setting out of its range.
pub(super) fn refused(setting: &'static str, got: &dyn std::fmt::Display, expected: &str) -> Error {
    Error::setting("generation", setting, got, expected, "see Generation")
}
