//! A value that remembers how it was made: reverse-mode differentiation for brand-nn.
//!
//! A [`Var`] is a tensor with a memory. Formulas of `Var`s read like formulas; [`Var::backward`]
//! walks back from one number and returns its [`Gradients`]. There is no tape to open, nothing to
//! reset between steps, and no global state: each tracked value owns its own record.
//!
//! | to … | use |
//! |---|---|
//! | differentiate once, for training | [`Var::backward`] → [`Gradients`] |
//! | differentiate the gradient again | [`Var::grad`] → more `Var`s |
//! | take Jacobians, Hessians and products with them | [`jacobian`], [`hessian`], [`vjp`], [`jvp`], [`hvp`] |
//! | trade time for memory | [`checkpoint`], [`Var::save_in_bf16`] |
//! | see or change a gradient on its way | [`Var::on_gradient`], [`Var::map_gradient`] |
//! | find the first NaN | [`Var::watch`] |
//! | hold a weight | [`Param`]: pending until drawn or loaded, tied or copied aloud |
//! | train a few numbers instead of a weight | [`LowRank`], [`Param::adapt`] |
//! | find, freeze, save, load weights by name | [`Params`] and [`ParamSet`] |
//! | make an op of one's own | [`Var::custom`], [`Var::custom_with_twin`] |
//! | prove a gradient | [`check`] |
//!
//! The map: `var` and `node` are the record, `walk` is the way back, `ops/` has each op with its
//! gradient beside it, `transform` the Jacobians and Hessians, `checkpoint`, `hook` and `watch` what
//! can happen on the way back, `saved` what rules keep for it, `param`, `params`, `param_set`, `load`,
//! `low_rank` and `init` are about weights.
//! `tests/ops` lists every op with samples and runs gradient checks over all of it.
//!
//! # Examples
//! ```
//! use brand_nn_autodiff::Var;
//! use brand_nn_tensor::Tensor;
//!
//! let x = Var::leaf(Tensor::from([1.0, 2.0]));
//! let y = ((1.0 - &x).square() * 3 + x.exp()).mean();
//! let slope = y.backward()?.get(&x).unwrap(); // (6 (x − 1) + eˣ) / 2
//! assert!((slope.get(&[1]) - (6.0 + 2_f64.exp()) / 2.0).abs() < 1e-6);
//! # Ok::<(), brand_nn_autodiff::Error>(())
//! ```

extern crate self as brand_nn_autodiff;

pub mod check;
mod checkpoint;
mod custom;
mod error;
mod gradients;
mod hook;
mod init;
mod load;
mod low_rank;
mod node;
mod ops;
mod param;
mod param_set;
mod params;
mod saved;
mod stored;
mod transform;
mod var;
mod walk;
mod watch;

pub use brand_nn_derive::Params;
pub use brand_nn_kernels::Pairs;
pub use brand_nn_tensor::{AttentionOptions, CrossEntropyOptions};
pub use checkpoint::checkpoint;
pub use error::{Error, Result};
pub use gradients::{Gradient, Gradients, Leaf, RowGradient};
pub use init::Init;
pub use load::{LoadReport, load_tensors, load_tensors_lenient};
pub use low_rank::LowRank;
pub use ops::{
    attention::attention,
    embedding::embedding,
    grid_sample::{Between, GridSample, Outside},
    gru::gru,
    lstm::{LstmOutput, LstmWeights, lstm},
    norm::BatchStatistics,
    operators::Scalar,
    recurrent::{RecurrentOutput, RecurrentWeights},
    rnn::{Nonlinearity, rnn},
};
pub use param::{Param, Role};
pub use param_set::ParamSet;
pub use params::{Params, Visitor, init};
pub use transform::{hessian, hvp, jacobian, jvp, vjp};
pub use var::{Logits, Var};

pub(crate) use gradients::Flow;
