//! How daring the draw is.

use super::{History, Processor, within};
use crate::Result;

/// Divides all scores: below 1 the likely becomes likelier, above 1 all become alike.
#[derive(Clone, Copy, Debug)]
pub struct Temperature(pub f64);

impl Processor for Temperature {
    fn process(&self, _: History<'_>, scores: &mut [f64]) {
        scores.iter_mut().for_each(|score| *score /= self.0);
    }

    fn check(&self) -> Result<()> {
        let holds = self.0 > 0.0 && self.0.is_finite();
        within("temperature", &self.0, holds, "a number above 0")
    }

    fn samples(&self) -> bool {
        true
    }
}
