//! The examples of brand-nn.
