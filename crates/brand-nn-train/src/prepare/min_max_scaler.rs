//! Numbers between two bounds.

use serde::{Deserialize, Serialize};

use super::standard_scaler::Scaling;
use super::{Input, Transformer, scale_of, setting};
use crate::{Column, Result};

/// Shifts and scales numbers so that the least and the largest fall on two bounds.
///
/// low + (x − min) / (max − min) · (high − low). New numbers may lie outside, unless
/// [`clip`](Self::clip) is said. A constant column becomes `low`. Missing values are passed over and
/// stay missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, MinMaxScaler, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![10.0, 20.0, 40.0, 10.0]))])?;
/// let scaled = MinMaxScaler::new().fit(&table.rows(&[0, 1])?)?.transform(&table)?;
/// assert_eq!(scaled.numbers("x")?, [Some(0.0), Some(1.0), Some(3.0), Some(0.0)]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinMaxScaler {
    low: f64,
    high: f64,
    clip: bool,
}

impl Default for MinMaxScaler {
    fn default() -> Self {
        Self { low: 0.0, high: 1.0, clip: false }
    }
}

impl MinMaxScaler {
    /// Scales to 0 and 1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bounds, 0 and 1 by default.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        (self.low, self.high) = (low, high);
        self
    }

    /// Puts new numbers that lie outside on the bounds.
    #[must_use]
    pub fn clip(mut self) -> Self {
        self.clip = true;
        self
    }
}

impl Transformer for MinMaxScaler {
    type State = Scaling;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Scaling> {
        let width = self.high - self.low;
        if !(width.is_finite() && width > 0.0) {
            let got = format!("{} and {}", self.low, self.high);
            return Err(setting("range", got, "a lower bound and a higher one"));
        }
        let values = input.sorted()?;
        let least = values[0];
        let scale = scale_of(values[values.len() - 1] - least) / width;
        Scaling::new(input, least - self.low * scale, scale)
    }

    fn apply(&self, state: &Scaling, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let (low, high) = if self.clip { (self.low, self.high) } else { (f64::MIN, f64::MAX) };
        input.map(|x| ((x - state.center) / state.scale).max(low).min(high))
    }
}
