//! Numbers scaled by their middle half, whatever a few extreme ones are.

use serde::{Deserialize, Serialize};

use super::standard_scaler::Scaling;
use super::{Input, Transformer, quantile, scale_of, setting};
use crate::{Column, Result};

/// Shifts numbers by their median and scales them by a range between quantiles.
///
/// (x − median) / (q₃ − q₁). Take it where a few extreme values would spoil mean and deviation. A
/// column whose quantiles are equal is only shifted. Missing values are passed over and stay
/// missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, RobustScaler, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![1.0, 2.0, 3.0, 4.0, 1000.0]))])?;
/// let scaled = RobustScaler::new().fit(&table)?.transform(&table)?;
/// assert_eq!(scaled.numbers("x")?[..3], [Some(-1.0), Some(-0.5), Some(0.0)]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RobustScaler {
    low: f64,
    high: f64,
}

impl Default for RobustScaler {
    fn default() -> Self {
        Self { low: 0.25, high: 0.75 }
    }
}

impl RobustScaler {
    /// Scales by the range between the quartiles.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The shares of the values below the range and up to its end; 0.25 and 0.75 by default.
    #[must_use]
    pub fn quantiles(mut self, low: f64, high: f64) -> Self {
        (self.low, self.high) = (low, high);
        self
    }
}

impl Transformer for RobustScaler {
    type State = Scaling;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Scaling> {
        if !(0.0 <= self.low && self.low < self.high && self.high <= 1.0) {
            let got = format!("{} and {}", self.low, self.high);
            return Err(setting("quantiles", got, "two shares from 0 to 1, the lower one first"));
        }
        let values = input.sorted()?;
        let width = quantile(&values, self.high) - quantile(&values, self.low);
        Scaling::new(input, quantile(&values, 0.5), scale_of(width))
    }

    fn apply(&self, state: &Scaling, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        state.apply(input)
    }
}
