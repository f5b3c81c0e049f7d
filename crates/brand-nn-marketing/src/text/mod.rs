//! What people write about a brand, in Chinese and English: how they feel, and what to hide.

pub mod aspect;
pub mod clean;
mod dictionary;
pub(crate) mod fold;
mod hash;
pub mod linear;
pub mod mention;
pub mod neural;
pub mod phrase;
#[cfg(feature = "models")]
pub mod pretrained;
pub(crate) mod quotes;
pub mod redact;
pub mod route;
pub mod sentiment;
pub mod topics;
