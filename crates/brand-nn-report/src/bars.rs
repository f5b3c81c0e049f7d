//! One number a name, as lying bars with intervals, in groups.

use crate::finding::is_chinese;
use crate::format::Format;
use crate::frame::{self, MARGIN, Plane, SIZE, WIDTH};
use crate::legend::Legend;
use crate::palette::{INK, QUIET, color};
use crate::svg::{Anchor, Stroke, Svg};
use crate::ticks::{Ticks, is_drawable};
use crate::words::{shorten, width};
use serde::Serialize;

const THICKNESS: f64 = 16.0;
const GAP: f64 = 10.0;
/// Names and numbers beyond this are no picture any more.
const MOST: usize = 60;

/// Lying bars: a row a name, a bar a series in it.
///
/// They lie so that long and Chinese names can be read. Bars begin at 0, always: their length is
/// the number.
///
/// # Examples
/// ```
/// use brand_nn_report::Bars;
///
/// let bars = Bars::new("Credit of channels", ["search", "直播"])
///     .series("last click", [61.0, 39.0])
///     .series_with_intervals("Markov", [(48.0, 44.0, 53.0), (52.0, 47.0, 57.0)]);
/// assert!(bars.to_svg().contains(">直播</text>"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bars {
    pub(crate) title: String,
    unit: String,
    format: Format,
    names: Vec<String>,
    series: Vec<(String, Vec<[f64; 3]>)>,
}

impl Bars {
    /// A figure with a row a name, and no bars yet.
    #[must_use]
    pub fn new<S: Into<String>>(
        title: impl Into<String>,
        names: impl IntoIterator<Item = S>,
    ) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self { title: title.into(), names, ..Self::default() }
    }

    /// What the numbers are, below the axis.
    #[must_use]
    pub fn unit(self, unit: impl Into<String>) -> Self {
        Self { unit: unit.into(), ..self }
    }

    /// How numbers are written.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// A bar a name, in the order of the names; a name without a number gets none.
    #[must_use]
    pub fn series(self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.series_with_intervals(name, values.into_iter().map(|value| (value, value, value)))
    }

    /// As [`series`](Self::series), with the lower and upper end of an interval behind each number.
    #[must_use]
    pub fn series_with_intervals(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Self {
        self.series.push((name.into(), values.into_iter().map(<[f64; 3]>::from).collect()));
        self
    }

    /// The figure as SVG.
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.to_svg_in("en")
    }

    pub(crate) fn to_svg_in(&self, language: &str) -> String {
        let mut svg = Svg::new();
        let named = self.series.iter().enumerate().map(|(i, (name, _))| (&**name, color(i)));
        let legend = Legend::new(named.filter(|_| self.series.len() > 1), WIDTH - 2.0 * MARGIN);
        let top = frame::head(&self.title, &legend, &mut svg);
        let (plane, labels) = self.plane(top);
        frame::lower_axis(&plane, &labels, true, &mut svg);
        self.draw_rows(&plane, &mut svg);
        let zero = plane.at(0.0, 0.0)[0];
        svg.line([zero, plane.corner[1]], [zero, plane.bottom()], Stroke::new(QUIET, 1.0));
        frame::lower_name(&plane, &self.unit, &mut svg);
        let bottom = plane.bottom() + if self.unit.is_empty() { 24.0 } else { 42.0 };
        let height = frame::notes(bottom, &self.notes(language), &mut svg);
        svg.finish([WIDTH, height], &self.title, &format!("{} a name", self.unit))
    }

    fn draw_rows(&self, plane: &Plane, svg: &mut Svg) {
        for (row, name) in self.shown().iter().enumerate() {
            let top = plane.corner[1] + GAP / 2.0 + row as f64 * self.row_height();
            let middle = top + (self.row_height() - GAP) / 2.0;
            let label = shorten(name, SIZE, plane.corner[0] - MARGIN - 6.0);
            svg.text([plane.corner[0] - 8.0, middle + 4.0], Anchor::End, INK, &label);
            for (i, (_, values)) in self.series.iter().enumerate() {
                let y = top + i as f64 * THICKNESS;
                match values.get(row) {
                    Some(bar) if has_length(bar) => self.draw_bar(*bar, (i, y), plane, svg),
                    _ => {
                        let zero = plane.at(0.0, 0.0)[0];
                        svg.text([zero + 6.0, y + 12.0], Anchor::Start, QUIET, "–");
                    }
                }
            }
        }
    }

    fn draw_bar(
        &self,
        [value, low, high]: [f64; 3],
        (series, y): (usize, f64),
        plane: &Plane,
        svg: &mut Svg,
    ) {
        let [zero, end, low_x, high_x] = [0.0, value, low, high].map(|x| plane.at(x, 0.0)[0]);
        let (left, right) = (zero.min(end), zero.max(end));
        svg.rect([left, y + 1.0], [(right - left).max(1.0), THICKNESS - 2.0], color(series));
        if low < high {
            let (middle, thin) = (y + THICKNESS / 2.0, Stroke::new(INK, 1.5));
            svg.line([low_x, middle], [high_x, middle], thin);
            for x in [low_x, high_x] {
                svg.line([x, middle - 3.0], [x, middle + 3.0], thin);
            }
        }
        let x = right.max(high_x).max(zero) + 6.0;
        svg.text([x, y + 12.0], Anchor::Start, QUIET, &self.format.short(value));
    }

    /// Where bars go: room for names to the left and for numbers to the right.
    fn plane(&self, top: f64) -> (Plane, frame::Labels) {
        let bars =
            || self.series.iter().flat_map(|(_, values)| values).filter(|bar| has_length(bar));
        let low = bars().flatten().fold(0.0, |a: f64, b| a.min(*b));
        let high = bars().flatten().fold(0.0, |a: f64, b| a.max(*b));
        let high = if high - low > 1e-200 { high } else { 1.0 };
        let widest = |texts: &mut dyn Iterator<Item = String>| {
            texts.map(|text| width(&text, SIZE)).fold(0.0, f64::max)
        };
        let names = widest(&mut self.shown().iter().cloned());
        let numbers = widest(&mut bars().map(|[value, ..]| self.format.short(*value)));
        let left = MARGIN + names.min(240.0) + 10.0;
        let size = [
            WIDTH - left - numbers - 10.0 - MARGIN,
            self.shown().len().max(1) as f64 * self.row_height(),
        ];
        let labels = frame::labels(&Ticks::within(low, high, 6), &self.format);
        (Plane { x: [low, high], y: [0.0, 1.0], corner: [left, top], size }, labels)
    }

    fn row_height(&self) -> f64 {
        self.series.len().max(1) as f64 * THICKNESS + GAP
    }

    fn shown(&self) -> &[String] {
        &self.names[..self.names.len().min(MOST)]
    }

    fn notes(&self, language: &str) -> Vec<String> {
        let rows = self.names.len();
        let count =
            |values: &[[f64; 3]]| values.iter().take(rows).filter(|b| !has_length(b)).count();
        let lost = self.series.iter().map(|(_, values)| count(values)).sum();
        let more = self.names.len() - self.shown().len();
        let more = (more > 0).then(|| match is_chinese(language) {
            true => format!("另有 {more} 个名称未显示。"),
            false => format!("{more} more names are not shown."),
        });
        frame::left_out(lost, language).into_iter().chain(more).collect()
    }

    /// The data as the rows of a table: a name, then a number a series.
    pub(crate) fn rows(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let series = self.series.iter().map(|(name, _)| name.clone());
        let cell = |bar: Option<&[f64; 3]>| match bar {
            None => String::new(),
            Some([value, low, high]) if low == high => self.format.short(*value),
            Some(numbers) => {
                let [value, low, high] = numbers.map(|number| self.format.short(number));
                format!("{value} ({low} to {high})")
            }
        };
        let row = |(i, name): (usize, &String)| {
            let cells = self.series.iter().map(|(_, values)| cell(values.get(i)));
            std::iter::once(name.clone()).chain(cells).collect()
        };
        let header = std::iter::once(String::new()).chain(series).collect();
        (header, self.names.iter().enumerate().map(row).collect())
    }
}

fn has_length(bar: &[f64; 3]) -> bool {
    bar.iter().all(|&value| is_drawable(value))
}
