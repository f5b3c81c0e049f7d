//! Sums of slopes by bin, and the split that they favour.

use super::binning::{Column, MISSING};

/// Sums over rows: of slopes, of curvatures, of ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) slope: f64,
    pub(super) curvature: f64,
    pub(super) count: f64,
}

impl Sums {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            slope: self.slope + other.slope,
            curvature: self.curvature + other.curvature,
            count: self.count + other.count,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            slope: self.slope - other.slope,
            curvature: self.curvature - other.curvature,
            count: self.count - other.count,
        }
    }

    /// What a leaf of these rows takes off the loss, twice.
    fn score(self, l2: f64) -> f64 {
        let below = self.curvature + l2;
        if below > 0.0 { self.slope * self.slope / below } else { 0.0 }
    }
}

/// The sums of every bin of one column.
pub(super) type Histogram = Vec<Sums>;

/// How many sums there are: one for each `u8`.
const BINS: usize = 256;

/// Sums over rows whose slopes stand in the order of `rows`.
pub(super) fn build(column: &Column, rows: &[u32], slopes: &[[f64; 2]]) -> Histogram {
    let mut out = [Sums::default(); BINS];
    for (row, [slope, curvature]) in rows.iter().zip(slopes) {
        let sums = &mut out[column.bins[*row as usize] as usize];
        sums.slope += slope;
        sums.curvature += curvature;
        sums.count += 1.0;
    }
    out.to_vec()
}

/// The other child's sums.
pub(super) fn subtract(parent: &Histogram, child: &Histogram) -> Histogram {
    parent.iter().zip(child).map(|(parent, child)| parent.minus(*child)).collect()
}

/// What a split must leave on both sides.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) min_samples: f64,
    pub(super) l2: f64,
}

/// Curvature without which a side says nothing.
const MIN_CURVATURE: f64 = 1e-3;

/// Rows whose bin is at most `bin` go left, and those without a value where `missing_left` says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    pub(super) column: usize,
    pub(super) bin: u8,
    pub(super) missing_left: bool,
    pub(super) gain: f64,
    pub(super) left: Sums,
}

/// The best split of a column, if any gains.
pub(super) fn best_split(
    number: usize,
    column: &Column,
    histogram: &Histogram,
    total: Sums,
    limits: Limits,
) -> Option<Split> {
    let missing = histogram[MISSING as usize];
    let has_missing = column.has_missing && missing.count > 0.0;
    let mut best: Option<Split> = None;
    let mut below = Sums::default();
    // With missing rows, also the question whether there is a value at all.
    let last = column.edges.len() + usize::from(has_missing);
    for (bin, sums) in histogram.iter().enumerate().take(last) {
        below = below.plus(*sums);
        for missing_left in [false, true] {
            if missing_left && (!has_missing || bin == column.edges.len()) {
                continue;
            }
            let left = if missing_left { below.plus(missing) } else { below };
            let gain = gain(left, total, limits);
            if gain > best.map_or(0.0, |best| best.gain) {
                best = Some(Split { column: number, bin: bin as u8, missing_left, gain, left });
            }
        }
    }
    best.map(|split| Split { missing_left: missing_side(split, total, has_missing), ..split })
}

/// Where nothing was missing, what is missing later goes with the many.
fn missing_side(split: Split, total: Sums, has_missing: bool) -> bool {
    if has_missing { split.missing_left } else { split.left.count > total.count - split.left.count }
}

fn gain(left: Sums, total: Sums, limits: Limits) -> f64 {
    let right = total.minus(left);
    let is_side = |side: Sums| side.count >= limits.min_samples && side.curvature >= MIN_CURVATURE;
    if !is_side(left) || !is_side(right) {
        return 0.0;
    }
    left.score(limits.l2) + right.score(limits.l2) - total.score(limits.l2)
}
