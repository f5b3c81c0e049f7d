//! What learns who leaves, and how much each feature moves the log-odds of a customer.

use super::Perceptron;
use crate::Result;
use crate::dense::DenseLayers;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::regression::{FittedLogistic, LogisticRegression};
use brand_nn_stats::special::logistic;
use brand_nn_stats::tree::{FittedBoosting, GradientBoosting, Node, Tree};
use serde::{Deserialize, Serialize};

const METHOD: &str = "churn model";

/// How chances are learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Learner {
    /// Logistic regression with the C of its penalty.
    Logistic(f64),
    /// Boosted trees.
    Trees(GradientBoosting),
    /// A network.
    Neural(Perceptron),
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Learnt {
    /// A coefficient a feature.
    Logistic(FittedLogistic),
    /// Trees, with the mean answer below each of their nodes.
    Trees { trees: FittedBoosting, means: Vec<Vec<f64>> },
    /// A network, with how much each feature matters to it.
    Neural { layers: DenseLayers, importances: Vec<f64> },
}

impl Learner {
    pub(super) fn fit(&self, x: &Matrix, left: &[bool]) -> Result<Learnt> {
        match self {
            &Self::Logistic(inverse_penalty) => {
                let regression = LogisticRegression { inverse_penalty, intercept: true };
                Ok(Learnt::Logistic(regression.fit(x, left)?))
            }
            Self::Trees(boosting) => {
                let targets: Vec<f64> =
                    left.iter().map(|left| f64::from(u8::from(*left))).collect();
                let trees = boosting.fit(x, &targets)?;
                let means = trees.trees.iter().map(|tree| means(tree, x)).collect();
                Ok(Learnt::Trees { trees, means })
            }
            Self::Neural(network) => {
                let layers = network.fit(x, left)?;
                // A few hundred customers tell what matters.
                let rows = (0..x.rows()).step_by(x.rows().div_ceil(500));
                let effects = rows.map(|row| layers.effects(x.row(row)));
                let importances = shares(effects.fold(vec![0.0; x.cols()], |sizes, effects| {
                    sizes.iter().zip(effects).map(|(size, effect)| size + effect.abs()).collect()
                }));
                Ok(Learnt::Neural { layers, importances })
            }
        }
    }
}

impl Learnt {
    /// The chance of each row.
    pub(super) fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        Ok(match self {
            Self::Logistic(logistic) => logistic.predict(x)?,
            Self::Trees { trees, .. } => trees.predict(x)?,
            Self::Neural { layers, .. } => {
                let chance = |row| Ok(logistic(layers.answer::<1>(METHOD, x.row(row))?[0]));
                (0..x.rows()).map(chance).collect::<Result<_>>()?
            }
        })
    }

    /// The log-odds of the average customer, from which effects are counted.
    pub(super) fn average(&self) -> f64 {
        match self {
            Self::Logistic(logistic) => logistic.coefficients.intercept,
            Self::Trees { trees, means } => {
                trees.baseline + means.iter().map(|means| mean_at(means, 0)).sum::<f64>()
            }
            Self::Neural { layers, .. } => layers.at_zero(),
        }
    }

    /// What each feature of a row adds to the log-odds.
    ///
    /// A coefficient times its feature, whose mean is 0; in a tree, each question moves the mean
    /// answer from that of its node to that of the node it leads to; in a network, the integral of
    /// its slope on the way from the average customer.
    pub(super) fn effects(&self, row: &[f64]) -> Vec<f64> {
        match self {
            Self::Logistic(logistic) => {
                logistic.coefficients.values.iter().zip(row).map(|(c, x)| c * x).collect()
            }
            Self::Trees { trees, means } => {
                let mut effects = vec![0.0; row.len()];
                for (tree, means) in trees.trees.iter().zip(means) {
                    for pair in path(tree, row).windows(2) {
                        if let Node::Split { column, .. } = tree.nodes()[pair[0]] {
                            effects[column] += mean_at(means, pair[1]) - mean_at(means, pair[0]);
                        }
                    }
                }
                effects
            }
            Self::Neural { layers, .. } => layers.effects(row),
        }
    }

    /// How much each feature matters, in shares.
    pub(super) fn importances(&self) -> Vec<f64> {
        match self {
            // Features have deviation 1, so that coefficients can be compared.
            Self::Logistic(logistic) => {
                shares(logistic.coefficients.values.iter().map(|value| value.abs()).collect())
            }
            Self::Trees { trees, .. } => trees.importances.clone(),
            Self::Neural { importances, .. } => importances.clone(),
        }
    }
}

/// Sizes by their sum; all 0 where that is 0.
fn shares(sizes: Vec<f64>) -> Vec<f64> {
    let total: f64 = sizes.iter().sum();
    sizes.into_iter().map(|size| if total > 0.0 { size / total } else { 0.0 }).collect()
}

/// NaN where a file has fewer means than nodes.
fn mean_at(means: &[f64], node: usize) -> f64 {
    means.get(node).copied().unwrap_or(f64::NAN)
}

/// The nodes that a row passes, from the first to its leaf.
fn path(tree: &Tree, row: &[f64]) -> Vec<usize> {
    let mut path = vec![0];
    let mut at = 0;
    while let Node::Split { column, threshold, missing_left, children } = tree.nodes()[at] {
        let x = row[column];
        let is_left = if x.is_nan() { missing_left } else { x <= threshold };
        at = children[usize::from(!is_left)];
        path.push(at);
    }
    path
}

/// The mean answer of the training rows that pass each node; of a leaf, its answer.
fn means(tree: &Tree, x: &Matrix) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; tree.nodes().len()], vec![0.0; tree.nodes().len()]);
    for row in 0..x.rows() {
        let answer = tree.answer(x.row(row));
        for node in path(tree, x.row(row)) {
            sums[node] += answer;
            counts[node] += 1.0;
        }
    }
    let mean = |(i, node): (usize, &Node)| match node {
        Node::Leaf { value } => *value,
        // A node that no row passes has no mean, and nobody's effects depend on it.
        Node::Split { .. } => {
            if counts[i] > 0.0 {
                sums[i] / counts[i]
            } else {
                0.0
            }
        }
    };
    tree.nodes().iter().enumerate().map(mean).collect()
}
