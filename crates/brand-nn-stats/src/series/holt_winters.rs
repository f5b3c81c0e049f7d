//! Forecasts by exponential smoothing of level, trend and season.

use super::smoothing::{Seasonal, Smoothing, States, Trend};
use crate::bootstrap::percentile_interval;
use crate::optimize::{Bfgs, Minimum, NelderMead};
use crate::special::{logistic, logit};
use crate::{Error, Result, door};
use brand_nn_kernels::{fill_normal, threads};

/// The settings of Holt and Winters' exponential smoothing.
///
/// The smoothing, the first level and the first slope make the sum of squared one-step errors
/// least; the first seasons are those of the first cycles. Winters 1960; Hyndman, Athanasopoulos,
/// "Forecasting: principles and practice", chapter 8.
///
/// # Examples
/// ```
/// use brand_nn_stats::series::{HoltWinters, Trend};
/// let fitted = HoltWinters::new(Trend::Additive).fit(&[3.0, 5.0, 7.0, 9.0, 11.0])?;
/// assert!((fitted.forecast(2)[1] - 15.0).abs() < 1e-3);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "ETS")]
pub struct HoltWinters {
    /// How the series grows.
    pub trend: Trend,
    /// How a season changes it.
    pub seasonal: Seasonal,
    /// Steps of a cycle; not read without a season.
    pub period: usize,
}

/// A smoothed series, ready to go on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedHoltWinters {
    /// What was fitted.
    pub spec: HoltWinters,
    /// How fast states follow.
    pub smoothing: Smoothing,
    /// The states before the first value.
    pub first: States,
    /// The states after the last value.
    pub last: States,
    /// What was expected of each value, one step ahead.
    pub fitted_values: Vec<f64>,
    /// The sum of squared errors of those.
    pub sum_of_squares: f64,
}

const OP: &str = "HoltWinters::fit";

impl HoltWinters {
    /// A trend without a season.
    #[must_use]
    pub fn new(trend: Trend) -> Self {
        Self { trend, seasonal: Seasonal::None, period: 1 }
    }

    /// An additive trend with a season of so many steps.
    #[must_use]
    pub fn seasonal(seasonal: Seasonal, period: usize) -> Self {
        Self { trend: Trend::Additive, seasonal, period }
    }

    /// Smooths a series and finds the best smoothing for it.
    ///
    /// # Errors
    /// If a number is not finite, there are fewer than 4 or two cycles of them, a cycle has fewer
    /// than 2 steps, or a value is not above 0 while the season is multiplicative.
    pub fn fit(&self, y: &[f64]) -> Result<FittedHoltWinters> {
        self.check(y)?;
        let start = self.first_states(y);
        let scale = deviation(y).max(f64::MIN_POSITIVE);
        let objective = |free: &[f64]| {
            let (smoothing, first) = self.bound(free, &start, scale);
            let squares = self.run(y, smoothing, first).sum_of_squares;
            (squares / (scale * scale)).max(1e-300).ln()
        };
        // The simplex finds a valley from each start, the slopes the bottom of the deepest.
        let near = NelderMead { max_iterations: 200, edge: 0.3, ..NelderMead::default() };
        let starts = [[0.3, 0.1], [0.8, 0.05], [0.05, 0.01], [0.5, 0.5]];
        let from = |[level, trend]: [f64; 2]| {
            let free = [logit(level), logit(trend), logit(0.1), 0.0, 0.0, 0.0];
            near.minimize(&free, &objective)
        };
        let valleys = starts.into_iter().map(from).collect::<Result<Vec<_>>>()?;
        let deeper = |a: Minimum, b: Minimum| if b.value < a.value { b } else { a };
        let rough = valleys.into_iter().reduce(deeper);
        let rough = rough.unwrap_or_else(|| unreachable!("there are four starts"));
        let fine = Bfgs::default().minimize(&rough.parameters, &objective)?;
        let best = deeper(rough, fine);
        let (smoothing, first) = self.bound(&best.parameters, &start, scale);
        Ok(self.run(y, smoothing, first))
    }

    /// Smooths a series with a smoothing and first states of one's own.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and if a smoothing is not from 0 to 1 or there is not one season a
    /// step of a cycle.
    pub fn smooth(
        &self,
        y: &[f64],
        smoothing: Smoothing,
        first: States,
    ) -> Result<FittedHoltWinters> {
        self.check(y)?;
        door::share(OP, "level", smoothing.level)?;
        door::share(OP, "trend", smoothing.trend)?;
        door::share(OP, "season", smoothing.season)?;
        door::share(OP, "damping", smoothing.damping)?;
        let seasons = if self.seasonal == Seasonal::None { 0 } else { self.period };
        door::len(OP, "seasons", first.seasons.len(), seasons)?;
        Ok(self.run(y, smoothing, first))
    }

    fn check(&self, y: &[f64]) -> Result<()> {
        door::some(OP, "observations", y.len())?;
        door::every(OP, "observation", y, door::FINITE)?;
        let least = if self.seasonal == Seasonal::None {
            4
        } else {
            door::at_least(OP, "period", self.period, 2)?;
            self.period.saturating_mul(2).max(4)
        };
        if y.len() < least {
            let case = "there are fewer than 4 observations, or two cycles of them";
            return Err(Error::Undefined { op: OP, case, help: "bring a longer series" });
        }
        if self.seasonal == Seasonal::Multiplicative {
            door::every(
                OP,
                "observation",
                y,
                ("above 0 for a multiplicative season", |y| y > 0.0),
            )?;
        }
        Ok(())
    }

    /// Level, slope and seasons of the first cycles.
    fn first_states(&self, y: &[f64]) -> States {
        if self.seasonal == Seasonal::None {
            let steps = (y.len() - 1).min(9);
            let trend = self.slope((y[steps] - y[0]) / steps as f64);
            return States { level: y[0] - trend, trend, seasons: Vec::new() };
        }
        let period = self.period;
        let cycles: Vec<&[f64]> = y.chunks_exact(period).collect();
        let means: Vec<f64> =
            cycles.iter().map(|cycle| door::mean(cycle.iter().copied())).collect();
        let slope = (means[means.len() - 1] - means[0]) / ((means.len() - 1) * period) as f64;
        let middle = (period as f64 - 1.0) / 2.0;
        let season = |i: usize| {
            let each = cycles.iter().zip(&means).map(|(cycle, mean)| {
                let base = mean + slope * (i as f64 - middle);
                if self.seasonal == Seasonal::Additive { cycle[i] - base } else { cycle[i] / base }
            });
            door::mean(each)
        };
        let trend = self.slope(slope);
        let level = means[0] - slope * (middle + 1.0);
        States { level, trend, seasons: (0..period).map(season).collect() }
    }

    fn slope(&self, slope: f64) -> f64 {
        if self.trend == Trend::None { 0.0 } else { slope }
    }

    /// Smoothing and first states of free numbers.
    fn bound(&self, free: &[f64], start: &States, scale: f64) -> (Smoothing, States) {
        let has_trend = self.trend != Trend::None;
        let has_season = self.seasonal != Seasonal::None;
        let level = logistic(free[0]);
        let smoothing = Smoothing {
            level,
            trend: if has_trend { logistic(free[1]) } else { 0.0 },
            // Above 1 − α the season would swing back.
            season: if has_season { (1.0 - level) * logistic(free[2]) } else { 0.0 },
            damping: match self.trend {
                Trend::Damped => 0.8 + 0.195 * logistic(free[5]),
                _ => 1.0,
            },
        };
        let first = States {
            level: start.level + scale * free[3],
            trend: if has_trend { start.trend + 0.1 * scale * free[4] } else { 0.0 },
            seasons: start.seasons.clone(),
        };
        (smoothing, first)
    }

    fn run(&self, y: &[f64], smoothing: Smoothing, first: States) -> FittedHoltWinters {
        let mut last = first.clone();
        let mut fitted_values = Vec::with_capacity(y.len());
        let mut sum_of_squares = 0.0;
        for y in y {
            let expected = last.expected(smoothing, self.seasonal);
            sum_of_squares += (y - expected).powi(2);
            fitted_values.push(expected);
            last.follow(*y, smoothing, self.seasonal);
        }
        FittedHoltWinters { spec: *self, smoothing, first, last, fitted_values, sum_of_squares }
    }
}

fn deviation(y: &[f64]) -> f64 {
    let mean = door::mean(y.iter().copied());
    door::mean(y.iter().map(|y| (y - mean).powi(2))).sqrt()
}

impl FittedHoltWinters {
    /// The expected values of so many next steps.
    #[must_use]
    pub fn forecast(&self, horizon: usize) -> Vec<f64> {
        let mut states = self.last.clone();
        (0..horizon).map(|_| self.step(&mut states, 0.0)).collect()
    }

    /// Intervals of the next steps, from many ways in which the errors may go on.
    ///
    /// # Errors
    /// If the level is not between 0 and 1, there is no path, or paths overflow.
    pub fn intervals(
        &self,
        horizon: usize,
        level: f64,
        paths: usize,
        seed: u64,
    ) -> Result<Vec<[f64; 2]>> {
        let op = "FittedHoltWinters::intervals";
        door::inside(op, "level", level)?;
        door::at_least(op, "paths", paths, 1)?;
        let sigma = self.error_deviation();
        let drawn = threads::map(paths, |path| {
            let mut errors = vec![0.0_f64; horizon];
            fill_normal(seed, (path as u128) << 64, &mut errors);
            let mut states = self.last.clone();
            errors.iter().map(|e| self.step(&mut states, sigma * e)).collect::<Vec<_>>()
        });
        let at = |step: usize| {
            let values: Vec<f64> = drawn.iter().map(|path| path[step]).collect();
            percentile_interval(&values, level)
        };
        (0..horizon).map(at).collect()
    }

    /// The deviation of one-step errors, with as many degrees as values less smoothings and states.
    #[must_use]
    pub fn error_deviation(&self) -> f64 {
        let used = 2 * (1 + usize::from(self.spec.trend != Trend::None))
            + usize::from(self.spec.seasonal != Seasonal::None);
        let degrees = self.fitted_values.len().saturating_sub(used).max(1);
        (self.sum_of_squares / degrees as f64).sqrt()
    }

    /// The next value, which is off by an error.
    fn step(&self, states: &mut States, error: f64) -> f64 {
        let y = states.expected(self.smoothing, self.spec.seasonal) + error;
        states.follow(y, self.smoothing, self.spec.seasonal);
        y
    }
}
