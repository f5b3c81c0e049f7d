//! How many must take part for a difference to be seen.

use super::Alternative;
use crate::distribution::{Distribution, StudentT};
use crate::optimize::root;
use crate::special::{
    gamma_p_inverse, gamma_q_inverse, log_gamma_power, normal_cdf, normal_quantile,
};
use crate::{Error, Result, door};

/// The design of an experiment of two equal arms: its two risks.
///
/// # Examples
/// To see a conversion rate rise from 10 to 12 per cent:
/// ```
/// use brand_nn_stats::hypothesis::Design;
/// let each_arm = Design::default().size_for_proportions(0.10, 0.12)?;
/// assert!((each_arm - 3840.847).abs() < 1e-3);
/// assert_eq!(each_arm.ceil(), 3841.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Design {
    /// The probability of seeing a difference where there is none; 0.05 by default.
    pub significance: f64,
    /// The probability of seeing one that is there; 0.8 by default.
    pub power: f64,
    /// Which differences count; both directions by default.
    pub alternative: Alternative,
}

impl Default for Design {
    fn default() -> Self {
        Self { significance: 0.05, power: 0.8, alternative: Alternative::TwoSided }
    }
}

/// No arm is larger than this.
const MOST: f64 = 1e15;

impl Design {
    /// The size of each arm to tell two rates apart by the z-test of their pooled difference.
    ///
    /// n = (z_α √(2 p̄ q̄) + z_β √(p₁ q₁ + p₂ q₂))² / (p₁ − p₂)². Not rounded.
    ///
    /// # Errors
    /// If a rate or a risk is not between 0 and 1, rates do not differ as the alternative says, or
    /// the power is at most the significance.
    pub fn size_for_proportions(&self, a: f64, b: f64) -> Result<f64> {
        let (z, power) = self.normal_quantiles(a, b)?;
        let mean = 0.5 * (a + b);
        let null = (2.0 * mean * (1.0 - mean)).sqrt();
        let spread = (a * (1.0 - a) + b * (1.0 - b)).sqrt();
        Ok(((z * null + power * spread) / (a - b)).powi(2))
    }

    /// The size of each arm by Cohen's effect size h = 2 asin √p₁ − 2 asin √p₂.
    ///
    /// The n at which Φ(h √(n / 2) − z_α), and of both directions that of −h as well, is the power.
    /// Not rounded.
    ///
    /// # Errors
    /// As [`size_for_proportions`](Self::size_for_proportions).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::hypothesis::Design;
    /// let each_arm = Design::default().size_for_proportions_arcsine(0.10, 0.12)?;
    /// assert!((each_arm - 3834.596).abs() < 1e-3);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn size_for_proportions_arcsine(&self, a: f64, b: f64) -> Result<f64> {
        let (z, power) = self.normal_quantiles(a, b)?;
        let effect = 2.0 * (a.sqrt().asin() - b.sqrt().asin());
        let both = if self.alternative == Alternative::TwoSided { 1.0 } else { 0.0 };
        let gap = |t: f64| normal_cdf(t - z) + both * normal_cdf(-t - z) - self.power;
        let shift = root(0.0, (z + power).max(0.0) + 1e-9, &gap)?;
        Ok(2.0 * (shift / effect).powi(2))
    }

    /// The power that arms of a size have to tell two rates apart, by the pooled z-test.
    ///
    /// # Errors
    /// As [`size_for_proportions`](Self::size_for_proportions), and if the size is not positive.
    pub fn power_for_proportions(&self, a: f64, b: f64, size: f64) -> Result<f64> {
        door::positive(OP, "size", size)?;
        let (z, _) = self.normal_quantiles(a, b)?;
        let mean = 0.5 * (a + b);
        let null = (2.0 * mean * (1.0 - mean) / size).sqrt();
        let spread = ((a * (1.0 - a) + b * (1.0 - b)) / size).sqrt();
        let side = |sign: f64| normal_cdf((sign * (a - b) - z * null) / spread);
        Ok(match self.alternative {
            Alternative::TwoSided => side(1.0) + side(-1.0),
            Alternative::Greater => side(1.0),
            Alternative::Less => side(-1.0),
        })
    }

    /// The size of each arm to tell two means apart by the pooled t-test.
    ///
    /// `effect` is the difference over the standard deviation, Cohen's d. Not rounded.
    ///
    /// # Errors
    /// If a risk is not between 0 and 1, the effect is 0, not finite or against the alternative,
    /// or no size is large enough.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::hypothesis::Design;
    /// assert!((Design::default().size_for_means(0.5)? - 63.7656).abs() < 1e-4);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn size_for_means(&self, effect: f64) -> Result<f64> {
        door::inside(OP, "power", self.power)?;
        let least = self.power_for_means(effect, 2.0)?;
        if least >= self.power {
            return Ok(2.0);
        }
        let z = self.z()? + normal_quantile(self.power);
        let high = (2.0 * (z / effect).powi(2) + 10.0) * 2.0;
        let gap = |size: f64| self.power_for_means(effect, size).unwrap_or(f64::NAN) - self.power;
        if high > MOST || effect == 0.0 || gap(high) < 0.0 {
            let case = "the effect is too small, or against the alternative";
            return Err(Error::Undefined { op: OP, case, help: "look for a larger effect" });
        }
        root(2.0, high, &gap)
    }

    /// The power that arms of a size have to tell two means apart, by the pooled t-test.
    ///
    /// The integral over the estimated deviation s of the normal power given s.
    ///
    /// # Errors
    /// If the significance is not between 0 and 1, the effect is not finite, or arms have fewer
    /// than 2.
    pub fn power_for_means(&self, effect: f64, size: f64) -> Result<f64> {
        door::finite(OP, "effect", effect)?;
        door::inside(OP, "significance", self.significance)?;
        if !(2.0..=MOST).contains(&size) {
            let (expected, help) = ("from 2 to 1e15", "ask for more");
            return Err(Error::Setting { op: OP, setting: "size", got: size, expected, help });
        }
        let degrees = 2.0 * size - 2.0;
        let critical = -StudentT::new(degrees)?.quantile(self.tail());
        let shift = effect * (size / 2.0).sqrt();
        let side = |sign: f64| beyond(sign * shift, critical, degrees);
        Ok(match self.alternative {
            Alternative::TwoSided => side(1.0) + side(-1.0),
            Alternative::Greater => side(1.0),
            Alternative::Less => side(-1.0),
        })
    }

    /// What the significance leaves in a tail.
    fn tail(&self) -> f64 {
        let both = self.alternative == Alternative::TwoSided;
        if both { 0.5 * self.significance } else { self.significance }
    }

    fn z(&self) -> Result<f64> {
        door::inside(OP, "significance", self.significance)?;
        Ok(-normal_quantile(self.tail()))
    }

    fn normal_quantiles(&self, a: f64, b: f64) -> Result<(f64, f64)> {
        door::inside(OP, "power", self.power)?;
        door::inside(OP, "first rate", a)?;
        door::inside(OP, "second rate", b)?;
        let case = "rates do not differ as the alternative says, or the power is that of chance";
        let help = "say which difference should be seen";
        let is_against = match self.alternative {
            Alternative::TwoSided => a == b,
            Alternative::Less => a >= b,
            Alternative::Greater => a <= b,
        };
        if is_against || self.power <= self.significance {
            return Err(Error::Undefined { op: OP, case, help });
        }
        Ok((self.z()?, normal_quantile(self.power)))
    }
}

const OP: &str = "Design";

/// P(T > t) for a noncentral T: the mean of Φ(shift − t s) over s² ~ χ² / degrees.
///
/// The trapezoid in ln s, whose error falls faster than any power of the step.
fn beyond(shift: f64, t: f64, degrees: f64) -> f64 {
    const STEPS: usize = 400;
    let half = 0.5 * degrees;
    let [low, high] = [gamma_p_inverse(half, 1e-18), gamma_q_inverse(half, 1e-18)].map(f64::ln);
    let step = (high - low) / STEPS as f64;
    let term = |i: usize| {
        let x = (low + i as f64 * step).exp();
        log_gamma_power(half, x).exp() * normal_cdf(shift - t * (x / half).sqrt())
    };
    step * (0..=STEPS).map(term).sum::<f64>()
}
