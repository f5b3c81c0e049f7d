//! Scores of tokens that came before are drawn to the unlikely side.

use super::{History, Processor, within};
use crate::Result;
use std::collections::BTreeSet;

/// Divides positive scores of tokens that came before and multiplies negative ones (Keskar and others
/// 2019, "CTRL"); above 1 it keeps from repeating, below 1 it makes repeat.
#[derive(Clone, Copy, Debug)]
pub struct RepetitionPenalty(pub f64);

impl Processor for RepetitionPenalty {
    fn process(&self, history: History<'_>, scores: &mut [f64]) {
        for token in history.all().collect::<BTreeSet<_>>() {
            if let Some(score) = scores.get_mut(token as usize) {
                *score = if *score > 0.0 { *score / self.0 } else { *score * self.0 };
            }
        }
    }

    fn check(&self) -> Result<()> {
        let holds = self.0 > 0.0 && self.0.is_finite();
        within("repetition_penalty", &self.0, holds, "a number above 0")
    }
}
