//! Adam and AdamW: steps scaled by the running mean and spread of each gradient.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_kernels::{AdamStep, Real, adam};
use brand_nn_tensor::{DType, Element, Tensor};

macro_rules! adam_settings {
    ($name:ident) => {
        impl $name {
            /// The decay of the two running means; 0.9 and 0.999 by default.
            #[must_use]
            pub fn betas(mut self, first: f64, second: f64) -> Self {
                self.rule.betas = [first, second];
                self
            }

            /// What keeps the quotient finite; 1e-8 by default (Keras: 1e-7).
            #[must_use]
            pub fn epsilon(mut self, epsilon: f64) -> Self {
                self.rule.epsilon = epsilon;
                self
            }

            /// Divides by the largest spread so far (Reddi, Kale and Kumar 2018).
            #[must_use]
            pub fn amsgrad(mut self) -> Self {
                self.rule.amsgrad = true;
                self
            }
        }
    };
}

optimizer! {
    /// Adam (Kingma and Ba 2015): steps scaled by the running mean and spread of each gradient.
    ///
    /// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − rate · m̂ / (√v̂ + ε), with
    /// m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). A weight decay is added to the gradient; use
    /// [`AdamW`] to keep it apart.
    ///
    /// A row-sparse gradient gives the same as the dense one: rows without a gradient go on moving
    /// by their momentum. [`LazyAdam`](crate::LazyAdam) leaves them.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Adam, Optimizer};
    ///
    /// let mut w = Param::new([2], Init::Constant(1.0)).init(0)?;
    /// let mut adam = Adam::new(0.1);
    /// for _ in 0..200 {
    ///     let loss = (w.var(true)? - 3.0).square().sum(); // least at 3
    ///     adam.step(&mut w, loss.backward()?)?;
    /// }
    /// assert!((w.value()? - 3.0).abs().max().item() < 0.01);
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Adam(Coupled), decay: Own, 0.0
}
adam_settings!(Adam);

optimizer! {
    /// AdamW (Loshchilov and Hutter 2019): Adam with a weight decay of its own.
    ///
    /// w ← w − rate · decay · w, then a step of [`Adam`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_optim::{AdamW, Cosine, Group, Optimizer};
    ///
    /// let optimizer = AdamW::new(Cosine::new(3e-4, 10_000).warm_up(500))
    ///     .weight_decay(0.05)
    ///     .group(Group::of("*.bias").weight_decay(0.0));
    /// assert_eq!(optimizer.rate(), 3e-4 / 500.0);
    /// ```
    AdamW(Decoupled), decay: Own, 0.01
}
adam_settings!(AdamW);

/// The settings, with the weight decay in the gradient or on the weights.
struct Settings<const COUPLED: bool> {
    betas: [f64; 2],
    epsilon: f64,
    amsgrad: bool,
}

type Coupled = Settings<true>;
type Decoupled = Settings<false>;

impl<const COUPLED: bool> Default for Settings<COUPLED> {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8, amsgrad: false }
    }
}

impl<const COUPLED: bool> Rule for Settings<COUPLED> {
    fn settings(&self) -> Vec<Setting> {
        adam_ranges(self.betas, self.epsilon)
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        let count = if self.amsgrad { 3 } else { 2 };
        zeros(value, &["mean", "spread", "largest"][..count])
    }

    fn change(&self, update: Update<'_>) {
        let step = self.step(&update);
        if self.amsgrad { amsgrad(&step, update) } else { adam_step(&step, update) }
    }
}

impl<const COUPLED: bool> Settings<COUPLED> {
    fn step(&self, update: &Update<'_>) -> AdamStep {
        let ([first, second], decay) = (self.betas, update.weight_decay);
        let (l2, weight_decay) = if COUPLED { (decay, 0.0) } else { (0.0, decay) };
        let step = AdamStep::new(update.rate, first, second, self.epsilon, update.step);
        AdamStep { l2, weight_decay, ..step }
    }
}

/// The two setters that all kinds of Adam have, with what they say of their defaults.
macro_rules! adam_setters {
    ($type:ident, $betas:literal, $epsilon:literal) => {
        impl $type {
            #[doc = $betas]
            #[must_use]
            pub fn betas(mut self, first: f64, second: f64) -> Self {
                self.rule.betas = [first, second];
                self
            }

            #[doc = $epsilon]
            #[must_use]
            pub fn epsilon(mut self, epsilon: f64) -> Self {
                self.rule.epsilon = epsilon;
                self
            }
        }
    };
}
pub(crate) use adam_setters;

/// The settings that all kinds of Adam have.
pub(crate) fn adam_ranges([first, second]: [f64; 2], epsilon: f64) -> Vec<Setting> {
    vec![
        Setting::new("beta1", first, Range::Share),
        Setting::new("beta2", second, Range::Share),
        Setting::new("epsilon", epsilon, Range::Positive),
    ]
}

/// One step with a mean and a spread.
pub(crate) fn adam_step(step: &AdamStep, update: Update<'_>) {
    match update.value.dtype() {
        DType::F64 => apply::<f64>(step, update),
        _ => apply::<f32>(step, update),
    }
}

fn apply<T: Real + Element>(step: &AdamStep, update: Update<'_>) {
    let Update { value, gradient, memory: [mean, spread], .. } = update else { return };
    let gradient = gradient.to_dense();
    let (w, g) = (value.make_mut::<T>(), gradient.data::<T>());
    adam(step, w, &g, mean.make_mut::<T>(), spread.make_mut::<T>());
}

fn amsgrad(step: &AdamStep, update: Update<'_>) {
    let AdamStep { rate, beta1, beta2, epsilon, weight_decay, l2, bias1, bias2, .. } = *step;
    update.each(|w, g, [mean, spread, largest]| {
        let g = g + l2 * w;
        let mean = beta1 * mean + (1.0 - beta1) * g;
        let spread = beta2 * spread + (1.0 - beta2) * g * g;
        let largest = largest.max(spread);
        let move_by = rate / bias1 * mean / ((largest / bias2).sqrt() + epsilon);
        (w * (1.0 - rate * weight_decay) - move_by, [mean, spread, largest])
    });
}
