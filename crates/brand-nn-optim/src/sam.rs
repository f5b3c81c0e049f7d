//! Steps by the gradient of the worst place nearby, which lead to flat minima.

use crate::{Error, Optimizer, Range, Result, Setting};
use brand_nn_autodiff::{Gradients, ParamSet, Params, Role, Var};
use brand_nn_tensor::Tensor;

/// Sharpness-aware steps around any optimizer (Foret et al. 2021).
///
/// The weights go to the worst place nearby, w + ρ g / ‖g‖; the gradient there is what the
/// optimizer gets, with the weights where they were. The adaptive form (Kwon et al. 2021) measures
/// in units of the weights, w + ρ w² g / ‖|w| g‖. A step computes the loss twice.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::{Sam, Sgd};
///
/// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
/// let mut sam = Sam::new(Sgd::new(0.25)).radius(0.5);
/// let loss = sam.step(&mut w, |w| Ok::<_, brand_nn_optim::Error>(w.var(true)?.square().sum()))?;
/// assert_eq!((loss, w.value()?.item()), (1.0, 0.25)); // 1 − 0.25 · 2 · (1 + 0.5)
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "SAM")]
#[doc(alias = "ASAM")]
pub struct Sam<O> {
    /// The optimizer that takes the steps.
    pub optimizer: O,
    radius: f64,
    adaptive: bool,
}

impl<O: Optimizer> Sam<O> {
    /// Puts sharpness-aware steps around an optimizer.
    #[must_use]
    pub fn new(optimizer: O) -> Self {
        Self { optimizer, radius: 0.05, adaptive: false }
    }

    /// How far to look, ρ; 0.05 by default.
    #[must_use]
    pub fn radius(self, radius: f64) -> Self {
        Self { radius, ..self }
    }

    /// Measures in units of the weights; then a radius of 0.5 to 2 is usual.
    #[must_use]
    pub fn adaptive(self) -> Self {
        Self { adaptive: true, ..self }
    }

    /// Takes one step; `loss` computes the loss of the model, and is asked twice.
    ///
    /// Returns the loss before the step. With an error, the weights are as they were.
    ///
    /// # Errors
    /// If a setting is out of range, or what `loss` or the optimizer return.
    pub fn step<M: Params, E: From<Error>>(
        &mut self,
        model: &mut M,
        mut loss: impl FnMut(&M) -> Result<Var, E>,
    ) -> Result<f64, E> {
        Setting::new("radius", self.radius, Range::NotNegative).check("Sam")?;
        let first = loss(model)?;
        let gradients = first.backward().map_err(Error::from)?;
        let kept = climb(model, &gradients, self.radius, self.adaptive)?;
        let there = loss(model).and_then(|loss| Ok(loss.backward().map_err(Error::from)?));
        restore(&kept)?;
        self.optimizer.step(model, there?)?;
        Ok(first.item())
    }
}

/// Each weight that was moved, with its value before.
type Kept = Vec<(brand_nn_autodiff::Param, Tensor)>;

/// Goes to the worst place nearby.
fn climb(model: &dyn Params, gradients: &Gradients, radius: f64, adaptive: bool) -> Result<Kept> {
    let mut moves = Vec::new();
    for param in ParamSet::all(model)?.iter().filter(|param| param.role() == Role::Trainable) {
        if let Some(gradient) = gradients.get(param) {
            let value = param.value()?;
            let size = if adaptive { value.abs() } else { Tensor::ones_like(&value) };
            moves.push((param.tie(), value, size * gradient));
        }
    }
    let squares = moves.iter().map(|(_, _, scaled)| scaled.norm().item().powi(2)).sum::<f64>();
    let factor = radius / (squares.sqrt() + 1e-12);
    let mut kept = Vec::new();
    for (param, value, scaled) in moves {
        let step = if adaptive { value.abs() * scaled } else { scaled };
        param.set(&value + step * factor)?;
        kept.push((param, value));
    }
    Ok(kept)
}

fn restore(kept: &Kept) -> Result<()> {
    kept.iter().try_for_each(|(param, value)| Ok(param.set(value.clone())?))
}
