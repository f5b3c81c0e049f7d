//! Several steps in one pass over memory, for the floors above.

use brand_nn_kernels::{
    Buffer, Unary, dropout, sum_duplicate_rows, unary_slope, unary_slope_in_place,
};

use crate::error::{expect, refuse};
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{Element, Error, Result, Tensor};

/// Steps that other crates compose; each is one pass over memory.
impl Tensor {
    /// Each element times the slope of a function of the table, given the function's input, or its
    /// value where [`Unary::slope_of_value`] says so.
    ///
    /// # Panics
    /// If the dtypes or shapes differ, or are no floats.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_kernels::Unary;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0, 3.0]);
    /// let chained = Tensor::from([1.0, 10.0]).times_slope(Unary::Square, &x); // 2 x each
    /// assert_eq!(chained, Tensor::from([2.0, 60.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn times_slope(&self, op: Unary, at: &Self) -> Self {
        expect(self.require_dtype(op.name(), at.dtype()));
        if self.shape() != at.shape() {
            refuse(Error::Shape {
                op: op.name(),
                got: self.shape().clone(),
                expected: format!("{}, that of the other tensor", at.shape()).into(),
                help: "expand one of them first",
            });
        }
        let result = float_dtype!(
            self.dtype(),
            T => Ok(self.slope_of::<T>(op, at)),
            else Err(not_float(op.name(), self.dtype()))
        );
        expect(result)
    }

    /// As [`Tensor::times_slope`], but writes over the tensor's own buffer if nobody shares it.
    ///
    /// # Panics
    /// If the dtypes or shapes differ, or are no floats.
    #[track_caller]
    #[must_use]
    pub fn into_times_slope(mut self, op: Unary, at: &Self) -> Self {
        if self.shape() != at.shape() || self.dtype() != at.dtype() {
            return self.times_slope(op, at);
        }
        let done = float_dtype!(self.dtype(), T => {
            let values = self.unique_mut::<T>();
            values.map(|values| unary_slope_in_place(op, &at.data::<T>(), values)).is_some()
        }, else false);
        if done { self } else { self.times_slope(op, at) }
    }

    #[track_caller]
    fn slope_of<T: Float>(&self, op: Unary, at: &Self) -> Self {
        let (values, at) = (self.data::<T>(), at.data::<T>());
        let mut out = Buffer::stale(values.len());
        unary_slope(op, &at, &values, &mut out);
        self.like::<T>(out)
    }

    /// Zero in place of a share `rate` of the elements; the others are divided by 1 − rate.
    ///
    /// Which elements survive is a function of `key` and their position alone.
    ///
    /// # Panics
    /// If the rate is not in 0..=1, or the dtype is no float.
    #[track_caller]
    #[must_use]
    pub fn dropout(&self, rate: f64, key: [u64; 2]) -> Self {
        let result = float_dtype!(
            self.dtype(),
            T => Ok(self.dropped::<T>(rate, key)),
            else Err(not_float("dropout", self.dtype()))
        );
        expect(result)
    }

    #[track_caller]
    fn dropped<T: Float>(&self, rate: f64, key: [u64; 2]) -> Self {
        let values = self.data::<T>();
        let mut out = Buffer::stale(values.len());
        dropout(&values, rate, key, &mut out);
        self.like::<T>(out)
    }

    /// Adds up the rows of equal ids: the sorted ids, each once, and their sums.
    ///
    /// # Errors
    /// If the ids are not i64, one a row, or the rows are no floats.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let rows = Tensor::from([[1.0], [10.0], [5.0]]);
    /// let (ids, sums) = rows.sum_duplicate_rows(&Tensor::from([7i64, 2, 7]))?;
    /// assert_eq!((ids, sums), (Tensor::from([2i64, 7]), Tensor::from([[10.0], [6.0]])));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn sum_duplicate_rows(&self, ids: &Self) -> Result<(Self, Self)> {
        const OP: &str = "sum_duplicate_rows";
        ids.require_dtype(OP, i64::DTYPE)?;
        self.shape().axis(OP, 0)?;
        if *ids.shape() != [self.len()] {
            return Err(Error::Shape {
                op: OP,
                got: ids.shape().clone(),
                expected: format!("[{}], one id for each row of {}", self.len(), self.shape())
                    .into(),
                help: "flatten the ids, and the rows along with them",
            });
        }
        float_dtype!(
            self.dtype(),
            T => self.summed_rows::<T>(&ids.data()),
            else Err(not_float(OP, self.dtype()))
        )
    }

    fn summed_rows<T: Float>(&self, ids: &[i64]) -> Result<(Self, Self)> {
        let mut shape = self.shape().to_vec();
        let width = shape.iter().skip(1).product();
        let (ids, sums) = sum_duplicate_rows(ids, &self.data::<T>(), width);
        shape[0] = ids.len();
        let ids = Self::from_raw::<i64>(ids, shape[0].into());
        Ok((ids, Self::from_raw::<T>(sums, shape.into())))
    }
}
