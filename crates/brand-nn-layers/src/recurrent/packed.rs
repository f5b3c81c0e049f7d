//! Sequences of different lengths, read without spending a thought on padding.

use super::cell::Cell;
use crate::{
    Mask, Pass, RecurrentState, Result,
    sequence::{gather_steps, spread_steps},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;
use std::{cmp::Reverse, iter::once, ops::Range};

/// Runs a cell over the real steps alone; all others give zeros and leave the state as it was.
///
/// The rows are sorted by length, and time is cut wherever a row ends: in each segment all rows that
/// are left run side by side. Real steps move to the left, so that they may stand anywhere.
pub(crate) fn run(
    cell: &dyn Cell,
    input: &Var,
    mask: &Mask,
    start: &RecurrentState,
    pass: &mut Pass,
) -> Result<(Var, RecurrentState)> {
    let packing = Packing::of(mask);
    let mut state = start.rows(&ids(&packing.order))?;
    let (mut outputs, mut ended) = (Vec::new(), Vec::new());
    for (part, &Segment { rows, .. }) in packing.cut(input)?.iter().zip(&packing.segments) {
        let left = state.hidden.shape()[0];
        ended.push(state.map(|all| all.slice(0, rows..left)));
        let running = state.map(|all| all.slice(0, 0..rows));
        let (output, after) = cell.steps(part, &running, pass)?;
        outputs.push(output.reshape([rows * output.shape()[1], cell.units()]));
        state = after;
    }
    ended.push(state);
    ended.reverse(); // The longest come first again.
    let end = RecurrentState::join(&ended, Var::concat).rows(&ids(&packing.ranks()))?;
    Ok((packing.spread(&Var::concat(&outputs, 0), input)?, end))
}

/// The real steps of a batch, in the order in which they are read.
struct Packing {
    /// The rows, the longest first.
    order: Vec<usize>,
    /// At least one, so that weights are in the graph even where no step is real.
    segments: Vec<Segment>,
    /// Where each step stands in the batch: segment by segment, row by row, step by step.
    places: Tensor,
}

/// A stretch of time in which no row ends, and the number of rows that are left then.
struct Segment {
    rows: usize,
    steps: Range<usize>,
}

impl Packing {
    fn of(mask: &Mask) -> Self {
        let places = mask.places();
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|&row| Reverse(places[row].len()));
        let lengths: Vec<_> = order.iter().map(|&row| places[row].len()).collect();
        let segments = segments(&lengths);
        let read = segments.iter().flat_map(|segment| {
            let rows = order[..segment.rows].iter();
            rows.flat_map(|&row| &places[row][segment.steps.clone()])
        });
        let read: Vec<i64> = read.copied().collect();
        Self { places: read.into(), order, segments }
    }

    /// The steps of each segment, `[rows, steps, features]`.
    fn cut(&self, input: &Var) -> Result<Vec<Var>> {
        let features = input.shape()[2];
        let steps = gather_steps(input, &self.places)?;
        let lengths: Vec<_> =
            self.segments.iter().map(|segment| segment.rows * segment.steps.len()).collect();
        let parts = halves(&steps, &lengths).into_iter().zip(&self.segments);
        let shaped = parts
            .map(|(part, Segment { rows, steps })| part.reshape([*rows, steps.len(), features]));
        Ok(shaped.collect())
    }

    /// Outputs of all real steps, brought back to where their steps stand.
    fn spread(&self, outputs: &Var, input: &Var) -> Result<Var> {
        spread_steps(outputs, &self.places, [input.shape()[0], input.shape()[1]])
    }

    /// The place of each row in the order.
    fn ranks(&self) -> Vec<usize> {
        let mut ranks = vec![0; self.order.len()];
        self.order.iter().enumerate().for_each(|(rank, &row)| ranks[row] = rank);
        ranks
    }
}

/// The segments of rows whose lengths, the longest first, are these.
fn segments(lengths: &[usize]) -> Vec<Segment> {
    let mut ends: Vec<_> = lengths.iter().rev().copied().filter(|&length| length > 0).collect();
    ends.dedup();
    if ends.is_empty() {
        ends.push(1);
    }
    let starts = once(0).chain(ends.iter().copied());
    let segment = |(start, &end)| {
        let rows = lengths.iter().take_while(|&&length| length > start).count();
        Segment { rows, steps: start..end }
    };
    starts.zip(&ends).map(segment).collect()
}

/// Cuts the first axis by halves, so that the way back moves a row once a level, not once a part.
fn halves(value: &Var, lengths: &[usize]) -> Vec<Var> {
    if lengths.len() < 2 {
        return vec![value.clone()];
    }
    let (left, right) = lengths.split_at(lengths.len() / 2);
    let (middle, end) = (left.iter().sum(), value.shape()[0]);
    let mut parts = halves(&value.slice(0, 0..middle), left);
    parts.extend(halves(&value.slice(0, middle..end), right));
    parts
}

fn ids(rows: &[usize]) -> Tensor {
    rows.iter().map(|&row| row as i64).collect::<Vec<_>>().into()
}
