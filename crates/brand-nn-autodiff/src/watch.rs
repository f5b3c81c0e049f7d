//! Finding the first NaN: values that are looked at, and gradients on their way back.

use crate::{Var, node::Node};

impl Var {
    /// The same value, with an eye on everything that is made from it: the anomaly mode.
    ///
    /// Every op on the way looks for NaN and infinity in its value, and in the gradients on the way
    /// back. The first one that is found is kept: [`Var::anomaly`] names it, and a walk that meets
    /// it is an error. It costs a pass over each value, so watch while you search. A constant has
    /// nothing to remember with and stays as it is.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([-1.0, 4.0])).watch();
    /// let loss = (x.sqrt() * 2.0).sum();
    /// assert_eq!(loss.anomaly(), Some("sqrt"));
    /// let message = loss.backward().unwrap_err().to_string();
    /// assert!(message.starts_with("backward: `sqrt` was the first"), "{message}");
    /// ```
    #[must_use]
    #[doc(alias = "detect_anomaly")]
    pub fn watch(&self) -> Self {
        let Some(node) = self.node() else { return self.clone() };
        let node = Node::watched(node, self.tensor());
        Self::with_node(self.tensor().clone(), Some(node))
    }

    /// The op on the way to this watched value that first gave a NaN or an infinity.
    #[must_use]
    pub fn anomaly(&self) -> Option<&'static str> {
        self.node()?.anomaly()
    }
}
