//! What surrounds the data of a figure: title, legend, axes with round numbers, notes.

use crate::finding::is_chinese;
use crate::format::Format;
use crate::legend::Legend;
use crate::palette::{GRID, INK, QUIET};
use crate::svg::{Anchor, Point, Stroke, Svg};
use crate::ticks::Ticks;
use crate::words::{shorten, width};

/// The width of every figure.
pub(crate) const WIDTH: f64 = 720.0;
/// The free space around it.
pub(crate) const MARGIN: f64 = 16.0;
/// The size of the letters on axes.
pub(crate) const SIZE: f64 = 12.0;

/// From data to pixels: two ranges and the rectangle that they fill.
pub(crate) struct Plane {
    pub(crate) x: [f64; 2],
    pub(crate) y: [f64; 2],
    pub(crate) corner: Point,
    pub(crate) size: Point,
}

impl Plane {
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        // What lies far outside of a chosen range is cut off anyway, and must stay a number.
        let share =
            |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low)).clamp(-1e4, 1e4);
        [
            self.corner[0] + share(x, self.x) * self.size[0],
            self.corner[1] + (1.0 - share(y, self.y)) * self.size[1],
        ]
    }

    pub(crate) fn right(&self) -> f64 {
        self.corner[0] + self.size[0]
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.corner[1] + self.size[1]
    }
}

/// Draws the title and the legend, and returns where the next line may begin.
pub(crate) fn head(title: &str, legend: &Legend, svg: &mut Svg) -> f64 {
    let mut top = MARGIN;
    if !title.is_empty() {
        svg.title([MARGIN, top + 14.0], &shorten(title, 16.0, WIDTH - 2.0 * MARGIN));
        top += 26.0;
    }
    legend.draw([MARGIN, top], svg);
    top + legend.height() + if legend.height() > 0.0 { 6.0 } else { 0.0 }
}

/// The labels of an axis: where they stand and what they say.
pub(crate) type Labels = Vec<(f64, String)>;

/// What the ticks of an axis say.
pub(crate) fn labels(ticks: &Ticks, format: &Format) -> Labels {
    let decimals = ticks.decimals(if *format == Format::Percent { 100.0 } else { 1.0 });
    ticks.values.iter().map(|&value| (value, format.text(value, decimals))).collect()
}

/// The width of the widest label.
pub(crate) fn widest(labels: &Labels) -> f64 {
    labels.iter().map(|(_, text)| width(text, SIZE)).fold(0.0, f64::max)
}

/// Lines of the grid with their numbers to the left.
pub(crate) fn upright_axis(plane: &Plane, labels: &Labels, svg: &mut Svg) {
    for (value, text) in labels {
        let [left, y] = plane.at(plane.x[0], *value);
        svg.line([left, y], [plane.right(), y], Stroke::new(GRID, 1.0));
        svg.text([left - 8.0, y + 4.0], Anchor::End, QUIET, text);
    }
}

/// The lower axis: marks with their labels, of which those are left out that would overlap.
pub(crate) fn lower_axis(plane: &Plane, labels: &Labels, grid: bool, svg: &mut Svg) {
    let bottom = plane.bottom();
    let mut free_from = f64::NEG_INFINITY;
    for (value, text) in labels {
        let [x, _] = plane.at(*value, plane.y[0]);
        let top = if grid { plane.corner[1] } else { bottom };
        let color = if grid { GRID } else { QUIET };
        svg.line([x, top], [x, bottom + 4.0], Stroke::new(color, 1.0));
        let half = width(text, SIZE) / 2.0;
        let center = x.min(WIDTH - half - 2.0).max(half + 2.0);
        if center - half >= free_from {
            svg.text([center, bottom + 18.0], Anchor::Middle, QUIET, text);
            free_from = center + half + 8.0;
        }
    }
    if !grid {
        let corner = [plane.corner[0], bottom];
        svg.line(corner, [plane.right(), bottom], Stroke::new(QUIET, 1.0));
    }
}

/// The name of the lower axis, below its numbers.
pub(crate) fn lower_name(plane: &Plane, name: &str, svg: &mut Svg) {
    let at = [plane.corner[0] + plane.size[0] / 2.0, plane.bottom() + 36.0];
    svg.text(at, Anchor::Middle, INK, &shorten(name, SIZE, plane.size[0]));
}

/// What a figure shows, for those who hear it: the name of y, or else the title, and that of x.
pub(crate) fn shown(title: &str, [y, x]: [&str; 2], language: &str) -> String {
    let what = if y.is_empty() { title } else { y };
    match (x.is_empty(), language.starts_with("zh")) {
        (true, _) => what.to_owned(),
        (false, true) => format!("{what}，按{x}"),
        (false, false) => format!("{what} by {x}"),
    }
}

/// Notes below the picture, one a line, and the height of the whole.
pub(crate) fn notes(mut bottom: f64, notes: &[String], svg: &mut Svg) -> f64 {
    for note in notes {
        svg.text([MARGIN, bottom + 14.0], Anchor::Start, QUIET, note);
        bottom += 18.0;
    }
    bottom + MARGIN / 2.0
}

/// The note that says that values are missing from the picture.
pub(crate) fn left_out(count: usize, language: &str) -> Option<String> {
    match count {
        0 => None,
        count if is_chinese(language) => Some(format!("{count} 个数值无法画出。")),
        1 => Some("1 value is not a number that can be drawn.".to_owned()),
        count => Some(format!("{count} values are not numbers that can be drawn.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_said_in_the_language_of_the_page() {
        assert_eq!(shown("Loss", ["", "epoch"], "en"), "Loss by epoch");
        assert_eq!(shown("评价", ["篇数", "周"], "zh-CN"), "篇数，按周");
        assert_eq!(shown("Loss", ["nats", ""], "zh"), "nats");
    }
}
