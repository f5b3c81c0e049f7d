//! Models of customers who buy when they like and leave without a word.

use super::beta_geometric::{BG_NBD, MBG_NBD};
use super::law::{History, Law};
use super::pareto_nbd::ParetoNbd;
use crate::data::{CustomerSummary, RfmSummary};
use crate::parameters::Parameters;
use crate::{Error, Result, Span, Unit};
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
        let histories = counted(summary);
        let count = summary.customers().len() as f64;
        let mean = |value: &dyn Fn(&History) -> f64| {
            histories.iter().map(|(history, times)| value(history) * times).sum::<f64>() / count
        };
        let (frequency, age) = (mean(&|history| history.x), mean(&|history| history.age));
        if frequency == 0.0 || age == 0.0 {
            let (case, help) = ("no customer bought again", "observe them for longer");
            return Err(Error::Undefined { method: self.name(), case, help });
        }
        let law = self.law();
        let log_likelihood = |p: &[f64]| {
            histories.iter().map(|(history, times)| times * law.log_likelihood(p, *history)).sum()
        };
        let start = law.start(frequency, age);
        let names = law.names();
        let parameters = Parameters::search(self.name(), &names, &[start], count, &log_likelihood)?;
        Ok(FittedPurchases { model: self, unit: summary.unit(), parameters })
    }
}

/// Different histories with how many customers have them.
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
