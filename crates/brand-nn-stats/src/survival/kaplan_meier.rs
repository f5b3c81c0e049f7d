//! The share that is left after a time.

use super::{checked, moments, step_at};
use crate::special::normal_quantile;
use crate::{Result, door};

/// The curve of those left, S(t) = Π (1 − events / at risk).
///
/// Kaplan and Meier 1958, with Greenwood's variance.
///
/// # Examples
/// ```
/// use brand_nn_stats::survival::KaplanMeier;
/// let curve = KaplanMeier::fit(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// assert_eq!(curve.survival, [0.75, 0.5, 0.5, 0.0]);
/// assert_eq!(curve.survival_at(2.5), 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct KaplanMeier {
    /// All times at which a row ended, in order.
    pub times: Vec<f64>,
    /// The share left after each time.
    pub survival: Vec<f64>,
    /// Rows that had lasted until each time.
    pub at_risk: Vec<f64>,
    /// Events at each time.
    pub events: Vec<f64>,
    /// Greenwood's sum Σ d / (n (n − d)), the variance of ln S; ∞ once nothing is left.
    pub log_variances: Vec<f64>,
}

impl KaplanMeier {
    /// The curve of durations, each with whether its event was seen.
    ///
    /// # Errors
    /// If lengths differ, a duration is negative or not finite, or no event was seen.
    pub fn fit(durations: &[f64], events: &[bool]) -> Result<Self> {
        checked("KaplanMeier::fit", durations, events)?;
        let moments = moments(durations, events);
        let (mut left, mut variance) = (1.0, 0.0);
        let (mut survival, mut log_variances) = (Vec::new(), Vec::new());
        for moment in &moments {
            left *= 1.0 - moment.events / moment.at_risk;
            variance += moment.events / (moment.at_risk * (moment.at_risk - moment.events));
            // 0 / 0 where the last rows end without an event.
            if variance.is_nan() {
                variance = log_variances.last().copied().unwrap_or(0.0);
            }
            survival.push(left);
            log_variances.push(variance);
        }
        Ok(Self {
            times: moments.iter().map(|moment| moment.time).collect(),
            at_risk: moments.iter().map(|moment| moment.at_risk).collect(),
            events: moments.iter().map(|moment| moment.events).collect(),
            survival,
            log_variances,
        })
    }

    /// The share left after a time; 1 before the first.
    #[must_use]
    pub fn survival_at(&self, time: f64) -> f64 {
        step_at(&self.times, &self.survival, 1.0, time)
    }

    /// The first time after which at most half are left, if that was seen.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The first time after which at most a share is left, if that was seen.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let place = self.survival.iter().position(|left| *left <= share)?;
        self.times.get(place).copied()
    }

    /// The mean time until a limit, the area under the curve.
    ///
    /// # Errors
    /// If the limit is negative or not finite.
    pub fn restricted_mean(&self, limit: f64) -> Result<f64> {
        door::not_negative("KaplanMeier::restricted_mean", "limit", limit)?;
        let ends = self.times.iter().copied().filter(|time| *time < limit).chain([limit]);
        let (mut area, mut from) = (0.0, 0.0);
        for to in ends {
            area += (to - from) * self.survival_at(from);
            from = to;
        }
        Ok(area)
    }

    /// Intervals of the curve at each time, by ln(−ln S).
    ///
    /// Where no event was seen yet they are a point; where nobody is left they are from 0 to 0.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn intervals(&self, level: f64) -> Result<Vec<[f64; 2]>> {
        door::inside("KaplanMeier::intervals", "level", level)?;
        let z = -normal_quantile(0.5 * (1.0 - level));
        let interval = |(left, variance): (&f64, &f64)| {
            if *left == 0.0 || *left == 1.0 {
                return [*left; 2];
            }
            let width = z * variance.sqrt() / -left.ln();
            [width, -width].map(|width| (left.ln() * width.exp()).exp())
        };
        Ok(self.survival.iter().zip(&self.log_variances).map(interval).collect())
    }
}
