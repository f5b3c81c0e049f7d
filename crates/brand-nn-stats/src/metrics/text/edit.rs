//! How many insertions, deletions and replacements make one text of another.

use crate::{Result, door};

/// Levenshtein's distance: the fewest characters to insert, delete or replace.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::edit_distance("kitten", "sitting"), 3);
/// ```
#[doc(alias = "levenshtein")]
#[must_use]
pub fn edit_distance(a: &str, b: &str) -> usize {
    let characters = |text: &str| text.chars().map(u64::from).collect::<Vec<_>>();
    levenshtein(&characters(a), &characters(b))
}

/// Edits of characters over all texts, for each character of the references; may exceed 1.
///
/// # Errors
/// If there are no references, other numbers of texts, or the references are all empty.
///
/// # Examples
/// ```
/// let rate = brand_nn_stats::metrics::character_error_rate(&["abxd"], &["abcd"])?;
/// assert_eq!(rate, 0.25);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "cer")]
pub fn character_error_rate(candidates: &[&str], references: &[&str]) -> Result<f64> {
    let len = |text: &str| text.chars().count();
    error_rate("character_error_rate", candidates, references, edit_distance, len)
}

/// Edits of words over all texts, for each word of the references; may exceed 1.
///
/// Words are what white space divides.
///
/// # Errors
/// As [`character_error_rate`].
///
/// # Examples
/// ```
/// let rate = brand_nn_stats::metrics::word_error_rate(&["the cat sits"], &["the cat sat down"])?;
/// assert_eq!(rate, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "wer")]
pub fn word_error_rate(candidates: &[&str], references: &[&str]) -> Result<f64> {
    let len = |text: &str| text.split_whitespace().count();
    error_rate("word_error_rate", candidates, references, word_distance, len)
}

fn error_rate(
    op: &'static str,
    candidates: &[&str],
    references: &[&str],
    distance: fn(&str, &str) -> usize,
    len: fn(&str) -> usize,
) -> Result<f64> {
    let total: usize = references.iter().map(|text| len(text)).sum();
    door::some(op, "words in the references", total)?;
    door::len(op, "candidates", candidates.len(), references.len())?;
    let edits = candidates.iter().zip(references).map(|(a, b)| distance(a, b));
    Ok(edits.sum::<usize>() as f64 / total as f64)
}

/// Words become numbers first, so that there is one loop for words and characters.
fn word_distance(a: &str, b: &str) -> usize {
    let mut known: Vec<&str> = a.split_whitespace().chain(b.split_whitespace()).collect();
    known.sort_unstable();
    let number = |word: &str| known.partition_point(|other| *other < word) as u64;
    let numbers = |text: &str| text.split_whitespace().map(&number).collect::<Vec<_>>();
    levenshtein(&numbers(a), &numbers(b))
}

fn levenshtein(a: &[u64], b: &[u64]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            let best = replaced.min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}
