//! Which steps a recurrent layer reads and in which order: parts of the batch, without padding.

use super::recurrent::Sizes;
use brand_nn_kernels::Real;
use brand_nn_tensor::{Element, Tensor};
use std::{cmp::Reverse, mem::replace, ops::Range};

/// The parts of a batch of sequences, which share no row.
pub(crate) struct Schedule {
    pub(crate) parts: Vec<Part>,
}

/// Some rows of a batch, packed: all rows' first steps, then their second ones, as far as they have
/// any.
pub(crate) struct Part {
    /// The rows of the batch, those with the most steps first.
    pub(crate) rows: Vec<usize>,
    /// How many rows have a step of each number, so that it never grows.
    counts: Vec<usize>,
    /// Where each packed step stands in `[time, batch]`.
    places: Vec<i64>,
}

impl Schedule {
    /// All steps of all rows, or those that a mask `[batch, time]` calls real.
    ///
    /// The parts are a function of batch and lengths alone. Rows of one length stay as they stand;
    /// others are dealt out by their length, so that all parts have as much to do.
    pub(crate) fn new(sizes: &Sizes, real: Option<&Tensor>) -> Self {
        let Sizes { batch, time, .. } = *sizes;
        let found = real.map(|real| positions(real, time));
        let length = |row: usize| found.as_ref().map_or(time, |found| found[row].len());
        let place = |row: usize, step: usize| {
            let position = found.as_ref().map_or(step, |found| found[row][step]);
            (position * batch + row) as i64
        };
        let mut order: Vec<usize> = (0..batch).collect();
        order.sort_by_key(|&row| Reverse(length(row)));
        let count = (batch / 16).clamp(1, 8);
        let is_even = batch == 0 || length(order[0]) == length(order[batch - 1]);
        let one = |part: usize| {
            let range = batch * part / count..batch * (part + 1) / count;
            let rows: Vec<usize> = match is_even {
                true => order[range].to_vec(),
                false => order.iter().skip(part).step_by(count).copied().collect(),
            };
            Part::new(rows, length, place)
        };
        Self { parts: (0..count).map(one).collect() }
    }

    /// What each part has for its rows, brought to `[batch, units]`.
    pub(crate) fn states<T: Real + Element>(&self, parts: &[&Tensor], batch: usize) -> Tensor {
        let units = parts[0].dim(1);
        let mut all = Tensor::zeros_of([batch, units], T::DTYPE);
        let out = all.make_mut::<T>();
        for (part, states) in self.parts.iter().zip(parts) {
            part.spread_states(&states.data::<T>(), units, out);
        }
        all
    }

    /// What each part has for its steps, brought to `[batch, time, width]`; noughts elsewhere.
    pub(crate) fn steps<T: Real + Element>(&self, parts: &[Tensor], sizes: Sizes) -> Tensor {
        let width = parts[0].dim(1);
        let mut all = Tensor::zeros_of([sizes.time, sizes.batch, width], T::DTYPE);
        let out = all.make_mut::<T>();
        for (part, steps) in self.parts.iter().zip(parts) {
            part.spread(&steps.data::<T>(), width, out);
        }
        all.transpose(0, 1)
    }

    /// The first of each part's `N` kinds of states after every step, and as one more step for each
    /// kind its last states: `[time + N, batch, units]`.
    ///
    /// Those of the start stand in front.
    pub(crate) fn outputs<T: Real + Element, const N: usize>(
        &self,
        parts: &[[&Tensor; N]],
        Sizes { batch, time, units, .. }: Sizes,
    ) -> Tensor {
        let mut all = Tensor::zeros_of([time + N, batch, units], T::DTYPE);
        let (steps, last) = all.make_mut::<T>().split_at_mut(time * batch * units);
        for (part, kinds) in self.parts.iter().zip(parts) {
            part.spread(&kinds[0].data::<T>()[part.rows.len() * units..], units, steps);
            let ends: Vec<i64> = part.ends().into_iter().map(|end| end as i64).collect();
            for (states, last) in kinds.iter().zip(last.chunks_exact_mut((batch * units).max(1))) {
                part.spread_states(&pick(states, ends.clone()).data::<T>(), units, last);
            }
        }
        all
    }
}

/// The numbers of the real steps of each row.
fn positions(real: &Tensor, time: usize) -> Vec<Vec<usize>> {
    let real = real.to_vec::<bool>();
    let of_row = |row: &[bool]| (0..time).filter(|&step| row[step]).collect();
    real.chunks(time).map(of_row).collect()
}

impl Part {
    fn new(
        rows: Vec<usize>,
        length: impl Fn(usize) -> usize,
        place: impl Fn(usize, usize) -> i64,
    ) -> Self {
        let longest = rows.first().map_or(0, |&row| length(row));
        let left = |step: usize| rows.iter().take_while(|&&row| length(row) > step).count();
        let counts: Vec<usize> = (0..longest).map(left).collect();
        let mut places = Vec::with_capacity(counts.iter().sum());
        for (step, &count) in counts.iter().enumerate() {
            places.extend(rows[..count].iter().map(|&row| place(row, step)));
        }
        Self { rows, counts, places }
    }

    /// The packed steps.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The packed steps of each number, and where the states stand from which they begin, if those of
    /// all rows at the start stand in front of those after each packed step.
    pub(crate) fn walk(&self) -> Vec<(Range<usize>, usize)> {
        let (mut start, mut before) = (0, 0);
        let one = |&count: &usize| {
            let now = start..start + count;
            start = now.end;
            (now.clone(), replace(&mut before, self.rows.len() + now.start))
        };
        self.counts.iter().map(one).collect()
    }

    /// The packed rows of `[batch, time, width]`.
    pub(crate) fn gather(&self, from: &Tensor) -> Tensor {
        let [batch, time, width] = [from.dim(0), from.dim(1), from.dim(2)];
        let turned = from.transpose(0, 1);
        let (rows, ids): (_, Vec<i64>) = match turned.is_contiguous() {
            true => (turned, self.places.clone()),
            false => {
                let place =
                    |&place: &i64| place % batch as i64 * time as i64 + place / batch as i64;
                (from.contiguous(), self.places.iter().map(place).collect())
            }
        };
        pick(&rows.reshape([time * batch, width]), ids)
    }

    /// Copies packed rows to their places in `[time, batch, width]`.
    fn spread<T: Real>(&self, packed: &[T], width: usize, to: &mut [T]) {
        for (&place, row) in self.places.iter().zip(packed.chunks_exact(width.max(1))) {
            to[place as usize * width..][..width].copy_from_slice(row);
        }
    }

    /// Adds to some packed steps what stands at their places in `[time, batch, width]`.
    pub(crate) fn add<T: Real>(&self, steps: Range<usize>, from: &[T], width: usize, to: &mut [T]) {
        for (&place, row) in self.places[steps].iter().zip(to.chunks_exact_mut(width.max(1))) {
            let from = &from[place as usize * width..][..width];
            row.iter_mut().zip(from).for_each(|(a, &b)| *a = *a + b);
        }
    }

    /// The rows of a state `[batch, units]` in the part's order.
    pub(crate) fn states(&self, from: &Tensor) -> Tensor {
        pick(from, self.rows.iter().map(|&row| row as i64).collect())
    }

    /// Copies states in the part's order to their rows of `[batch, units]`.
    fn spread_states<T: Real>(&self, states: &[T], units: usize, to: &mut [T]) {
        for (&row, state) in self.rows.iter().zip(states.chunks_exact(units.max(1))) {
            to[row * units..][..units].copy_from_slice(state);
        }
    }

    /// The states `[rows + len, units]` from which each packed step began: `[len, units]`.
    pub(crate) fn before(&self, states: &Tensor) -> Tensor {
        if self.counts.last() == Some(&self.rows.len()) {
            return states.slice(0, ..self.len());
        }
        let before = self.walk().into_iter().map(|(now, from)| from..from + now.len());
        pick(states, before.flatten().map(|at| at as i64).collect())
    }

    /// Where the last state of each row stands.
    fn ends(&self) -> Vec<usize> {
        let mut ends: Vec<usize> = (0..self.rows.len()).collect();
        for (now, _) in self.walk() {
            for (end, at) in ends.iter_mut().zip(now) {
                *end = self.rows.len() + at;
            }
        }
        ends
    }
}

fn pick(rows: &Tensor, ids: Vec<i64>) -> Tensor {
    rows.index_select(0, &ids.into()).unwrap_or_else(|error| panic!("{error}"))
}
