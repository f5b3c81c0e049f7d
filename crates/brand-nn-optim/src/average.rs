//! Running averages of weights, for evaluation and for the end of a training.

use crate::{
    Error, Range, Result, Setting,
    state::{take, word},
};
use brand_nn_autodiff::{ParamSet, Params};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::collections::BTreeMap;

/// A running average of a model's weights, which is often better than the last ones.
///
/// Show it the model after every step ([`update`](Self::update)), and [`swap`](Self::swap) the
/// average in to evaluate or save, and out again to train on. Buffers such as running statistics
/// are averaged too.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::Average;
/// use brand_nn_tensor::Tensor;
///
/// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
/// let mut average = Average::exponential(0.75);
/// average.update(&w)?;
/// w.set(Tensor::from([5.0_f32]))?;
/// average.update(&w)?;
/// average.swap(&mut w)?;
/// assert_eq!(w.value()?.item(), 2.0); // ¾ · 1 + ¼ · 5
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "EMA")]
#[doc(alias = "SWA")]
#[doc(alias = "AveragedModel")]
#[derive(Debug)]
pub struct Average {
    decay: Option<f64>,
    updates: u64,
    swapped: bool,
    values: BTreeMap<String, Tensor>,
}

/// What the names of averaged weights begin with in a state.
const PREFIX: &str = "average/";

impl Average {
    /// EMA: a ← decay · a + (1 − decay) · w, from the first weights on; 0.999 is usual.
    #[must_use]
    pub fn exponential(decay: f64) -> Self {
        Self { decay: Some(decay), ..Self::equal() }
    }

    /// SWA: the mean of all weights that it was shown (Izmailov et al. 2018).
    #[must_use]
    pub fn equal() -> Self {
        Self { decay: None, updates: 0, swapped: false, values: BTreeMap::new() }
    }

    /// Takes in the weights as they are now.
    ///
    /// # Errors
    /// If the decay is not from 0 to 1, a parameter has no value, or the average is swapped in.
    pub fn update(&mut self, model: &dyn Params) -> Result<()> {
        Setting::new("decay", self.decay.unwrap_or(0.0), Range::Unit).check("Average")?;
        if self.swapped {
            return Err(self.refusal("the model", "the average itself", "the trained weights"));
        }
        self.updates += 1;
        let share = self.decay.map_or(1.0 / self.updates as f64, |decay| 1.0 - decay);
        for (name, param) in ParamSet::all(model)?.named() {
            let value = param.value()?;
            let average = match self.values.remove(name) {
                Some(average) if average.shape() == value.shape() => {
                    &average + (value - &average) * share
                }
                _ => value,
            };
            self.values.insert(name.to_owned(), average);
        }
        Ok(())
    }

    /// Exchanges the model's weights and the average; a second call changes them back.
    ///
    /// # Errors
    /// If the average was never updated with this model.
    pub fn swap(&mut self, model: &mut dyn Params) -> Result<()> {
        let set = ParamSet::all(model)?;
        let fits = |(name, _): &(&str, _)| self.values.contains_key(*name);
        if let Some((name, _)) = set.named().find(|named| !fits(named)) {
            return Err(self.refusal(name, "missing", "a weight that update() has seen"));
        }
        for (name, param) in set.named() {
            let value = param.value()?;
            if let Some(average) = self.values.insert(name.to_owned(), value) {
                param.set(average)?;
            }
        }
        self.swapped = !self.swapped;
        Ok(())
    }

    fn refusal(&self, entry: &str, got: &str, expected: &str) -> Error {
        let (entry, got, expected) = (entry.into(), got.into(), expected.into());
        Error::State { optimizer: "Average", entry, got, expected }
    }

    /// The average and the count, by the names of the parameters.
    #[must_use]
    pub fn state(&self) -> TensorFile {
        let words = [("updates", self.updates.to_string()), ("swapped", self.swapped.to_string())];
        let named = self.values.iter().map(|(name, t)| (format!("{PREFIX}{name}"), t.clone()));
        TensorFile {
            metadata: words.into_iter().map(|(key, word)| (key.to_owned(), word)).collect(),
            tensors: named.collect(),
        }
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// If it is not the state of an average.
    pub fn load_state(&mut self, mut state: TensorFile) -> Result<()> {
        self.updates = word("Average", &state, "updates", "a count")?;
        self.swapped = word("Average", &state, "swapped", "true or false")?;
        self.values = take(&mut state.tensors, PREFIX);
        Ok(())
    }
}
