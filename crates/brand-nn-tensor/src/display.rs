//! Tensors in print, laid out as NumPy lays them out.

use std::fmt::{self, Write};

use brand_nn_kernels::{Bf16, F16};

use crate::{DType, Tensor};

/// Above this many elements the middle of each axis is left out.
const THRESHOLD: usize = 1000;
/// Elements shown at either end of an abbreviated axis.
const EDGE: usize = 3;
/// Digits after the point.
const PRECISION: usize = 8;
/// Characters in a line.
const WIDTH: usize = 75;

impl fmt::Display for Tensor {
    /// The values, then the shape and dtype.
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1.0f32, 2.5], [-3.0, 4.0]]);
    /// assert_eq!(t.to_string(), "[[ 1.   2.5]\n [-3.   4. ]]\nshape [2, 2], f32");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_values(self, f)?;
        write!(f, "\nshape {}, {}", self.shape(), self.dtype())
    }
}

impl fmt::Debug for Tensor {
    /// As [`Display`](fmt::Display).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn write_values(tensor: &Tensor, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if tensor.is_empty() {
        return f.write_str("[]");
    }
    let abbreviate = tensor.size() > THRESHOLD;
    let mut visible = Vec::new();
    gather(tensor, abbreviate, &mut visible);
    if tensor.ndim() == 0 {
        return f.write_str(&alone(&visible[0]));
    }
    let mut cells = cells(&visible).into_iter();
    let mut page = Page { f, cells: &mut cells, abbreviate };
    page.axis(tensor.shape(), 0)
}

/// Writes prepared texts between brackets.
struct Page<'a, 'b, I> {
    f: &'a mut fmt::Formatter<'b>,
    cells: &'a mut I,
    abbreviate: bool,
}

impl<I: Iterator<Item = String>> Page<'_, '_, I> {
    fn axis(&mut self, shape: &[usize], depth: usize) -> fmt::Result {
        self.f.write_char('[')?;
        match *shape {
            [len] => self.row(len, depth)?,
            [len, ref inner @ ..] => self.block(len, inner, depth)?,
            [] => {}
        }
        self.f.write_char(']')
    }

    /// Elements side by side, going on in the next line where they don't fit.
    fn row(&mut self, len: usize, depth: usize) -> fmt::Result {
        let indent = depth + 1;
        let mut used = indent;
        for (i, shown) in shown(len, self.abbreviate).into_iter().enumerate() {
            let cell = match shown {
                Some(_) => self.cells.next().unwrap_or_default(),
                None => "...".into(),
            };
            if i > 0 && used + 1 + cell.len() > WIDTH - indent {
                write!(self.f, "\n{:indent$}", "")?;
                used = indent;
            } else if i > 0 {
                self.f.write_char(' ')?;
                used += 1;
            }
            used += cell.len();
            self.f.write_str(&cell)?;
        }
        Ok(())
    }

    /// Parts under each other, with empty lines between blocks.
    fn block(&mut self, len: usize, inner: &[usize], depth: usize) -> fmt::Result {
        for (i, shown) in shown(len, self.abbreviate).into_iter().enumerate() {
            if i > 0 {
                let gap = "\n".repeat(inner.len());
                write!(self.f, "{gap}{:indent$}", "", indent = depth + 1)?;
            }
            match shown {
                Some(_) => self.axis(inner, depth + 1)?,
                None => self.f.write_str("...")?,
            }
        }
        Ok(())
    }
}

/// The indices that are shown, with `None` for what is left out.
fn shown(len: usize, abbreviate: bool) -> Vec<Option<usize>> {
    if !abbreviate || len <= 2 * EDGE {
        return (0..len).map(Some).collect();
    }
    let (head, end) = ((0..EDGE).map(Some), (len - EDGE..len).map(Some));
    head.chain([None]).chain(end).collect()
}

/// An element as it will be printed.
enum Element {
    Text(String),
    /// The number whose fewest digits are those of the element in its own dtype.
    Float(f64),
}

/// The elements that will be printed, in order.
fn gather(part: &Tensor, abbreviate: bool, out: &mut Vec<Element>) {
    if part.ndim() == 0 {
        out.push(element(part));
        return;
    }
    for at in shown(part.len(), abbreviate).into_iter().flatten() {
        gather(&part.select(0, at), abbreviate, out);
    }
}

fn element(x: &Tensor) -> Element {
    let number = x.item();
    match x.dtype() {
        DType::F64 => Element::Float(number),
        DType::F32 => Element::Float(fewest_digits(number, |x| f64::from(x as f32))),
        DType::Bf16 => Element::Float(fewest_digits(number, |x| Bf16::from_f64(x).to_f64())),
        DType::F16 => Element::Float(fewest_digits(number, |x| F16::from_f64(x).to_f64())),
        DType::Bool => Element::Text(if number == 0.0 { "False" } else { " True" }.into()),
        _ => Element::Text(x.to(DType::I64).to_vec::<i64>()[0].to_string()),
    }
}

/// The decimal number of the fewest digits that rounds to `x` in a narrower type.
fn fewest_digits(x: f64, round: impl Fn(f64) -> f64) -> f64 {
    let decimals = (0..17).map(|digits| format!("{x:.digits$e}").parse().unwrap_or(x));
    decimals.into_iter().find(|&decimal| round(decimal) == x).unwrap_or(x)
}

/// The texts of all elements, of one width.
fn cells(visible: &[Element]) -> Vec<String> {
    let floats: Vec<f64> = visible.iter().filter_map(Element::float).collect();
    let texts: Vec<String> = match Style::of(&floats) {
        Style::Fixed { left, right } => {
            visible.iter().map(|element| element.text(|x| fixed(x, left, right))).collect()
        }
        Style::Scientific { digits, exponent } => visible
            .iter()
            .map(|element| element.text(|x| scientific(x, digits, exponent)))
            .collect(),
    };
    let width = texts.iter().map(String::len).max().unwrap_or(0);
    texts.into_iter().map(|text| format!("{text:>width$}")).collect()
}

impl Element {
    fn float(&self) -> Option<f64> {
        if let Self::Float(x) = self { Some(*x) } else { None }
    }

    fn text(&self, of_float: impl Fn(f64) -> String) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Float(x) => of_float(*x),
        }
    }
}

/// How the floats of one tensor are written.
enum Style {
    /// Columns before and behind the point.
    Fixed { left: usize, right: usize },
    /// Digits behind the point, and of the exponent.
    Scientific { digits: usize, exponent: usize },
}

impl Style {
    fn of(floats: &[f64]) -> Self {
        let finite: Vec<f64> = floats.iter().copied().filter(|x| x.is_finite()).collect();
        let magnitudes = finite.iter().map(|x| x.abs()).filter(|&x| x > 0.0);
        let (low, high) = magnitudes.fold((f64::MAX, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
        if high > 0.0 && (high >= 1e8 || low < 1e-4 || high / low > 1000.0) {
            let parts = finite.iter().map(|&x| exponent_parts(x));
            let (digits, exponent) = parts.fold((0, 2), |a, b| (a.0.max(b.0), a.1.max(b.1)));
            return Self::Scientific { digits, exponent };
        }
        let parts = finite.iter().map(|&x| split(&short(x)));
        let (left, right) = parts.fold((0, 0), |a, b| (a.0.max(b.0), a.1.max(b.1)));
        Self::Fixed { left, right }
    }
}

/// With a point, at most [`PRECISION`] digits behind it and no noughts at the end.
fn short(x: f64) -> String {
    let text = format!("{x}");
    match text.split_once('.') {
        None => format!("{text}."),
        Some((_, digits)) if digits.len() <= PRECISION => text,
        Some(_) => format!("{x:.PRECISION$}").trim_end_matches('0').into(),
    }
}

/// The lengths on both sides of the point.
fn split(text: &str) -> (usize, usize) {
    text.split_once('.').map_or((text.len(), 0), |(whole, rest)| (whole.len(), rest.len()))
}

fn fixed(x: f64, left: usize, right: usize) -> String {
    if !x.is_finite() {
        return format!("{:>width$}", special(x), width = left + 1 + right);
    }
    let text = short(x);
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole:>left$}.{rest:<right$}")
}

/// The digits behind the point and of the exponent in the shortest scientific form.
fn exponent_parts(x: f64) -> (usize, usize) {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (split(mantissa).1.min(PRECISION), exponent.trim_start_matches('-').len())
}

/// As `1.50e-07`.
fn scientific(x: f64, digits: usize, exponent: usize) -> String {
    if !x.is_finite() {
        return special(x).into();
    }
    let text = format!("{x:.digits$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits == 0 { "." } else { "" };
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{mantissa}{point}e{sign}{power:0>exponent$}")
}

fn special(x: f64) -> &'static str {
    match x {
        _ if x.is_nan() => "nan",
        x if x > 0.0 => "inf",
        _ => "-inf",
    }
}

/// A number without brackets, as NumPy prints its scalars.
fn alone(element: &Element) -> String {
    let text = element.text(|x| match x {
        _ if !x.is_finite() => special(x).into(),
        x if x == 0.0 || (1e-4..1e16).contains(&x.abs()) => format!("{x:?}"),
        x => scientific(x, exponent_parts(x).0, 2).replace(".e", "e"),
    });
    text.trim_start().into()
}
