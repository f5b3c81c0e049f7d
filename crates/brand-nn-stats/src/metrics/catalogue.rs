//! What recommendations do to a catalogue: how much of it is shown, how evenly, how popular it is.

use crate::{Error, Result, door};

/// The share of all items that is recommended to anybody.
///
/// # Errors
/// If there are no lists or items, or an item is not below `num_items`.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::catalogue_coverage;
/// assert_eq!(catalogue_coverage(&[vec![0, 1], vec![1, 4]], 6)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn catalogue_coverage(recommended: &[Vec<usize>], num_items: usize) -> Result<f64> {
    let op = "catalogue_coverage";
    door::some(op, "lists of recommendations", recommended.len())?;
    door::at_least(op, "num_items", num_items, 1)?;
    let mut shown = vec![false; num_items];
    for (index, &item) in recommended.iter().flatten().enumerate() {
        *shown.get_mut(item).ok_or_else(|| unknown(op, index, item))? = true;
    }
    Ok(shown.iter().filter(|&&shown| shown).count() as f64 / num_items as f64)
}

/// The mean popularity of recommended items: how much lists follow the crowd.
///
/// `popularity` has one number an item, such as its share of buyers.
///
/// # Errors
/// If nothing is recommended, an item has no popularity, or one is not finite.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::average_popularity;
/// assert_eq!(average_popularity(&[vec![0, 1], vec![0, 2]], &[6.0, 3.0, 1.0])?, 4.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn average_popularity(recommended: &[Vec<usize>], popularity: &[f64]) -> Result<f64> {
    let op = "average_popularity";
    door::every(op, "popularity", popularity, door::FINITE)?;
    let items: Vec<usize> = recommended.iter().flatten().copied().collect();
    door::some(op, "recommended items", items.len())?;
    match items.iter().position(|&item| item >= popularity.len()) {
        Some(index) => Err(unknown(op, index, items[index])),
        None => Ok(door::mean(items.iter().map(|&item| popularity[item]))),
    }
}

fn unknown(op: &'static str, index: usize, item: usize) -> Error {
    let expected = "an item of the catalogue, counted from 0";
    Error::Value { op, what: "recommended item", index, got: item as f64, expected }
}

/// How unevenly a total is shared: 0 if all have the same, near 1 if one has all.
///
/// Σ (2i − n − 1) xᵢ / (n Σ xᵢ) over amounts in ascending order, i from 1. For the order of scores
/// see [`gini`](super::gini).
///
/// # Errors
/// If there are no amounts, one is negative or not finite, or all are 0.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::gini_index(&[0.0, 0.0, 0.0, 8.0])?, 0.75);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn gini_index(amounts: &[f64]) -> Result<f64> {
    let total = total("gini_index", amounts)?;
    let mut sorted = amounts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let terms = sorted.iter().enumerate().map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * (x / total));
    Ok(terms.sum::<f64>() / n)
}

/// Shannon's entropy of shares, −Σ pᵢ ln pᵢ in nats; amounts are divided by their sum.
///
/// # Errors
/// As [`gini_index`].
///
/// # Examples
/// ```
/// let entropy = brand_nn_stats::metrics::entropy(&[5.0, 5.0, 0.0])?;
/// assert!((entropy - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn entropy(amounts: &[f64]) -> Result<f64> {
    let total = total("entropy", amounts)?;
    let shares = amounts.iter().map(|x| x / total).filter(|&share| share > 0.0);
    Ok(shares.map(|share| -share * share.ln()).sum())
}

fn total(op: &'static str, amounts: &[f64]) -> Result<f64> {
    door::some(op, "amounts", amounts.len())?;
    door::every(op, "amount", amounts, door::NOT_NEGATIVE)?;
    let total: f64 = amounts.iter().sum();
    let (case, help) = ("the amounts add up to zero or overflow", "scale them, or leave them out");
    if total > 0.0 && total.is_finite() {
        return Ok(total);
    }
    Err(Error::Undefined { op, case, help })
}
