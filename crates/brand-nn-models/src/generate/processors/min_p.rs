//! The draw is from tokens not much less likely than the best.

use super::{History, Processor, keep, softmax, within};
use crate::Result;

/// Keeps tokens at least p times as likely as the best (Nguyen and others 2024).
#[derive(Clone, Copy, Debug)]
pub struct MinP(pub f64);

impl Processor for MinP {
    fn process(&self, _: History<'_>, scores: &mut [f64]) {
        let shares = softmax(scores);
        let least = self.0 * shares.iter().copied().fold(0.0, f64::max);
        keep(scores, |token| shares[token] >= least);
    }

    fn check(&self) -> Result<()> {
        within("min_p", &self.0, (0.0..=1.0).contains(&self.0), "a share from 0 to 1")
    }

    fn samples(&self) -> bool {
        true
    }
}
