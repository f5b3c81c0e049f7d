//! Numbers in the order of time: how they remember, go on, and change.
//!
//! | question | use |
//! |---|---|
//! | does a value tell of later ones? | [`autocorrelation`], [`partial_autocorrelation`] |
//! | is anything left but noise? | [`ljung_box_test`] |
//! | how does it go on, with trend and season? | [`HoltWinters`] |
//! | when did its level change? | [`change_points`] |
//! | how far do other series explain it? | [`LocalLevel`] |
//!
//! ```
//! use brand_nn_stats::series::{HoltWinters, Seasonal};
//!
//! // Three years of quarters that rise by one each and peak in winter.
//! let season = [3.0, -1.0, -4.0, 2.0];
//! let sales: Vec<f64> = (0..12).map(|i| 20.0 + i as f64 + season[i % 4]).collect();
//! let fitted = HoltWinters::seasonal(Seasonal::Additive, 4).fit(&sales)?;
//! let next = fitted.forecast(4);
//! for (i, value) in next.iter().enumerate() {
//!     assert!((value - (32.0 + i as f64 + season[i])).abs() < 0.1);
//! }
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod autocorrelation;
mod change_point;
mod holt_winters;
mod kalman;
mod local_level;
mod smoothing;

pub use autocorrelation::{autocorrelation, ljung_box_test, partial_autocorrelation};
pub use change_point::change_points;
pub use holt_winters::{FittedHoltWinters, HoltWinters};
pub use local_level::{FollowedLevel, Forecast, LocalLevel, Variances};
pub use smoothing::{Seasonal, Smoothing, States, Trend};
