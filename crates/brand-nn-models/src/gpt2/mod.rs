//! GPT-2: a decoder that guesses the next token, with a cache for writing on.

mod block;
mod cache;
mod config;
mod model;
mod projection;

pub use cache::Cache;
pub use config::Gpt2Config;
pub use model::Gpt2;
pub use projection::Projection;
