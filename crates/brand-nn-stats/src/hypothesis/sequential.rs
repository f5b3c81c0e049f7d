//! Bounds for tests that are looked at a planned number of times.

use crate::optimize::root;
use crate::special::{normal_cdf, normal_density, normal_quantile};
use crate::{Error, Result, door};

/// How the chance of a false alarm is spent over looks.
///
/// Each side of a two-sided test spends α(t) of half the significance by the share t of the
/// information that is in. Lan and DeMets, "Discrete sequential boundaries", 1983.
///
/// # Examples
/// ```
/// use brand_nn_stats::hypothesis::Spending;
/// let bounds = Spending::OBrienFleming.bounds(&[0.2, 0.4, 0.6, 0.8, 1.0], 0.05)?;
/// let published = [4.8769, 3.3569, 2.6803, 2.2898, 2.0310];
/// assert!(bounds.critical.iter().zip(published).all(|(got, want)| (got - want).abs() < 1e-3));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[doc(alias = "alpha spending")]
pub enum Spending {
    /// α(t) = 2 − 2 Φ(z / √t): hardly anything early, so that the last look is nearly a plain test.
    OBrienFleming,
    /// α(t) = α ln(1 + (e − 1) t): about the same bound at each look.
    Pocock,
    /// α(t) = α tᵉ. Kim and DeMets 1987.
    Power {
        /// e, above 0; 1 spends evenly, 3 is near to O'Brien and Fleming.
        exponent: f64,
    },
}

/// Bounds of one shape, as they were before spending was thought of.
///
/// All looks must be known before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoundShape {
    /// c / √t. O'Brien and Fleming 1979.
    OBrienFleming,
    /// The same c at each look. Pocock 1977.
    Pocock,
}

/// What |z| must reach at each look.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SequentialBounds {
    /// The share of the information that is in at each look.
    pub fractions: Vec<f64>,
    /// What |z| must reach there.
    pub critical: Vec<f64>,
    /// The chance of a false alarm up to each look, of both sides.
    pub spent: Vec<f64>,
    /// The chance of a false alarm at all looks that were planned for.
    pub significance: f64,
}

const OP: &str = "sequential bounds";

impl Spending {
    /// What each side has spent when a share of the information is in, of `alpha` in all.
    #[must_use]
    pub fn spent(self, fraction: f64, alpha: f64) -> f64 {
        match self {
            Self::OBrienFleming => 2.0 * normal_cdf(normal_quantile(0.5 * alpha) / fraction.sqrt()),
            Self::Pocock => alpha * ((std::f64::consts::E - 1.0) * fraction).ln_1p(),
            Self::Power { exponent } => alpha * fraction.powf(exponent),
        }
    }

    /// The bounds of a two-sided test at the looks so far.
    ///
    /// A bound depends on its look and those before it alone: looks may come when they come.
    ///
    /// # Errors
    /// If there are no looks, shares of the information do not rise from above 0 to at most 1, or
    /// a setting is out of range.
    pub fn bounds(self, fractions: &[f64], significance: f64) -> Result<SequentialBounds> {
        check(fractions, significance)?;
        if let Self::Power { exponent } = self {
            door::positive(OP, "exponent", exponent)?;
        }
        let (mut walk, mut critical, mut spent) = (Walk::new(0.0), Vec::new(), Vec::new());
        let mut before = 0.0;
        for &fraction in fractions {
            let now = 2.0 * self.spent(fraction, 0.5 * significance);
            let bound = walk.bound(fraction, now - before)?;
            walk.stop(fraction, bound);
            critical.push(bound);
            spent.push(now);
            before = now;
        }
        Ok(SequentialBounds { fractions: fractions.to_vec(), critical, spent, significance })
    }
}

impl BoundShape {
    /// The bounds of a two-sided test with these looks.
    ///
    /// # Errors
    /// As [`Spending::bounds`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::hypothesis::BoundShape;
    /// let looks = [0.2, 0.4, 0.6, 0.8, 1.0];
    /// let bounds = BoundShape::Pocock.bounds(&looks, 0.05)?;
    /// assert!(bounds.critical.iter().all(|bound| (bound - 2.413).abs() < 1e-3));
    /// assert!((bounds.inflation(0.9)? - 1.207).abs() < 1e-3);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn bounds(self, fractions: &[f64], significance: f64) -> Result<SequentialBounds> {
        check(fractions, significance)?;
        let last = fractions[fractions.len() - 1];
        let shaped = |c: f64| -> Vec<f64> {
            let at = |fraction: &f64| match self {
                Self::OBrienFleming => c * (last / fraction).sqrt(),
                Self::Pocock => c,
            };
            fractions.iter().map(at).collect()
        };
        let alarms = |c: f64| crossed(fractions, &shaped(c), 0.0).iter().sum::<f64>();
        let plain = -normal_quantile(0.5 * significance);
        let most = -normal_quantile(0.5 * significance / fractions.len() as f64);
        // Bonferroni's bound is never exceeded.
        let c = if fractions.len() == 1 {
            plain
        } else {
            root(plain, most, &|c| alarms(c) - significance)?
        };
        let critical = shaped(c);
        let stages = crossed(fractions, &critical, 0.0);
        let spent = stages.iter().scan(0.0, |sum, stage| {
            *sum += stage;
            Some(*sum)
        });
        let spent = spent.collect();
        Ok(SequentialBounds { fractions: fractions.to_vec(), critical, spent, significance })
    }
}

impl SequentialBounds {
    /// The chance to stop at each look if z has this mean when all information is in.
    ///
    /// # Errors
    /// If the mean is not finite.
    pub fn stops(&self, drift: f64) -> Result<Vec<f64>> {
        door::finite(OP, "drift", drift)?;
        Ok(crossed(&self.fractions, &self.critical, drift))
    }

    /// By what factor more must take part than in a plain test of the same power.
    ///
    /// # Errors
    /// If the power is not above the significance and below 1.
    pub fn inflation(&self, power: f64) -> Result<f64> {
        if !(power > self.significance && power < 1.0) {
            let (setting, got) = ("power", power);
            let (expected, help) = ("above the significance and below 1", "such as 0.8");
            return Err(Error::Setting { op: OP, setting, got, expected, help });
        }
        let plain = normal_quantile(1.0 - 0.5 * self.significance) + normal_quantile(power);
        let gap = |drift: f64| crossed(&self.fractions, &self.critical, drift).iter().sum::<f64>();
        let needed = root(0.0, 3.0 * plain + 5.0, &|drift| gap(drift) - power)?;
        Ok((needed / plain).powi(2))
    }
}

fn check(fractions: &[f64], significance: f64) -> Result<()> {
    door::some(OP, "looks", fractions.len())?;
    door::inside(OP, "significance", significance)?;
    let rising = "a share of the information, at least 0.001 more than before, up to 1";
    door::every(OP, "look", fractions, (rising, |t| t > 0.0 && t <= 1.0))?;
    match fractions.windows(2).position(|pair| pair[1] - pair[0] < LEAST_STEP) {
        None => Ok(()),
        Some(i) => {
            let (index, got, expected) = (i + 1, fractions[i + 1], rising);
            Err(Error::Value { op: OP, what: "look", index, got, expected })
        }
    }
}

/// Looks that are nearer to each other are one.
const LEAST_STEP: f64 = 1e-3;

/// The chance to cross at each look.
fn crossed(fractions: &[f64], critical: &[f64], drift: f64) -> Vec<f64> {
    let mut walk = Walk::new(drift);
    fractions.iter().zip(critical).map(|(t, bound)| walk.stop(*t, *bound)).collect()
}

/// A Brownian motion that was not stopped so far: where it may be, and how densely.
///
/// Armitage, McPherson and Rowe, "Repeated significance tests on accumulating data", 1969.
struct Walk {
    drift: f64,
    time: f64,
    /// Places with density times width.
    places: Vec<[f64; 2]>,
}

impl Walk {
    fn new(drift: f64) -> Self {
        Self { drift, time: 0.0, places: vec![[0.0, 1.0]] }
    }

    /// The chance to be beyond a bound of |z| at a time.
    fn beyond(&self, time: f64, bound: f64) -> f64 {
        let (edge, deviation) = (bound * time.sqrt(), (time - self.time).sqrt());
        let moved = self.drift * (time - self.time);
        let one = |[from, weight]: &[f64; 2]| {
            let at = from + moved;
            weight * (normal_cdf((at - edge) / deviation) + normal_cdf((-edge - at) / deviation))
        };
        self.places.iter().map(one).sum()
    }

    /// The bound that is crossed with a probability.
    fn bound(&self, time: f64, chance: f64) -> Result<f64> {
        // Where next to nothing is spent, nothing that could come crosses.
        if self.beyond(time, FARTHEST) >= chance {
            return Ok(FARTHEST);
        }
        root(0.0, FARTHEST, &|bound| self.beyond(time, bound) - chance)
    }

    /// Goes on to a look, and gives the chance to stop there.
    fn stop(&mut self, time: f64, bound: f64) -> f64 {
        let stops = self.beyond(time, bound);
        let edge = bound.min(FARTHEST + self.drift.abs()) * time.sqrt();
        let (step, moved) = (time - self.time, self.drift * (time - self.time));
        let deviation = step.sqrt();
        // Simpson's rule, fine beside this step and short ones that may come.
        let fine = deviation.min(0.1);
        let half = ((edge / fine * 12.0) as usize).clamp(40, 2000);
        let width = edge / half as f64;
        let place = |i: usize| {
            let at = (i as f64 - half as f64) * width;
            let simpson = if i == 0 || i == 2 * half { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
            let density = |[from, weight]: &[f64; 2]| {
                weight * normal_density((at - from - moved) / deviation) / deviation
            };
            let density: f64 = self.places.iter().map(density).sum();
            [at, density * simpson * width / 3.0]
        };
        self.places = (0..=2 * half).map(place).collect();
        self.time = time;
        stops
    }
}

/// A bound of z that is as good as none: 1 in 10¹⁵ crosses it.
const FARTHEST: f64 = 8.0;
