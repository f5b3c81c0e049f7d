//! Intervals of net sentiment and of differences.

use brand_nn_stats::special::normal_quantile;

/// What is added to praise, to neither and to complaint before an interval is made.
pub(super) const ADDED: [f64; 3] = [0.75, 1.5, 0.75];

/// The share of praise minus that of complaint, with its interval; NaN of nothing.
///
/// By the normal distribution after three comments are added, in the shares ¼, ½, ¼, so that a few
/// comments, or comments that all agree, leave room for others.
pub(super) fn net([complaints, neutral, praise]: [u64; 3], level: f64) -> (f64, [f64; 2]) {
    let all = (praise + neutral + complaints) as f64;
    let [up, rest, down] =
        [praise as f64 + ADDED[0], neutral as f64 + ADDED[1], complaints as f64 + ADDED[2]];
    let n = up + rest + down;
    let center = (up - down) / n;
    let half = z(level) * (((up + down) / n - center * center) / n).sqrt();
    let value = (praise as f64 - complaints as f64) / all;
    if all == 0.0 {
        return (f64::NAN, [-1.0, 1.0]);
    }
    // The interval holds the number itself also where it is extreme.
    (value, [(center - half).clamp(-1.0, value), (center + half).clamp(value, 1.0)])
}

/// The interval of a difference by those of its parts (Zou and Donner 2008).
pub(super) fn difference(
    (a, [a_low, a_high]): (f64, [f64; 2]),
    (b, [b_low, b_high]): (f64, [f64; 2]),
) -> (f64, [f64; 2]) {
    let low = ((a - a_low).powi(2) + (b_high - b).powi(2)).sqrt();
    let high = ((a_high - a).powi(2) + (b - b_low).powi(2)).sqrt();
    (a - b, [a - b - low, a - b + high])
}

pub(super) fn z(level: f64) -> f64 {
    normal_quantile(0.5 + level / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resampling::Uniforms;

    #[track_caller]
    fn check(counts: [u64; 3], expected: f64) {
        let (value, [low, high]) = net(counts, 0.95);
        assert_eq!(value, expected);
        assert!(-1.0 <= low && low <= value && value <= high && high <= 1.0, "{low} {high}");
        assert!(low < high);
    }

    #[test]
    fn extremes() {
        check([0, 0, 1], 1.0);
        check([3, 0, 0], -1.0);
        check([5, 1, 5], 0.0);
        check([0, 9, 0], 0.0);
        assert!(net([0; 3], 0.95).0.is_nan());
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        for (down, up, n, seed) in [(0.1, 0.5, 20, 1), (0.02, 0.9, 40, 2), (0.3, 0.3, 12, 3)] {
            let mut held = [0, 0];
            let mut uniforms = Uniforms::new(seed, 0);
            let mut draw = || {
                let mut counts = [0; 3];
                for _ in 0..n {
                    let u = uniforms.next();
                    counts[if u < down {
                        0
                    } else if u < 1.0 - up {
                        1
                    } else {
                        2
                    }] += 1;
                }
                net(counts, 0.95)
            };
            for _ in 0..2000 {
                let (a, b) = (draw(), draw());
                let is_in = |[low, high]: [f64; 2], truth| low <= truth && truth <= high;
                held[0] += u32::from(is_in(a.1, up - down));
                held[1] += u32::from(is_in(difference(a, b).1, 0.0));
            }
            assert!(held.iter().all(|held| (1860..=1985).contains(held)), "{held:?} of 2000");
        }
    }
}
