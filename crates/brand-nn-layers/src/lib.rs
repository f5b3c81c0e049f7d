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
//! | [`Conv1d`] | [`conv1d()`] | a learned window over sequences |
//! | [`Conv2d`] | [`conv2d()`] | a learned window over images |
//! | [`Conv3d`] | [`conv3d()`] | a learned window over volumes |
//! | [depthwise](ConvNd::depthwise) | [`depthwise_conv1d()`] | a window a channel |
//! | [depthwise](ConvNd::depthwise) | [`depthwise_conv2d()`] | the same for images |
//! | [`SeparableConv1d`] | [`separable_conv1d()`] | the channels by themselves, then together |
//! | [`SeparableConv2d`] | [`separable_conv2d()`] | the same for images |
//! | [`ConvTranspose1d`] | [`conv_transpose1d()`] | each element spread over a window |
//! | [`ConvTranspose2d`] | [`conv_transpose2d()`] | the same for images |
//! | [`MaxPool1d`] | [`max_pool1d()`] | the largest element of each window |
//! | [`MaxPool2d`] | [`max_pool2d()`] | the same for images |
//! | [`AvgPool1d`] | [`avg_pool1d()`] | the mean of each window |
//! | [`AvgPool2d`] | [`avg_pool2d()`] | the same for images |
//! | [`AdaptiveMaxPool1d`] | [`adaptive_max_pool1d()`] | the largest of so many windows |
//! | [`AdaptiveMaxPool2d`] | [`adaptive_max_pool2d()`] | the same for images |
//! | [`AdaptiveAvgPool1d`] | [`adaptive_avg_pool1d()`] | the means of so many windows |
//! | [`AdaptiveAvgPool2d`] | [`adaptive_avg_pool2d()`] | the same for images |
//! | [`GlobalMaxPool`] | [`global_max_pool()`] | the largest element of each channel |
//! | [`GlobalAvgPool`] | [`global_avg_pool()`] | the mean of each channel |
//! | [`LayerNorm`] | [`layer_norm()`] | each position to mean 0 and variance 1 |
//! | [`RmsNorm`] | [`rms_norm()`] | each position to root mean square 1 |
//! | [`BatchNorm`] | [`batch_norm()`] | each channel by the batch, then by running statistics |
//! | [`GroupNorm`] | [`group_norm()`] | each example's channels in groups |
//! | [`Activation`] | [`activation()`] | a function that bends, one of thirty |
//! | [`Prelu`] | [`prelu()`] | the rectifier with a learned slope |
//! | [`EmbeddingBag`] | [`embedding_bag()`] | the sum, mean or maximum of the vectors of ids |
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
//! | [`SpatialDropout`] | [`spatial_dropout()`] | zeros in whole channels while training |
//! | [`AlphaDropout`] | [`alpha_dropout()`] | dropout for self-normalising nets |
//! | [`GaussianNoise`] | [`gaussian_noise()`] | normal terms while training |
//! | [`GaussianDropout`] | [`gaussian_dropout()`] | normal factors while training |
//! | [`Flatten`] | [`flatten()`] | all axes of an example as one |
//! | [`Reshape`] | [`reshape()`] | other lengths for the same values |
//! | [`Permute`] | [`permute()`] | the axes of an example in another order |
//! | [`RepeatVector`] | [`repeat_vector()`] | a vector as the steps of a sequence |
//! | [`Lambda`] | | a formula as a layer |
//! | [`Residual`] | [`residual()`] | a layer and a short cut around it |
//! | [`Branches`] | [`branches()`] | layers side by side and a [`Merge`] of their outputs |
//! | [`Glu`] | [`glu()`] | half of the features as gates of the others |
//! | [`FeedForward`] | [`feed_forward()`] | two linear maps with a bend between |
//! | [`GatedFeedForward`] | [`gated_feed_forward()`] | the same with gates: SwiGLU, GEGLU |
//!
//! Layers in a row are a [`Sequential`]; with several inputs, outputs or shared layers they are a
//! [`GraphBuilder`].
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

extern crate self as brand_nn_layers;

#[macro_use]
mod family;

pub mod check;
mod checkpoint;
mod door;
mod error;
mod fields;
mod flops;
mod flow;
mod graph;
mod layer;
mod network;
mod pass;
mod profile;
mod recipe;
mod sequence;
mod sequential;
mod setting;
mod summary;
mod trace_span;

families! {
    activation,
    attention,
    click,
    combine,
    conv,
    dense,
    lookup,
    noise,
    norm,
    pool,
    position,
    recurrent,
    shape,
    tagging,
    transformer,
}

pub use brand_nn_autodiff::Nonlinearity;
pub use brand_nn_derive::Settings;
pub use checkpoint::checkpoint;
pub use error::{Error, Result};
pub use fields::Fields;
pub use flow::{Flow, Mask};
pub use graph::{Graph, GraphBuilder, Node};
pub use layer::{Call, Layer};
pub use network::Network;
pub use pass::Pass;
pub use profile::{Profile, ProfileRow, Span};
pub use recipe::{FromSettings, Recipe, Registry, Settings};
pub use sequential::Sequential;
pub use summary::{Summary, SummaryRow};
pub use trace_span::TraceSpan;
