//! No row of so many tokens comes a second time.

use super::{History, Processor, within};
use crate::Result;

/// Rules out tokens that would make a row of n tokens come a second time (Paulus and others 2018).
#[derive(Clone, Copy, Debug)]
pub struct NoRepeatNgram(pub usize);

impl Processor for NoRepeatNgram {
    fn process(&self, history: History<'_>, scores: &mut [f64]) {
        let text: Vec<_> = history.all().collect();
        let Some(start) = (text.len() + 1).checked_sub(self.0) else { return };
        for row in text.windows(self.0) {
            if row[..self.0 - 1] == text[start..]
                && let Some(score) = scores.get_mut(row[self.0 - 1] as usize)
            {
                *score = f64::NEG_INFINITY;
            }
        }
    }

    fn check(&self) -> Result<()> {
        within("no_repeat_ngram", &self.0, self.0 > 0, "at least 1")
    }
}
