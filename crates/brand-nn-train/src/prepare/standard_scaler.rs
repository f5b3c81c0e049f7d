//! Numbers with mean 0 and deviation 1.

use serde::{Deserialize, Serialize};

use super::{Input, Transformer};
use crate::{Column, Error, Result};

/// Shifts and scales numbers to mean 0 and standard deviation 1.
///
/// (x − mean) / std, std being divided by n. A constant column is only shifted. Missing values are
/// passed over and stay missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, StandardScaler, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![1.0, 3.0]))])?;
/// let scaled = StandardScaler::new().fit(&table)?.transform(&table)?;
/// assert_eq!(scaled.numbers("x")?, [Some(-1.0), Some(1.0)]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardScaler {}

impl StandardScaler {
    /// Has no settings.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }
}

/// What a scaler has learnt of a column: x becomes (x − center) / scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scaling {
    /// What is taken off.
    pub center: f64,
    /// What the rest is divided by.
    pub scale: f64,
}

impl Scaling {
    /// Checks that numbers were not too large to compute with.
    pub(crate) fn new(input: &Input<'_>, center: f64, scale: f64) -> Result<Self> {
        if center.is_finite() && scale.is_finite() {
            return Ok(Self { center, scale });
        }
        Err(Error::Data {
            what: "a column to scale",
            got: format!("numbers up to 1e308 in {}", input.name),
            expected: "numbers whose squares are finite",
            help: "divide the column by a constant, or take logarithms",
        })
    }

    pub(crate) fn apply(self, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        input.map(|x| (x - self.center) / self.scale)
    }
}

impl Transformer for StandardScaler {
    type State = Scaling;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Scaling> {
        let values = input.sorted()?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        // What rounding alone makes of a constant column.
        let noise = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
        let is_constant = variance <= noise && noise.is_finite();
        Scaling::new(input, mean, if is_constant { 1.0 } else { variance.sqrt() })
    }

    fn apply(&self, state: &Scaling, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        state.apply(input)
    }
}
