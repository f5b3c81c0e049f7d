//! Figures as PNG, for mails and slides that show no SVG.

use crate::Figure;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};
use std::fmt;

/// Families that are taken for texts, the first that the system has.
const FAMILIES: [&str; 6] =
    ["DejaVu Sans", "Liberation Sans", "Noto Sans", "Noto Sans CJK SC", "Arial", "Helvetica"];
/// More pixels than a screen of today has.
const MOST: u64 = 100_000_000;

/// Why a figure could not be made a PNG.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PngError {
    /// The system has no fonts, so that all words would be lost.
    Fonts,
    /// The picture would have no pixel, or far too many.
    Size {
        /// Pixels from left to right.
        width: u64,
        /// Pixels from top to bottom.
        height: u64,
    },
    /// The drawing failed.
    Drawing(String),
}

impl fmt::Display for PngError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fonts => f.write_str(
                "a figure as PNG: the system has no fonts; help: install some, such as Debian's \
                 fonts-dejavu-core and, for Chinese, fonts-noto-cjk",
            ),
            Self::Size { width, height } => write!(
                f,
                "a figure as PNG: got {width} × {height} pixels, expected 1 to {MOST} in all; \
                 help: a scale of 2 is sharp on most screens"
            ),
            Self::Drawing(problem) => write!(f, "a figure as PNG: {problem}; help: take the SVG"),
        }
    }
}

impl std::error::Error for PngError {}

impl Figure {
    /// The figure as PNG on white, with so many pixels for each unit of the SVG.
    ///
    /// Texts have fonts of the system: where none has Chinese, its characters are missing.
    ///
    /// # Errors
    /// If the system has no fonts, or the picture would have no pixel or more than 100 millions.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_report::{Figure, Plot, PngError};
    ///
    /// let figure = Figure::from(Plot::new("Visits").line("visits", [(0.0, 1.0), (1.0, 3.0)]));
    /// match figure.to_png(2.0) {
    ///     Ok(bytes) => assert!(bytes.starts_with(b"\x89PNG")),
    ///     Err(error) => assert_eq!(error, PngError::Fonts),
    /// }
    /// assert!(matches!(figure.to_png(0.0), Err(PngError::Size { .. } | PngError::Fonts)));
    /// ```
    pub fn to_png(&self, scale: f32) -> Result<Vec<u8>, PngError> {
        let drawing = |problem: &dyn fmt::Display| PngError::Drawing(problem.to_string());
        let mut options = Options::default();
        fonts(options.fontdb_mut())?;
        let tree = Tree::from_str(&self.to_svg(), &options).map_err(|error| drawing(&error))?;
        let [width, height] = [tree.size().width(), tree.size().height()]
            .map(|length| f64::from(length * scale).ceil() as u64);
        let mut pixels = (width.saturating_mul(height) <= MOST)
            .then(|| Pixmap::new(width as u32, height as u32))
            .flatten()
            .ok_or(PngError::Size { width, height })?;
        pixels.fill(resvg::tiny_skia::Color::WHITE);
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| drawing(&error))
    }
}

/// Looks for the fonts of the system, and names the one of texts.
fn fonts(database: &mut Database) -> Result<(), PngError> {
    database.load_system_fonts();
    let families = || database.faces().flat_map(|face| &face.families).map(|(name, _)| name);
    let known = FAMILIES.iter().find(|family| families().any(|name| name == *family));
    let chosen = known.map(|family| (*family).to_owned()).or_else(|| families().next().cloned());
    database.set_sans_serif_family(chosen.ok_or(PngError::Fonts)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bars, HeatMap, Plot};

    /// Width, height, and how many different colours.
    fn looked_at(bytes: &[u8]) -> (u32, u32, usize) {
        let pixels = Pixmap::decode_png(bytes).unwrap();
        let mut colours: Vec<_> =
            pixels.pixels().iter().map(|p| [p.red(), p.green(), p.blue(), p.alpha()]).collect();
        colours.sort_unstable();
        colours.dedup();
        (pixels.width(), pixels.height(), colours.len())
    }

    #[test]
    fn figures_are_drawn_with_words_and_colours() {
        let plot = Plot::new("Visits").x("week").line("visits", [(0.0, 1.0), (1.0, 3.0)]);
        let bars = Bars::new("Shares", ["a", "b"]).series("", [1.0, 2.0]);
        let pairs = HeatMap::new("Pairs", ["a"], ["b", "c"]).values([[1.0, 2.0]]);
        for figure in [Figure::from(plot), bars.into(), pairs.into()] {
            let bytes = match figure.to_png(1.5) {
                Ok(bytes) => bytes,
                Err(PngError::Fonts) => return println!("SKIPPED fonts"),
                Err(error) => panic!("{error}"),
            };
            let (width, height, colours) = looked_at(&bytes);
            assert!(width >= 900 && height >= 100 && colours > 20, "{width} × {height}, {colours}");
        }
    }

    #[test]
    fn sizes_that_can_not_be_are_refused() {
        let figure = Figure::from(Plot::new("Visits"));
        for scale in [0.0, -1.0, f32::NAN, 1e6, f32::INFINITY] {
            let error = figure.to_png(scale).unwrap_err();
            assert!(matches!(error, PngError::Size { .. } | PngError::Fonts), "{scale}: {error}");
            assert!(error.to_string().contains("; help: "));
        }
    }
}
