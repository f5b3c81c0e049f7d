//! Parameters of a fitted model with how certain they are.

use crate::clv::Prior;
use crate::{Error, Result, door};
use brand_nn_report::{Finding, Format, Page};
use brand_nn_stats::optimize::{Domain, Estimate, Likelihood};
use brand_nn_stats::special::normal_quantile;
use serde::{Deserialize, Serialize};

/// What a model's likelihood said: parameters by name, standard errors, how well it fits.
///
/// # Examples
/// ```
/// use brand_nn_marketing::clv::{ChurnCurve, ShiftedBetaGeometric};
///
/// let curve = ChurnCurve::new(&[1000, 631, 468, 382, 326, 289, 262, 241])?;
/// let fitted = ShiftedBetaGeometric.fit(&curve)?;
/// let alpha = fitted.parameters().get("alpha").unwrap();
/// assert!((alpha.value - 0.704).abs() < 1e-3 && alpha.lower < 0.704 && alpha.upper > 0.704);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    names: Vec<String>,
    values: Vec<f64>,
    estimate: Option<Estimate>,
    observations: f64,
}

/// One parameter of a model, above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter<'a> {
    /// Its letter in the paper, spelled out.
    pub name: &'a str,
    /// The most likely value.
    pub value: f64,
    /// How much it would vary; NaN where the data does not say.
    pub standard_error: f64,
    /// The lower end of the interval of 95 %, by its logarithm.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// What is searched: a method's parameters by name, and what is believed of each.
pub(crate) struct Search<'a> {
    pub(crate) method: &'static str,
    pub(crate) names: &'a [&'a str],
    pub(crate) priors: &'a [Prior],
}

/// The logarithm of how many times a parameter may become as large or as small as its start.
const FAR: f64 = 10.0;

impl Parameters {
    /// Looks for the positive parameters that make the data most likely, from several starts.
    pub(crate) fn search(
        of: &Search<'_>,
        starts: &[Vec<f64>],
        observations: f64,
        log_likelihood: &dyn Fn(&[f64]) -> f64,
    ) -> Result<Self> {
        let method = of.method;
        let search = Likelihood::new(&vec![Domain::Positive; of.names.len()]);
        let believed = |p: &[f64]| log_likelihood(p) + Prior::log_densities(of.priors, p);
        let maximum = |start: &Vec<f64>| -> Result<Option<Estimate>> {
            // Where data does not determine a parameter, it runs away: there the search ends.
            let is_near = |p: &[f64]| p.iter().zip(start).all(|(p, s)| (p / s).ln().abs() < FAR);
            let bounded = |p: &[f64]| if is_near(p) { believed(p) } else { f64::NEG_INFINITY };
            let found = search.maximize(start, &bounded)?;
            let near_edge = |(p, s): (&f64, &f64)| (p / s).ln().abs() > FAR - 1.0;
            // At the edge only a ratio is known, which is enough to predict.
            let runs_away = found.parameters.iter().zip(start).any(near_edge);
            Ok((found.converged || runs_away).then_some(found))
        };
        let found = starts.iter().map(maximum).collect::<Result<Vec<_>>>()?;
        let found = found.into_iter().flatten();
        let best = found.max_by(|a, b| a.log_likelihood.total_cmp(&b.log_likelihood));
        let mut estimate = best.ok_or(Error::NotConverged {
            method,
            iterations: search.search.max_iterations,
            help: "take more customers or a longer time: the data does not determine it",
        })?;
        // Criteria compare what the data says, not what was believed.
        estimate.log_likelihood = log_likelihood(&estimate.parameters);
        let (names, values) = (owned(of.names), estimate.parameters.clone());
        Ok(Self { names, values, estimate: Some(estimate), observations })
    }

    /// The same parameters with other values, of which nothing else is known.
    pub(crate) fn drawn(&self, values: &[f64]) -> Self {
        let (names, values) = (self.names.clone(), values.to_vec());
        Self { names, values, estimate: None, observations: 0.0 }
    }

    /// What the parameters are called.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The values, in the order of the paper.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of a model with so many of them; NaN where a file has fewer.
    pub(crate) fn array<const N: usize>(&self) -> [f64; N] {
        std::array::from_fn(|i| self.values.get(i).copied().unwrap_or(f64::NAN))
    }

    /// A parameter by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Parameter<'_>> {
        self.iter().find(|parameter| parameter.name == name)
    }

    /// All parameters.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.names.iter().zip(&self.values).enumerate().map(|(i, (name, &value))| {
            let errors = self.estimate.as_ref().map(|estimate| &*estimate.standard_errors);
            let standard_error = errors.and_then(|all| all.get(i)).copied().unwrap_or(f64::NAN);
            let factor = (normal_quantile(0.975) * standard_error / value).exp();
            Parameter { name, value, standard_error, lower: value / factor, upper: value * factor }
        })
    }

    /// What the likelihood said, with criteria and covariances; none if the values were given.
    ///
    /// Of models of the same data, the one with the smaller Akaike criterion describes it better.
    #[must_use]
    pub fn estimate(&self) -> Option<&Estimate> {
        self.estimate.as_ref()
    }

    /// Appends the table of parameters, and a warning if one is hardly known.
    pub(crate) fn report(&self, page: Page) -> Page {
        let short = |x| Format::Number.short(x);
        let rows = self.iter().map(|p| {
            let interval = format!("{} to {}", short(p.lower), short(p.upper));
            [p.name.to_owned(), short(p.value), short(p.standard_error), interval]
        });
        let fit = self.estimate.as_ref().map_or("The values were given.".to_owned(), |estimate| {
            let (likelihood, akaike) = (estimate.log_likelihood, estimate.akaike());
            let count = short(self.observations);
            format!("Log-likelihood {likelihood:.2}, Akaike {akaike:.1}, {count} observations.")
        });
        let is_vague = |p: &Parameter<'_>| p.standard_error.is_nan() || p.standard_error > p.value;
        let vague = self.estimate.as_ref().and_then(|_| self.iter().find(is_vague));
        let page = page
            .heading("Parameters")
            .table(["parameter", "value", "standard error", "95 %"], rows)
            .paragraph(fit);
        match vague {
            None => page,
            Some(p) => page.finding(
                Finding::watch(
                    format!("The data hardly determines {}", p.name),
                    "its standard error is as large as itself",
                )
                .next("use predictions, which may be steady all the same, and collect more data"),
            ),
        }
    }
}

impl Parameters {
    /// Parameters that somebody published, whose certainty is not known.
    pub(crate) fn known(method: &'static str, names: &[&str], values: &[f64]) -> Result<Self> {
        let count: (_, fn(f64) -> bool) = ("one value a parameter", |x| x == 0.0);
        let missing = names.len() as f64 - values.len() as f64;
        door::setting(method, ("missing values", missing), count, "give them as in the paper")?;
        for &value in values {
            door::setting(method, ("parameter", value), door::POSITIVE, "see the paper's range")?;
        }
        Ok(Self { names: owned(names), values: values.to_vec(), estimate: None, observations: 0.0 })
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
