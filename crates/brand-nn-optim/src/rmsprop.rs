//! Steps divided by the running size of each gradient.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// RMSprop (Hinton 2012): steps divided by the running size of each gradient.
    ///
    /// s ← α s + (1 − α) g², w ← w − rate · g / (√s + ε). When centered, the square of the running
    /// mean of g is taken off s. With momentum, v ← momentum · v + g / (√s + ε), w ← w − rate · v.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Optimizer, RmsProp};
    ///
    /// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
    /// let slopes = (w.var(true)? * 7.0).sum().backward()?;
    /// RmsProp::new(0.25).decay(0.75).step(&mut w, slopes)?;
    /// assert!((w.value()?.item() - 0.5).abs() < 1e-6); // 1 − 0.25 · 7 / √(7² / 4)
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    #[doc(alias = "RMSprop")]
    RmsProp(Settings), decay: Coupled, 0.0
}

impl RmsProp {
    /// How much of the running size stays, α; 0.99 by default (Keras: 0.9).
    #[must_use]
    #[doc(alias = "alpha")]
    #[doc(alias = "rho")]
    pub fn decay(mut self, decay: f64) -> Self {
        self.rule.decay = decay;
        self
    }

    /// What keeps the quotient finite; 1e-8 by default (Keras: 1e-7).
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }

    /// How much of the velocity stays; 0 by default.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = momentum;
        self
    }

    /// Divides by the spread around the running mean (Graves 2013).
    #[must_use]
    pub fn centered(mut self) -> Self {
        self.rule.centered = true;
        self
    }
}

struct Settings {
    decay: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { decay: 0.99, epsilon: 1e-8, momentum: 0.0, centered: false }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("decay", self.decay, Range::Share),
            Setting::new("epsilon", self.epsilon, Range::Positive),
            Setting::new("momentum", self.momentum, Range::Share),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["square", "mean", "velocity"])
    }

    fn change(&self, update: Update<'_>) {
        let (&Self { decay, epsilon, momentum, centered }, rate) = (self, update.rate);
        update.each(|w, g, [square, mean, velocity]| {
            let square = decay * square + (1.0 - decay) * g * g;
            let mean = if centered { decay * mean + (1.0 - decay) * g } else { 0.0 };
            let size = (square - mean * mean).max(0.0).sqrt() + epsilon;
            let velocity = momentum * velocity + g / size;
            (w - rate * velocity, [square, mean, velocity])
        });
    }
}
