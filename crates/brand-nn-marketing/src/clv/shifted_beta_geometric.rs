//! Shifted beta-geometric: how long customers with a contract stay.

use super::beta_ratio::{self, log_ratio};
use super::{Drawn, Posterior, Prior};
use crate::parameters::{Parameters, Search};
use crate::{Error, Result, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::sampler::Nuts;
use serde::{Deserialize, Serialize};

/// The model of contracts: at each renewal everybody leaves with a chance of their own.
///
/// Chances are Beta(α, β) distributed: S(t) = B(α, β + t) / B(α, β). Those with large chances leave
/// first, so that retention rises although nobody changes. Fader and Hardie, "How to project
/// customer retention", 2007.
///
/// # Examples
/// ```
/// use brand_nn_marketing::clv::{ChurnCurve, ShiftedBetaGeometric};
///
/// let curve = ChurnCurve::new(&[1000, 631, 468, 382])?;
/// let fitted = ShiftedBetaGeometric.fit(&curve)?;
/// assert!(fitted.retention(8) > fitted.retention(1));
/// assert!((fitted.survival(1) - 0.631).abs() < 0.01);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "sBG")]
pub struct ShiftedBetaGeometric;

/// How many customers of a cohort left at each renewal, and how many were still there at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChurnCurve {
    /// At renewal t + 1: how many left, and how many were last seen staying.
    lost: Vec<f64>,
    censored: Vec<f64>,
}

/// A model of contracts with its parameters α and β.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedShiftedBetaGeometric {
    parameters: Parameters,
    curve: Vec<f64>,
}

const METHOD: &str = "shifted beta-geometric";
const DATA: &str = "churn curve";

impl ChurnCurve {
    /// The customers of one cohort at its start and after each renewal.
    ///
    /// # Errors
    /// If there is no renewal, or customers come back.
    pub fn new(active: &[u64]) -> Result<Self> {
        if active.len() < 2 {
            return Err(Error::Empty { what: "renewals", help: "give the start and one renewal" });
        }
        let rises = |pair: &[u64]| pair[1] > pair[0];
        if let Some(row) = active.windows(2).position(rises) {
            let (got, expected) = (active[row + 1].to_string(), "at most as many as before");
            let (row, column, help) = (row + 2, "active", "follow one cohort, without new ones");
            return Err(Error::Value { data: DATA, row, column, got, expected, help });
        }
        let lost: Vec<_> = active.windows(2).map(|pair| (pair[0] - pair[1]) as f64).collect();
        let mut censored = vec![0.0; lost.len()];
        censored[lost.len() - 1] = active[active.len() - 1] as f64;
        Ok(Self { lost, censored })
    }

    /// Customers by renewals: at which they left, or after which they were last seen.
    ///
    /// Cohorts of different ages may be mixed.
    ///
    /// # Errors
    /// If there are none, or a number of renewals is 0 or more than 10,000.
    pub fn of_customers(customers: impl IntoIterator<Item = (u64, bool)>) -> Result<Self> {
        let (mut lost, mut censored) = (Vec::new(), Vec::new());
        let range: (_, fn(f64) -> bool) = ("1 to 10,000", |x| (1.0..=1e4).contains(&x));
        for (row, (renewals, left)) in customers.into_iter().enumerate() {
            door::value((DATA, row, "renewals"), renewals as f64, range)?;
            let at = renewals as usize;
            if lost.len() < at {
                lost.resize(at, 0.0);
                censored.resize(at, 0.0);
            }
            if left { lost[at - 1] += 1.0 } else { censored[at - 1] += 1.0 }
        }
        if lost.is_empty() {
            return Err(Error::Empty { what: "customers", help: "add those of one contract" });
        }
        Ok(Self { lost, censored })
    }

    /// Of those who could, the share that was still there, from the start (Kaplan and Meier).
    #[must_use]
    pub fn survival(&self) -> Vec<f64> {
        let mut at_risk: f64 = self.lost.iter().chain(&self.censored).sum();
        let mut share = 1.0;
        let later = self.lost.iter().zip(&self.censored).map(|(lost, censored)| {
            share *= if at_risk > 0.0 { 1.0 - lost / at_risk } else { 1.0 };
            at_risk -= lost + censored;
            share
        });
        std::iter::once(1.0).chain(later).collect()
    }
}

impl ChurnCurve {
    /// How many left or stayed at all, and how often each of them did.
    fn terms(&self) -> Vec<(f64, [f64; 2])> {
        let at = |(t, (lost, censored)): (usize, (&f64, &f64))| {
            let t = t as f64;
            [(*lost, [1.0, t]), (*censored, [0.0, t + 1.0])]
        };
        let all = self.lost.iter().zip(&self.censored).enumerate().flat_map(at);
        all.filter(|(count, _)| *count > 0.0).collect()
    }
}

impl ShiftedBetaGeometric {
    /// Finds the parameters that make the curve most likely.
    ///
    /// # Errors
    /// If nobody left or everybody did at once, or the data does not determine the parameters.
    pub fn fit(&self, curve: &ChurnCurve) -> Result<FittedShiftedBetaGeometric> {
        self.fit_with(curve, &[Prior::Flat])
    }

    /// Finds the most likely parameters by the data and by what was believed before it.
    ///
    /// One prior is for both parameters; else there is one for each of α and β.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if a prior's setting is out of range or there are other than 1 or
    /// 2 of them.
    pub fn fit_with(
        &self,
        curve: &ChurnCurve,
        priors: &[Prior],
    ) -> Result<FittedShiftedBetaGeometric> {
        let priors = Prior::each::<2>(priors)?;
        let customers: f64 = curve.lost.iter().chain(&curve.censored).sum();
        let lost: f64 = curve.lost.iter().sum();
        if lost == 0.0 || curve.lost[0] == customers {
            let (case, help) = ("nobody left, or all at once", "observe more renewals");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let terms = curve.terms();
        let log_likelihood = |p: &[f64]| -> f64 {
            terms.iter().map(|(count, counts)| count * log_ratio([p[0], p[1]], *counts)).sum()
        };
        let search = Search { method: METHOD, names: &["alpha", "beta"], priors: &priors };
        let starts = [vec![1.0, 1.0]];
        let parameters = Parameters::search(&search, &starts, customers, &log_likelihood)?;
        Ok(FittedShiftedBetaGeometric { parameters, curve: curve.survival() })
    }

    /// Draws parameters as likely as the data and the priors make them.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), or if the sampler's settings are out of range.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::clv::{ChurnCurve, Prior, ShiftedBetaGeometric};
    /// use brand_nn_stats::sampler::Nuts;
    ///
    /// let curve = ChurnCurve::new(&[100, 63, 47, 38])?;
    /// let priors = [Prior::LogNormal { median: 1.0, deviation: 1.0 }];
    /// let nuts = Nuts { chains: 2, warmup: 100, draws: 200, ..Nuts::new(42) };
    /// let posterior = ShiftedBetaGeometric.posterior(&curve, &priors, nuts)?;
    /// let staying = posterior.of(|model| model.survival(8))?;
    /// assert!(staying.interval[0] < staying.mean && staying.mean < staying.interval[1]);
    /// # Ok::<(), brand_nn_marketing::Error>(())
    /// ```
    pub fn posterior(
        &self,
        curve: &ChurnCurve,
        priors: &[Prior],
        nuts: Nuts,
    ) -> Result<Posterior<FittedShiftedBetaGeometric>> {
        let mode = self.fit_with(curve, priors)?;
        let terms = curve.terms();
        let gradient = |p: &[f64], slopes: &mut [f64]| {
            slopes.fill(0.0);
            let p = [p[0], p[1]];
            let one = |(count, counts): &(f64, [f64; 2])| {
                let by = beta_ratio::slopes(p, *counts);
                slopes.iter_mut().zip(by).for_each(|(slope, by)| *slope += count * by);
                count * log_ratio(p, *counts)
            };
            terms.iter().map(one).sum()
        };
        Posterior::draw(mode, &Prior::each::<2>(priors)?, nuts, &gradient)
    }
}

impl Drawn for FittedShiftedBetaGeometric {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn with_values(&self, values: &[f64]) -> Self {
        Self { parameters: self.parameters.drawn(values), curve: self.curve.clone() }
    }
}

fn log_survival(p: &[f64; 2], t: f64) -> f64 {
    log_ratio(*p, [0.0, t])
}

impl FittedShiftedBetaGeometric {
    /// The share of customers that is still there after so many renewals.
    #[must_use]
    pub fn survival(&self, renewals: u64) -> f64 {
        log_survival(&self.parameters.array::<2>(), renewals as f64).exp()
    }

    /// The share of those who were there before a renewal that stays at it, from renewal 1.
    #[must_use]
    pub fn retention(&self, renewal: u64) -> f64 {
        let p = &self.parameters.array::<2>();
        let t = renewal.max(1) as f64;
        (p[1] + t - 1.0) / (p[0] + p[1] + t - 1.0)
    }

    /// How many more periods a customer pays after so many renewals, each discounted once more.
    ///
    /// The sum over the next `periods` of S(n + k) / S(n) / (1 + rate)^(k − 1); the period that has
    /// just begun is not counted.
    ///
    /// # Errors
    /// If the rate is not above −1 and finite.
    #[doc(alias = "residual lifetime value")]
    pub fn expected_renewals(&self, after: u64, periods: u32, rate: f64) -> Result<f64> {
        let range: (_, fn(f64) -> bool) =
            ("a finite number above −1", |x| x > -1.0 && x.is_finite());
        door::setting(METHOD, ("rate", rate), range, "a rate a period, such as 0.01")?;
        let p = &self.parameters.array::<2>();
        let now = log_survival(p, after as f64);
        let then = |k: u32| {
            let stays = log_survival(p, after as f64 + f64::from(k)) - now;
            (stays - f64::from(k - 1) * rate.ln_1p()).exp()
        };
        Ok((1..=periods).map(then).sum())
    }

    /// The parameters, with standard errors.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// A page with the curve, as seen and as foretold for as long again.
    #[must_use]
    pub fn report(&self) -> Page {
        let seen = self.curve.iter().enumerate().map(|(t, share)| (t as f64, *share));
        let ahead = 2 * self.curve.len() as u64;
        let foretold = (0..ahead).map(|t| (t as f64, self.survival(t)));
        let retention = (1..ahead).map(|t| (t as f64, self.retention(t)));
        let page = Page::new("How long customers stay")
            .finding(self.finding())
            .figure(
                Plot::new("Customers still there")
                    .x("renewal")
                    .y("share")
                    .y_format(Format::Percent)
                    .y_from_zero()
                    .line("model", foretold)
                    .points("seen", seen),
            )
            .figure(
                Plot::new("Retention at each renewal")
                    .x("renewal")
                    .y("share that stays")
                    .y_format(Format::Percent)
                    .line("model", retention),
            );
        self.parameters.report(page)
    }

    /// Why the average churn rate misleads.
    fn finding(&self) -> Finding {
        let text = |share| Format::Percent.text(share, 1);
        let (first, last) = (self.retention(1), self.retention(self.curve.len() as u64));
        Finding::note(
            "Retention rises because those who stay are others, not because they change",
            format!("{} at the first renewal, {} at the next one", text(first), text(last)),
        )
        .next("do not project the average churn rate: it would make customers look too short-lived")
    }
}
