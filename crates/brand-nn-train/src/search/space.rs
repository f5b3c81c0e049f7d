//! Settings by name, each with the values that it may have.

use crate::{Error, Result};
use std::{collections::BTreeMap, fmt};

/// The settings that a search may choose, by name.
///
/// # Examples
/// ```
/// use brand_nn_train::Space;
///
/// let space = Space::new()
///     .log_uniform("rate", 1e-5, 1e-1)
///     .uniform("dropout", 0.0, 0.5)
///     .integers("layers", 1, 3)
///     .choice("activation", ["relu", "tanh"]);
/// assert_eq!(space.len(), 4);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    axes: Vec<(String, Axis)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Axis {
    Uniform(f64, f64),
    LogUniform(f64, f64),
    Integers(i64, i64),
    Choice(Vec<String>),
}

impl Space {
    /// Has no setting yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn axis(mut self, name: &str, axis: Axis) -> Self {
        self.axes.push((name.to_owned(), axis));
        self
    }

    /// A number from `low` to `high`.
    #[must_use]
    pub fn uniform(self, name: &str, low: f64, high: f64) -> Self {
        self.axis(name, Axis::Uniform(low, high))
    }

    /// A number from `low` to `high`, each order of magnitude as likely as the other.
    #[must_use]
    pub fn log_uniform(self, name: &str, low: f64, high: f64) -> Self {
        self.axis(name, Axis::LogUniform(low, high))
    }

    /// A whole number from `low` to `high`, both included.
    #[must_use]
    pub fn integers(self, name: &str, low: i64, high: i64) -> Self {
        self.axis(name, Axis::Integers(low, high))
    }

    /// One of some words.
    #[must_use]
    pub fn choice<S: Into<String>>(self, name: &str, words: impl IntoIterator<Item = S>) -> Self {
        self.axis(name, Axis::Choice(words.into_iter().map(Into::into).collect()))
    }

    /// The number of settings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.axes.len()
    }

    /// Whether there is no setting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    pub(super) fn check(&self) -> Result<()> {
        for (number, (name, axis)) in self.axes.iter().enumerate() {
            let twice = self.axes[..number].iter().any(|(other, _)| other == name);
            if twice || !axis.holds() {
                return Err(Error::Data {
                    what: "the space of a search",
                    got: format!("{name}: {}{axis:?}", if twice { "a second " } else { "" }),
                    expected: "names that differ, low below high, logarithms above 0, some words",
                    help: "write the smaller number first",
                });
            }
        }
        Ok(())
    }

    /// The number of words of each choice; 0 for numbers.
    pub(super) fn choices(&self) -> Vec<usize> {
        let count = |axis: &Axis| if let Axis::Choice(words) = axis { words.len() } else { 0 };
        self.axes.iter().map(|(_, axis)| count(axis)).collect()
    }

    /// What stands at places from 0 to 1.
    pub(super) fn settings(&self, places: &[f64]) -> Settings {
        let named = self.axes.iter().zip(places);
        Settings(named.map(|((name, axis), &place)| (name.clone(), axis.at(place))).collect())
    }
}

impl Axis {
    fn holds(&self) -> bool {
        match self {
            Self::Uniform(low, high) => low < high && (high - low).is_finite(),
            Self::LogUniform(low, high) => 0.0 < *low && low < high && high.is_finite(),
            Self::Integers(low, high) => low < high && high.checked_sub(*low).is_some(),
            Self::Choice(words) => !words.is_empty(),
        }
    }

    fn at(&self, place: f64) -> Setting {
        let floor = |count: f64| (place * count).floor().min(count - 1.0);
        match self {
            Self::Uniform(low, high) => Setting::Number(low + place * (high - low)),
            Self::LogUniform(low, high) => Setting::Number(low * (high / low).powf(place)),
            Self::Integers(low, high) => {
                Setting::Integer(low + floor((high - low) as f64 + 1.0) as i64)
            }
            Self::Choice(words) => Setting::Word(words[floor(words.len() as f64) as usize].clone()),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Setting {
    Number(f64),
    Integer(i64),
    Word(String),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) if number.abs() < 1e-2 => write!(f, "{number:.3e}"),
            Self::Number(number) => write!(f, "{number:.4}"),
            Self::Integer(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// The settings of one trial; printed as `dropout 0.1234, rate 1.234e-3`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(BTreeMap<String, Setting>);

impl Settings {
    #[track_caller]
    fn get(&self, name: &str) -> &Setting {
        match self.0.get(name) {
            Some(setting) => setting,
            None => panic!("no setting `{name}`; there are {:?}", self.0.keys()),
        }
    }

    /// A number.
    ///
    /// # Panics
    /// If the space has no number of this name.
    #[must_use]
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Setting::Number(number) => *number,
            Setting::Integer(number) => *number as f64,
            Setting::Word(word) => panic!("setting `{name}` is the word {word}; help: word(name)"),
        }
    }

    /// A whole number of at least 0, such as a number of units.
    ///
    /// # Panics
    /// If the space has no whole number of this name, or it is below 0.
    #[must_use]
    #[track_caller]
    pub fn integer(&self, name: &str) -> usize {
        match self.get(name) {
            Setting::Integer(number) if *number >= 0 => *number as usize,
            other => panic!("setting `{name}` is {other}, expected a whole number of at least 0"),
        }
    }

    /// A word.
    ///
    /// # Panics
    /// If the space has no choice of this name.
    #[must_use]
    #[track_caller]
    pub fn word(&self, name: &str) -> &str {
        match self.get(name) {
            Setting::Word(word) => word,
            other => panic!("setting `{name}` is the number {other}; help: number(name)"),
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&parts.join(", "))
    }
}
