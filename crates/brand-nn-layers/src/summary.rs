//! A network as a table: layers, output shapes, numbers of parameters, FLOPs.

use crate::network::Stage;
use brand_nn_autodiff::{ParamSet, Role};
use std::fmt;

/// A network as a table: layers, output shapes, numbers of parameters, FLOPs.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
///
/// let network = Sequential::new().add(dense(8)).add(dense(1)).build([4])?;
/// let summary = network.summary();
/// assert_eq!(summary.num_params(), 40 + 9);
/// assert!(summary.to_string().contains("dense_1"));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// One row a layer, in order.
    pub rows: Vec<SummaryRow>,
}

/// One layer of a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The layer's name in the network.
    pub name: String,
    /// The shape of one example's output, without the batch axis.
    pub output: Vec<usize>,
    /// The number of elements in its parameters.
    pub num_params: usize,
    /// How many of them an optimizer may change.
    pub num_trainable: usize,
    /// The operations of one example's way forward; see [`Layer::flops`](crate::Layer::flops).
    pub flops: Option<u64>,
}

impl Summary {
    pub(crate) fn of(stages: &[Stage]) -> Self {
        Self { rows: stages.iter().map(row).collect() }
    }

    /// The number of elements in all parameters.
    #[must_use]
    pub fn num_params(&self) -> usize {
        self.rows.iter().map(|row| row.num_params).sum()
    }

    /// How many of them an optimizer may change.
    #[must_use]
    pub fn num_trainable(&self) -> usize {
        self.rows.iter().map(|row| row.num_trainable).sum()
    }

    /// The operations of one example's way forward, as far as layers say.
    ///
    /// Two for each multiply-add of products and convolutions; with the way back it is three times as
    /// many, about.
    #[must_use]
    pub fn flops(&self) -> u64 {
        self.rows.iter().filter_map(|row| row.flops).fold(0, u64::saturating_add)
    }

    /// The bytes of all layers' outputs for one example, in f32: what a training holds of each, about.
    #[must_use]
    pub fn output_bytes(&self) -> usize {
        let bytes =
            |row: &SummaryRow| row.output.iter().fold(4, |n: usize, &len| n.saturating_mul(len));
        self.rows.iter().map(bytes).fold(0, usize::saturating_add)
    }
}

/// The row of one layer.
pub(crate) fn row(stage: &Stage) -> SummaryRow {
    let set = ParamSet::all(&stage.layer).unwrap_or_default();
    let count = |wanted: &[Role]| {
        let chosen = set.iter().filter(|param| wanted.contains(&param.role()));
        chosen.map(|param| param.shape().size()).sum()
    };
    SummaryRow {
        name: stage.name.clone(),
        output: stage.output.to_vec(),
        num_params: count(&[Role::Trainable, Role::Frozen]),
        num_trainable: count(&[Role::Trainable]),
        flops: stage.flops,
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = "─".repeat(72);
        writeln!(f, "{:<20}{:<22}{:>16}{:>14}\n{line}", "layer", "output", "parameters", "FLOPs")?;
        for row in &self.rows {
            let (output, count) = (batch_of(&row.output), thousands(row.num_params));
            let flops = row.flops.map_or("unknown".into(), short);
            writeln!(f, "{:<20}{output:<22}{count:>16}{flops:>14}", row.name)?;
        }
        writeln!(
            f,
            "{line}\n{} parameters, {} trainable, {:.1} MB as f32",
            thousands(self.num_params()),
            thousands(self.num_trainable()),
            self.num_params() as f64 * 4e-6,
        )?;
        let known = self.rows.iter().all(|row| row.flops.is_some());
        let (most, flops) = (if known { "" } else { "at least " }, short(self.flops()));
        let kilobytes = self.output_bytes() as f64 / 1e3;
        write!(f, "an example: {most}{flops} FLOPs forward, {kilobytes:.1} kB of outputs")
    }
}

/// `12345678` as `12.3 M`.
fn short(number: u64) -> String {
    let units = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let number = number as f64;
    match units.iter().find(|(size, _)| number >= *size) {
        Some((size, unit)) => format!("{:.1}{unit}", number / size),
        None => number.to_string(),
    }
}

/// `[100, 50]` as `[batch, 100, 50]`.
fn batch_of(example: &[usize]) -> String {
    let axes = example.iter().map(usize::to_string);
    format!("[{}]", std::iter::once("batch".to_owned()).chain(axes).collect::<Vec<_>>().join(", "))
}

/// `723361` as `723,361`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}
