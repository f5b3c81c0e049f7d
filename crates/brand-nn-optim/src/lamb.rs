//! Adam with the length of each step set by the length of its weight.

use crate::{
    Setting,
    adam::{adam_ranges, adam_setters},
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::Tensor;

optimizer! {
    /// LAMB (You et al. 2020): Adam with the length of each step set by the length of its weight.
    ///
    /// r = m̂ / (√v̂ + ε) + decay · w, then w ← w − rate · r · ‖w‖ / ‖r‖, a tensor at a time; the
    /// factor is 1 where a norm is 0. It is meant for very large batches.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Lamb, Optimizer};
    ///
    /// let mut w = Param::new([4], Init::Constant(3.0)).init(0)?;
    /// let slopes = w.var(true)?.sum().backward()?;
    /// Lamb::new(0.5).step(&mut w, slopes)?;
    /// assert!((w.value()? - 1.5).abs().max().item() < 1e-6); // half of its own length
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    #[doc(alias = "LAMB")]
    Lamb(Settings), decay: Own, 0.0
}

adam_setters! {
    Lamb, "The decay of the two running means; 0.9 and 0.999 by default.",
    "What keeps the quotient finite; 1e-6 by default."
}

struct Settings {
    betas: [f64; 2],
    epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-6 }
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
        let ([first, second], epsilon, decay) = (self.betas, self.epsilon, update.weight_decay);
        let [bias1, bias2] = self.betas.map(|beta| 1.0 - beta.powf(update.step as f64));
        let (w, rate) = (update.value.clone(), update.rate);
        let mut direction = w.clone();
        Update { value: &mut direction, ..update }.each(|w, g, [mean, spread]| {
            let mean = first * mean + (1.0 - first) * g;
            let spread = second * spread + (1.0 - second) * g * g;
            (mean / bias1 / ((spread / bias2).sqrt() + epsilon) + decay * w, [mean, spread])
        });
        let (length, step) = (w.norm().item(), direction.norm().item());
        let trust = if length == 0.0 || step == 0.0 { 1.0 } else { length / step };
        *update.value = w - direction * (rate * trust);
    }
}
