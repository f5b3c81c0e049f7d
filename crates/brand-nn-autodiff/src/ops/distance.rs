//! How far vectors are from each other, and how alike their directions.

use crate::{Var, saved::Saved};

impl Var {
    /// The Euclidean distance of every row of one matrix from every row of another.
    ///
    /// Where two rows are equal the slope is 0.
    ///
    /// # Shapes
    /// `[.., n, d]`, `[.., m, d]` → `[.., n, m]`; the axes in front broadcast.
    ///
    /// # Panics
    /// If the last axes differ, or the dtypes aren't both `f32` or both `f64`.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([[0.0, 0.0], [3.0, 4.0]]));
    /// let distances = x.cdist(&x);
    /// assert_eq!(distances.tensor().get(&[0, 1]), 5.0);
    /// let slope = distances.sum().backward()?.get(&x).unwrap();
    /// assert!((slope - Tensor::from([[-1.2, -1.6], [1.2, 1.6]])).abs().max().item() < 1e-12);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn cdist(&self, other: &Self) -> Self {
        let value = self.tensor().cdist(other.tensor());
        let (x, y, d) = (self.save(0), other.save(1), Saved::output(&value));
        Self::record("cdist", [self, other], value, move |walk, gradient| {
            let at_zero = d.value().equal_to(0.0);
            let safe = walk.open(&d).masked_fill(&at_zero, 1.0);
            let weight = gradient.masked(&at_zero.not()) / safe;
            Ok([
                walk.when(0, || pulled(&weight, &walk.open(&x), &walk.open(&y))),
                walk.when(1, || pulled(&weight.t(), &walk.open(&y), &walk.open(&x))),
            ])
        })
    }

    /// The cosine of the angle between vectors along an axis: x · y / (‖x‖ ‖y‖).
    ///
    /// Norms below `epsilon`, PyTorch's 1e-8, count as `epsilon`.
    ///
    /// # Shapes
    /// Both broadcast; the axis goes away.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (x, y) = (Var::leaf(Tensor::from([3.0, 4.0])), Var::leaf(Tensor::from([4.0, 3.0])));
    /// assert_eq!(x.cosine_similarity(&y, 0, 1e-8).item(), 0.96);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn cosine_similarity(&self, other: &Self, axis: isize, epsilon: f64) -> Self {
        let length =
            |x: &Self| x.square().sum_axis(axis).clamp(epsilon * epsilon, f64::INFINITY).sqrt();
        (self * other).sum_axis(axis) / (length(self) * length(other))
    }
}

/// Σ_j w_ij (x_i − y_j).
fn pulled(weight: &Var, x: &Var, y: &Var) -> Var {
    (weight.sum_axes(&[-1], true) * x - weight.matmul(y)).sum_to(x.shape())
}
