//! Axes turned, repeated, cut into windows and padded, diagonals and triangles.

use crate::{
    Var,
    ops::index::{within, zeros},
};
use brand_nn_tensor::{PadMode, Tensor};

impl Var {
    /// Turns an axis round.
    #[must_use]
    #[track_caller]
    pub fn flip(&self, axis: isize) -> Self {
        Self::record("flip", [self], self.tensor().flip(axis), move |walk, gradient| {
            Ok([walk.when(0, || gradient.flip(axis))])
        })
    }

    /// Shifts along an axis; what leaves at one end enters at the other.
    #[must_use]
    #[track_caller]
    pub fn roll(&self, axis: isize, by: isize) -> Self {
        Self::record("roll", [self], self.tensor().roll(axis, by), move |walk, gradient| {
            Ok([walk.when(0, || gradient.roll(axis, by.saturating_neg()))])
        })
    }

    /// Repeats all of it: `counts[i]` times along axis i, matched from the last.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([1.0, 2.0]));
    /// let gradients = x.tile(&[3, 2]).sum().backward()?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([6.0, 6.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn tile(&self, counts: &[usize]) -> Self {
        let before = self.shape().clone();
        let [_, apart, _] = brand_nn_tensor::Shape::from(counts).interleaved(&before);
        let inner: Vec<isize> = (0..apart.len() as isize).step_by(2).collect();
        let counts = counts.to_vec();
        Self::record("tile", [self], self.tensor().tile(&counts), move |walk, gradient| {
            let ndim = apart.len() / 2;
            let count =
                |axis: usize| (axis + counts.len()).checked_sub(ndim).map_or(1, |i| counts[i]);
            let pairs: Vec<usize> =
                (0..ndim).flat_map(|axis| [count(axis), apart[2 * axis + 1]]).collect();
            Ok([walk.when(0, || gradient.reshape(pairs).sum_axes(&inner, false).reshape(&before))])
        })
    }

    /// Repeats each slice of an axis in a row: `counts[i]` times the slice i, or all as often.
    ///
    /// # Panics
    /// If there is no such axis, or there are neither one count nor as many as slices.
    #[must_use]
    #[track_caller]
    pub fn repeat_interleave(&self, axis: isize, counts: &[usize]) -> Self {
        let positions = Tensor::arange(self.tensor().dim(axis)).repeat_interleave(0, counts);
        within(self.index_select(axis, &positions))
    }

    /// Moves one axis to another place.
    #[must_use]
    #[track_caller]
    #[doc(alias = "moveaxis")]
    pub fn movedim(&self, from: isize, to: isize) -> Self {
        Self::record("movedim", [self], self.tensor().movedim(from, to), move |walk, gradient| {
            Ok([walk.when(0, || gradient.movedim(to, from))])
        })
    }

    /// Cuts an axis into equal parts; the last may be shorter.
    ///
    /// # Panics
    /// If `parts` is 0 or the axis lies outside the shape.
    #[must_use]
    #[track_caller]
    pub fn chunk(&self, axis: isize, parts: usize) -> Vec<Self> {
        let lengths: Vec<_> =
            self.tensor().chunk(axis, parts).iter().map(|part| part.dim(axis)).collect();
        self.split(axis, &lengths)
    }

    /// The slices of an axis, one by one.
    #[must_use]
    #[track_caller]
    pub fn unbind(&self, axis: isize) -> Vec<Self> {
        match self.tensor().dim(axis) {
            0 => Vec::new(),
            1 => vec![self.squeeze(axis)],
            // By halves, since the gradient of a part is padded to what it was cut from.
            len => {
                let halves = self.split(axis, &[len / 2, len - len / 2]);
                halves.iter().flat_map(|half| half.unbind(axis)).collect()
            }
        }
    }

    /// The windows of a given size along an axis, every `step` positions.
    ///
    /// The gradient of an element is the sum over the windows that it is in.
    ///
    /// # Shapes
    /// `[a, n, b]` with axis 1 → `[a, windows, b, size]`, windows = (n − size) / step + 1.
    ///
    /// # Panics
    /// If there is no such axis, or `size` or `step` is 0, or `size` is above the axis.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0, 4.0]));
    /// let gradients = x.sliding_windows(0, 2, 1).sum().backward()?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([1.0, 2.0, 2.0, 1.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn sliding_windows(&self, axis: isize, size: usize, step: usize) -> Self {
        let value = self.tensor().sliding_windows(axis, size, step);
        let at = if axis < 0 { axis + self.ndim() as isize } else { axis };
        let positions = Tensor::arange(self.tensor().dim(axis)).sliding_windows(0, size, step);
        let base = zeros(self.shape(), self.dtype());
        Self::record("sliding_windows", [self], value, move |walk, gradient| {
            let windows = gradient.movedim(-1, at + 1);
            let sum = base.index_add(at, &positions, &windows)?;
            Ok([walk.when(0, || sum)])
        })
    }

    /// The elements `[i, i + offset]` of the last two axes.
    ///
    /// # Shapes
    /// `[.., rows, columns]` → `[.., length]`.
    ///
    /// # Panics
    /// If there are less than two axes.
    #[must_use]
    #[track_caller]
    pub fn diagonal(&self, offset: isize) -> Self {
        let value = self.tensor().diagonal(offset);
        let sides = [self.tensor().dim(-2), self.tensor().dim(-1)];
        Self::record("diagonal", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.diag_within(offset, sides))])
        })
    }

    /// Matrices of zeros with the last axis on a diagonal.
    ///
    /// # Shapes
    /// `[.., n]` → `[.., n + |offset|, n + |offset|]`.
    #[must_use]
    #[track_caller]
    #[doc(alias = "diag_embed")]
    pub fn diag(&self, offset: isize) -> Self {
        let side = self.tensor().dim(-1) + offset.unsigned_abs();
        self.diag_within(offset, [side, side])
    }

    /// As [`Var::diag`], into matrices of any rows and columns: undoes [`Var::diagonal`].
    ///
    /// # Panics
    /// If the last axis isn't as long as the diagonal.
    #[must_use]
    #[track_caller]
    pub fn diag_within(&self, offset: isize, sides: [usize; 2]) -> Self {
        let value = self.tensor().diag_within(offset, sides);
        Self::record("diag", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.diagonal(offset))])
        })
    }

    /// The lower triangles of the last two axes: zeros above the diagonal `offset`.
    #[must_use]
    #[track_caller]
    pub fn tril(&self, offset: isize) -> Self {
        Self::record("tril", [self], self.tensor().tril(offset), move |walk, gradient| {
            Ok([walk.when(0, || gradient.tril(offset))])
        })
    }

    /// The upper triangles of the last two axes: zeros below the diagonal `offset`.
    #[must_use]
    #[track_caller]
    pub fn triu(&self, offset: isize) -> Self {
        Self::record("triu", [self], self.tensor().triu(offset), move |walk, gradient| {
            Ok([walk.when(0, || gradient.triu(offset))])
        })
    }

    /// The sum of the main diagonal of the last two axes.
    ///
    /// # Shapes
    /// `[.., rows, columns]` → `[..]`.
    #[must_use]
    #[track_caller]
    pub fn trace(&self) -> Self {
        self.diagonal(0).sum_axis(-1)
    }

    /// Adds places before and after each axis, in any [`PadMode`] mode.
    ///
    /// # Panics
    /// If there isn't one pair `(before, after)` an axis, or an axis is empty and nothing but a
    /// constant could be added.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{PadMode, Tensor};
    ///
    /// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0]));
    /// let gradients = x.pad_axes(&[(0, 2)], PadMode::Edge).sum().backward()?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([1.0, 1.0, 3.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn pad_axes(&self, pads: &[(usize, usize)], mode: PadMode) -> Self {
        assert!(
            pads.len() == self.ndim(),
            "pad_axes: shape {}, expected {} axes, one a pair; \
             help: give a pair (before, after) an axis; (0, 0) leaves it",
            self.shape(),
            pads.len()
        );
        let mut padded = self.clone();
        for (axis, &(before, after)) in (0..).zip(pads).filter(|(_, pad)| **pad != (0, 0)) {
            padded = match mode {
                PadMode::Constant(value) => padded.pad(axis, before, after, value),
                _ => {
                    let positions = mode.positions(padded.tensor().dim(axis), (before, after));
                    within(padded.index_select(axis, &positions))
                }
            };
        }
        padded
    }
}
