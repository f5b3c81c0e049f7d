//! What people write about a brand, in Chinese and English: how they feel, and what to hide.

pub mod clean;
mod hash;
pub mod linear;
pub mod neural;
pub mod redact;
pub mod route;
pub mod sentiment;
pub mod topics;
