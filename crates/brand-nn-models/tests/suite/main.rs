//! Language models against published ones, PEFT's files, and hostile folders.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod common;
mod golden;
mod gpt2;
mod lora;
mod pipeline;
mod pretrained;
mod training;
