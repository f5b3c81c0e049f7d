//! Conversion between dtypes.

use brand_nn_kernels::{Buffer, Convert, convert, round_to_bf16, widen_bf16};

use crate::storage::{Native, native_dtype};
use crate::{DType, Element, Tensor};

impl Tensor {
    /// The same values under another dtype; a cheap clone if it is the same.
    ///
    /// Floats become integers by dropping the fraction and saturating, as Rust's `as` does; NaN
    /// becomes 0. Anything but 0 becomes `true`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{DType, Tensor};
    ///
    /// let hits = Tensor::from([true, false, true]);
    /// assert_eq!(hits.to(DType::F32).sum().item(), 2.0);
    /// ```
    #[must_use]
    pub fn to(&self, dtype: DType) -> Self {
        use DType::{Bf16, F16, F32, F64};
        match (self.dtype(), dtype) {
            (from, to) if from == to => self.clone(),
            (F32, Bf16) => self.rounded_to_bf16(),
            (Bf16, F32) => self.widened_from_bf16(),
            (Bf16, to) => self.widened::<crate::Bf16>().to(to),
            (F16, to) => self.widened::<crate::F16>().to(to),
            (F64, Bf16) => self.narrowed::<crate::Bf16>(),
            (F32 | F64, F16) => self.narrowed::<crate::F16>(),
            (_, Bf16 | F16) => self.to(F64).to(dtype),
            _ => self.converted(dtype),
        }
    }

    fn converted(&self, dtype: DType) -> Self {
        native_dtype!(self.dtype(), A => native_dtype!(dtype, B => self.as_type::<A, B>(),
            else unreachable!("16-bit floats are narrowed")),
            else unreachable!("16-bit floats are widened"))
    }

    fn as_type<A: Native + Convert<B>, B: Native>(&self) -> Self {
        let mut out = Buffer::stale(self.size());
        convert::<A, B>(&self.data::<A>(), &mut out);
        self.like::<B>(out)
    }

    fn rounded_to_bf16(&self) -> Self {
        let mut out = Buffer::stale(self.size());
        round_to_bf16(&self.data::<f32>(), &mut out);
        self.like::<crate::Bf16>(out)
    }

    fn widened_from_bf16(&self) -> Self {
        let mut out = Buffer::stale(self.size());
        widen_bf16(&self.data::<crate::Bf16>(), &mut out);
        self.like::<f32>(out)
    }

    /// From 16-bit floats to `f32`, which is exact.
    fn widened<H: Element>(&self) -> Self {
        let values = self.data::<H>();
        self.like::<f32>(values.iter().map(|x| x.to_f64() as f32).collect())
    }

    /// From `f32` or `f64` to 16-bit floats, rounded once to the nearest.
    fn narrowed<H: Element>(&self) -> Self {
        let narrow = |x: f64| H::from_f64(x).raw();
        let out = match self.dtype() {
            DType::F32 => self.data::<f32>().iter().map(|&x| narrow(x.into())).collect(),
            _ => self.data::<f64>().iter().map(|&x| narrow(x)).collect(),
        };
        self.like::<H>(out)
    }
}
