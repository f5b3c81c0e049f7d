//! The end of a training whose loss is no number, without an error.

use crate::{Callback, Error};

/// Ends the training without an error at the first loss or gradient that is not finite.
///
/// The weights are those of the last good step, and what follows the last epoch, such as putting
/// the best weights back, is done. Without this callback `fit` returns
/// [`Error::NotFinite`](crate::Error::NotFinite), which says where and how.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Sgd;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Fit, Model, TerminateOnNan};
///
/// let data = (Tensor::from([[1.0_f32], [f32::NAN]]), Tensor::from([1.0_f32, 1.0]));
/// let mut trainer = Sequential::new().add(dense(1)).build([1])?.compile(Sgd::new(0.1), mse);
/// let history = trainer.fit(&data, Fit::epochs(3).callback(TerminateOnNan).quiet())?;
/// assert!(history.is_empty());
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[doc(alias = "TerminateOnNaN")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminateOnNan;

impl Callback for TerminateOnNan {
    fn forgives(&self, error: &Error) -> bool {
        matches!(error, Error::NotFinite { .. })
    }
}
