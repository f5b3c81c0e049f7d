//! Sets that weights are brought back into after a step.

use crate::{Range, Setting};
use brand_nn_tensor::Tensor;

/// A set that weights are brought back into after each step.
///
/// A norm is that of a row: of all axes but the first, which is what comes into one unit of a
/// linear layer, or one word of an embedding. A vector is one row.
///
/// # Examples
/// ```
/// use brand_nn_optim::Constraint;
/// use brand_nn_tensor::Tensor;
///
/// let mut weight = Tensor::from([[3.0, 4.0], [0.3, -0.4]]);
/// Constraint::MaxNorm(1.0).apply(&mut weight);
/// assert!((weight - Tensor::from([[0.6, 0.8], [0.3, -0.4]])).abs().max().item() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constraint {
    /// Rows that are longer than this are scaled down to it.
    MaxNorm(f64),
    /// Numbers below zero become zero.
    NonNegative,
    /// Every row is scaled to length one; a row of zeros stays.
    UnitNorm,
}

impl Constraint {
    /// Brings a weight into the set.
    pub fn apply(self, value: &mut Tensor) {
        match self {
            Self::NonNegative => *value = value.relu(),
            Self::MaxNorm(limit) => {
                let norms = row_norms(value);
                let limits = Tensor::full_like(&norms, limit);
                let scale = Tensor::where_(
                    &norms.greater(&limits),
                    &(&limits / &norms),
                    &Tensor::ones_like(&norms),
                );
                *value = &*value * scale;
            }
            Self::UnitNorm => {
                let norms = row_norms(value);
                *value = &*value / norms.masked_fill(&norms.equal_to(0.0), 1.0);
            }
        }
    }

    pub(crate) fn setting(self) -> Option<Setting> {
        match self {
            Self::MaxNorm(limit) => Some(Setting::new("max_norm", limit, Range::Positive)),
            _ => None,
        }
    }
}

/// The Euclidean norm of each row, in a shape that broadcasts to the tensor's.
pub(crate) fn row_norms(values: &Tensor) -> Tensor {
    let first = usize::from(values.ndim() > 1);
    let axes: Vec<_> = (first..values.ndim()).map(|axis| axis as isize).collect();
    values.square().sum_axes(&axes, true).sqrt()
}
