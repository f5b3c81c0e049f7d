//! Settings with the values that they may have.

use crate::{Error, Result};

/// One setting: its name, its value, and the values that it may have.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Range, Setting};
///
/// let error = Setting::new("momentum", 1.5, Range::Share).check("Sgd").unwrap_err();
/// assert_eq!(error.to_string(), "Sgd: momentum is 1.5, expected a number from 0 to below 1");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    name: &'static str,
    value: f64,
    range: Range,
}

impl Setting {
    /// Names a value and says where it may lie.
    #[must_use]
    pub fn new(name: &'static str, value: f64, range: Range) -> Self {
        Self { name, value, range }
    }

    /// Refuses a value outside its range.
    ///
    /// # Errors
    /// If it is; the message has `owner`, the setting, the value and the range.
    pub fn check(&self, owner: &'static str) -> Result<()> {
        if self.range.holds(self.value) {
            return Ok(());
        }
        let (setting, got, expected) = (self.name, self.value, self.range.words());
        Err(Error::Setting { owner, setting, got, expected })
    }
}

/// The values that a setting may have; none of them is infinite or NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Any number.
    Finite,
    /// x > 0.
    Positive,
    /// x ≥ 0.
    NotNegative,
    /// x ≤ 0.
    NotPositive,
    /// 0 ≤ x < 1.
    Share,
    /// 0 ≤ x ≤ 1.
    Unit,
    /// x ≥ 1.
    AtLeastOne,
}

impl Range {
    fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Finite => true,
                Self::Positive => value > 0.0,
                Self::NotNegative => value >= 0.0,
                Self::NotPositive => value <= 0.0,
                Self::Share => (0.0..1.0).contains(&value),
                Self::Unit => (0.0..=1.0).contains(&value),
                Self::AtLeastOne => value >= 1.0,
            }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Finite => "a finite number",
            Self::Positive => "a number above 0",
            Self::NotNegative => "a number of at least 0",
            Self::NotPositive => "a number of at most 0",
            Self::Share => "a number from 0 to below 1",
            Self::Unit => "a number from 0 to 1",
            Self::AtLeastOne => "a number of at least 1",
        }
    }
}
