//! To and from `ndarray`, and draws from what `rand_distr` has.

use brand_nn_kernels::philox;
use ndarray::{Array, ArrayBase, ArrayViewD, Data, Dimension, IxDyn, ShapeBuilder};
use ndarray_rand::rand::RngCore;
use ndarray_rand::rand_distr::Distribution;

use crate::random::{each_position, filled, join};
use crate::storage::sealed::Stored;
use crate::{Element, Error, Result, Rng, Shape, Tensor};

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

/// Random tensors of any distribution.
impl Tensor {
    /// Numbers from any distribution of `rand_distr` (see [`crate::rand_distr`]).
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{rand_distr::Exp, Rng, Tensor};
    ///
    /// let waits = Tensor::sample([1000], Exp::new(0.5).unwrap(), &mut Rng::new(1));
    /// assert!((waits.mean().item() - 2.0).abs() < 0.3);
    /// ```
    #[track_caller]
    pub fn sample(
        shape: impl Into<Shape>,
        distribution: impl Distribution<f64> + Sync,
        rng: &mut Rng,
    ) -> Self {
        let source = rng.fork().state()[0];
        let draw = |i: usize| {
            let mut own = Rng::new(join(philox(source, i as u128)));
            distribution.sample(&mut own) as f32
        };
        filled("sample", shape.into(), |out| each_position(out, draw))
    }
}

/// Any generator of `rand`'s users, such as a distribution of their own.
impl RngCore for Rng {
    fn next_u32(&mut self) -> u32 {
        (Self::next_u64(self) >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        Self::next_u64(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&Self::next_u64(self).to_le_bytes()[..chunk.len()]);
        }
    }
}
