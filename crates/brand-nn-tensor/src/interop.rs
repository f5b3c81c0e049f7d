//! To and from `ndarray`.

use ndarray::{Array, ArrayBase, ArrayViewD, Data, Dimension, IxDyn, ShapeBuilder};

use crate::storage::sealed::Stored;
use crate::{Element, Error, Result, Shape, Tensor};

impl Tensor {
    /// The tensor as an `ndarray` view, strides and all, without a copy.
    ///
    /// # Errors
    /// If `T` isn't the tensor's dtype.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1.0, 2.0], [3.0, 4.0]]).t();
    /// assert_eq!(t.as_array::<f64>()?[[0, 1]], 3.0);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn as_array<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        self.require_dtype("as_array", T::DTYPE)?;
        let refused = |_| Error::Shape {
            op: "as_array",
            got: self.shape().clone(),
            expected: "a shape that ndarray can index".into(),
            help: "write .contiguous() first",
        };
        let values = &T::view(self.storage.raw::<T>())[self.layout.offset..];
        if self.is_empty() {
            return ArrayViewD::from_shape(IxDyn(self.shape()), &values[..0]).map_err(refused);
        }
        let strides: Vec<usize> = self.strides().iter().map(|&stride| stride as usize).collect();
        let layout = IxDyn(self.shape()).strides(IxDyn(&strides));
        ArrayViewD::from_shape(layout, values).map_err(refused)
    }
}

impl<T: Element, D: Dimension> From<Array<T, D>> for Tensor {
    /// Takes the values over, in row-major order.
    fn from(array: Array<T, D>) -> Self {
        let shape = Shape::from(array.shape());
        if array.is_standard_layout() {
            let (values, start) = array.into_raw_vec_and_offset();
            let start = start.unwrap_or(0);
            if start == 0 && values.len() == shape.size() {
                return Self::from_raw::<T>(T::into_raw(values), shape);
            }
            let part = values[start..start + shape.size()].to_vec();
            return Self::from_raw::<T>(T::into_raw(part), shape);
        }
        Self::from(&array)
    }
}

impl<T: Element, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Tensor {
    /// Copies the values, in row-major order.
    fn from(array: &ArrayBase<S, D>) -> Self {
        let values = array.iter().map(|&x| Stored::raw(x)).collect();
        Self::from_raw::<T>(values, Shape::from(array.shape()))
    }
}
