//! What the benches of brand-nn share: peers that take turns with them, medians, what a process uses,
//! what the machine can do, and products by other crates.

mod median;
mod peer;
pub mod probe;
pub mod rivals;
pub mod usage;

pub use median::{interval_of_median, median};
pub use peer::Peer;

/// What a bench may fail with.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
