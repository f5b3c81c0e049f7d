//! The pinball loss, whose least is at a quantile.

use crate::{
    Loss, Result,
    loss::{aligned, unit},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// The pinball loss, which makes the output the given quantile of the target.
///
/// q · (t − y) where t ≥ y, else (1 − q) · (y − t). Koenker and Bassett 1978. The slope at the
/// target is ½ − q.
///
/// # Errors
/// If q is not from 0 to 1, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, Quantile};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([1.0, 1.0]).into(), Tensor::from([3.0, 0.0]));
/// let each = Quantile::new(0.75).each(&output, &target)?;
/// assert_eq!(each.tensor(), &Tensor::from([1.5, 0.25]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "pinball")]
#[derive(Clone, Copy, Debug)]
pub struct Quantile {
    quantile: f64,
}

impl Quantile {
    /// The loss of a quantile, 0.5 for the median.
    #[must_use]
    pub fn new(quantile: f64) -> Self {
        Self { quantile }
    }
}

impl Loss for Quantile {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        unit(("quantile", "quantile"), self.quantile)?;
        let short = aligned("quantile", output, target)? - output;
        // q d + max(−d, 0) is both formulas; |d| has the slope 0 at 0.
        Ok(&short * (self.quantile - 0.5) + short.abs() * 0.5)
    }
}
