//! How long and in what way to train.

use crate::{Callback, Error, Progress, Result};

/// How long and in what way to train.
///
/// | setting | by default |
/// |---|---|
/// | [`epochs`](Fit::epochs) | – |
/// | [`batch_size`](Fit::batch_size) | 32 |
/// | [`validation_split`](Fit::validation_split) | none |
/// | [`seed`](Fit::seed) | 0; it rules first values, shuffling and dropout |
/// | [`shuffle`](Fit::shuffle) | yes, anew in each epoch |
/// | [`clip_norm`](Fit::clip_norm) | none |
/// | [`class_weight`](Fit::class_weight) | all the same |
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
    pub(crate) clip_norm: Option<f64>,
    pub(crate) class_weight: Vec<f64>,
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
            clip_norm: None,
            class_weight: Vec::new(),
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

    /// Checks the settings; `fit` does so before anything else.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(&self) -> Result<()> {
        at_least_one("epochs", self.epochs)?;
        at_least_one("batch_size", self.batch_size)?;
        let share = self.validation_split;
        let limit = self.clip_norm.unwrap_or(1.0);
        let refuse = |setting, got: f64, expected| {
            Err(Error::Setting { setting, got: got.to_string(), expected, help: "see Fit" })
        };
        if !(0.0..1.0).contains(&share) {
            return refuse("validation_split", share, "a share from 0 to below 1");
        }
        if limit.is_nan() || limit <= 0.0 {
            return refuse("clip_norm", limit, "a number above 0");
        }
        if let Some(&weight) = self.class_weight.iter().find(|w| !w.is_finite() || **w < 0.0) {
            return refuse("class_weight", weight, "numbers of at least 0");
        }
        self.callbacks.iter().try_for_each(|callback| callback.check())
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
