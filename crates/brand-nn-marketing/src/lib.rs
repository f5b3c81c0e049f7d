//! What a marketing analyst asks for, each by one idiom and with its uncertainty.
//!
//! | question | module |
//! |---|---|
//! | which channels earned the conversions | [`attribution`] |
//! | who will leave, why, whom to keep first | [`churn`] |
//! | which groups there are | [`segment`] |
//! | what campaigns brought | [`evaluate`] |
//! | does a variant work, did a campaign | [`experiment`] |
//! | what people write, and how they feel | [`text`] |
//! | how that changes, and what needs a look | [`monitor`] |
//! | what customers will buy and be worth | [`clv`], of [`data`] |
//!
//! A method is a plain specification that can be saved. `fit(&data)` returns another type, which
//! answers in the marketer's words, knows how certain it is, and has a `report()`: a
//! [`Page`](brand_nn_report::Page) of figures, tables and what to do next. Seeds are arguments, and
//! time has its unit: see [`Span`].
//!
//! ```
//! use brand_nn_marketing::experiment::{Arm, ConversionTest};
//!
//! let arms = [Arm::new("old page", 384, 3841), Arm::new("new page", 465, 3841)];
//! let result = ConversionTest::default().analyze(&arms)?;
//! assert_eq!(result.winner().map(|arm| &*arm.arm.name), Some("new page"));
//! let page = result.report(); // figures, a table, and what to do next
//! assert!(page.to_html().contains("new page converts better"));
//! # Ok::<(), brand_nn_marketing::Error>(())
//! ```

pub mod attribution;
pub mod check;
pub mod churn;
pub mod clv;
mod columns;
pub mod data;
mod dense;
mod door;
mod error;
pub mod evaluate;
pub mod experiment;
mod features;
pub mod monitor;
mod parameters;
mod resampling;
pub mod segment;
pub mod text;
mod time;

pub use error::{Error, Result};
pub use parameters::{Parameter, Parameters};
pub use resampling::Resampling;
pub use time::{Days, Hours, Minutes, Months, Span, Unit, Weeks, Years};
