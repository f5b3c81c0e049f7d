//! Where values stand, which there are, and how often.

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::storage::{Num, number_dtype};
use crate::tensor::not_number;
use crate::{DType, Result, Tensor};

impl Tensor {
    /// The indices of all elements other than zero, a row each.
    ///
    /// # Shapes
    /// → i64 `[how many, axes]`, in row-major order.
    ///
    /// # Panics
    /// If the dtype is `bf16` or `f16`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[0, 5], [7, 0]]);
    /// assert_eq!(t.nonzero(), Tensor::from([[0i64, 1], [1, 0]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "argwhere")]
    pub fn nonzero(&self) -> Self {
        let places = self.true_places("nonzero", &self.not_equal_to(0.0)).to_vec::<i64>();
        let mut indices = vec![0; places.len() * self.ndim()];
        for (row, &place) in indices.chunks_mut(self.ndim().max(1)).zip(&places) {
            let mut left = place as usize;
            for (index, &len) in row.iter_mut().zip(self.shape().iter()).rev() {
                *index = (left % len) as i64;
                left /= len;
            }
        }
        expect(Self::new(indices, [places.len(), self.ndim()]))
    }

    /// The different elements in order, which of them stands at each place, and how often each is.
    ///
    /// Every NaN is one of its own.
    ///
    /// # Shapes
    /// → values `[n]`, i64 numbers of values in the tensor's shape, i64 counts `[n]`.
    ///
    /// # Panics
    /// If the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (values, places, counts) = Tensor::from([7, 3, 7]).unique();
    /// assert_eq!(values, Tensor::from([3, 7]));
    /// assert_eq!(places, Tensor::from([1i64, 0, 1]));
    /// assert_eq!(counts, Tensor::from([1i64, 2]));
    /// ```
    #[track_caller]
    pub fn unique(&self) -> (Self, Self, Self) {
        let (sorted, order) = self.flatten().sort(0, false);
        let n = sorted.size();
        let first = Self::full_of([n.min(1)], 1.0, DType::Bool);
        let changes =
            sorted.slice(0, n.min(1)..).not_equal(&sorted.slice(0, ..n.saturating_sub(1)));
        let starts = Self::concat(&[first, changes], 0);
        let number = starts.to(DType::I64).cumsum(0) - 1;
        let places = expect(Self::zeros_of([n], DType::I64).index_copy(0, &order, &number));
        let counts = expect(number.bincount(0));
        (sorted.masked_select(&starts), places.reshape(self.shape()), counts)
    }

    /// How often each integer from 0 on occurs, at least `length` counts.
    ///
    /// # Shapes
    /// Integers of any shape → i64 `[largest + 1]`, or `[length]` if that is more.
    ///
    /// # Errors
    /// If the dtype is no integer, or one is negative.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([2, 0, 2]).bincount(4)?, Tensor::from([1i64, 0, 2, 0]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn bincount(&self, length: usize) -> Result<Self> {
        let ids = crate::index::as_ids("bincount", self)?.flatten();
        let most = ids.data::<i64>().iter().copied().max().unwrap_or(-1).max(-1);
        let length = length.max((most as usize).wrapping_add(1));
        let ones = Self::full_of(ids.shape(), 1.0, DType::I64);
        Self::try_zeros(length, DType::I64)?.index_add(0, &ids, &ones)
    }

    /// Where values would have to stand in a sorted vector to keep it sorted.
    ///
    /// Before equal elements, or after them if `right`. NaN belongs at the end.
    ///
    /// # Shapes
    /// `self` `[n]` in ascending order, `values` of any shape → i64 positions 0 to n in that shape.
    ///
    /// # Panics
    /// If the tensor is no vector, or the dtypes differ or are no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let ages = Tensor::from([18, 30, 50]);
    /// assert_eq!(ages.searchsorted(&Tensor::from([17, 30, 99]), true), Tensor::from([0i64, 2, 3]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "bucketize")]
    #[doc(alias = "digitize")]
    pub fn searchsorted(&self, values: &Self, right: bool) -> Self {
        expect(self.require_vector("searchsorted"));
        expect(same_dtype("searchsorted", self, values));
        let places = number_dtype!(self.dtype(), T => places::<T>(&self.data(), &values.data(), right),
            else crate::error::refuse(not_number("searchsorted", self.dtype())));
        expect(Self::new(places, values.shape()))
    }
}

fn places<T: Num>(sorted: &[T], values: &[T], right: bool) -> Vec<i64> {
    let place = |&value: &T| {
        let is_before = |x: &T| match (x.not_a_number(), value.not_a_number()) {
            (false, false) => *x < value || (right && *x == value),
            (x, value) => value && (!x || right),
        };
        sorted.partition_point(is_before) as i64
    };
    values.iter().map(place).collect()
}
