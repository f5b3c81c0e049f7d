//! The risk that has gathered by a time.

use super::{checked, moments, step_at};
use crate::special::normal_quantile;
use crate::{Result, door};

/// The cumulative hazard, H(t) = Σ events / at risk.
///
/// Its slope is the risk at an age. Nelson 1969, Aalen 1978.
///
/// # Examples
/// ```
/// use brand_nn_stats::survival::NelsonAalen;
/// let curve = NelsonAalen::fit(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// assert!((curve.hazard_until(2.0) - (1.0 / 4.0 + 1.0 / 3.0)).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NelsonAalen {
    /// All times at which a row ended, in order.
    pub times: Vec<f64>,
    /// The hazard gathered by each time.
    pub hazard: Vec<f64>,
    /// Its variance, Σ d / n².
    pub variances: Vec<f64>,
}

impl NelsonAalen {
    /// The curve of durations, each with whether its event was seen.
    ///
    /// # Errors
    /// If lengths differ, a duration is negative or not finite, or no event was seen.
    pub fn fit(durations: &[f64], events: &[bool]) -> Result<Self> {
        checked("NelsonAalen::fit", durations, events)?;
        let (mut hazard, mut variances) = (Vec::new(), Vec::new());
        let moments = moments(durations, events);
        let (mut sum, mut variance) = (0.0, 0.0);
        for moment in &moments {
            sum += moment.events / moment.at_risk;
            variance += moment.events / moment.at_risk.powi(2);
            hazard.push(sum);
            variances.push(variance);
        }
        let times = moments.iter().map(|moment| moment.time).collect();
        Ok(Self { times, hazard, variances })
    }

    /// The hazard gathered by a time; 0 before the first.
    #[must_use]
    pub fn hazard_until(&self, time: f64) -> f64 {
        step_at(&self.times, &self.hazard, 0.0, time)
    }

    /// Intervals of the hazard at each time, by its logarithm.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn intervals(&self, level: f64) -> Result<Vec<[f64; 2]>> {
        door::inside("NelsonAalen::intervals", "level", level)?;
        let z = -normal_quantile(0.5 * (1.0 - level));
        let interval = |(hazard, variance): (&f64, &f64)| {
            if *hazard == 0.0 {
                return [0.0; 2];
            }
            let width = z * variance.sqrt() / hazard;
            [hazard * (-width).exp(), hazard * width.exp()]
        };
        Ok(self.hazard.iter().zip(&self.variances).map(interval).collect())
    }
}
