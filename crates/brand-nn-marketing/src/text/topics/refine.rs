//! Topics moved to where their terms say, once fewer dimensions have found them.

use super::Assigned;
use crate::text::linear::SparseRows;
use brand_nn_stats::linear::Matrix;

/// Rounds after which it is enough; a few are usual.
const ROUNDS: usize = 30;

/// Each text goes to the topic whose mean it is most alike, until none moves.
///
/// Spherical k-means (Dhillon and Modha 2001) on all terms: what a few dimensions left out counts
/// again. Gives the means, `[terms, topics]` with columns of length 1, and who is where.
pub(super) fn refined(rows: &SparseRows, from: &[Option<usize>], num_topics: usize) -> Refined {
    let mut assigned = from.to_vec();
    let mut means = means(rows, &assigned, &Matrix::zeros(rows.columns, num_topics));
    for _ in 0..ROUNDS {
        let next = most_alike(&rows.product(&means));
        if next == assigned {
            break;
        }
        assigned = next;
        means = self::means(rows, &assigned, &means);
    }
    (means, assigned)
}

pub(super) type Refined = (Matrix, Assigned);

/// The sum of the texts of each topic, of length 1; a topic without texts keeps what it had.
fn means(rows: &SparseRows, assigned: &[Option<usize>], before: &Matrix) -> Matrix {
    let is_in = |row: usize, topic: usize| f64::from(assigned[row] == Some(topic));
    let sums = rows.transposed_product(&Matrix::of(assigned.len(), before.cols(), is_in));
    let lengths: Vec<f64> = sums.gram(None).diagonal().iter().map(|square| square.sqrt()).collect();
    Matrix::of(sums.rows(), sums.cols(), |term, topic| {
        let length = lengths[topic];
        if length > 0.0 { sums[(term, topic)] / length } else { before[(term, topic)] }
    })
}

/// The column of the largest number of each row, the first of equal ones; none if all are 0.
pub(super) fn most_alike(scores: &Matrix) -> Assigned {
    let best = |row: usize| {
        let scores = scores.row(row);
        let best = (0..scores.len()).rev().max_by(|&a, &b| scores[a].total_cmp(&scores[b]))?;
        (scores[best] > 0.0).then_some(best)
    };
    (0..scores.rows()).map(best).collect()
}
