//! A tree of merges, from single rows to one group of all.

use super::{checked, squared_distance};
use crate::linear::Matrix;
use crate::{Error, Result, door};

/// How far two groups are from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Linkage {
    /// By how much the squares around the means would grow.
    Ward,
    /// As far as their farthest rows.
    Complete,
    /// As far as their rows are on average.
    Average,
    /// As near as their nearest rows.
    Single,
}

/// The settings of hierarchical clustering.
///
/// The two groups that are nearest become one, again and again, by chains of nearest neighbours
/// (Murtagh 1983). Memory and time grow with the square of the rows: up to 20,000 of them.
///
/// # Examples
/// ```
/// use brand_nn_stats::{cluster::{Agglomerative, Linkage}, linear::Matrix};
/// let x = Matrix::new(5, 1, vec![1.0, 2.0, 9.0, 11.0, 30.0])?;
/// let tree = Agglomerative { linkage: Linkage::Average }.fit(&x)?;
/// assert_eq!(tree.cut(3)?, [0, 0, 1, 1, 2]);
/// assert_eq!(tree.merges[0].height, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Agglomerative {
    /// How far groups are from each other.
    pub linkage: Linkage,
}

/// Two groups that became one.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Merge {
    /// The groups: numbers below the number of rows are rows, n + i is what merge i made.
    pub groups: [usize; 2],
    /// How far they were from each other.
    pub height: f64,
    /// How many rows they have together.
    pub size: usize,
}

/// All merges, the nearest first.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MergeTree {
    /// One fewer than rows, as SciPy's `linkage` has them.
    pub merges: Vec<Merge>,
}

const OP: &str = "Agglomerative::fit";
const MOST_ROWS: usize = 20_000;

impl Agglomerative {
    /// Merges the rows of `[rows, num_features]`.
    ///
    /// # Errors
    /// If there are no rows or more than 20,000, or a number is not finite or too large to be
    /// squared.
    pub fn fit(&self, x: &Matrix) -> Result<MergeTree> {
        checked(OP, x, 1)?;
        if x.rows() > MOST_ROWS {
            let (setting, got) = ("rows", x.rows() as f64);
            let (expected, help) = ("at most 20000", "merge the centres of a KMeans");
            return Err(Error::Setting { op: OP, setting, got, expected, help });
        }
        let mut merges = self.chains(Distances::of(x, self.linkage), x.rows());
        merges.sort_by(|a, b| a.2.total_cmp(&b.2));
        Ok(numbered(&merges, x.rows()))
    }

    /// Follows nearest neighbours until two are each other's: (row of one, row of other, height).
    fn chains(&self, mut distances: Distances, rows: usize) -> Vec<(usize, usize, f64)> {
        let mut sizes = vec![1.0; rows];
        let mut chain: Vec<usize> = Vec::new();
        let mut merges = Vec::with_capacity(rows.saturating_sub(1));
        while merges.len() + 1 < rows {
            if chain.is_empty() {
                chain.extend(sizes.iter().position(|size| *size > 0.0));
            }
            let last = chain[chain.len() - 1];
            let before = chain.len().checked_sub(2).map(|i| chain[i]);
            let nearest = distances.nearest(last, before, &sizes);
            if before != Some(nearest) {
                chain.push(nearest);
                continue;
            }
            chain.truncate(chain.len() - 2);
            let (gone, kept) = (last.min(nearest), last.max(nearest));
            merges.push((gone, kept, distances.height(gone, kept)));
            distances.merge([gone, kept], &sizes);
            sizes[kept] += sizes[gone];
            sizes[gone] = 0.0;
        }
        merges
    }
}

/// The lower half of a symmetric matrix.
struct Distances {
    linkage: Linkage,
    lower: Vec<f64>,
}

impl Distances {
    fn of(x: &Matrix, linkage: Linkage) -> Self {
        let mut lower = Vec::with_capacity(x.rows() * x.rows().saturating_sub(1) / 2);
        for i in 0..x.rows() {
            // Ward's are squares, until the height is told.
            let distance = |j| match linkage {
                Linkage::Ward => squared_distance(x.row(i), x.row(j)),
                _ => squared_distance(x.row(i), x.row(j)).sqrt(),
            };
            lower.extend((0..i).map(distance));
        }
        Self { linkage, lower }
    }

    fn place(i: usize, j: usize) -> usize {
        let (low, high) = if i < j { (i, j) } else { (j, i) };
        high * (high - 1) / 2 + low
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.lower[Self::place(i, j)]
    }

    fn height(&self, i: usize, j: usize) -> f64 {
        if self.linkage == Linkage::Ward { self.at(i, j).sqrt() } else { self.at(i, j) }
    }

    /// The nearest group that is left; among equals the one before in the chain.
    fn nearest(&self, of: usize, before: Option<usize>, sizes: &[f64]) -> usize {
        let mut best = before.map(|before| (self.at(of, before), before));
        for (other, size) in sizes.iter().enumerate() {
            if *size == 0.0 || other == of {
                continue;
            }
            let distance = self.at(of, other);
            if best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, other));
            }
        }
        best.map_or(of, |(_, other)| other)
    }

    /// The distances of what two groups become, by the formula of Lance and Williams, 1967.
    fn merge(&mut self, [gone, kept]: [usize; 2], sizes: &[f64]) {
        let (m, n) = (sizes[gone], sizes[kept]);
        let between = self.at(gone, kept);
        for (other, &size) in sizes.iter().enumerate() {
            if size == 0.0 || other == gone || other == kept {
                continue;
            }
            let (a, b) = (self.at(gone, other), self.at(kept, other));
            self.lower[Self::place(kept, other)] = match self.linkage {
                Linkage::Ward => {
                    ((m + size) * a + (n + size) * b - size * between) / (m + n + size)
                }
                Linkage::Complete => a.max(b),
                Linkage::Average => (m * a + n * b) / (m + n),
                Linkage::Single => a.min(b),
            };
        }
    }
}

/// Merges with the numbers of groups in place of rows.
fn numbered(merges: &[(usize, usize, f64)], rows: usize) -> MergeTree {
    let mut sets = Sets::new(rows);
    let mut of_set: Vec<(usize, usize)> = (0..rows).map(|row| (row, 1)).collect();
    let mut out = Vec::with_capacity(merges.len());
    for (i, &(a, b, height)) in merges.iter().enumerate() {
        let (a, b) = (sets.root(a), sets.root(b));
        let ((first, m), (second, n)) = (of_set[a], of_set[b]);
        let groups = [first.min(second), first.max(second)];
        out.push(Merge { groups, height, size: m + n });
        of_set[sets.join(a, b)] = (rows + i, m + n);
    }
    MergeTree { merges: out }
}

/// Sets of rows that grow together.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) -> usize {
        self.0[a] = b;
        b
    }
}

impl MergeTree {
    /// The group of each row when so many are left, numbered by their first rows.
    ///
    /// # Errors
    /// If there are 0 groups or more than rows, or a merge is of groups that are not yet there.
    pub fn cut(&self, num_clusters: usize) -> Result<Vec<usize>> {
        let rows = self.merges.len() + 1;
        door::at_least("MergeTree::cut", "num_clusters", num_clusters, 1)?;
        if num_clusters > rows {
            let (setting, got) = ("num_clusters", num_clusters as f64);
            let (expected, help) = ("at most the number of rows", "ask for fewer");
            return Err(Error::Setting { op: "MergeTree::cut", setting, got, expected, help });
        }
        for (index, merge) in self.merges.iter().enumerate() {
            if let Some(group) = merge.groups.iter().find(|group| **group >= rows + index) {
                let (what, got, expected) = ("group of merge", *group as f64, "an earlier group");
                return Err(Error::Value { op: "MergeTree::cut", what, index, got, expected });
            }
        }
        let mut sets = Sets::new(2 * rows - 1);
        for (i, merge) in self.merges[..rows - num_clusters].iter().enumerate() {
            merge.groups.iter().for_each(|&group| sets.0[group] = rows + i);
        }
        let roots: Vec<usize> = (0..rows).map(|row| sets.root(row)).collect();
        let mut names = vec![None; 2 * rows - 1];
        let mut count = 0;
        let name = |root: usize| {
            *names[root].get_or_insert_with(|| {
                count += 1;
                count - 1
            })
        };
        Ok(roots.into_iter().map(name).collect())
    }
}
