//! What makes an event come sooner or later.

use super::{checked, concordance, step_at};
use crate::linear::{Cholesky, Matrix, add_scaled, dot};
use crate::optimize::{Newton, Slopes};
use crate::regression::Coefficients;
use crate::{Error, Result, door};

/// The settings of Cox' regression, hazard(t | x) = hazard(t) e^(x β).
///
/// Nothing is assumed of the hazard itself. Ties are treated as by Efron 1977; D. R. Cox 1972.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, survival::Cox};
///
/// let discount = Matrix::new(6, 1, vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0])?;
/// let months = [2.0, 4.0, 5.0, 7.0, 9.0, 3.0];
/// let fitted = Cox::default().fit(&discount, &months, &[true; 6])?;
/// assert!(fitted.coefficients.values[0].abs() < 1.0);
/// assert_eq!(fitted.hazard_ratios()[0], fitted.coefficients.values[0].exp());
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "proportional hazards")]
pub struct Cox {
    /// What half of a squared coefficient costs, next to the log-likelihood; 0 by default.
    pub penalty: f64,
}

/// A fitted Cox regression.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedCox {
    /// Changes of the logarithm of the hazard, with standard errors; the intercept is 0.
    pub coefficients: Coefficients,
    /// The logarithm of the partial likelihood.
    pub log_likelihood: f64,
    /// The same where no column matters.
    pub null_log_likelihood: f64,
    /// Harrell's C of the rows that were fitted.
    pub concordance: f64,
    /// Times at which a row ended, in order.
    pub times: Vec<f64>,
    /// The hazard gathered by each time by a row whose columns are at their means (Breslow).
    pub baseline_hazard: Vec<f64>,
    /// The means of the columns.
    pub means: Vec<f64>,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search reached its tolerance.
    pub converged: bool,
}

const OP: &str = "Cox::fit";

impl Cox {
    /// Fits `[rows, num_features]` to durations, each with whether its event was seen.
    ///
    /// # Errors
    /// If lengths differ, a number is not finite, a duration or the penalty is negative, no event
    /// was seen, or, without a penalty, a column is a sum of others or tells the order of events.
    pub fn fit(&self, x: &Matrix, durations: &[f64], events: &[bool]) -> Result<FittedCox> {
        checked(OP, durations, events)?;
        door::len(OP, "rows", x.rows(), durations.len())?;
        door::some(OP, "columns", x.cols())?;
        door::every(OP, "number", x.data(), door::FINITE)?;
        door::not_negative(OP, "penalty", self.penalty)?;
        let means = x.transposed_times(&vec![1.0 / x.rows() as f64; x.rows()]);
        let around = Matrix::of(x.rows(), x.cols(), |i, j| x[(i, j)] - means[j]);
        let risks = RiskSets::new(around, durations, events);
        let slopes = |beta: &[f64]| self.penalised(beta, risks.slopes(beta));
        let start = vec![0.0; x.cols()];
        let found = Newton::default().minimize(&start, &slopes).map_err(undefined)?;
        // A likelihood of 1: coefficients would grow without end.
        if self.penalty == 0.0 && found.value < 1e-9 {
            return Err(undefined_fit());
        }
        let curvature = slopes(&found.parameters).hessian;
        let covariance = Cholesky::new(&curvature).map_err(undefined)?.inverse();
        let predictors = risks.x.times(&found.parameters);
        let (times, baseline_hazard) = risks.baseline(&predictors);
        let half_squares = 0.5 * self.penalty * dot(&found.parameters, &found.parameters);
        Ok(FittedCox {
            coefficients: Coefficients::of(&found.parameters, &covariance, false),
            log_likelihood: half_squares - found.value,
            null_log_likelihood: -risks.slopes(&start).value,
            concordance: concordance(&predictors, durations, events)?,
            times,
            baseline_hazard,
            means,
            iterations: found.iterations,
            converged: found.converged,
        })
    }

    fn penalised(&self, beta: &[f64], mut slopes: Slopes) -> Slopes {
        slopes.value += 0.5 * self.penalty * dot(beta, beta);
        add_scaled(&mut slopes.gradient, self.penalty, beta);
        (0..beta.len()).for_each(|i| slopes.hessian[(i, i)] += self.penalty);
        slopes
    }
}

/// An error of the search with the causes that it has here.
fn undefined(error: Error) -> Error {
    if matches!(error, Error::Undefined { .. }) { undefined_fit() } else { error }
}

fn undefined_fit() -> Error {
    let case = "a column is a sum of others, or tells the order of all events";
    Error::Undefined { op: OP, case, help: "leave the column out or add a penalty" }
}

/// Rows from the longest to the shortest, so that who is at risk only grows.
struct RiskSets<'a> {
    x: Matrix,
    durations: &'a [f64],
    events: &'a [bool],
    order: Vec<usize>,
}

/// Sums over rows at risk: of e^η, of e^η x and of e^η x xᵀ.
#[derive(Clone)]
struct Sums {
    weight: f64,
    first: Vec<f64>,
    second: Matrix,
}

impl Sums {
    fn zeros(cols: usize) -> Self {
        Self { weight: 0.0, first: vec![0.0; cols], second: Matrix::zeros(cols, cols) }
    }

    fn add(&mut self, weight: f64, row: &[f64]) {
        self.weight += weight;
        add_scaled(&mut self.first, weight, row);
        for (i, x) in row.iter().enumerate() {
            // The lower half; the other one is its mirror.
            add_scaled(&mut self.second.row_mut(i)[..=i], weight * x, &row[..=i]);
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.weight += other.weight;
        add_scaled(&mut self.first, 1.0, &other.first);
        for i in 0..self.first.len() {
            add_scaled(self.second.row_mut(i), 1.0, other.second.row(i));
        }
    }
}

impl<'a> RiskSets<'a> {
    fn new(x: Matrix, durations: &'a [f64], events: &'a [bool]) -> Self {
        let mut order: Vec<usize> = (0..durations.len()).collect();
        order.sort_by(|&a, &b| durations[b].total_cmp(&durations[a]));
        Self { x, durations, events, order }
    }

    /// Minus the partial log-likelihood with its slopes, ties by Efron.
    fn slopes(&self, beta: &[f64]) -> Slopes {
        let cols = beta.len();
        let predictors = self.x.times(beta);
        let largest = predictors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut at_risk = Sums::zeros(cols);
        let mut out =
            Slopes { value: 0.0, gradient: vec![0.0; cols], hessian: Matrix::zeros(cols, cols) };
        for group in self.groups() {
            let mut died = Sums::zeros(cols);
            let mut count = 0.0;
            for &row in group {
                let weight = (predictors[row] - largest).exp();
                let sums = if self.events[row] { &mut died } else { &mut at_risk };
                sums.add(weight, self.x.row(row));
                if self.events[row] {
                    count += 1.0;
                    out.value -= predictors[row] - largest;
                    add_scaled(&mut out.gradient, -1.0, self.x.row(row));
                }
            }
            at_risk.add_all(&died);
            for place in 0..count as usize {
                subtract(&mut out, &at_risk, &died, place as f64 / count);
            }
        }
        mirror(&mut out.hessian);
        out
    }

    fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.order.chunk_by(|&a, &b| self.durations[a] == self.durations[b])
    }

    /// Times in order, and the hazard gathered by each: Σ events / Σ e^η of those at risk.
    fn baseline(&self, predictors: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut weight = 0.0;
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for group in self.groups() {
            weight += group.iter().map(|&row| predictors[row].exp()).sum::<f64>();
            let events = group.iter().filter(|&&row| self.events[row]).count() as f64;
            steps.push((self.durations[group[0]], events / weight));
        }
        steps.reverse();
        let mut hazard = 0.0;
        let gathered = steps.iter().map(|(_, step)| {
            hazard += step;
            hazard
        });
        let gathered = gathered.collect();
        (steps.iter().map(|(time, _)| *time).collect(), gathered)
    }
}

/// One event of several at a time: the share of the others that is no longer at risk.
fn subtract(out: &mut Slopes, at_risk: &Sums, died: &Sums, share: f64) {
    let weight = at_risk.weight - share * died.weight;
    let mean: Vec<f64> = at_risk
        .first
        .iter()
        .zip(&died.first)
        .map(|(all, died)| (all - share * died) / weight)
        .collect();
    out.value += weight.ln();
    add_scaled(&mut out.gradient, 1.0, &mean);
    for i in 0..mean.len() {
        let (all, died) = (at_risk.second.row(i), died.second.row(i));
        let row = out.hessian.row_mut(i);
        for j in 0..=i {
            row[j] += (all[j] - share * died[j]) / weight - mean[i] * mean[j];
        }
    }
}

fn mirror(lower: &mut Matrix) {
    for i in 0..lower.rows() {
        for j in 0..i {
            lower[(j, i)] = lower[(i, j)];
        }
    }
}

impl FittedCox {
    /// The factor of each row's hazard, compared with a row whose columns are at their means.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict_hazard_factors(&self, x: &Matrix) -> Result<Vec<f64>> {
        let middle = dot(&self.means, &self.coefficients.values);
        let predictors = self.coefficients.predictor(x)?;
        Ok(predictors.into_iter().map(|predictor| (predictor - middle).exp()).collect())
    }

    /// The probability that each row lasts longer than each time: `[rows, times]`.
    ///
    /// # Errors
    /// As [`predict_hazard_factors`](Self::predict_hazard_factors).
    pub fn predict_survival(&self, x: &Matrix, times: &[f64]) -> Result<Matrix> {
        let factors = self.predict_hazard_factors(x)?;
        let hazard = |time: f64| step_at(&self.times, &self.baseline_hazard, 0.0, time);
        let hazards: Vec<f64> = times.iter().map(|time| hazard(*time)).collect();
        Ok(Matrix::of(x.rows(), times.len(), |row, i| (-factors[row] * hazards[i]).exp()))
    }

    /// How many times the hazard grows with one more of each column, e^β.
    #[must_use]
    pub fn hazard_ratios(&self) -> Vec<f64> {
        self.coefficients.values.iter().map(|value| value.exp()).collect()
    }
}
