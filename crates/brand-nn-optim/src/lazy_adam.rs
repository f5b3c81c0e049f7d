//! Adam that leaves the rows of a table alone that a batch did not look up.

use crate::{
    Setting,
    adam::{adam_ranges, adam_setters},
    optimizer::{Rule, Update, optimizer, zeros},
};
use brand_nn_autodiff::Gradient;
use brand_nn_kernels::{AdamStep, Real, RowValues, adam, adam_rows};
use brand_nn_tensor::{DType, Element, Tensor};

optimizer! {
    /// Adam that leaves the rows of a table alone that a batch did not look up.
    ///
    /// The rows with a gradient take a step of [`Adam`](crate::Adam), with the count of all steps;
    /// the others keep their values and their running means. It is faster than Adam for large
    /// tables, and other mathematics: rare words keep their momentum until they come again. With
    /// dense gradients both are the same. Known as SparseAdam in PyTorch.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param, Params, embedding};
    /// use brand_nn_optim::{LazyAdam, Optimizer};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let mut table = Param::new([3, 1], Init::Constant(1.0)).init(0)?;
    /// let mut lazy = LazyAdam::new(0.5);
    /// for word in [0_i64, 2] {
    ///     let row = embedding(&table.var(true)?, &Tensor::from([word]))?;
    ///     lazy.step(&mut table, row.sum().backward()?)?;
    /// }
    /// assert_eq!(table.value()?.get(&[0, 0]), 0.5); // not moved by its momentum in step 2
    /// # Ok::<(), brand_nn_optim::Error>(())
    /// ```
    #[doc(alias = "SparseAdam")]
    LazyAdam(Settings), decay: Decoupled, 0.0
}

adam_setters! {
    LazyAdam, "The decay of the two running means; 0.9 and 0.999 by default.",
    "What keeps the quotient finite; 1e-8 by default."
}

struct Settings {
    betas: [f64; 2],
    epsilon: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8 }
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
        let [first, second] = self.betas;
        let step = AdamStep::new(update.rate, first, second, self.epsilon, update.step);
        match update.value.dtype() {
            DType::F64 => apply::<f64>(&step, update),
            _ => apply::<f32>(&step, update),
        }
    }

    fn goes_by_rows(&self) -> bool {
        true
    }
}

fn apply<T: Real + Element>(step: &AdamStep, update: Update<'_>) {
    let Update { value, gradient, memory: [mean, spread], .. } = update else { return };
    let width = value.size() / value.len().max(1);
    let (w, m, v) = (value.make_mut::<T>(), mean.make_mut::<T>(), spread.make_mut::<T>());
    let rows = match gradient {
        Gradient::Dense(gradient) => return adam(step, w, &gradient.data::<T>(), m, v),
        Gradient::Rows(rows) => rows.merged(),
    };
    let (ids, values) = (rows.ids().data::<i64>(), rows.values().data::<T>());
    adam_rows(step, w, RowValues { ids: &ids, width, values: &values }, m, v);
}
