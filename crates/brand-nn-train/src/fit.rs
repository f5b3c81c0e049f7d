//! How long and in what way to train.

use crate::{
    Batches, Callback, Checkpoint, EpochOrder, Error, Progress, Result, StopSignal, trainer::split,
};
use brand_nn_autodiff::Gradients;
use std::{path::PathBuf, time::Duration};

/// How long and in what way to train.
///
/// | setting | by default |
/// |---|---|
/// | [`epochs`](Fit::epochs) | – |
/// | [`batch_size`](Fit::batch_size) | 32 |
/// | [`validation_split`](Fit::validation_split) | none |
/// | [`seed`](Fit::seed) | 0; it rules first values, shuffling and dropout |
/// | [`shuffle`](Fit::shuffle) | yes, anew in each epoch |
/// | [`accumulate`](Fit::accumulate) | 1: a step after each batch |
/// | [`clip_norm`](Fit::clip_norm), [`clip_value`](Fit::clip_value) | none |
/// | [`class_weight`](Fit::class_weight) | all the same |
/// | [`save_in_bf16`](Fit::save_in_bf16) | no: activations are kept as they are |
/// | [`max_steps`](Fit::max_steps), [`max_time`](Fit::max_time) | none |
/// | [`checkpoint`](Fit::checkpoint), [`resume_from`](Fit::resume_from) | none |
/// | [`callback`](Fit::callback), [`stop_on`](Fit::stop_on) | none |
/// | [`progress`](Fit::progress) | a bar on a terminal, a line an epoch elsewhere |
///
/// # Examples
/// ```
/// use brand_nn_train::{EarlyStopping, Fit};
///
/// let plan = Fit::epochs(10)
///     .batch_size(32)
///     .validation_split(0.1)
///     .seed(42)
///     .callback(EarlyStopping::on("val_loss").patience(5).restore_best());
/// assert!(plan.check().is_ok());
/// assert!(Fit::epochs(0).check().is_err());
/// ```
pub struct Fit {
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) validation_split: f64,
    pub(crate) seed: u64,
    pub(crate) shuffle: bool,
    pub(crate) accumulate: usize,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) clip_value: Option<f64>,
    pub(crate) class_weight: Vec<f64>,
    pub(crate) bf16: bool,
    pub(crate) max_steps: u64,
    pub(crate) max_time: Duration,
    pub(crate) limit_batches: Option<usize>,
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) resume_from: Option<PathBuf>,
    pub(crate) stop: Option<StopSignal>,
    pub(crate) progress: Progress,
    pub(crate) callbacks: Vec<Box<dyn Callback>>,
}

impl Fit {
    /// Trains for so many passes over the data.
    #[must_use]
    pub fn epochs(epochs: usize) -> Self {
        Self {
            epochs,
            batch_size: 32,
            validation_split: 0.0,
            seed: 0,
            shuffle: true,
            accumulate: 1,
            clip_norm: None,
            clip_value: None,
            class_weight: Vec::new(),
            bf16: false,
            max_steps: u64::MAX,
            max_time: Duration::MAX,
            limit_batches: None,
            checkpoint: None,
            resume_from: None,
            stop: None,
            progress: Progress::Auto,
            callbacks: Vec::new(),
        }
    }

    /// The number of examples of a step.
    #[must_use]
    pub fn batch_size(self, size: usize) -> Self {
        Self { batch_size: size, ..self }
    }

    /// The share of the data, its last part, that is kept apart to watch the training.
    ///
    /// As in Keras, the part is taken before shuffling: shuffle sorted data first.
    #[must_use]
    pub fn validation_split(self, share: f64) -> Self {
        Self { validation_split: share, ..self }
    }

    /// The one seed that rules first values, shuffling and dropout.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Whether the examples are shuffled anew in each epoch.
    #[must_use]
    pub fn shuffle(self, on: bool) -> Self {
        Self { shuffle: on, ..self }
    }

    /// Takes a step with the mean gradient of so many batches, as one large batch would give it.
    ///
    /// What is left at the end of an epoch gives a step of its own. Layers that look at the whole
    /// batch, such as batch normalisation, see the small ones.
    #[must_use]
    #[doc(alias = "gradient_accumulation_steps")]
    pub fn accumulate(self, batches: usize) -> Self {
        Self { accumulate: batches, ..self }
    }

    /// The largest norm that all gradients together may have.
    #[must_use]
    pub fn clip_norm(self, limit: f64) -> Self {
        Self { clip_norm: Some(limit), ..self }
    }

    /// How much the examples of each class count, from class 0 on.
    #[must_use]
    pub fn class_weight(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { class_weight: weights.into(), ..self }
    }

    /// The largest size that an element of a gradient may have.
    #[must_use]
    pub fn clip_value(self, limit: f64) -> Self {
        Self { clip_value: Some(limit), ..self }
    }

    /// Keeps activations in bf16 until the gradients come back, and computes as before.
    ///
    /// It saves memory, not time: activations take half, gradients differ by some thousandths, and
    /// rounding and widening are paid for. See [`Pass::saving_in_bf16`].
    ///
    /// [`Pass::saving_in_bf16`]: brand_nn_layers::Pass::saving_in_bf16
    #[must_use]
    #[doc(alias = "mixed_precision")]
    pub fn save_in_bf16(self) -> Self {
        Self { bf16: true, ..self }
    }

    /// Ends the training after so many steps, those before a resumption counted in.
    #[must_use]
    pub fn max_steps(self, steps: u64) -> Self {
        Self { max_steps: steps, ..self }
    }

    /// Ends the training after the first step that is done when this time is over.
    ///
    /// The epoch is closed with what was seen of it; a [`Checkpoint`] has the place in it.
    #[must_use]
    pub fn max_time(self, time: Duration) -> Self {
        Self { max_time: time, ..self }
    }

    /// Trains on the first batch alone: a model that can't learn it by heart has a mistake.
    #[must_use]
    #[doc(alias = "overfit_batches")]
    pub fn overfit_one_batch(self) -> Self {
        Self { limit_batches: Some(1), shuffle: false, validation_split: 0.0, ..self }
    }

    /// Runs one batch of training and one of validation, to see that everything fits together.
    ///
    /// No checkpoint is written.
    #[must_use]
    pub fn fast_dev_run(self) -> Self {
        Self { epochs: 1, limit_batches: Some(1), checkpoint: None, ..self }
    }

    /// Writes the whole state of the training to a file, to go on from there.
    #[must_use]
    pub fn checkpoint(self, checkpoint: Checkpoint) -> Self {
        Self { checkpoint: Some(checkpoint), ..self }
    }

    /// Goes on from the file that a [`Checkpoint`] wrote, as if nothing had come between.
    ///
    /// Data, plan and callbacks must be those of the first run; there may be more epochs. A training
    /// that a callback has ended stays ended.
    #[must_use]
    pub fn resume_from(self, path: impl Into<PathBuf>) -> Self {
        Self { resume_from: Some(path.into()), ..self }
    }

    /// Finishes the step, writes the checkpoint and returns an error when a signal was received.
    #[must_use]
    pub fn stop_on(self, signal: &StopSignal) -> Self {
        Self { stop: Some(signal.clone()), ..self }
    }

    /// How the training shows that it goes on.
    #[must_use]
    pub fn progress(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// Shows nothing; the same as `progress(Progress::Silent)`.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.progress(Progress::Silent)
    }

    /// Lets something watch the training and stop it.
    #[must_use]
    pub fn callback(mut self, callback: impl Callback + 'static) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// The steps that training with so many examples takes, if nothing ends it before.
    ///
    /// # Errors
    /// If there are too few examples to keep some apart, or nobody knows how many there are.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{DataLoader, Fit};
    ///
    /// let data = (Tensor::arange(100), Tensor::arange(100));
    /// let plan = Fit::epochs(3).batch_size(10).validation_split(0.2);
    /// assert_eq!(plan.num_steps(&data)?, 3 * 8);
    /// assert_eq!(plan.num_steps(&DataLoader::new(&data, 20))?, 3 * 4);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn num_steps(&self, data: &impl Batches) -> Result<u64> {
        let (rows, _) = split(data.num_examples(), self)?;
        let order = EpochOrder { rows, training: true, ..EpochOrder::new(self.batch_size) };
        let batches = data.num_batches(&order).ok_or_else(unknown_steps)?;
        let batches = batches.min(self.limit_batches.unwrap_or(usize::MAX));
        let steps = batches.div_ceil(self.accumulate.max(1)) as u64;
        Ok(steps.saturating_mul(self.epochs as u64).min(self.max_steps))
    }

    /// Checks the settings; `fit` does so before anything else.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(&self) -> Result<()> {
        at_least_one("epochs", self.epochs)?;
        at_least_one("batch_size", self.batch_size)?;
        at_least_one("accumulate", self.accumulate)?;
        at_least_one("max_steps", self.max_steps as usize)?;
        if let Some(checkpoint) = &self.checkpoint {
            at_least_one("every_steps", checkpoint.every_steps.unwrap_or(1) as usize)?;
            at_least_one("every_epochs", checkpoint.every_epochs)?;
        }
        let share = self.validation_split;
        let refuse = |setting, got: f64, expected| {
            Err(Error::Setting { setting, got: got.to_string(), expected, help: "see Fit" })
        };
        if !(0.0..1.0).contains(&share) {
            return refuse("validation_split", share, "a share from 0 to below 1");
        }
        for (name, limit) in [("clip_norm", self.clip_norm), ("clip_value", self.clip_value)] {
            if let Some(limit) = limit.filter(|limit| limit.is_nan() || *limit <= 0.0) {
                return refuse(name, limit, "a number above 0");
            }
        }
        if let Some(&weight) = self.class_weight.iter().find(|w| !w.is_finite() || **w < 0.0) {
            return refuse("class_weight", weight, "numbers of at least 0");
        }
        self.callbacks.iter().try_for_each(|callback| callback.check())
    }

    /// The gradients as the optimizer gets them.
    pub(crate) fn clipped(&self, gradients: Gradients, norm: f64) -> Gradients {
        let gradients = match self.clip_norm.map(|limit| limit / (norm + 1e-6)) {
            Some(factor) if factor < 1.0 => gradients.scale(factor),
            _ => gradients,
        };
        match self.clip_value {
            Some(limit) => gradients.clip_value(limit),
            None => gradients,
        }
    }

    pub(crate) fn is_over(&self, steps: u64, time: Duration) -> bool {
        steps >= self.max_steps || time >= self.max_time
    }
}

fn at_least_one(setting: &'static str, got: usize) -> Result<()> {
    if got > 0 {
        return Ok(());
    }
    Err(Error::Setting {
        setting,
        got: got.to_string(),
        expected: "at least 1",
        help: "one epoch goes over all data once, in batches",
    })
}

fn unknown_steps() -> Error {
    Error::Data {
        what: "the number of steps",
        got: "data whose number of batches is not known".into(),
        expected: "a known number of rows",
        help: "read the data into memory, or make the optimizer's schedule yourself",
    }
}
