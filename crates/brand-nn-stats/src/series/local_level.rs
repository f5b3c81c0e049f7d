//! A level that wanders, explained by other series and a season, by the exact Kalman filter.

use super::kalman::{Filter, turned};
use crate::linear::{Matrix, symmetric_eigen};
use crate::optimize::{Domain, Likelihood};
use crate::{Error, Result, door};
use brand_nn_kernels::fill_normal;

/// The settings of a structural model: level + season + regression + noise.
///
/// yₜ = μₜ + γₜ + xₜ β + ε, μₜ₊₁ = μₜ + η, and seasons whose sum over a cycle is noise ω. Level,
/// season and, unless a deviation is given, coefficients begin diffuse: the likelihood is that of
/// Durbin and Koopman, "Time series analysis by state space methods", 2nd edition, chapter 5.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::Matrix;
/// use brand_nn_stats::series::{LocalLevel, Variances};
///
/// // Sales follow the weather twofold, around a level of 10.
/// let weather = [1.0, 3.0, 2.0, 5.0, 4.0, 1.0, 2.0, 6.0];
/// let sales: Vec<f64> = weather.iter().map(|x| 10.0 + 2.0 * x).collect();
/// let x = Matrix::new(8, 1, weather.to_vec())?;
/// let variances = Variances { observation: 0.1, level: 0.01, season: 0.0 };
/// let followed = LocalLevel::default().filter(&sales, &x, variances)?;
/// let next = followed.forecast(&Matrix::new(1, 1, vec![10.0])?)?;
/// assert!((followed.coefficients()[0] - 2.0).abs() < 1e-9 && (next[0].mean - 30.0).abs() < 1e-9);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "structural time series")]
#[doc(alias = "UnobservedComponents")]
pub struct LocalLevel {
    /// Steps of a season's cycle; 1 for none, which is the default.
    pub period: usize,
    /// The deviation of the coefficients around 0 that is believed before the data; none is known
    /// by default.
    pub coefficient_deviation: Option<f64>,
}

impl Default for LocalLevel {
    fn default() -> Self {
        Self { period: 1, coefficient_deviation: None }
    }
}

/// How much each part moves at a step.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Variances {
    /// Of the noise ε, above 0.
    pub observation: f64,
    /// Of the level's step η.
    pub level: f64,
    /// Of the season's ω; not read without a season.
    pub season: f64,
}

/// A series that was followed to its end.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FollowedLevel {
    /// What was followed.
    pub spec: LocalLevel,
    /// By which variances.
    pub variances: Variances,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// What was expected of each value, one step ahead; NaN as long as nothing was known.
    pub expected: Vec<f64>,
    /// The mean of the next state: level, seasons, coefficients.
    pub state: Vec<f64>,
    /// Its covariance.
    pub covariance: Matrix,
}

/// What is known of a value to come.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Forecast {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

const OP: &str = "LocalLevel";

impl LocalLevel {
    /// A level with a season of so many steps.
    #[must_use]
    pub fn seasonal(period: usize) -> Self {
        Self { period, ..Self::default() }
    }

    /// Follows a series by known variances; `x` has a row a value and a column a coefficient.
    ///
    /// # Errors
    /// If a number is not finite, rows are too few, a variance is below 0 or that of observations
    /// is 0, the period is 0, or the series leaves a part of the state unknown.
    pub fn filter(&self, y: &[f64], x: &Matrix, variances: Variances) -> Result<FollowedLevel> {
        self.check(y, x)?;
        door::positive(OP, "observation variance", variances.observation)?;
        door::not_negative(OP, "level variance", variances.level)?;
        door::not_negative(OP, "season variance", variances.season)?;
        let mut filter = Filter::new(self, x.cols(), variances);
        let expected = y.iter().enumerate().map(|(t, y)| filter.follow(*y, x.row(t))).collect();
        if filter.is_diffuse() || !filter.log_likelihood.is_finite() {
            let case = "a level, season or coefficient is not told by the series, or it overflows";
            let help = "bring a longer series, or leave out columns that others make up";
            return Err(Error::Undefined { op: OP, case, help });
        }
        Ok(FollowedLevel {
            spec: *self,
            variances,
            log_likelihood: filter.log_likelihood,
            expected,
            state: filter.mean,
            covariance: filter.covariance,
        })
    }

    /// Finds the variances that make a series most likely, and follows it by them.
    ///
    /// # Errors
    /// As [`filter`](Self::filter), or if the series does not vary.
    pub fn fit(&self, y: &[f64], x: &Matrix) -> Result<FollowedLevel> {
        self.check(y, x)?;
        let mean = door::mean(y.iter().copied());
        let scale = door::mean(y.iter().map(|y| (y - mean).powi(2)));
        if !(scale > 0.0 && scale.is_finite()) {
            let (case, help) = ("the series is constant, or its squares overflow", "scale it");
            return Err(Error::Undefined { op: OP, case, help });
        }
        let parts = if self.period > 1 { 3 } else { 2 };
        let variances = |p: &[f64]| Variances {
            observation: (p[0] * scale).max(1e-12 * scale),
            level: p[1] * scale,
            season: if parts > 2 { p[2] * scale } else { 0.0 },
        };
        let log_likelihood = |p: &[f64]| {
            let followed = self.filter(y, x, variances(p));
            followed.map_or(f64::NEG_INFINITY, |followed| followed.log_likelihood)
        };
        let starts = [[0.5, 0.05, 0.01], [0.1, 0.5, 0.01], [0.5, 0.001, 0.001]];
        let search = Likelihood::new(&vec![Domain::Positive; parts]);
        let found = starts.iter().map(|start| search.maximize(&start[..parts], &log_likelihood));
        let found = found.collect::<Result<Vec<_>>>()?;
        let best = found.iter().max_by(|a, b| a.log_likelihood.total_cmp(&b.log_likelihood));
        self.filter(y, x, variances(best.map_or(&starts[0], |best| &best.parameters)))
    }

    fn check(&self, y: &[f64], x: &Matrix) -> Result<()> {
        door::some(OP, "observations", y.len())?;
        door::every(OP, "observation", y, door::FINITE)?;
        door::len(OP, "rows of x", x.rows(), y.len())?;
        door::every(OP, "number of x", x.data(), door::FINITE)?;
        door::at_least(OP, "period", self.period, 1)?;
        if let Some(deviation) = self.coefficient_deviation {
            door::positive(OP, "coefficient_deviation", deviation)?;
        }
        if self.period.saturating_add(x.cols()) <= y.len().saturating_add(self.known(x.cols())) {
            return Ok(());
        }
        let (case, help) = ("there are fewer values than unknowns", "bring a longer series");
        Err(Error::Undefined { op: OP, case, help })
    }

    /// How many coefficients something is believed of.
    fn known(&self, coefficients: usize) -> usize {
        if self.coefficient_deviation.is_some() { coefficients } else { 0 }
    }
}

impl FollowedLevel {
    /// The coefficients of x, by all that was followed.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.state[self.spec.period..]
    }

    /// Mean and variance of the next values, a row of `x` each.
    ///
    /// # Errors
    /// If `x` has another number of columns, or a number is not finite.
    pub fn forecast(&self, x: &Matrix) -> Result<Vec<Forecast>> {
        self.check(x)?;
        let mut filter = self.resume();
        Ok((0..x.rows()).map(|t| filter.expect(x.row(t))).collect())
    }

    /// One way in which the next values may come, named by a seed and a number.
    ///
    /// # Errors
    /// As [`forecast`](Self::forecast).
    pub fn path(&self, x: &Matrix, seed: u64, path: u64) -> Result<Vec<f64>> {
        self.check(x)?;
        let (size, parts) = (self.state.len(), 3);
        let mut normal = vec![0.0; size + parts * x.rows()];
        fill_normal(seed, u128::from(path) << 64, &mut normal);
        let (first, steps) = normal.split_at(size);
        let mut state = self.drawn(first)?;
        let Variances { observation, level, season } = self.variances;
        let period = self.spec.period;
        let next = |(t, noise): (usize, &[f64])| {
            let season_now = if period > 1 { state[1] } else { 0.0 };
            let told: f64 = state[period..].iter().zip(x.row(t)).map(|(b, x)| b * x).sum();
            let y = state[0] + season_now + told + observation.sqrt() * noise[0];
            turned(&mut state, period);
            state[0] += level.sqrt() * noise[1];
            if period > 1 {
                state[1] += season.sqrt() * noise[2];
            }
            y
        };
        Ok(steps.chunks(parts).enumerate().map(next).collect())
    }

    /// A state of the normal distribution that is known of it.
    fn drawn(&self, normal: &[f64]) -> Result<Vec<f64>> {
        // A covariance may have no root where something is known for certain; its axes have.
        let axes = symmetric_eigen(&self.covariance)?;
        let mut state = self.state.clone();
        for (i, (value, normal)) in axes.values.iter().zip(normal).enumerate() {
            let step = value.max(0.0).sqrt() * normal;
            state.iter_mut().zip(axes.vectors.row(i)).for_each(|(at, axis)| *at += step * axis);
        }
        Ok(state)
    }

    fn resume(&self) -> Filter {
        let coefficients = self.coefficients().len();
        let mut filter = Filter::new(&self.spec, coefficients, self.variances);
        filter.mean.clone_from(&self.state);
        filter.covariance = self.covariance.clone();
        filter
    }

    fn check(&self, x: &Matrix) -> Result<()> {
        let op = "FollowedLevel::forecast";
        door::len(op, "columns of x", x.cols(), self.state.len().saturating_sub(self.spec.period))?;
        door::every(op, "number of x", x.data(), door::FINITE)
    }
}
