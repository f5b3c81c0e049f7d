//! Pools whose window slides over sequences and images.

use crate::{
    Layer, Pass, Result,
    pool::pooling::{Largest, Mean, Pooling, example, named, other_axes},
    recipe::refused,
    setting::{at_least_one, per_axis},
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::{Padding, PerAxis, Pool, Shape};
use std::marker::PhantomData;

/// The largest element of each window of a sequence; see [`PoolNd`].
pub type MaxPool1d = PoolNd<Largest, 1>;
/// The largest element of each window of an image; see [`PoolNd`].
pub type MaxPool2d = PoolNd<Largest, 2>;
/// The mean of each window of a sequence; see [`PoolNd`].
pub type AvgPool1d = PoolNd<Mean, 1>;
/// The mean of each window of an image; see [`PoolNd`].
pub type AvgPool2d = PoolNd<Mean, 2>;

/// The largest or the mean element of each window: [`MaxPool1d`] to [`AvgPool2d`].
///
/// Windows lie side by side unless [`stride`](Self::stride) says else. Padding is never the
/// largest; means count it as PyTorch does unless told otherwise.
///
/// # Shapes
/// `[batch, channels, length ..]`; a length n becomes
/// ⌊(n + before + after − (kernel − 1) dilation − 1) / stride⌋ + 1, or rounded up in
/// [`ceil_mode`](Self::ceil_mode).
///
/// # Errors
/// If the input has other axes, no floats, or a window would see padding alone. `init`, `build`
/// and `load` refuse sizes of 0 and settings for another number of axes.
///
/// # Examples
/// ```
/// use brand_nn_layers::{AvgPool1d, Call, MaxPool1d, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([[[1.0, 3.0, 7.0, 5.0]]]);
/// let pass = &mut Pass::inference();
/// assert_eq!(MaxPool1d::new(2).call(&x, pass)?.tensor(), &Tensor::from([[[3.0, 7.0]]]));
/// assert_eq!(AvgPool1d::new(2).call(&x, pass)?.tensor(), &Tensor::from([[[2.0, 6.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PoolNd<P, const AXES: usize> {
    options: Pool,
    place: &'static str,
    pooling: PhantomData<P>,
}

impl<P: Pooling, const AXES: usize> PoolNd<P, AXES> {
    /// Makes the layer for windows of `kernel` places an axis.
    #[must_use]
    pub fn new(kernel: impl Into<PerAxis>) -> Self {
        Self { options: Pool::new(kernel), place: named::<P, AXES>(KINDS), pooling: PhantomData }
    }

    /// Sets the inputs from one window to the next; as many as the window has by default.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        Self { options: self.options.stride(stride), ..self }
    }

    /// Sets the padding at the sides, or [`Padding::Same`] for ⌈input ÷ stride⌉ outputs; none by
    /// default.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding>) -> Self {
        Self { options: self.options.padding(padding), ..self }
    }

    /// Sets whether a last window may reach beyond the padded input; not by default.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        Self { options: self.options.ceil_mode(ceil_mode), ..self }
    }
}

const KINDS: [[&str; 2]; 2] = [["max_pool1d", "max_pool2d"], ["avg_pool1d", "avg_pool2d"]];

impl<const AXES: usize> PoolNd<Largest, AXES> {
    /// Sets the inputs from one tap of the window to the next; 1 by default.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
        Self { options: self.options.dilation(dilation), ..self }
    }
}

impl<const AXES: usize> PoolNd<Mean, AXES> {
    /// Sets whether means count the padding; they do by default.
    #[must_use]
    pub fn count_include_pad(self, count: bool) -> Self {
        Self { options: self.options.count_include_pad(count), ..self }
    }
}

impl<P: Pooling, const AXES: usize> Params for PoolNd<P, AXES> {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> autodiff::Result<()> {
        let Pool { kernel, stride, padding, dilation, .. } = self.options;
        let settings =
            [("kernel", kernel), ("stride", stride.unwrap_or(kernel)), ("dilation", dilation)];
        for (setting, value) in settings {
            at_least_one(self.place, setting, &per_axis(self.place, setting, value, AXES)?)?;
        }
        if let Padding::Sides(sides) = padding {
            per_axis(self.place, "padding", sides, AXES)?;
        }
        Ok(())
    }
}

impl<P: Pooling, const AXES: usize> Layer for PoolNd<P, AXES> {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.check()?;
        self.output_shape(&example(self.place, &input)?)?;
        Ok(P::sliding(&input, self.options))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if input.len() != AXES + 1 {
            return Err(other_axes::<AXES>(self.place, input));
        }
        let batch: Shape = [1].iter().chain(&input[..]).copied().collect();
        let shape = self.options.output_shape(&batch).map(|shape| shape[1..].into());
        shape.map_err(|_| {
            let expected = "lengths so that every window fits and sees an input";
            refused(self.place, input, expected, "pad by half of the kernel at most")
        })
    }
}

macro_rules! recipes {
    ($($kind:ident $alias:ident $layer:ident $pooling:ident $axes:literal $keras:literal;)*) => {$(
        #[doc = concat!("A recipe for [`", stringify!($layer), "`]; see [`PoolRecipe`].")]
        #[doc(alias = $keras)]
        #[must_use]
        pub fn $kind(kernel: impl Into<PerAxis>) -> $alias {
            PoolRecipe::new(kernel.into())
        }

        #[doc = concat!("The settings that [`", stringify!($kind), "`] makes.")]
        pub type $alias = PoolRecipe<$pooling, $axes>;
    )*};
}

recipes! {
    max_pool1d MaxPool1dRecipe MaxPool1d Largest 1 "MaxPooling1D";
    max_pool2d MaxPool2dRecipe MaxPool2d Largest 2 "MaxPooling2D";
    avg_pool1d AvgPool1dRecipe AvgPool1d Mean 1 "AveragePooling1D";
    avg_pool2d AvgPool2dRecipe AvgPool2d Mean 2 "AveragePooling2D";
}

recipe! {
    /// The settings of a pool of examples `[channels, length ..]`, with Keras' defaults.
    ///
    /// Means leave the padding out, where the types count it as PyTorch does.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Sequential, conv2d, max_pool2d};
    ///
    /// let network = Sequential::new().add(conv2d(8, 3)).add(max_pool2d(2)).build([1, 28, 28])?;
    /// assert_eq!(network.output_shape_of_example()[..], [8, 13, 13]);
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    PoolRecipe<{P: Pooling, const AXES: usize} {P, AXES}> = named::<P, AXES>(KINDS);
    needs { kernel: PerAxis, stride: Option<PerAxis>, #[settings(skip)] pooling: PhantomData<P> }
    defaults {
        /// The padding at the sides, or [`Padding::Same`]; none by default.
        padding(impl Into<Padding>): Padding;
        /// Whether a last window may reach beyond the padded input; not by default.
        ceil_mode(bool): bool;
        /// Whether means count the padding; not by default.
        count_include_pad(bool): bool;
    }
    build(self, _input) {
        let Self { kernel, stride, padding, ceil_mode, count_include_pad, .. } = *self;
        let options = Pool { stride, padding, ceil_mode, count_include_pad, ..Pool::new(kernel) };
        let layer = PoolNd::<P, AXES> { options, ..PoolNd::new(kernel) };
        layer.check()?;
        Ok(Box::new(layer))
    }
}

impl<P: Pooling, const AXES: usize> PoolRecipe<P, AXES> {
    /// The inputs from one window to the next; as many as the window has by default.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        Self { stride: Some(stride.into()), ..self }
    }

    fn new(kernel: PerAxis) -> Self {
        let (stride, padding, pooling) = (None, Padding::default(), PhantomData);
        Self { kernel, pooling, stride, padding, ceil_mode: false, count_include_pad: false }
    }
}
