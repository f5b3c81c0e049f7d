#![doc = include_str!("../../../README.md")]
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
//! | [`stats`] | metrics, distributions, tests, regressions, clusters, survival, trees |
//! | [`train`] | tables, data sets, folds, fit, metrics, model files |
//! | `models` | BERT, GPT-2 and their kin, adapters, writing; feature `models` |
//! | [`prelude`] | what most programs use, in one line |
//!
//! Each module is a crate of its own (`brand-nn-tensor` …), which can be used without the others.
//!
//! # Features
//!
//! | feature | adds | costs |
//! |---|---|---|
//! | `jieba` | splitting of Chinese into words | a dictionary of 5 MB, about 50 s of a clean build |
//! | `tokenizers` | subwords of published models | about 95 s of a clean build |
//! | `models` | language models, with `tokenizers` | that, and a few seconds more |

mod error;
pub mod prelude;

pub use brand_nn_autodiff as autodiff;
pub use brand_nn_layers as layers;
pub use brand_nn_losses as losses;
#[cfg(feature = "models")]
pub use brand_nn_models as models;
pub use brand_nn_optim as optim;
pub use brand_nn_stats as stats;
pub use brand_nn_tensor as tensor;
pub use brand_nn_text as text;
pub use brand_nn_train as train;
pub use error::{Error, Result};

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/01-first-model.md")]
mod guide_01_first_model {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/02-data.md")]
mod guide_02_data {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/03-batches.md")]
mod guide_03_batches {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/04-training.md")]
mod guide_04_training {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/05-callbacks.md")]
mod guide_05_callbacks {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/06-resume.md")]
mod guide_06_resume {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/07-files.md")]
mod guide_07_files {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/08-search.md")]
mod guide_08_search {}
#[cfg(all(doctest, feature = "models"))]
#[doc = include_str!("../../../docs/guide/09-language-models.md")]
mod guide_09_language_models {}
