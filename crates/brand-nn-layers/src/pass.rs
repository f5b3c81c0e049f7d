//! One trip through a network: whether it trains, and whether it learns.

use brand_nn_autodiff::{Param, Var};
use brand_nn_tensor::Rng;

use crate::Result;

/// One trip through a network, with two switches.
///
/// *Training* behaviour means that dropout drops. *Learning* means that weights enter as tracked
/// leaves, so that gradients reach them. There is no global mode: a trip that was made for
/// inference can't train by accident, and the other way round.
///
/// | made by | dropout | weights |
/// |---|---|---|
/// | [`Pass::training`] | on | tracked |
/// | [`Pass::training`]`.`[`frozen`](Pass::frozen)`()` | on | constant |
/// | [`Pass::inference`] | off | constant |
/// | [`Pass::inference`]`.`[`learning`](Pass::learning)`()` | off | tracked |
///
/// A pass is not `Clone` and training takes `&mut Rng`, so that no dropout mask comes twice.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Dropout, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let (layer, x) = (Dropout::new(0.5), Tensor::ones([1000]));
/// assert_eq!(layer.call(&x, &mut Pass::inference())?.tensor(), &x);
/// let dropped = layer.call(&x, &mut Pass::training(&mut Rng::new(1)))?;
/// assert!(dropped.tensor().equal_to(0.0).any());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct Pass {
    rng: Option<Rng>,
    learning: bool,
}

impl Pass {
    /// A trip that trains: dropout on, weights tracked.
    #[must_use]
    pub fn training(rng: &mut Rng) -> Self {
        Self { rng: Some(rng.fork()), learning: true }
    }

    /// A trip that predicts: dropout off, weights constant, nothing recorded.
    #[must_use]
    pub fn inference() -> Self {
        Self { rng: None, learning: false }
    }

    /// The same trip with constant weights: gradients pass through but none is spent on them.
    #[must_use]
    pub fn frozen(self) -> Self {
        Self { learning: false, ..self }
    }

    /// The same trip with tracked weights.
    #[must_use]
    pub fn learning(self) -> Self {
        Self { learning: true, ..self }
    }

    /// A trip for a branch that runs beside this one, with masks of its own.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self { rng: self.rng.as_mut().map(Rng::fork), learning: self.learning }
    }

    /// Whether dropout drops.
    #[must_use]
    pub fn is_training(&self) -> bool {
        self.rng.is_some()
    }

    /// Whether weights enter as tracked leaves.
    #[must_use]
    pub fn is_learning(&self) -> bool {
        self.learning
    }

    /// The value of a parameter, tracked if the trip learns and the parameter is trainable.
    ///
    /// # Errors
    /// If the parameter is pending.
    pub fn var(&self, param: &Param) -> Result<Var> {
        Ok(param.var(self.learning)?)
    }

    /// A key for random numbers that no other draw of this trip gets; `None` on a trip that does
    /// not train.
    pub fn draw(&mut self) -> Option<[u64; 2]> {
        self.rng.as_mut().map(Rng::key)
    }
}
