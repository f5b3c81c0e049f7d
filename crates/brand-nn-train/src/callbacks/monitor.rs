//! One score that is watched: whether it should rise or fall, and the best so far.

use crate::{Epoch, Error, Result, exact::Exact};
use serde::{Deserialize, Serialize};

/// The score that a callback watches, and the best value so far.
///
/// Scores whose name ends in `loss`, `error` or is that of a distance shall fall, all others rise.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) score: String,
    pub(super) rising: bool,
    pub(super) min_delta: f64,
    pub(super) best: Option<Best>,
}

/// The best value so far and its epoch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) value: Exact,
    pub(super) epoch: usize,
}

/// Endings of the names of scores that shall fall.
const FALLING: [&str; 6] = ["loss", "error", "mae", "mse", "rmse", "brier"];

impl Monitor {
    pub(super) fn on(score: &str) -> Self {
        let rising = !FALLING.iter().any(|ending| score.ends_with(ending));
        Self { score: score.to_owned(), rising, min_delta: 0.0, best: None }
    }

    /// The score of an epoch.
    pub(super) fn value(&self, callback: &'static str, epoch: &Epoch<'_>) -> Result<f64> {
        epoch.scores.get(&self.score).ok_or_else(|| Error::Callback {
            callback,
            problem: format!(
                "there is no score `{}`, only {}; help: a score of validation begins with val_ \
                 and needs validation data",
                self.score,
                epoch.scores.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
            ),
        })
    }

    /// Keeps a value if it is the best so far, and says whether it is; NaN never is.
    pub(super) fn improves(&mut self, value: f64, epoch: usize) -> bool {
        let better = match self.best {
            None => !value.is_nan(),
            Some(best) => self.gain(best.value.0, value) > self.min_delta,
        };
        if better {
            self.best = Some(Best { value: Exact(value), epoch });
        }
        better
    }

    /// How much better `new` is than `old`.
    pub(super) fn gain(&self, old: f64, new: f64) -> f64 {
        if self.rising { new - old } else { old - new }
    }
}
