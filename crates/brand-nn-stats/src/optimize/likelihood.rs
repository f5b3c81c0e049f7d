//! Parameters that make data most likely, with their standard errors.

use super::{Bfgs, Minimum, NelderMead, numeric_hessian};
use crate::linear::{Cholesky, Matrix};
use crate::special::{logistic, logit};
use crate::{Error, Result, door};

/// Which numbers a parameter may be; the search goes over all of ℝ behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Domain {
    /// Any number.
    Real,
    /// A number above 0, searched by its logarithm.
    Positive,
    /// A number between 0 and 1, searched by its log-odds.
    Unit,
}

impl Domain {
    fn free(self, x: f64) -> f64 {
        match self {
            Self::Real => x,
            Self::Positive => x.ln(),
            Self::Unit => logit(x),
        }
    }

    fn bound(self, free: f64) -> f64 {
        match self {
            Self::Real => free,
            Self::Positive => free.exp(),
            Self::Unit => logistic(free),
        }
    }
}

/// The settings of a search for the largest log-likelihood.
///
/// BFGS on the free parameters, then Nelder and Mead where that does not settle, then the
/// curvature at the place that was found: standard errors are the roots of the diagonal of the
/// inverse of the observed information −∂² ln L.
///
/// # Examples
/// Waiting times are exponential, whose rate is one over their mean:
/// ```
/// use brand_nn_stats::optimize::{Domain, Likelihood};
///
/// let waits: [f64; 4] = [1.0, 2.0, 3.0, 2.0];
/// let log_likelihood = |p: &[f64]| waits.iter().map(|x| p[0].ln() - p[0] * x).sum();
/// let estimate = Likelihood::new(&[Domain::Positive]).maximize(&[1.0], &log_likelihood)?;
/// assert!((estimate.parameters[0] - 0.5).abs() < 1e-7);
/// assert!((estimate.standard_errors[0] - 0.25).abs() < 1e-5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Likelihood {
    /// Where each parameter may be.
    pub domains: Vec<Domain>,
    /// The search.
    pub search: Bfgs,
}

/// Parameters of the largest likelihood that was found.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// The parameters.
    pub parameters: Vec<f64>,
    /// Their standard errors; empty where the likelihood is too flat to have any.
    pub standard_errors: Vec<f64>,
    /// Their covariances, row by row; empty as `standard_errors`.
    pub covariance: Vec<f64>,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search reached its tolerance.
    pub converged: bool,
}

const OP: &str = "Likelihood::maximize";

impl Likelihood {
    /// The default search for parameters of these domains.
    #[must_use]
    pub fn new(domains: &[Domain]) -> Self {
        Self { domains: domains.to_vec(), search: Bfgs::default() }
    }

    /// Looks for the parameters that make a log-likelihood largest.
    ///
    /// # Errors
    /// If there is not one start a domain, a start is outside its domain, or the function is not
    /// finite there.
    pub fn maximize(
        &self,
        start: &[f64],
        log_likelihood: &dyn Fn(&[f64]) -> f64,
    ) -> Result<Estimate> {
        door::len(OP, "starts", start.len(), self.domains.len())?;
        let free: Vec<f64> = start.iter().zip(&self.domains).map(|(x, d)| d.free(*x)).collect();
        if let Some(index) = free.iter().position(|x| !x.is_finite()) {
            let expected = "inside the domain of its parameter";
            return Err(Error::Value { op: OP, what: "start", index, got: start[index], expected });
        }
        let objective = |free: &[f64]| -log_likelihood(&self.bound(free));
        let found = self.search(&free, &objective)?;
        Ok(self.estimate(&found, log_likelihood))
    }

    fn bound(&self, free: &[f64]) -> Vec<f64> {
        free.iter().zip(&self.domains).map(|(x, domain)| domain.bound(*x)).collect()
    }

    fn search(&self, free: &[f64], objective: &super::Objective<'_>) -> Result<Minimum> {
        let first = self.search.minimize(free, objective)?;
        if first.converged {
            return Ok(first);
        }
        let second = NelderMead::default().minimize(&first.parameters, objective)?;
        Ok(Minimum { iterations: first.iterations + second.iterations, ..second })
    }

    fn estimate(&self, found: &Minimum, log_likelihood: &dyn Fn(&[f64]) -> f64) -> Estimate {
        let parameters = self.bound(&found.parameters);
        let information = numeric_hessian(&parameters, &|x| -log_likelihood(x));
        let covariance = Cholesky::new(&information).map(|root| root.inverse());
        let covariance = covariance.unwrap_or_else(|_| Matrix::zeros(0, 0));
        Estimate {
            standard_errors: covariance.diagonal().iter().map(|x| x.sqrt()).collect(),
            covariance: covariance.data().to_vec(),
            log_likelihood: -found.value,
            iterations: found.iterations,
            converged: found.converged,
            parameters,
        }
    }
}

impl Estimate {
    /// Akaike's criterion, 2 k − 2 ln L; smaller is better.
    #[must_use]
    #[doc(alias = "aic")]
    pub fn akaike(&self) -> f64 {
        2.0 * self.parameters.len() as f64 - 2.0 * self.log_likelihood
    }

    /// Schwarz' criterion for a number of rows, k ln n − 2 ln L; smaller is better.
    #[must_use]
    #[doc(alias = "bic")]
    pub fn schwarz(&self, rows: usize) -> f64 {
        self.parameters.len() as f64 * (rows as f64).ln() - 2.0 * self.log_likelihood
    }
}
