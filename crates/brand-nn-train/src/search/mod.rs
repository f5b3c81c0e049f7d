//! Settings of a training, found by trying: at random or by Bayes, weak trials ended early.
//!
//! A [`Space`] names the settings and their ranges, a [`Search`] tries some, a [`Trial`] is one of
//! them, and [`Trials`] say what came of it. What is measured is yours: the score of
//! [`cross_validate`](crate::cross_validate) inside the training rows, or that of one split.

mod parzen;
mod pruner;
mod space;

pub use pruner::Pruner;
pub use space::{Settings, Space};

use crate::{Error, Result};
use brand_nn_tensor::Rng;
use parzen::suggestion;
use std::fmt;

/// Tries settings and keeps what was measured of each.
///
/// | setting | by default |
/// |---|---|
/// | [`trials`](Self::trials) | 30 |
/// | [`seed`](Self::seed) | 0 |
/// | [`maximize`](Self::maximize) | what is measured shall be small |
/// | [`pruning`](Self::pruning) | no trial is ended early |
///
/// # Examples
/// ```
/// use brand_nn_train::{Error, Search, Space};
///
/// let space = Space::new().log_uniform("rate", 1e-4, 1.0).integers("units", 1, 64);
/// let trials = Search::bayesian(space).trials(60).seed(1).run(|trial| {
///     let rate = trial.settings.number("rate");
///     let units = trial.settings.integer("units") as f64;
///     Ok::<_, Error>((rate.log10() + 2.0).powi(2) + (units / 32.0 - 1.0).powi(2))
/// })?;
/// let best = trials.best()?;
/// assert!((1e-3..1e-1).contains(&best.settings.number("rate")), "{trials}");
/// assert!(best.value < 0.1);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "Tuner")]
#[doc(alias = "RandomizedSearchCV")]
pub struct Search {
    space: Space,
    method: Method,
    trials: usize,
    seed: u64,
    rising: bool,
    pruning: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Random,
    Parzen,
}

impl Search {
    /// Draws the settings of each trial at random (Bergstra and Bengio 2012).
    #[must_use]
    pub fn random(space: Space) -> Self {
        let method = Method::Random;
        Self { space, method, trials: 30, seed: 0, rising: false, pruning: None }
    }

    /// Draws ten trials at random, then where good ones are dense and others are not: the tree of
    /// Parzen estimators (Bergstra et al. 2011).
    #[must_use]
    #[doc(alias = "TPE")]
    pub fn bayesian(space: Space) -> Self {
        Self { method: Method::Parzen, ..Self::random(space) }
    }

    /// The number of trials.
    #[must_use]
    pub fn trials(self, count: usize) -> Self {
        Self { trials: count, ..self }
    }

    /// What rules all chance.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What is measured shall be large, such as an accuracy.
    #[must_use]
    pub fn maximize(self) -> Self {
        Self { rising: true, ..self }
    }

    /// Ends weak trials early: see [`Trial::pruner`]. `first` is the epoch of the first selection.
    #[must_use]
    #[doc(alias = "ASHA")]
    pub fn pruning(self, first: usize) -> Self {
        Self { pruning: Some(first), ..self }
    }

    /// Tries and measures; a value that is NaN is worse than all others.
    ///
    /// # Errors
    /// If a range is empty or there is no trial; the first error of `measure`.
    pub fn run<E: From<Error>>(
        &self,
        mut measure: impl FnMut(&Trial) -> Result<f64, E>,
    ) -> Result<Trials, E> {
        self.space.check()?;
        if self.trials == 0 || self.pruning == Some(0) {
            return Err(E::from(Error::Setting {
                setting: "trials and pruning",
                got: "0".into(),
                expected: "at least 1",
                help: "thirty trials are few for more than three settings",
            }));
        }
        let pruner = self.pruning.map(|first| Pruner::new(first, self.rising));
        let mut done: Vec<Tried> = Vec::new();
        for number in 0..self.trials {
            let mut rng = Rng::keyed(self.seed, &format!("trial {number}"));
            let places = self.places(&done, &mut rng);
            let settings = self.space.settings(&places);
            let trial = Trial { number, settings, pruner: pruner.clone().map(Pruner::again) };
            let value = measure(&trial)?;
            let pruned = trial.pruner.as_ref().is_some_and(Pruner::has_ended);
            done.push(Tried { settings: trial.settings, value, pruned, places });
        }
        Ok(Trials { all: done, rising: self.rising })
    }

    /// Where the next trial stands in the unit cube of the space.
    fn places(&self, done: &[Tried], rng: &mut Rng) -> Vec<f64> {
        let mut order: Vec<&Tried> = done.iter().collect();
        order.sort_by(|a, b| self.loss(a).total_cmp(&self.loss(b)));
        let order: Vec<&[f64]> = order.iter().map(|tried| &*tried.places).collect();
        let widths = self.space.choices();
        match self.method {
            Method::Parzen if order.len() >= 10 => suggestion(&order, &widths, rng),
            _ => widths.iter().map(|_| unit(rng)).collect(),
        }
    }

    fn loss(&self, tried: &Tried) -> f64 {
        loss(tried.value, self.rising)
    }
}

/// A value as something that shall be small; NaN is the largest.
fn loss(value: f64, rising: bool) -> f64 {
    match value.is_nan() {
        true => f64::INFINITY,
        false if rising => -value,
        false => value,
    }
}

/// A number from 0 to below 1.
fn unit(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// One trial: its settings, and what may end it early.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its number, from 0.
    pub number: usize,
    /// The settings to try.
    pub settings: Settings,
    pruner: Option<Pruner>,
}

impl Trial {
    /// A callback that ends the training when a score is weak among those of earlier trials.
    ///
    /// Asynchronous successive halving (Li et al. 2020): after 1, 3, 9 … times the first epoch of
    /// [`Search::pruning`], a trial goes on if its score is in the best third of all that came so
    /// far. Without that setting the callback does nothing.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Sequential, dense};
    /// use brand_nn_losses::mse;
    /// use brand_nn_optim::Sgd;
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Error, Fit, Model, Search, Space};
    ///
    /// let data = (Tensor::ones([16, 1]), Tensor::ones([16]));
    /// let space = Space::new().log_uniform("rate", 1e-5, 0.5);
    /// let trials = Search::random(space).trials(12).pruning(1).seed(2).run(|trial| {
    ///     let sgd = Sgd::new(trial.settings.number("rate"));
    ///     let mut trainer = Sequential::new().add(dense(1)).build([1])?.compile(sgd, mse);
    ///     let plan = Fit::epochs(9).callback(trial.pruner("loss")).quiet();
    ///     Ok::<_, Error>(trainer.fit(&data, plan)?.last("loss").unwrap_or(f64::NAN))
    /// })?;
    /// assert!(trials.all.iter().filter(|tried| tried.pruned).count() >= 6);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn pruner(&self, score: &str) -> Pruner {
        self.pruner.clone().unwrap_or_else(|| Pruner::new(usize::MAX, false)).on(score)
    }
}

/// A trial that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// What was tried.
    pub settings: Settings,
    /// What was measured.
    pub value: f64,
    /// Whether it was ended early.
    pub pruned: bool,
    places: Vec<f64>,
}

/// All trials of a search, in their order; printed best first, a line each.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    /// The trials.
    pub all: Vec<Tried>,
    rising: bool,
}

impl Trials {
    /// The trial with the best value, of equal ones the first; one that was ended early counts too.
    ///
    /// # Errors
    /// [`Error::Data`] if no value is a number.
    pub fn best(&self) -> Result<&Tried> {
        let numbers = self.all.iter().filter(|tried| !tried.value.is_nan());
        let key = |tried: &Tried| loss(tried.value, self.rising);
        numbers.min_by(|a, b| key(a).total_cmp(&key(b))).ok_or_else(|| Error::Data {
            what: "the trials",
            got: format!("{} values, none of them a number", self.all.len()),
            expected: "at least one number",
            help: "look at what the trials measure",
        })
    }
}

impl fmt::Display for Trials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut order: Vec<_> = self.all.iter().collect();
        order.sort_by(|a, b| loss(a.value, self.rising).total_cmp(&loss(b.value, self.rising)));
        for Tried { settings, value, pruned, .. } in order {
            writeln!(f, "{value:.4}  {settings}{}", if *pruned { "  (ended early)" } else { "" })?;
        }
        Ok(())
    }
}
