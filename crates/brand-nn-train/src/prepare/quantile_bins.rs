//! Numbers in classes of about the same size.

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, quantile, setting};
use crate::{Column, Result};

/// Puts numbers into bins that have about as many of the training rows each.
///
/// The edges are quantiles; a number on an edge is in the bin above it. Bins narrower than 1e-8 are
/// joined to the next, so that a column of few values gets fewer. The bins have numbers from 0;
/// `.then(OneHot::new())` makes a feature of each. Missing values are passed over and stay missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, QuantileBins, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![1.0, 2.0, 3.0, 400.0]))])?;
/// let bins = QuantileBins::new(2).fit(&table)?.transform(&table)?;
/// assert_eq!(bins.numbers("x bin")?, [0.0, 0.0, 1.0, 1.0].map(Some));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantileBins {
    bins: usize,
}

impl QuantileBins {
    /// Makes so many bins at most, 2 to 65536.
    #[must_use]
    pub fn new(bins: usize) -> Self {
        Self { bins }
    }
}

impl Transformer for QuantileBins {
    /// The edges between bins, in order.
    type State = Vec<f64>;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Vec<f64>> {
        if !(2..=1 << 16).contains(&self.bins) {
            return Err(setting("bins", self.bins, "2 to 65536"));
        }
        let values = input.sorted()?;
        let edge = |number: usize| quantile(&values, number as f64 / self.bins as f64);
        let all: Vec<f64> = (0..=self.bins).map(edge).collect();
        let wide = all.windows(2).filter(|pair| pair[1] - pair[0] > 1e-8).map(|pair| pair[1]);
        let mut edges: Vec<f64> = wide.collect();
        edges.pop(); // the last bin has no upper edge
        Ok(edges)
    }

    fn apply(&self, edges: &Vec<f64>, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let bin = |x: f64| edges.partition_point(|&edge| edge <= x) as f64;
        let values = input.numbers()?.into_iter().map(|value| value.map(bin));
        Ok(vec![(format!("{} bin", input.name), Column::F64(values.collect()))])
    }
}
