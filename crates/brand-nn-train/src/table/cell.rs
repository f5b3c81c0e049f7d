//! What a cell may hold: the types of columns, how cells are read as them, which type fits.

use serde::{Deserialize, Serialize};

use super::rows::Cell;
use super::{Column, Date};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ColumnType {
    /// Whole numbers that fit 64 bits.
    I64,
    /// Finite numbers, written as `1234.5` or `1.2345e3`.
    F64,
    /// Yes and no, written as `true`, `yes`, `y`, `1` or `false`, `no`, `n`, `0`.
    Bool,
    /// Days, written as `2024-02-29`, `2024/2/29` or `20240229`.
    Date,
    /// Texts, names of categories too.
    Text,
}

impl ColumnType {
    pub(crate) const ALL: [Self; 5] = [Self::I64, Self::F64, Self::Bool, Self::Date, Self::Text];

    /// What a cell of the type looks like, for messages.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::I64 => "a whole number",
            Self::F64 => "a number",
            Self::Bool => "true or false",
            Self::Date => "a day such as 2024-02-29",
            Self::Text => "a text",
        }
    }

    /// Whether a cell alone would be taken for the type.
    ///
    /// It is stricter than reading: 007, which would lose its zeros, is no number unless it was
    /// asked to be one, nor is 1 a yes.
    pub(crate) fn suits(self, cell: Cell<'_>) -> bool {
        let text = cell.text.trim();
        match self {
            Self::I64 => !cell.quoted && !pads(text) && text.parse::<i64>().is_ok(),
            Self::F64 => !cell.quoted && !pads(text) && !is_long(text) && number(text).is_some(),
            Self::Bool => !cell.quoted && ["true", "false"].contains(&&*text.to_lowercase()),
            Self::Date => text.contains(['-', '/']) && text.parse::<Date>().is_ok(),
            Self::Text => true,
        }
    }
}

/// A finite number, as Rust writes it.
pub(crate) fn number(text: &str) -> Option<f64> {
    if let Some(value) = short_decimal(text.as_bytes()) {
        return Some(value); // most cells are such, and it needs a third of the time
    }
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number of at most 15 digits without an exponent, to the last bit what [`str::parse`] makes of it.
///
/// Such digits and the power of ten below them are whole numbers that `f64` has exactly, so that one
/// division rounds once (W. D. Clinger, How to read floating point numbers accurately, 1990).
fn short_decimal(text: &[u8]) -> Option<f64> {
    let (is_negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if unsigned.len() > 16 {
        return None;
    }
    let (mut digits, mut scale, mut past_point) = (0_u64, 1_u64, false);
    for &byte in unsigned {
        match byte {
            b'0'..=b'9' => {
                digits = 10 * digits + u64::from(byte - b'0');
                scale *= if past_point { 10 } else { 1 };
            }
            b'.' if !past_point => past_point = true,
            _ => return None,
        }
    }
    let count = unsigned.len() - usize::from(past_point);
    let value = digits as f64 / scale as f64;
    (1..=15).contains(&count).then_some(if is_negative { -value } else { value })
}

/// Whether a number is written with zeros in front, as codes are.
fn pads(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit()
}

/// Whether digits alone would lose some as `f64`, being no `i64`.
fn is_long(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_err()
}

fn truth(text: &str) -> Option<bool> {
    match &*text.trim().to_lowercase() {
        "true" | "yes" | "y" | "1" => Some(true),
        "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

impl Column {
    /// Takes in one more cell; false if its type can't hold it.
    pub(crate) fn push(&mut self, cell: Option<&str>) -> bool {
        match self {
            Self::F64(values) => push(values, cell, number),
            Self::I64(values) => push(values, cell, |text| text.trim().parse().ok()),
            Self::Bool(values) => push(values, cell, truth),
            Self::Date(values) => push(values, cell, |text| text.parse().ok()),
            Self::Text(values) => push(values, cell, |text| Some(text.to_owned())),
        }
    }
}

fn push<T>(
    values: &mut Vec<Option<T>>,
    cell: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> bool {
    let value = cell.and_then(read);
    let holds = value.is_some() || cell.is_none();
    values.push(value);
    holds
}

/// How to mend a cell that is not of its column's type.
pub(crate) fn advice(text: &str, kind: ColumnType) -> &'static str {
    let text = text.trim();
    let is_number = |text: &str| number(text).is_some();
    match kind {
        ColumnType::Date if text.len() >= 8 && text.bytes().any(|b| b.is_ascii_digit()) => {
            "write year, month and day, and check that the month has that day"
        }
        ColumnType::I64 | ColumnType::F64 if text.chars().any(is_wide_digit) => {
            "write digits as 0 to 9, in half width"
        }
        ColumnType::I64 | ColumnType::F64 if is_number(&text.replace(',', "")) => {
            if text.contains(',') {
                "remove the commas between thousands"
            } else {
                "read the column as f64"
            }
        }
        ColumnType::I64 | ColumnType::F64 if text.ends_with('%') => {
            "remove the percent sign from all cells"
        }
        ColumnType::I64 | ColumnType::F64 if text.starts_with(['¥', '￥', '$', '€', '£']) => {
            "remove the currency sign"
        }
        ColumnType::I64 | ColumnType::F64 if text.parse::<f64>().is_ok() => {
            "leave the cell empty if the value is missing; numbers end at 1.8e308"
        }
        _ => "correct the cell, name it a missing value, or read the column as text",
    }
}

fn is_wide_digit(c: char) -> bool {
    ('０'..='９').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_decimals_are_what_std_makes_of_them(text in "[-+]?[0-9]{0,17}[.]?[0-9]{0,17}[.e]?") {
            if let Some(value) = short_decimal(text.as_bytes()) {
                prop_assert_eq!(Ok(value.to_bits()), text.parse::<f64>().map(f64::to_bits));
            }
        }
    }

    #[test]
    fn short_decimals_are_known() {
        for (text, value) in [
            ("0", 0.0),
            ("-65.5350", -65.535),
            (".5", 0.5),
            ("123456789012345", 123_456_789_012_345.0),
        ] {
            assert_eq!(short_decimal(text.as_bytes()), Some(value), "{text}");
        }
        assert_eq!(short_decimal(b"-0").map(f64::to_bits), Some((-0.0_f64).to_bits()));
        for text in ["", "-", ".", "-.", "1e5", "1.2.3", "+1", "1234567890123456", " 1"] {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text}");
        }
    }
}
