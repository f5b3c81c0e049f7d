//! What convolutions and their transposes share: sizes, settings, and what they refuse.

use crate::{
    Error, Pass, Result, door,
    layer::same_type,
    recipe::refused,
    setting::{at_least_one, per_axis},
};
use brand_nn_autodiff::{self as autodiff, Error as AutodiffError, Init, Param, Var};
use brand_nn_tensor::{Conv, Padding, PerAxis, Shape};

/// The sizes and settings of a window over so many axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub(super) place: &'static str,
    pub(super) axes: usize,
    pub(super) ins: usize,
    pub(super) outs: usize,
    pub(super) kernel: PerAxis,
    pub(super) options: Conv,
}

/// The input, the weight and the bias of one trip.
pub(super) type Parts = (Var, Option<Var>);

impl Filter {
    pub(super) fn new(
        place: &'static str,
        axes: usize,
        sizes: [usize; 2],
        kernel: PerAxis,
    ) -> Self {
        let [ins, outs] = sizes;
        Self { place, axes, ins, outs, kernel, options: Conv::new() }
    }

    /// The channels of `count` that one group has.
    pub(super) fn share(&self, count: usize) -> usize {
        count.checked_div(self.options.groups).unwrap_or(0) // check refuses no groups
    }

    /// The shape `[first, second, kernel ..]`.
    pub(super) fn weight_shape(&self, first: usize, second: usize) -> Shape {
        let kernel = self.kernel.get(self.axes).unwrap_or_default(); // check refuses other axes
        [first, second].into_iter().chain(kernel).collect()
    }

    /// PyTorch's initial values, U(±1/√fan_in), of a weight and of the bias that goes with it.
    pub(super) fn draw(&self, weight: Shape) -> (Param, Param) {
        let fan_in: usize = weight[1..].iter().product();
        let bound = (fan_in.max(1) as f64).sqrt().recip();
        let bias = Param::new([self.outs], Init::Uniform(-bound, bound));
        (Param::new(weight, Init::FanIn), bias)
    }

    /// Inputs from the first tap of the window to its last, along each axis.
    fn reach(&self) -> Vec<usize> {
        let each = |value: PerAxis| value.get(self.axes).unwrap_or_default();
        let taps = each(self.kernel).into_iter().zip(each(self.options.dilation));
        let reach = |(taps, step): (usize, usize)| taps.saturating_sub(1).saturating_mul(step);
        taps.map(|pair| reach(pair).saturating_add(1)).collect()
    }

    /// As many zeros before the only axis as keep the window from what comes after its place.
    pub(super) fn causal(&self) -> Padding {
        let before = self.reach().first().map_or(0, |reach| reach - 1);
        Padding::from([[before, 0]])
    }

    pub(super) fn check(&self) -> autodiff::Result<()> {
        let Self { place, axes, options, .. } = *self;
        at_least_one(place, "in_channels", &[self.ins])?;
        at_least_one(place, "out_channels", &[self.outs])?;
        let settings =
            [("kernel", self.kernel), ("stride", options.stride), ("dilation", options.dilation)];
        for (setting, value) in settings {
            at_least_one(place, setting, &per_axis(place, setting, value, axes)?)?;
        }
        if let Padding::Sides(sides) = options.padding {
            per_axis(place, "padding", sides, axes)?;
        }
        self.check_groups()
    }

    fn check_groups(&self) -> autodiff::Result<()> {
        let Self { ins, outs, .. } = *self;
        let groups = self.options.groups;
        if groups > 0 && ins.is_multiple_of(groups) && outs.is_multiple_of(groups) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: self.place.into(),
            setting: "groups",
            got: format!("{groups} for {ins} channels in and {outs} out"),
            expected: "a number that divides both",
            help: "1 lets all channels see all; as many groups as channels make it depthwise",
        })
    }

    /// The shape of an example with a batch axis, if it has the channels and axes of the window.
    pub(super) fn batch_of_one(&self, example: &Shape) -> Result<Shape> {
        if example.len() == self.axes + 1 && example[0] == self.ins {
            return Ok([1].iter().chain(&example[..]).copied().collect());
        }
        let lengths = ["length", "height, width", "depth, height, width"];
        let lengths = lengths.get(self.axes.wrapping_sub(1)).unwrap_or(&"…");
        let expected = format!("[{} channels, {lengths}] an example", self.ins);
        let help = "channels come before lengths; permute([2, 1]) turns sequences round";
        Err(refused(self.place, example, expected, help))
    }

    /// An example whose axes are shorter than the window.
    pub(super) fn too_short(&self, example: &Shape) -> Error {
        let expected = format!("lengths of {:?} or more, padding included", self.reach());
        refused(self.place, example, expected, "pad more, or use a smaller kernel or dilation")
    }

    /// The weight and the bias, after a look at the input.
    pub(super) fn open(
        &self,
        input: &Var,
        params: (&Param, Option<&Param>),
        pass: &Pass,
    ) -> Result<Parts> {
        let weight = pass.var(params.0)?;
        same_type(self.place, input, weight.dtype())?;
        Ok((weight, params.1.map(|bias| pass.var(bias)).transpose()?))
    }

    /// The shape of one example of the input.
    pub(super) fn example(&self, input: &Var) -> Result<Shape> {
        door::example(self.place, input.shape())
    }
}

/// The name of a layer over 1, 2 or 3 axes.
pub(super) const fn named<const AXES: usize>(names: [&'static str; 3]) -> &'static str {
    match AXES {
        1 => names[0],
        2 => names[1],
        _ => names[2],
    }
}

/// The settings of everything that slides a [`Filter`]; the docs are those of its padding.
macro_rules! sliding_settings {
    ($layer:ident, $(#[$padding:meta])*) => {
        impl<const AXES: usize> $layer<AXES> {
            fn with(mut self, options: Conv) -> Self {
                self.filter.options = options;
                self
            }

            /// Sets how far the window moves from one place to the next; 1 by default.
            #[must_use]
            pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
                let options = self.filter.options.stride(stride);
                self.with(options)
            }

            $(#[$padding])*
            #[must_use]
            pub fn padding(self, padding: impl Into<Padding>) -> Self {
                let options = self.filter.options.padding(padding);
                self.with(options)
            }

            /// Sets how far the taps of the window are from each other; 1 by default.
            #[must_use]
            pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
                let options = self.filter.options.dilation(dilation);
                self.with(options)
            }

            /// Sets the groups of channels that do not see each other; 1 by default.
            ///
            /// The weight gets another shape, so this comes before a value is set.
            #[must_use]
            pub fn groups(self, groups: usize) -> Self {
                let options = self.filter.options.groups(groups);
                let Self { weight, bias, filter, .. } = Self::of(Filter { options, ..self.filter });
                Self { weight, bias: self.bias.and(bias), filter, ..self }
            }

            /// The same layer without a bias.
            #[must_use]
            pub fn without_bias(self) -> Self {
                Self { bias: None, ..self }
            }

            /// The same layer followed by `activation`.
            #[must_use]
            pub fn activation(self, activation: Activation) -> Self {
                Self { activation, ..self }
            }
        }
    };
}
pub(super) use sliding_settings;
