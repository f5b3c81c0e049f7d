//! Groups of dense rows, whatever their shape.

use super::{checked, grid::Grid};
use crate::linear::Matrix;
use crate::{Result, door};
use brand_nn_kernels::threads;

/// The settings of DBSCAN: a radius, and how many make a crowd.
///
/// A row with at least `min_samples` rows within the radius, itself among them, is a core; cores
/// within the radius of each other are one group, which takes the other rows within reach; the rest
/// is noise. Ester, Kriegel, Sander and Xu 1996.
///
/// # Examples
/// ```
/// use brand_nn_stats::{cluster::Dbscan, linear::Matrix};
/// let x = Matrix::new(6, 1, vec![1.0, 1.2, 1.4, 8.0, 8.1, 100.0])?;
/// let fitted = Dbscan { radius: 0.5, min_samples: 2 }.fit(&x)?;
/// assert_eq!(fitted.clusters, [Some(0), Some(0), Some(0), Some(1), Some(1), None]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Dbscan {
    /// How near neighbours are.
    #[doc(alias = "eps")]
    pub radius: f64,
    /// How many neighbours a core has, itself among them.
    pub min_samples: usize,
}

/// Groups, cores and noise.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FittedDbscan {
    /// The group of each row, in the order of their first cores; `None` is noise.
    pub clusters: Vec<Option<usize>>,
    /// Whether each row is a core.
    pub is_core: Vec<bool>,
    /// How many groups there are.
    pub num_clusters: usize,
}

impl Dbscan {
    /// Groups `[rows, num_features]`.
    ///
    /// A row within reach of two groups goes to the first one.
    ///
    /// # Errors
    /// If there are no rows, a number is not finite or too large to be squared, the radius is not
    /// above 0, or `min_samples` is 0.
    pub fn fit(&self, x: &Matrix) -> Result<FittedDbscan> {
        let op = "Dbscan::fit";
        checked(op, x, 1)?;
        door::positive(op, "radius", self.radius)?;
        door::at_least(op, "min_samples", self.min_samples, 1)?;
        let mut grid = Grid::new(x, self.radius);
        let is_core = self.cores(&grid);
        let mut clusters = vec![None; x.rows()];
        let mut num_clusters = 0;
        for row in 0..x.rows() {
            if is_core[row] && clusters[row].is_none() {
                spread(&mut grid, &is_core, &mut clusters, row, num_clusters);
                num_clusters += 1;
            }
        }
        Ok(FittedDbscan { clusters, is_core, num_clusters })
    }

    fn cores(&self, grid: &Grid<'_>) -> Vec<bool> {
        const TASK: usize = 512;
        let rows = grid.cell_of.len();
        let tasks = threads::map(rows.div_ceil(TASK), |task| {
            let rows = task * TASK..rows.min((task + 1) * TASK);
            rows.map(|row| grid.count_near(row) >= self.min_samples).collect::<Vec<_>>()
        });
        tasks.concat()
    }
}

/// Gives a group to all that a core reaches; who has one leaves the grid for good.
fn spread(
    grid: &mut Grid<'_>,
    is_core: &[bool],
    clusters: &mut [Option<usize>],
    start: usize,
    cluster: usize,
) {
    let mut waiting = vec![start];
    clusters[start] = Some(cluster);
    while let Some(row) = waiting.pop() {
        let home = grid.cell_of[row];
        for i in 0..grid.around[home].len() {
            let cell = grid.around[home][i];
            let mut rows = std::mem::take(&mut grid.cells[cell]);
            rows.retain(|&other| {
                if clusters[other].is_some() || !grid.is_near(row, other) {
                    return clusters[other].is_none();
                }
                clusters[other] = Some(cluster);
                if is_core[other] {
                    waiting.push(other);
                }
                false
            });
            grid.cells[cell] = rows;
        }
    }
}
