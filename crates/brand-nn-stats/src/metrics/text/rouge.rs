//! ROUGE: what a summary and a reference have in common.

use super::ngrams;
use crate::{Result, door};

/// What a summary has in common with its reference, as shares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rouge {
    /// Of the summary, the share that the reference has.
    pub precision: f64,
    /// Of the reference, the share that the summary has.
    pub recall: f64,
    /// The harmonic mean of both; 0 if they have nothing in common.
    pub f1: f64,
}

impl Rouge {
    fn of(common: usize, candidate: usize, reference: usize) -> Self {
        if common == 0 {
            return Self::default();
        }
        let share = |whole: usize| common as f64 / whole as f64;
        let f1 = 2.0 * common as f64 / (candidate + reference) as f64;
        Self { precision: share(candidate), recall: share(reference), f1 }
    }
}

/// The runs of `n` tokens that both texts have: ROUGE-1, ROUGE-2 ….
///
/// Texts shorter than `n` have nothing in common. Lin 2004.
///
/// # Errors
/// If a text has no tokens, or `n` is 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::rouge_n;
/// let rouge = rouge_n(&["a", "cat", "sat"], &["the", "cat", "sat", "down"], 1)?;
/// assert_eq!((rouge.precision, rouge.recall), (2.0 / 3.0, 0.5));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn rouge_n(candidate: &[&str], reference: &[&str], n: usize) -> Result<Rouge> {
    door::at_least("rouge_n", "n", n, 1)?;
    tokens("rouge_n", candidate, reference)?;
    let theirs = ngrams(reference, n);
    let shared = |(run, count): (&[&str], usize)| count.min(theirs.get(run).copied().unwrap_or(0));
    let common = ngrams(candidate, n).into_iter().map(shared).sum();
    let runs = |tokens: &[&str]| (tokens.len() + 1).saturating_sub(n);
    Ok(Rouge::of(common, runs(candidate), runs(reference)))
}

/// The longest sequence of tokens that both texts have in that order, gaps allowed.
///
/// # Errors
/// If a text has no tokens.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::rouge_l;
/// let rouge = rouge_l(&["police", "kill", "a", "thief"], &["police", "killed", "a", "man"])?;
/// assert_eq!(rouge.f1, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn rouge_l(candidate: &[&str], reference: &[&str]) -> Result<Rouge> {
    tokens("rouge_l", candidate, reference)?;
    let common = longest_common(candidate, reference);
    Ok(Rouge::of(common, candidate.len(), reference.len()))
}

fn tokens(op: &'static str, candidate: &[&str], reference: &[&str]) -> Result<()> {
    door::some(op, "tokens in the candidate", candidate.len())?;
    door::some(op, "tokens in the reference", reference.len())
}

/// The length of the longest common subsequence, row by row.
fn longest_common(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let best = if x == y { diagonal + 1 } else { row[j].max(row[j + 1]) };
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}
