//! Gradient boosting: each tree follows the slope of the loss that is left.

use super::binning::columns;
use super::grow::{Grower, Tree};
use super::histogram::Limits;
use super::objective::Objective;
use crate::linear::Matrix;
use crate::{Error, Result, door};
use brand_nn_kernels::{philox, threads};

/// The settings of gradient-boosted trees on binned columns.
///
/// As scikit-learn's `HistGradientBoosting`: up to 255 bins a column, leaves split where the loss
/// falls most, values missing (NaN) go the way that is better. Friedman 2001; Ke and others,
/// "LightGBM", 2017. Results do not depend on the number of threads.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::Matrix;
/// use brand_nn_stats::tree::{GradientBoosting, Objective};
///
/// let x = Matrix::of(200, 1, |row, _| row as f64);
/// let y: Vec<f64> = (0..200).map(|row| if row < 80 { 1.0 } else { 5.0 }).collect();
/// let fitted = GradientBoosting::new(Objective::Squared).fit(&x, &y)?;
/// let predicted = fitted.predict(&Matrix::new(2, 1, vec![3.0, 150.0])?)?;
/// assert!((predicted[0] - 1.0).abs() < 1e-3 && (predicted[1] - 5.0).abs() < 1e-3);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "GBDT")]
pub struct GradientBoosting {
    /// What is predicted.
    pub objective: Objective,
    /// How much of its answer a tree may add; 0.1 by default.
    pub learning_rate: f64,
    /// The most trees; 100 by default.
    pub max_trees: usize,
    /// The most leaves of a tree; 31 by default.
    pub max_leaves: usize,
    /// The fewest rows of a leaf; 20 by default.
    pub min_samples_leaf: usize,
    /// What the square of a leaf's answer costs; 0 by default.
    pub l2: f64,
    /// The most bins of a column, from 2 to 255; 255 by default.
    pub max_bins: usize,
    /// After how many trees that do not help it stops; never, by default.
    pub patience: Option<usize>,
    /// The share of rows that judge whether trees help; 0.1 by default.
    pub validation_share: f64,
    /// What the draw of those rows is a function of; 0 by default.
    pub seed: u64,
}

/// Trees that were grown.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedBoosting {
    /// What is predicted.
    pub objective: Objective,
    /// The raw score to which trees add.
    pub baseline: f64,
    /// The trees, in order.
    pub trees: Vec<Tree>,
    /// The share of all gains that each column brought; all 0 if nothing was split.
    pub importances: Vec<f64>,
    /// The mean loss on the training rows after each tree.
    pub training_losses: Vec<f64>,
    /// The mean loss on the judging rows after each tree; empty without patience.
    pub validation_losses: Vec<f64>,
}

const OP: &str = "GradientBoosting::fit";

impl GradientBoosting {
    /// The default settings for an objective.
    #[must_use]
    pub fn new(objective: Objective) -> Self {
        Self {
            objective,
            learning_rate: 0.1,
            max_trees: 100,
            max_leaves: 31,
            min_samples_leaf: 20,
            l2: 0.0,
            max_bins: 255,
            patience: None,
            validation_share: 0.1,
            seed: 0,
        }
    }

    /// Fits `[rows, num_features]`, where NaN is missing, to a target a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is infinite, a target is not what the objective takes, all
    /// targets are the same, or a setting is outside its range.
    pub fn fit(&self, x: &Matrix, y: &[f64]) -> Result<FittedBoosting> {
        self.check(x, y)?;
        let (training, judging) = self.divided(x.rows())?;
        let mean = door::mean(training.iter().map(|row| y[*row as usize]));
        let baseline = self.objective.raw(mean);
        if !baseline.is_finite() {
            let case = "all targets of the training rows are the same";
            return Err(Error::Undefined { op: OP, case, help: "bring rows of other targets" });
        }
        let mut run = Run::new(self, x, y, baseline);
        for _ in 0..self.max_trees {
            run.add_tree(&training, &judging);
            if run.is_over(&judging) {
                break;
            }
        }
        Ok(run.finished(x.cols(), &judging))
    }

    fn check(&self, x: &Matrix, y: &[f64]) -> Result<()> {
        door::some(OP, "rows", x.rows())?;
        door::some(OP, "columns", x.cols())?;
        door::len(OP, "targets", y.len(), x.rows())?;
        door::every(OP, "target", y, self.objective.targets())?;
        door::every(
            OP,
            "number",
            x.data(),
            ("finite, or NaN where missing", |x| !x.is_infinite()),
        )?;
        door::positive(OP, "learning_rate", self.learning_rate)?;
        door::not_negative(OP, "l2", self.l2)?;
        door::inside(OP, "validation_share", self.validation_share)?;
        door::at_least(OP, "max_trees", self.max_trees, 1)?;
        door::at_least(OP, "max_leaves", self.max_leaves, 2)?;
        door::at_least(OP, "min_samples_leaf", self.min_samples_leaf, 1)?;
        if !(2..=255).contains(&self.max_bins) || x.rows() > u32::MAX as usize {
            let (setting, got) = ("max_bins", self.max_bins as f64);
            let (expected, help) = ("from 2 to 255, of at most 2³² − 1 rows", "take 255");
            return Err(Error::Setting { op: OP, setting, got, expected, help });
        }
        if y.iter().all(|other| *other == y[0]) {
            let case = "all targets are the same";
            return Err(Error::Undefined { op: OP, case, help: "there is nothing to learn" });
        }
        Ok(())
    }

    /// The rows that trees learn from, and those that judge them.
    fn divided(&self, rows: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let all = 0..rows as u32;
        if self.patience.is_none() {
            return Ok((all.collect(), Vec::new()));
        }
        let limit = (self.validation_share * 4_294_967_296.0) as u32;
        let (judging, training): (Vec<u32>, Vec<u32>) =
            all.partition(|row| philox(self.seed, u128::from(*row))[0] < limit);
        door::some(OP, "rows to judge with", judging.len())?;
        door::some(OP, "rows to learn from", training.len())?;
        Ok((training, judging))
    }
}

/// What changes from tree to tree.
struct Run<'a> {
    spec: &'a GradientBoosting,
    x: &'a Matrix,
    y: &'a [f64],
    columns: Vec<super::binning::Column>,
    raw: Vec<f64>,
    gains: Vec<f64>,
    fitted: FittedBoosting,
}

impl<'a> Run<'a> {
    fn new(spec: &'a GradientBoosting, x: &'a Matrix, y: &'a [f64], baseline: f64) -> Self {
        let fitted = FittedBoosting {
            objective: spec.objective,
            baseline,
            trees: Vec::new(),
            importances: Vec::new(),
            training_losses: Vec::new(),
            validation_losses: Vec::new(),
        };
        let columns = columns(x, spec.max_bins);
        Self {
            spec,
            x,
            y,
            columns,
            raw: vec![baseline; x.rows()],
            gains: vec![0.0; x.cols()],
            fitted,
        }
    }

    fn add_tree(&mut self, training: &[u32], judging: &[u32]) {
        let objective = self.spec.objective;
        let slopes: Vec<[f64; 2]> =
            self.raw.iter().zip(self.y).map(|(raw, y)| objective.slopes(*raw, *y)).collect();
        let limits = Limits { min_samples: self.spec.min_samples_leaf as f64, l2: self.spec.l2 };
        let grower = Grower {
            columns: &self.columns,
            slopes: &slopes,
            limits,
            max_leaves: self.spec.max_leaves,
            learning_rate: self.spec.learning_rate,
        };
        let grown = grower.grow(training.to_vec());
        for (range, value) in grown.leaves {
            grown.rows[range].iter().for_each(|row| self.raw[*row as usize] += value);
        }
        for row in judging {
            self.raw[*row as usize] += grown.tree.answer(self.x.row(*row as usize));
        }
        self.gains.iter_mut().zip(&grown.gains).for_each(|(sum, gain)| *sum += gain);
        self.fitted.training_losses.push(self.mean_loss(training));
        if !judging.is_empty() {
            self.fitted.validation_losses.push(self.mean_loss(judging));
        }
        self.fitted.trees.push(grown.tree);
    }

    fn mean_loss(&self, rows: &[u32]) -> f64 {
        let loss = |row: &u32| {
            let row = *row as usize;
            self.spec.objective.loss(self.raw[row], self.y[row])
        };
        door::mean(rows.iter().map(loss))
    }

    /// Whether the last tree asked nothing, or the judges have waited long enough.
    fn is_over(&self, judging: &[u32]) -> bool {
        let is_stump = self.fitted.trees.last().is_some_and(|tree| tree.nodes().len() == 1);
        let waited = self.fitted.validation_losses.len() - best(&self.fitted.validation_losses);
        is_stump || (!judging.is_empty() && self.spec.patience.is_some_and(|most| waited > most))
    }

    /// With patience only the trees up to the best are kept.
    fn finished(mut self, cols: usize, judging: &[u32]) -> FittedBoosting {
        if !judging.is_empty() {
            self.fitted.trees.truncate(best(&self.fitted.validation_losses) + 1);
        }
        let total: f64 = self.gains.iter().sum();
        let share = |i: usize| if total > 0.0 { self.gains[i] / total } else { 0.0 };
        self.fitted.importances = (0..cols).map(share).collect();
        self.fitted
    }
}

/// Where the first of the smallest losses stands.
fn best(losses: &[f64]) -> usize {
    (1..losses.len()).fold(0, |best, i| if losses[i] < losses[best] { i } else { best })
}

/// Rows of one task.
const TASK: usize = 1024;

impl FittedBoosting {
    /// The mean, the probability or the rate of each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is infinite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        let raw = self.predict_raw(x)?;
        Ok(raw.into_iter().map(|raw| self.objective.mean(raw)).collect())
    }

    /// The raw score of each row: the mean, its log-odds or its logarithm.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_raw(&self, x: &Matrix) -> Result<Vec<f64>> {
        let asked = self.trees.iter().map(Tree::num_columns).max().unwrap_or(0);
        door::len("predict", "columns", x.cols(), self.importances.len().max(asked))?;
        let finite = ("finite, or NaN where missing", (|x| !x.is_infinite()) as fn(f64) -> bool);
        door::every("predict", "number", x.data(), finite)?;
        let of_row = |row: usize| {
            let answers = self.trees.iter().map(|tree| tree.answer(x.row(row)));
            answers.fold(self.baseline, |sum, answer| sum + answer)
        };
        let parts = threads::map(x.rows().div_ceil(TASK), |task| {
            let rows = task * TASK..x.rows().min((task + 1) * TASK);
            rows.map(of_row).collect::<Vec<_>>()
        });
        Ok(parts.concat())
    }
}
