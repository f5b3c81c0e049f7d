//! Labels in the order of their scores: what every curve over thresholds is read from.

use crate::{Error, Result, door};

/// What is scored at least as high as a threshold.
pub(super) struct Step {
    pub(super) threshold: f64,
    pub(super) positive: f64,
    pub(super) negative: f64,
}

/// One step a distinct score from the highest down, each with all above it; of weight 1 a row.
pub(super) fn steps(op: &'static str, scores: &[f64], positive: &[bool]) -> Result<Vec<Step>> {
    weighted_steps(op, scores, positive, &vec![1.0; positive.len()])
}

/// As [`steps`], rows counted by their weights.
pub(super) fn weighted_steps(
    op: &'static str,
    scores: &[f64],
    positive: &[bool],
    weights: &[f64],
) -> Result<Vec<Step>> {
    door::scored(op, scores, positive.len())?;
    door::weights(op, weights, positive.len())?;
    let mut seen = [0.0; 2];
    let order = descending(scores);
    let steps = ties(&order, scores).map(|tied| {
        tied.iter().for_each(|&row| seen[usize::from(positive[row])] += weights[row]);
        Step { threshold: scores[tied[0]], positive: seen[1], negative: seen[0] }
    });
    Ok(steps.collect())
}

/// The rows from the highest score down, those of equal scores as they stand.
pub(super) fn descending(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // Adding 0 makes −0 and 0 the same for the sort as well.
    order.sort_by(|&a, &b| (scores[b] + 0.0).total_cmp(&(scores[a] + 0.0)));
    order
}

/// The parts of an order of rows that have equal scores.
pub(super) fn ties<'a>(order: &'a [usize], scores: &'a [f64]) -> impl Iterator<Item = &'a [usize]> {
    order.chunk_by(|&a, &b| scores[a] == scores[b])
}

/// The weights of all positives and of all negatives, neither of them zero.
pub(super) fn both(op: &'static str, steps: &[Step]) -> Result<(f64, f64)> {
    match steps.last() {
        Some(last) if last.positive > 0.0 && last.negative > 0.0 => {
            Ok((last.positive, last.negative))
        }
        _ => Err(Error::Undefined {
            op,
            case: "all labels are of one class",
            help: "measure on rows that have both",
        }),
    }
}

/// The area under a broken line.
pub(super) fn trapezoids(x: &[f64], y: &[f64]) -> f64 {
    let pieces = x.windows(2).zip(y.windows(2));
    pieces.map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
}
