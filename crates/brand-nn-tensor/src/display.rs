//! Tensors in print, laid out as NumPy lays them out.

use std::fmt::{self, Write};

use crate::{DType, Tensor};

/// Above this many elements the middle of each axis is left out.
const THRESHOLD: usize = 1000;
/// Elements shown at either end of an abbreviated axis.
const EDGE: usize = 3;
/// Digits after the point.
const PRECISION: usize = 8;
/// Characters after which a row goes on in the next line.
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
        let abbreviate = self.size() > THRESHOLD;
        let page = Page { cells: Cells::of(self, abbreviate), abbreviate };
        let mut text = String::new();
        page.axis(self, 0, 0, &mut text)?;
        write!(f, "{text}\nshape {}, {}", self.shape(), self.dtype())
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What writing one tensor needs to know.
struct Page {
    cells: Cells,
    abbreviate: bool,
}

impl Page {
    /// Writes one axis; `tail` counts the brackets that will close behind its last element.
    fn axis(&self, part: &Tensor, depth: usize, tail: usize, out: &mut String) -> fmt::Result {
        match part.ndim() {
            0 => out.write_str(self.cells.text(part).trim_start()),
            1 => self.row(part, depth, tail, out),
            _ => self.block(part, depth, tail, out),
        }
    }

    /// Writes elements side by side, and goes on in the next line where they don't fit.
    fn row(&self, part: &Tensor, depth: usize, tail: usize, out: &mut String) -> fmt::Result {
        let indent = depth + 1;
        let mut line = String::new();
        out.push('[');
        let items = shown(part.len(), self.abbreviate);
        for (i, item) in items.iter().enumerate() {
            let cell = item.map_or_else(|| "...".into(), |at| self.cells.text(&part.select(0, at)));
            let closing = if i + 1 == items.len() { (tail + 1).max(1) } else { 1 };
            let gap = usize::from(!line.is_empty());
            if !line.is_empty() && indent + line.len() + gap + cell.len() + closing > WIDTH + 1 {
                write!(out, "{line}\n{:indent$}", "")?;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&cell);
        }
        write!(out, "{line}]")
    }

    /// Writes the parts under each other, with empty lines between blocks.
    fn block(&self, part: &Tensor, depth: usize, tail: usize, out: &mut String) -> fmt::Result {
        out.push('[');
        let items = shown(part.len(), self.abbreviate);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push_str(&"\n".repeat(part.ndim() - 1));
                write!(out, "{:width$}", "", width = depth + 1)?;
            }
            match item {
                Some(at) => {
                    let last = i + 1 == items.len();
                    let tail = if last { tail + 1 } else { 0 };
                    self.axis(&part.select(0, *at), depth + 1, tail, out)?;
                }
                None => out.push_str("..."),
            }
        }
        out.push(']');
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

/// How the numbers of one tensor are written, all with the same width.
enum Cells {
    Plain { width: usize },
    Fixed { left: usize, right: usize },
    Scientific { width: usize, digits: usize, exponent: usize },
}

impl Cells {
    fn of(tensor: &Tensor, abbreviate: bool) -> Self {
        let visible = visible(tensor, abbreviate);
        if !tensor.dtype().is_float() {
            let width = visible.iter().map(|x| plain(x, tensor.dtype()).len()).max();
            return Self::Plain { width: width.unwrap_or(0) };
        }
        let wide: Vec<f64> = visible.iter().map(Tensor::item).collect();
        let magnitudes = wide.iter().filter(|x| x.is_finite() && **x != 0.0).map(|x| x.abs());
        let (low, high) =
            magnitudes.fold((f64::INFINITY, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
        if high > 0.0 && (high >= 1e8 || low < 1e-4 || high / low > 1000.0) {
            Self::scientific(&visible, &wide)
        } else {
            Self::fixed(&visible, &wide)
        }
    }

    fn fixed(visible: &[Tensor], wide: &[f64]) -> Self {
        let finite = visible.iter().zip(wide).filter(|(_, x)| x.is_finite());
        let parts: Vec<(usize, usize)> = finite.map(|(x, _)| fixed_parts(x)).collect();
        let left = parts.iter().map(|part| part.0).max().unwrap_or(0);
        let right = parts.iter().map(|part| part.1).max().unwrap_or(0);
        // NaN and the infinities stand in the same column, so they may widen it.
        let special = wide.iter().filter(|x| !x.is_finite()).map(|x| special(*x).len()).max();
        let needed = special.unwrap_or(0).saturating_sub(right + 1);
        Self::Fixed { left: left.max(needed), right }
    }

    fn scientific(visible: &[Tensor], wide: &[f64]) -> Self {
        let finite = visible.iter().zip(wide).filter(|(_, x)| x.is_finite());
        let texts: Vec<String> = finite.map(|(x, _)| shortest(x)).collect();
        let split = |text: &String| {
            let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
            let digits = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
            (digits.min(PRECISION), exponent.trim_start_matches('-').len().max(2))
        };
        let digits = texts.iter().map(|text| split(text).0).max().unwrap_or(0);
        let exponent = texts.iter().map(|text| split(text).1).max().unwrap_or(2);
        let written = wide.iter().map(|&x| scientific(x, digits, exponent).len());
        Self::Scientific { width: written.max().unwrap_or(0), digits, exponent }
    }

    /// The text of a 0-d tensor.
    fn text(&self, x: &Tensor) -> String {
        match *self {
            Self::Plain { width } => format!("{:>width$}", plain(x, x.dtype())),
            Self::Fixed { left, right } => {
                let number = x.item();
                if !number.is_finite() {
                    return format!("{:>width$}", special(number), width = left + 1 + right);
                }
                let text = fixed(x);
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                format!("{whole:>left$}.{fraction:<right$}")
            }
            Self::Scientific { width, digits, exponent } => {
                format!("{:>width$}", scientific(x.item(), digits, exponent))
            }
        }
    }
}

/// The elements that will be printed.
fn visible(tensor: &Tensor, abbreviate: bool) -> Vec<Tensor> {
    if tensor.ndim() == 0 {
        return vec![tensor.clone()];
    }
    let rows = shown(tensor.len(), abbreviate).into_iter().flatten();
    rows.flat_map(|at| visible(&tensor.select(0, at), abbreviate)).collect()
}

/// An integer or truth value.
fn plain(x: &Tensor, dtype: DType) -> String {
    match dtype {
        DType::Bool => if x.item() != 0.0 { "True" } else { "False" }.into(),
        _ => x.to(DType::I64).iter::<i64>().map(|x| x.to_string()).collect(),
    }
}

fn special(x: f64) -> &'static str {
    match x {
        _ if x.is_nan() => "nan",
        x if x > 0.0 => "inf",
        _ => "-inf",
    }
}

/// The fewest digits that tell the number from its neighbours in its own dtype.
fn shortest(x: &Tensor) -> String {
    match x.dtype() {
        DType::F64 => format!("{:e}", x.item()),
        DType::F32 => format!("{:e}", x.item() as f32),
        _ => format!("{:e}", x.item() as f32),
    }
}

/// With a point, at most [`PRECISION`] digits behind it and no noughts at the end.
fn fixed(x: &Tensor) -> String {
    let number = x.item();
    let short = match x.dtype() {
        DType::F64 => format!("{number}"),
        _ => format!("{}", number as f32),
    };
    match short.split_once('.') {
        None => format!("{short}."),
        Some((_, digits)) if digits.len() <= PRECISION => short,
        Some(_) => format!("{number:.PRECISION$}").trim_end_matches('0').into(),
    }
}

/// The lengths on both sides of the point.
fn fixed_parts(x: &Tensor) -> (usize, usize) {
    let text = fixed(x);
    text.split_once('.').map_or((text.len(), 0), |(whole, rest)| (whole.len(), rest.len()))
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
