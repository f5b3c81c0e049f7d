//! Numbers against numbers: marks between two axes.

use crate::format::Format;
use crate::frame::{self, Labels, MARGIN, Plane, SIZE, WIDTH};
use crate::legend::Legend;
use crate::marks::{Mark, Shape};
use crate::palette::{INK, QUIET, color};
use crate::svg::{Anchor, Stroke, Svg};
use crate::ticks::{Ticks, is_drawable};
use crate::words::width;
use serde::Serialize;

/// The height of the rectangle between the axes.
const HEIGHT: f64 = 280.0;

/// A figure with two axes of numbers, and lines, bands, points or bars between them.
///
/// Series are drawn in the order of their shapes: surfaces behind, lines before them. A number that
/// is not finite interrupts a line; how many there were is written below. Series of one
/// name, such as a line and its band, share a colour.
///
/// # Examples
/// ```
/// use brand_nn_report::Plot;
///
/// let plot = Plot::new("Sales").x("week").y("pieces")
///     .band("model", [(1.0, 8.0, 12.0), (2.0, 9.0, 14.0)])
///     .line("model", [(1.0, 10.0), (2.0, 11.5)])
///     .points("actual", [(1.0, 9.0), (2.0, f64::NAN)]);
/// let svg = plot.to_svg();
/// assert!(svg.contains(">week</text>") && svg.contains(">Sales</text>"));
/// assert!(svg.contains("1 value is not a number"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plot {
    pub(crate) title: String,
    pub(crate) x: String,
    y: String,
    x_format: Format,
    y_format: Format,
    x_ticks: Labels,
    x_range: Option<[f64; 2]>,
    y_range: Option<[f64; 2]>,
    from_zero: bool,
    rules: Labels,
    pub(crate) marks: Vec<Mark>,
}

impl Plot {
    /// A figure with a title and nothing in it yet.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The name of the lower axis, with its unit.
    #[must_use]
    pub fn x(self, name: impl Into<String>) -> Self {
        Self { x: name.into(), ..self }
    }

    /// The name of the upright axis, with its unit.
    #[must_use]
    pub fn y(self, name: impl Into<String>) -> Self {
        Self { y: name.into(), ..self }
    }

    /// How the lower axis writes its numbers.
    #[must_use]
    pub fn x_format(self, format: Format) -> Self {
        Self { x_format: format, ..self }
    }

    /// How the upright axis writes its numbers.
    #[must_use]
    pub fn y_format(self, format: Format) -> Self {
        Self { y_format: format, ..self }
    }

    /// Words instead of numbers on the lower axis, such as names of months.
    #[must_use]
    pub fn x_ticks<S: Into<String>>(mut self, ticks: impl IntoIterator<Item = (f64, S)>) -> Self {
        let ticks = ticks.into_iter().map(|(x, label)| (x, label.into()));
        self.x_ticks = ticks.filter(|(x, _)| is_drawable(*x)).collect();
        self
    }

    /// From where to where the lower axis goes, instead of all that the data needs.
    #[must_use]
    pub fn x_range(self, low: f64, high: f64) -> Self {
        Self { x_range: range(low, high), ..self }
    }

    /// From where to where the upright axis goes, instead of all that the data needs.
    #[must_use]
    pub fn y_range(self, low: f64, high: f64) -> Self {
        Self { y_range: range(low, high), ..self }
    }

    /// Has the upright axis begin at 0; bins and areas do so anyway.
    #[must_use]
    pub fn y_from_zero(self) -> Self {
        Self { from_zero: true, ..self }
    }

    /// An upright dashed line with a word beside it, such as the end of a test.
    #[must_use]
    pub fn rule(mut self, x: f64, label: impl Into<String>) -> Self {
        if is_drawable(x) {
            self.rules.push((x, label.into()));
        }
        self
    }

    /// One more series, of any shape.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// The figure as SVG, a text that any browser shows.
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.to_svg_in("en")
    }

    pub(crate) fn to_svg_in(&self, language: &str) -> String {
        let mut svg = Svg::new();
        let colors = self.colors();
        let top = frame::head(&self.title, &self.legend(&colors), &mut svg);
        let (plane, ticks) = self.plane(if self.y.is_empty() { top } else { top + 20.0 });
        if !self.y.is_empty() {
            svg.text([MARGIN, top + 10.0], Anchor::Start, INK, &self.y);
        }
        frame::upright_axis(&plane, &ticks[1], &mut svg);
        frame::lower_axis(&plane, &ticks[0], false, &mut svg);
        self.draw_rules(&plane, &mut svg);
        self.draw_marks(&plane, &colors, &mut svg);
        frame::lower_name(&plane, &self.x, &mut svg);
        let bottom = plane.bottom() + if self.x.is_empty() { 24.0 } else { 42.0 };
        let count = self.marks.iter().map(Mark::left_out).sum();
        let notes: Vec<_> = frame::left_out(count, language).into_iter().collect();
        let height = frame::notes(bottom, &notes, &mut svg);
        svg.finish([WIDTH, height], &self.title, &self.description(language))
    }

    /// Surfaces first, so that lines stay visible.
    fn draw_marks(&self, plane: &Plane, colors: &[&'static str], svg: &mut Svg) {
        let mut order: Vec<_> = self.marks.iter().zip(colors).collect();
        order.sort_by_key(|(mark, _)| mark.shape);
        let pad = 4.0; // points on the edge are shown whole
        let corner = [plane.corner[0] - pad, plane.corner[1] - pad];
        svg.clip(corner, [plane.size[0] + 2.0 * pad, plane.size[1] + 2.0 * pad]);
        for (mark, color) in order {
            mark.draw(plane, color, svg);
        }
        svg.end_clip();
    }

    fn draw_rules(&self, plane: &Plane, svg: &mut Svg) {
        for (x, label) in self.rules.iter().filter(|(x, _)| contains(plane.x, *x)) {
            let [x, top] = plane.at(*x, plane.y[1]);
            let dashed = Stroke { color: QUIET, width: 1.0, dashed: true };
            svg.line([x, top], [x, plane.bottom()], dashed);
            let fits = x + 6.0 + width(label, SIZE) <= WIDTH;
            let (x, anchor) = if fits { (x + 6.0, Anchor::Start) } else { (x - 6.0, Anchor::End) };
            svg.text([x, top + 12.0], anchor, QUIET, label);
        }
    }

    /// A colour a name; series of one name, such as a line and its band, share theirs.
    fn colors(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        let mut colors = Vec::new();
        for name in self.marks.iter().map(|mark| &*mark.name) {
            let known = names.iter().position(|known| *known == name && !name.is_empty());
            colors.push(color(known.unwrap_or(names.len())));
            if known.is_none() {
                names.push(name);
            }
        }
        colors
    }

    fn legend(&self, colors: &[&'static str]) -> Legend {
        let mut entries: Vec<_> =
            self.marks.iter().zip(colors).map(|(mark, color)| (&*mark.name, *color)).collect();
        let mut seen = Vec::new();
        entries.retain(|(name, _)| {
            let is_new = !seen.contains(name);
            seen.push(name);
            is_new
        });
        Legend::new(entries, WIDTH - 2.0 * MARGIN)
    }

    /// Where the data goes, and the labels of both axes.
    fn plane(&self, top: f64) -> (Plane, [Labels; 2]) {
        let [x, y] = self.ranges();
        let upright = match self.y_range {
            Some([low, high]) => Ticks::within(low, high, 5),
            None => Ticks::covering(y[0], y[1], 5),
        };
        let y_labels = frame::labels(&upright, &self.y_format);
        let left = MARGIN + frame::widest(&y_labels) + 10.0;
        let size = [WIDTH - left - MARGIN - 8.0, HEIGHT];
        let lower = Ticks::within(x[0], x[1], 8);
        let x_labels = if self.x_ticks.is_empty() {
            frame::labels(&lower, &self.x_format)
        } else {
            let inside = |(x, _): &&(f64, String)| contains([lower.low, lower.high], *x);
            self.x_ticks.iter().filter(inside).cloned().collect()
        };
        let (x, y) = ([lower.low, lower.high], [upright.low, upright.high]);
        (Plane { x, y, corner: [left, top + 6.0], size }, [x_labels, y_labels])
    }

    /// The ranges of all data in x and y; from 0 to 1 if there is none.
    fn ranges(&self) -> [[f64; 2]; 2] {
        let points = || self.marks.iter().flat_map(Mark::drawable);
        let rules = self.rules.iter().map(|(x, _)| *x);
        let x = extent(points().map(|[x, ..]| *x).chain(rules));
        let zero = self.from_zero || self.marks.iter().any(|mark| mark.shape.stands_on_zero());
        let y =
            extent(points().flat_map(|[_, low, high]| [*low, *high]).chain(zero.then_some(0.0)));
        [self.x_range.unwrap_or(x), self.y_range.unwrap_or(y)]
    }

    fn description(&self, language: &str) -> String {
        let names: Vec<_> = self.marks.iter().map(|mark| &*mark.name).collect();
        let shown = frame::shown(&self.title, [&self.y, &self.x], language);
        format!("{shown}: {}", names.join(", "))
    }

    /// The data as the rows of a table: series, x, from, to.
    pub(crate) fn rows(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let header = ["series", if self.x.is_empty() { "x" } else { &self.x }, "value"];
        let value = |low: f64, high: f64| {
            let text = |value| self.y_format.short(value);
            if low == high { text(high) } else { format!("{} to {}", text(low), text(high)) }
        };
        let rows = self.marks.iter().flat_map(|mark| {
            let bottom = |low, high| if mark.shape.stands_on_zero() { high } else { low };
            mark.points.iter().map(move |&[x, low, high]| {
                let x = self.x_format.short(x);
                vec![mark.name.clone(), x, value(bottom(low, high), high)]
            })
        });
        (header.map(str::to_owned).to_vec(), rows.collect())
    }
}

/// A shape of the same number below and above.
macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident $shape:ident;)*) => {
        impl Plot {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(
                self,
                name: impl Into<String>,
                points: impl IntoIterator<Item = (f64, f64)>,
            ) -> Self {
                let bottom = |y| if Shape::$shape.stands_on_zero() { 0.0 } else { y };
                let points = points.into_iter().map(|(x, y)| [x, bottom(y), y]).collect();
                self.mark(Mark { name: name.into(), shape: Shape::$shape, points })
            }
        )*}
    };
}

lines! {
    /// A line through points (x, y), in their order.
    line Line;
    /// A dashed line through points (x, y).
    dashed Dashed;
    /// A dot at each (x, y).
    points Points;
    /// A line that keeps its height until the next x.
    steps Steps;
    /// The surface between 0 and a line.
    area Area;
    /// Upright bars from each x to the next; the last x is only an edge.
    bins Bins;
}

impl Plot {
    /// The surface between two numbers at each x: points (x, low, high).
    #[must_use]
    pub fn band(
        self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Self {
        let points = points.into_iter().map(<[f64; 3]>::from).collect();
        self.mark(Mark { name: name.into(), shape: Shape::Band, points })
    }

    /// An upright line with caps at each x: points (x, low, high).
    #[must_use]
    #[doc(alias = "error_bars")]
    pub fn whiskers(
        self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Self {
        let points = points.into_iter().map(<[f64; 3]>::from).collect();
        self.mark(Mark { name: name.into(), shape: Shape::Whiskers, points })
    }
}

fn range(low: f64, high: f64) -> Option<[f64; 2]> {
    (is_drawable(low) && is_drawable(high) && low < high).then_some([low, high])
}

fn contains([low, high]: [f64; 2], x: f64) -> bool {
    let slack = (high - low) * 1e-9;
    x >= low - slack && x <= high + slack
}

fn extent(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let all = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
        [low.min(value), high.max(value)]
    });
    if all[0] <= all[1] { all } else { [0.0, 1.0] }
}
