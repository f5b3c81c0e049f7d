//! The weights of one training at several times, which answer together.

use super::{Spread, few};
use crate::{Callback, Epoch, Error, Model, Result, predict};
use brand_nn_autodiff::{ParamSet, load_tensors};
use brand_nn_tensor::io::TensorFile;
use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError},
};

/// Keeps the weights after every so many epochs, to answer together (Huang et al. 2017).
///
/// With a rate that falls and rises again, such as
/// [`CosineRestarts`](brand_nn_optim::CosineRestarts), each is a model of its own; take them where
/// the rate is lowest. Clones share what they keep: give one to the plan.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Fit, Model, Snapshots};
///
/// let x = Tensor::randn([64, 2], &mut Rng::new(1));
/// let data = (x.clone(), x.sum_axis(1));
/// let snapshots = Snapshots::every(10);
/// let mut trainer = Sequential::new().add(dense(1)).build([2])?.compile(Adam::new(0.05), mse);
/// trainer.fit(&data, Fit::epochs(50).callback(snapshots.clone()).quiet())?;
/// let spread = snapshots.spread(&trainer.model, &x)?;
/// assert_eq!(snapshots.len(), 5);
/// assert!(spread.std.max().item() > 0.0);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshots {
    epochs: usize,
    kept: Arc<Mutex<Vec<TensorFile>>>,
}

impl Snapshots {
    /// Keeps the weights after every so many epochs.
    #[must_use]
    pub fn every(epochs: usize) -> Self {
        Self { epochs, kept: Arc::default() }
    }

    fn all(&self) -> Vec<TensorFile> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many were kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all().len()
    }

    /// Whether none was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The mean of the outputs with each of the weights, and how far they are apart.
    ///
    /// The model has its own weights again afterwards.
    ///
    /// # Errors
    /// If no weights were kept, or they are those of another model.
    pub fn spread<M: Model>(&self, model: &M, input: &M::Input) -> Result<Spread> {
        let kept = self.all();
        if kept.is_empty() {
            return Err(few("snapshots"));
        }
        let own = ParamSet::all(model)?.to_file()?;
        let answer = |weights: TensorFile| {
            load_tensors(model, weights.tensors, "a snapshot")?;
            predict(model, input)
        };
        let answers = kept.into_iter().map(answer).collect::<Result<Vec<_>>>();
        load_tensors(model, own.tensors, "the weights from before")?;
        Ok(Spread::of(&answers?))
    }
}

impl Callback for Snapshots {
    fn check(&self) -> Result<()> {
        if self.epochs > 0 {
            return Ok(());
        }
        let (setting, expected) = ("every", "at least 1 epoch");
        Err(Error::Setting { setting, got: "0".into(), expected, help: "10 is usual" })
    }

    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        if (epoch.number + 1).is_multiple_of(self.epochs) {
            let weights = ParamSet::all(&*epoch.model)?.to_file()?;
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(weights);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        let mut state = TensorFile::default();
        for (number, weights) in self.all().into_iter().enumerate() {
            let named = weights.tensors.into_iter();
            state.tensors.extend(named.map(|(name, t)| (format!("{number:06}/{name}"), t)));
        }
        state
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let mut kept: Vec<(String, TensorFile)> = Vec::new();
        for (key, tensor) in state.tensors {
            let (number, name) = key.split_once('/').unwrap_or(("", &key));
            if kept.last().is_none_or(|(last, _)| last != number) {
                kept.push((number.to_owned(), TensorFile::default()));
            }
            if let Some((_, weights)) = kept.last_mut() {
                weights.tensors.insert(name.to_owned(), tensor);
            }
        }
        let kept = kept.into_iter().map(|(_, weights)| weights).collect();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(())
    }
}
