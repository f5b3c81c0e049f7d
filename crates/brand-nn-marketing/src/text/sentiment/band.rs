//! From where to where a polarity is neither complaint nor praise, learnt from labelled texts.

use super::Tone;
use crate::{Error, Result, door};
use brand_nn_stats::metrics::{Average, f1};
use serde::{Deserialize, Serialize};

/// Two cuts of the polarity: below the first a text complains, from the second on it praises.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::{Tone, ToneBand};
///
/// let tones = [Tone::Negative, Tone::Negative, Tone::Neutral, Tone::Positive];
/// let band = ToneBand::choose(&[-0.3, 0.2, 0.4, 0.9], &tones)?;
/// assert_eq!(band.tone(0.35), Tone::Neutral);
/// assert_eq!([-1.0, 1.0].map(|polarity| band.tone(polarity)), [Tone::Negative, Tone::Positive]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToneBand {
    low: f64,
    high: f64,
}

/// Among so many cuts, evenly spread over the texts, the best two are looked for.
const CUTS: usize = 40;

impl ToneBand {
    /// The band with the best mean F1 of the three tones, for texts that no method has learnt from.
    ///
    /// # Errors
    /// If there are no polarities, one is not finite, or there are not as many tones.
    pub fn choose(polarities: &[f64], tones: &[Tone]) -> Result<Self> {
        if polarities.is_empty() || polarities.len() != tones.len() {
            let (case, help) = ("there is not one tone a polarity", "bring labelled texts");
            return Err(Error::Undefined { method: "tone band", case, help });
        }
        for (row, polarity) in polarities.iter().enumerate() {
            door::value(("polarities", row, "polarity"), *polarity, door::FINITE)?;
        }
        let actual: Vec<usize> = tones.iter().map(|tone| *tone as usize).collect();
        let cuts = cuts(polarities);
        let mut best = (f64::NEG_INFINITY, Self { low: cuts[0], high: cuts[0] });
        for (i, &low) in cuts.iter().enumerate() {
            for &high in &cuts[i..] {
                let band = Self { low, high };
                let found: Vec<usize> =
                    polarities.iter().map(|polarity| band.tone(*polarity) as usize).collect();
                let score = f1(&found, &actual, Average::Macro)?;
                if score > best.0 {
                    best = (score, band);
                }
            }
        }
        Ok(best.1)
    }

    /// The tone of a polarity; NaN is neutral.
    #[must_use]
    pub fn tone(&self, polarity: f64) -> Tone {
        if polarity < self.low {
            Tone::Negative
        } else if polarity >= self.high {
            Tone::Positive
        } else {
            Tone::Neutral
        }
    }
}

/// In the middle between neighbours, and one below all.
fn cuts(polarities: &[f64]) -> Vec<f64> {
    let mut sorted = polarities.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let every = sorted.len().div_ceil(CUTS).max(1);
    let middles = sorted.windows(2).step_by(every).map(|pair| f64::midpoint(pair[0], pair[1]));
    std::iter::once(sorted[0]).chain(middles).collect()
}
