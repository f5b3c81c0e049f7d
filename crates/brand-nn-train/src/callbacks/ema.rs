//! The running average of the weights, which the model has at the end.

use crate::{Callback, Result, TrainingStep};
use brand_nn_autodiff::Params;
use brand_nn_optim::Average;
use brand_nn_tensor::io::TensorFile;
use std::ops::ControlFlow;

/// Averages the weights after each step, and gives the model the average at the end.
///
/// a ← decay · a + (1 − decay) · w, from the first step's weights on. Scores of the epochs are
/// those of the trained weights; buffers such as running statistics are averaged too. Callbacks
/// that come later and put weights back have the last word.
///
/// # Examples
/// ```
/// use brand_nn_train::{Ema, Fit};
///
/// assert!(Fit::epochs(3).callback(Ema::new(0.999)).check().is_ok());
/// ```
#[doc(alias = "ExponentialMovingAverage")]
#[derive(Debug)]
pub struct Ema {
    average: Average,
    seen: bool,
}

impl Ema {
    /// Averages with a decay from 0 to 1, such as 0.999.
    #[must_use]
    pub fn new(decay: f64) -> Self {
        Self { average: Average::exponential(decay), seen: false }
    }

    /// Takes the mean of all steps instead (SWA, Izmailov et al. 2018).
    #[must_use]
    pub fn equal() -> Self {
        Self { average: Average::equal(), seen: false }
    }
}

impl Callback for Ema {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        self.average.update(step.model)?;
        self.seen = true;
        Ok(ControlFlow::Continue(()))
    }

    fn fit_end(&mut self, model: &mut dyn Params) -> Result<()> {
        if self.seen {
            self.average.swap(model)?;
        }
        Ok(())
    }

    fn state(&self) -> TensorFile {
        self.average.state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        self.seen = !state.tensors.is_empty();
        Ok(self.average.load_state(state)?)
    }
}
