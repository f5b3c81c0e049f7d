//! Colours that people tell apart, however they see colours.

/// Okabe and Ito's palette without black, from the one to use first.
///
/// M. Okabe and K. Ito, "Color universal design", 2008.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_report::OKABE_ITO[0], "#0072B2");
/// ```
pub const OKABE_ITO: [&str; 7] =
    ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442"];

/// Text and axes.
pub(crate) const INK: &str = "#222222";
/// Labels of axes, notes.
pub(crate) const QUIET: &str = "#555555";
/// Lines of the grid.
pub(crate) const GRID: &str = "#E3E3E3";
/// What has no value.
pub(crate) const NONE: &str = "#EEEEEE";

/// The colour of series number `index`; they come again after the seventh.
pub(crate) fn color(index: usize) -> &'static str {
    OKABE_ITO[index % OKABE_ITO.len()]
}

/// The shade of a share from 0 to 1, from white to the palette's blue, and the ink to write on it.
pub(crate) fn shade(share: f64) -> (String, &'static str) {
    let mix = |full: f64| (255.0 + (full - 255.0) * share.clamp(0.0, 1.0)).round() as u8;
    let [r, g, b] = [0.0, 114.0, 178.0].map(mix);
    (format!("#{r:02X}{g:02X}{b:02X}"), if share > 0.55 { "#FFFFFF" } else { INK })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_go_from_white_to_blue() {
        assert_eq!(shade(0.0), ("#FFFFFF".to_owned(), INK));
        assert_eq!(shade(1.0), ("#0072B2".to_owned(), "#FFFFFF"));
        assert_eq!(shade(f64::INFINITY).0, "#0072B2");
        assert_eq!(color(7), color(0));
    }
}
