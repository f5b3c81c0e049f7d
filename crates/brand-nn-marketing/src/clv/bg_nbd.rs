//! BG/NBD: gamma rates of buying, and after each purchase a beta chance to leave.

use super::hypergeometric::scaled_hyp2f1;
use super::law::{History, Law, away_from_one, unending};
use brand_nn_stats::special::{lbeta, lgamma, log_add_exp};

/// Fader, Hardie and Lee, "Counting your customers the easy way", 2005.
pub(super) struct BgNbd;

/// ln(a / (b + x − 1) · ((α + T) / (α + tₓ))^(r + x)): the odds of having left.
fn log_odds(p: &[f64], History { x, recency, age }: History) -> f64 {
    let [r, alpha, a, b] = [p[0], p[1], p[2], p[3]];
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    (a / (b + x - 1.0)).ln() + (r + x) * ((alpha + age) / (alpha + recency)).ln()
}

impl Law for BgNbd {
    fn names(&self) -> [&'static str; 4] {
        ["r", "alpha", "a", "b"]
    }

    fn log_likelihood(&self, p: &[f64], history: History) -> f64 {
        let ([r, alpha, a, b], x) = ([p[0], p[1], p[2], p[3]], history.x);
        let buying = lgamma(r + x) - lgamma(r) + r * alpha.ln();
        let staying = lbeta(a, b + x) - lbeta(a, b);
        let waiting = -(r + x) * (alpha + history.age).ln();
        buying + staying + waiting + log_add_exp(0.0, log_odds(p, history))
    }

    fn alive(&self, p: &[f64], history: History) -> f64 {
        1.0 / (1.0 + log_odds(p, history).exp())
    }

    fn expected_if_alive(&self, p: &[f64], History { x, age, .. }: History, t: f64) -> f64 {
        let ([r, alpha, b], a) = ([p[0], p[1], p[3]], away_from_one(p[2]));
        let (now, later) = (alpha + age, alpha + age + t);
        let abc = [r + x, b + x, a + b + x - 1.0];
        let lasting = scaled_hyp2f1((r + x) * (now / later).ln(), abc, t / later);
        (a + b + x - 1.0) / (a - 1.0) * (1.0 - lasting)
    }

    fn expected_new(&self, p: &[f64], t: f64) -> f64 {
        self.expected_if_alive(p, History { x: 0.0, recency: 0.0, age: 0.0 }, t)
    }

    fn chance_new(&self, p: &[f64], n: u64, t: f64) -> f64 {
        let ([r, alpha, a, b], x) = ([p[0], p[1], p[2], p[3]], n as f64);
        let before: f64 = (0..n).map(|j| unending([r, alpha], j, t)).sum();
        let stayed = (lbeta(a, b + x) - lbeta(a, b)).exp() * unending([r, alpha], n, t);
        let left = if n == 0 { 0.0 } else { (lbeta(a + 1.0, b + x - 1.0) - lbeta(a, b)).exp() };
        stayed + left * (1.0 - before).max(0.0)
    }
}
