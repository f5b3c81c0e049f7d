//! The front door of brand-nn.
