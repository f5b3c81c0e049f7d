//! A rate that falls when a score stops getting better.

use super::monitor::Monitor;
use crate::{
    Callback, Epoch, Result,
    exact::{Exact, State},
};
use brand_nn_optim::Plateau;
use brand_nn_tensor::io::TensorFile;
use std::ops::ControlFlow;

/// Lowers the learning rate when a score has not become better for some epochs.
///
/// The rule and its settings are those of [`Plateau`]; which scores shall fall is as for
/// [`EarlyStopping`](crate::EarlyStopping).
///
/// # Examples
/// ```
/// use brand_nn_optim::Plateau;
/// use brand_nn_train::{Fit, ReduceLrOnPlateau};
///
/// let rule = Plateau::new().factor(0.5).patience(2).least(1e-6);
/// let plan = Fit::epochs(50).callback(ReduceLrOnPlateau::on("loss", rule));
/// assert!(plan.check().is_ok());
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    monitor: Monitor,
    rule: Plateau,
}

impl ReduceLrOnPlateau {
    /// Watches the score of a name by a rule.
    #[must_use]
    pub fn on(score: &str, rule: Plateau) -> Self {
        let monitor = Monitor::on(score);
        let rule = if monitor.rising { rule.rising() } else { rule };
        Self { monitor, rule }
    }
}

impl Callback for ReduceLrOnPlateau {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let value = self.monitor.value("ReduceLrOnPlateau", epoch)?;
        self.rule.observe(value, epoch.optimizer)?;
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        self.rule.state().map(Exact).to_state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let seen = <[Exact; 3]>::from_state("ReduceLrOnPlateau", &state)?;
        self.rule = self.rule.resume(seen.map(|number| number.0));
        Ok(())
    }
}
