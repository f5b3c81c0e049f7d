//! The draw is from the so many best alone.

use super::{History, Processor, keep, ranked, within};
use crate::Result;
use std::collections::BTreeSet;

/// Keeps the k best tokens (Fan and others 2018); of equal ones those with lower numbers.
#[derive(Clone, Copy, Debug)]
pub struct TopK(pub usize);

impl Processor for TopK {
    fn process(&self, _: History<'_>, scores: &mut [f64]) {
        let best: BTreeSet<_> = ranked(scores).into_iter().take(self.0).collect();
        keep(scores, |token| best.contains(&token));
    }

    fn check(&self) -> Result<()> {
        within("top_k", &self.0, self.0 > 0, "at least 1")
    }

    fn samples(&self) -> bool {
        true
    }
}
