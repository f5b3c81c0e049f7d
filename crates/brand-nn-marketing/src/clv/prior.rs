//! What is believed of a parameter before the data is seen.

use crate::{Result, door};
use serde::{Deserialize, Serialize};

/// A belief about a parameter above 0.
///
/// # Examples
/// ```
/// use brand_nn_marketing::clv::Prior;
/// let near_one = Prior::LogNormal { median: 1.0, deviation: 0.5 };
/// assert!(near_one.log_density(1.2) > near_one.log_density(12.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prior {
    /// Every value is as likely as any other: what is most likely is what maximum likelihood says.
    ///
    /// A posterior under it may be no distribution at all where the data says little.
    Flat,
    /// The logarithm is normal: two thirds lie within a factor of `exp(deviation)` of the median.
    LogNormal {
        /// Half of the belief is below it.
        median: f64,
        /// The deviation of the logarithm.
        deviation: f64,
    },
    /// A gamma distribution of mean shape / rate.
    Gamma {
        /// Its shape.
        shape: f64,
        /// Its rate.
        rate: f64,
    },
    /// The right half of a normal distribution: a penalty on squares, which draws towards 0.
    HalfNormal {
        /// The deviation of the whole.
        deviation: f64,
    },
}

const METHOD: &str = "prior";

impl Prior {
    /// The logarithm of the density at a parameter, up to a constant.
    #[must_use]
    pub fn log_density(self, x: f64) -> f64 {
        match self {
            Self::Flat => 0.0,
            Self::LogNormal { median, deviation } => {
                -0.5 * ((x / median).ln() / deviation).powi(2) - x.ln()
            }
            Self::Gamma { shape, rate } => (shape - 1.0) * x.ln() - rate * x,
            Self::HalfNormal { deviation } => -0.5 * (x / deviation).powi(2),
        }
    }

    /// Its derivative.
    pub(super) fn slope(self, x: f64) -> f64 {
        match self {
            Self::Flat => 0.0,
            Self::LogNormal { median, deviation } => {
                -((x / median).ln() / (deviation * deviation) + 1.0) / x
            }
            Self::Gamma { shape, rate } => (shape - 1.0) / x - rate,
            Self::HalfNormal { deviation } => -x / (deviation * deviation),
        }
    }

    /// The sum of the logarithms of all densities.
    pub(crate) fn log_densities(priors: &[Self], values: &[f64]) -> f64 {
        priors.iter().zip(values).map(|(prior, x)| prior.log_density(*x)).sum()
    }

    /// A prior for each of `N` parameters, of which one stands for all.
    pub(super) fn each<const N: usize>(priors: &[Self]) -> Result<[Self; N]> {
        let count: (_, fn(f64) -> bool) = ("one for all or one for each", |rest| rest == 0.0);
        let rest = if priors.len() == 1 { 0.0 } else { priors.len() as f64 - N as f64 };
        door::setting(METHOD, ("priors too many", rest), count, "in the order of the parameters")?;
        priors.iter().try_for_each(|prior| prior.check())?;
        Ok(std::array::from_fn(|i| priors[if priors.len() == 1 { 0 } else { i }]))
    }

    fn check(self) -> Result<()> {
        let settings = match self {
            Self::Flat => vec![],
            Self::LogNormal { median, deviation } => {
                vec![("median", median), ("deviation", deviation)]
            }
            Self::Gamma { shape, rate } => vec![("shape", shape), ("rate", rate)],
            Self::HalfNormal { deviation } => vec![("deviation", deviation)],
        };
        let help = "choose what you would have believed before the data";
        settings.into_iter().try_for_each(|it| door::setting(METHOD, it, door::POSITIVE, help))
    }
}
