//! Named numbers of an epoch, and those of all epochs.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, ops::Index};

/// Named numbers such as a loss and metrics; printed in order as `accuracy 0.91  loss 0.25`.
///
/// # Examples
/// ```
/// use brand_nn_train::Scores;
///
/// let scores = Scores::from_iter([("loss".to_owned(), 0.25), ("accuracy".to_owned(), 0.91)]);
/// assert_eq!(scores["loss"], 0.25);
/// assert_eq!(scores.to_string(), "loss 0.2500  accuracy 0.9100");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores(BTreeMap<String, f64>);

impl Scores {
    /// The number of a name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// Sets the number of a name.
    pub fn insert(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    /// The names in alphabetical order, losses first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        let all = || self.0.iter().map(|(name, &value)| (name.as_str(), value));
        let is_loss = |(name, _): &(&str, f64)| name.ends_with("loss");
        all().filter(is_loss).chain(all().filter(move |score| !is_loss(score)))
    }

    /// The same numbers under names that begin with `prefix`.
    pub(crate) fn prefixed(self, prefix: &str) -> impl Iterator<Item = (String, f64)> {
        self.0.into_iter().map(move |(name, value)| (format!("{prefix}{name}"), value))
    }
}

impl FromIterator<(String, f64)> for Scores {
    fn from_iter<I: IntoIterator<Item = (String, f64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Extend<(String, f64)> for Scores {
    fn extend<I: IntoIterator<Item = (String, f64)>>(&mut self, pairs: I) {
        self.0.extend(pairs);
    }
}

/// # Panics
/// If there is no such name; [`Scores::get`] asks.
impl Index<&str> for Scores {
    type Output = f64;

    fn index(&self, name: &str) -> &f64 {
        match self.0.get(name) {
            Some(value) => value,
            None => panic!("no score `{name}`; there are {:?}", self.0.keys().collect::<Vec<_>>()),
        }
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
        f.write_str(&parts.join("  "))
    }
}

/// The scores of every epoch of a training.
///
/// # Examples
/// ```
/// use brand_nn_train::{History, Scores};
///
/// let epoch = |loss| Scores::from_iter([("loss".to_owned(), loss)]);
/// let history = History { epochs: vec![epoch(0.7), epoch(0.4)], best_epoch: Some(1) };
/// assert_eq!(history.column("loss"), [0.7, 0.4]);
/// assert_eq!(history.last("loss"), Some(0.4));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The scores, one entry an epoch; those of validation begin with `val_`.
    pub epochs: Vec<Scores>,
    /// The epoch, from 0, whose weights the model has now, if a callback put them back.
    pub best_epoch: Option<usize>,
}

impl History {
    /// The number of epochs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether no epoch was finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// The number of a name in each epoch that has it.
    #[must_use]
    pub fn column(&self, name: &str) -> Vec<f64> {
        self.epochs.iter().filter_map(|scores| scores.get(name)).collect()
    }

    /// The number of a name in the last epoch.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<f64> {
        self.epochs.last()?.get(name)
    }
}
