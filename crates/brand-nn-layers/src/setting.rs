//! Numbers of layers that no type can bound: stored by the constructor, checked when built.

use brand_nn_autodiff::{Error, Params, Result, Visitor};

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
        };
        if fits {
            return Ok(());
        }
        let (place, got) = (self.place.to_owned(), self.value.to_string());
        Err(Error::Setting { place, setting: self.name, got, expected, help })
    }
}

/// Refuses a size of zero.
pub(crate) fn positive(place: &str, setting: &'static str, got: usize) -> Result<()> {
    match got {
        0 => {
            let help = "an empty layer has no output";
            Err(out_of_range(place, setting, "0".to_owned(), "at least 1", help))
        }
        _ => Ok(()),
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
