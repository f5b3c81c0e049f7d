//! Gamma-Gamma: what customers spend on a day, some always more than others.

use super::{Drawn, Posterior, Prior};
use crate::data::{CustomerSummary, RfmSummary};
use crate::parameters::{Parameters, Search};
use crate::{Error, Result};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::sampler::Nuts;
use brand_nn_stats::special::{digamma, lgamma};
use serde::{Deserialize, Serialize};

/// The spend model: each day's spend varies around a customer's own mean, means vary too.
///
/// Spends are gamma distributed with shape p and a rate that is gamma distributed among customers
/// with shape q and rate v. How often somebody buys must not depend on how much: the report says
/// whether that holds. Fader and Hardie, "The gamma-gamma model of monetary value", 2013.
///
/// # Examples
/// ```
/// use brand_nn_marketing::clv::FittedGammaGamma;
/// let fitted = FittedGammaGamma::with_parameters(6.25, 3.74, 15.44)?;
/// let once = fitted.mean_spend();
/// assert!((once - 35.2).abs() < 0.1);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GammaGamma;

/// A spend model with its parameters p, q and v.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedGammaGamma {
    parameters: Parameters,
    /// How frequency and spend go together, where the model was fitted.
    correlation: Option<f64>,
}

const METHOD: &str = "Gamma-Gamma";

impl GammaGamma {
    /// Finds the parameters by the customers who bought again.
    ///
    /// # Errors
    /// If fewer than two bought again, one of them spent nothing or less on average, all spent the
    /// same, or the data does not determine the parameters.
    pub fn fit(&self, summary: &RfmSummary) -> Result<FittedGammaGamma> {
        self.fit_with(summary, &[Prior::Flat])
    }

    /// Finds the most likely parameters by the data and by what was believed before it.
    ///
    /// One prior is for every parameter; else there is one for each of p, q and v.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if a prior's setting is out of range or there are other than 1 or
    /// 3 of them.
    pub fn fit_with(&self, summary: &RfmSummary, priors: &[Prior]) -> Result<FittedGammaGamma> {
        let priors = Prior::each::<3>(priors)?;
        let spends = spends(summary)?;
        let groups = Group::all(&spends);
        let log_likelihood =
            |p: &[f64]| groups.iter().map(|group| group.log_likelihood([p[0], p[1], p[2]])).sum();
        let count = spends.len() as f64;
        let mean = spends.iter().map(|[_, m]| m).sum::<f64>() / count;
        let starts = [vec![1.0, 2.0, mean], vec![6.0, 4.0, mean / 2.0]];
        let search = Search { method: METHOD, names: &["p", "q", "v"], priors: &priors };
        let parameters = Parameters::search(&search, &starts, count, &log_likelihood)?;
        Ok(FittedGammaGamma { parameters, correlation: Some(correlation(&spends)) })
    }

    /// Draws parameters as likely as the data and the priors make them.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), or if the sampler's settings are out of range.
    pub fn posterior(
        &self,
        summary: &RfmSummary,
        priors: &[Prior],
        nuts: Nuts,
    ) -> Result<Posterior<FittedGammaGamma>> {
        let mode = self.fit_with(summary, priors)?;
        let groups = Group::all(&spends(summary)?);
        let gradient = |p: &[f64], slopes: &mut [f64]| {
            slopes.fill(0.0);
            let p = [p[0], p[1], p[2]];
            let one = |group: &Group| {
                let by = group.slopes(p);
                slopes.iter_mut().zip(by).for_each(|(slope, by)| *slope += by);
                group.log_likelihood(p)
            };
            groups.iter().map(one).sum()
        };
        Posterior::draw(mode, &Prior::each::<3>(priors)?, nuts, &gradient)
    }
}

impl Drawn for FittedGammaGamma {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn with_values(&self, values: &[f64]) -> Self {
        Self { parameters: self.parameters.drawn(values), ..*self }
    }
}

/// Frequency and mean spend of those who bought again.
fn spends(summary: &RfmSummary) -> Result<Vec<[f64; 2]>> {
    let mut spends = Vec::new();
    for (row, customer) in summary.customers().iter().enumerate() {
        if customer.frequency == 0 {
            continue;
        }
        if customer.mean_spend <= 0.0 {
            return Err(Error::Value {
                data: "customer summary",
                row: row + 1,
                column: "mean spend",
                got: customer.mean_spend.to_string(),
                expected: "more than 0 where frequency is",
                help: "leave out customers who only got gifts or refunds",
            });
        }
        spends.push([customer.frequency as f64, customer.mean_spend]);
    }
    let first = spends.first().map(|[_, spend]| *spend);
    if spends.len() < 2 || spends.iter().all(|[_, spend]| Some(*spend) == first) {
        let case = "fewer than two customers with different spends bought again";
        return Err(Error::Undefined { method: METHOD, case, help: "observe them for longer" });
    }
    Ok(spends)
}

/// Customers who bought as often: what their likelihood shares is computed once.
struct Group {
    x: f64,
    /// What each of them spent in all, x · mean.
    totals: Vec<f64>,
    log_totals: f64,
}

impl Group {
    /// The groups of all frequencies, the lowest first.
    fn all(spends: &[[f64; 2]]) -> Vec<Self> {
        let mut sorted = spends.to_vec();
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let group = |group: &[[f64; 2]]| {
            let totals: Vec<_> = group.iter().map(|[x, mean]| x * mean).collect();
            let log_totals = totals.iter().map(|total| total.ln()).sum();
            Self { x: group[0][0], totals, log_totals }
        };
        sorted.chunk_by(|a, b| a[0] == b[0]).map(group).collect()
    }

    /// Σ ln f(mean | p, q, v, x), with f the density of a mean, eq. 1 of Fader and Hardie 2013.
    fn log_likelihood(&self, [p, q, v]: [f64; 3]) -> f64 {
        let (shape, count) = (p * self.x, self.totals.len() as f64);
        let each = lgamma(shape + q) - lgamma(shape) - lgamma(q) + q * v.ln() + self.x.ln();
        let own: f64 = self.totals.iter().map(|total| (total + v).ln()).sum();
        count * each + (shape - 1.0) * self.log_totals - (shape + q) * own
    }

    /// The gradient of [`log_likelihood`](Self::log_likelihood) by p, q and v.
    fn slopes(&self, [p, q, v]: [f64; 3]) -> [f64; 3] {
        let (shape, count) = (p * self.x, self.totals.len() as f64);
        let own: f64 = self.totals.iter().map(|total| (total + v).ln()).sum();
        let shares: f64 = self.totals.iter().map(|total| 1.0 / (total + v)).sum();
        let sum = digamma(shape + q);
        let of_p = count * (sum - digamma(shape)) + self.log_totals - own;
        let of_q = count * (sum - digamma(q) + v.ln()) - own;
        [self.x * of_p, of_q, count * q / v - (shape + q) * shares]
    }
}

/// Pearson's correlation; 0 where one side does not vary.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |i: usize| pairs.iter().map(|pair| pair[i]).sum::<f64>() / count;
    let means = [mean(0), mean(1)];
    let product = |i: usize, j: usize| -> f64 {
        pairs.iter().map(|pair| (pair[i] - means[i]) * (pair[j] - means[j])).sum()
    };
    let spread = (product(0, 0) * product(1, 1)).sqrt();
    if spread > 0.0 { product(0, 1) / spread } else { 0.0 }
}

impl FittedGammaGamma {
    /// A model with parameters that are known.
    ///
    /// # Errors
    /// If one is not a finite number above 0.
    pub fn with_parameters(p: f64, q: f64, v: f64) -> Result<Self> {
        let parameters = Parameters::known(METHOD, &["p", "q", "v"], &[p, q, v])?;
        Ok(Self { parameters, correlation: None })
    }

    /// What a customer is expected to spend on a day with a purchase.
    ///
    /// The customer's own mean, drawn towards that of all the more, the less is known of it.
    #[must_use]
    #[doc(alias = "conditional_expected_average_profit")]
    pub fn expected_spend(&self, customer: &CustomerSummary) -> f64 {
        let [p, q, v] = self.values();
        let x = customer.frequency as f64;
        // (p x m + p v) / (p x + q − 1), which weighs both means.
        p * (x * customer.mean_spend + v) / (p * x + q - 1.0)
    }

    /// What a customer spends of whom nothing is known, p v / (q − 1); ∞ where q is at most 1.
    #[must_use]
    pub fn mean_spend(&self) -> f64 {
        let [p, q, v] = self.values();
        if q > 1.0 { p * v / (q - 1.0) } else { f64::INFINITY }
    }

    /// The parameters, with standard errors.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn values(&self) -> [f64; 3] {
        self.parameters.array()
    }

    /// A page with the spends that were seen, what is expected, and whether the model may be used.
    #[must_use]
    pub fn report(&self, summary: &RfmSummary) -> Page {
        let again = summary.customers().iter().filter(|customer| customer.frequency > 0);
        let (seen, expected): (Vec<_>, Vec<_>) =
            again.map(|c| (c.mean_spend, self.expected_spend(c))).unzip();
        let page = Page::new("Spend of customers")
            .findings(self.independence())
            .figure(Plot::histogram("Mean spend, as seen", &seen, 30).x("spend"))
            .figure(Plot::histogram("Mean spend, as expected", &expected, 30).x("spend"));
        self.parameters.report(page)
    }

    /// Whether how often and how much go together, which the model denies.
    fn independence(&self) -> Option<Finding> {
        let correlation = self.correlation?;
        let evidence = format!("correlation {}", Format::Number.text(correlation, 3));
        Some(if correlation.abs() < 0.2 {
            Finding::good("How often customers buy hardly depends on how much", evidence)
        } else {
            Finding::watch("Frequent buyers spend differently", evidence)
                .next("fit one model for each group of customers, or do not multiply the two")
        })
    }
}
