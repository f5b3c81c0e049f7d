//! Tests of hypotheses, intervals of shares, sample sizes and corrections for many tests.
//!
//! | question | use |
//! |---|---|
//! | do two shares differ? | [`two_proportion_z_test`], exactly: [`fisher_exact_test`] |
//! | is a share this one? | [`binomial_test`], its interval: [`wilson`], [`clopper_pearson`] |
//! | by how much do shares differ? | [`newcombe`] |
//! | do two means differ? | [`welch_t_test`], of equal variances [`pooled_t_test`] |
//! | did pairs change? | [`paired_t_test`] |
//! | do many means differ? | [`anova`] |
//! | is one sample larger, whatever its shape? | [`mann_whitney_u_test`] |
//! | are many alike, whatever their shape? | [`kruskal_wallis_test`] |
//! | do counts follow given shares? | [`chi_squared_fit_test`], also for sample-ratio mismatch |
//! | do rows and columns depend? | [`chi_squared_independence_test`] |
//! | how many must take part? | [`Design`] |
//! | which of many are real? | [`Correction`] |
//! | may I look several times? | [`Spending`], [`BoundShape`] |
//!
//! Differences are first minus second, everywhere. One more test is a function with a row in
//! `tests/suite/hypothesis.rs`.

mod anova;
mod chi_squared;
mod correction;
mod exact;
mod mean;
mod power;
mod proportion;
mod rank;
mod sequential;

pub use anova::anova;
pub use chi_squared::{chi_squared_fit_test, chi_squared_independence_test};
pub use correction::Correction;
pub use exact::{binomial_test, fisher_exact_test};
pub use mean::{MeanTest, Sample, one_sample_t_test, paired_t_test, pooled_t_test, welch_t_test};
pub use power::Design;
pub use proportion::{Proportion, clopper_pearson, newcombe, two_proportion_z_test, wilson};
pub use rank::{kruskal_wallis_test, mann_whitney_u_test};
pub use sequential::{BoundShape, SequentialBounds, Spending};

use crate::distribution::Distribution;

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TestResult {
    /// The number that is compared with its distribution.
    pub statistic: f64,
    /// Degrees of freedom of that distribution; ∞ for a normal or an exact one.
    pub degrees: f64,
    /// The probability of a statistic at least as extreme if nothing is behind it.
    pub p_value: f64,
}

/// Which differences count as extreme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Alternative {
    /// Either direction.
    #[default]
    TwoSided,
    /// The first is smaller.
    Less,
    /// The first is larger.
    Greater,
}

impl Alternative {
    /// The probability of what is as extreme, under a distribution that is symmetric around 0.
    fn p_value(self, of: &dyn Distribution, statistic: f64) -> f64 {
        match self {
            Self::TwoSided => (2.0 * of.survival(statistic.abs())).min(1.0),
            Self::Less => of.cdf(statistic),
            Self::Greater => of.survival(statistic),
        }
    }
}
