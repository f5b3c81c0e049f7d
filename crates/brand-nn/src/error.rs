//! One error for programs that use several crates.

/// Any error of brand-nn; each crate's own converts into it.
///
/// What `{:?}` shows is the message too, since that is what a `main` prints which returns it.
///
/// # Examples
/// ```
/// fn main() -> brand_nn::Result<()> {
///     let read = brand_nn::train::TextSet::read("reviews.tsv").map_err(brand_nn::Error::from);
///     let printed = format!("{:?}", read.unwrap_err());
///     assert_eq!(printed, "reviews.tsv: there is no such file; help: check the path");
///     Ok(())
/// }
/// ```
#[derive(thiserror::Error)]
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

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A result with the error of the front door.
pub type Result<T, E = Error> = std::result::Result<T, E>;
