//! Classical methods against SciPy, scikit-learn, statsmodels and published tables.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod cluster;
mod distribution;
mod files;
mod golden;
mod hypothesis;
mod laws;
mod linear;
mod optimize;
mod refusals;
mod regression;
mod sampler;
mod series;
mod special;
mod support;
mod survival;
mod tree;
