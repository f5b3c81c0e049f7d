//! Which colour is which series: a row of names above the picture, or several.

use crate::palette::QUIET;
use crate::svg::{Anchor, Point, Svg};
use crate::words::{shorten, width};

const SIZE: f64 = 12.0;
const SWATCH: f64 = 18.0;
const GAP: f64 = 18.0;
const ROW: f64 = 18.0;

/// Names with their colours, laid out in rows that are not wider than the figure.
pub(crate) struct Legend {
    rows: Vec<Vec<(f64, String, &'static str)>>,
}

impl Legend {
    pub(crate) fn new<'a>(
        entries: impl IntoIterator<Item = (&'a str, &'static str)>,
        room: f64,
    ) -> Self {
        let (mut rows, mut x) = (Vec::<Vec<_>>::new(), f64::INFINITY);
        for (name, color) in entries.into_iter().filter(|(name, _)| !name.is_empty()) {
            let name = shorten(name, SIZE, room - SWATCH);
            let length = SWATCH + width(&name, SIZE);
            if x + length > room {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, name, color));
            }
            x += length + GAP;
        }
        Self { rows }
    }

    pub(crate) fn height(&self) -> f64 {
        self.rows.len() as f64 * ROW
    }

    pub(crate) fn draw(&self, [left, top]: Point, svg: &mut Svg) {
        for (i, row) in self.rows.iter().enumerate() {
            let y = top + i as f64 * ROW;
            for (x, name, color) in row {
                svg.rect([left + x, y + 4.0], [12.0, 8.0], color);
                svg.text([left + x + SWATCH, y + 12.0], Anchor::Start, QUIET, name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_leave_the_figure() {
        let names =
            ["搜索引擎营销", "display", "e-mail", "", "a very long name of a channel indeed"];
        let legend = Legend::new(names.map(|name| (name, "#000000")), 200.0);
        let placed: Vec<_> = legend.rows.iter().flatten().collect();
        assert_eq!((legend.rows.len(), placed.len()), (3, 4));
        assert!(placed.iter().all(|(x, name, _)| x + SWATCH + width(name, SIZE) <= 200.0));
    }
}
