//! Probabilities that mean what they say: of texts with 0.8, eight in ten praise.

use super::{Sentiment, polarities};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// How probabilities are mended by texts that the model has not learnt from.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::Calibration;
///
/// let too_sure = [0.99, 0.99, 0.99, 0.01, 0.01, 0.01];
/// let praise = [true, true, false, false, false, true];
/// let fitted = Calibration::Temperature.fit(&too_sure, &praise)?;
/// assert!((fitted.probability(0.99) - 2.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// σ(log-odds / T), Guo et al. 2017: keeps the order and the classes; right for a few texts.
    Temperature,
    /// The best curve that only rises, Zadrozny and Elkan 2002: needs some thousand texts.
    Isotonic,
}

/// A curve from probabilities to better ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FittedCalibration {
    /// 1 / T.
    Temperature(f64),
    /// Points of the curve, which is straight between them and level beyond.
    Isotonic(Vec<(f64, f64)>),
}

impl Calibration {
    /// The curve for some probabilities of praise, given which texts did praise.
    ///
    /// # Errors
    /// If there is none, there are not as many labels, or a probability is not within 0 to 1.
    pub fn fit(self, probabilities: &[f64], praise: &[bool]) -> Result<FittedCalibration> {
        let undefined = |case, help| Err(Error::Undefined { method: "calibration", case, help });
        if probabilities.is_empty() || probabilities.len() != praise.len() {
            return undefined("there is not one label a probability", "bring labelled texts");
        }
        if !probabilities.iter().all(|p| (0.0..=1.0).contains(p)) {
            return undefined("a probability is not within 0 to 1", "mend the model");
        }
        Ok(match self {
            Self::Temperature => FittedCalibration::Temperature(sharpness(probabilities, praise)),
            Self::Isotonic => FittedCalibration::Isotonic(rising(probabilities, praise)),
        })
    }
}

/// The β of σ(β z) whose log loss is least, by halving between e⁻⁷ and e⁷.
fn sharpness(probabilities: &[f64], praise: &[bool]) -> f64 {
    let odds: Vec<f64> = probabilities.iter().map(|&p| log_odds(p)).collect();
    let slope = |beta: f64| -> f64 {
        let of = |(&z, &good): (&f64, &bool)| (sigmoid(beta * z) - f64::from(good)) * z;
        odds.iter().zip(praise).map(of).sum()
    };
    let (mut low, mut high) = (-7.0f64, 7.0f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        *(if slope(middle.exp()) > 0.0 { &mut high } else { &mut low }) = middle;
    }
    low.exp()
}

/// Pools neighbours while the share of praise falls: a point a pool, in rising order.
fn rising(probabilities: &[f64], praise: &[bool]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> =
        probabilities.iter().zip(praise).map(|(&p, &good)| (p, f64::from(good))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Of each pool: how many, the sum of probabilities, the sum of praise.
    let mut pools: Vec<[f64; 3]> = Vec::new();
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let count = same.len() as f64;
        let mut pool = [count, same[0].0 * count, same.iter().map(|row| row.1).sum()];
        while let Some(last) = pools.pop_if(|last| last[2] * pool[0] >= pool[2] * last[0]) {
            pool = [0, 1, 2].map(|i: usize| pool[i] + last[i]);
        }
        pools.push(pool);
    }
    pools.iter().map(|[count, sum, praise]| (sum / count, praise / count)).collect()
}

/// Infinite odds would let one text decide all.
fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(1e-12, 1.0 - 1e-12);
    (p / (1.0 - p)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl FittedCalibration {
    /// The better probability.
    #[must_use]
    pub fn probability(&self, probability: f64) -> f64 {
        match self {
            Self::Temperature(sharpness) => sigmoid(sharpness * log_odds(probability)),
            Self::Isotonic(points) => between(points, probability),
        }
    }
}

/// On the straight line between the points around `x`; without points, `x` itself.
fn between(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < x);
    match (points[..after].last(), points.get(after)) {
        (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
        (None, None) => x,
    }
}

/// A method of sentiment whose probabilities were calibrated.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::{Calibrated, Calibration, Lexicon, Sentiment};
///
/// let (texts, praise) = (["good", "great", "good", "bad"], [true, true, false, false]);
/// let lexicon = Calibrated::fit(Lexicon::new(), Calibration::Temperature, &texts, &praise)?;
/// assert!(lexicon.probability("good") > 0.5);
/// assert_eq!(lexicon.decide("the table has legs", 0.6), None);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibrated<S> {
    sentiment: S,
    calibration: FittedCalibration,
}

impl<S: Sentiment> Calibrated<S> {
    /// Calibrates a method by labelled texts that it has not learnt from.
    ///
    /// # Errors
    /// As [`Calibration::fit`].
    pub fn fit<T: AsRef<str> + Sync>(
        sentiment: S,
        calibration: Calibration,
        texts: &[T],
        praise: &[bool],
    ) -> Result<Self> {
        let chances: Vec<f64> =
            polarities(&sentiment, texts).iter().map(|polarity| (1.0 + polarity) / 2.0).collect();
        Ok(Self { calibration: calibration.fit(&chances, praise)?, sentiment })
    }
}

impl<S: Sentiment> Sentiment for Calibrated<S> {
    fn polarity(&self, text: &str) -> f64 {
        self.polarities(&[text])[0]
    }

    fn polarities(&self, texts: &[&str]) -> Vec<f64> {
        let better = |polarity: &f64| self.calibration.probability((1.0 + polarity) / 2.0);
        self.sentiment.polarities(texts).iter().map(|p| 2.0 * better(p) - 1.0).collect()
    }
}
