//! Gradients on their way: seen, or changed.

use crate::{Error, Result, Var};
use brand_nn_tensor::Tensor;

impl Var {
    /// The same value, whose gradient goes through `function` on its way back.
    ///
    /// Clip, scale, reverse or mask what a part of a model learns from. The function sees the whole
    /// gradient of this value once a walk; it must keep the shape.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([1.0, 5.0]));
    /// let reversed = x.map_gradient(|gradient| -gradient); // domain-adversarial training
    /// let gradients = (reversed.square()).sum().backward()?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([-2.0, -10.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "register_hook")]
    pub fn map_gradient(&self, function: impl Fn(&Self) -> Self + Send + Sync + 'static) -> Self {
        Self::record("map_gradient", [self], self.tensor().clone(), move |_, gradient| {
            let changed = function(&gradient);
            same_kind(&gradient, &changed)?;
            Ok([Some(changed.into())])
        })
    }

    /// The same value, whose gradient is shown to `function` on its way back.
    #[must_use]
    #[doc(alias = "register_hook")]
    pub fn on_gradient(&self, function: impl Fn(&Tensor) + Send + Sync + 'static) -> Self {
        Self::record("on_gradient", [self], self.tensor().clone(), move |_, gradient| {
            function(gradient.tensor());
            Ok([Some(gradient.into())])
        })
    }
}

fn same_kind(before: &Var, after: &Var) -> Result<()> {
    if before.shape() == after.shape() && before.dtype() == after.dtype() {
        return Ok(());
    }
    Err(Error::Setting {
        place: "map_gradient".into(),
        setting: "the function's result",
        got: format!("{} of shape {}", after.dtype(), after.shape()),
        expected: "the shape and dtype of the gradient",
        help: "change the numbers of the gradient, not how many there are",
    })
}
