//! The ops: each with its forward call and, beside it, the rule of its gradient.

pub(crate) mod attention;
pub(crate) mod compare;
pub(crate) mod conv;
pub(crate) mod cross_entropy;
pub(crate) mod dropout;
pub(crate) mod embedding;
pub(crate) mod grid_sample;
pub(crate) mod gru;
pub(crate) mod index;
pub(crate) mod loss;
pub(crate) mod lstm;
pub(crate) mod norm;
pub(crate) mod operators;
pub(crate) mod pool;
pub(crate) mod product;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod resize;
pub(crate) mod rnn;
pub(crate) mod rotary;
pub(crate) mod shape;
pub(crate) mod softmax;
pub(crate) mod unary;
