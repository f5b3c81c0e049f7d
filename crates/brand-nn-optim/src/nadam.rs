//! Adam that looks ahead along its running mean.

use crate::{
    Range, Setting,
    adam::{adam_ranges, adam_setters},
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// NAdam (Dozat 2016): Adam that looks ahead along its running mean, as Nesterov does.
    ///
    /// With μₜ = β₁ (1 − ½ · 0.96^(tψ)) and the products Πₜ of μ₁ … μₜ,
    /// w ← w − rate · ((1 − μₜ) g / (1 − Πₜ) + μₜ₊₁ m / (1 − Πₜ₊₁)) / (√v̂ + ε).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{NAdam, Optimizer};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let mut nadam = NAdam::new(0.1);
    /// for _ in 0..200 {
    ///     let slopes = (w.var(true)? - 3.0).square().sum().backward()?;
    ///     nadam.step(&mut w, slopes)?;
    /// }
    /// assert!((w.value()?.item() - 3.0).abs() < 0.01);
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    NAdam(Settings), decay: Coupled, 0.0
}

adam_setters! {
    NAdam, "The decay of the two running means; 0.9 and 0.999 by default.",
    "What keeps the quotient finite; 1e-8 by default."
}

impl NAdam {
    /// How fast the momentum grows, ψ; 0.004 by default.
    #[must_use]
    pub fn momentum_decay(mut self, decay: f64) -> Self {
        self.rule.momentum_decay = decay;
        self
    }
}

struct Settings {
    betas: [f64; 2],
    epsilon: f64,
    momentum_decay: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8, momentum_decay: 4e-3 }
    }
}

impl Settings {
    /// μ of a step.
    fn momentum(&self, step: u64) -> f64 {
        self.betas[0] * (1.0 - 0.5 * 0.96_f64.powf(step as f64 * self.momentum_decay))
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        let mut settings = adam_ranges(self.betas, self.epsilon);
        settings.push(Setting::new("momentum_decay", self.momentum_decay, Range::NotNegative));
        settings
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        let mut memory = zeros(value, &["mean", "spread"]);
        memory.push(("product", Tensor::scalar(1.0_f64)));
        memory
    }

    fn change(&self, update: Update<'_>) {
        let Some((product, memory)) = update.memory.split_last_mut() else { return };
        let (now, next) = (self.momentum(update.step), self.momentum(update.step + 1));
        *product = &*product * now;
        let reached = product.item();
        let ([first, second], epsilon) = (self.betas, self.epsilon);
        let bias = 1.0 - second.powf(update.step as f64);
        let here = update.rate * (1.0 - now) / (1.0 - reached);
        let ahead = update.rate * next / (1.0 - reached * next);
        Update { memory, ..update }.each(|w, g, [mean, spread]| {
            let mean = first * mean + (1.0 - first) * g;
            let spread = second * spread + (1.0 - second) * g * g;
            let size = (spread / bias).sqrt() + epsilon;
            (w - (here * g + ahead * mean) / size, [mean, spread])
        });
    }
}
