//! Complaint, neither or praise, learnt from texts of all three.

use super::features::in_parts;
use super::{Features, FittedOneVsRest, OneVsRest};
use crate::text::sentiment::{Sentiment, Tone};
use crate::{Error, Result};
use brand_nn_stats::metrics::{Average, f1};
use serde::{Deserialize, Serialize};

/// Three classes by TF-IDF and a logistic regression a class, in which rare ones count as much.
///
/// Ratings make good labels: one and two stars complain, three do neither. As scikit-learn's
/// `OneVsRestClassifier` around `LogisticRegression(class_weight="balanced")`.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::linear::{Features, LinearTones};
/// use brand_nn_marketing::text::sentiment::{Sentiment, Tone};
///
/// let texts = ["good cloth", "good size", "so so", "so so size", "bad cloth", "bad size"];
/// let [bad, so, good] = [Tone::Negative, Tone::Neutral, Tone::Positive];
/// let model = LinearTones::new(Features::words(1, 2).min_texts(1));
/// let fitted = model.fit(&texts, &[good, good, so, so, bad, bad])?;
/// assert_eq!(fitted.most_likely("so so cloth"), Tone::Neutral);
/// assert!(fitted.polarity("good") > 0.1 && fitted.polarity("bad") < -0.1);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearTones(OneVsRest);

/// A line of weights a tone, which gives any text the chance of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedTones {
    tones: Vec<Tone>,
    lines: FittedOneVsRest,
    factors: [f64; 3],
}

const METHOD: &str = "linear tones";
const ALL: [Tone; 3] = [Tone::Negative, Tone::Neutral, Tone::Positive];
/// From these factors the best for complaint and for neither are chosen, praise having 1.
const FACTORS: [f64; 13] = [0.35, 0.42, 0.5, 0.6, 0.7, 0.84, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8];

impl LinearTones {
    /// Logistic regression with C = 1.
    #[must_use]
    pub fn new(features: Features) -> Self {
        Self(OneVsRest { features, inverse_penalty: 1.0 })
    }

    /// C: the larger, the freer the weights.
    #[doc(alias = "C")]
    #[must_use]
    pub fn inverse_penalty(self, inverse_penalty: f64) -> Self {
        Self(OneVsRest { inverse_penalty, ..self.0 })
    }

    /// Learns from texts and their tones; a tone without a text is never found.
    ///
    /// # Errors
    /// If there are not as many tones as texts, all tones are the same, no term is frequent enough,
    /// or a setting lies outside its range.
    pub fn fit<T: AsRef<str> + Sync>(&self, texts: &[T], tones: &[Tone]) -> Result<FittedTones> {
        if texts.len() != tones.len() {
            let (case, help) = ("texts and tones differ in number", "give one tone a text");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let mut known = tones.to_vec();
        known.sort_unstable();
        known.dedup();
        let lines = self.0.fit(texts, (known.len(), |row, class| tones[row] == known[class]))?;
        Ok(FittedTones { tones: known, lines, factors: [1.0; 3] })
    }
}

impl FittedTones {
    /// The chances of complaint, neither and praise, which sum to 1.
    ///
    /// A text without a known term has the same chance of each tone that was learnt.
    #[must_use]
    pub fn shares(&self, text: &str) -> [f64; 3] {
        let even = || vec![1.0; self.tones.len()];
        let mut chances = self.lines.chances(text).unwrap_or_else(even);
        if chances.iter().sum::<f64>() <= 0.0 {
            chances = even();
        }
        let sum: f64 = chances.iter().sum();
        ALL.map(|tone| {
            let class = self.tones.iter().position(|known| *known == tone);
            class.and_then(|class| chances.get(class)).map_or(0.0, |chance| chance / sum)
        })
    }

    /// The tone with the largest chance times factor; neutral if it is as likely as another.
    #[must_use]
    pub fn most_likely(&self, text: &str) -> Tone {
        largest(self.shares(text), self.factors)
    }

    /// Weighs tones so that their mean F1 is best for texts that were not learnt from.
    ///
    /// # Errors
    /// If there are no texts, or not as many tones.
    pub fn tuned<T: AsRef<str> + Sync>(self, texts: &[T], tones: &[Tone]) -> Result<Self> {
        if texts.is_empty() || texts.len() != tones.len() {
            let (case, help) = ("there is not one tone a text", "bring labelled texts");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let shares = in_parts(texts, |text| self.shares(text.as_ref()));
        let actual: Vec<usize> = tones.iter().map(|tone| *tone as usize).collect();
        let mut best = (f64::NEG_INFINITY, self.factors);
        for negative in FACTORS {
            for neutral in FACTORS {
                let factors = [negative, neutral, 1.0];
                let found = shares.iter().map(|shares| largest(*shares, factors) as usize);
                let score = f1(&found.collect::<Vec<_>>(), &actual, Average::Macro)?;
                if score > best.0 {
                    best = (score, factors);
                }
            }
        }
        Ok(Self { factors: best.1, ..self })
    }
}

fn largest(shares: [f64; 3], factors: [f64; 3]) -> Tone {
    let [negative, neutral, positive] = [0, 1, 2].map(|i| shares[i] * factors[i]);
    if negative > neutral && negative > positive {
        Tone::Negative
    } else if positive > neutral && positive > negative {
        Tone::Positive
    } else {
        Tone::Neutral
    }
}

impl Sentiment for FittedTones {
    /// P(praise) − P(complaint).
    fn polarity(&self, text: &str) -> f64 {
        let [negative, _, positive] = self.shares(text);
        positive - negative
    }
}
