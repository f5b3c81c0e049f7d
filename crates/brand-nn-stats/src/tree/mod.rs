//! Trees of questions that are added up, each mending what those before leave.
//!
//! ```
//! use brand_nn_stats::linear::Matrix;
//! use brand_nn_stats::tree::{GradientBoosting, Objective};
//!
//! // Buyers are those between 30 and 60, whom no straight line finds.
//! let age = Matrix::of(90, 1, |row, _| row as f64);
//! let buys: Vec<f64> = (0..90).map(|age| f64::from(u8::from(age >= 30 && age < 60))).collect();
//! let spec = GradientBoosting::new(Objective::Logistic);
//! let spec = GradientBoosting { min_samples_leaf: 5, ..spec };
//! let fitted = spec.fit(&age, &buys)?;
//! let chances = fitted.predict(&Matrix::new(3, 1, vec![10.0, 45.0, 80.0])?)?;
//! assert!(chances[0] < 0.01 && chances[1] > 0.99 && chances[2] < 0.01);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod binning;
mod boosting;
mod grow;
mod histogram;
mod objective;

pub use boosting::{FittedBoosting, GradientBoosting};
pub use grow::{Node, Tree};
pub use objective::Objective;
