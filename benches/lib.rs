//! The benches of brand-nn.
