//! Predictions and targets in, a loss out.
//!
//! Each loss is a type with settings, and those that are called most are functions with defaults
//! too. [`Loss::each`] gives one number an example, [`Loss::loss`] their mean, [`Loss::weighted`]
//! counts examples differently, [`Loss::masked`] leaves some out, and [`Reduction`] sums. Losses of
//! probabilities that were made by a sigmoid or a softmax are computed of the logits, so they stay
//! finite.
//!
//! | for | type | function |
//! |---|---|---|
//! | numbers | [`MeanSquaredError`] | [`mse`] |
//! | | [`MeanAbsoluteError`] | [`mae`] |
//! | | [`Huber`] | [`huber`] |
//! | | [`SmoothL1`] | [`smooth_l1`] |
//! | | [`LogCosh`] | [`log_cosh`] |
//! | | [`MeanAbsolutePercentageError`] | [`mape`] |
//! | | [`MeanSquaredLogarithmicError`] | [`msle`] |
//! | quantiles | [`Quantile`] | |
//! | counts | [`PoissonNll`] | [`poisson_nll`] |
//! | amounts that are often zero | [`Tweedie`] | |
//! | what customers are worth | [`ZeroInflatedLogNormal`] | [`zero_inflated_log_normal`] |
//! | numbers and their spread | [`GaussianNll`] | [`gaussian_nll`] |
//! | yes or no, from probabilities | [`BinaryCrossEntropy`] | [`binary_cross_entropy`] |
//! | yes or no, from logits | [`BinaryCrossEntropyWithLogits`] | [`bce_with_logits`] |
//! | | [`Focal`] | [`focal`] |
//! | | [`Hinge`], [`SquaredHinge`] | [`hinge`] |
//! | one of several classes | [`CrossEntropy`] | [`cross_entropy`] |
//! | | [`MultiMargin`] | |
//! | distributions | [`KlDivergence`], [`JensenShannon`] | [`kl_divergence`] |
//! | masks | [`Dice`] | [`dice`] |
//! | order | [`RankNet`], [`ListNet`], [`ListMle`] | |
//! | one above another | [`MarginRanking`], [`Bpr`] | |
//! | likeness | [`CosineEmbedding`], [`Contrastive`], [`Triplet`] | |
//! | likeness, in a batch | [`InfoNce`], [`NtXent`] | |
//! | labels without times | [`Ctc`] | [`ctc`] |
//!
//! [`check`] puts any loss through the contract. One more loss is one more file, a line below, and
//! a row each of `tests/contract.rs` and `tests/golden.rs`.

mod binary_cross_entropy;
pub mod check;
mod contrast;
mod cross_entropy;
mod ctc;
mod dice;
mod divergence;
mod error;
mod focal;
mod gaussian;
mod hinge;
mod huber;
mod log_cosh;
mod loss;
mod mae;
mod mse;
mod pairs;
mod poisson;
mod quantile;
mod ranking;
mod relative;

pub use binary_cross_entropy::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, bce_with_logits, binary_cross_entropy,
};
pub use contrast::{InfoNce, NtXent};
pub use cross_entropy::{CrossEntropy, cross_entropy};
pub use ctc::{Ctc, ctc};
pub use dice::{Dice, dice};
pub use divergence::{JensenShannon, KlDivergence, kl_divergence};
pub use error::{Error, Result};
pub use focal::{Focal, focal};
pub use gaussian::{GaussianNll, ZeroInflatedLogNormal, gaussian_nll, zero_inflated_log_normal};
pub use hinge::{Hinge, MultiMargin, SquaredHinge, hinge};
pub use huber::{Huber, SmoothL1, huber, smooth_l1};
pub use log_cosh::{LogCosh, log_cosh};
pub use loss::{Loss, Reduction};
pub use mae::{MeanAbsoluteError, mae};
pub use mse::{MeanSquaredError, mse};
pub use pairs::{Contrastive, CosineEmbedding, Triplet};
pub use poisson::{PoissonNll, Tweedie, poisson_nll};
pub use quantile::Quantile;
pub use ranking::{Bpr, ListMle, ListNet, MarginRanking, RankNet};
pub use relative::{MeanAbsolutePercentageError, MeanSquaredLogarithmicError, mape, msle};
