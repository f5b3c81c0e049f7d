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

/// One line a room: its file and the names that it exports.
macro_rules! rooms {
    ($($file:ident: $($name:ident),+;)+) => {
        $(
            mod $file;
            pub use $file::{$($name),+};
        )+
    };
}

rooms! {
    binary_cross_entropy:
        BinaryCrossEntropy, BinaryCrossEntropyWithLogits, bce_with_logits, binary_cross_entropy;
    contrast: InfoNce, NtXent;
    cross_entropy: CrossEntropy, cross_entropy;
    ctc: Ctc, ctc;
    dice: Dice, dice;
    divergence: JensenShannon, KlDivergence, kl_divergence;
    focal: Focal, focal;
    gaussian: GaussianNll, ZeroInflatedLogNormal, gaussian_nll, zero_inflated_log_normal;
    hinge: Hinge, MultiMargin, SquaredHinge, hinge;
    huber: Huber, SmoothL1, huber, smooth_l1;
    log_cosh: LogCosh, log_cosh;
    mae: MeanAbsoluteError, mae;
    mse: MeanSquaredError, mse;
    pairs: Contrastive, CosineEmbedding, Triplet;
    poisson: PoissonNll, Tweedie, poisson_nll;
    quantile: Quantile;
    ranking: Bpr, ListMle, ListNet, MarginRanking, RankNet;
    relative: MeanAbsolutePercentageError, MeanSquaredLogarithmicError, mape, msle;
}

pub mod check;
mod error;
mod loss;

pub use error::{Error, Result};
pub use loss::{Loss, Reduction};
