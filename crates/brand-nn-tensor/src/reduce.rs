//! Sums, means, extremes and the like, over all elements or along axes.

use std::borrow::Cow;

use brand_nn_kernels::{Buffer, Reduce, Unary, arg_reduce, cumsum, log_softmax, reduce, softmax};

use crate::error::expect;
use crate::storage::{Float, Num, number_dtype};
use crate::tensor::{not_float, not_number};
use crate::{DType, Error, Result, Shape, Tensor};

macro_rules! reductions {
    ($($op:ident $what:literal $panics:literal: $all:ident $axis:ident $axes:ident;)*) => {
        /// Reductions: of all elements to a 0-d tensor, along one axis that disappears, or along
        /// several axes that may stay with length 1. Sums run in a fixed order, so the number of
        /// threads changes nothing.
        impl Tensor {
            $(
                #[doc = concat!("The ", $what, " of all elements, as a 0-d tensor.")]
                ///
                /// # Panics
                #[doc = concat!("If ", $panics, ".")]
                #[track_caller]
                #[must_use]
                pub fn $all(&self) -> Self {
                    expect(self.flatten().reduced(stringify!($all), Kind::$op, &[0], false))
                }

                #[doc = concat!("The ", $what, " along one axis, which disappears.")]
                ///
                /// # Panics
                #[doc = concat!("If the axis lies outside the shape, or ", $panics, ".")]
                #[track_caller]
                #[must_use]
                pub fn $axis(&self, axis: isize) -> Self {
                    expect(self.reduced(stringify!($axis), Kind::$op, &[axis], false))
                }

                #[doc = concat!("The ", $what, " along several axes, of length 1 then if `keep`.")]
                ///
                /// # Panics
                #[doc = concat!("If an axis is outside the shape or named twice, or ", $panics, ".")]
                #[track_caller]
                #[must_use]
                pub fn $axes(&self, axes: &[isize], keep: bool) -> Self {
                    expect(self.reduced(stringify!($axes), Kind::$op, axes, keep))
                }
            )*
        }
    };
}

#[derive(Clone, Copy)]
enum Kind {
    Sum,
    Mean,
    Max,
    Min,
    Prod,
    Var,
    Std,
}

reductions! {
    Sum "sum (of `bool`, `u8` and `i32` as `i64`)" "the dtype is `bf16` or `f16`":
        sum sum_axis sum_axes;
    Mean "mean (NaN of nothing)" "the dtype isn't `f32` or `f64`": mean mean_axis mean_axes;
    Max "largest (NaN if any is)" "there is nothing to choose from or the dtype is no number type":
        max max_axis max_axes;
    Min "smallest (NaN if any is)" "there is nothing to choose from or the dtype is no number type":
        min min_axis min_axes;
    Prod "product (of `bool`, `u8` and `i32` as `i64`)" "the dtype is `bf16` or `f16`":
        prod prod_axis prod_axes;
    Var "variance of the population (divided by n, as NumPy)" "the dtype isn't `f32` or `f64`":
        var var_axis var_axes;
    Std "standard deviation of the population (divided by n, as NumPy)"
        "the dtype isn't `f32` or `f64`": std std_axis std_axes;
}

impl Tensor {
    fn reduced(&self, op: &'static str, kind: Kind, axes: &[isize], keep: bool) -> Result<Self> {
        let mut axes = self.shape().axes(op, axes)?;
        axes.sort_unstable();
        match kind {
            Kind::Sum => self.summable().along(op, Reduce::Sum, &axes, keep),
            Kind::Prod => self.summable().along(op, Reduce::Prod, &axes, keep),
            Kind::Mean => self.averaged(op, &axes, keep),
            Kind::Max => self.extreme(op, Reduce::Max, &axes, keep),
            Kind::Min => self.extreme(op, Reduce::Min, &axes, keep),
            Kind::Var => self.variance(op, &axes, keep),
            Kind::Std => Ok(self.variance(op, &axes, keep)?.into_unary(Unary::Sqrt)),
        }
    }

    /// Narrow integers and truth values are summed as `i64`, so that counts can't wrap around.
    pub(crate) fn summable(&self) -> Cow<'_, Self> {
        match self.dtype() {
            DType::Bool | DType::U8 | DType::I32 => Cow::Owned(self.to(DType::I64)),
            _ => Cow::Borrowed(self),
        }
    }

    fn averaged(&self, op: &'static str, axes: &[usize], keep: bool) -> Result<Self> {
        self.require_float(op)?;
        self.along(op, Reduce::Mean, axes, keep)
    }

    fn extreme(&self, op: &'static str, kind: Reduce, axes: &[usize], keep: bool) -> Result<Self> {
        require_some(op, self.shape(), axes)?;
        self.along(op, kind, axes, keep)
    }

    /// `mean((x − mean(x))²)`: two passes, so that nothing cancels.
    fn variance(&self, op: &'static str, axes: &[usize], keep: bool) -> Result<Self> {
        let mean = self.averaged(op, axes, true)?;
        (self - mean).into_unary(Unary::Square).averaged(op, axes, keep)
    }

    /// Reduces runs of neighbouring axes, the last run first. `axes` are in ascending order.
    fn along(&self, op: &'static str, kind: Reduce, axes: &[usize], keep: bool) -> Result<Self> {
        if axes.is_empty() {
            return self.require_number(op).map(|()| self.clone());
        }
        let mut result = Cow::Borrowed(self);
        for run in axes.chunk_by(|a, b| a + 1 == *b).rev() {
            result = Cow::Owned(result.reduce_run(op, kind, run[0], run.len())?);
        }
        if !keep {
            let kept = |axis: &usize| !axes.contains(axis);
            let shape: Shape =
                (0..self.ndim()).filter(kept).map(|axis| self.shape()[axis]).collect();
            return result.try_reshape(shape);
        }
        Ok(result.into_owned())
    }

    /// Reduces `count` axes from `first` on to length 1.
    fn reduce_run(
        &self,
        op: &'static str,
        kind: Reduce,
        first: usize,
        count: usize,
    ) -> Result<Self> {
        let dims = self.shape();
        let size = |dims: &[usize]| dims.iter().product::<usize>();
        let [outer, len, inner] =
            [size(&dims[..first]), size(&dims[first..first + count]), size(&dims[first + count..])];
        let one = |(i, &dim)| if (first..first + count).contains(&i) { 1 } else { dim };
        let shape: Shape = dims.iter().enumerate().map(one).collect();
        number_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(outer * inner);
            reduce::<T>(kind, &self.data(), outer, len, inner, &mut out);
            Ok(Self::from_raw::<T>(out, shape))
        }, else Err(not_number(op, self.dtype())))
    }

    fn require_number(&self, op: &'static str) -> Result<()> {
        match self.dtype() {
            got @ (DType::Bool | DType::Bf16 | DType::F16) => Err(not_number(op, got)),
            _ => Ok(()),
        }
    }
}

/// Positions, running sums and norms.
impl Tensor {
    /// The position of the largest element along an axis: the first of equals, NaN before all.
    ///
    /// # Panics
    /// If the axis is empty or outside the shape, or the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]);
    /// assert_eq!(scores.argmax(1), Tensor::from([1i64, 0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn argmax(&self, axis: isize) -> Self {
        expect(self.arg_extreme("argmax", true, axis))
    }

    /// The position of the smallest element along an axis: the first of equals, NaN before all.
    ///
    /// # Panics
    /// If the axis is empty or outside the shape, or the dtype is no number type.
    #[track_caller]
    #[must_use]
    pub fn argmin(&self, axis: isize) -> Self {
        expect(self.arg_extreme("argmin", false, axis))
    }

    fn arg_extreme(&self, op: &'static str, max: bool, axis: isize) -> Result<Self> {
        let axis = self.shape().axis(op, axis)?;
        require_some(op, self.shape(), &[axis])?;
        let [outer, len, inner] = self.shape().around(axis);
        let mut out = Buffer::stale(outer * inner);
        number_dtype!(self.dtype(), T => {
            arg_reduce::<T>(max, &self.data(), outer, len, inner, &mut out);
        }, else return Err(not_number(op, self.dtype())));
        Ok(Self::from_raw::<i64>(out, self.shape().without(axis)))
    }

    /// Sums of everything up to each element along an axis.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype is `bf16` or `f16`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0, 2.0, 3.0]).cumsum(0), Tensor::from([1.0, 3.0, 6.0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumsum(&self, axis: isize) -> Self {
        let axis = expect(self.shape().axis("cumsum", axis));
        let tensor = self.summable();
        number_dtype!(tensor.dtype(), T => tensor.running_sum::<T>(axis),
            else expect(Err(not_number("cumsum", self.dtype()))))
    }

    fn running_sum<T: Num>(&self, axis: usize) -> Self {
        let [outer, len, inner] = self.shape().around(axis);
        let mut out = Buffer::stale(self.size());
        cumsum::<T>(&self.data(), outer, len, inner, &mut out);
        self.like::<T>(out)
    }

    /// The Euclidean norm `√Σx²` of all elements, as a 0-d tensor.
    ///
    /// # Panics
    /// If the dtype isn't `f32` or `f64`.
    #[track_caller]
    #[must_use]
    pub fn norm(&self) -> Self {
        expect(self.require_float("norm"));
        self.square().sum().into_unary(Unary::Sqrt)
    }

    /// The sum over whatever axes broadcasting would have stretched to come from `shape`.
    ///
    /// # Panics
    /// If `shape` doesn't broadcast to the tensor's shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::ones([2, 3]);
    /// assert_eq!(t.sum_to([1, 3]), Tensor::full([1, 3], 2.0));
    /// assert_eq!(t.sum_to(()).item(), 6.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sum_to(&self, shape: impl Into<Shape>) -> Self {
        expect(self.summed_to(shape.into()))
    }

    fn summed_to(&self, shape: Shape) -> Result<Self> {
        if shape == *self.shape() {
            return Ok(self.clone());
        }
        if crate::shape::broadcast("sum_to", self.shape(), &shape).ok().as_ref()
            != Some(self.shape())
        {
            return Err(Error::Shape {
                op: "sum_to",
                got: self.shape().clone(),
                expected: format!("one that {shape} broadcasts to").into(),
                help: "lengths must be equal or 1, matched from the last axis",
            });
        }
        let added = self.ndim() - shape.len();
        let stretched = |&axis: &usize| axis < added || shape[axis - added] != self.shape()[axis];
        let axes: Vec<usize> = (0..self.ndim()).filter(stretched).collect();
        self.along("sum_to", Reduce::Sum, &axes, true)?.try_reshape(shape)
    }
}

/// Values and row length in, values out.
type Kernel<T> = fn(&[T], usize, &mut [T]);

/// Softmax and its relatives.
impl Tensor {
    /// `e^x / Σ e^x` along an axis, without overflow; a lane of −∞ alone gives zeros.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let shares = Tensor::from([1e4, 1e4]).softmax(0);
    /// assert_eq!(shares, Tensor::from([0.5, 0.5]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn softmax(&self, axis: isize) -> Self {
        expect(self.lanewise("softmax", axis, softmax, softmax))
    }

    /// The logarithm of [`Tensor::softmax`], accurate where that is close to 0.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype isn't `f32` or `f64`.
    #[track_caller]
    #[must_use]
    pub fn log_softmax(&self, axis: isize) -> Self {
        expect(self.lanewise("log_softmax", axis, log_softmax, log_softmax))
    }

    /// Runs a kernel (once a type) on the lanes of an axis.
    fn lanewise(
        &self,
        op: &'static str,
        axis: isize,
        single: Kernel<f32>,
        double: Kernel<f64>,
    ) -> Result<Self> {
        let axis = self.shape().axis(op, axis)?;
        match self.dtype() {
            DType::F32 => Ok(self.on_lanes(axis, |lanes| lanes.through(single))),
            DType::F64 => Ok(self.on_lanes(axis, |lanes| lanes.through(double))),
            got => Err(not_float(op, got)),
        }
    }

    /// Runs a kernel on contiguous rows.
    fn through<T: Float>(&self, kernel: Kernel<T>) -> Self {
        let mut out = Buffer::stale(self.size());
        kernel(&self.data(), self.dim(-1), &mut out);
        self.like::<T>(out)
    }

    /// `ln Σ e^x` along an axis, without overflow; −∞ of nothing.
    ///
    /// # Panics
    /// If the axis lies outside the shape, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let sum = Tensor::from([1e4, 1e4]).logsumexp(0).item();
    /// assert!((sum - (1e4 + 2f64.ln())).abs() < 1e-9);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logsumexp(&self, axis: isize) -> Self {
        self.logsumexp_axes(&[axis], false)
    }

    /// Runs a function on the tensor with the axis moved to the end, and moves it back.
    pub(crate) fn on_lanes(&self, axis: usize, f: impl FnOnce(&Self) -> Self) -> Self {
        let (axis, last) = (axis as isize, self.ndim() as isize - 1);
        f(&self.transpose(axis, last).contiguous()).transpose(axis, last)
    }
}

fn require_some(op: &'static str, shape: &Shape, axes: &[usize]) -> Result<()> {
    let empty = axes.iter().any(|&axis| shape[axis] == 0);
    let kept_empty = shape.iter().enumerate().any(|(i, &dim)| dim == 0 && !axes.contains(&i));
    if !empty || kept_empty {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        got: shape.clone(),
        expected: "at least one element to choose from".into(),
        help: "check is_empty() before",
    })
}
