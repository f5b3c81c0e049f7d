//! One tree, grown at the leaf that gains most.

use super::binning::{Column, MISSING};
use super::histogram::{Histogram, Limits, Split, Sums, best_split, build, subtract};
use crate::{Error, Result};
use brand_nn_kernels::threads;

/// A question, or an answer.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Node {
    /// Whether a column is at most a threshold.
    Split {
        /// The column.
        column: usize,
        /// The threshold; infinite where the question is whether there is a value at all.
        #[serde(with = "threshold")]
        threshold: f64,
        /// Whether rows without a value go left.
        missing_left: bool,
        /// The nodes for yes and no.
        children: [usize; 2],
    },
    /// What is added to the raw score.
    Leaf {
        /// The number.
        value: f64,
    },
}

/// JSON has no infinity: it is written as `null`.
mod threshold {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(x: &f64, to: S) -> Result<S::Ok, S::Error> {
        x.is_finite().then_some(*x).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(from)?.unwrap_or(f64::INFINITY))
    }
}

/// A tree of questions; the first node is asked first.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<Node>", into = "Vec<Node>")]
pub struct Tree {
    nodes: Vec<Node>,
}

impl TryFrom<Vec<Node>> for Tree {
    type Error = Error;

    /// Children come after their parents, so that every walk ends.
    fn try_from(nodes: Vec<Node>) -> Result<Self> {
        let (op, what) = ("Tree", "nodes");
        crate::door::some(op, what, nodes.len())?;
        for (index, node) in nodes.iter().enumerate() {
            if let Node::Split { children, .. } = node
                && let Some(child) = children.iter().find(|c| **c <= index || **c >= nodes.len())
            {
                let (got, expected) = (*child as f64, "a later node");
                return Err(Error::Value { op, what: "child of node", index, got, expected });
            }
        }
        Ok(Self { nodes })
    }
}

impl From<Tree> for Vec<Node> {
    fn from(tree: Tree) -> Self {
        tree.nodes
    }
}

impl Tree {
    /// Questions and answers; children come after their parents.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many columns a row must have to be asked.
    #[must_use]
    pub fn num_columns(&self) -> usize {
        let column = |node: &Node| match node {
            Node::Split { column, .. } => column.saturating_add(1),
            Node::Leaf { .. } => 0,
        };
        self.nodes.iter().map(column).max().unwrap_or(0)
    }

    /// The answer for a row, in which NaN is missing.
    ///
    /// # Panics
    /// If the row has fewer columns than the tree asks for.
    #[must_use]
    pub fn answer(&self, row: &[f64]) -> f64 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf { value } => return value,
                Node::Split { column, threshold, missing_left, children } => {
                    let x = row[column];
                    let is_left = if x.is_nan() { missing_left } else { x <= threshold };
                    at = children[usize::from(!is_left)];
                }
            }
        }
    }
}

/// What a tree is grown with.
pub(super) struct Grower<'a> {
    pub(super) columns: &'a [Column],
    pub(super) slopes: &'a [[f64; 2]],
    pub(super) limits: Limits,
    pub(super) max_leaves: usize,
    pub(super) learning_rate: f64,
}

/// Rows below which a node is not worth the other threads.
const SERIAL: usize = 4096;

/// A leaf that may still be split; its rows are a range of all.
struct Leaf {
    node: usize,
    from: usize,
    rows: usize,
    total: Sums,
    histograms: Vec<Histogram>,
    split: Option<Split>,
}

/// A tree, and what it found.
pub(super) struct Grown {
    pub(super) tree: Tree,
    /// Adds the answers to raw scores: rows of each leaf with its value.
    pub(super) leaves: Vec<(std::ops::Range<usize>, f64)>,
    pub(super) rows: Vec<u32>,
    /// The gain of each column.
    pub(super) gains: Vec<f64>,
}

impl Grower<'_> {
    pub(super) fn grow(&self, rows: Vec<u32>) -> Grown {
        let mut grown = Grown {
            tree: Tree { nodes: vec![Node::Leaf { value: 0.0 }] },
            leaves: Vec::new(),
            gains: vec![0.0; self.columns.len()],
            rows,
        };
        let mut leaves = vec![self.leaf(0, 0, &grown.rows, None)];
        while leaves.len() < self.max_leaves {
            let Some(best) = most_gain(&leaves) else { break };
            let leaf = leaves.swap_remove(best);
            let Some(split) = leaf.split else { break };
            grown.gains[split.column] += split.gain;
            leaves.extend(self.divide(&leaf, split, &mut grown));
        }
        for leaf in &leaves {
            let below = leaf.total.curvature + self.limits.l2;
            let value =
                if below > 0.0 { -self.learning_rate * leaf.total.slope / below } else { 0.0 };
            grown.tree.nodes[leaf.node] = Node::Leaf { value };
            grown.leaves.push((leaf.from..leaf.from + leaf.rows, value));
        }
        grown
    }

    /// A leaf of some rows; of histograms that are known none is built.
    fn leaf(
        &self,
        node: usize,
        from: usize,
        rows: &[u32],
        histograms: Option<Vec<Histogram>>,
    ) -> Leaf {
        let histograms = histograms.unwrap_or_else(|| {
            let slopes: Vec<[f64; 2]> = rows.iter().map(|row| self.slopes[*row as usize]).collect();
            let of_column = |i: usize| build(&self.columns[i], rows, &slopes);
            self.each_column(rows.len(), &of_column)
        });
        // Every column has each row once.
        let total = histograms[0].iter().fold(Sums::default(), |sum, bin| sum.plus(*bin));
        let of_column =
            |i: usize| best_split(i, &self.columns[i], &histograms[i], total, self.limits);
        let splits = (0..self.columns.len()).filter_map(of_column);
        let better = |a: Split, b: Split| if b.gain > a.gain { b } else { a };
        let split = splits.reduce(better);
        Leaf { node, from, rows: rows.len(), total, histograms, split }
    }

    fn each_column<R: Send + Sync>(&self, rows: usize, f: &(dyn Fn(usize) -> R + Sync)) -> Vec<R> {
        let count = self.columns.len();
        if rows < SERIAL { (0..count).map(f).collect() } else { threads::map(count, f) }
    }

    /// Two leaves of one; the histograms of the larger are what the smaller leaves.
    fn divide(&self, leaf: &Leaf, split: Split, grown: &mut Grown) -> [Leaf; 2] {
        let rows = &mut grown.rows[leaf.from..leaf.from + leaf.rows];
        let left_rows = partition(rows, &self.columns[split.column], split);
        let nodes = &mut grown.tree.nodes;
        let children = [nodes.len(), nodes.len() + 1];
        nodes.extend([Node::Leaf { value: 0.0 }; 2]);
        let edges = &self.columns[split.column].edges;
        let threshold = edges.get(split.bin as usize).copied().unwrap_or(f64::INFINITY);
        let (column, missing_left) = (split.column, split.missing_left);
        nodes[leaf.node] = Node::Split { column, threshold, missing_left, children };
        let (left, right) = rows.split_at(left_rows);
        let is_left_small = left.len() <= right.len();
        let middle = leaf.from + left_rows;
        let child = |is_left: bool, histograms| match is_left {
            true => self.leaf(children[0], leaf.from, left, histograms),
            false => self.leaf(children[1], middle, right, histograms),
        };
        let small = child(is_left_small, None);
        let of_column = |i: usize| subtract(&leaf.histograms[i], &small.histograms[i]);
        let rest = (0..self.columns.len()).map(of_column).collect();
        let large = child(!is_left_small, Some(rest));
        if is_left_small { [small, large] } else { [large, small] }
    }
}

fn most_gain(leaves: &[Leaf]) -> Option<usize> {
    let gain = |i: usize| leaves[i].split.map_or(0.0, |split| split.gain);
    // Of equals the one that was made first.
    let better = |a: usize, b: usize| {
        let is_better =
            gain(b) > gain(a) || (gain(b) == gain(a) && leaves[b].node < leaves[a].node);
        if is_better { b } else { a }
    };
    (0..leaves.len()).reduce(better).filter(|&i| gain(i) > 0.0)
}

/// Brings the rows that go left to the front, both sides in their order; how many go left.
fn partition(rows: &mut [u32], column: &Column, split: Split) -> usize {
    let mut right = Vec::with_capacity(rows.len());
    let mut left = 0;
    for i in 0..rows.len() {
        let row = rows[i];
        let bin = column.bins[row as usize];
        let is_left = if bin == MISSING { split.missing_left } else { bin <= split.bin };
        if is_left {
            rows[left] = row;
            left += 1;
        } else {
            right.push(row);
        }
    }
    rows[left..].copy_from_slice(&right);
    left
}
