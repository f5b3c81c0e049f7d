//! Stochastic gradient descent, with momentum if asked for.

use crate::{
    Optimizer, Result, Schedule,
    optimizer::{Core, Range},
};
use brand_nn_autodiff::{Gradient, Gradients, Params};
use brand_nn_kernels::{Real, SgdStep, scatter_add_rows, sgd};
use brand_nn_tensor::{DType, Element, Tensor};

/// Stochastic gradient descent with momentum, as PyTorch has it.
///
/// v ← momentum · v + (1 − dampening) · g (v ← g in the first step), then w ← w − rate · v, or
/// w ← w − rate · (g + momentum · v) with Nesterov's look-ahead. A weight decay is added to g.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::{Optimizer, Sgd};
///
/// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
/// let loss = w.var(true)?.square().sum();
/// Sgd::new(0.25).step(&mut w, loss.backward()?)?;
/// assert_eq!(w.value()?.item(), 0.5); // 1 − 0.25 · 2
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "SGD")]
pub struct Sgd {
    core: Core,
    momentum: f64,
    dampening: f64,
    weight_decay: f64,
    nesterov: bool,
}

impl Sgd {
    /// Makes the optimizer with a learning rate, constant or by a schedule.
    #[must_use]
    pub fn new(rate: impl Schedule + 'static) -> Self {
        Self {
            core: Core::new("Sgd", rate),
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: false,
        }
    }

    /// How much of the velocity stays; 0 by default, 0.9 is usual.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// How much of the gradient is kept out of the velocity; 0 by default.
    #[must_use]
    pub fn dampening(self, dampening: f64) -> Self {
        Self { dampening, ..self }
    }

    /// How strongly weights are drawn to zero; 0 by default.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Looks ahead along the velocity (Nesterov 1983).
    #[must_use]
    pub fn nesterov(self) -> Self {
        Self { nesterov: true, ..self }
    }

    /// Leaves a trainable parameter without a gradient as it is, instead of an error.
    #[must_use]
    pub fn allow_missing(mut self) -> Self {
        self.core.allow_missing = true;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, model: &mut dyn Params, gradients: Gradients) -> Result<()> {
        self.check()?;
        let settings = SgdStep {
            rate: self.core.rate(),
            momentum: self.momentum,
            dampening: self.dampening,
            l2: self.weight_decay,
            nesterov: self.nesterov,
            first: false,
            scale: 1.0,
        };
        let count = usize::from(self.momentum > 0.0);
        self.core.sweep(model, gradients, count, |value, gradient, memory, steps| {
            let step = SgdStep { first: steps == 0, ..settings };
            match value.dtype() {
                DType::F64 => apply::<f64>(&step, value, gradient, memory),
                _ => apply::<f32>(&step, value, gradient, memory),
            }
        })
    }

    fn check(&self) -> Result<()> {
        self.core.check(&[
            ("momentum", self.momentum, Range::Share),
            ("dampening", self.dampening, Range::NotNegative),
            ("weight_decay", self.weight_decay, Range::NotNegative),
        ])
    }

    fn rate(&self) -> f64 {
        self.core.rate()
    }

    fn scale_rate(&mut self, factor: f64) {
        self.core.scale_rate(factor);
    }
}

fn apply<T: Real + Element>(
    step: &SgdStep,
    value: &mut Tensor,
    gradient: &Gradient,
    memory: &mut [Tensor],
) {
    // Without momentum and decay, rows without a gradient stay where they are.
    if let (Gradient::Rows(rows), [], true) = (gradient, &*memory, step.l2 == 0.0) {
        let (change, width) = (rows.values() * -step.rate, value.size() / value.len().max(1));
        let (ids, change) = (rows.ids().data::<i64>(), change.data::<T>());
        let added = scatter_add_rows(&ids, &change, width, value.make_mut::<T>());
        return added.expect("the rows are the table's own");
    }
    let gradient = gradient.to_dense();
    let velocity = memory.first_mut().map_or(&mut [][..], |v| v.make_mut::<T>());
    sgd(step, value.make_mut::<T>(), &gradient.data::<T>(), velocity);
}
