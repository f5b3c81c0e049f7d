//! Adam and AdamW: steps scaled by the running mean and spread of each gradient.

use crate::{
    Optimizer, Result, Schedule,
    optimizer::{Core, Range},
};
use brand_nn_autodiff::{Gradient, Gradients, Params};
use brand_nn_kernels::{AdamStep, Real, adam};
use brand_nn_tensor::{DType, Element, Tensor};

macro_rules! adam_type {
    ($(#[$doc:meta])* $name:ident, decay: $decay:expr, coupled: $coupled:expr) => {
        $(#[$doc])*
        pub struct $name {
            core: Core,
            settings: Settings,
        }

        impl $name {
            /// Makes the optimizer with a learning rate, constant or by a schedule.
            #[must_use]
            pub fn new(rate: impl Schedule + 'static) -> Self {
                let settings = Settings { weight_decay: $decay, ..Settings::new($coupled) };
                Self { core: Core::new(stringify!($name), rate), settings }
            }

            /// The decay of the two running means; 0.9 and 0.999 by default.
            #[must_use]
            pub fn betas(mut self, first: f64, second: f64) -> Self {
                self.settings.betas = [first, second];
                self
            }

            /// What keeps the quotient finite; 1e-8 by default (Keras: 1e-7).
            #[must_use]
            pub fn epsilon(mut self, epsilon: f64) -> Self {
                self.settings.epsilon = epsilon;
                self
            }

            /// How strongly weights are drawn to zero.
            #[must_use]
            pub fn weight_decay(mut self, decay: f64) -> Self {
                self.settings.weight_decay = decay;
                self
            }

            /// Leaves a trainable parameter without a gradient as it is, instead of an error.
            #[must_use]
            pub fn allow_missing(mut self) -> Self {
                self.core.allow_missing = true;
                self
            }
        }

        impl Optimizer for $name {
            fn step(&mut self, model: &mut dyn Params, gradients: Gradients) -> Result<()> {
                self.check()?;
                let (rate, settings) = (self.core.rate(), self.settings);
                self.core.sweep(model, gradients, 2, |value, gradient, memory, steps| {
                    let step = settings.step(rate, steps + 1);
                    match value.dtype() {
                        DType::F64 => apply::<f64>(&step, value, gradient, memory),
                        _ => apply::<f32>(&step, value, gradient, memory),
                    }
                })
            }

            fn check(&self) -> Result<()> {
                let Settings { betas: [first, second], epsilon, weight_decay, .. } = self.settings;
                self.core.check(&[
                    ("beta1", first, Range::Share),
                    ("beta2", second, Range::Share),
                    ("epsilon", epsilon, Range::Positive),
                    ("weight_decay", weight_decay, Range::NotNegative),
                ])
            }

            fn rate(&self) -> f64 {
                self.core.rate()
            }

            fn scale_rate(&mut self, factor: f64) {
                self.core.scale_rate(factor);
            }
        }
    };
}

adam_type! {
    /// Adam (Kingma and Ba 2015): steps scaled by the running mean and spread of each gradient.
    ///
    /// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − rate · m̂ / (√v̂ + ε), with
    /// m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). A weight decay is added to the gradient; use
    /// [`AdamW`] to keep it apart.
    ///
    /// A row-sparse gradient gives the same as the dense one: rows without a gradient go on moving
    /// by their momentum.
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
    Adam, decay: 0.0, coupled: true
}

adam_type! {
    /// AdamW (Loshchilov and Hutter 2019): Adam with a weight decay of its own, 0.01 by default.
    ///
    /// w ← w − rate · decay · w, then a step of [`Adam`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_optim::{AdamW, Cosine, Optimizer};
    ///
    /// let optimizer = AdamW::new(Cosine::new(3e-4, 10_000).warm_up(500)).weight_decay(0.05);
    /// assert_eq!(optimizer.rate(), 3e-4 / 500.0);
    /// ```
    AdamW, decay: 0.01, coupled: false
}

#[derive(Clone, Copy)]
struct Settings {
    betas: [f64; 2],
    epsilon: f64,
    weight_decay: f64,
    coupled: bool,
}

impl Settings {
    fn new(coupled: bool) -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 0.0, coupled }
    }

    fn step(&self, rate: f64, number: u64) -> AdamStep {
        let [first, second] = self.betas;
        let (l2, weight_decay) =
            if self.coupled { (self.weight_decay, 0.0) } else { (0.0, self.weight_decay) };
        AdamStep { l2, weight_decay, ..AdamStep::new(rate, first, second, self.epsilon, number) }
    }
}

fn apply<T: Real + Element>(
    step: &AdamStep,
    value: &mut Tensor,
    gradient: &Gradient,
    memory: &mut [Tensor],
) {
    let [mean, spread] = memory else { return };
    let gradient = gradient.to_dense();
    let (w, g) = (value.make_mut::<T>(), gradient.data::<T>());
    adam(step, w, &g, mean.make_mut::<T>(), spread.make_mut::<T>());
}
