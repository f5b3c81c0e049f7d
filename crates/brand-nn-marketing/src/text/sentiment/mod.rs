//! How a text feels about what it speaks of, by one interface whatever the method.

mod band;
mod calibration;
mod chinese;
mod english;
mod lexicon;

pub use band::ToneBand;
pub use calibration::{Calibrated, Calibration, FittedCalibration};
pub(super) use chinese::is_han;
pub use english::Shares;
pub use lexicon::{Language, Lexicon};

use brand_nn_kernels::threads;
use serde::{Deserialize, Serialize};

/// What says of a text how it feels, from −1 to 1.
///
/// The polarity of a method that knows probabilities is P(positive) − P(negative). Any text has
/// one: an empty text, or one without a word that the method knows, has what the method says of
/// nothing, 0 for a lexicon.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::{Lexicon, Sentiment, Tone};
///
/// let sentiment: &dyn Sentiment = &Lexicon::new();
/// assert_eq!(sentiment.polarity("The book was good."), 0.4404);
/// assert_eq!(sentiment.tone("房间很脏，服务态度也不好", 0.05), Tone::Negative);
/// assert_eq!(sentiment.tone("", 0.05), Tone::Neutral);
/// ```
pub trait Sentiment: Sync {
    /// How the text feels: −1 as bad as can be, 1 as good as can be.
    fn polarity(&self, text: &str) -> f64;

    /// How each of some texts feels, for methods that are quicker with many at once.
    fn polarities(&self, texts: &[&str]) -> Vec<f64> {
        texts.iter().map(|text| self.polarity(text)).collect()
    }

    /// The chance that it is praise, where it is praise or complaint: (1 + polarity) / 2.
    fn probability(&self, text: &str) -> f64 {
        (1.0 + self.polarity(text)) / 2.0
    }

    /// Whether it praises; none where the chance of that or of its opposite is below `least`.
    fn decide(&self, text: &str, least: f64) -> Option<bool> {
        let chance = self.probability(text);
        (chance.max(1.0 - chance) >= least).then_some(chance > 0.5)
    }

    /// Its tone, neutral where the polarity is less than `band` away from 0.
    fn tone(&self, text: &str, band: f64) -> Tone {
        Tone::of(self.polarity(text), band)
    }
}

/// The polarity of every text, computed by all threads.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::{Lexicon, polarities};
///
/// assert_eq!(polarities(&Lexicon::new(), &["Today SUX!", "Fine."]), [-0.5461, 0.2023]);
/// ```
pub fn polarities<T: AsRef<str> + Sync>(sentiment: &dyn Sentiment, texts: &[T]) -> Vec<f64> {
    let parts: Vec<&[T]> = texts.chunks(CHUNK).collect();
    let part = |i: usize| -> Vec<f64> {
        sentiment.polarities(&parts[i].iter().map(AsRef::as_ref).collect::<Vec<_>>())
    };
    threads::map(parts.len(), part).concat()
}

const CHUNK: usize = 256;

/// Complaint, neither, or praise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It complains.
    Negative,
    /// It does neither, or both alike.
    Neutral,
    /// It praises.
    Positive,
}

impl Tone {
    /// The tone of a polarity; VADER's authors advise a band of 0.05.
    ///
    /// What is exactly at the edge of the band is outside, and NaN is neutral.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::text::sentiment::Tone;
    ///
    /// assert_eq!(Tone::of(-0.05, 0.05), Tone::Negative);
    /// assert_eq!(Tone::of(0.0, 0.0), Tone::Neutral);
    /// ```
    #[must_use]
    pub fn of(polarity: f64, band: f64) -> Self {
        if polarity > 0.0 && polarity >= band {
            Self::Positive
        } else if polarity < 0.0 && polarity <= -band {
            Self::Negative
        } else {
            Self::Neutral
        }
    }
}
