//! A small writer of SVG: shapes and texts, escaped, with one decimal of a pixel.

use crate::escape::html;
use crate::palette::INK;
use std::fmt::Write as _;

/// A place in pixels, from the left and from the top.
pub(crate) type Point = [f64; 2];

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Stroke<'a> {
    pub(crate) color: &'a str,
    pub(crate) width: f64,
    pub(crate) dashed: bool,
}

impl<'a> Stroke<'a> {
    pub(crate) fn new(color: &'a str, width: f64) -> Self {
        Self { color, width, dashed: false }
    }
}

/// Where a text stands, seen from its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The inside of a picture, which grows with each call.
pub(crate) struct Svg {
    body: String,
}

impl Svg {
    pub(crate) fn new() -> Self {
        Self { body: String::new() }
    }

    /// Writing into a text can't fail, so what it returns is dropped.
    fn put(&mut self, words: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(words);
    }

    pub(crate) fn line(&mut self, [x1, y1]: Point, [x2, y2]: Point, stroke: Stroke<'_>) {
        let style = style(stroke);
        self.put(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"{style}/>\n"
        ));
    }

    /// A line through points; one alone is drawn as a dot.
    pub(crate) fn path(&mut self, points: &[Point], stroke: Stroke<'_>) {
        match points {
            [] => {}
            [only] => self.circle(*only, 2.5, stroke.color),
            points => {
                let (d, style) = (moves(points), style(stroke));
                self.put(format_args!("<path d=\"{d}\" fill=\"none\"{style}/>\n"));
            }
        }
    }

    /// The inside of a line that returns to where it began, seen through.
    pub(crate) fn surface(&mut self, points: &[Point], color: &str, opacity: f64) {
        if !points.is_empty() {
            let d = moves(points);
            self.put(format_args!(
                "<path d=\"{d}Z\" fill=\"{color}\" fill-opacity=\"{opacity}\"/>\n"
            ));
        }
    }

    pub(crate) fn rect(&mut self, [x, y]: Point, [width, height]: Point, color: &str) {
        self.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{color}\"/>\n",
            width.max(0.0),
            height.max(0.0)
        ));
    }

    pub(crate) fn circle(&mut self, [x, y]: Point, radius: f64, color: &str) {
        self.put(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{color}\" \
             fill-opacity=\"0.75\"/>\n"
        ));
    }

    /// A text of 12 pixels.
    pub(crate) fn text(&mut self, at: Point, anchor: Anchor, color: &str, text: &str) {
        self.sized(at, anchor, (12.0, false), color, text);
    }

    pub(crate) fn title(&mut self, at: Point, text: &str) {
        self.sized(at, Anchor::Start, (15.0, true), INK, text);
    }

    fn sized(
        &mut self,
        [x, y]: Point,
        anchor: Anchor,
        (size, bold): (f64, bool),
        color: &str,
        text: &str,
    ) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
             fill=\"{color}\"{weight}>{}</text>\n",
            html(text)
        ));
    }

    /// What is drawn next stays within a frame; ended by `end_clip`.
    pub(crate) fn clip(&mut self, [x, y]: Point, [width, height]: Point) {
        // A nested picture cuts off what leaves it, without a name that must be unique on a page.
        self.put(format_args!(
            "<svg x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\">\n"
        ));
    }

    pub(crate) fn end_clip(&mut self) {
        self.body.push_str("</svg>\n");
    }

    /// The whole picture, with its title and a sentence for those who can't see it.
    pub(crate) fn finish(self, [width, height]: Point, title: &str, description: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" \
             font-family=\"system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', \
             'Microsoft YaHei', sans-serif\">\n<title>{}</title>\n<desc>{}</desc>\n{}</svg>\n",
            html(title),
            html(description),
            self.body
        )
    }
}

fn style(Stroke { color, width, dashed }: Stroke<'_>) -> String {
    let dashes = if dashed { " stroke-dasharray=\"6 4\"" } else { "" };
    format!(
        " stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"round\"{dashes}"
    )
}

fn moves(points: &[Point]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (i, [x, y]) in points.iter().enumerate() {
        let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    d
}
