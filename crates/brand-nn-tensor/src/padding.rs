//! PadMode of several axes: with a constant, or with the tensor's own elements.

use crate::create::require_possible;
use crate::error::expect;
use crate::{Error, Result, Tensor};

/// What stands in the places that padding adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadMode {
    /// One number everywhere.
    Constant(f64),
    /// The elements mirrored at the edge, which itself isn't repeated: `c b | a b c | b a`.
    Reflect,
    /// The elements mirrored with the edge: `b a | a b c | c b`.
    Symmetric,
    /// The element at the edge: `a a | a b c | c c`.
    #[doc(alias = "Replicate")]
    Edge,
    /// The elements of the other end: `b c | a b c | a b`.
    #[doc(alias = "Circular")]
    Wrap,
}

impl PadMode {
    /// The element that a place shows, counted from the first one, on an axis that isn't empty.
    fn source(self, place: isize, len: usize) -> usize {
        let last = len as isize - 1;
        let source = match self {
            Self::Reflect => {
                let within = place.rem_euclid((2 * last).max(1));
                within.min(2 * last - within)
            }
            Self::Symmetric => {
                let within = place.rem_euclid(2 * (last + 1));
                within.min(2 * last + 1 - within)
            }
            Self::Wrap => place.rem_euclid(last + 1),
            Self::Constant(_) | Self::Edge => place,
        };
        source.clamp(0, last) as usize
    }

    /// For each place of a padded axis the position of the element that it shows.
    ///
    /// Mirrors and wraps as often as needed, as NumPy does.
    ///
    /// # Panics
    /// If `len` is 0 and something is to be added.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{PadMode, Tensor};
    ///
    /// assert_eq!(PadMode::Reflect.positions(3, (1, 2)), Tensor::from([1i64, 0, 1, 2, 1, 0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn positions(self, len: usize, (before, after): (usize, usize)) -> Tensor {
        assert!(
            len > 0 || before + after == 0,
            "pad: an empty axis has nothing to repeat; help: pad it with PadMode::Constant"
        );
        let places = -(before as isize)..(len + after) as isize;
        Tensor::from(places.map(|place| self.source(place, len) as i64).collect::<Vec<_>>())
    }
}

impl Tensor {
    /// The tensor with places added before and after each axis, in any [`PadMode`] mode.
    ///
    /// # Panics
    /// If there isn't one pair `(before, after)` an axis, an axis is empty and nothing but a
    /// constant could be added, an integer dtype can't hold the constant, or memory doesn't allow
    /// the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{PadMode, Tensor};
    ///
    /// let t = Tensor::from([[1, 2, 3]]);
    /// let padded = t.pad_axes(&[(0, 0), (2, 1)], PadMode::Reflect);
    /// assert_eq!(padded, Tensor::from([[3, 2, 1, 2, 3, 2]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pad_axes(&self, pads: &[(usize, usize)], mode: PadMode) -> Self {
        expect(self.require_pads(pads));
        let mut padded = self.clone();
        for (axis, &(before, after)) in (0..).zip(pads).filter(|(_, pad)| **pad != (0, 0)) {
            padded = match mode {
                PadMode::Constant(value) => padded.pad(axis, before, after, value),
                _ => {
                    let positions = mode.positions(padded.dim(axis), (before, after));
                    expect(padded.index_select(axis, &positions))
                }
            };
        }
        padded
    }

    fn require_pads(&self, pads: &[(usize, usize)]) -> Result<()> {
        if pads.len() != self.ndim() {
            return Err(Error::Shape {
                op: "pad_axes",
                got: self.shape().clone(),
                expected: format!("{} axes, one a pair", pads.len()).into(),
                help: "give a pair (before, after) an axis; (0, 0) leaves it",
            });
        }
        let longer = self
            .shape()
            .iter()
            .zip(pads)
            .map(|(&len, &(before, after))| len.saturating_add(before).saturating_add(after));
        require_possible("pad_axes", &longer.collect(), self.dtype())
    }
}
