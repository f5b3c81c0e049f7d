//! The examples of brand-nn: each file beside this one is a program that ends in an assert.
//!
//! | program | shows | run it |
//! |---|---|---|
//! | `sentiment` | reviews in, a trained sentiment model out | `cargo run --release --example sentiment` |
