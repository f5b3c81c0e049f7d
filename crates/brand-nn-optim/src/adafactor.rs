//! Adam's scaling in the memory of a row and a column.

use crate::{
    Range, Setting,
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_tensor::{DType, Tensor};

optimizer! {
    /// Adafactor (Shazeer and Stern 2018): Adam's scaling in the memory of a row and a column.
    ///
    /// The squares of a matrix' gradients are remembered as the means R of its rows and C of its
    /// columns, with the share 1 − tᵈ of the old; V = R C / mean(R). The step g / √V is shortened
    /// to the root mean square `clip`, and scaled by max(ε, rms(w)) · min(rate, 1 / √t). Vectors
    /// remember V itself. As PyTorch's Adafactor.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params};
    /// use brand_nn_optim::{Adafactor, Optimizer};
    ///
    /// let mut w = Param::new([2, 3], Init::Constant(2.0)).init(0)?;
    /// let slopes = (w.var(true)? * 7.0).sum().backward()?;
    /// Adafactor::new(0.25).step(&mut w, slopes)?;
    /// assert!((w.value()? - 1.5).abs().max().item() < 1e-6); // a quarter of its size
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    Adafactor(Settings), decay: Own, 0.0
}

impl Adafactor {
    /// The exponent d of the share tᵈ of the new squares, at most 0; −0.8 by default.
    #[must_use]
    pub fn beta2_decay(mut self, exponent: f64) -> Self {
        self.rule.beta2_decay = exponent;
        self
    }

    /// The least size of a weight that a step is scaled by; 1e-3 by default.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }

    /// The root mean square that a step is shortened to; 1 by default.
    #[must_use]
    pub fn clip(mut self, limit: f64) -> Self {
        self.rule.clip = limit;
        self
    }
}

struct Settings {
    beta2_decay: f64,
    epsilon: f64,
    clip: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { beta2_decay: -0.8, epsilon: 1e-3, clip: 1.0 }
    }
}

impl Rule for Settings {
    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("beta2_decay", self.beta2_decay, Range::NotPositive),
            Setting::new("epsilon", self.epsilon, Range::NotNegative),
            Setting::new("clip", self.clip, Range::AtLeastOne),
        ]
    }

    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)> {
        if value.ndim() < 2 {
            return zeros(value, &["square"]);
        }
        let mean = |axis| Tensor::zeros_like(&value.sum_axes(&[axis], true));
        vec![("rows", mean(-1)), ("columns", mean(-2))]
    }

    fn change(&self, update: Update<'_>) {
        let Update { value, memory, rate, step, weight_decay, .. } = update;
        let share = (step as f64).powf(self.beta2_decay);
        let size = rms(value).max(self.epsilon) * rate.min((step as f64).powf(-0.5));
        let gradient = update.gradient.to_dense();
        let direction = spread(&gradient, memory, share).rsqrt() * gradient;
        let length = (rms(&direction) / self.clip).max(1.0);
        *value = &*value * (1.0 - rate * weight_decay) - direction * (size / length);
    }
}

/// What the squares of the gradients are near, remembered by rows and columns or as it is.
fn spread(gradient: &Tensor, memory: &mut [Tensor], share: f64) -> Tensor {
    let (squares, least) = (gradient.square(), least(gradient.dtype()));
    let spread = match memory {
        [rows, columns] => {
            mix(rows, &squares.mean_axes(&[-1], true), share);
            mix(columns, &squares.mean_axes(&[-2], true), share);
            &*rows * &*columns / rows.mean_axes(&[-2], true).clamp(least, f64::INFINITY)
        }
        memory => {
            memory.iter_mut().for_each(|square| mix(square, &squares, share));
            memory.first().cloned().unwrap_or(squares)
        }
    };
    spread.clamp(least * least, f64::INFINITY)
}

fn mix(old: &mut Tensor, new: &Tensor, share: f64) {
    *old = &*old + (new - &*old) * share;
}

/// The distance from 1 to the next number.
fn least(dtype: DType) -> f64 {
    if dtype == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) }
}

/// The root of the mean of squares.
fn rms(values: &Tensor) -> f64 {
    values.norm().item() / (values.size().max(1) as f64).sqrt()
}
