//! Figures as SVG and pages as HTML, Markdown and JSON, from slices of numbers.
//!
//! | to show … | use |
//! |---|---|
//! | numbers against numbers: lines, bands, points, steps, areas | [`Plot`] |
//! | a distribution | [`Plot::histogram`] |
//! | how good a classifier is | [`Plot::roc`], [`Plot::calibration`] |
//! | one number a name, with intervals, in groups | [`Bars`] |
//! | a number a pair of names | [`HeatMap`] |
//! | all of it with words, tables and findings | [`Page`] |
//!
//! Nothing here fails but [`Figure`]`::to_png`, which needs fonts (feature `png`). A report is the last step of a long run, and one odd number in it must not
//! lose the rest: what can't be drawn is left out, and the figure says below how many values that
//! were. Every text, wherever it came from, is escaped for where it goes. Pages need no network and
//! run no script.
//!
//! ```
//! use brand_nn_report::{Finding, Page, Plot};
//!
//! let weeks = (0..52).map(|week| (f64::from(week), 40.0 + f64::from(week % 13)));
//! let page = Page::new("Visits")
//!     .paragraph("One year of visits to the shop of <Ada & Bo>.")
//!     .figure(Plot::new("Visits a week").x("week").y("visits").line("visits", weeks))
//!     .finding(Finding::good("Visits are steady", "40 to 52 a week"));
//! assert!(page.to_html().contains("&lt;Ada &amp; Bo&gt;"));
//! assert!(page.to_markdown().starts_with("# Visits\n"));
//! ```

mod bars;
mod escape;
mod figure;
mod finding;
mod format;
mod frame;
mod heat_map;
mod html;
mod legend;
mod markdown;
mod marks;
mod page;
mod palette;
mod plot;
#[cfg(feature = "png")]
mod png;
mod ready;
mod svg;
mod ticks;
mod words;

pub use bars::Bars;
pub use figure::Figure;
pub use finding::{Finding, Status};
pub use format::Format;
pub use heat_map::HeatMap;
pub use marks::{Mark, Shape};
pub use page::{Block, Page};
pub use palette::OKABE_ITO;
pub use plot::Plot;
#[cfg(feature = "png")]
pub use png::PngError;
