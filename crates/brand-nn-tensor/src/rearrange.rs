//! Axes moved, cut apart and repeated: windows, single slices, grids.

use crate::create::require_possible;
use crate::error::{expect, refuse};
use crate::{Error, Result, Shape, Tensor};

impl Tensor {
    /// The windows of a given size along an axis, every `step` positions, without a copy.
    ///
    /// What is left over at the end, shorter than a window, is in none.
    ///
    /// # Shapes
    /// `[a, n, b]` with axis 1 → `[a, windows, b, size]`, windows = (n − size) / step + 1.
    ///
    /// # Panics
    /// If there is no such axis, or `size` or `step` is 0, or `size` is above the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let sales = Tensor::from([1, 2, 3, 4]);
    /// assert_eq!(sales.sliding_windows(0, 3, 1), Tensor::from([[1, 2, 3], [2, 3, 4]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "sliding_window_view")]
    pub fn sliding_windows(&self, axis: isize, size: usize, step: usize) -> Self {
        let axis = expect(self.shape().axis("sliding_windows", axis));
        let len = self.shape()[axis];
        if size == 0 || step == 0 || size > len {
            refuse(Error::Shape {
                op: "sliding_windows",
                got: self.shape().clone(),
                expected: format!("windows of 1 to {len}, here {size}, and a step above 0").into(),
                help: "use a smaller window, or pad the axis first",
            });
        }
        let mut layout = self.layout.to_layout();
        let stride = layout.strides[axis];
        layout.shape = layout.shape.with(axis, (len - size) / step + 1);
        layout.strides[axis] = stride * step as isize;
        layout.shape = layout.shape.inserted(layout.shape.len(), size);
        layout.strides.push(stride);
        self.with_layout(layout)
    }

    /// One axis moved to another place; the order of all others stays.
    ///
    /// # Panics
    /// If an axis lies outside the shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::zeros([2, 3, 4]).movedim(0, -1).shape(), [3, 4, 2]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "moveaxis")]
    pub fn movedim(&self, from: isize, to: isize) -> Self {
        let from = expect(self.shape().axis("movedim", from));
        let to = expect(self.shape().axis("movedim", to));
        let mut axes: Vec<usize> = (0..self.ndim()).filter(|&axis| axis != from).collect();
        axes.insert(to, from);
        self.with_layout(self.layout.permuted(&axes))
    }

    /// The slices of an axis, one by one; the axis disappears.
    ///
    /// # Panics
    /// If the axis lies outside the shape.
    #[track_caller]
    pub fn unbind(&self, axis: isize) -> Vec<Self> {
        (0..self.dim(axis)).map(|index| self.select(axis, index)).collect()
    }

    /// Each slice of an axis several times in a row: `counts[i]` times the slice i.
    ///
    /// One count stands for all slices.
    ///
    /// # Panics
    /// If there is no such axis, or there are neither one count nor as many as slices.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([7, 8, 9]);
    /// assert_eq!(t.repeat_interleave(0, &[2]), Tensor::from([7, 7, 8, 8, 9, 9]));
    /// assert_eq!(t.repeat_interleave(0, &[1, 0, 2]), Tensor::from([7, 9, 9]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn repeat_interleave(&self, axis: isize, counts: &[usize]) -> Self {
        let ids = expect(repeated_positions(self, axis, counts));
        expect(self.index_select(axis, &ids))
    }

    /// Grids of coordinates: tensor i repeats vector i along the axes of all the others.
    ///
    /// # Shapes
    /// `[a]`, `[b]`, … → one `[a, b, …]` a vector, without a copy; NumPy's `indexing="ij"`.
    ///
    /// # Panics
    /// If one is no vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let grids = Tensor::meshgrid(&[Tensor::from([1, 2]), Tensor::from([5, 6, 7])]);
    /// assert_eq!(grids[0], Tensor::from([[1, 1, 1], [2, 2, 2]]));
    /// assert_eq!(grids[1], Tensor::from([[5, 6, 7], [5, 6, 7]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn meshgrid(vectors: &[Self]) -> Vec<Self> {
        vectors.iter().for_each(|vector| expect(vector.require_vector("meshgrid")));
        let shape: Shape = vectors.iter().map(Self::size).collect();
        let along = |(axis, vector): (usize, &Self)| {
            let mut lens = vec![1; vectors.len()];
            lens[axis] = vector.size();
            vector.reshape(lens).expand(&shape)
        };
        vectors.iter().enumerate().map(along).collect()
    }
}

/// Which slice stands at each place once slices are repeated.
fn repeated_positions(tensor: &Tensor, axis: isize, counts: &[usize]) -> Result<Tensor> {
    const OP: &str = "repeat_interleave";
    let axis = tensor.shape().axis(OP, axis)?;
    let len = tensor.shape()[axis];
    if counts.len() != 1 && counts.len() != len {
        return Err(Error::Shape {
            op: OP,
            got: tensor.shape().clone(),
            expected: format!("length {} on axis {axis}, one a count", counts.len()).into(),
            help: "give one count for all slices, or one for each",
        });
    }
    let count = |i: usize| counts[i.min(counts.len() - 1)];
    let total = (0..len).fold(0usize, |sum, i| sum.saturating_add(count(i)));
    require_possible(OP, &tensor.shape().with(axis, total), tensor.dtype())?;
    let ids: Vec<i64> = (0..len).flat_map(|i| std::iter::repeat_n(i as i64, count(i))).collect();
    Ok(Tensor::from(ids))
}
