//! How often the one with the higher risk comes first.

use super::checked;
use crate::{Error, Result, door};

/// Harrell's C: the share of comparable pairs whose risks are in the order of their events.
///
/// A pair is comparable if one event was seen before the other row's end, or at it if that one is
/// censored. Equal risks count half; 0.5 is chance, 1 perfect. In n log n.
///
/// # Errors
/// If lengths differ, a number is not finite, a duration is negative, or no pair is comparable.
///
/// # Examples
/// ```
/// use brand_nn_stats::survival::concordance;
/// let risks = [3.0, 2.0, 2.5, 1.0];
/// let c = concordance(&risks, &[1.0, 2.0, 3.0, 4.0], &[true, true, true, false])?;
/// assert!((c - 5.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "c-index")]
pub fn concordance(risks: &[f64], durations: &[f64], events: &[bool]) -> Result<f64> {
    let op = "concordance";
    checked(op, durations, events)?;
    door::len(op, "risks", risks.len(), durations.len())?;
    door::every(op, "risk", risks, door::FINITE)?;
    let mut known = risks.to_vec();
    known.sort_by(f64::total_cmp);
    known.dedup();
    let rank = |row: usize| known.partition_point(|risk| *risk < risks[row]);
    let mut rows: Vec<usize> = (0..durations.len()).collect();
    rows.sort_by(|&a, &b| durations[b].total_cmp(&durations[a]));
    let mut later = Counts::new(known.len());
    let (mut right, mut pairs) = (0.0, 0.0);
    for group in rows.chunk_by(|&a, &b| durations[a] == durations[b]) {
        let (seen, censored): (Vec<usize>, Vec<usize>) =
            group.iter().partition(|&&row| events[row]);
        censored.iter().for_each(|&row| later.add(rank(row)));
        for &row in &seen {
            let (below, upto) = (later.below(rank(row)), later.below(rank(row) + 1));
            right += below + 0.5 * (upto - below);
            pairs += later.below(known.len());
        }
        seen.iter().for_each(|&row| later.add(rank(row)));
    }
    let case = "no two rows can be compared";
    let help = "bring rows that last longer than an event";
    if pairs > 0.0 { Ok(right / pairs) } else { Err(Error::Undefined { op, case, help }) }
}

/// How many were added below a rank, by Fenwick's tree.
struct Counts(Vec<f64>);

impl Counts {
    fn new(ranks: usize) -> Self {
        Self(vec![0.0; ranks + 1])
    }

    fn add(&mut self, rank: usize) {
        let mut i = rank + 1;
        while i < self.0.len() {
            self.0[i] += 1.0;
            i += i & i.wrapping_neg();
        }
    }

    fn below(&self, rank: usize) -> f64 {
        let mut i = rank;
        let mut sum = 0.0;
        while i > 0 {
            sum += self.0[i];
            i &= i - 1;
        }
        sum
    }
}
