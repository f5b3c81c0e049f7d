//! BLEU: the share of a translation's n-grams that a reference has.

use super::ngrams;
use crate::{Error, Result, door};

/// What BLEU makes of an order of n-grams without a match.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Smoothing {
    /// Nothing: the score is 0.
    #[default]
    None,
    /// It counts as this many matches, such as 0.1.
    Floor(f64),
    /// All orders above 1 have this many more matches and n-grams, such as 1.
    AddK(f64),
    /// The first such order counts as ½ match, the next as ¼ …: what sacreBLEU does by default.
    Exponential,
}

/// The settings of BLEU, the geometric mean of n-gram precisions over a corpus.
///
/// min(1, e^(1 − r/c)) · exp(Σ ln pₙ / N) for n from 1 to N. pₙ is the share of the candidates'
/// n-grams that occur in a reference, each at most as often as in the one that has it most; c is
/// the length of the candidates, r that of the references nearest to them. From 0 to 1. Papineni
/// 2002; smoothing as in sacreBLEU.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::{Bleu, Smoothing};
///
/// let candidate = vec!["the", "cat", "sat", "on", "the", "mat"];
/// let reference = vec!["the", "cat", "sat", "on", "a", "mat"];
/// let score = Bleu::new().score(&[candidate], &[vec![reference]])?;
/// assert!((score - 0.537_284_965_911_77).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bleu {
    max_order: usize,
    smoothing: Smoothing,
}

impl Default for Bleu {
    fn default() -> Self {
        Self::new()
    }
}

impl Bleu {
    /// N-grams of up to four tokens, without smoothing.
    #[must_use]
    pub fn new() -> Self {
        Self { max_order: 4, smoothing: Smoothing::None }
    }

    /// The longest n-grams that count; 4 by default.
    #[must_use]
    pub fn max_order(self, max_order: usize) -> Self {
        Self { max_order, ..self }
    }

    /// What an order without a match counts; nothing by default.
    #[must_use]
    pub fn smoothing(self, smoothing: Smoothing) -> Self {
        Self { smoothing, ..self }
    }

    /// The score of candidates, each with at least one reference.
    ///
    /// # Errors
    /// If there are no candidates, other numbers of references, one without any, or a setting is
    /// out of its range.
    pub fn score(&self, candidates: &[Vec<&str>], references: &[Vec<Vec<&str>>]) -> Result<f64> {
        self.check()?;
        door::some(OP, "candidates", candidates.len())?;
        door::len(OP, "lists of references", references.len(), candidates.len())?;
        let mut tally = Tally::new(self.max_order);
        for (candidate, references) in candidates.iter().zip(references) {
            door::some(OP, "references of a candidate", references.len())?;
            tally.add(candidate, references);
        }
        Ok(self.combine(&tally))
    }

    fn check(&self) -> Result<()> {
        door::at_least(OP, "max_order", self.max_order, 1)?;
        match self.smoothing {
            Smoothing::Floor(got) | Smoothing::AddK(got) if !got.is_finite() || got <= 0.0 => {
                let (expected, help) = ("a finite number above 0", "Smoothing::None does without");
                Err(Error::Setting { op: OP, setting: "smoothing", got, expected, help })
            }
            _ => Ok(()),
        }
    }

    fn combine(&self, tally: &Tally) -> f64 {
        let mut halves = 1.0;
        let mut sum = 0.0;
        for (order, (&matched, &total)) in tally.matched.iter().zip(&tally.total).enumerate() {
            let (matched, total) = match self.smoothing {
                Smoothing::AddK(k) if order > 0 => (matched + k, total + k),
                Smoothing::Floor(floor) if matched == 0.0 => (floor, total),
                Smoothing::Exponential if matched == 0.0 => {
                    halves *= 0.5;
                    (halves, total)
                }
                _ => (matched, total),
            };
            if matched == 0.0 || total == 0.0 {
                return 0.0;
            }
            sum += (matched / total).ln();
        }
        let brevity = (1.0 - tally.reference / tally.candidate).min(0.0);
        (brevity + sum / self.max_order as f64).exp()
    }
}

const OP: &str = "bleu";

/// What a corpus has of each order, from 1 on.
struct Tally {
    matched: Vec<f64>,
    total: Vec<f64>,
    candidate: f64,
    reference: f64,
}

impl Tally {
    fn new(orders: usize) -> Self {
        let none = vec![0.0; orders];
        Self { matched: none.clone(), total: none, candidate: 0.0, reference: 0.0 }
    }

    fn add(&mut self, candidate: &[&str], references: &[Vec<&str>]) {
        for order in 1..=self.matched.len() {
            let theirs: Vec<_> = references.iter().map(|tokens| ngrams(tokens, order)).collect();
            for (run, count) in ngrams(candidate, order) {
                let most = theirs.iter().filter_map(|counts| counts.get(run)).max();
                self.matched[order - 1] += count.min(most.copied().unwrap_or(0)) as f64;
                self.total[order - 1] += count as f64;
            }
        }
        let len = candidate.len();
        // Of two lengths as near, the shorter one.
        let nearest = references.iter().map(Vec::len).min_by_key(|l| (l.abs_diff(len), *l));
        self.candidate += len as f64;
        self.reference += nearest.unwrap_or(0) as f64;
    }
}
