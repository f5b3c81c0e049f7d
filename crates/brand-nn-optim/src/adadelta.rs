//! Steps in the unit of the weights, from the sizes of gradients and of earlier steps.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// Adadelta (Zeiler 2012): steps from the sizes of gradients and of earlier steps.
    ///
    /// s ← ρ s + (1 − ρ) g², d = g · √(u + ε) / √(s + ε), u ← ρ u + (1 − ρ) d², w ← w − rate · d.
    /// A rate of 1 is the paper's.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Adadelta, Optimizer};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let mut adadelta = Adadelta::new(1.0).epsilon(0.25);
    /// let slopes = (w.var(true)? * 1.5).sum().backward()?;
    /// adadelta.step(&mut w, slopes)?;
    /// let expected = 1.0 - 1.5 * 0.5 / (0.1 * 2.25 + 0.25_f64).sqrt();
    /// assert!((w.value()?.item() - expected).abs() < 1e-6);
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Adadelta(Settings), decay: Coupled, 0.0
}

impl Adadelta {
    /// How much of the running sizes stays, ρ; 0.9 by default (Keras: 0.95).
    #[must_use]
    pub fn rho(mut self, rho: f64) -> Self {
        self.rule.rho = rho;
        self
    }

    /// What starts the steps and keeps the quotient finite; 1e-6 by default.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

struct Settings {
    rho: f64,
    epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rho: 0.9, epsilon: 1e-6 }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("rho", self.rho, Range::Share),
            Setting::new("epsilon", self.epsilon, Range::Positive),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["square", "moved"])
    }

    fn change(&self, update: Update<'_>) {
        let (&Self { rho, epsilon }, rate) = (self, update.rate);
        update.each(|w, g, [square, moved]| {
            let square = rho * square + (1.0 - rho) * g * g;
            let change = g * (moved + epsilon).sqrt() / (square + epsilon).sqrt();
            (w - rate * change, [square, rho * moved + (1.0 - rho) * change * change])
        });
    }
}
