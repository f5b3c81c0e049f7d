//! Methods of marketing against planted truths, published numbers and other programs.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod attribution;
mod bayesian;
mod calibration;
mod clean;
mod clv;
mod contract;
mod customers;
mod experiment;
mod linear;
mod listen;
mod redact;
mod text;
mod topics;
