//! Scores of tokens sink with each time that they are written.

use super::{History, Processor, within};
use crate::Result;

/// Takes a number off a token's score for each time that it was written before.
#[derive(Clone, Copy, Debug)]
pub struct FrequencyPenalty(pub f64);

impl Processor for FrequencyPenalty {
    fn process(&self, history: History<'_>, scores: &mut [f64]) {
        for token in history.written {
            if let Some(score) = scores.get_mut(*token as usize) {
                *score -= self.0;
            }
        }
    }

    fn check(&self) -> Result<()> {
        within("frequency_penalty", &self.0, self.0.is_finite(), "a number")
    }
}
