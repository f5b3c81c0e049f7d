//! What is done to the scores of the next token before one is chosen: one file, one line a kind.

use super::Generation;
use crate::{Error, Result};
use std::{fmt, sync::Arc};

/// The text so far, as numbers.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// What the writing began with.
    pub prompt: &'a [i64],
    /// What was written since.
    pub written: &'a [i64],
}

impl History<'_> {
    /// All tokens from the first on.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = i64> + Clone + '_ {
        self.prompt.iter().chain(self.written).copied()
    }
}

/// Changes the scores of the next token; −∞ rules a token out.
///
/// # Examples
/// ```
/// use brand_nn_models::{History, Processor, TopK};
///
/// let mut scores = [1.0, 3.0, 2.0];
/// TopK(2).process(History { prompt: &[], written: &[] }, &mut scores);
/// assert_eq!(scores, [f64::NEG_INFINITY, 3.0, 2.0]);
/// ```
pub trait Processor: fmt::Debug + Send + Sync {
    /// Changes the scores, logits by token.
    fn process(&self, history: History<'_>, scores: &mut [f64]);

    /// Checks the settings, before anything is written.
    ///
    /// # Errors
    /// If one is out of its range.
    fn check(&self) -> Result<()>;

    /// Whether it is about drawing tokens, not about taking the best.
    fn samples(&self) -> bool {
        false
    }
}

/// Declares the kinds, in the order in which they are applied, and a setting for each.
macro_rules! processors {
    ($($(#[$doc:meta])* $file:ident: $kind:ident($value:ident: $type:ty);)+) => {
        $(
            mod $file;
            pub use $file::$kind;
        )+

        /// The order in which they are applied.
        const ORDER: [&str; [$(stringify!($file)),+].len()] = [$(stringify!($file)),+];

        /// What is done to the scores, in this order.
        impl Generation {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $file(self, $value: $type) -> Self {
                    self.with(place(stringify!($file)), Arc::new($kind($value)))
                }
            )+
        }
    };
}

processors! {
    /// Divides the scores of tokens that came before, in the prompt too; 1 is none, 1.2 is usual.
    repetition_penalty: RepetitionPenalty(penalty: f64);
    /// Takes off this much for each token that was written before, however often.
    presence_penalty: PresencePenalty(penalty: f64);
    /// Takes off this much for each time that a token was written before.
    frequency_penalty: FrequencyPenalty(penalty: f64);
    /// Rules out tokens that would make a row of so many tokens come a second time.
    no_repeat_ngram: NoRepeatNgram(tokens: usize);
    /// Divides all scores: below 1 the likely becomes likelier. Setting it draws tokens at random.
    temperature: Temperature(temperature: f64);
    /// Draws from the so many best alone.
    top_k: TopK(tokens: usize);
    /// Draws from the fewest tokens that together have this probability (nucleus sampling).
    top_p: TopP(probability: f64);
    /// Draws from the tokens at least this share as likely as the best.
    min_p: MinP(share: f64);
}

fn place(name: &str) -> usize {
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

/// Refuses a setting out of its range.
fn within(
    setting: &'static str,
    got: &dyn fmt::Display,
    holds: bool,
    expected: &str,
) -> Result<()> {
    let help = "leave the setting out for none";
    if holds { Ok(()) } else { Err(Error::setting("generation", setting, got, expected, help)) }
}

/// The softmax of scores.
pub(super) fn softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The tokens from the best score down; equal ones by number.
fn ranked(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order
}

/// Rules out all tokens but some.
fn keep(scores: &mut [f64], kept: impl Fn(usize) -> bool) {
    for (token, score) in scores.iter_mut().enumerate() {
        if !kept(token) {
            *score = f64::NEG_INFINITY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: f64 = f64::NEG_INFINITY;

    #[track_caller]
    fn check(processor: &dyn Processor, scores: &[f64], expected: &[f64]) {
        let mut scores = scores.to_vec();
        processor.check().unwrap();
        processor.process(History { prompt: &[0, 1], written: &[2, 2, 1] }, &mut scores);
        let near = |(a, b): (&f64, &f64)| a == b || (a - b).abs() < 1e-12;
        assert!(scores.iter().zip(expected).all(near), "{processor:?}: {scores:?}");
    }

    #[test]
    fn each_kind_changes_the_scores_as_its_formula_says() {
        check(&RepetitionPenalty(2.0), &[2.0, -2.0, 4.0, 4.0], &[1.0, -4.0, 2.0, 4.0]);
        check(&PresencePenalty(0.5), &[1.0, 1.0, 1.0, 1.0], &[1.0, 0.5, 0.5, 1.0]);
        check(&FrequencyPenalty(0.5), &[1.0, 1.0, 1.0, 1.0], &[1.0, 0.5, 0.0, 1.0]);
        check(&NoRepeatNgram(1), &[1.0, 1.0, 1.0, 1.0], &[OUT, OUT, OUT, 1.0]);
        check(&NoRepeatNgram(2), &[1.0, 1.0, 1.0, 1.0], &[1.0, 1.0, OUT, 1.0]); // 1 2 came
        check(&NoRepeatNgram(9), &[1.0, 1.0], &[1.0, 1.0]);
        check(&Temperature(0.5), &[1.0, -3.0], &[2.0, -6.0]);
        check(&TopK(2), &[1.0, 3.0, 3.0, 3.0], &[OUT, 3.0, 3.0, OUT]);
        check(&TopK(9), &[1.0, 3.0], &[1.0, 3.0]);
        let half = 0.5_f64.ln();
        let quarter = 0.25_f64.ln();
        check(&TopP(0.5), &[quarter, half, quarter], &[OUT, half, OUT]);
        check(&TopP(0.6), &[quarter, half, quarter], &[quarter, half, OUT]);
        check(&TopP(1.0), &[quarter, half, quarter], &[quarter, half, quarter]);
        check(&MinP(0.4), &[quarter, half, 0.0_f64.ln()], &[quarter, half, OUT]);
        check(&MinP(0.6), &[quarter, half, quarter], &[OUT, half, OUT]);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        #[track_caller]
        fn check(processor: &dyn Processor, expected: &str) {
            let error = processor.check().unwrap_err().to_string();
            assert!(error.starts_with(&format!("generation: {expected}")), "{error}");
        }
        check(&RepetitionPenalty(0.0), "repetition_penalty is 0, expected a number above 0");
        check(&PresencePenalty(f64::NAN), "presence_penalty is NaN");
        check(&FrequencyPenalty(f64::INFINITY), "frequency_penalty is inf");
        check(&NoRepeatNgram(0), "no_repeat_ngram is 0");
        check(&Temperature(0.0), "temperature is 0, expected a number above 0");
        check(&TopK(0), "top_k is 0");
        check(&TopP(0.0), "top_p is 0");
        check(&TopP(1.1), "top_p is 1.1");
        check(&MinP(-0.1), "min_p is -0.1");
    }
}
