//! Groups of customers: by recency, frequency and spend, or by any table of numbers.

mod clusters;
mod rfm;

pub use clusters::{FittedTableSegments, SegmentProfile, TableSegments};
pub use rfm::{RfmCustomer, RfmSegmentation, RfmSegments, Segment};
