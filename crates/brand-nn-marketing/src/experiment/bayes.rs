//! What is believed of a conversion rate after visitors were counted: a beta distribution.

use crate::{Result, door};
use brand_nn_stats::special::{beta_i, digamma, lbeta, logistic, trigamma};
use serde::{Deserialize, Serialize};

/// A belief about a rate: Beta(1 + conversions, 1 + misses) for one who knew nothing.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::BetaBelief;
///
/// let a = BetaBelief::new(201.0, 3801.0)?;
/// let b = BetaBelief::new(251.0, 3751.0)?;
/// assert!((b.chance_above(&a) - 0.992_359_533).abs() < 1e-9);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BetaBelief {
    alpha: f64,
    beta: f64,
}

impl BetaBelief {
    /// Beta(alpha, beta).
    ///
    /// # Errors
    /// If one of both is not a finite number above 0.
    pub fn new(alpha: f64, beta: f64) -> Result<Self> {
        for (name, value) in [("alpha", alpha), ("beta", beta)] {
            door::setting("belief", (name, value), door::POSITIVE, "1 and 1 know nothing")?;
        }
        Ok(Self { alpha, beta })
    }

    /// The mean rate.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// The chance that this rate is larger than another.
    #[must_use]
    pub fn chance_above(&self, other: &Self) -> f64 {
        Self::chances_of_best(&[*self, *other])[0]
    }

    /// The chance of each to have the largest rate.
    ///
    /// ∫ fᵢ Π Fⱼ over the log-odds u.
    #[must_use]
    pub fn chances_of_best(all: &[Self]) -> Vec<f64> {
        let mut chances = vec![0.0; all.len()];
        for (u, weight) in nodes(all) {
            let x = logistic(u);
            let below: Vec<_> = all.iter().map(|belief| belief.cdf(x)).collect();
            for (i, chance) in chances.iter_mut().enumerate() {
                let others = below.iter().enumerate().filter(|(j, _)| *j != i);
                let product: f64 = others.map(|(_, below)| below).product();
                *chance += weight * all[i].log_odds_density(u) * product;
            }
        }
        chances
    }

    /// What is lost on average by choosing each: E[the largest rate] − E[its own].
    #[must_use]
    pub fn expected_losses(all: &[Self]) -> Vec<f64> {
        let nodes = nodes(all);
        let missing = |(u, weight): &(f64, f64)| {
            let x = logistic(*u);
            let all_below: f64 = all.iter().map(|belief| belief.cdf(x)).product();
            weight * (1.0 - all_below) * x * logistic(-u)
        };
        let lowest = all.iter().map(|b| logistic(b.lowest())).fold(1.0, f64::min);
        let largest = lowest + nodes.iter().map(missing).sum::<f64>();
        all.iter().map(|belief| (largest - belief.mean()).max(0.0)).collect()
    }

    /// Log-odds that are fifteen deviations below the mean.
    fn lowest(&self) -> f64 {
        digamma(self.alpha) - digamma(self.beta) - 15.0 * self.deviation()
    }

    /// The standard deviation of the log-odds.
    fn deviation(&self) -> f64 {
        (trigamma(self.alpha) + trigamma(self.beta)).sqrt()
    }

    fn cdf(&self, x: f64) -> f64 {
        beta_i(self.alpha, self.beta, x)
    }

    /// f(x) x (1 − x), the density of u = ln(x / (1 − x)).
    fn log_odds_density(&self, u: f64) -> f64 {
        let log = |u: f64| -(-u).exp().ln_1p();
        let log_x = if u < -700.0 { u } else { log(u) };
        let log_rest = if u > 700.0 { -u } else { log(-u) };
        (self.alpha * log_x + self.beta * log_rest - lbeta(self.alpha, self.beta)).exp()
    }
}

/// Places and weights of Gauss and Legendre's integral from −1 to 1, of which half is shown.
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_3),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
];

/// Places and weights of an integral over log-odds that holds all of several beliefs.
///
/// Its pieces end at every standard deviation of every belief, so that none is too narrow to be
/// seen beside the others.
fn nodes(all: &[BetaBelief]) -> Vec<(f64, f64)> {
    let ends = |belief: &BetaBelief| {
        let [lowest, deviation] = [belief.lowest(), belief.deviation()];
        (0..=30).map(move |i| lowest + f64::from(i) * deviation)
    };
    let mut ends: Vec<f64> = all.iter().flat_map(ends).collect();
    ends.sort_by(f64::total_cmp);
    let piece = |pair: &[f64]| {
        // The rate itself bends between beliefs that are far apart.
        let parts = ((pair[1] - pair[0]) / 0.5).ceil().clamp(1.0, 100.0) as usize;
        let half = (pair[1] - pair[0]) / (2 * parts) as f64;
        let from = pair[0];
        (0..parts).flat_map(move |part| {
            let center = from + (2 * part + 1) as f64 * half;
            GAUSS.into_iter().flat_map(move |(place, weight)| {
                [-place, place].map(|place| (center + half * place, half * weight))
            })
        })
    };
    ends.windows(2).flat_map(piece).collect()
}
