//! Elements in order of size: the gradient goes to where they stood.

use crate::Var;
use brand_nn_tensor::Tensor;

impl Var {
    /// The elements along an axis in order, and the `i64` positions where they stood.
    ///
    /// Equal elements keep their order; NaN comes last in both directions.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([30.0, 10.0, 20.0]));
    /// let (sorted, positions) = x.sort(0, false);
    /// assert_eq!(positions, Tensor::from([1_i64, 2, 0]));
    /// let gradients = sorted.select(0, 0).backward()?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([0.0, 1.0, 0.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Self, Tensor) {
        let (_, positions) = self.tensor().sort(axis, descending);
        (self.gather(axis, &positions), positions)
    }

    /// The `k` largest elements along an axis, largest first, and their `i64` positions.
    ///
    /// # Panics
    /// If `k` is above the length of the axis.
    #[track_caller]
    pub fn topk(&self, k: usize, axis: isize) -> (Self, Tensor) {
        let (_, positions) = self.tensor().topk(k, axis);
        (self.gather(axis, &positions), positions)
    }

    /// The k-th smallest element along an axis, k from 1, and its position; the axis goes away.
    ///
    /// # Panics
    /// If `k` isn't 1 to the length of the axis.
    #[track_caller]
    pub fn kthvalue(&self, k: usize, axis: isize) -> (Self, Tensor) {
        let (_, positions) = self.tensor().kthvalue(k, axis);
        let at = if axis < 0 { axis + self.ndim() as isize } else { axis };
        (self.gather(at, &positions.unsqueeze(at)).squeeze(at), positions)
    }
}
