//! One error for programs that use several crates.

/// Any error of brand-nn; each crate's own converts into it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From tensors and their files.
    #[error(transparent)]
    Tensor(#[from] brand_nn_tensor::Error),
    /// From gradients and parameters.
    #[error(transparent)]
    Autodiff(#[from] brand_nn_autodiff::Error),
    /// From layers.
    #[error(transparent)]
    Layers(#[from] brand_nn_layers::Error),
    /// From losses.
    #[error(transparent)]
    Losses(#[from] brand_nn_losses::Error),
    /// From optimizers.
    #[error(transparent)]
    Optim(#[from] brand_nn_optim::Error),
    /// From what marketing asks for.
    #[cfg(feature = "marketing")]
    #[error(transparent)]
    Marketing(#[from] brand_nn_marketing::Error),
    /// From metrics on slices and intervals.
    #[error(transparent)]
    Stats(#[from] brand_nn_stats::Error),
    /// From tokenizers.
    #[error(transparent)]
    Text(#[from] brand_nn_text::Error),
    /// From published models.
    #[cfg(feature = "models")]
    #[error(transparent)]
    Models(#[from] brand_nn_models::Error),
    /// From training and its data.
    #[error(transparent)]
    Train(#[from] brand_nn_train::Error),
}

/// A result with the error of the front door.
pub type Result<T, E = Error> = std::result::Result<T, E>;
