//! The tensor against NumPy's rules, ndarray's results, hostile files and its own promises.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod against_ndarray;
mod convolutions;
mod display;
mod edges;
mod errors;
mod files;
mod hostile;
mod laws;
mod linear_algebra;
mod random;
mod rearranged;
