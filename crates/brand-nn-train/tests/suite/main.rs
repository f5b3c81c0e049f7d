//! Training and all that surrounds it: tables, loaders, callbacks, metrics, files, refusals.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod callbacks;
mod fit;
mod folds;
mod golden;
mod hdf5;
mod loader;
mod metrics;
mod onnx;
mod parquet;
mod prepare;
mod search;
mod settings;
mod table;
mod weights;
