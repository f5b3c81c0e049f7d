//! BG/BB: customers who come or not at each of a number of occasions.

use crate::parameters::{Parameters, Search};
use crate::{Error, Result, columns, door};
use brand_nn_report::{HeatMap, Page};
use brand_nn_stats::special::{lbeta, log_add_exp};
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
        let search = Search { method: METHOD, names: &names, priors: &[] };
        let parameters = Parameters::search(&search, &[start], customers, &log_likelihood)?;
        Ok(FittedBgBb { parameters })
    }
}

/// ln B(α + x, β + misses) − ln B(α, β): coming so often, and so often not.
fn coming(p: &[f64], x: u64, misses: u64) -> f64 {
    lbeta(p[0] + x as f64, p[1] + misses as f64) - lbeta(p[0], p[1])
}

/// ln of the chance to be alive after n occasions.
fn staying(p: &[f64], n: u64) -> f64 {
    lbeta(p[2], p[3] + n as f64) - lbeta(p[2], p[3])
}

fn log_likelihood(p: &[f64], h: &Opportunities) -> f64 {
    let alive = coming(p, h.frequency, h.periods - h.frequency) + staying(p, h.periods);
    let left = |i: u64| {
        let leaving = lbeta(p[2] + 1.0, p[3] + (h.recency + i) as f64) - lbeta(p[2], p[3]);
        coming(p, h.frequency, h.recency - h.frequency + i) + leaving
    };
    (0..h.periods - h.recency).map(left).fold(alive, log_add_exp)
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
        let next = coming(p, history.frequency, misses) + staying(p, history.periods + 1);
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
        let came = lbeta(p[0] + x as f64 + 1.0, p[1] + (n - x) as f64) - lbeta(p[0], p[1]);
        // Σ over the occasions of the chance to be alive then.
        let alive = (n + 1..=n + occasions).map(|time| staying(p, time)).fold(NEVER, log_add_exp);
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
