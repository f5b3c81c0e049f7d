//! One token of many: the best, or one that is drawn.

use super::processors::softmax;
use brand_nn_tensor::Rng;

/// The token with the highest score, of equal ones the first; `None` if all are ruled out.
pub(super) fn best(scores: &[f64]) -> Option<usize> {
    let possible = scores.iter().enumerate().filter(|(_, score)| **score > f64::NEG_INFINITY);
    let better = |a: (usize, f64), b: (usize, f64)| if b.1 > a.1 { b } else { a };
    possible.map(|(token, score)| (token, *score)).reduce(better).map(|(token, _)| token)
}

/// A token drawn by the softmax of the scores; `None` if all are ruled out.
pub(super) fn draw(scores: &[f64], rng: &mut Rng) -> Option<usize> {
    let place = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let last = best(scores)?;
    let mut sum = 0.0;
    let reached = softmax(scores).into_iter().position(|share| {
        sum += share;
        place < sum
    });
    Some(reached.unwrap_or(last))
}

/// The logarithm of each token's probability.
pub(super) fn log_softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    scores.iter().map(|score| score - most - sum.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: f64 = f64::NEG_INFINITY;

    #[test]
    fn the_best_is_the_first_of_equal_ones() {
        assert_eq!(best(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(best(&[OUT, OUT]), None);
        assert_eq!(best(&[OUT, f64::NAN, 0.0]), Some(2));
    }

    #[test]
    fn draws_have_the_shares_of_the_softmax() {
        let (mut rng, scores) = (Rng::new(3), [0.0, 1_f64.exp().ln(), OUT]);
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[draw(&scores, &mut rng).unwrap()] += 1);
        assert_eq!(counts[2], 0);
        let share = f64::from(counts[1]) / 10_000.0;
        assert!((share - 1_f64.exp() / (1.0 + 1_f64.exp())).abs() < 0.02, "{share}");
        assert_eq!(draw(&[OUT], &mut rng), None);
    }

    #[test]
    fn logarithms_of_probabilities_sum_to_one() {
        let sum: f64 = log_softmax(&[1e4, 1e4 + 1.0, OUT]).iter().map(|log| log.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}
