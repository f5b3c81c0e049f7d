//! The recipe by which a published model learns a task.

use super::unfreezing::Unfreezing;
use crate::{Error, Result};
use brand_nn_autodiff::{ParamSet, Params};
use brand_nn_losses::Loss;
use brand_nn_optim::{AdamW, Group, Polynomial, WarmUp};
use brand_nn_train::{Batches, Fit, History, Model, Trainer};
use std::collections::BTreeMap;

/// The recipe by which a published model learns a task.
///
/// AdamW whose rate rises linearly from 0 and falls linearly back to it, without weight decay for
/// biases and norms, with gradients of at most norm 1 (Devlin and others 2019). With
/// [`layer_decay`](Self::layer_decay) each layer learns more slowly than the one above it (Howard and
/// Ruder 2018).
///
/// | setting | by default |
/// |---|---|
/// | [`warm_up`](Self::warm_up) | the first tenth of all steps |
/// | [`weight_decay`](Self::weight_decay) | 0.01 |
/// | [`layer_decay`](Self::layer_decay) | 1: all layers alike |
/// | [`freeze`](Self::freeze) | nothing |
/// | [`gradual_unfreezing`](Self::gradual_unfreezing) | all is trained from the beginning |
///
/// Where memory holds small batches alone, [`Fit::accumulate`] makes a step of several: the recipe
/// counts steps, so that the rate rises and falls in time.
///
/// # Examples
/// ```
/// use brand_nn_losses::CrossEntropy;
/// use brand_nn_models::{BertConfig, FineTune, SequenceClassifier, Tokens};
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::Fit;
///
/// let model = SequenceClassifier::from_config(&BertConfig::new(10, 16, 1), 2, 42)?;
/// let ids = Tensor::from([[2_i64, 5, 3], [2, 6, 3]]).tile(&[8, 1]);
/// let data = (Tokens::new(ids), Tensor::from([0_i64, 1]).tile(&[8]));
/// let plan = Fit::epochs(20).batch_size(4).quiet();
/// let recipe = FineTune::new(1e-2).layer_decay(0.9);
/// let (_, history) = recipe.fit(model, &data, CrossEntropy::default(), plan)?;
/// assert!(history.last("loss").unwrap() < 0.2);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FineTune {
    rate: f64,
    warm_up: f64,
    weight_decay: f64,
    layer_decay: f64,
    frozen: Vec<String>,
    unfreezes: bool,
}

impl FineTune {
    /// Learns with a highest rate: 2e-5 to 5e-5 for all weights, 1e-4 to 1e-3 for adapters.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            warm_up: 0.1,
            weight_decay: 0.01,
            layer_decay: 1.0,
            frozen: Vec::new(),
            unfreezes: false,
        }
    }

    /// The share of the steps in which the rate rises.
    #[must_use]
    pub fn warm_up(self, share: f64) -> Self {
        Self { warm_up: share, ..self }
    }

    /// How strongly weights are drawn to zero.
    #[must_use]
    pub fn weight_decay(self, decay: f64) -> Self {
        Self { weight_decay: decay, ..self }
    }

    /// What a layer's rate is multiplied by for each layer above it.
    #[must_use]
    pub fn layer_decay(self, factor: f64) -> Self {
        Self { layer_decay: factor, ..self }
    }

    /// Parameters that stay as they are, by the pattern of their names, such as `*embeddings*`.
    #[must_use]
    pub fn freeze(mut self, pattern: &str) -> Self {
        self.frozen.push(pattern.to_owned());
        self
    }

    /// Trains the head alone in the first epoch, and one layer more, from the top down, in each that
    /// follows; the tables come last (Howard and Ruder 2018).
    ///
    /// A model of twelve layers trains as a whole from the fourteenth epoch on; with fewer epochs its
    /// lower layers stay as they are.
    #[must_use]
    pub fn gradual_unfreezing(self) -> Self {
        Self { unfreezes: true, ..self }
    }

    /// Trains a model on data by a plan, with gradients of at most norm 1, and gives it back in its
    /// trainer.
    ///
    /// Three epochs of batches of 16 or 32 are usual. A [`DataLoader`](brand_nn_train::DataLoader)
    /// that is bucketed by the texts' lengths leaves hardly any padding to compute.
    ///
    /// # Errors
    /// If a setting is out of its range, a pattern matches nothing, nobody knows how many batches
    /// there are, or training fails.
    pub fn fit<M: Model>(
        self,
        model: M,
        data: &impl Batches<Input = M::Input>,
        loss: impl Loss + 'static,
        plan: Fit,
    ) -> Result<(Trainer<M>, History)> {
        self.check()?;
        for pattern in &self.frozen {
            model.params(pattern)?.freeze();
        }
        let optimizer = self.optimizer(&model, plan.num_steps(data)?)?;
        let mut plan = plan.clip_norm(1.0);
        if self.unfreezes {
            plan = plan.callback(Unfreezing::of(&model)?);
        }
        let mut trainer = model.compile(optimizer, loss);
        let history = trainer.fit(data, plan)?;
        Ok((trainer, history))
    }

    fn check(&self) -> Result<()> {
        let refuse = |setting, got: f64, expected| {
            let help = "0.1 and 0.9 are usual";
            Err(Error::setting("fine-tuning", setting, &got, expected, help))
        };
        if !(0.0..1.0).contains(&self.warm_up) {
            return refuse("warm_up", self.warm_up, "a share from 0 to below 1");
        }
        if !(0.0..1.0).contains(&(1.0 - self.layer_decay)) {
            return refuse("layer_decay", self.layer_decay, "a factor above 0, to 1");
        }
        Ok(())
    }

    /// AdamW with a group for each kind of parameter and each layer.
    ///
    /// # Errors
    /// If a setting of the model is out of its range.
    pub fn optimizer<M: Params>(&self, model: &M, steps: u64) -> Result<AdamW> {
        let rising = ((steps as f64 * self.warm_up) as u64).max(1);
        let falling = Polynomial::new(self.rate, steps.saturating_sub(rising).max(1));
        let mut adam = AdamW::new(WarmUp::new(rising, falling)).weight_decay(self.weight_decay);
        for pattern in ["*bias", "*Norm.weight", "*norm.weight", "*ln_*.weight"] {
            if model.params(pattern).is_ok() {
                adam = adam.group(Group::of(pattern).weight_decay(0.0));
            }
        }
        for (name, factor) in self.factors(&ParamSet::all(model)?) {
            adam = adam.group(Group::of(&name).rate_factor(factor));
        }
        Ok(adam)
    }

    /// What each parameter's rate is multiplied by, where it is not 1.
    fn factors(&self, set: &ParamSet) -> BTreeMap<String, f64> {
        let depths: BTreeMap<_, _> =
            set.names().iter().map(|name| (name.clone(), depth(name))).collect();
        let top = depths.values().flatten().max().map_or(0, |deepest| deepest + 1);
        let factor = |depth: usize| self.layer_decay.powi((top - depth) as i32);
        let factors = depths.into_iter().map(|(name, depth)| (name, factor(depth.unwrap_or(top))));
        factors.filter(|(_, factor)| *factor != 1.0).collect()
    }
}

/// How many layers a parameter stands above the input: 0 for tables, none for heads.
pub(super) fn depth(name: &str) -> Option<usize> {
    let words: Vec<_> = name.split('.').collect();
    if words.iter().any(|word| matches!(*word, "embeddings" | "wte" | "wpe")) {
        return Some(0);
    }
    let layer = words.windows(2).find(|pair| matches!(pair[0], "layer" | "h"))?;
    layer[1].parse::<usize>().ok().map(|number| number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BertConfig, Gpt2, Gpt2Config, SequenceClassifier};

    #[track_caller]
    fn check(factors: &BTreeMap<String, f64>, name: &str, expected: Option<f64>) {
        let found = factors.get(name).copied();
        let near = found.zip(expected).is_none_or(|(a, b)| (a - b).abs() < 1e-12);
        assert!(found.is_some() == expected.is_some() && near, "{name}: {found:?}");
    }

    #[test]
    fn lower_layers_learn_more_slowly() {
        let model = SequenceClassifier::from_config(&BertConfig::new(10, 8, 2), 2, 1).unwrap();
        let recipe = FineTune::new(1e-3).layer_decay(0.5);
        let factors = recipe.factors(&ParamSet::all(&model).unwrap());
        check(&factors, "classifier.weight", None);
        check(&factors, "bert.pooler.dense.weight", None);
        check(&factors, "bert.encoder.layer.1.output.dense.weight", Some(0.5));
        check(&factors, "bert.encoder.layer.0.output.dense.weight", Some(0.25));
        check(&factors, "bert.embeddings.word_embeddings.weight", Some(0.125));
        let gpt = Gpt2::from_config(&Gpt2Config::new(10, 8, 2, 2), 1).unwrap();
        let factors = recipe.factors(&ParamSet::all(&gpt).unwrap());
        check(&factors, "transformer.wte.weight", Some(0.125));
        check(&factors, "transformer.h.1.attn.c_attn.weight", Some(0.5));
        let alike = FineTune::new(1e-3).factors(&ParamSet::all(&gpt).unwrap());
        assert!(alike.is_empty());
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        for recipe in [FineTune::new(1e-3).warm_up(1.0), FineTune::new(1e-3).layer_decay(0.0)] {
            let error = recipe.check().unwrap_err().to_string();
            assert!(error.starts_with("fine-tuning: "), "{error}");
        }
    }
}
