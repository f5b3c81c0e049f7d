//! Any figure, as a page holds it.

use crate::{Bars, HeatMap, Plot};
use serde::Serialize;

/// One of the kinds of figures.
///
/// # Examples
/// ```
/// use brand_nn_report::{Bars, Figure};
/// let figure = Figure::from(Bars::new("Two", ["a", "b"]).series("", [1.0, 2.0]));
/// assert_eq!(figure.title(), "Two");
/// assert!(figure.to_svg().starts_with("<svg"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Figure {
    /// Numbers against numbers.
    Plot(Plot),
    /// One number a name.
    Bars(Bars),
    /// A number a pair of names.
    HeatMap(HeatMap),
}

impl Figure {
    /// The figure as SVG.
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.to_svg_in("en")
    }

    /// The figure as SVG with its notes in the language of a page.
    pub(crate) fn to_svg_in(&self, language: &str) -> String {
        match self {
            Self::Plot(figure) => figure.to_svg_in(language),
            Self::Bars(figure) => figure.to_svg_in(language),
            Self::HeatMap(figure) => figure.to_svg_in(language),
        }
    }

    /// What the figure is called.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Plot(figure) => &figure.title,
            Self::Bars(figure) => &figure.title,
            Self::HeatMap(figure) => &figure.title,
        }
    }

    /// Its data as a header and rows, for readers of text.
    pub(crate) fn rows(&self) -> (Vec<String>, Vec<Vec<String>>) {
        match self {
            Self::Plot(figure) => figure.rows(),
            Self::Bars(figure) => figure.rows(),
            Self::HeatMap(figure) => figure.table(),
        }
    }
}

/// A figure is made of each of its kinds.
macro_rules! from {
    ($($kind:ident)*) => {$(
        impl From<$kind> for Figure {
            fn from(figure: $kind) -> Self {
                Self::$kind(figure)
            }
        }
    )*};
}

from!(Plot Bars HeatMap);
