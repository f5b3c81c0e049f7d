//! The draw is from the fewest tokens that have so much probability.

use super::{History, Processor, keep, ranked, softmax, within};
use crate::Result;
use std::collections::BTreeSet;

/// Keeps the fewest best tokens that together have a probability of p (Holtzman and others 2020).
#[derive(Clone, Copy, Debug)]
pub struct TopP(pub f64);

impl Processor for TopP {
    fn process(&self, _: History<'_>, scores: &mut [f64]) {
        let shares = softmax(scores);
        let mut before = 0.0;
        let reached = |token: &usize| {
            let goes_on = before < self.0 - 1e-12; // the rounding of the sum
            before += shares[*token];
            goes_on
        };
        let kept: BTreeSet<_> = ranked(scores).into_iter().take_while(reached).collect();
        keep(scores, |token| kept.contains(&token));
    }

    fn check(&self) -> Result<()> {
        within("top_p", &self.0, self.0 > 0.0 && self.0 <= 1.0, "a probability above 0, to 1")
    }

    fn samples(&self) -> bool {
        true
    }
}
