//! Any number of classes by one logistic regression each, against all others.

use super::{Features, SparseRows, TermEffect, Vocabulary, logistic};
use crate::{Error, Result, door};
use serde::{Deserialize, Serialize};

/// Features and penalty; a class and its opposite weigh the same, however rare it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::text) struct OneVsRest {
    pub(in crate::text) features: Features,
    pub(in crate::text) inverse_penalty: f64,
}

/// A line of weights a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::text) struct FittedOneVsRest {
    features: Features,
    vocabulary: Vocabulary,
    lines: Vec<(Vec<f64>, f64)>,
}

impl OneVsRest {
    /// Learns the classes 0 … `num_classes` − 1; a text may be of several or of none.
    pub(in crate::text) fn fit<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        (num_classes, is_of): (usize, impl Fn(usize, usize) -> bool),
    ) -> Result<FittedOneVsRest> {
        let penalty = ("inverse_penalty", self.inverse_penalty);
        door::setting("classes of texts", penalty, door::POSITIVE, "1 and 10 are usual")?;
        let vocabulary = self.features.fit(texts)?;
        let rows = vocabulary.rows(&self.features, texts);
        let line = |class: usize| {
            let is_own: Vec<bool> = (0..texts.len()).map(|row| is_of(row, class)).collect();
            self.line(&rows, &is_own)
        };
        let lines = (0..num_classes).map(line).collect::<Result<_>>()?;
        Ok(FittedOneVsRest { features: self.features, vocabulary, lines })
    }

    fn line(&self, rows: &SparseRows, is_own: &[bool]) -> Result<(Vec<f64>, f64)> {
        let own = is_own.iter().filter(|own| **own).count() as f64;
        let all = is_own.len() as f64;
        if own == 0.0 || own == all {
            let (method, case) = ("classes of texts", "a class has no text, or all of them");
            return Err(Error::Undefined { method, case, help: "bring texts of two classes" });
        }
        let cost = |own_one: &bool| {
            let count = if *own_one { own } else { all - own };
            self.inverse_penalty * all / (2.0 * count)
        };
        logistic::fit(rows, is_own, &is_own.iter().map(cost).collect::<Vec<_>>())
    }
}

impl FittedOneVsRest {
    /// The chance of each class against its opposite; none for a text without a known term.
    pub(in crate::text) fn chances(&self, text: &str) -> Option<Vec<f64>> {
        let row = self.vocabulary.row(&self.features, text);
        let chance = |(weights, intercept): &(Vec<f64>, f64)| {
            let odds: f64 = row.iter().map(|&(term, value)| value * weight(weights, term)).sum();
            1.0 / (1.0 + (-odds - intercept).exp())
        };
        (!row.is_empty()).then(|| self.lines.iter().map(chance).collect())
    }

    /// What each term of a text adds to the log-odds of a class, the largest effects first.
    pub(in crate::text) fn explain(&self, text: &str, class: usize) -> Vec<TermEffect> {
        let Some((weights, _)) = self.lines.get(class) else { return Vec::new() };
        self.vocabulary.effects(&self.features, text, |term| weight(weights, term))
    }
}

/// A term of a file that was tampered with may lack its weight.
pub(super) fn weight(weights: &[f64], term: u32) -> f64 {
    weights.get(term as usize).copied().unwrap_or(0.0)
}
