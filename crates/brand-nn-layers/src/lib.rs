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
//! | [`Lstm`] | [`lstm()`] | long short-term memory over sequences |
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
//! [`Call::call`]; [`checkpoint()`] trades time for memory. [`check::layer`] puts any layer, yours
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

pub mod check;
mod checkpoint;
mod door;
mod error;
mod graph;
mod layer;
mod network;
mod pass;
mod recipe;
mod sequential;
mod setting;
mod summary;

families! {
    activation,
    combine,
    conv,
    dense,
    lookup,
    noise,
    norm,
    pool,
    recurrent,
    shape,
}

pub use brand_nn_autodiff::LstmOutput;
pub use checkpoint::checkpoint;
pub use error::{Error, Result};
pub use graph::{Graph, GraphBuilder, Node};
pub use layer::{Call, Layer};
pub use network::Network;
pub use pass::Pass;
pub use recipe::{FromSettings, Recipe, Registry, Settings};
pub use sequential::Sequential;
pub use summary::{Summary, SummaryRow};
