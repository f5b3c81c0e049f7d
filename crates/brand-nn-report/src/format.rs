//! How numbers are written on axes, in cells and in sentences.

use serde::Serialize;

/// The way a figure writes its numbers.
///
/// # Examples
/// ```
/// use brand_nn_report::Format;
/// assert_eq!(Format::Number.text(1234.5, 1), "1,234.5");
/// assert_eq!(Format::Percent.text(0.1234, 1), "12.3 %");
/// assert_eq!(Format::Money("€".into()).text(-1e6, 0), "−€1,000,000");
/// assert_eq!(Format::Number.text(f64::NAN, 2), "–");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// `1,234.5`.
    #[default]
    Number,
    /// A share as `12.3 %`.
    Percent,
    /// An amount behind its sign, as `¥1,234`.
    Money(String),
}

impl Format {
    /// The number with so many decimals; in powers of ten where it would be too long.
    #[must_use]
    pub fn text(&self, value: f64, decimals: usize) -> String {
        match self {
            Self::Number => number(value, decimals),
            Self::Percent if value.is_nan() => number(value, decimals),
            Self::Percent => format!("{} %", number(value * 100.0, decimals)),
            Self::Money(sign) => {
                let amount = number(value.abs(), decimals);
                if value < 0.0 { format!("−{sign}{amount}") } else { format!("{sign}{amount}") }
            }
        }
    }

    /// The number with three digits that count, as a cell or a label has it.
    #[must_use]
    pub fn short(&self, value: f64) -> String {
        let shown = if *self == Self::Percent { value * 100.0 } else { value };
        self.text(value, decimals(shown))
    }
}

/// Decimals that leave three digits that count; none for whole numbers.
fn decimals(value: f64) -> usize {
    let size = value.abs();
    if size == size.round() || !size.is_finite() {
        return 0;
    }
    (2.0 - size.log10().floor()).clamp(0.0, 4.0) as usize
}

fn number(value: f64, decimals: usize) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    if value.is_nan() {
        "–".to_owned()
    } else if size.is_infinite() {
        format!("{sign}∞")
    } else if size >= 1e12 || (size > 0.0 && size < 1e-4 && decimals > 3) {
        format!("{sign}{size:.2e}")
    } else {
        let text = grouped(&format!("{size:.decimals$}"));
        let is_zero = text.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
        if is_zero { text } else { format!("{sign}{text}") }
    }
}

/// Commas between thousands.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, decimals: usize, text: &str, short: &str) {
        assert_eq!(Format::Number.text(value, decimals), text);
        assert_eq!(Format::Number.short(value), short);
    }

    #[test]
    fn numbers_as_people_write_them() {
        check(0.0, 0, "0", "0");
        check(-0.001, 2, "0.00", "−0.0010");
        check(999.0, 0, "999", "999");
        check(1000.0, 0, "1,000", "1,000");
        check(-1_234_567.891, 2, "−1,234,567.89", "−1,234,568");
        check(0.5, 1, "0.5", "0.500");
        check(12.345, 1, "12.3", "12.3");
        check(1e300, 0, "1.00e300", "1.00e300");
        check(1e-9, 5, "1.00e-9", "1.00e-9");
        check(f64::NEG_INFINITY, 1, "−∞", "−∞");
        check(f64::NAN, 1, "–", "–");
    }
}
