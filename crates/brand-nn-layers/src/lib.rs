//! Everything with parameters inside the graph: layers, activations, initial values, recipes.
//!
//! A [`Layer`] is a function with parameters. Types such as [`Linear`] and [`Lstm`] take all their
//! sizes and have PyTorch's initial values: compose them in structs of your own, with
//! `#[derive(Params)]`. Lower-case functions such as [`dense()`] and [`lstm()`] are recipes with Keras'
//! defaults: put them in a row with [`Sequential`] and sizes are inferred.
//!
//! | layer | recipe | what it does |
//! |---|---|---|
//! | [`Linear`] | [`dense()`] | affine map of the last axis, with an [`Activation`] |
//! | [`Embedding`] | [`embedding()`] | a learned vector for each id |
//! | [`Masking`] | [`masking()`] | the mask of the steps that have data |
//! | [`Lstm`] | [`lstm()`] | long short-term memory over sequences |
//! | [`Gru`] | [`gru()`] | gated recurrent units over sequences |
//! | [`Rnn`] | [`simple_rnn()`] | a plain recurrent layer over sequences |
//! | [`Stacked`] | – | several of these on top of each other, in one or both directions |
//! | [`Bidirectional`] | [`bidirectional()`] | a layer from the front and one from the back |
//! | [`TimeDistributed`] | [`time_distributed()`] | any layer, on each step by itself |
//! | [`LayerNorm`] | [`layer_norm()`] | each position to mean 0 and variance 1 |
//! | [`RmsNorm`] | [`rms_norm()`] | each position to root mean square 1 |
//! | [`BatchNorm`] | [`batch_norm()`] | each channel by the batch, then by running statistics |
//! | [`GroupNorm`] | [`group_norm()`] | each example's channels in groups |
//! | [`MultiHeadAttention`] | [`multi_head_attention()`] | each step gathers from all by several heads |
//! | [`AdditiveAttention`] | – | queries gather by scores of a small network |
//! | [`AttentionPool`] | [`attention_pool()`] | all steps as one, each with a learned share |
//! | [`TransformerEncoderLayer`] | [`transformer_encoder_layer()`] | self-attention and two linear maps |
//! | [`TransformerDecoderLayer`] | – | the same with a look at a memory |
//! | [`TransformerEncoder`], [`TransformerDecoder`] | – | such layers in a stack |
//! | [`SinePositionEncoding`] | [`sine_position_encoding()`] | adds waves of each step's position |
//! | [`PositionEmbedding`] | [`position_embedding()`] | adds a learned vector of each position |
//! | [`RotaryEmbedding`], [`Alibi`] | – | tell attention of positions |
//! | [`Crf`] | – | the best row of labels, and how likely a row is |
//! | [`FactorizationMachine`] | [`factorization_machine()`] | all products of two fields |
//! | [`CrossNetwork`] | [`cross_network()`] | products of ever more features |
//! | [`TargetAttention`] | – | what of a history bears on a candidate |
//! | [`Dropout`] | [`dropout()`] | zeros in random places while training |
//! | [`Flatten`] | [`flatten()`] | all axes of an example as one |
//!
//! A [`Pass`] says what kind of trip through the layers this is; layers are called with
//! [`Call::call`], or with [`Call::call_flow`] where a [`Mask`] of real steps travels with the
//! value; [`checkpoint()`] trades time for memory. [`check::layer`] puts any layer, yours
//! too, through the contract that all of these keep. One more layer is one more file in the folder
//! of its family, a line in that folder's `mod.rs`, and a row of the suite.
//!
//! # Examples
//! ```
//! use brand_nn_autodiff::Params;
//! use brand_nn_layers::{Activation, Call, Pass, Sequential, dense};
//! use brand_nn_tensor::Tensor;
//!
//! let network = Sequential::new()
//!     .add(dense(16).activation(Activation::Relu))
//!     .add(dense(3).activation(Activation::Softmax))
//!     .build([4])?
//!     .init(42)?;
//! let probabilities = network.call(Tensor::ones([2, 4]), &mut Pass::inference())?;
//! assert!((probabilities.tensor().sum().item() - 2.0).abs() < 1e-6);
//! # Ok::<(), brand_nn_layers::Error>(())
//! ```

#[macro_use]
mod family;

mod activation;
pub mod check;
mod checkpoint;
mod error;
mod flow;
mod layer;
mod network;
mod pass;
mod recipe;
mod sequence;
mod sequential;
mod setting;
mod summary;

families! {
    attention,
    click,
    dense,
    lookup,
    noise,
    norm,
    position,
    recurrent,
    shape,
    tagging,
    transformer,
}

pub use activation::Activation;
pub use brand_nn_autodiff::Nonlinearity;
pub use checkpoint::checkpoint;
pub use error::{Error, Result};
pub use flow::{Flow, Mask};
pub use layer::{Call, Layer};
pub use network::Network;
pub use pass::Pass;
pub use recipe::{FromSettings, Recipe, Registry, Settings};
pub use sequential::Sequential;
pub use summary::{Summary, SummaryRow};
