//! BG/BB: customers who come or not at each of a number of occasions.

use super::beta_ratio::{self, log_ratio};
use super::{Drawn, Posterior, Prior};
use crate::parameters::{Parameters, Search};
use crate::{Error, Result, columns, door};
use brand_nn_report::{HeatMap, Page};
use brand_nn_stats::sampler::Nuts;
use brand_nn_stats::special::log_add_exp;
use brand_nn_train::Table;
use serde::{Deserialize, Serialize};

/// The model of occasions: yearly gifts, weekly markets, issues of a newsletter.
///
/// At each occasion a living customer comes with a probability that is Beta(α, β) distributed, and
/// leaves with one that is Beta(γ, δ). Fader, Hardie and Shang, "Customer-base analysis in a
/// discrete-time noncontractual setting", 2010.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "BG/BB")]
pub struct BgBb;

/// How many customers came how often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opportunities {
    /// x, how often they came.
    pub frequency: u64,
    /// tₓ, the number of the occasion when they last came; 0 if never.
    pub recency: u64,
    /// n, how many occasions there were.
    pub periods: u64,
    /// How many customers have this history.
    pub customers: u64,
}

/// A model of occasions with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedBgBb {
    parameters: Parameters,
}

const METHOD: &str = "BG/BB";
const DATA: &str = "opportunities";

impl Opportunities {
    /// Reads a table with the columns frequency, recency, periods and customers.
    ///
    /// # Errors
    /// If a column is missing, or a cell is not a whole number of at least 0.
    pub fn from_table(table: &Table, names: [&'static str; 4]) -> Result<Vec<Self>> {
        let [frequency, recency, periods, customers] =
            names.map(|name| columns::counts(table, DATA, name));
        let (frequency, recency) = (frequency?, recency?);
        let (periods, customers) = (periods?, customers?);
        let row = |i: usize| Self {
            frequency: frequency[i],
            recency: recency[i],
            periods: periods[i],
            customers: customers[i],
        };
        Ok((0..table.len()).map(row).collect())
    }

    fn check(&self, row: usize) -> Result<()> {
        let wrong = |column, got: u64, expected| {
            let (row, got, help) = (row + 1, got.to_string(), "count occasions from 1");
            Err(Error::Value { data: DATA, row, column, got, expected, help })
        };
        if self.recency > self.periods {
            return wrong("recency", self.recency, "at most the number of periods");
        }
        if self.frequency > self.recency {
            return wrong("frequency", self.frequency, "at most the recency");
        }
        if self.recency > 0 && self.frequency == 0 {
            return wrong("frequency", self.frequency, "at least 1 where recency is");
        }
        let (column, expected) = ("periods", "at most 10,000");
        if self.periods > 10_000 { wrong(column, self.periods, expected) } else { Ok(()) }
    }
}

impl BgBb {
    /// Finds the parameters that make the histories most likely.
    ///
    /// # Errors
    /// If there are none, one can't be, or the data does not determine the parameters.
    pub fn fit(&self, histories: &[Opportunities]) -> Result<FittedBgBb> {
        self.fit_with(histories, &[Prior::Flat])
    }

    /// Finds the most likely parameters by the data and by what was believed before it.
    ///
    /// One prior is for every parameter; else there is one for each of α, β, γ and δ.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if a prior's setting is out of range or there are other than 1 or
    /// 4 of them.
    pub fn fit_with(&self, histories: &[Opportunities], priors: &[Prior]) -> Result<FittedBgBb> {
        let priors = Prior::each::<4>(priors)?;
        for (row, history) in histories.iter().enumerate() {
            history.check(row)?;
        }
        let customers = histories.iter().map(|history| history.customers as f64).sum::<f64>();
        if customers == 0.0 {
            return Err(Error::Empty { what: DATA, help: "add customers with their occasions" });
        }
        if histories.iter().all(|history| history.frequency == 0 || history.customers == 0) {
            let (case, help) = ("nobody ever came", "observe more occasions");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let log_likelihood = |p: &[f64]| {
            let each = |h: &Opportunities| h.customers as f64 * log_likelihood(p, h);
            histories.iter().filter(|h| h.customers > 0).map(each).sum()
        };
        let (names, start) = (["alpha", "beta", "gamma", "delta"], vec![1.0, 1.0, 1.0, 3.0]);
        let search = Search { method: METHOD, names: &names, priors: &priors };
        let parameters = Parameters::search(&search, &[start], customers, &log_likelihood)?;
        Ok(FittedBgBb { parameters })
    }

    /// Draws parameters as likely as the data and the priors make them.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), or if the sampler's settings are out of range.
    pub fn posterior(
        &self,
        histories: &[Opportunities],
        priors: &[Prior],
        nuts: Nuts,
    ) -> Result<Posterior<FittedBgBb>> {
        let mode = self.fit_with(histories, priors)?;
        let gradient = |p: &[f64], slopes: &mut [f64]| {
            slopes.fill(0.0);
            let one = |h: &Opportunities| {
                let (value, by) = (log_likelihood(p, h), self::slopes(p, h));
                let count = h.customers as f64;
                slopes.iter_mut().zip(by).for_each(|(slope, by)| *slope += count * by);
                count * value
            };
            histories.iter().filter(|h| h.customers > 0).map(one).sum()
        };
        Posterior::draw(mode, &Prior::each::<4>(priors)?, nuts, &gradient)
    }
}

impl Drawn for FittedBgBb {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn with_values(&self, values: &[f64]) -> Self {
        Self { parameters: self.parameters.drawn(values) }
    }
}

/// Coming so often and so often not, by α and β.
fn coming(p: &[f64], counts: [u64; 2]) -> f64 {
    log_ratio([p[0], p[1]], counts.map(|count| count as f64))
}

/// Leaving so often, 0 or 1 times, and so often not, by γ and δ.
fn leaving(p: &[f64], counts: [u64; 2]) -> f64 {
    log_ratio([p[2], p[3]], counts.map(|count| count as f64))
}

/// What may have happened: how often somebody came and did not, left and did not.
fn courses(h: &Opportunities) -> impl Iterator<Item = [[u64; 2]; 2]> {
    let Opportunities { frequency: x, recency, periods, .. } = *h;
    let left = move |last: u64| [[x, last - x], [1, last]];
    std::iter::once([[x, periods - x], [0, periods]]).chain((recency..periods).map(left))
}

fn log_likelihood(p: &[f64], h: &Opportunities) -> f64 {
    let each = courses(h).map(|[came, left]| coming(p, came) + leaving(p, left));
    each.fold(NEVER, log_add_exp)
}

/// The gradient of [`log_likelihood`]: that of each course by its share.
fn slopes(p: &[f64], h: &Opportunities) -> [f64; 4] {
    let whole = log_likelihood(p, h);
    let mut slopes = [0.0; 4];
    for [came, left] in courses(h) {
        let share = (coming(p, came) + leaving(p, left) - whole).exp();
        let [came, left] = [came, left].map(|counts| counts.map(|count| count as f64));
        let (by, of_leaving) =
            (beta_ratio::slopes([p[0], p[1]], came), beta_ratio::slopes([p[2], p[3]], left));
        let by = by.into_iter().chain(of_leaving);
        slopes.iter_mut().zip(by).for_each(|(slope, by)| *slope += share * by);
    }
    slopes
}

impl FittedBgBb {
    /// A model with parameters α, β, γ and δ that are known.
    ///
    /// # Errors
    /// If one is not a finite number above 0.
    pub fn with_parameters(values: [f64; 4]) -> Result<Self> {
        let names = ["alpha", "beta", "gamma", "delta"];
        Ok(Self { parameters: Parameters::known(METHOD, &names, &values)? })
    }

    /// The probability that customers with a history still live at the next occasion.
    ///
    /// # Errors
    /// If the history can't be.
    pub fn alive(&self, history: &Opportunities) -> Result<f64> {
        history.check(0)?;
        let p = &self.parameters.array::<4>();
        let misses = history.periods - history.frequency;
        let next = coming(p, [history.frequency, misses]) + leaving(p, [0, history.periods + 1]);
        Ok((next - log_likelihood(p, history)).exp())
    }

    /// How often a customer with a history is expected to come at the next occasions.
    ///
    /// # Errors
    /// If the history can't be.
    pub fn expected_purchases(&self, history: &Opportunities, occasions: u64) -> Result<f64> {
        history.check(0)?;
        let range: (_, fn(f64) -> bool) = ("at most 1,000,000", |x| x <= 1e6);
        door::setting(METHOD, ("occasions", occasions as f64), range, "ask for fewer")?;
        let p = &self.parameters.array::<4>();
        let (x, n) = (history.frequency, history.periods);
        let came = coming(p, [x + 1, n - x]);
        // Σ over the occasions of the chance to be alive then.
        let alive =
            (n + 1..=n + occasions).map(|time| leaving(p, [0, time])).fold(NEVER, log_add_exp);
        Ok((came + alive - log_likelihood(p, history)).exp())
    }

    /// The parameters, with standard errors.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// A page with the chance to be alive by history, and the parameters.
    #[must_use]
    pub fn report(&self, periods: u64) -> Page {
        let periods = periods.clamp(1, 40);
        let cell = |frequency: u64, recency: u64| {
            let history = Opportunities { frequency, recency, periods, customers: 1 };
            self.alive(&history).unwrap_or(f64::NAN)
        };
        let row = |x: u64| (0..=periods).map(|t| cell(x, t)).collect::<Vec<_>>();
        let names = || (0..=periods).map(|i| i.to_string());
        let map = HeatMap::new("Chance to be alive at the next occasion", names(), names())
            .values((0..=periods).map(row))
            .x("last came at occasion")
            .y("times they came");
        self.parameters.report(Page::new("Customers by occasion: BG/BB").figure(map))
    }
}

const NEVER: f64 = f64::NEG_INFINITY;
