//! How often each class was taken for each other, with the measures that follow from it.

use crate::{Error, Result, door};
use std::fmt;

/// The largest class a matrix takes: a square of this side is half a gigabyte.
const LARGEST_CLASS: usize = (1 << 13) - 1;

/// How the measures of several classes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Average {
    /// That of class 1 alone: for yes and no.
    #[default]
    Binary,
    /// The mean over all classes that occur.
    Macro,
    /// That of all decisions taken together, which is the accuracy.
    Micro,
    /// The mean over all classes, each counted as often as it occurs.
    Weighted,
}

/// How much a disagreement of ordered classes counts in [`cohen_kappa`](super::cohen_kappa).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KappaWeights {
    /// Every disagreement as 1: classes have no order.
    #[default]
    Plain,
    /// The distance of the classes.
    Linear,
    /// The square of the distance of the classes.
    Quadratic,
}

/// How often each class was taken for each other: rows are actual classes, columns predicted ones.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::ConfusionMatrix;
///
/// let matrix = ConfusionMatrix::of(&[1, 0, 1, 1], &[1, 0, 0, 1])?; // predicted, actual
/// assert_eq!(matrix.count(0, 1), 1.0); // a 0 that was taken for a 1
/// assert_eq!(matrix.accuracy()?, 0.75);
/// assert_eq!(matrix.recall(1), 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfusionMatrix {
    /// Row-major, `num_classes` squared.
    counts: Vec<f64>,
    num_classes: usize,
}

impl ConfusionMatrix {
    /// Counts predicted and actual classes, pair by pair.
    ///
    /// # Errors
    /// As [`add`](Self::add), and if there is no pair.
    pub fn of(predicted: &[usize], actual: &[usize]) -> Result<Self> {
        Self::weighted(predicted, actual, &vec![1.0; actual.len()])
    }

    /// Counts pairs by their weights.
    ///
    /// # Errors
    /// As [`of`](Self::of), and if a weight is negative or not finite, or all are zero.
    pub fn weighted(predicted: &[usize], actual: &[usize], weights: &[f64]) -> Result<Self> {
        door::some(OP, "classes", actual.len())?;
        door::weights(OP, weights, actual.len())?;
        let mut matrix = Self::default();
        matrix.add_weighted(predicted, actual, weights)?;
        Ok(matrix)
    }

    /// Counts more pairs; new classes make the matrix larger.
    ///
    /// # Errors
    /// If there are more of one than of the other, or a class is above 8191.
    pub fn add(&mut self, predicted: &[usize], actual: &[usize]) -> Result<()> {
        self.add_weighted(predicted, actual, &vec![1.0; actual.len()])
    }

    fn add_weighted(
        &mut self,
        predicted: &[usize],
        actual: &[usize],
        weights: &[f64],
    ) -> Result<()> {
        door::len(OP, "predicted classes", predicted.len(), actual.len())?;
        let largest = class_limit(predicted)?.max(class_limit(actual)?);
        self.grow(largest);
        for ((&p, &a), weight) in predicted.iter().zip(actual).zip(weights) {
            self.counts[a * self.num_classes + p] += weight;
        }
        Ok(())
    }

    fn grow(&mut self, classes: usize) {
        if classes <= self.num_classes {
            return;
        }
        let mut counts = vec![0.0; classes * classes];
        for (actual, row) in self.counts.chunks(self.num_classes.max(1)).enumerate() {
            counts[actual * classes..][..row.len()].copy_from_slice(row);
        }
        (self.counts, self.num_classes) = (counts, classes);
    }

    /// The number of classes.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.num_classes
    }

    /// How often `actual` was taken for `predicted`; 0 for classes that did not occur.
    #[must_use]
    pub fn count(&self, actual: usize, predicted: usize) -> f64 {
        let inside = actual < self.num_classes && predicted < self.num_classes;
        if inside { self.counts[actual * self.num_classes + predicted] } else { 0.0 }
    }

    /// How many were of the class.
    #[must_use]
    pub fn actual(&self, class: usize) -> f64 {
        (0..self.num_classes).map(|predicted| self.count(class, predicted)).sum()
    }

    /// How many were taken for the class.
    #[must_use]
    pub fn predicted(&self, class: usize) -> f64 {
        (0..self.num_classes).map(|actual| self.count(actual, class)).sum()
    }

    /// How many pairs were counted.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// How many pairs were right.
    fn right(&self) -> f64 {
        (0..self.num_classes).map(|class| self.count(class, class)).sum()
    }

    /// The share that was right.
    ///
    /// # Errors
    /// If nothing was counted.
    pub fn accuracy(&self) -> Result<f64> {
        self.filled("accuracy")?;
        Ok(self.right() / self.total())
    }

    /// The mean of the recalls of all classes that occur.
    ///
    /// # Errors
    /// If nothing was counted.
    pub fn balanced_accuracy(&self) -> Result<f64> {
        self.filled("balanced_accuracy")?;
        let occurs = |class: &usize| self.actual(*class) > 0.0;
        let recalls: Vec<_> =
            (0..self.num_classes).filter(occurs).map(|class| self.recall(class)).collect();
        Ok(door::mean(recalls.into_iter()))
    }

    /// Of what was taken for the class, the share that was of it; 0 if nothing was.
    #[must_use]
    pub fn precision(&self, class: usize) -> f64 {
        share(self.count(class, class), self.predicted(class))
    }

    /// Of what was of the class, the share that was taken for it; 0 if nothing was.
    #[must_use]
    pub fn recall(&self, class: usize) -> f64 {
        share(self.count(class, class), self.actual(class))
    }

    /// (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of a class; 0 if none was found.
    ///
    /// A recall counts β times as much as a precision.
    #[must_use]
    pub fn f_beta(&self, class: usize, beta: f64) -> f64 {
        let square = beta * beta;
        let found = (1.0 + square) * self.count(class, class);
        share(found, square * self.actual(class) + self.predicted(class))
    }

    /// One number of a measure of each class.
    ///
    /// # Errors
    /// If nothing was counted, [`Average::Binary`] meets a class above 1, or a measure isn't finite.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::metrics::{Average, ConfusionMatrix};
    ///
    /// let matrix = ConfusionMatrix::of(&[0, 0, 1, 2], &[0, 1, 1, 2])?;
    /// let recall = matrix.average(Average::Macro, |class| matrix.recall(class))?;
    /// assert!((recall - 2.5 / 3.0).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    pub fn average(&self, average: Average, measure: impl Fn(usize) -> f64) -> Result<f64> {
        self.filled("average")?;
        let measures: Vec<_> = (0..self.num_classes.max(2)).map(measure).collect();
        door::every("average", "measure of class", &measures, door::FINITE)?;
        self.average_of(average, &measures)
    }

    fn average_of(&self, average: Average, measures: &[f64]) -> Result<f64> {
        let classes = 0..self.num_classes;
        match average {
            Average::Binary if self.num_classes > 2 => Err(Error::Setting {
                op: "average",
                setting: "classes for Average::Binary",
                got: self.num_classes as f64,
                expected: "two",
                help: "use Average::Macro, Micro or Weighted for several classes",
            }),
            Average::Binary => Ok(measures[1]),
            Average::Micro => self.accuracy(),
            Average::Macro => {
                let occurs = |class: &usize| self.actual(*class) + self.predicted(*class) > 0.0;
                let present: Vec<_> = classes.filter(occurs).map(|class| measures[class]).collect();
                Ok(door::mean(present.into_iter()))
            }
            Average::Weighted => {
                let weighted = classes.map(|class| measures[class] * self.actual(class));
                Ok(weighted.sum::<f64>() / self.total())
            }
        }
    }

    /// Matthews' correlation of predicted and actual classes; 0 if one of them is constant.
    ///
    /// (N Σ cₖₖ − Σ pₖ aₖ) / √((N² − Σ pₖ²) (N² − Σ aₖ²)), Gorodkin 2004.
    ///
    /// # Errors
    /// If nothing was counted.
    pub fn mcc(&self) -> Result<f64> {
        self.filled("mcc")?;
        let (actual, predicted) = self.margins();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let total = self.total();
        let covariance = self.right() * total - dot(&actual, &predicted);
        let spread =
            (total * total - dot(&actual, &actual)) * (total * total - dot(&predicted, &predicted));
        Ok(share(covariance, spread.sqrt()))
    }

    /// Cohen's kappa: how much more two raters agree than by chance.
    ///
    /// 1 − Σ wᵢⱼ cᵢⱼ / Σ wᵢⱼ eᵢⱼ with the counts e that independent raters would give.
    ///
    /// # Errors
    /// If nothing was counted, or both raters know but one class, the same.
    pub fn kappa(&self, weights: KappaWeights) -> Result<f64> {
        self.filled("cohen_kappa")?;
        let (actual, predicted) = self.margins();
        let (mut observed, mut expected) = (0.0, 0.0);
        for (a, row) in self.counts.chunks(self.num_classes).enumerate() {
            for (p, count) in row.iter().enumerate() {
                let weight = weights.of(a.abs_diff(p) as f64);
                observed += weight * count;
                expected += weight * actual[a] * predicted[p];
            }
        }
        if expected > 0.0 {
            return Ok(1.0 - observed * self.total() / expected);
        }
        let case = "both raters only give one class";
        Err(Error::Undefined { op: "cohen_kappa", case, help: "report the accuracy, it is 1" })
    }

    /// How many were of each class, and how many were taken for each.
    fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let classes = 0..self.num_classes;
        let actual = classes.clone().map(|class| self.actual(class)).collect();
        (actual, classes.map(|class| self.predicted(class)).collect())
    }

    fn filled(&self, op: &'static str) -> Result<()> {
        door::some(op, "pairs of classes", usize::from(self.total() > 0.0))
    }
}

const OP: &str = "confusion_matrix";

/// One more than the largest class.
fn class_limit(classes: &[usize]) -> Result<usize> {
    let too_large = classes.iter().position(|&class| class > LARGEST_CLASS);
    if let Some(index) = too_large {
        let (got, expected) = (classes[index] as f64, "a class from 0 to 8191");
        return Err(Error::Value { op: OP, what: "class", index, got, expected });
    }
    Ok(classes.iter().max().map_or(0, |class| class + 1))
}

impl KappaWeights {
    fn of(self, distance: f64) -> f64 {
        match self {
            Self::Plain => f64::from(distance > 0.0),
            Self::Linear => distance,
            Self::Quadratic => distance * distance,
        }
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = (0..self.num_classes).map(|c| format!("{c:>8}")).collect();
        write!(f, "{:<18}{}", "actual \\ predicted", columns.concat())?;
        for (class, row) in self.counts.chunks(self.num_classes.max(1)).enumerate() {
            let cells: Vec<_> = row.iter().map(|count| format!("{count:>8}")).collect();
            write!(f, "\n{class:>18}{}", cells.concat())?;
        }
        Ok(())
    }
}
