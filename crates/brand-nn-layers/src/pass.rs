//! One trip through a network: whether it trains, and whether it learns.

use brand_nn_autodiff::{Error as AutodiffError, Param, Role, Var};
use brand_nn_tensor::{Affine, PackedWeight, Rng, Tensor};
use std::sync::Arc;

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
/// What a trip learns on the way, such as running means, is written down when the trip ends: when
/// the pass is dropped, once and in the order of the layers.
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
    checked: bool,
    bf16: bool,
    updates: Vec<(Param, Tensor)>,
}

impl Pass {
    /// A trip that trains: dropout on, weights tracked.
    #[must_use]
    pub fn training(rng: &mut Rng) -> Self {
        Self::make(Some(rng.fork()), true)
    }

    /// A trip that predicts: dropout off, weights constant, nothing recorded.
    #[must_use]
    pub fn inference() -> Self {
        Self::make(None, false)
    }

    fn make(rng: Option<Rng>, learning: bool) -> Self {
        Self { rng, learning, checked: false, bf16: false, updates: Vec::new() }
    }

    /// The same trip with constant weights: gradients pass through but none is spent on them.
    #[must_use]
    pub fn frozen(mut self) -> Self {
        self.learning = false;
        self
    }

    /// The same trip with tracked weights.
    #[must_use]
    pub fn learning(mut self) -> Self {
        self.learning = true;
        self
    }

    /// The same trip in anomaly mode: each layer's output is looked at, and the first NaN or
    /// infinity is an error that names the layer and the op.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_layers::{Call, Linear, Pass};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let layer = Linear::new(2, 1).init(1)?;
    /// layer.weight.set(Tensor::from([[f32::INFINITY, 1.0]]))?;
    /// let error = layer.call(Tensor::ones([1, 2]), &mut Pass::inference().checked()).unwrap_err();
    /// assert!(error.to_string().contains("not finite"), "{error}");
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "detect_anomaly")]
    pub fn checked(mut self) -> Self {
        self.checked = true;
        self
    }

    /// The same trip, whose values are kept in bf16 until the gradients come back: half the memory for
    /// activations, at the price of some time and of gradients that differ by some thousandths.
    ///
    /// Weights, gradients and all computing stay as they are; see [`Var::save_in_bf16`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_layers::{Call, Linear, Pass};
    /// use brand_nn_tensor::{Rng, Tensor};
    ///
    /// let (layer, x) = (Linear::new(2, 1).init(1)?, Tensor::ones([1, 2]));
    /// let mut pass = Pass::training(&mut Rng::new(1)).saving_in_bf16();
    /// let y = layer.call(&x, &mut pass)?;
    /// assert_eq!(y.tensor(), layer.call(&x, &mut Pass::inference())?.tensor());
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[must_use]
    pub fn saving_in_bf16(mut self) -> Self {
        self.bf16 = true;
        self
    }

    /// A trip for a branch that runs beside this one, with masks of its own.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        let mut branch = Self::make(self.rng.as_mut().map(Rng::fork), self.learning);
        (branch.checked, branch.bf16) = (self.checked, self.bf16);
        branch
    }

    /// What is needed to run a part of this trip several times with the same masks.
    pub(crate) fn branch(&mut self) -> Branch {
        let seed = self.rng.as_mut().map(Rng::next_u64);
        Branch { seed, learning: self.learning, checked: self.checked, bf16: self.bf16 }
    }

    /// What the trip has learnt so far, which it won't write down then.
    pub(crate) fn take_updates(&mut self) -> Vec<(Param, Tensor)> {
        std::mem::take(&mut self.updates)
    }

    pub(crate) fn add_updates(&mut self, updates: Vec<(Param, Tensor)>) {
        self.updates.extend(updates);
    }

    /// Gives a buffer its new value when the trip ends; the last one of several counts.
    ///
    /// # Errors
    /// If the value has another shape than the buffer.
    pub fn update(&mut self, buffer: &Param, value: Tensor) -> Result<()> {
        if value.shape() != buffer.shape() {
            return Err(crate::Error::Autodiff(AutodiffError::Setting {
                place: buffer.name(),
                setting: "new value",
                got: format!("a tensor of shape {}", value.shape()),
                expected: "the shape of the buffer",
                help: "make the buffer of the shape of what it collects",
            }));
        }
        self.updates.push((buffer.tie(), value));
        Ok(())
    }

    /// Whether layers look for NaN and infinity.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.checked
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
        Ok(self.seen(param.var(self.learning)?))
    }

    /// A weight as this trip looks at it and keeps what is made from it.
    fn seen(&self, weight: Var) -> Var {
        let weight = if self.checked { weight.watch() } else { weight };
        if self.bf16 { weight.save_in_bf16() } else { weight }
    }

    /// The affine map x Wᵀ + b, with the update of low rank that may hang on W.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn linear(&self, input: &Var, weight: &Param, bias: Option<&Param>) -> Result<Var> {
        let bias = bias.map(|bias| self.var(bias)).transpose()?;
        let Some(update) = weight.low_rank() else {
            return Ok(input.linear(&self.var(weight)?, bias.as_ref()));
        };
        let base = input.linear(&self.seen(weight.base(self.learning)?), bias.as_ref());
        Ok(base + update.apply(input, self.learning)?)
    }

    /// A weight that needs no gradient on this trip, packed if a copy is kept; `None` for another,
    /// and for one on which an update hangs.
    ///
    /// # Errors
    /// If the parameter is pending.
    pub(crate) fn constant_weight(&self, weight: &Param) -> Result<Option<Weight>> {
        let learns = self.learning && weight.role() == Role::Trainable;
        if learns || weight.low_rank().is_some() {
            return Ok(None);
        }
        Ok(Some(match weight.packed() {
            Some(packed) => Weight::Packed(packed),
            None => Weight::Plain(weight.base(false)?.into_tensor()),
        }))
    }

    /// The rows of a table with these ids; see [`autodiff::embedding`](brand_nn_autodiff::embedding).
    ///
    /// # Errors
    /// If an id is outside the table, or the parameter is pending.
    pub fn rows(&self, table: &Param, ids: &Tensor) -> Result<Var> {
        match table.narrow_rows(ids)? {
            Some(rows) if !(self.learning && table.role() == Role::Trainable) => Ok(rows.into()),
            _ => Ok(brand_nn_autodiff::embedding(&self.var(table)?, ids)?),
        }
    }

    /// A key for random numbers that no other draw of this trip gets; `None` on a trip that does
    /// not train.
    pub fn draw(&mut self) -> Option<[u64; 2]> {
        self.rng.as_mut().map(Rng::key)
    }
}

/// The trip ends: buffers get what it learnt.
impl Drop for Pass {
    fn drop(&mut self) {
        for (buffer, value) in self.updates.drain(..) {
            let written = buffer.set(value);
            debug_assert!(written.is_ok(), "the shape was checked when the update was made");
        }
    }
}

/// A weight that is only multiplied with.
pub(crate) enum Weight {
    Plain(Tensor),
    Packed(Arc<PackedWeight>),
}

impl Weight {
    /// The affine map and what belongs to it; see [`Tensor::affine`].
    pub(crate) fn affine(&self, input: &Tensor, then: &Affine<'_>) -> Tensor {
        match self {
            Self::Plain(weight) => input.affine(weight, then),
            Self::Packed(weight) => weight.affine(input, then),
        }
    }
}

/// A part of a trip that can be made again, with the same masks each time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    seed: Option<u64>,
    learning: bool,
    checked: bool,
    bf16: bool,
}

impl Branch {
    pub(crate) fn pass(&self) -> Pass {
        let mut pass = Pass::make(self.seed.map(Rng::new), self.learning);
        (pass.checked, pass.bf16) = (self.checked, self.bf16);
        pass
    }
}
