//! Groups of customers: by recency, frequency and spend, or by any table of numbers.

mod clusters;
mod rfm;

pub(crate) use clusters::sampled_silhouette;
pub use clusters::{FittedTableSegments, SegmentProfile, TableSegments};
pub use rfm::{RfmCustomer, RfmSegmentation, RfmSegments, Segment};
