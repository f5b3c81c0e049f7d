//! What is drawn between two axes: lines, bands, points, steps, areas, bins.

use crate::frame::Plane;
use crate::svg::{Point, Stroke, Svg};
use crate::ticks::is_drawable;
use serde::Serialize;

/// One series of a [`Plot`](crate::Plot): its name, its shape and its points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// What the legend calls it; nothing is shown if it is empty.
    pub name: String,
    /// How it is drawn.
    pub shape: Shape,
    /// x, and from where to where it goes in y; the same number twice for a line.
    pub points: Vec<[f64; 3]>,
}

/// How points become a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// The surface between two numbers at each x, such as an interval.
    Band,
    /// The surface between 0 and the number.
    Area,
    /// Upright bars side by side, from each x to the next; the last x is only an edge.
    Bins,
    /// A line.
    Line,
    /// A dashed line, for what is compared with.
    Dashed,
    /// A line that keeps its height until the next x, such as a survival curve.
    Steps,
    /// A dot a point.
    Points,
    /// An upright line from one number to the other with its caps.
    Whiskers,
}

impl Mark {
    /// The points that have a place on axes, in pieces between those that have none.
    fn pieces(&self) -> impl Iterator<Item = &[[f64; 3]]> {
        self.points.split(|point| !has_place(point)).filter(|piece| !piece.is_empty())
    }

    /// How many points can't be drawn.
    pub(crate) fn left_out(&self) -> usize {
        self.points.iter().filter(|point| !has_place(point)).count()
    }

    pub(crate) fn drawable(&self) -> impl Iterator<Item = &[f64; 3]> {
        self.points.iter().filter(|point| has_place(point))
    }

    pub(crate) fn draw(&self, plane: &Plane, color: &str, svg: &mut Svg) {
        for piece in self.pieces() {
            self.shape.draw(piece, plane, color, svg);
        }
    }
}

fn has_place(point: &[f64; 3]) -> bool {
    point.iter().all(|&value| is_drawable(value))
}

impl Shape {
    fn draw(self, points: &[[f64; 3]], plane: &Plane, color: &str, svg: &mut Svg) {
        let line = Stroke::new(color, 2.0);
        match self {
            Self::Band | Self::Area => {
                let opacity = if self == Self::Band { 0.2 } else { 0.45 };
                svg.surface(&outline(points, plane), color, opacity);
            }
            Self::Bins => bins(points, plane, color, svg),
            Self::Line => svg.path(&tops(points, plane), line),
            Self::Dashed => svg.path(&tops(points, plane), Stroke { dashed: true, ..line }),
            Self::Steps => svg.path(&stairs(points, plane), line),
            Self::Points => {
                tops(points, plane).into_iter().for_each(|at| svg.circle(at, 3.0, color));
            }
            Self::Whiskers => whiskers(points, plane, color, svg),
        }
    }

    /// Whether its height is a length, so that the axis must begin at 0.
    pub(crate) fn stands_on_zero(self) -> bool {
        matches!(self, Self::Area | Self::Bins)
    }
}

fn tops(points: &[[f64; 3]], plane: &Plane) -> Vec<Point> {
    points.iter().map(|&[x, _, high]| plane.at(x, high)).collect()
}

/// Along the upper edge, and back along the lower one.
fn outline(points: &[[f64; 3]], plane: &Plane) -> Vec<Point> {
    let back = points.iter().rev().map(|&[x, low, _]| plane.at(x, low));
    tops(points, plane).into_iter().chain(back).collect()
}

fn stairs(points: &[[f64; 3]], plane: &Plane) -> Vec<Point> {
    let tops = tops(points, plane);
    let mut path: Vec<_> =
        tops.windows(2).flat_map(|pair| [pair[0], [pair[1][0], pair[0][1]]]).collect();
    path.extend(tops.last());
    path
}

fn bins(points: &[[f64; 3]], plane: &Plane, color: &str, svg: &mut Svg) {
    for pair in points.windows(2) {
        let [left, top] = plane.at(pair[0][0], pair[0][2]);
        let [right, bottom] = plane.at(pair[1][0], pair[0][1]);
        svg.rect([left + 0.5, top], [right - left - 1.0, bottom - top], color);
    }
}

fn whiskers(points: &[[f64; 3]], plane: &Plane, color: &str, svg: &mut Svg) {
    let thin = Stroke::new(color, 1.5);
    for &[x, low, high] in points {
        let (bottom, top) = (plane.at(x, low), plane.at(x, high));
        svg.line(bottom, top, thin);
        for [x, y] in [bottom, top] {
            svg.line([x - 4.0, y], [x + 4.0, y], thin);
        }
    }
}
