//! Scores of tokens that were written before sink once.

use super::{History, Processor, within};
use crate::Result;
use std::collections::BTreeSet;

/// Takes a number off the scores of tokens that were written before, however often.
#[derive(Clone, Copy, Debug)]
pub struct PresencePenalty(pub f64);

impl Processor for PresencePenalty {
    fn process(&self, history: History<'_>, scores: &mut [f64]) {
        for token in history.written.iter().collect::<BTreeSet<_>>() {
            if let Some(score) = scores.get_mut(*token as usize) {
                *score -= self.0;
            }
        }
    }

    fn check(&self) -> Result<()> {
        within("presence_penalty", &self.0, self.0.is_finite(), "a number")
    }
}
