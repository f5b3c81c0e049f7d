//! What trees are to predict.

use crate::special::{log1pexp, logistic, logit};

/// What is predicted, and the loss whose slopes the trees follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Objective {
    /// A number, by half of its squared error.
    Squared,
    /// The probability of 1, of targets 0 and 1, by the log-loss of its log-odds.
    Logistic,
    /// A count or an amount of at least 0, by the Poisson loss of the logarithm of its rate.
    Poisson,
}

impl Objective {
    /// Which targets there may be.
    pub(super) fn targets(self) -> (&'static str, fn(f64) -> bool) {
        match self {
            Self::Squared => crate::door::FINITE,
            Self::Logistic => ("0 or 1", |y| y == 0.0 || y == 1.0),
            Self::Poisson => crate::door::NOT_NEGATIVE,
        }
    }

    /// The raw score that predicts a mean.
    pub(super) fn raw(self, mean: f64) -> f64 {
        match self {
            Self::Squared => mean,
            Self::Logistic => logit(mean),
            Self::Poisson => mean.ln(),
        }
    }

    /// The prediction of a raw score.
    pub(super) fn mean(self, raw: f64) -> f64 {
        match self {
            Self::Squared => raw,
            Self::Logistic => logistic(raw),
            Self::Poisson => raw.exp(),
        }
    }

    pub(super) fn loss(self, raw: f64, y: f64) -> f64 {
        match self {
            Self::Squared => 0.5 * (y - raw).powi(2),
            Self::Logistic => log1pexp(if y == 1.0 { -raw } else { raw }),
            Self::Poisson => raw.exp() - y * raw,
        }
    }

    /// The slope and the curvature of the loss.
    pub(super) fn slopes(self, raw: f64, y: f64) -> [f64; 2] {
        let mean = self.mean(raw);
        match self {
            Self::Squared => [raw - y, 1.0],
            Self::Logistic => [mean - y, mean * (1.0 - mean)],
            Self::Poisson => [mean - y, mean],
        }
    }
}
