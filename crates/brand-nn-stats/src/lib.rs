//! Classical methods on slices of numbers, from metrics to regressions, clusters and trees.
//!
//! | module | what is in it |
//! |---|---|
//! | [`metrics`] | measures of classes, scores, numbers, rankings, texts, clusters and uplift |
//! | [`bootstrap`] | intervals of confidence for any statistic |
//! | [`cluster`] | k-means, mixtures, DBSCAN, trees of merges |
//! | [`decompose`] | principal components |
//! | [`distribution`] | fifteen distributions: density, quantile, draws, fits |
//! | [`hypothesis`] | tests, intervals of shares, sample sizes, corrections |
//! | [`linear`] | small dense matrices: equations, least squares, eigenvalues |
//! | [`optimize`] | smallest values of functions, largest likelihoods |
//! | [`regression`] | linear, ridge, elastic net, logistic, multinomial, Poisson |
//! | [`sampler`] | the no-U-turn sampler, with R-hat and effective sizes |
//! | [`series`] | autocorrelation, Holt-Winters, local levels, changes |
//! | [`special`] | gamma, beta, error and hypergeometric functions |
//! | [`survival`] | Kaplan-Meier, Nelson-Aalen, log-rank, Cox |
//! | [`tree`] | gradient-boosted trees |
//!
//! Measures, intervals and special functions are always there; the feature `methods`, which is on
//! unless default features are refused, brings the rest.
//!
//! ```
//! use brand_nn_stats::{bootstrap::Bootstrap, metrics::accuracy};
//!
//! let (predicted, actual) = ([0, 1, 1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 1, 1, 0, 1]);
//! let interval = Bootstrap::new(42).percentile(8, &|rows| {
//!     let of = |classes: &[usize]| rows.iter().map(|&row| classes[row]).collect::<Vec<_>>();
//!     accuracy(&of(&predicted), &of(&actual))
//! })?;
//! assert_eq!(interval.estimate, 0.75);
//! assert!(interval.lower < 0.75 && interval.upper > 0.75);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

pub mod bootstrap;
#[cfg(feature = "methods")]
pub mod cluster;
#[cfg(feature = "methods")]
pub mod decompose;
#[cfg(feature = "methods")]
pub mod distribution;
#[cfg_attr(not(feature = "methods"), allow(dead_code, reason = "the methods ask for most"))]
mod door;
mod error;
#[cfg(feature = "methods")]
pub mod hypothesis;
#[cfg(feature = "methods")]
pub mod linear;
pub mod metrics;
#[cfg(feature = "methods")]
pub mod optimize;
#[cfg(feature = "methods")]
pub mod regression;
#[cfg(feature = "methods")]
pub mod sampler;
#[cfg(feature = "methods")]
pub mod series;
pub mod special;
#[cfg(feature = "methods")]
pub mod survival;
#[cfg(feature = "methods")]
pub mod tree;

pub use error::{Error, Result};
