//! Models as likely as the data makes them, and how certain anything is that they say.

use super::Prior;
use crate::Result;
use crate::parameters::Parameters;
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::linear::{Cholesky, Matrix};
use brand_nn_stats::sampler::{Draws, Nuts, Summary};
use serde::{Deserialize, Serialize};

/// A model of which other parameters make another one of its kind.
pub trait Drawn: Clone {
    /// The parameters, all above 0.
    fn parameters(&self) -> &Parameters;

    /// The same model with other values of its parameters, in their order.
    #[must_use]
    fn with_values(&self, values: &[f64]) -> Self;
}

/// Draws of a model's parameters by the no-U-turn sampler, and summaries of what they say.
///
/// Parameters are drawn as logarithms, turned and stretched to the shape of the density at its
/// mode, so that chains mix at once. What is asked of each model by [`of`](Self::of) has an interval
/// that knows how uncertain parameters are, and how they hang together.
///
/// # Examples
/// See [`PurchaseModel::posterior`](super::PurchaseModel::posterior).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posterior<M> {
    mode: M,
    draws: Draws,
    summaries: Vec<Summary>,
}

/// A log-likelihood of parameters, whose gradient goes into the second argument.
pub(super) type Slopes<'a> = dyn Fn(&[f64], &mut [f64]) -> f64 + Sync + 'a;

impl<M: Drawn> Posterior<M> {
    /// Draws around the most likely model.
    pub(super) fn draw(mode: M, priors: &[Prior], nuts: Nuts, f: &Slopes<'_>) -> Result<Self> {
        let center: Vec<f64> = mode.parameters().values().iter().map(|x| x.ln()).collect();
        let shape = shape(mode.parameters());
        let place = |z: &[f64]| -> Vec<f64> {
            shape.times(z).iter().zip(&center).map(|(step, center)| (center + step).exp()).collect()
        };
        let size = center.len();
        let log_density = |z: &[f64], out: &mut [f64]| {
            let x = place(z);
            let mut slopes = vec![0.0; size];
            let likelihood = f(&x, &mut slopes);
            // By ln x, whose density has the factor x.
            let by_log = |i: usize| x[i] * (slopes[i] + priors[i].slope(x[i])) + 1.0;
            out.copy_from_slice(
                &shape.transposed_times(&(0..size).map(by_log).collect::<Vec<_>>()),
            );
            let volume: f64 = x.iter().map(|x| x.ln()).sum();
            likelihood + Prior::log_densities(priors, &x) + volume
        };
        let mut draws = nuts.sample(&vec![0.0; size], &log_density)?;
        for chain in &mut draws.chains {
            (0..chain.rows()).for_each(|row| {
                let x = place(chain.row(row));
                chain.row_mut(row).copy_from_slice(&x);
            });
        }
        let summaries = draws.summaries()?;
        Ok(Self { mode, draws, summaries })
    }

    /// The most likely model by likelihood and priors together.
    #[must_use]
    pub fn mode(&self) -> &M {
        &self.mode
    }

    /// Each parameter by its name, with mean, interval and diagnostics.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Summary)> {
        self.mode.parameters().names().iter().map(String::as_str).zip(&self.summaries)
    }

    /// A model a draw, chain by chain.
    pub fn models(&self) -> impl Iterator<Item = M> + '_ {
        let rows = self
            .draws
            .chains
            .iter()
            .flat_map(|chain| (0..chain.rows()).map(move |row| chain.row(row)));
        rows.map(|values| self.mode.with_values(values))
    }

    /// Mean, deviation, interval of 95 % and diagnostics of anything that a model says.
    ///
    /// # Errors
    /// If it is not finite for one of the models, or there are fewer than 4 draws a chain.
    pub fn of(&self, quantity: impl Fn(&M) -> f64) -> Result<Summary> {
        let values: Vec<f64> = self.models().map(|model| quantity(&model)).collect();
        let draws = self.draws.chains.first().map_or(1, Matrix::rows).max(1);
        Ok(Summary::of(&values.chunks(draws).collect::<Vec<_>>())?)
    }

    /// What was drawn.
    #[must_use]
    pub fn draws(&self) -> &Draws {
        &self.draws
    }

    /// Whether all chains tell the same: R-hat at most 1.01, and no path that went astray.
    #[must_use]
    pub fn has_converged(&self) -> bool {
        self.draws.divergences == 0 && self.summaries.iter().all(|summary| summary.r_hat <= 1.01)
    }

    /// A page with each parameter's distribution, and whether the draws may be trusted.
    #[must_use]
    pub fn report(&self) -> Page {
        let short = |x| Format::Number.short(x);
        let rows = self.parameters().map(|(name, of)| {
            let interval = format!("{} to {}", short(of.interval[0]), short(of.interval[1]));
            let (r_hat, size) = (format!("{:.3}", of.r_hat), short(of.effective_sample_size));
            [name.to_owned(), short(of.mean), short(of.standard_deviation), interval, r_hat, size]
        });
        let head = ["parameter", "mean", "deviation", "95 %", "R-hat", "effective draws"];
        let page = Page::new("What parameters may be").finding(self.finding()).table(head, rows);
        self.parameters().enumerate().fold(page, |page, (i, (name, _))| {
            let title = format!("Draws of {name}");
            page.figure(Plot::histogram(title, &self.draws.of(i), 40).x(name))
        })
    }

    fn finding(&self) -> Finding {
        let worst = self.summaries.iter().map(|summary| summary.r_hat).fold(1.0, f64::max);
        let astray = self.draws.divergences;
        let evidence = format!("R-hat up to {worst:.3}, {astray} paths went astray");
        if self.has_converged() {
            Finding::good("The chains agree", evidence)
        } else {
            Finding::act("The chains do not agree", evidence)
                .next("draw for longer, or give priors that say more")
        }
    }
}

/// The root of the covariance of the logarithms at the mode; a small circle where it has none.
fn shape(parameters: &Parameters) -> Matrix {
    let (values, size) = (parameters.values(), parameters.values().len());
    let covariance = parameters.estimate().map_or(&[][..], |estimate| &estimate.covariance);
    let covariance = Matrix::new(size, size, covariance.to_vec());
    let scaled = covariance.and_then(|covariance| {
        Cholesky::new(&Matrix::of(size, size, |i, j| covariance[(i, j)] / (values[i] * values[j])))
    });
    let circle = |_| Matrix::of(size, size, |i, j| if i == j { 0.3 } else { 0.0 });
    scaled.map_or_else(circle, |root| root.lower().clone())
}
