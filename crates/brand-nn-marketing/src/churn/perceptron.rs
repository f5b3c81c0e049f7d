//! The network that a churn model may learn by.

use crate::dense::{DenseLayers, DensePlan};
use crate::{Error, Result};
use brand_nn_losses::BinaryCrossEntropyWithLogits;
use brand_nn_stats::linear::Matrix;
use brand_nn_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// The settings of a perceptron of several layers: dense ones, with max(x, 0) between.
///
/// It learns by AdamW in batches of 64 on the cross-entropy of who left. Choose units, epochs and
/// decay by [`cross_validate`](brand_nn_train::cross_validate) among the training rows, never on
/// those that measure it: with some thousand customers, few epochs and a decay near 1 do best.
///
/// # Examples
/// ```
/// use brand_nn_marketing::churn::{ChurnModel, Perceptron};
/// use brand_nn_train::TableReader;
///
/// // Who calls seldom or often leaves, which no line can say.
/// let row = |i: u32| format!("{},{}\n", i % 9, if (2..7).contains(&(i % 9)) { "No" } else { "Yes" });
/// let csv = "calls,left\n".to_owned() + &(0..180).map(row).collect::<String>();
/// let table = TableReader::new().read_bytes(csv.as_bytes())?;
/// let network = Perceptron { hidden: vec![8], epochs: 200, ..Perceptron::new(42) };
/// let chances = ChurnModel::new("left", "Yes").neural(network).fit(&table)?.predict(&table)?;
/// assert!(chances[0] > 0.8 && chances[4] < 0.2 && chances[8] > 0.8);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[doc(alias = "MLP")]
#[doc(alias = "MLPClassifier")]
pub struct Perceptron {
    /// The units of each hidden layer; 32 by default.
    pub hidden: Vec<usize>,
    /// How often all customers are gone over; 20 by default.
    pub epochs: usize,
    /// The rate of AdamW's steps; 0.003 by default.
    pub learning_rate: f64,
    /// How strongly weights are drawn to zero; 0.1 by default.
    pub weight_decay: f64,
    /// What first weights and the order of customers are drawn by.
    pub seed: u64,
}

impl Perceptron {
    /// The default settings with a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { hidden: vec![32], epochs: 20, learning_rate: 0.003, weight_decay: 0.1, seed }
    }

    /// Learns who left from `[rows, features]`.
    pub(super) fn fit(&self, x: &Matrix, left: &[bool]) -> Result<DenseLayers> {
        let method = "churn model";
        if left.windows(2).all(|pair| pair[0] == pair[1]) {
            let (case, help) = ("all targets are the same", "bring customers who left and stayed");
            return Err(Error::Undefined { method, case, help });
        }
        let numbers: Vec<f32> = x.data().iter().map(|x| *x as f32).collect();
        let x = Tensor::new(numbers, [x.rows(), x.cols()]).map_err(brand_nn_train::Error::from)?;
        let y = left.iter().map(|left| f32::from(u8::from(*left))).collect();
        let plan = DensePlan {
            method,
            hidden: &self.hidden,
            outputs: 1,
            epochs: self.epochs,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            seed: self.seed,
        };
        plan.fit(x, y, BinaryCrossEntropyWithLogits::default())
    }
}
