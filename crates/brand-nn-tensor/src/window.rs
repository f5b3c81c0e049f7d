//! Settings of what slides over images: stride, padding and dilation of each axis.

use brand_nn_kernels::{Slide, Window};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A setting for each axis of an image, or one for all of them.
///
/// A number stands for all axes; an array has one entry an axis: depth, height, width.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::PerAxis;
///
/// assert_eq!(PerAxis::from(2), PerAxis::All(2));
/// assert_eq!(PerAxis::from([2, 1]), PerAxis::Two([2, 1]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerAxis<T = usize> {
    /// The same for any number of axes.
    All(T),
    /// For sequences: width.
    One([T; 1]),
    /// For images: height and width.
    Two([T; 2]),
    /// For volumes: depth, height and width.
    Three([T; 3]),
}

impl<T: Copy> PerAxis<T> {
    /// The settings of `axes` axes, or `None` where there is another number of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::PerAxis;
    ///
    /// assert_eq!(PerAxis::from(3).get(2), Some(vec![3, 3]));
    /// assert_eq!(PerAxis::from([3]).get(2), None);
    /// ```
    #[must_use]
    pub fn get(&self, axes: usize) -> Option<Vec<T>> {
        let each = match self {
            Self::All(one) => return Some(vec![*one; axes]),
            Self::One(each) => &each[..],
            Self::Two(each) => each,
            Self::Three(each) => each,
        };
        (each.len() == axes).then(|| each.to_vec())
    }
}

macro_rules! per_axis {
    ($($type:ty),*) => {$(
        impl From<$type> for PerAxis<$type> {
            fn from(all: $type) -> Self {
                Self::All(all)
            }
        }
    )*};
    (each $($count:literal $variant:ident),*) => {$(
        impl<T> From<[T; $count]> for PerAxis<T> {
            fn from(each: [T; $count]) -> Self {
                Self::$variant(each)
            }
        }

        impl From<[usize; $count]> for Padding {
            fn from(each: [usize; $count]) -> Self {
                Self::Sides(PerAxis::$variant(each.map(|side| [side, side])))
            }
        }

        impl From<[[usize; 2]; $count]> for Padding {
            fn from(each: [[usize; 2]; $count]) -> Self {
                Self::Sides(PerAxis::$variant(each))
            }
        }
    )*};
}

per_axis!(usize, f64);
per_axis!(each 1 One, 2 Two, 3 Three);

/// What is thought around an image before a window slides over it.
///
/// A number pads all sides alike, an array of numbers has one an axis, an array of pairs has the
/// elements before and after each axis.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Padding, PerAxis};
///
/// assert_eq!(Padding::from([1, 2]), Padding::from([[1, 1], [2, 2]]));
/// assert_eq!(Padding::default(), Padding::from(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// As much as gives ⌈input ÷ stride⌉ outputs; an odd element comes after, as in Keras.
    Same,
    /// So many elements before and after each axis.
    Sides(PerAxis<[usize; 2]>),
}

impl Default for Padding {
    fn default() -> Self {
        Self::from(0)
    }
}

impl From<usize> for Padding {
    fn from(side: usize) -> Self {
        Self::Sides(PerAxis::All([side, side]))
    }
}

/// How a window slides: what all kinds of windows share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sliding {
    pub(crate) stride: PerAxis,
    pub(crate) padding: Padding,
    pub(crate) dilation: PerAxis,
    /// Whether a last window may reach beyond the padded input.
    pub(crate) ceil_mode: bool,
}

impl Sliding {
    /// The window of a `kernel` over axes of `input` elements.
    pub(crate) fn window(
        &self,
        op: &'static str,
        input: &[usize],
        kernel: &[usize],
    ) -> Result<Window> {
        let slides = self.slides(op, input, kernel)?;
        let mut window = Window { axes: [Slide::ONE; 3] };
        for (to, (slide, _)) in window.axes[3 - slides.len()..].iter_mut().zip(slides) {
            *to = slide;
        }
        Ok(window)
    }

    /// Each axis, and where its padded input ends.
    pub(crate) fn slides(
        &self,
        op: &'static str,
        input: &[usize],
        kernel: &[usize],
    ) -> Result<Vec<(Slide, usize)>> {
        let axes = input.len();
        let stride = positive(op, "stride", self.stride, axes)?;
        let dilation = positive(op, "dilation", self.dilation, axes)?;
        let sides = match self.padding {
            Padding::Same => None,
            Padding::Sides(sides) => Some(for_axes(op, "padding", sides, axes)?),
        };
        let one = |axis: usize| {
            let [input, kernel, stride, dilation] =
                [input[axis], kernel[axis], stride[axis], dilation[axis]];
            let slide = Slide { input, output: 0, kernel, stride, dilation, before: 0 };
            match &sides {
                None => same(op, slide),
                Some(sides) => self.padded(op, slide, sides[axis]),
            }
        };
        (0..axes).map(one).collect()
    }

    /// One axis with elements before and after.
    fn padded(
        &self,
        op: &'static str,
        slide: Slide,
        [before, after]: [usize; 2],
    ) -> Result<(Slide, usize)> {
        let Slide { input, stride, .. } = slide;
        let reach = reach(op, slide)?;
        let padded = before.checked_add(after).and_then(|sides| sides.checked_add(input));
        let Some(room) = padded.and_then(|padded| padded.checked_sub(reach)) else {
            return Err(too_wide(op, slide, reach, [before, after]));
        };
        let mut output = room / stride + 1;
        // One window more, if it begins inside the input or what was thought before it.
        let starts_inside = output.checked_mul(stride).is_some_and(|start| start < input + before);
        if self.ceil_mode && !room.is_multiple_of(stride) && starts_inside {
            output += 1;
        }
        Ok((Slide { output, before, ..slide }, before + input + after))
    }
}

/// One axis with as many outputs as strides begin in the input.
fn same(op: &'static str, slide: Slide) -> Result<(Slide, usize)> {
    let output = slide.input.div_ceil(slide.stride);
    let reach = reach(op, slide)?;
    let span = output.saturating_sub(1).saturating_mul(slide.stride).saturating_add(reach);
    let before = span.saturating_sub(slide.input) / 2;
    Ok((Slide { output, before, ..slide }, span.max(slide.input)))
}

/// Inputs from the first tap of a window to its last.
fn reach(op: &'static str, slide: Slide) -> Result<usize> {
    let steps = slide.kernel.checked_sub(1).ok_or_else(|| Error::Setting {
        op,
        setting: "kernel",
        got: "0".into(),
        expected: "1 or more on every axis".into(),
        help: "a window has at least one element",
    })?;
    Ok(steps.saturating_mul(slide.dilation).saturating_add(1))
}

fn too_wide(op: &'static str, slide: Slide, reach: usize, [before, after]: [usize; 2]) -> Error {
    let input = slide.input;
    Error::Setting {
        op,
        setting: "kernel",
        got: format!("{} with dilation {}, {reach} wide", slide.kernel, slide.dilation),
        expected: format!("at most the padded input, {before} + {input} + {after}"),
        help: "pad more, or use a smaller kernel or dilation",
    }
}

/// A setting that is above 0 on each axis.
pub(crate) fn positive(
    op: &'static str,
    setting: &'static str,
    value: PerAxis,
    axes: usize,
) -> Result<Vec<usize>> {
    let values = for_axes(op, setting, value, axes)?;
    if values.contains(&0) {
        return Err(Error::Setting {
            op,
            setting,
            got: format!("{values:?}"),
            expected: "1 or more on every axis".into(),
            help: "1 visits every element",
        });
    }
    Ok(values)
}

/// A setting of each axis.
pub(crate) fn for_axes<T: Copy + std::fmt::Debug>(
    op: &'static str,
    setting: &'static str,
    value: PerAxis<T>,
    axes: usize,
) -> Result<Vec<T>> {
    value.get(axes).ok_or_else(|| Error::Setting {
        op,
        setting,
        got: format!("{value:?}"),
        expected: format!("one number for all axes, or one for each of {axes}"),
        help: "axes are those behind images and channels",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[input, kernel, stride, dilation]` → outputs and what is thought before, or a refusal.
    #[track_caller]
    fn check(sizes: [usize; 4], padding: Padding, ceil_mode: bool, expected: Option<[usize; 2]>) {
        let [input, kernel, stride, dilation] = sizes;
        let (stride, dilation) = (PerAxis::All(stride), PerAxis::One([dilation]));
        let sliding = Sliding { stride, padding, dilation, ceil_mode };
        let window = sliding.window("test", &[input], &[kernel]).ok();
        let found = window.map(|window| [window.axes[2].output, window.axes[2].before]);
        assert_eq!(found, expected);
    }

    #[test]
    fn windows_are_counted_as_elsewhere() {
        check([7, 3, 1, 1], 0.into(), false, Some([5, 0]));
        check([7, 3, 2, 2], 1.into(), false, Some([3, 1]));
        check([7, 3, 1, 1], [[2, 0]].into(), false, Some([7, 2]));
        check([6, 2, 3, 1], 0.into(), false, Some([2, 0]));
        check([6, 2, 3, 1], 0.into(), true, Some([2, 0])); // the third would begin outside
        check([7, 2, 3, 1], 0.into(), true, Some([3, 0]));
        check([7, 4, 1, 1], Padding::Same, false, Some([7, 1]));
        check([7, 3, 2, 1], Padding::Same, false, Some([4, 1]));
        check([0, 3, 1, 1], Padding::Same, false, Some([0, 1]));
        check([0, 3, 1, 1], 2.into(), false, Some([2, 2]));
        check([2, 3, 1, 1], 0.into(), false, None);
        check([2, 2, 1, usize::MAX], 0.into(), true, None);
        check([2, 1, 1, 1], usize::MAX.into(), false, None);
    }

    #[test]
    fn settings_are_numbers_or_lists_in_files() {
        let check = |value: PerAxis, text: &str| {
            assert_eq!(serde_json::to_string(&value).unwrap_or_default(), text);
            assert_eq!(serde_json::from_str::<PerAxis>(text).ok(), Some(value));
        };
        check(2.into(), "2");
        check([2].into(), "[2]");
        check([2, 1].into(), "[2,1]");
        check([2, 1, 3].into(), "[2,1,3]");
        assert!(serde_json::from_str::<PerAxis>("[1,2,3,4]").is_err());
    }
}
