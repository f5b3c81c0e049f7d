//! A number a pair of names, as shades with the number in each cell.

use crate::finding::is_chinese;
use crate::format::Format;
use crate::frame::{self, MARGIN, SIZE, WIDTH};
use crate::legend::Legend;
use crate::palette::{INK, NONE, QUIET, shade};
use crate::svg::{Anchor, Point, Svg};
use crate::ticks::is_drawable;
use crate::words::{shorten, width};
use serde::Serialize;

/// A table of shades, from white for the lowest number to blue for the highest.
///
/// Cells show their number where there is room for it. A cell without a number is grey.
///
/// # Examples
/// ```
/// use brand_nn_report::HeatMap;
///
/// let map = HeatMap::new("Orders", ["spring", "summer"], ["Bonn", "北京"])
///     .values([[12.0, 30.0], [7.0, 44.0]])
///     .x("city");
/// assert!(map.to_svg().contains(">44</text>"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HeatMap {
    pub(crate) title: String,
    x: String,
    y: String,
    format: Format,
    rows: Vec<String>,
    columns: Vec<String>,
    values: Vec<Vec<f64>>,
}

/// Where cells lie and how large they are.
struct Cells {
    corner: Point,
    size: Point,
    shows_numbers: bool,
    extremes: [f64; 2],
}

impl HeatMap {
    /// A figure with names of rows, from the top, and of columns.
    #[must_use]
    pub fn new<R: Into<String>, C: Into<String>>(
        title: impl Into<String>,
        rows: impl IntoIterator<Item = R>,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        let rows = rows.into_iter().map(Into::into).collect();
        let columns = columns.into_iter().map(Into::into).collect();
        Self { title: title.into(), rows, columns, ..Self::default() }
    }

    /// The numbers, row by row; what is missing stays grey.
    #[must_use]
    pub fn values<R: IntoIterator<Item = f64>>(self, rows: impl IntoIterator<Item = R>) -> Self {
        let values = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        Self { values, ..self }
    }

    /// What the columns are.
    #[must_use]
    pub fn x(self, name: impl Into<String>) -> Self {
        Self { x: name.into(), ..self }
    }

    /// What the rows are.
    #[must_use]
    pub fn y(self, name: impl Into<String>) -> Self {
        Self { y: name.into(), ..self }
    }

    /// How numbers are written.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// The figure as SVG.
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.to_svg_in("en")
    }

    pub(crate) fn to_svg_in(&self, language: &str) -> String {
        let mut svg = Svg::new();
        let mut top = frame::head(&self.title, &Legend::new([], WIDTH), &mut svg);
        if !self.y.is_empty() {
            svg.text([MARGIN, top + 12.0], Anchor::Start, INK, &self.y);
            top += 18.0;
        }
        let cells = self.cells(top);
        self.draw_names(&cells, &mut svg);
        for row in 0..self.rows.len() {
            (0..self.columns.len())
                .for_each(|column| self.draw_cell([row, column], &cells, &mut svg));
        }
        let bottom = self.draw_axis(&cells, &mut svg);
        let height = frame::notes(bottom, &[self.note(language)], &mut svg);
        let shown = frame::shown(&self.title, [&self.y, &self.x], language);
        svg.finish([WIDTH, height], &self.title, &shown)
    }

    fn value(&self, [row, column]: [usize; 2]) -> Option<f64> {
        let value = *self.values.get(row)?.get(column)?;
        is_drawable(value).then_some(value)
    }

    fn drawable(&self) -> impl Iterator<Item = f64> {
        let columns = self.columns.len();
        let places = (0..self.rows.len()).flat_map(move |row| (0..columns).map(move |c| [row, c]));
        places.filter_map(|place| self.value(place))
    }

    fn extremes(&self) -> [f64; 2] {
        let start = [f64::INFINITY, f64::NEG_INFINITY];
        self.drawable().fold(start, |[low, high], x| [low.min(x), high.max(x)])
    }

    fn cells(&self, top: f64) -> Cells {
        let widest = |names: &[String]| names.iter().map(|t| width(t, SIZE)).fold(0.0, f64::max);
        let left = MARGIN + widest(&self.rows).min(200.0) + 10.0;
        let room = (WIDTH - MARGIN - left) / self.columns.len().max(1) as f64;
        let number = |value: f64| width(&self.format.short(value), SIZE);
        let needed = self.drawable().map(number).fold(0.0, f64::max) + 8.0;
        let shows_numbers = needed <= room && self.rows.len() <= 40;
        let wanted =
            if shows_numbers { needed.max(widest(&self.columns) + 10.0).max(44.0) } else { room };
        let height = if shows_numbers {
            26.0
        } else {
            (420.0 / self.rows.len().max(1) as f64).clamp(6.0, 18.0)
        };
        let (corner, size) = ([left, top], [wanted.min(room), height]);
        Cells { corner, size, shows_numbers, extremes: self.extremes() }
    }

    fn draw_cell(&self, place: [usize; 2], cells: &Cells, svg: &mut Svg) {
        let [x, y] = cells.at(place);
        let size = [cells.size[0] - 1.0, cells.size[1] - 1.0];
        let Some(value) = self.value(place) else {
            return svg.rect([x, y], size, NONE);
        };
        let [low, high] = cells.extremes;
        let (color, ink) = shade(if high > low { (value - low) / (high - low) } else { 0.5 });
        svg.rect([x, y], size, &color);
        if cells.shows_numbers {
            let at = [x + size[0] / 2.0, y + size[1] / 2.0 + 4.0];
            svg.text(at, Anchor::Middle, ink, &self.format.short(value));
        }
    }

    /// Names of rows, every so many of them where they would overlap.
    fn draw_names(&self, cells: &Cells, svg: &mut Svg) {
        let every = (14.0 / cells.size[1]).ceil().max(1.0) as usize;
        for (row, name) in self.rows.iter().enumerate().step_by(every) {
            let [left, top] = cells.at([row, 0]);
            let label = shorten(name, SIZE, cells.corner[0] - MARGIN - 6.0);
            svg.text([left - 8.0, top + cells.size[1] / 2.0 + 4.0], Anchor::End, INK, &label);
        }
    }

    /// Names of columns below, and where the next line may begin.
    fn draw_axis(&self, cells: &Cells, svg: &mut Svg) -> f64 {
        let [_, bottom] = cells.at([self.rows.len(), 0]);
        let mut free_from = f64::NEG_INFINITY;
        for (column, name) in self.columns.iter().enumerate() {
            let middle = cells.at([0, column])[0] + cells.size[0] / 2.0;
            let room = if cells.shows_numbers { cells.size[0] - 4.0 } else { 120.0 };
            let label = shorten(name, SIZE, room);
            let half = width(&label, SIZE) / 2.0;
            if middle - half >= free_from && middle + half <= WIDTH {
                svg.text([middle, bottom + 16.0], Anchor::Middle, INK, &label);
                free_from = middle + half + 8.0;
            }
        }
        let middle = cells.corner[0] + self.columns.len() as f64 * cells.size[0] / 2.0;
        svg.text([middle, bottom + 36.0], Anchor::Middle, QUIET, &self.x);
        bottom + if self.x.is_empty() { 24.0 } else { 42.0 }
    }

    fn note(&self, language: &str) -> String {
        let chinese = is_chinese(language);
        let [low, high] = self.extremes();
        // Beside the others, what is a millionth of them is nothing.
        let least = if low.abs() < 1e-6 * high.abs() { 0.0 } else { low };
        let [least, most] = [least, high].map(|end| self.format.short(end));
        let scale = match (low <= high, chinese) {
            (true, true) => format!("白色为 {least}，蓝色为 {most}"),
            (true, false) => format!("White is {least}, blue {most}"),
            (false, true) => "没有任何数值".to_owned(),
            (false, false) => "No cell has a number".to_owned(),
        };
        let grey = self.rows.len() * self.columns.len() - self.drawable().count();
        match grey {
            0 if chinese => scale + "。",
            grey if chinese => format!("{scale}；{grey} 个灰色格没有数值。"),
            0 => scale + ".",
            1 => scale + "; 1 grey cell has no number.",
            grey => format!("{scale}; {grey} grey cells have no number."),
        }
    }

    /// The data as the rows of a table.
    pub(crate) fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let header = std::iter::once(String::new()).chain(self.columns.iter().cloned()).collect();
        let row = |(i, name): (usize, &String)| {
            let cell = |column| self.value([i, column]).unwrap_or(f64::NAN);
            let cells = (0..self.columns.len()).map(|column| self.format.short(cell(column)));
            std::iter::once(name.clone()).chain(cells).collect()
        };
        (header, self.rows.iter().enumerate().map(row).collect())
    }
}

impl Cells {
    fn at(&self, [row, column]: [usize; 2]) -> Point {
        let [x, y] = self.corner;
        [x + column as f64 * self.size[0], y + row as f64 * self.size[1]]
    }
}
