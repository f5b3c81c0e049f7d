//! Trains and runs neural networks on CPUs, and carries them to what a marketing team asks for.
//!
//! ```
//! use brand_nn::prelude::*;
//!
//! let x = Tensor::randn([256, 3], &mut Rng::new(1));
//! let y = x.sum_axis(1).unsqueeze(1);
//! let network = Sequential::new().add(dense(1)).build([3])?;
//! let mut trainer = network.compile(Adam::new(0.1), MeanSquaredError);
//! let history = trainer.fit(&(x, y), Fit::epochs(20).seed(1).quiet())?;
//! assert!(history.last("loss").is_some_and(|loss| loss < 0.01));
//! # Ok::<(), brand_nn::Error>(())
//! ```
//!
//! # The map
//!
//! | module | what is in it |
//! |---|---|
//! | [`tensor`] | shape and numbers: [`Tensor`](tensor::Tensor), views, files |
//! | [`autodiff`] | values that remember: [`Var`](autodiff::Var), weights, gradients |
//! | [`layers`] | layers, recipes, [`Sequential`](layers::Sequential) |
//! | [`losses`] | predictions and targets in, a loss out |
//! | [`optim`] | gradients in, better parameters out |
//! | [`text`] | text in, integer tensors out |
//! | [`stats`] | metrics, intervals; distributions, tests, regressions, clusters, survival, trees |
//! | [`train`] | tables, data sets, folds, fit, metrics, model files |
//! | `models` | BERT, GPT-2 and their kin, adapters, writing |
//! | `report` | figures as SVG, pages as HTML, Markdown and JSON |
//! | `marketing` | customer value, experiments, attribution, segments, churn, sentiment |
//! | [`prelude`] | what most programs use, in one line |
//!
//! Each module is a crate of its own (`brand-nn-tensor` …), which can be used without the others.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds | brings |
//! |---|---|---|
//! | `marketing` | the module, with `report` and `methods` | `unicode-width` |
//! | `models` | the module, with `tokenizers` | `tokenizers` |
//! | `methods` | to `stats` all but metrics, intervals and special functions | nothing from outside |
//! | `report` | the module, pages of trainings | `unicode-width` |
//! | `tokenizers` | to `text` the subwords of published models | `tokenizers`, the longest to build |
//! | `jieba` | to `text` splitting of Chinese into words | `jieba-rs` and a dictionary of 5 MB |
//! | `archives` | weights of `.npz`, `.pt` and `.pth` | `zip` |
//! | `hdf5` | weights of Keras' `.keras` and `.h5`, with `archives` | `hdf5-pure` |
//! | `ndarray` | arrays in and out, draws of any distribution of `rand_distr` | `ndarray`, `ndarray-rand` |
//! | `dashboard` | a training as curves and scores in the terminal | `ratatui` |
//! | `parquet` | tables of Parquet and of Arrow | `parquet`, `arrow-array` and the C of zstd |
//! | `png` | to `report` figures as PNG | `resvg` |
//! | `signals` | Ctrl-C that finishes the step and writes a checkpoint | `signal-hook` |
//! | `blas` | large products by OpenBLAS, which must be installed | `cblas-sys` |

mod error;
pub mod prelude;

pub use brand_nn_autodiff as autodiff;
pub use brand_nn_layers as layers;
pub use brand_nn_losses as losses;
#[cfg(feature = "marketing")]
pub use brand_nn_marketing as marketing;
#[cfg(feature = "models")]
pub use brand_nn_models as models;
pub use brand_nn_optim as optim;
#[cfg(feature = "report")]
pub use brand_nn_report as report;
pub use brand_nn_stats as stats;
pub use brand_nn_tensor as tensor;
pub use brand_nn_text as text;
pub use brand_nn_train as train;
pub use error::{Error, Result};

/// Pages outside the crate whose programs are run as tests.
macro_rules! pages {
    ($($(#[$when:meta])* $name:ident $path:literal;)*) => {$(
        #[cfg(doctest)]
        $(#[$when])*
        #[doc = include_str!($path)]
        mod $name {}
    )*};
}

pages! {
    readme "../../../README.md";
    guide_01 "../../../docs/guide/01-first-model.md";
    guide_02 "../../../docs/guide/02-data.md";
    guide_03 "../../../docs/guide/03-batches.md";
    guide_04 "../../../docs/guide/04-training.md";
    #[cfg(feature = "report")]
    guide_05 "../../../docs/guide/05-callbacks.md";
    guide_06 "../../../docs/guide/06-resume.md";
    guide_07 "../../../docs/guide/07-files.md";
    guide_08 "../../../docs/guide/08-search.md";
    #[cfg(feature = "models")]
    guide_09 "../../../docs/guide/09-language-models.md";
    #[cfg(feature = "marketing")]
    guide_10 "../../../docs/guide/10-attribution.md";
    #[cfg(feature = "marketing")]
    guide_11 "../../../docs/guide/11-customer-value.md";
    #[cfg(feature = "marketing")]
    guide_12 "../../../docs/guide/12-segments.md";
    #[cfg(feature = "marketing")]
    guide_13 "../../../docs/guide/13-experiments.md";
    #[cfg(feature = "marketing")]
    guide_14 "../../../docs/guide/14-campaigns.md";
    #[cfg(feature = "marketing")]
    guide_15 "../../../docs/guide/15-churn.md";
    #[cfg(feature = "marketing")]
    guide_16 "../../../docs/guide/16-sentiment.md";
    #[cfg(feature = "marketing")]
    guide_17 "../../../docs/guide/17-monitoring.md";
}
