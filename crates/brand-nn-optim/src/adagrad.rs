//! Steps divided by the size of all gradients so far.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// Adagrad (Duchi, Hazan and Singer 2011): steps divided by the size of all gradients so far.
    ///
    /// s ← s + g², w ← w − rate · g / (√s + ε). Rare features keep large steps.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Adagrad, Optimizer};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let mut adagrad = Adagrad::new(0.25).initial_sum(16.0);
    /// let slopes = (w.var(true)? * 3.0).sum().backward()?;
    /// adagrad.step(&mut w, slopes)?;
    /// assert!((w.value()?.item() - 0.85).abs() < 1e-6); // 1 − 0.25 · 3 / √(16 + 9)
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Adagrad(Settings), decay: Coupled, 0.0
}

impl Adagrad {
    /// Divides the rate by 1 + decay · (step − 1); 0 by default.
    #[must_use]
    #[doc(alias = "lr_decay")]
    pub fn rate_decay(mut self, decay: f64) -> Self {
        self.rule.rate_decay = decay;
        self
    }

    /// The sum of squares to begin with; 0 by default (Keras: 0.1).
    #[must_use]
    #[doc(alias = "initial_accumulator_value")]
    pub fn initial_sum(mut self, sum: f64) -> Self {
        self.rule.initial_sum = sum;
        self
    }

    /// What keeps the quotient finite; 1e-10 by default.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

struct Settings {
    rate_decay: f64,
    initial_sum: f64,
    epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rate_decay: 0.0, initial_sum: 0.0, epsilon: 1e-10 }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("rate_decay", self.rate_decay, Range::NotNegative),
            Setting::new("initial_sum", self.initial_sum, Range::NotNegative),
            Setting::new("epsilon", self.epsilon, Range::Positive),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["sum"]).into_iter().map(|(n, zero)| (n, zero + self.initial_sum)).collect()
    }

    fn change(&self, update: Update<'_>) {
        let rate = update.rate / (1.0 + (update.step - 1) as f64 * self.rate_decay);
        let epsilon = self.epsilon;
        update.each(|w, g, [sum]| {
            let sum = sum + g * g;
            (w - rate * g / (sum.sqrt() + epsilon), [sum])
        });
    }
}
