//! Weights that follow the sum of all gradients, exactly zero where that is small.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// FTRL-proximal (McMahan et al. 2013): online learning with weights that are exactly zero.
    ///
    /// n' = n + g², z ← z + g − w (√n' − √n) / rate, and then w = 0 where |z| ≤ λ₁, else
    /// w = (sign(z) λ₁ − z) / ((β + √n') / rate + λ₂). It is meant for sparse linear models, such
    /// as click prediction; weights should start at zero.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Ftrl, Optimizer};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let mut w = Param::new([2], Init::Zeros).init(0)?;
    /// let slopes = Tensor::from([0.5_f32, -3.0]);
    /// let mut ftrl = Ftrl::new(1.0).l1(1.0);
    /// let slopes = (w.var(true)? * slopes).sum().backward()?;
    /// ftrl.step(&mut w, slopes)?;
    /// assert_eq!(w.value()?, Tensor::from([0.0_f32, 0.5])); // (3 − 1) / (1 + 3)
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    #[doc(alias = "FTRL")]
    Ftrl(Settings), decay: Coupled, 0.0
}

impl Ftrl {
    /// The penalty λ₁ · Σ |w|, which makes weights zero; 0 by default.
    #[must_use]
    pub fn l1(mut self, factor: f64) -> Self {
        self.rule.l1 = factor;
        self
    }

    /// The penalty λ₂ / 2 · Σ w²; 0 by default.
    #[must_use]
    pub fn l2(mut self, factor: f64) -> Self {
        self.rule.l2 = factor;
        self
    }

    /// What slows the first steps, β; 1 by default.
    #[must_use]
    pub fn beta(mut self, beta: f64) -> Self {
        self.rule.beta = beta;
        self
    }
}

struct Settings {
    l1: f64,
    l2: f64,
    beta: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { l1: 0.0, l2: 0.0, beta: 1.0 }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("l1", self.l1, Range::NotNegative),
            Setting::new("l2", self.l2, Range::NotNegative),
            Setting::new("beta", self.beta, Range::NotNegative),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["sum", "square"])
    }

    fn change(&self, update: Update<'_>) {
        let (&Self { l1, l2, beta }, rate) = (self, update.rate);
        update.each(|w, g, [sum, square]| {
            let more = square + g * g;
            let sum = sum + g - w * (more.sqrt() - square.sqrt()) / rate;
            let size = (beta + more.sqrt()) / rate + l2;
            // A weight that no gradient has reached keeps its first value.
            let w = match () {
                () if more == 0.0 => w,
                () if sum.abs() <= l1 => 0.0,
                () => (l1 * sum.signum() - sum) / size,
            };
            (w, [sum, more])
        });
    }
}
