//! How often each class was taken for each other.

use crate::{Result, metrics::classes};
use brand_nn_tensor::Tensor;
use std::fmt;

/// How often each class was taken for each other: rows are actual classes, columns predicted ones.
///
/// # Examples
/// ```
/// use brand_nn_train::ConfusionMatrix;
///
/// let matrix = ConfusionMatrix::of(&[1, 0, 1, 1], &[1, 0, 0, 1]); // predicted, actual
/// assert_eq!(matrix.count(0, 1), 1); // a 0 that was taken for a 1
/// assert_eq!(matrix.accuracy(), 0.75);
/// assert_eq!(matrix.recall(1), 1.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Vec<Vec<u64>>,
}

impl ConfusionMatrix {
    /// Counts predicted and actual classes, pair by pair.
    #[must_use]
    pub fn of(predicted: &[usize], actual: &[usize]) -> Self {
        let mut matrix = Self::default();
        matrix.add(predicted, actual);
        matrix
    }

    /// Counts the classes that outputs stand for: above one half for one column, else the largest.
    ///
    /// # Errors
    /// If there is not one target a row.
    pub fn of_probabilities(output: &Tensor, target: &Tensor) -> Result<Self> {
        let (predicted, actual) = classes(output, target, 0.5)?;
        Ok(Self::of(&predicted, &actual))
    }

    /// Counts more pairs; new classes make it larger.
    pub fn add(&mut self, predicted: &[usize], actual: &[usize]) {
        let largest = predicted.iter().chain(actual).max().map_or(0, |class| class + 1);
        let classes = largest.max(self.counts.len());
        self.counts.resize_with(classes, Vec::new);
        self.counts.iter_mut().for_each(|row| row.resize(classes, 0));
        predicted.iter().zip(actual).for_each(|(&p, &a)| self.counts[a][p] += 1);
    }

    /// The number of classes.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.counts.len()
    }

    /// How often `actual` was taken for `predicted`; 0 for classes that did not occur.
    #[must_use]
    pub fn count(&self, actual: usize, predicted: usize) -> u64 {
        self.counts.get(actual).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
    }

    /// The share that was right; not a number if nothing was counted.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.num_classes()).map(|class| self.count(class, class)).sum();
        right as f64 / self.total() as f64
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

    /// The harmonic mean of precision and recall, 2 p r / (p + r); 0 if both are.
    #[must_use]
    pub fn f1(&self, class: usize) -> f64 {
        share(2 * self.count(class, class), self.predicted(class) + self.actual(class))
    }

    /// How many were of the class.
    #[must_use]
    pub fn actual(&self, class: usize) -> u64 {
        (0..self.num_classes()).map(|predicted| self.count(class, predicted)).sum()
    }

    /// How many were taken for the class.
    #[must_use]
    pub fn predicted(&self, class: usize) -> u64 {
        (0..self.num_classes()).map(|actual| self.count(actual, class)).sum()
    }

    /// How many pairs were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = (0..self.num_classes()).map(|c| format!("{c:>8}")).collect();
        write!(f, "{:<18}{}", "actual \\ predicted", columns.concat())?;
        for (class, row) in self.counts.iter().enumerate() {
            let cells: Vec<_> = row.iter().map(|count| format!("{count:>8}")).collect();
            write!(f, "\n{class:>18}{}", cells.concat())?;
        }
        Ok(())
    }
}
