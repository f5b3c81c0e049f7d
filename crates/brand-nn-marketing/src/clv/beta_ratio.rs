//! The mean of θˣ (1 − θ)ʸ over chances θ that are beta distributed.

use brand_nn_stats::special::{digamma, lbeta};

/// ln B(a + x, b + y) − ln B(a, b).
pub(super) fn log_ratio([a, b]: [f64; 2], [x, y]: [f64; 2]) -> f64 {
    lbeta(a + x, b + y) - lbeta(a, b)
}

/// The gradient of [`log_ratio`] by a and b.
pub(super) fn slopes([a, b]: [f64; 2], [x, y]: [f64; 2]) -> [f64; 2] {
    let both = digamma(a + b) - digamma(a + b + x + y);
    [both + digamma(a + x) - digamma(a), both + digamma(b + y) - digamma(b)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_ratio() {
        for (at, counts) in [([0.7, 1.3], [1.0, 0.0]), ([12.0, 0.2], [3.0, 7.0])] {
            let by = slopes(at, counts);
            for (i, slope) in by.into_iter().enumerate() {
                let value = |step: f64| {
                    let mut near = at;
                    near[i] += step;
                    log_ratio(near, counts)
                };
                let expected = (value(1e-5) - value(-1e-5)) / 2e-5;
                assert!((slope - expected).abs() < 1e-7, "{slope}, expected {expected}");
            }
        }
        assert_eq!(log_ratio([1.0, 1.0], [1.0, 0.0]), 0.5_f64.ln());
    }
}
