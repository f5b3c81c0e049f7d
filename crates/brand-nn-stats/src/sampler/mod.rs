//! Draws from a density that is only known up to a factor, and whether to trust them.
//!
//! [`Nuts`] draws; [`r_hat`] and [`effective_sample_size`] say whether chains agree, and what so
//! many draws are worth.
//!
//! ```
//! use brand_nn_stats::sampler::Nuts;
//!
//! // A normal density of mean 3 and deviation 2, and its slope.
//! let log_density = |x: &[f64], slope: &mut [f64]| {
//!     let z = (x[0] - 3.0) / 2.0;
//!     slope[0] = -z / 2.0;
//!     -0.5 * z * z
//! };
//! let draws = Nuts { draws: 500, ..Nuts::new(42) }.sample(&[0.0], &log_density)?;
//! let summary = &draws.summaries()?[0];
//! assert!((summary.mean - 3.0).abs() < 0.3 && (summary.standard_deviation - 2.0).abs() < 0.3);
//! assert!(summary.r_hat < 1.02);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod adaptation;
mod diagnostics;
mod nuts;
mod trajectory;

pub use diagnostics::{Summary, effective_sample_size, r_hat};
pub use nuts::{Draws, Nuts};

/// The logarithm of a density up to a constant; its gradient goes into the second argument.
pub type LogDensity<'a> = dyn Fn(&[f64], &mut [f64]) -> f64 + Sync + 'a;
