//! A history as one vector, as seen from a candidate.

use crate::{
    Activation, Attended, Error, Layer, Linear, Pass, Result,
    layer::same_type,
    sequence::{real_steps, shares, three_axes},
    setting::positive,
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::Tensor;

const PLACE: &str = "target_attention";

/// A history as one vector, in which each step weighs what it has to do with a candidate.
///
/// The local activation unit of DIN (Zhou and others 2018): Σ wₜ hₜ, where wₜ is a small network of
/// c, hₜ, c − hₜ and c ⊙ hₜ, side by side as in the authors' code. The weights are not normalised,
/// so that a history with more of the same weighs more; [`softmax`](Self::softmax) turns them into
/// shares. A history without a real step gives zeros.
///
/// # Shapes
/// Behaviours `[batch, time, dim]`, candidate `[batch, dim]` → `[batch, dim]`, with weights
/// `[batch, time]`.
///
/// # Errors
/// If a shape or type does not fit; `init` and `load` refuse hidden layers without units.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Pass, TargetAttention};
/// use brand_nn_tensor::Tensor;
///
/// let unit = TargetAttention::new(4, &[80, 40]).init(42)?;
/// let (history, candidate) = (Tensor::ones([2, 3, 4]).into(), Tensor::ones([2, 4]).into());
/// let real = Tensor::from([[true, true, true], [false, false, false]]);
/// let seen = unit.pool(&history, &candidate, Some(&real), &mut Pass::inference())?;
/// assert_eq!(seen.output.tensor().select(0, 1), Tensor::zeros([4]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "DIN")]
#[doc(alias = "LocalActivationUnit")]
#[derive(Debug)]
pub struct TargetAttention {
    /// The hidden layers; the first is `[units, 4 · dim]`.
    pub layers: Vec<Linear>,
    /// The last map, to one number.
    pub score: Linear,
    dim: usize,
    softmax: bool,
}

impl TargetAttention {
    /// Makes the unit for vectors of `dim` numbers, with hidden layers of so many units.
    ///
    /// Hidden layers end in a sigmoid, as in the authors' code.
    #[must_use]
    pub fn new(dim: usize, hidden: &[usize]) -> Self {
        let sizes: Vec<usize> = std::iter::once(4 * dim).chain(hidden.iter().copied()).collect();
        let map = |pair: &[usize]| Linear::new(pair[0], pair[1]).activation(Activation::Sigmoid);
        let last = hidden.last().copied().unwrap_or(4 * dim);
        let (layers, score) = (sizes.windows(2).map(map).collect(), Linear::new(last, 1));
        Self { layers, score, dim, softmax: false }
    }

    /// The function after each hidden layer; the sigmoid by default.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        let layers = self.layers.into_iter().map(|layer| layer.activation(activation)).collect();
        Self { layers, ..self }
    }

    /// Whether weights are shares that add up to one; no by default.
    #[must_use]
    pub fn softmax(self, on: bool) -> Self {
        Self { softmax: on, ..self }
    }

    /// Pools the behaviours that are real; `real` is bool `[batch, time]`, by default all are.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn pool(
        &self,
        behaviours: &Var,
        candidate: &Var,
        real: Option<&Tensor>,
        pass: &mut Pass,
    ) -> Result<Attended> {
        self.require(behaviours, candidate, real)?;
        let met = pair(behaviours, &candidate.unsqueeze(1).expand(behaviours.shape()));
        let hidden = self.layers.iter().try_fold(met, |x, layer| layer.forward(x, pass))?;
        let scores = self.score.forward(hidden, pass)?.squeeze(-1);
        let weights = match (self.softmax, real) {
            (true, real) => shares(&scores, real),
            (false, Some(real)) => scores.masked(real),
            (false, None) => scores,
        };
        Ok(Attended { output: weights.unsqueeze(1).matmul(behaviours).squeeze(1), weights })
    }

    /// Refuses settings, shapes and types that don't fit.
    fn require(&self, behaviours: &Var, candidate: &Var, real: Option<&Tensor>) -> Result<()> {
        self.check()?;
        let [batch, time] = three_axes(PLACE, behaviours.shape(), self.dim)?;
        same_type(PLACE, candidate, behaviours.dtype())?;
        if candidate.shape()[..] != [batch, self.dim] {
            return Err(Error::Input {
                place: format!("{PLACE} (candidate)"),
                got: candidate.shape().clone(),
                expected: format!("[{batch}, {}], a candidate for each history", self.dim),
                help: "candidates are vectors of the same embedding as the behaviours",
            });
        }
        real.map_or(Ok(()), |real| real_steps(PLACE, real, [batch, time]))
    }
}

impl Params for TargetAttention {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("layers", &self.layers);
        visitor.child("score", &self.score);
    }

    fn check(&self) -> autodiff::Result<()> {
        let mut units = self.layers.iter().map(|layer| layer.weight.shape()[0]);
        units.try_for_each(|units| positive(PLACE, "hidden", units))
    }
}

/// Candidate, step, difference and product, side by side.
fn pair(step: &Var, candidate: &Var) -> Var {
    Var::concat(&[candidate.clone(), step.clone(), candidate - step, candidate * step], -1)
}
