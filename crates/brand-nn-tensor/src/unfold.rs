//! Windows of images side by side, and channels turned into places and back.

use brand_nn_kernels::{Buffer, Window, fold, unfold};

use crate::create::require_possible;
use crate::error::{expect, refuse};
use crate::storage::float_dtype;
use crate::tensor::not_float;
use crate::window::for_axes;
use crate::{Conv, Error, PerAxis, Result, Shape, Tensor};

impl Tensor {
    /// All windows of images as columns: what a convolution multiplies with its weight.
    ///
    /// # Shapes
    /// `[images, channels, length ..]` → `[images, channels · taps, places]`.
    ///
    /// # Panics
    /// If shape, dtype or settings don't fit, or there is more than one group.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Conv, Tensor};
    ///
    /// let windows = Tensor::from([[[1.0, 2.0, 3.0]]]).unfold(2, Conv::new());
    /// assert_eq!(windows, Tensor::from([[[1.0, 2.0], [2.0, 3.0]]]));
    /// ```
    #[doc(alias = "im2col")]
    #[track_caller]
    #[must_use]
    pub fn unfold(&self, kernel: impl Into<PerAxis>, options: Conv) -> Self {
        const OP: &str = "unfold";
        let window = expect(window(OP, self.shape(), kernel.into(), options));
        let channels = self.dim(1) * window.taps();
        let shape = Shape::from([self.dim(0), channels, window.outputs()]);
        expect(require_possible(OP, &shape, self.dtype()));
        let result = float_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(shape.size());
            unfold(&window, &self.data::<T>(), &mut out);
            Ok(Self::from_raw::<T>(out, shape))
        }, else Err(not_float(OP, self.dtype())));
        expect(result)
    }

    /// Adds the columns of [`Tensor::unfold`] up where they came from: its adjoint.
    ///
    /// # Shapes
    /// `[images, channels · taps, places]` → `[images, channels, lengths ..]`.
    ///
    /// # Panics
    /// If shape, dtype or settings don't fit, or there is more than one group.
    #[doc(alias = "col2im")]
    #[track_caller]
    #[must_use]
    pub fn fold(&self, lengths: &[usize], kernel: impl Into<PerAxis>, options: Conv) -> Self {
        const OP: &str = "fold";
        let [images, rows, places] = expect(self.dims());
        let unit: Shape = [images, 1].into_iter().chain(lengths.iter().copied()).collect();
        let window = expect(window(OP, &unit, kernel.into(), options));
        if places != window.outputs() || !rows.is_multiple_of(window.taps()) {
            let (taps, places) = (window.taps(), window.outputs());
            refuse(Error::Shape {
                op: OP,
                got: self.shape().clone(),
                expected: format!("[images, channels · {taps}, {places}]").into(),
                help: "give the lengths and settings of the unfold that is turned round",
            });
        }
        let shape = unit.with(1, rows / window.taps());
        expect(require_possible(OP, &shape, self.dtype()));
        let result = float_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(shape.size());
            fold(&window, &self.data::<T>(), &mut out);
            Ok(Self::from_raw::<T>(out, shape))
        }, else Err(not_float(OP, self.dtype())));
        expect(result)
    }
}

fn window(op: &'static str, input: &Shape, kernel: PerAxis, options: Conv) -> Result<Window> {
    let lengths = crate::pool::lengths(op, input)?;
    if options.groups != 1 {
        return Err(Error::Setting {
            op,
            setting: "groups",
            got: options.groups.to_string(),
            expected: "1".into(),
            help: "cut the channels into groups first",
        });
    }
    options.sliding().window(op, lengths, &for_axes(op, "kernel", kernel, lengths.len())?)
}
