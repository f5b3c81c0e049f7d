//! How sure a language model is of a text, with how varied texts are.

use super::ngrams;
use crate::{Result, door};
use std::collections::BTreeSet;

/// e to the mean of −ln p: among how many tokens a model seems to choose.
///
/// Infinite where a token had probability 0.
///
/// # Errors
/// If there are no tokens, or a logarithm is NaN or above 0.
///
/// # Examples
/// ```
/// let quarter = 0.25_f64.ln();
/// let perplexity = brand_nn_stats::metrics::perplexity(&[quarter, quarter])?;
/// assert!((perplexity - 4.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn perplexity(log_probabilities: &[f64]) -> Result<f64> {
    let op = "perplexity";
    door::some(op, "tokens", log_probabilities.len())?;
    let logarithm =
        ("a natural logarithm of a probability, at most 0", (|x| x <= 0.0) as fn(f64) -> bool);
    door::every(op, "log-probability", log_probabilities, logarithm)?;
    Ok((-door::mean(log_probabilities.iter().copied())).exp())
}

/// The share of different runs of `n` tokens among all of them: 1 if none repeats.
///
/// Li 2016, over all texts together.
///
/// # Errors
/// If no text has `n` tokens, or `n` is 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::distinct_n;
/// let texts = [vec!["so", "good"], vec!["so", "so", "good"]];
/// assert_eq!(distinct_n(&texts, 1)?, 0.4);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn distinct_n(texts: &[Vec<&str>], n: usize) -> Result<f64> {
    door::at_least("distinct_n", "n", n, 1)?;
    let counts: Vec<_> = texts.iter().map(|tokens| ngrams(tokens, n)).collect();
    let total: usize = counts.iter().flat_map(|counts| counts.values()).sum();
    door::some("distinct_n", "runs of n tokens", total)?;
    let different: BTreeSet<_> = counts.iter().flat_map(|counts| counts.keys()).collect();
    Ok(different.len() as f64 / total as f64)
}
