//! Functions beyond the elementary ones, in f64 and to nearly its last digits.
//!
//! | functions | relative error against 30 digits, at most |
//! |---|---|
//! | [`erf`], [`erfc`], [`erf_inverse`], [`erfc_inverse`] | 1e-14 |
//! | [`normal_cdf`], [`log_normal_cdf`], [`normal_quantile`] | 1e-13 |
//! | [`lgamma`], [`lgamma_sign`], [`lbeta`], [`beta`] | 1e-13 |
//! | [`digamma`], [`trigamma`] | 1e-13 away from a zero |
//! | [`gamma_p`], [`gamma_q`], [`beta_i`] | 1e-12 for parameters to 1e5, 1e-10 above |
//! | [`gamma_p_inverse`], [`gamma_q_inverse`], [`beta_i_inverse`] | 1e-12 |
//! | [`hyp2f1`], [`log_hyp2f1`] | 1e-12 |
//! | [`log_sum_exp`], [`log_add_exp`], [`log1mexp`], [`log1pexp`] | 1e-15 |
//!
//! They are rooms, not doors: outside its domain a function gives NaN.

mod beta;
mod erf;
mod gamma;
mod hypergeometric;
mod incomplete_beta;
mod incomplete_gamma;
mod invert;
mod log;

pub use beta::{beta, lbeta};
pub use erf::{
    erf, erf_inverse, erfc, erfc_inverse, log_normal_cdf, normal_cdf, normal_density,
    normal_quantile,
};
pub use gamma::{digamma, gamma, lgamma, lgamma_sign, trigamma};
pub use hypergeometric::{hyp2f1, log_hyp2f1};
pub use incomplete_beta::{beta_i, beta_i_inverse};
pub use incomplete_gamma::{gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse};
pub use log::{log_add_exp, log_sum_exp, log1mexp, log1pexp, logistic, logit};

#[cfg(feature = "methods")]
pub(crate) use incomplete_beta::{beta_log_odds, beta_parts, log_beta_power};
#[cfg(feature = "methods")]
pub(crate) use incomplete_gamma::log_gamma_power;
