//! Steps of one size in every direction, by the sign of a running mean.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// Lion (Chen et al. 2023): steps of one size everywhere, by the sign of a running mean.
    ///
    /// w ← w − rate · (sign(β₁ m + (1 − β₁) g) + decay · w), then m ← β₂ m + (1 − β₂) g. It wants a
    /// rate three to ten times smaller than AdamW's, and a decay as many times larger.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Lion, Optimizer};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let slopes = (w.var(true)? * 7.0).sum().backward()?;
    /// Lion::new(0.25).step(&mut w, slopes)?;
    /// assert_eq!(w.value()?.item(), 0.75);
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Lion(Settings), decay: Decoupled, 0.0
}

impl Lion {
    /// The shares of the mean in the step and in the next mean; 0.9 and 0.99 by default.
    #[must_use]
    pub fn betas(mut self, first: f64, second: f64) -> Self {
        self.rule.betas = [first, second];
        self
    }
}

struct Settings {
    betas: [f64; 2],
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: [0.9, 0.99] }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        let [first, second] = self.betas;
        vec![
            Setting::new("beta1", first, Range::Share),
            Setting::new("beta2", second, Range::Share),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["mean"])
    }

    fn change(&self, update: Update<'_>) {
        let ([first, second], rate) = (self.betas, update.rate);
        update.each(|w, g, [mean]| {
            let direction = first * mean + (1.0 - first) * g;
            let sign = if direction == 0.0 { 0.0 } else { direction.signum() };
            (w - rate * sign, [second * mean + (1.0 - second) * g])
        });
    }
}
