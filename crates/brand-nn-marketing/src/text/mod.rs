//! What people write about a brand: how they feel, in Chinese and in English.

pub mod sentiment;
