//! Adam with the largest gradient in place of the spread.

use crate::{
    Setting,
    adam::{adam_ranges, adam_setters},
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// Adamax (Kingma and Ba 2015): Adam with the largest gradient in place of the spread.
    ///
    /// m ← β₁ m + (1 − β₁) g, u ← max(β₂ u, |g| + ε), w ← w − rate · m / ((1 − β₁ᵗ) u).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Adamax, Optimizer};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let slopes = (w.var(true)? * 7.0).sum().backward()?;
    /// Adamax::new(0.25).step(&mut w, slopes)?;
    /// assert!((w.value()?.item() - 0.75).abs() < 1e-6); // of the size of the rate
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Adamax(Settings), decay: Coupled, 0.0
}

adam_setters! {
    Adamax, "The decay of the running mean and of the largest gradient; 0.9 and 0.999 by default.",
    "What keeps the quotient finite; 1e-8 by default."
}

struct Settings {
    betas: [f64; 2],
    epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8 }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        adam_ranges(self.betas, self.epsilon)
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["mean", "largest"])
    }

    fn change(&self, update: Update<'_>) {
        let ([first, second], epsilon) = (self.betas, self.epsilon);
        let rate = update.rate / (1.0 - first.powf(update.step as f64));
        update.each(|w, g, [mean, largest]| {
            let mean = first * mean + (1.0 - first) * g;
            // In this order a gradient that is not a number stays one.
            let now = g.abs() + epsilon;
            let largest = if now <= second * largest { second * largest } else { now };
            (w - rate * mean / largest, [mean, largest])
        });
    }
}
