//! What a purchase model is: a likelihood of histories, and what it expects of them.

use brand_nn_stats::optimize::numeric_gradient;

/// A history: frequency x, recency tₓ and age T.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct History {
    pub(super) x: f64,
    pub(super) recency: f64,
    pub(super) age: f64,
}

/// The formulas of a model with four parameters, times in any unit.
pub(super) trait Law: Sync {
    /// What the paper calls the parameters.
    fn names(&self) -> [&'static str; 4];

    /// Where the search begins, for customers of a mean frequency and a mean age.
    fn start(&self, mean_frequency: f64, mean_age: f64) -> Vec<f64> {
        vec![1.0, mean_age / mean_frequency.max(0.1), 1.0, 1.0]
    }

    /// The part of a history's log-likelihood that all histories of x purchases share.
    fn of_count(&self, p: &[f64], x: f64) -> f64;

    /// The rest, which depends on times.
    fn of_times(&self, p: &[f64], history: History) -> f64;

    /// The gradient of [`of_count`](Self::of_count) by the parameters.
    fn slopes_of_count(&self, p: &[f64], x: f64) -> [f64; 4] {
        four(&numeric_gradient(p, &|p| self.of_count(p, x)))
    }

    /// The gradient of [`of_times`](Self::of_times) by the parameters.
    fn slopes_of_times(&self, p: &[f64], history: History) -> [f64; 4] {
        four(&numeric_gradient(p, &|p| self.of_times(p, history)))
    }

    /// The probability that a customer with this history still buys.
    fn alive(&self, p: &[f64], history: History) -> f64;

    /// The expected number of purchases in the time `t` after the history, if still alive.
    fn expected_if_alive(&self, p: &[f64], history: History, t: f64) -> f64;

    /// The expected number of repeated purchases in the time `t` after the first.
    fn expected_new(&self, p: &[f64], t: f64) -> f64;

    /// The probability of `n` repeated purchases in the time `t` after the first.
    fn chance_new(&self, p: &[f64], n: u64, t: f64) -> f64;
}

fn four(slopes: &[f64]) -> [f64; 4] {
    std::array::from_fn(|i| slopes[i])
}

/// The probability of `n` purchases of a customer who never leaves: the negative binomial's.
pub(super) fn unending([r, alpha]: [f64; 2], n: u64, t: f64) -> f64 {
    use brand_nn_stats::special::lgamma;
    if t <= 0.0 {
        return f64::from(u8::from(n == 0));
    }
    let (n, all) = (n as f64, alpha + t);
    let ways = lgamma(r + n) - lgamma(r) - lgamma(n + 1.0);
    (ways + r * (alpha / all).ln() + n * (t / all).ln()).exp()
}

/// The expected number of purchases per 1 / (p − 1) that a chance of leaving allows.
///
/// (1 − s) / (p − 1), where s is 1 at p = 1; there a point beside it stands for it.
pub(super) fn away_from_one(p: f64) -> f64 {
    if (p - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { p }
}
