//! Numbers of layers that no type can bound: stored by the constructor, checked when built.

use brand_nn_autodiff::{Error, Params, Result, Visitor};
use brand_nn_tensor::PerAxis;

/// One number of a layer, with the values that it may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) value: f64,
    place: &'static str,
    name: &'static str,
    range: Range,
}

/// The values that a setting may have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Range {
    /// 0 or more.
    NotNegative,
    /// A whole number from 1 on.
    Count,
    /// Any number but NaN and the infinities.
    Finite,
    /// More than 0.
    Positive,
    /// A share: from 0 to 1, both included.
    Share,
    /// A share that is dropped: from 0 to below 1.
    Rate,
}

impl Setting {
    pub(crate) fn new(place: &'static str, name: &'static str, range: Range, value: f64) -> Self {
        Self { value, place, name, range }
    }

    /// What norms add to a variance.
    pub(crate) fn epsilon(place: &'static str, value: f64) -> Self {
        Self::new(place, "epsilon", Range::NotNegative, value)
    }

    /// A number of units or of layers.
    pub(crate) fn count(place: &'static str, name: &'static str, value: usize) -> Self {
        Self::new(place, name, Range::Count, value as f64)
    }

    pub(crate) fn with(self, value: f64) -> Self {
        Self { value, ..self }
    }
}

impl Params for Setting {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> Result<()> {
        let (fits, expected, help) = match self.range {
            Range::NotNegative => (
                self.value >= 0.0 && self.value.is_finite(),
                "a number that is not below 0",
                "leave the setting out for the usual value",
            ),
            Range::Count => {
                (self.value >= 1.0, "at least 1", "a layer without units has no output")
            }
            Range::Finite => (self.value.is_finite(), "a finite number", "write 0.0 for zero"),
            Range::Positive => (
                self.value > 0.0 && self.value.is_finite(),
                "a number above 0",
                "leave the setting out for the usual value",
            ),
            Range::Share => (
                (0.0..=1.0).contains(&self.value),
                "a share between 0 and 1",
                "write 0.1 for ten percent",
            ),
            Range::Rate => (
                (0.0..1.0).contains(&self.value),
                "at least 0 and below 1",
                "the rate is the share that is dropped, not the share that is kept",
            ),
        };
        if fits {
            return Ok(());
        }
        let (place, got) = (self.place.to_owned(), self.value.to_string());
        Err(Error::Setting { place, setting: self.name, got, expected, help })
    }
}

/// A setting that does not fit its layer, or another setting of it.
pub(crate) fn out_of_range(
    place: &str,
    setting: &'static str,
    got: String,
    expected: &'static str,
    help: &'static str,
) -> Error {
    Error::Setting { place: place.to_owned(), setting, got, expected, help }
}

/// Refuses a size of zero.
pub(crate) fn positive(place: &str, setting: &'static str, got: usize) -> Result<()> {
    at_least_one(place, setting, &[got])
}

/// Refuses sizes of which one is zero.
pub(crate) fn at_least_one(place: &str, setting: &'static str, sizes: &[usize]) -> Result<()> {
    if !sizes.contains(&0) {
        return Ok(());
    }
    Err(Error::Setting {
        place: place.into(),
        setting,
        got: if let [size] = sizes { size.to_string() } else { format!("{sizes:?}") },
        expected: "at least 1",
        help: "leave the setting out for the usual value",
    })
}

/// The settings of `axes` axes, one for all or one for each.
pub(crate) fn per_axis<T: Copy + std::fmt::Debug>(
    place: &str,
    setting: &'static str,
    value: PerAxis<T>,
    axes: usize,
) -> Result<Vec<T>> {
    value.get(axes).ok_or_else(|| Error::Setting {
        place: place.into(),
        setting,
        got: format!("{value:?}"),
        expected: "one for all axes, or one for each",
        help: "axes are those behind batch and channels",
    })
}

/// Settings without parameters: a layer that owns only such ones checks them itself.
macro_rules! settings_only {
    ($name:ident: $($setting:ident),+) => {
        impl brand_nn_autodiff::Params for $name {
            fn visit(&self, _: &mut brand_nn_autodiff::Visitor<'_>) {}

            fn check(&self) -> brand_nn_autodiff::Result<()> {
                $(brand_nn_autodiff::Params::check(&self.$setting)?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use settings_only;
