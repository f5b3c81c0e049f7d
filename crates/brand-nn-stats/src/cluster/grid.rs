//! Rows sorted into cells, so that near ones are found without looking at all.

use super::squared_distance;
use crate::linear::Matrix;

/// Columns by which rows are sorted; the others only count in distances.
const AXES: usize = 3;
/// No axis has more cells than this, so that their numbers are exact.
const MOST: f64 = (1_u64 << 40) as f64;

type Key = [i64; AXES];

/// Cells at least as wide as a radius: what is within it lies in the same cell or the next.
pub(super) struct Grid<'a> {
    x: &'a Matrix,
    squared_radius: f64,
    /// The cell of each row.
    pub(super) cell_of: Vec<usize>,
    /// The rows of each cell.
    pub(super) cells: Vec<Vec<usize>>,
    /// The cells around each cell, itself among them.
    pub(super) around: Vec<Vec<usize>>,
}

impl<'a> Grid<'a> {
    pub(super) fn new(x: &'a Matrix, radius: f64) -> Self {
        let keys = keys(x, radius);
        let mut order: Vec<usize> = (0..x.rows()).collect();
        order.sort_by(|&a, &b| keys[a].cmp(&keys[b]).then(a.cmp(&b)));
        let cells: Vec<Vec<usize>> =
            order.chunk_by(|&a, &b| keys[a] == keys[b]).map(<[usize]>::to_vec).collect();
        let of_cells: Vec<Key> = cells.iter().map(|rows| keys[rows[0]]).collect();
        let around = of_cells.iter().map(|key| neighbours(&of_cells, *key)).collect();
        let mut cell_of = vec![0; x.rows()];
        for (cell, rows) in cells.iter().enumerate() {
            rows.iter().for_each(|&row| cell_of[row] = cell);
        }
        Self { x, squared_radius: radius * radius, cell_of, cells, around }
    }

    /// Whether two rows are within the radius of each other.
    pub(super) fn is_near(&self, a: usize, b: usize) -> bool {
        squared_distance(self.x.row(a), self.x.row(b)) <= self.squared_radius
    }

    /// The number of rows within the radius of one, itself among them.
    pub(super) fn count_near(&self, row: usize) -> usize {
        let cells = self.around[self.cell_of[row]].iter();
        cells.map(|&cell| self.cells[cell].iter().filter(|&&b| self.is_near(row, b)).count()).sum()
    }
}

/// The cell of each row, by the columns that are widest in radii.
fn keys(x: &Matrix, radius: f64) -> Vec<Key> {
    let range = |col: usize| {
        let column = (0..x.rows()).map(|row| x[(row, col)]);
        column.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    let ranges: Vec<(f64, f64)> = (0..x.cols()).map(range).collect();
    let mut widest: Vec<usize> = (0..x.cols()).collect();
    widest.sort_by(|&a, &b| {
        let width = |col: usize| ranges[col].1 - ranges[col].0;
        width(b).total_cmp(&width(a)).then(a.cmp(&b))
    });
    let axes: Vec<(usize, f64, f64)> = widest
        .into_iter()
        .take(AXES)
        .map(|col| {
            let (low, high) = ranges[col];
            // A little wider than the radius, for what rounding takes away.
            (col, low, (1.001 * radius).max((high - low) / MOST).max(f64::MIN_POSITIVE))
        })
        .collect();
    let key = |row: usize| {
        let mut key = [0; AXES];
        for (key, (col, low, side)) in key.iter_mut().zip(&axes) {
            *key = ((x[(row, *col)] - low) / side) as i64;
        }
        key
    };
    (0..x.rows()).map(key).collect()
}

/// The cells next to a key: runs of up to three in sorted order.
fn neighbours(cells: &[Key], [a, b, c]: Key) -> Vec<usize> {
    let mut found = Vec::new();
    for i in a - 1..=a + 1 {
        for j in b - 1..=b + 1 {
            let from = cells.partition_point(|key| *key < [i, j, c - 1]);
            let run = cells[from..].iter().take_while(|key| **key <= [i, j, c + 1]);
            found.extend((from..).take(run.count()));
        }
    }
    found
}
