//! When a series goes to another level.

use crate::{Error, Result, door};

/// The places at which the mean changes, each the first of a new level.
///
/// The least sum of squares around the means of segments plus `penalty` a change, exactly, by the
/// pruned search of Killick, Fearnhead and Eckley 2012 (PELT). With noise of variance σ² a penalty
/// of 2 σ² ln n suits; a larger one finds fewer changes. A segment has at least `min_size`; above 1
/// nothing is pruned, and the time grows with the square of the length.
///
/// # Errors
/// If a number is not finite, the penalty is not above 0, or `min_size` is 0 or too large.
///
/// # Examples
/// ```
/// use brand_nn_stats::series::change_points;
/// let visits = [10.0, 11.0, 10.0, 9.0, 30.0, 31.0, 29.0, 30.0];
/// assert_eq!(change_points(&visits, 20.0, 2)?, [4]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "PELT")]
pub fn change_points(x: &[f64], penalty: f64, min_size: usize) -> Result<Vec<usize>> {
    let op = "change_points";
    door::every(op, "observation", x, door::FINITE)?;
    door::positive(op, "penalty", penalty)?;
    door::at_least(op, "min_size", min_size, 1)?;
    if min_size > x.len() {
        let (setting, got) = ("min_size", min_size as f64);
        let (expected, help) = ("at most the observations", "allow shorter segments");
        return Err(Error::Setting { op, setting, got, expected, help });
    }
    let sums = Sums::of(x);
    if !sums.squares[x.len()].is_finite() {
        let (case, help) = ("squares overflow", "scale the series down");
        return Err(Error::Undefined { op, case, help });
    }
    Ok(changes(&search(&sums, penalty, min_size)))
}

/// For each end the start of its last segment.
fn search(sums: &Sums, penalty: f64, min_size: usize) -> Vec<usize> {
    let len = sums.sums.len() - 1;
    let mut least = vec![f64::INFINITY; len + 1];
    let mut last = vec![0; len + 1];
    least[0] = -penalty;
    let mut starts: Vec<usize> = Vec::new();
    for end in min_size..=len {
        let start = end - min_size;
        if least[start].is_finite() {
            starts.push(start);
        }
        let costs: Vec<f64> =
            starts.iter().map(|&start| least[start] + sums.cost(start, end)).collect();
        for (start, cost) in starts.iter().zip(&costs) {
            if cost + penalty < least[end] {
                (least[end], last[end]) = (cost + penalty, *start);
            }
        }
        // A start that is worse than a change here stays worse. Segments longer than 1 can not
        // begin at any later place, so there nothing is left out.
        if min_size == 1 {
            let mut costs = costs.iter();
            starts.retain(|_| costs.next().is_none_or(|cost| *cost <= least[end]));
        }
    }
    last
}

fn changes(last: &[usize]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = last.len() - 1;
    while last[end] > 0 {
        end = last[end];
        found.push(end);
    }
    found.reverse();
    found
}

/// Running sums around the mean, and of their squares.
struct Sums {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn of(x: &[f64]) -> Self {
        let mean = door::mean(x.iter().copied());
        let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
        for (i, x) in x.iter().enumerate() {
            sums.push(sums[i] + (x - mean));
            squares.push(squares[i] + (x - mean).powi(2));
        }
        Self { sums, squares }
    }

    /// The sum of squares of a segment around its mean.
    fn cost(&self, start: usize, end: usize) -> f64 {
        let sum = self.sums[end] - self.sums[start];
        let square = self.squares[end] - self.squares[start];
        (square - sum * sum / (end - start) as f64).max(0.0)
    }
}
