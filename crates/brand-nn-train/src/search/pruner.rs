//! The early end of weak trials, by asynchronous successive halving.

use crate::{Callback, Epoch, Error, Result};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// One of so many trials goes on at each selection.
const REDUCTION: usize = 3;

/// Ends a training whose score is weak among those of earlier trials; made by
/// [`Trial::pruner`](crate::Trial::pruner).
#[derive(Clone, Debug)]
pub struct Pruner {
    score: String,
    first: usize,
    rising: bool,
    /// The losses that came to each epoch of selection.
    rungs: Arc<Mutex<BTreeMap<usize, Vec<f64>>>>,
    ended: Arc<AtomicBool>,
}

impl Pruner {
    pub(super) fn new(first: usize, rising: bool) -> Self {
        let (rungs, ended) = (Arc::default(), Arc::default());
        Self { score: String::new(), first, rising, rungs, ended }
    }

    /// The same for the next trial.
    pub(super) fn again(self) -> Self {
        Self { ended: Arc::default(), ..self }
    }

    pub(super) fn on(self, score: &str) -> Self {
        Self { score: score.to_owned(), ..self }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Whether a selection comes after so many epochs: the first, three times that, nine times …
    fn selects_after(&self, epochs: usize) -> bool {
        let tripled = |rung: &usize| rung.checked_mul(REDUCTION);
        let mut rungs = std::iter::successors(Some(self.first), tripled);
        rungs.find(|&rung| rung >= epochs) == Some(epochs)
    }

    /// Whether a loss is in the best third of all that came to this selection.
    fn survives(&self, epochs: usize, loss: f64) -> bool {
        let mut rungs = self.rungs.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = rungs.entry(epochs).or_default();
        seen.push(loss);
        let better = seen.iter().filter(|&&other| other < loss).count();
        better < (seen.len() / REDUCTION).max(1)
    }
}

impl Callback for Pruner {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let epochs = epoch.number + 1;
        if !self.selects_after(epochs) {
            return Ok(ControlFlow::Continue(()));
        }
        let value = epoch.scores.get(&self.score).ok_or_else(|| Error::Callback {
            callback: "Pruner",
            problem: format!("there is no score `{}`, only {}", self.score, epoch.scores),
        })?;
        if self.survives(epochs, super::loss(value, self.rising)) {
            return Ok(ControlFlow::Continue(()));
        }
        self.ended.store(true, Ordering::Relaxed);
        Ok(ControlFlow::Break(()))
    }
}
