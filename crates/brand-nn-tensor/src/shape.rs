//! The lengths of a tensor's axes.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{Error, Result};

/// The lengths of a tensor's axes, outermost first.
///
/// Up to four axes live without a heap allocation. A shape is a slice of `usize`, so indexing,
/// iteration and `len()` (the number of axes) work as on slices.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Shape;
///
/// let shape = Shape::from([2, 3]);
/// assert_eq!(shape.size(), 6);
/// assert_eq!(shape[1], 3);
/// assert_eq!(shape.to_string(), "[2, 3]");
/// ```
#[derive(Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<usize>", into = "Vec<usize>")]
pub struct Shape(SmallVec<[usize; 4]>);

/// By a copy of the slice: clones are on the way of every small op.
impl Clone for Shape {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl Shape {
    /// The number of elements: the product of all lengths, 1 for a 0-d shape.
    ///
    /// A product beyond `usize` saturates; no tensor of such a shape can exist.
    pub fn size(&self) -> usize {
        if self.contains(&0) {
            return 0;
        }
        self.iter().fold(1, |size, &dim| size.saturating_mul(dim))
    }

    /// The shape that two shapes have in common under NumPy's broadcasting rules.
    ///
    /// Axes are matched from the last; an axis of length 1, or one that is missing, stretches.
    ///
    /// # Errors
    ///
    /// When two lengths differ and neither is 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Shape;
    ///
    /// let both = Shape::broadcast(&[4, 1].into(), &[3].into())?;
    /// assert_eq!(both, Shape::from([4, 3]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn broadcast(a: &Self, b: &Self) -> Result<Self> {
        broadcast("broadcast", a, b)
    }

    /// The shape without one axis.
    pub(crate) fn without(&self, axis: usize) -> Self {
        let mut shape = self.clone();
        shape.0.remove(axis);
        shape
    }

    /// The shape with one length replaced.
    pub(crate) fn with(&self, axis: usize, len: usize) -> Self {
        let mut shape = self.clone();
        shape.0[axis] = len;
        shape
    }

    /// The shape with one more axis.
    pub(crate) fn inserted(&self, axis: usize, len: usize) -> Self {
        let mut shape = self.clone();
        shape.0.insert(axis, len);
        shape
    }

    /// The lengths before, at and after an axis, multiplied: `[outer, len, inner]`.
    pub(crate) fn around(&self, axis: usize) -> [usize; 3] {
        let product = |dims: &[usize]| dims.iter().product();
        [product(&self[..axis]), self[axis], product(&self[axis + 1..])]
    }

    /// Two shapes with their axes in turn, `[a, 1, b, 1]` and `[1, c, 1, d]`, and their product
    /// `[a c, b d]`; missing axes in front count as 1.
    pub fn interleaved(&self, other: &Self) -> [Self; 3] {
        let ndim = self.len().max(other.len());
        let padded = |shape: &Self, axis: usize| {
            (axis + shape.len()).checked_sub(ndim).map_or(1, |at| shape[at])
        };
        let pairs = (0..ndim).map(|axis| (padded(self, axis), padded(other, axis)));
        [
            pairs.clone().flat_map(|(a, _)| [a, 1]).collect(),
            pairs.clone().flat_map(|(_, b)| [1, b]).collect(),
            pairs.map(|(a, b)| a.saturating_mul(b)).collect(),
        ]
    }

    /// The bytes of a tensor, and whether such a tensor may exist at all.
    ///
    /// Lengths of 0 count as 1, so that no later product of a part of the lengths can overflow.
    pub(crate) fn bytes(&self, element: usize) -> Option<usize> {
        let mut room = element.max(1);
        for &dim in self.iter() {
            room = room.checked_mul(dim.max(1))?;
        }
        (room <= isize::MAX as usize).then_some(room)
    }

    /// Resolves an axis that may count from the end.
    pub(crate) fn axis(&self, op: &'static str, axis: isize) -> Result<usize> {
        resolve(axis, self.len()).ok_or_else(|| Error::Axis { op, axis, shape: self.clone() })
    }

    /// Resolves several axes and refuses the same axis twice.
    pub(crate) fn axes(&self, op: &'static str, axes: &[isize]) -> Result<SmallVec<[usize; 6]>> {
        let mut resolved: SmallVec<[usize; 6]> = SmallVec::new();
        for &axis in axes {
            let axis = self.axis(op, axis)?;
            if resolved.contains(&axis) {
                return Err(Error::Shape {
                    op,
                    got: self.clone(),
                    expected: format!("each axis once, but axis {axis} came twice").into(),
                    help: "list every axis only once",
                });
            }
            resolved.push(axis);
        }
        Ok(resolved)
    }
}

/// Broadcasting under the name of the operation that asks for it.
pub(crate) fn broadcast(op: &'static str, a: &Shape, b: &Shape) -> Result<Shape> {
    if a == b {
        return Ok(a.clone());
    }
    let ndim = a.len().max(b.len());
    let from_end =
        |shape: &Shape, i: usize| (shape.len() + i).checked_sub(ndim).map_or(1, |at| shape[at]);
    let dims = (0..ndim).map(|i| match (from_end(a, i), from_end(b, i)) {
        (x, y) if x == y => Some(x),
        (1, y) => Some(y),
        (x, 1) => Some(x),
        _ => None,
    });
    dims.collect::<Option<_>>().map(Shape).ok_or_else(|| Error::Shape {
        op,
        got: a.clone(),
        expected: format!("one that broadcasts with {b}").into(),
        help: "lengths must be equal or 1, matched from the last axis; see reshape, unsqueeze",
    })
}

/// An axis counted from the end if negative, or `None` outside the shape.
pub(crate) fn resolve(axis: isize, ndim: usize) -> Option<usize> {
    let axis = if axis < 0 { axis.checked_add_unsigned(ndim)? } else { axis };
    usize::try_from(axis).ok().filter(|&axis| axis < ndim)
}

impl Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &self.0[..])
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<usize> for Shape {
    fn from(len: usize) -> Self {
        Self::from([len])
    }
}

impl From<()> for Shape {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Self(SmallVec::from_slice(&dims))
    }
}

impl<const N: usize> From<&[usize; N]> for Shape {
    fn from(dims: &[usize; N]) -> Self {
        Self(SmallVec::from_slice(dims))
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Self(SmallVec::from_slice(dims))
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        Self(SmallVec::from_vec(dims))
    }
}

impl From<Shape> for Vec<usize> {
    fn from(shape: Shape) -> Self {
        shape.0.into_vec()
    }
}

impl From<&Vec<usize>> for Shape {
    fn from(dims: &Vec<usize>) -> Self {
        Self::from(&dims[..])
    }
}

impl From<&Self> for Shape {
    fn from(shape: &Self) -> Self {
        shape.clone()
    }
}

impl FromIterator<usize> for Shape {
    fn from_iter<I: IntoIterator<Item = usize>>(dims: I) -> Self {
        Self(dims.into_iter().collect())
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, dims: &[usize]) -> bool {
        self[..] == *dims
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, dims: &[usize; N]) -> bool {
        self[..] == *dims
    }
}

impl<const N: usize> PartialEq<[usize; N]> for &Shape {
    fn eq(&self, dims: &[usize; N]) -> bool {
        self[..] == *dims
    }
}
