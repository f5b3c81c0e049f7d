//! Words that a text must, must not or ends with, looked for in the text and not in its tokens.

use super::{Generation, settings::refused};
use crate::Result;
use brand_nn_text::SubwordTokenizer;

/// The words of a plan, and the tokenizer that knows them.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) tokenizer: &'a SubwordTokenizer,
    stop: Vec<String>,
    banned: Vec<String>,
    required: Vec<(String, Vec<i64>)>,
}

impl<'a> Words<'a> {
    pub(super) fn new(plan: &Generation, tokenizer: &'a SubwordTokenizer) -> Result<Self> {
        let alone = tokenizer.clone().special_tokens(false);
        let with_ids = |word: &String| {
            let ids = alone.encode_one(&format!(" {word}"))?.ids;
            Ok((word.clone(), ids))
        };
        let required = plan.required.iter().map(with_ids).collect::<Result<Vec<_>>>()?;
        let words =
            Self { tokenizer, stop: plan.stop.clone(), banned: plan.banned.clone(), required };
        words.check(plan.max_new_tokens)?;
        Ok(words)
    }

    /// Refuses required words that there is no way to say.
    fn check(&self, room: usize) -> Result<()> {
        for (word, ids) in &self.required {
            let said = self.tokenizer.decode(ids)?;
            if !said.contains(word.as_str()) {
                return Err(refused("required", word, "words that the tokenizer can write"));
            }
            if self.banned.iter().chain(&self.stop).any(|other| said.contains(other.as_str())) {
                return Err(refused("required", word, "words without a banned or stopping one"));
            }
        }
        let need = self.missing("").len();
        if need > room {
            let expected = format!("words of at most the {room} tokens that are written");
            return Err(refused("required", &format!("{need} tokens"), &expected));
        }
        Ok(())
    }

    /// The tokens of the required words that a text has not.
    pub(super) fn missing(&self, text: &str) -> Vec<i64> {
        let missing = self.required.iter().filter(|(word, _)| !text.contains(word.as_str()));
        missing.flat_map(|(_, ids)| ids.iter().copied()).collect()
    }

    /// Whether a text with one more token has no banned word, nor one to stop at if it must go on.
    pub(super) fn admits(&self, written: &[i64], token: usize, goes_on: bool) -> Result<bool> {
        let stops = goes_on && !self.stop.is_empty();
        if self.banned.is_empty() && !stops {
            return Ok(true);
        }
        let ids: Vec<_> = written.iter().copied().chain([token as i64]).collect();
        let text = self.tokenizer.decode(&ids)?;
        let has = |words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
        Ok(!(has(&self.banned) || stops && has(&self.stop)))
    }

    /// The byte where the first word stands that ends the text.
    pub(super) fn stop(&self, text: &str) -> Option<usize> {
        self.stop.iter().filter_map(|word| text.find(word.as_str())).min()
    }

    /// The bytes at the front of a text that can't become part of a word that ends it.
    pub(super) fn safe(&self, text: &str) -> usize {
        let could_begin = |at: usize| self.stop.iter().any(|word| word.starts_with(&text[at..]));
        let ends = text.char_indices().map(|(at, _)| at);
        let whole = text.trim_end_matches('\u{fffd}').len(); // characters that are not complete
        ends.filter(|&at| could_begin(at)).min().unwrap_or(text.len()).min(whole)
    }
}
