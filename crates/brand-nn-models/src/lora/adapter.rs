//! An adapter on its model: on, off, merged into the weights, in its own small files.

use super::{Lora, files};
use crate::Result;
use brand_nn_autodiff::{LowRank, Param, Params};
use std::{path::Path, sync::Arc};

/// An adapter that belongs to a model; made by [`Lora::attach`] or read by [`Adapter::load`].
///
/// Several adapters of one model are switched by [`detach`](Self::detach) of one and
/// [`attach`](Self::attach) of another. The heads that a plan trains are part of the model: the last
/// adapter that was read has the word.
///
/// # Examples
/// ```
/// use brand_nn_layers::Pass;
/// use brand_nn_models::{Adapter, BertConfig, Lora, SequenceClassifier, Tokens};
/// use brand_nn_tensor::Tensor;
///
/// let model = SequenceClassifier::from_config(&BertConfig::new(50, 16, 1), 2, 42)?;
/// let adapter = Lora::new(2, "*.{query,value}").attach(&model, 1)?;
/// let tokens = Tokens::new(Tensor::from([[2_i64, 7, 3]]));
/// let before = model.logits(&tokens, &mut Pass::inference())?;
/// adapter.merge()?;
/// let after = model.logits(&tokens, &mut Pass::inference())?;
/// assert!((before - after).tensor().abs().max().item() < 1e-5);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct Adapter {
    pub(super) plan: Lora,
    pub(super) parts: Vec<Part>,
    pub(super) heads: Vec<(String, Param)>,
}

/// An update with the weight that it is for.
#[derive(Debug)]
pub(super) struct Part {
    /// The weight's name without its last word.
    pub(super) module: String,
    pub(super) weight: Param,
    pub(super) update: Arc<LowRank>,
}

impl Adapter {
    pub(super) fn new(plan: Lora, parts: Vec<Part>, heads: Vec<(String, Param)>) -> Self {
        Self { plan, parts, heads }
    }

    /// Reads an adapter from a folder of PEFT's layout, and hangs it on its model.
    ///
    /// # Errors
    /// If a file is missing or broken, is of another kind than LoRA, or has weights that the model
    /// has not.
    pub fn load<P: Params>(model: &P, folder: impl AsRef<Path>) -> Result<Self> {
        let adapter = files::read(model, folder.as_ref())?;
        adapter.attach()?;
        Ok(adapter)
    }

    /// Writes `adapter_config.json` and `adapter_model.safetensors`, and nothing of the model's own.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        files::write(self, folder.as_ref())
    }

    /// Hangs the updates on the weights, in the place of others.
    ///
    /// # Errors
    /// If a weight has another shape than before.
    pub fn attach(&self) -> Result<()> {
        Ok(self.parts.iter().try_for_each(|part| part.weight.adapt(part.update.clone()))?)
    }

    /// Takes the updates off: the model is as it was published.
    pub fn detach(&self) {
        for part in &self.parts {
            part.weight.release();
        }
    }

    /// Adds the updates to the weights for good, which costs nothing any more.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn merge(&self) -> Result<()> {
        self.detach();
        self.add(1.0)
    }

    /// Takes merged updates back out of the weights, and hangs them on again.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn unmerge(&self) -> Result<()> {
        self.add(-1.0)?;
        self.attach()
    }

    fn add(&self, sign: f64) -> Result<()> {
        for part in &self.parts {
            let change = part.update.change()? * sign;
            let value = part.weight.base(false)?.into_tensor();
            part.weight.set(value + change)?;
        }
        Ok(())
    }

    /// The number of numbers in A and B of all updates.
    #[must_use]
    pub fn count(&self) -> usize {
        let of = |part: &Part| part.update.a.shape().size() + part.update.b.shape().size();
        self.parts.iter().map(of).sum()
    }

    /// Lets optimizers change the updates and the heads.
    pub(super) fn unfreeze(&self) {
        for part in &self.parts {
            part.update.a.unfreeze();
            part.update.b.unfreeze();
        }
        self.heads.iter().for_each(|(_, param)| param.unfreeze());
    }
}
