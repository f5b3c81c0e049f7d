//! Groups of rows that resemble each other.
//!
//! | specification | groups are | how many |
//! |---|---|---|
//! | [`KMeans`], [`MiniBatchKMeans`] | nearest to a centre | given |
//! | [`GaussianMixture`] | drawn from a bell, with probabilities | given, or by its BIC |
//! | [`Dbscan`] | dense, of any shape; the rest is noise | found |
//! | [`Agglomerative`] | branches of a tree of merges | cut afterwards |
//!
//! Distances treat columns alike: bring them to one scale first. How good groups are is told by
//! [`silhouette`](crate::metrics::silhouette) and its like.
//!
//! ```
//! use brand_nn_stats::{cluster::KMeans, linear::Matrix};
//!
//! let spend = Matrix::new(6, 1, vec![1.0, 2.0, 3.0, 101.0, 102.0, 103.0])?;
//! let groups = KMeans::new(2, 42).fit(&spend)?;
//! assert_eq!(groups.inertia, 4.0);
//! assert_eq!(groups.clusters[0], groups.clusters[2]);
//! assert_ne!(groups.clusters[0], groups.clusters[5]);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod agglomerative;
mod dbscan;
mod gaussian_mixture;
mod grid;
mod k_means;
mod mini_batch;
mod nearest;
mod seeding;

pub use agglomerative::{Agglomerative, Linkage, Merge, MergeTree};
pub use dbscan::{Dbscan, FittedDbscan};
pub use gaussian_mixture::{CovarianceShape, FittedGaussianMixture, GaussianMixture};
pub use k_means::{FittedKMeans, KMeans};
pub use mini_batch::MiniBatchKMeans;

use crate::linear::Matrix;
use crate::{Error, Result, door};

/// Finite rows of at least one column, and at least as many as `least`.
fn checked(op: &'static str, x: &Matrix, least: usize) -> Result<()> {
    door::some(op, "rows", x.rows())?;
    door::some(op, "columns", x.cols())?;
    door::every(op, "number", x.data(), door::FINITE)?;
    let largest = x.data().iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if largest > 1e150 {
        let (case, help) = ("squares overflow", "scale the columns down");
        return Err(Error::Undefined { op, case, help });
    }
    door::at_least(op, "clusters", least, 1)?;
    if x.rows() < least {
        let case = "there are more clusters than rows";
        return Err(Error::Undefined { op, case, help: "ask for fewer clusters" });
    }
    Ok(())
}

/// |a − b|².
fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
