//! BG/NBD and MBG/NBD: gamma rates of buying, and a beta chance to leave after each purchase.

use super::hypergeometric::scaled_hyp2f1;
use super::law::{History, Law, away_from_one, unending};
use brand_nn_stats::special::{digamma, lbeta, lgamma, log_add_exp};

/// Two models that differ in when a customer may leave for the first time.
pub(super) struct BetaGeometric {
    /// Whether that may be after the very first purchase, which is not counted in x.
    early: bool,
}

/// Fader, Hardie and Lee, "Counting your customers the easy way", 2005.
pub(super) static BG_NBD: BetaGeometric = BetaGeometric { early: false };

/// Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models", 2007.
pub(super) static MBG_NBD: BetaGeometric = BetaGeometric { early: true };

impl BetaGeometric {
    /// How often a customer could have left by now.
    fn chances(&self, x: f64) -> f64 {
        if self.early { x + 1.0 } else { x }
    }

    /// ln(a / (b + y − 1) · ((α + T) / (α + tₓ))^(r + x)) of y chances: the odds of having left.
    fn log_odds(&self, p: &[f64], History { x, recency, age }: History) -> f64 {
        let ([r, alpha, a, b], y) = ([p[0], p[1], p[2], p[3]], self.chances(x));
        if y == 0.0 {
            return f64::NEG_INFINITY;
        }
        (a / (b + y - 1.0)).ln() + (r + x) * ((alpha + age) / (alpha + recency)).ln()
    }
}

impl Law for BetaGeometric {
    fn names(&self) -> [&'static str; 4] {
        ["r", "alpha", "a", "b"]
    }

    fn of_count(&self, p: &[f64], x: f64) -> f64 {
        let [r, alpha, a, b] = [p[0], p[1], p[2], p[3]];
        let buying = lgamma(r + x) - lgamma(r) + r * alpha.ln();
        buying + lbeta(a, b + self.chances(x)) - lbeta(a, b)
    }

    fn of_times(&self, p: &[f64], history: History) -> f64 {
        let waiting = -(p[0] + history.x) * (p[1] + history.age).ln();
        waiting + log_add_exp(0.0, self.log_odds(p, history))
    }

    fn slopes_of_count(&self, p: &[f64], x: f64) -> [f64; 4] {
        let ([r, alpha, a, b], y) = ([p[0], p[1], p[2], p[3]], self.chances(x));
        let all = digamma(a + b) - digamma(a + b + y);
        let rate = digamma(r + x) - digamma(r) + alpha.ln();
        [rate, r / alpha, all, all + digamma(b + y) - digamma(b)]
    }

    fn slopes_of_times(&self, p: &[f64], history: History) -> [f64; 4] {
        let (r, alpha, a, b) = (p[0], p[1], p[2], p[3]);
        let (History { x, recency, age }, y) = (history, self.chances(history.x));
        if y == 0.0 {
            return [-(alpha + age).ln(), -(r + x) / (alpha + age), 0.0, 0.0];
        }
        let left = 1.0 - self.alive(p, history);
        let rate = left * ((alpha + age) / (alpha + recency)).ln() - (alpha + age).ln();
        let scale = (r + x) * ((left - 1.0) / (alpha + age) - left / (alpha + recency));
        [rate, scale, left / a, -left / (b + y - 1.0)]
    }

    fn alive(&self, p: &[f64], history: History) -> f64 {
        1.0 / (1.0 + self.log_odds(p, history).exp())
    }

    fn expected_if_alive(&self, p: &[f64], History { x, age, .. }: History, t: f64) -> f64 {
        let ([r, alpha, b], a) = ([p[0], p[1], p[3]], away_from_one(p[2]));
        let (now, later, y) = (alpha + age, alpha + age + t, self.chances(x));
        let abc = [r + x, b + y, a + b + y - 1.0];
        let lasting = scaled_hyp2f1((r + x) * (now / later).ln(), abc, t / later);
        (a + b + y - 1.0) / (a - 1.0) * (1.0 - lasting)
    }

    fn expected_new(&self, p: &[f64], t: f64) -> f64 {
        let fresh = History { x: 0.0, recency: 0.0, age: 0.0 };
        self.alive(p, fresh) * self.expected_if_alive(p, fresh, t)
    }

    fn chance_new(&self, p: &[f64], n: u64, t: f64) -> f64 {
        let ([r, alpha, a, b], y) = ([p[0], p[1], p[2], p[3]], self.chances(n as f64));
        let before: f64 = (0..n).map(|j| unending([r, alpha], j, t)).sum();
        let stayed = (lbeta(a, b + y) - lbeta(a, b)).exp() * unending([r, alpha], n, t);
        let left = if y == 0.0 { 0.0 } else { (lbeta(a + 1.0, b + y - 1.0) - lbeta(a, b)).exp() };
        stayed + left * (1.0 - before).max(0.0)
    }
}
