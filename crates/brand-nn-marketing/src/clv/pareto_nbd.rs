//! Pareto/NBD: gamma rates of buying, and a gamma rate of leaving at any time.

use super::law::{History, Law, unending};
use brand_nn_stats::special::{lgamma, log_add_exp, log_hyp2f1, log1mexp};

/// Schmittlein, Morrison and Colombo, "Counting your customers", 1987.
pub(super) struct ParetoNbd;

/// ln ∫ from tₓ to T of (α + y)^−(r + x) (β + y)^−(s + 1) dy · (r + s + x).
///
/// Gauss' function of the paper after Euler's transformation, whose terms only fall.
fn log_left(p: &[f64], History { x, recency, age }: History) -> f64 {
    let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
    let (small, large, sum) = (alpha.min(beta), alpha.max(beta), r + s + x);
    let b = if alpha >= beta { s + 1.0 } else { r + x };
    let from = |t: f64| {
        let z = (large - small) / (large + t);
        let near = (1.0 - b) * ((small + t) / (large + t)).ln();
        near + log_hyp2f1(1.0, sum + 1.0 - b, sum + 1.0, z) - sum * (large + t).ln()
    };
    let (all, beyond) = (from(recency), from(age));
    if beyond < all { all + log1mexp(beyond - all) } else { f64::NEG_INFINITY }
}

/// ln(s / (r + s + x) · (α + T)^(r + x) (β + T)^s A₀): the odds of having left.
fn log_odds(p: &[f64], history: History) -> f64 {
    let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
    let History { x, age, .. } = history;
    let staying = (r + x) * (alpha + age).ln() + s * (beta + age).ln();
    (s / (r + s + x)).ln() + staying + log_left(p, history)
}

/// (1 − q^(s − 1)) / (s − 1), which is −ln q at s = 1.
fn lasting(s: f64, log_q: f64) -> f64 {
    let power = s - 1.0;
    if power.abs() < 1e-9 { -log_q } else { -(power * log_q).exp_m1() / power }
}

impl Law for ParetoNbd {
    fn names(&self) -> [&'static str; 4] {
        ["r", "alpha", "s", "beta"]
    }

    fn start(&self, mean_frequency: f64, mean_age: f64) -> Vec<f64> {
        vec![1.0, mean_age / mean_frequency.max(0.1), 1.0, mean_age]
    }

    fn of_count(&self, p: &[f64], x: f64) -> f64 {
        let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
        lgamma(r + x) - lgamma(r) + r * alpha.ln() + s * beta.ln()
    }

    fn of_times(&self, p: &[f64], history: History) -> f64 {
        let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
        let History { x, age, .. } = history;
        let staying = -(r + x) * (alpha + age).ln() - s * (beta + age).ln();
        staying + log_add_exp(0.0, log_odds(p, history))
    }

    fn alive(&self, p: &[f64], history: History) -> f64 {
        1.0 / (1.0 + log_odds(p, history).exp())
    }

    fn expected_if_alive(&self, p: &[f64], History { x, age, .. }: History, t: f64) -> f64 {
        let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
        let log_q = ((beta + age) / (beta + age + t)).ln();
        (r + x) * (beta + age) / (alpha + age) * lasting(s, log_q)
    }

    fn expected_new(&self, p: &[f64], t: f64) -> f64 {
        self.expected_if_alive(p, History { x: 0.0, recency: 0.0, age: 0.0 }, t)
    }

    /// Those who stay beyond t, and an integral over the times of leaving before it (Simpson).
    fn chance_new(&self, p: &[f64], n: u64, t: f64) -> f64 {
        let [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
        let stays = |t: f64| (s * (beta / (beta + t)).ln()).exp();
        // Over u, the share that has left: equal steps are equal chances.
        let (all, steps) = (1.0 - stays(t), 400);
        let at = |i: u32| {
            let u = all * f64::from(i) / f64::from(steps);
            unending([r, alpha], n, beta * (-(-u).ln_1p() / s).exp_m1())
        };
        let weight = |i: u32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        let sum: f64 = (0..=steps).map(|i| weight(i) * at(i)).sum();
        stays(t) * unending([r, alpha], n, t) + all * sum / (3.0 * f64::from(steps))
    }
}
