//! Low-rank adapters: a few numbers are trained and saved, and the model stays as it was published.

mod adapter;
mod files;

pub use adapter::Adapter;

use crate::{Error, Result};
use brand_nn_autodiff::{LowRank, ParamSet, Params};
use std::sync::Arc;

/// The plan of an adapter: which weights get an update of low rank, and of which rank.
///
/// W + α / r · B A (Hu and others 2022): A and B are trained, W is not. An adapter for 0.3 % of a
/// model's numbers is often as good as training all, at less than half of the memory.
///
/// | setting | by default |
/// |---|---|
/// | [`alpha`](Self::alpha) | the rank, so that the update counts once |
/// | [`train`](Self::train) | nothing else is trained |
/// | [`fan_in_fan_out`](Self::fan_in_fan_out) | no; GPT-2's weights need it |
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_models::{BertConfig, Lora, SequenceClassifier};
///
/// let model = SequenceClassifier::from_config(&BertConfig::new(50, 16, 2), 2, 42)?;
/// let plan = Lora::new(2, "*.attention.self.{query,value}").alpha(4.0).train("classifier.*");
/// let adapter = plan.attach(&model, 1)?;
/// assert_eq!(adapter.count(), 2 * 2 * (2 * 16 + 16 * 2)); // layers, weights, A and B
/// assert_eq!(model.params("*.lora_{A,B}.weight")?.len(), 8);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "LoRA")]
#[doc(alias = "LoraConfig")]
#[doc(alias = "PEFT")]
#[derive(Clone, Debug)]
pub struct Lora {
    rank: usize,
    alpha: f64,
    targets: String,
    train: Option<String>,
    fan_in_fan_out: bool,
}

impl Lora {
    /// An update of a rank for the layers whose names match `targets`: `*` is any text, `{a,b}` is a
    /// or b.
    #[must_use]
    pub fn new(rank: usize, targets: &str) -> Self {
        let (alpha, targets) = (rank as f64, targets.to_owned());
        Self { rank, alpha, targets, train: None, fan_in_fan_out: false }
    }

    /// What the update is multiplied by, times the rank.
    #[must_use]
    #[doc(alias = "lora_alpha")]
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// Parameters that are trained and saved as they are, such as those of a new head.
    #[must_use]
    #[doc(alias = "modules_to_save")]
    pub fn train(self, pattern: &str) -> Self {
        Self { train: Some(pattern.to_owned()), ..self }
    }

    /// Whether weights stand as `[ins, outs]`, as those of GPT-2 do.
    #[must_use]
    pub fn fan_in_fan_out(self, on: bool) -> Self {
        Self { fan_in_fan_out: on, ..self }
    }

    /// Hangs new updates on a model, and freezes all else but what the plan trains.
    ///
    /// # Errors
    /// If a pattern matches nothing, or a target is no matrix, or a setting is out of its range.
    pub fn attach<P: Params>(&self, model: &P, seed: u64) -> Result<Adapter> {
        self.check()?;
        let targets = model.params(&format!("{}.weight", self.targets))?;
        let heads = match &self.train {
            Some(pattern) => model.params(pattern)?,
            None => ParamSet::default(),
        };
        let mut parts = Vec::with_capacity(targets.len());
        for (name, weight) in targets.named() {
            let &[outs, ins] = &weight.shape()[..] else {
                return Err(refused("targets", &name, "linear maps, whose weights have two axes"));
            };
            let shape = if self.fan_in_fan_out { [ins, outs] } else { [outs, ins] };
            let update = LowRank::new(shape, self.rank, self.alpha / self.rank as f64);
            let update = Arc::new(update.transposed(self.fan_in_fan_out));
            let module = name.trim_end_matches(".weight").to_owned();
            parts.push(adapter::Part { module, weight: weight.tie(), update });
        }
        let heads = heads.named().map(|(name, param)| (name.to_owned(), param.tie())).collect();
        let adapter = Adapter::new(self.clone(), parts, heads);
        ParamSet::all(model)?.freeze();
        adapter.attach()?;
        adapter.unfreeze();
        brand_nn_autodiff::init(model, seed)?;
        Ok(adapter)
    }

    fn check(&self) -> Result<()> {
        if self.rank == 0 {
            return Err(refused("r", &0, "at least 1"));
        }
        if !self.alpha.is_finite() {
            return Err(refused("lora_alpha", &self.alpha, "a number"));
        }
        Ok(())
    }
}

fn refused(setting: &'static str, got: &dyn std::fmt::Display, expected: &str) -> Error {
    let help = "see Lora; a rank of 8 for query and value is usual";
    Error::setting("lora", setting, got, expected, help)
}
