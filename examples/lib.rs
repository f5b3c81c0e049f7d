//! The examples of brand-nn: each file beside this one is a program that ends in an assert.
//!
//! | program | shows | run it |
//! |---|---|---|
//! | `churn` | a table in, a saved model of who leaves out | `cargo run --release --example churn` |
//! | `sentiment` | reviews in, a trained sentiment model out | `cargo run --release --example sentiment` |
