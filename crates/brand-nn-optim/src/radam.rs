//! Adam that waits with its scaling until it has seen enough gradients.

use crate::{
    Setting,
    adam::{adam_ranges, adam_setters},
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// RAdam (Liu et al. 2020): Adam that scales only when it has seen enough gradients.
    ///
    /// With ρ∞ = 2 / (1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ): w ← w − rate · m̂ while ρₜ ≤ 5,
    /// then w ← w − rate · r · m̂ / (√v + ε) · √(1 − β₂ᵗ), with
    /// r = √((ρₜ − 4) (ρₜ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρₜ)). It needs no warm-up.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Optimizer, RAdam};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let slopes = (w.var(true)? * 2.0).sum().backward()?;
    /// RAdam::new(0.125).step(&mut w, slopes)?;
    /// assert_eq!(w.value()?.item(), 0.75); // the first step is that of gradient descent
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    RAdam(Settings), decay: Coupled, 0.0
}

adam_setters! {
    RAdam, "The decay of the two running means; 0.9 and 0.999 by default.",
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

impl Settings {
    /// r √(1 − β₂ᵗ), or `None` while the spread is not yet known well enough.
    fn rectification(&self, step: u64) -> Option<f64> {
        let [_, beta] = self.betas;
        let (t, decayed) = (step as f64, beta.powf(step as f64));
        let limit = 2.0 / (1.0 - beta) - 1.0;
        let length = limit - 2.0 * t * decayed / (1.0 - decayed);
        let share = (length - 4.0) * (length - 2.0) * limit;
        let whole = (limit - 4.0) * (limit - 2.0) * length;
        (length > 5.0).then(|| (share / whole).sqrt() * (1.0 - decayed).sqrt())
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        adam_ranges(self.betas, self.epsilon)
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["mean", "spread"])
    }

    fn change(&self, update: Update<'_>) {
        let ([first, second], epsilon) = (self.betas, self.epsilon);
        let rate = update.rate / (1.0 - first.powf(update.step as f64));
        let rectification = self.rectification(update.step);
        update.each(|w, g, [mean, spread]| {
            let mean = first * mean + (1.0 - first) * g;
            let spread = second * spread + (1.0 - second) * g * g;
            let scale = rectification.map_or(1.0, |r| r / (spread.sqrt() + epsilon));
            (w - rate * mean * scale, [mean, spread])
        });
    }
}
