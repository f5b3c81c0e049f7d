//! Steps of matrices with all singular values made alike.

use crate::{
    Range, Setting,
    adam::adam_step,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_kernels::AdamStep;
use brand_nn_tensor::Tensor;

optimizer! {
    /// Muon (Jordan et al. 2024): steps of matrices with all singular values made alike.
    ///
    /// m ← μ m + (1 − μ) g, and the step is that of (1 − μ) g + μ m, made nearly orthogonal by five
    /// Newton–Schulz steps X ← a X + (b A + c A²) X with A = X Xᵀ, times √max(1, rows / columns).
    /// The decay is decoupled.
    ///
    /// Only matrices are changed in this way. Everything else (biases, gains, tensors of more axes)
    /// takes the steps of [`AdamW`](crate::AdamW), with the same decay and with the rate times
    /// [`adam_factor`](Self::adam_factor). Embeddings and the last layer are matrices too, and are
    /// better left to AdamW: [`adam_for`](Self::adam_for).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Muon, Optimizer};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let mut w = Param::new([2, 2], Init::Zeros).init(0)?;
    /// let slopes = Tensor::from([[3.0_f32, 0.0], [0.0, 2.0]]);
    /// let mut muon = Muon::new(1.0).weight_decay(0.0);
    /// let slopes = (w.var(true)? * slopes).sum().backward()?;
    /// muon.step(&mut w, slopes)?;
    /// let step = w.value()?; // both directions alike, but for the few steps of the iteration
    /// assert!((step.get(&[0, 0]) + 1.0).abs() < 0.35 && (step.get(&[1, 1]) + 1.0).abs() < 0.35);
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Muon(Settings), decay: Decoupled, 0.1
}

impl Muon {
    /// How much of the running mean stays, μ; 0.95 by default.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = momentum;
        self
    }

    /// Takes the running mean itself, without Nesterov's look-ahead.
    #[must_use]
    pub fn plain_momentum(mut self) -> Self {
        self.rule.nesterov = false;
        self
    }

    /// Scales steps by 0.2 √max(rows, columns), the size of AdamW's steps (Liu et al. 2025).
    #[must_use]
    pub fn match_adam(mut self) -> Self {
        self.rule.match_adam = true;
        self
    }

    /// What the rate is multiplied by where AdamW takes the steps; 1 by default.
    #[must_use]
    pub fn adam_factor(mut self, factor: f64) -> Self {
        self.rule.adam_factor = factor;
        self
    }

    /// Leaves matrices with more rows or columns than this to AdamW, such as embeddings.
    #[must_use]
    pub fn adam_for(mut self, longer_than: usize) -> Self {
        self.rule.longest = longer_than;
        self
    }
}

struct Settings {
    momentum: f64,
    nesterov: bool,
    match_adam: bool,
    adam_factor: f64,
    longest: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            momentum: 0.95,
            nesterov: true,
            match_adam: false,
            adam_factor: 1.0,
            longest: usize::MAX,
        }
    }
}

impl Settings {
    fn is_for(&self, value: &Tensor) -> bool {
        value.ndim() == 2 && value.shape().iter().all(|length| *length <= self.longest)
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("momentum", self.momentum, Range::Share),
            Setting::new("adam_factor", self.adam_factor, Range::NotNegative),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        zeros(value, if self.is_for(value) { &["momentum"] } else { &["mean", "spread"] })
    }

    fn change(&self, mut update: Update<'_>) {
        if update.memory.len() == 1 {
            return self.orthogonal_step(update);
        }
        update.rate *= self.adam_factor;
        adam_step(&AdamStep::new(update.rate, 0.9, 0.999, 1e-8, update.step), update);
    }
}

impl Settings {
    fn orthogonal_step(&self, update: Update<'_>) {
        let Update { value, gradient, memory, rate, .. } = update;
        let (momentum, gradient) = (self.momentum, gradient.to_dense());
        let mean = &memory[0] * momentum + &gradient * (1.0 - momentum);
        let ahead = gradient * (1.0 - momentum) + &mean * momentum;
        let direction = if self.nesterov { ahead } else { mean.clone() };
        memory[0] = mean;
        let (rows, columns) = (direction.dim(0) as f64, direction.dim(1).max(1) as f64);
        let factor = if self.match_adam {
            0.2 * rows.max(columns).sqrt()
        } else {
            (rows / columns).max(1.0).sqrt()
        };
        *value -= orthogonal(&direction) * (rate * factor);
    }
}

/// The coefficients of the iteration, chosen for the steepest slope at zero.
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];

/// The matrix with its singular values brought near one.
fn orthogonal(matrix: &Tensor) -> Tensor {
    let tall = matrix.dim(0) > matrix.dim(1);
    let wide = if tall { matrix.t() } else { matrix.clone() };
    let mut x = &wide / wide.norm().item().max(1e-7);
    let [a, b, c] = QUINTIC;
    for _ in 0..5 {
        let gram = x.matmul(&x.t());
        let update = &gram * b + gram.matmul(&gram) * c;
        x = &x * a + update.matmul(&x);
    }
    if tall { x.t() } else { x }
}
