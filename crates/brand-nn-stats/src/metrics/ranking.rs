//! How good lists of recommendations are.

use super::ranked::{descending, ties};
use crate::{Error, Result, door};

/// The share of users with at least one relevant item among their first `k` recommendations.
///
/// # Shapes
/// One list of items a user in both: `recommended` from the best down, `relevant` in any order.
///
/// # Errors
/// If there are no users, one has no relevant item or an item twice, or `k` is 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::hit_rate;
/// let (recommended, relevant) = ([vec![3, 1, 2], vec![4, 5, 6]], [vec![2], vec![4, 9]]);
/// assert_eq!(hit_rate(&recommended, &relevant, 2)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "hit_at_k")]
pub fn hit_rate(recommended: &[Vec<usize>], relevant: &[Vec<usize>], k: usize) -> Result<f64> {
    over_users("hit_rate", recommended, relevant, k, |hits, _| f64::from(hits.contains(&true)))
}

/// The share of a user's relevant items that is among the first `k`, mean over users.
///
/// # Shapes
/// As [`hit_rate`].
///
/// # Errors
/// As [`hit_rate`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::recall_at_k;
/// assert_eq!(recall_at_k(&[vec![3, 1, 2]], &[vec![2, 3, 7, 9]], 3)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn recall_at_k(recommended: &[Vec<usize>], relevant: &[Vec<usize>], k: usize) -> Result<f64> {
    over_users("recall_at_k", recommended, relevant, k, |hits, all| count(hits) as f64 / all as f64)
}

/// The share of the first `k` places that have a relevant item, mean over users.
///
/// Places that a short list leaves empty count as misses.
///
/// # Shapes
/// As [`hit_rate`].
///
/// # Errors
/// As [`hit_rate`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::precision_at_k;
/// assert_eq!(precision_at_k(&[vec![3, 1, 2, 5]], &[vec![2, 3]], 4)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn precision_at_k(
    recommended: &[Vec<usize>],
    relevant: &[Vec<usize>],
    k: usize,
) -> Result<f64> {
    over_users("precision_at_k", recommended, relevant, k, |hits, _| count(hits) as f64 / k as f64)
}

/// The mean over users of 1 / the place of the first relevant item; 0 if none is in the first `k`.
///
/// # Shapes
/// As [`hit_rate`].
///
/// # Errors
/// As [`hit_rate`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::mean_reciprocal_rank;
/// assert_eq!(mean_reciprocal_rank(&[vec![3, 1, 2, 5]], &[vec![2, 5]], 4)?, 1.0 / 3.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "mrr")]
pub fn mean_reciprocal_rank(
    recommended: &[Vec<usize>],
    relevant: &[Vec<usize>],
    k: usize,
) -> Result<f64> {
    over_users("mean_reciprocal_rank", recommended, relevant, k, |hits, _| {
        hits.iter().position(|&hit| hit).map_or(0.0, |place| 1.0 / (place + 1) as f64)
    })
}

/// The mean over users of the precision at each relevant item's place.
///
/// Σ of precision@i over the hits i ≤ k, divided by min(k, relevant items).
///
/// # Shapes
/// As [`hit_rate`].
///
/// # Errors
/// As [`hit_rate`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::map_at_k;
/// assert_eq!(map_at_k(&[vec![3, 1, 2]], &[vec![3, 2]], 3)?, (1.0 + 2.0 / 3.0) / 2.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "mean_average_precision")]
pub fn map_at_k(recommended: &[Vec<usize>], relevant: &[Vec<usize>], k: usize) -> Result<f64> {
    over_users("map_at_k", recommended, relevant, k, |hits, all| {
        let places = hits.iter().enumerate().filter(|(_, hit)| **hit);
        let precisions =
            places.enumerate().map(|(n, (place, _))| (n + 1) as f64 / (place + 1) as f64);
        precisions.sum::<f64>() / k.min(all) as f64
    })
}

/// The discounted gain of the first `k` places over the best possible, mean over users.
///
/// Σ hitᵢ / log₂(i + 1) for places i from 1, divided by that of a list of relevant items only.
///
/// # Shapes
/// As [`hit_rate`].
///
/// # Errors
/// As [`hit_rate`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::ndcg_at_k;
/// assert_eq!(ndcg_at_k(&[vec![1, 2, 3]], &[vec![3]], 3)?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn ndcg_at_k(recommended: &[Vec<usize>], relevant: &[Vec<usize>], k: usize) -> Result<f64> {
    over_users("ndcg_at_k", recommended, relevant, k, |hits, all| {
        let gained =
            hits.iter().enumerate().filter(|(_, hit)| **hit).map(|(place, _)| discount(place));
        let best: f64 = (0..k.min(all)).map(discount).sum();
        gained.sum::<f64>() / best
    })
}

/// The mean over users of a measure of the first `k` hits and misses and of all relevant items.
fn over_users(
    op: &'static str,
    recommended: &[Vec<usize>],
    relevant: &[Vec<usize>],
    k: usize,
    measure: impl Fn(&[bool], usize) -> f64,
) -> Result<f64> {
    door::some(op, "users", relevant.len())?;
    door::len(op, "lists of recommendations", recommended.len(), relevant.len())?;
    door::at_least(op, "k", k, 1)?;
    let mut sum = 0.0;
    for (user, (recommended, relevant)) in recommended.iter().zip(relevant).enumerate() {
        let wanted = distinct(op, user, relevant)?;
        distinct(op, user, recommended)?;
        if wanted.is_empty() {
            let (case, help) = ("a user has no relevant item", "leave such users out");
            return Err(Error::Undefined { op, case, help });
        }
        let first = recommended.iter().take(k);
        let hits: Vec<bool> = first.map(|item| wanted.binary_search(item).is_ok()).collect();
        sum += measure(&hits, wanted.len());
    }
    Ok(sum / relevant.len() as f64)
}

/// The items in order, each once.
fn distinct(op: &'static str, user: usize, items: &[usize]) -> Result<Vec<usize>> {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::Value {
            op,
            what: "an item of user",
            index: user,
            got: pair[0] as f64,
            expected: "each item once in a list",
        }),
        None => Ok(sorted),
    }
}

fn count(hits: &[bool]) -> usize {
    hits.iter().filter(|&&hit| hit).count()
}

/// 1 / log₂(i + 1) for place i from 1.
fn discount(place: usize) -> f64 {
    1.0 / ((place + 2) as f64).log2()
}

/// The discounted gain of graded items in the order of scores over that of the best order.
///
/// Σ gᵢ / log₂(i + 1) over the first `k` places; items of equal scores share the mean of their
/// gains.
///
/// # Errors
/// If there are no items, lengths do not fit, a score is NaN, a gain is negative or not finite, all
/// gains are 0, or `k` is 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::ndcg_of_scores;
/// let ndcg = ndcg_of_scores(&[0.9, 0.5, 0.1], &[0.0, 0.0, 3.0], 3)?;
/// assert_eq!(ndcg, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn ndcg_of_scores(scores: &[f64], gains: &[f64], k: usize) -> Result<f64> {
    let op = "ndcg_of_scores";
    door::scored(op, scores, gains.len())?;
    door::every(op, "gain", gains, door::NOT_NEGATIVE)?;
    door::at_least(op, "k", k, 1)?;
    let best = discounted(gains, gains, k);
    if best > 0.0 && best.is_finite() {
        return Ok(discounted(scores, gains, k) / best);
    }
    let (case, help) = ("all gains are 0, or overflow", "leave such queries out");
    Err(Error::Undefined { op, case, help })
}

fn discounted(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    let mut place = 0;
    let order = descending(scores);
    let groups = ties(&order, scores).map(|tied| {
        let gain = door::mean(tied.iter().map(|&item| gains[item]));
        let places = place..(place + tied.len()).min(k);
        place += tied.len();
        gain * places.map(discount).sum::<f64>()
    });
    groups.sum()
}
