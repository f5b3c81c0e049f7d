//! Models of customers who buy when they like and leave without a word.

use super::beta_geometric::{BG_NBD, MBG_NBD};
use super::law::{History, Law};
use super::pareto_nbd::ParetoNbd;
use super::{Drawn, Posterior, Prior};
use crate::data::{CustomerSummary, RfmSummary};
use crate::parameters::{Parameters, Search};
use crate::{Error, Result, Span, Unit};
use brand_nn_stats::sampler::Nuts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which story of buying and leaving is told.
///
/// In all of them customers buy at random times, some more often than others, until they leave,
/// which nobody sees.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Unit, Weeks, clv::PurchaseModel};
/// use brand_nn_marketing::data::{CustomerSummary, RfmSummary};
///
/// let customer = |i: u32| CustomerSummary {
///     customer: format!("c{i}"),
///     frequency: u64::from(i % 4),
///     recency: f64::from(i % 4) * f64::from(3 + i % 4),
///     age: f64::from(20 + i % 13),
///     mean_spend: 0.0,
/// };
/// let summary = RfmSummary::of(Unit::Week, (0..200).map(customer).collect())?;
/// let fitted = PurchaseModel::BgNbd.fit(&summary)?;
/// let (recent, lapsed) = (&summary.customers()[39], &summary.customers()[5]);
/// assert!(fitted.alive(recent) > fitted.alive(lapsed));
/// assert!(fitted.expected_purchases(recent, Weeks(10.0)) > 0.1);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::enum_variant_names, reason = "the names of the papers")]
pub enum PurchaseModel {
    /// After each repeated purchase a customer may leave: fast, and the usual first choice.
    ///
    /// Who has bought once only is alive for certain. Fader, Hardie and Lee 2005.
    #[doc(alias = "BG/NBD")]
    BgNbd,
    /// As BG/NBD, but customers may leave after the first purchase too.
    ///
    /// Batislam, Denizel and Filiztekin 2007.
    #[doc(alias = "MBG/NBD")]
    MbgNbd,
    /// Customers may leave at any time.
    ///
    /// Schmittlein, Morrison and Colombo 1987.
    #[doc(alias = "Pareto/NBD")]
    ParetoNbd,
}

/// A purchase model with the parameters of a summary's customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedPurchases {
    model: PurchaseModel,
    unit: Unit,
    parameters: Parameters,
}

impl PurchaseModel {
    /// What papers call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
        }
    }

    fn law(self) -> &'static dyn Law {
        match self {
            Self::BgNbd => &BG_NBD,
            Self::MbgNbd => &MBG_NBD,
            Self::ParetoNbd => &ParetoNbd,
        }
    }

    /// Finds the parameters that make the customers' histories most likely.
    ///
    /// # Errors
    /// If nobody bought again, no time passed, or the data does not determine the parameters.
    pub fn fit(self, summary: &RfmSummary) -> Result<FittedPurchases> {
        self.fit_with(summary, &[Prior::Flat])
    }

    /// Finds the most likely parameters by the data and by what was believed before it.
    ///
    /// One prior is for every parameter; else there is one each, in the order of the paper. Beliefs
    /// hold few customers' parameters in a sensible range: the maximum of likelihood × priors.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if a prior's setting is out of range or there are other than 1 or
    /// 4 of them.
    #[doc(alias = "MAP")]
    #[doc(alias = "penalizer")]
    pub fn fit_with(self, summary: &RfmSummary, priors: &[Prior]) -> Result<FittedPurchases> {
        let priors = Prior::each::<4>(priors)?;
        let histories = Histories::new(self, summary)?;
        let law = self.law();
        let log_likelihood = |p: &[f64]| histories.log_likelihood(law, p);
        let parameters = Parameters::search(
            &Search { method: self.name(), names: &law.names(), priors: &priors },
            &[law.start(histories.frequency, histories.age)],
            histories.customers,
            &log_likelihood,
        )?;
        Ok(FittedPurchases { model: self, unit: summary.unit(), parameters })
    }

    /// Draws parameters as likely as the data and the priors make them.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), or if the sampler's settings are out of range.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::clv::{Prior, PurchaseModel};
    /// use brand_nn_marketing::{Unit, Weeks, data::{CustomerSummary, RfmSummary}};
    /// use brand_nn_stats::sampler::Nuts;
    ///
    /// let customer = |i: u32| CustomerSummary {
    ///     customer: format!("c{i}"),
    ///     frequency: u64::from(i % 4),
    ///     recency: f64::from(i % 4) * f64::from(3 + i % 4),
    ///     age: f64::from(20 + i % 13),
    ///     mean_spend: 0.0,
    /// };
    /// let summary = RfmSummary::of(Unit::Week, (0..60).map(customer).collect())?;
    /// let priors = [Prior::LogNormal { median: 1.0, deviation: 1.5 }];
    /// let nuts = Nuts { chains: 2, warmup: 100, draws: 200, ..Nuts::new(42) };
    /// let posterior = PurchaseModel::BgNbd.posterior(&summary, &priors, nuts)?;
    /// let expected = posterior.of(|model| model.expected_purchases_of_new(Weeks(20.0)))?;
    /// assert!(expected.interval[0] < expected.mean && expected.mean < expected.interval[1]);
    /// # Ok::<(), brand_nn_marketing::Error>(())
    /// ```
    pub fn posterior(
        self,
        summary: &RfmSummary,
        priors: &[Prior],
        nuts: Nuts,
    ) -> Result<Posterior<FittedPurchases>> {
        let mode = self.fit_with(summary, priors)?;
        let (histories, law) = (Histories::new(self, summary)?, self.law());
        let slopes = |p: &[f64], slopes: &mut [f64]| histories.slopes(law, p, slopes);
        Posterior::draw(mode, &Prior::each::<4>(priors)?, nuts, &slopes)
    }
}

/// Different histories with how many customers have them, by their number of purchases.
struct Histories {
    groups: Vec<(f64, Vec<(History, f64)>)>,
    customers: f64,
    /// The mean number of purchases.
    frequency: f64,
    /// The mean age.
    age: f64,
}

impl Histories {
    fn new(model: PurchaseModel, summary: &RfmSummary) -> Result<Self> {
        let customers = summary.customers().len() as f64;
        let mean = |value: &dyn Fn(History) -> f64| {
            summary.customers().iter().map(|customer| value(history(customer))).sum::<f64>()
                / customers
        };
        let (frequency, age) = (mean(&|history| history.x), mean(&|history| history.age));
        if frequency == 0.0 || age == 0.0 {
            let (case, help) = ("no customer bought again", "observe them for longer");
            return Err(Error::Undefined { method: model.name(), case, help });
        }
        let histories = counted(summary);
        let groups = histories.chunk_by(|a, b| a.0.x == b.0.x);
        let groups = groups.map(|group| (group[0].0.x, group.to_vec())).collect();
        Ok(Self { groups, customers, frequency, age })
    }

    fn log_likelihood(&self, law: &dyn Law, p: &[f64]) -> f64 {
        let group = |(x, histories): &(f64, Vec<(History, f64)>)| {
            let times = histories.iter().map(|(_, times)| times).sum::<f64>();
            let own = histories.iter().map(|(history, times)| times * law.of_times(p, *history));
            times * law.of_count(p, *x) + own.sum::<f64>()
        };
        self.groups.iter().map(group).sum()
    }

    /// The log-likelihood, whose gradient goes into `slopes`.
    fn slopes(&self, law: &dyn Law, p: &[f64], slopes: &mut [f64]) -> f64 {
        slopes.fill(0.0);
        let mut add = |times: f64, by: [f64; 4]| {
            slopes.iter_mut().zip(by).for_each(|(slope, by)| *slope += times * by);
        };
        for (x, histories) in &self.groups {
            add(histories.iter().map(|(_, times)| times).sum(), law.slopes_of_count(p, *x));
            for (history, times) in histories {
                add(*times, law.slopes_of_times(p, *history));
            }
        }
        self.log_likelihood(law, p)
    }
}

/// Different histories with how many customers have them, in the order of their purchases.
fn counted(summary: &RfmSummary) -> Vec<(History, f64)> {
    let mut counts = BTreeMap::<[u64; 3], f64>::new();
    for customer in summary.customers() {
        let History { x, recency, age } = history(customer);
        *counts.entry([x, recency, age].map(f64::to_bits)).or_default() += 1.0;
    }
    let history = |bits: [u64; 3]| {
        let [x, recency, age] = bits.map(f64::from_bits);
        History { x, recency, age }
    };
    counts.into_iter().map(|(bits, count)| (history(bits), count)).collect()
}

fn history(customer: &CustomerSummary) -> History {
    History { x: customer.frequency as f64, recency: customer.recency, age: customer.age }
}

impl Drawn for FittedPurchases {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn with_values(&self, values: &[f64]) -> Self {
        Self { parameters: self.parameters.drawn(values), ..*self }
    }
}

impl FittedPurchases {
    /// A model with parameters that are known, in the order of its paper, of times in a unit.
    ///
    /// # Errors
    /// If there are not four, or one is not a finite number above 0.
    pub fn with_parameters(model: PurchaseModel, unit: Unit, values: &[f64]) -> Result<Self> {
        let names = model.law().names();
        let parameters = Parameters::known(model.name(), &names, values)?;
        Ok(Self { model, unit, parameters })
    }

    /// The probability that a customer still buys.
    ///
    /// The customer's times are in the unit of the summary that the model was fitted to.
    #[must_use]
    pub fn alive(&self, customer: &CustomerSummary) -> f64 {
        self.model.law().alive(&self.values(), history(customer))
    }

    /// How many purchases are expected of a customer from now on.
    #[must_use]
    #[doc(alias = "conditional_expected_purchases")]
    pub fn expected_purchases(&self, customer: &CustomerSummary, within: impl Into<Span>) -> f64 {
        let (p, history) = (&self.values(), history(customer));
        let t = within.into().in_units(self.unit).max(0.0);
        let law = self.model.law();
        law.alive(p, history) * law.expected_if_alive(p, history, t).clamp(0.0, f64::INFINITY)
    }

    /// How many repeated purchases are expected of a new customer.
    #[must_use]
    pub fn expected_purchases_of_new(&self, within: impl Into<Span>) -> f64 {
        let t = within.into().in_units(self.unit).max(0.0);
        self.model.law().expected_new(&self.values(), t).clamp(0.0, f64::INFINITY)
    }

    /// How likely a new customer makes so many repeated purchases.
    #[must_use]
    pub fn chance_of_purchases(&self, count: u64, within: impl Into<Span>) -> f64 {
        let t = within.into().in_units(self.unit).max(0.0);
        self.model.law().chance_new(&self.values(), count, t)
    }

    fn values(&self) -> [f64; 4] {
        self.parameters.array()
    }

    /// Which model it is.
    #[must_use]
    pub fn model(&self) -> PurchaseModel {
        self.model
    }

    /// What times are counted in.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The parameters, with standard errors.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
