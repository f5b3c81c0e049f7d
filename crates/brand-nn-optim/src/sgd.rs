//! Stochastic gradient descent, with momentum if asked for.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_autodiff::Gradient;
use brand_nn_kernels::{Real, SgdStep, scatter_add_rows, sgd};
use brand_nn_tensor::{DType, Element, Tensor};

optimizer! {
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
    Sgd(Settings), decay: Own, 0.0
}

impl Sgd {
    /// How much of the velocity stays; 0 by default, 0.9 is usual.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = momentum;
        self
    }

    /// How much of the gradient is kept out of the velocity; 0 by default.
    #[must_use]
    pub fn dampening(mut self, dampening: f64) -> Self {
        self.rule.dampening = dampening;
        self
    }

    /// Looks ahead along the velocity (Nesterov 1983).
    #[must_use]
    pub fn nesterov(mut self) -> Self {
        self.rule.nesterov = true;
        self
    }
}

#[derive(Default)]
struct Settings {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        let without = if self.nesterov { Range::Positive } else { Range::NotNegative };
        vec![
            Setting::new("momentum", self.momentum, Range::Share),
            // Without a velocity there is nothing to look ahead along.
            Setting::new("momentum", self.momentum, without),
            Setting::new("dampening", self.dampening, Range::NotNegative),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, &["velocity"][..usize::from(self.momentum > 0.0)])
    }

    fn change(&self, update: Update<'_>) {
        let step = SgdStep {
            rate: update.rate,
            momentum: self.momentum,
            dampening: self.dampening,
            l2: update.weight_decay,
            nesterov: self.nesterov,
            first: update.step == 1,
            scale: 1.0,
        };
        match update.value.dtype() {
            DType::F64 => apply::<f64>(&step, update),
            _ => apply::<f32>(&step, update),
        }
    }

    fn goes_by_rows(&self) -> bool {
        self.momentum == 0.0
    }
}

fn apply<T: Real + Element>(step: &SgdStep, update: Update<'_>) {
    let Update { value, gradient, memory, .. } = update;
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
