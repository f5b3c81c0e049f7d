//! Normalisation of rows by their mean and spread, forward and backward.

use crate::lanes::{ROWS, rows_abreast, sum_each};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::threads::{Parts, for_each};
use crate::{Buffer, Real};

/// Elements whose sum is taken in their own type before it is added up in `f64`.
const SUM: usize = 4096;
/// Elements of rows that one task has, about.
const TASK: usize = 1 << 15;
/// Elements below which rows stay on one thread.
const SERIAL: usize = 1 << 16;

/// What a row is, and which weight belongs to which of its elements.
///
/// Row r belongs to group `r % groups`. Each group has `channels` weights, and each weight serves
/// `len / channels` elements that follow each other: layer norm has one group and a weight an
/// element, group norm a weight a channel, batch norm a row and a weight a channel.
#[derive(Clone, Copy, Debug)]
pub struct Norm {
    /// Elements of a row.
    pub len: usize,
    /// How many rows have weights of their own before the first ones come again.
    pub groups: usize,
    /// Weights of a group, a divisor of `len`.
    pub channels: usize,
    /// Whether the mean is subtracted: layer norm does, RMS norm does not.
    pub centred: bool,
    /// What is added to the variance, so that a constant row has a finite result.
    pub epsilon: f64,
}

/// `y = (x − μ) / √(σ² + ε) · w + b` for each row; without centring `μ = 0` and `σ² = mean x²`.
///
/// `statistics` gets `[μ, 1 / √(σ² + ε)]` for each row, which the backward pass needs.
///
/// # Panics
/// If the lengths do not fit.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Norm, norm};
/// let layer = Norm { len: 2, groups: 1, channels: 2, centred: true, epsilon: 0.0 };
/// let (mut out, mut statistics) = ([0.0_f64; 2], [0.0; 2]);
/// norm(&layer, &[1.0, 5.0], [&[1.0, 1.0], &[0.0, 10.0]], &mut out, &mut statistics);
/// assert_eq!((out, statistics), ([-1.0, 11.0], [3.0, 0.5]));
/// ```
#[track_caller]
pub fn norm<T: Real>(
    norm: &Norm,
    x: &[T],
    [weight, bias]: [&[T]; 2],
    out: &mut [T],
    statistics: &mut [T],
) {
    let rows = norm.check("norm", [x.len(), out.len()], [weight.len(), bias.len()], statistics);
    let per_task = norm.rows_of_a_task(rows);
    let (out, statistics) = (Parts::new(out), Parts::new(statistics));
    for_each(rows.div_ceil(per_task), |task| {
        let (first, last) = (task * per_task, rows.min((task + 1) * per_task));
        let range = first * norm.len..last * norm.len;
        // SAFETY: each task owns the rows first..last of both, and runs once.
        let (out, statistics) =
            unsafe { (out.range(range.clone()), statistics.range(2 * first..2 * last)) };
        dispatch(Forward { norm, first, x: &x[range], weight, bias, out, statistics });
    });
}

/// What the forward pass of a normalisation had and left for its backward pass.
#[derive(Clone, Copy, Debug)]
pub struct NormSaved<'a, T> {
    /// The rows that came in.
    pub x: &'a [T],
    /// The weights.
    pub weight: &'a [T],
    /// What [`norm`] found of each row.
    pub statistics: &'a [T],
}

/// The gradient of [`norm`]: of the rows, and where they are asked for of weights and biases.
///
/// `dx = (g w − mean(g w) − x̂ mean(g w x̂)) / √(σ² + ε)` with the normalised row `x̂`; without
/// centring the first mean is left out. `dw = Σ g x̂`, `db = Σ g` over all rows of a group, by
/// partial sums that depend on the sizes alone.
///
/// # Panics
/// If the lengths do not fit.
#[track_caller]
pub fn norm_backward<T: Real>(
    norm: &Norm,
    saved: NormSaved<T>,
    gradient: &[T],
    dx: &mut [T],
    weights: Option<[&mut [T]; 2]>,
) {
    let NormSaved { x, weight, statistics } = saved;
    let slopes = weights.as_ref().map_or([weight.len(); 2], |[dw, db]| [dw.len(), db.len()]);
    let counts = [weight.len(), slopes[0], slopes[1]];
    let rows = norm.check("norm_backward", [x.len(), dx.len(), gradient.len()], counts, statistics);
    let per_task = norm.rows_of_a_task(rows);
    let (tasks, width) = (rows.div_ceil(per_task), 2 * weight.len());
    let mut partial = Buffer::zeroed(tasks * width);
    let (dx, parts) = (Parts::new(dx), Parts::new(&mut partial));
    for_each(tasks, |task| {
        let (first, last) = (task * per_task, rows.min((task + 1) * per_task));
        let range = first * norm.len..last * norm.len;
        // SAFETY: each task owns the rows first..last and one row of partial sums, and runs once.
        let (dx, partial) =
            unsafe { (dx.range(range.clone()), parts.range(task * width..(task + 1) * width)) };
        let statistics = &statistics[2 * first..2 * last];
        let saved = NormSaved { x: &x[range.clone()], weight, statistics };
        dispatch(Backward { norm, first, saved, gradient: &gradient[range], dx, partial });
    });
    if let Some([dw, db]) = weights {
        dw.fill(T::ZERO);
        db.fill(T::ZERO);
        for partial in partial.chunks_exact(width.max(1)) {
            let (dw_part, db_part) = partial.split_at(width / 2);
            accumulate(dw, dw_part);
            accumulate(db, db_part);
        }
    }
}

impl Norm {
    /// How many rows there are, if everything fits.
    #[track_caller]
    fn check<T, const N: usize, const W: usize>(
        &self,
        op: &str,
        sizes: [usize; N],
        weights: [usize; W],
        statistics: &[T],
    ) -> usize {
        let Norm { len, groups, channels, .. } = *self;
        let rows = statistics.len() / 2;
        let (size, count_of_weights) = (count(op, &[rows, len]), count(op, &[groups, channels]));
        assert!(
            statistics.len().is_multiple_of(2) && sizes.iter().all(|&len| len == size),
            "{op}: {sizes:?} elements in rows of {len} with {} statistics",
            statistics.len()
        );
        let divides = if channels == 0 { len == 0 } else { len.is_multiple_of(channels) };
        assert!(
            divides && groups > 0 && weights.iter().all(|&count| count == count_of_weights),
            "{op}: {weights:?} weights for rows of {len}: {groups} groups of {channels} channels"
        );
        rows
    }

    fn rows_of_a_task(&self, rows: usize) -> usize {
        if rows * self.len < SERIAL { rows.max(1) } else { TASK.div_ceil(self.len) }
    }

    /// The window of the weights that a row has.
    #[inline(always)]
    fn window(&self, row: usize) -> std::ops::Range<usize> {
        let start = row % self.groups * self.channels;
        start..start + self.channels
    }
}

/// `a += b`.
#[inline(always)]
fn accumulate<T: Real>(a: &mut [T], b: &[T]) {
    a.iter_mut().zip(b).for_each(|(a, &b)| *a = *a + b);
}

/// The sum of `f(a, b)`, short runs in their own type and these in `f64`.
#[inline(always)]
fn total<T: Real, L: Lanes>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> f64 {
    let mut all = -0.0; // the neutral one of sums
    // Not `Iterator::sum`, which would be a function of its own, without vector instructions.
    for (a, b) in a.chunks(SUM).zip(b.chunks(SUM)) {
        all += sum_each::<T, L>([a, b], &f).to_f64();
    }
    all
}

struct Forward<'a, T> {
    norm: &'a Norm,
    first: usize,
    x: &'a [T],
    weight: &'a [T],
    bias: &'a [T],
    out: &'a mut [T],
    statistics: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Forward { norm, first, x, weight, bias, out, statistics } = self;
        let abreast = rows_abreast(norm.len);
        for (i, statistics) in statistics.chunks_mut(2 * abreast).enumerate() {
            let start = i * abreast;
            let rows = start * norm.len..(start + statistics.len() / 2) * norm.len;
            let (x, out) = (&x[rows.clone()], &mut out[rows]);
            spreads::<T, L>(norm, x, statistics);
            for (i, &[mean, scale]) in statistics.as_chunks().0.iter().enumerate() {
                let (row, window) =
                    (i * norm.len..(i + 1) * norm.len, norm.window(first + start + i));
                let (weight, bias) = (&weight[window.clone()], &bias[window]);
                let line = |x: T, w: T, b: T| ((x - mean) * scale).multiply_add::<L>(w, b);
                normalise(norm, &x[row.clone()], [weight, bias], &mut out[row], line);
            }
        }
    }
}

/// `out = f(x, w, b)` over a row, with the weight and the bias of each element.
#[inline(always)]
fn normalise<T: Real>(
    norm: &Norm,
    x: &[T],
    [weight, bias]: [&[T]; 2],
    out: &mut [T],
    f: impl Fn(T, T, T) -> T,
) {
    if norm.channels == norm.len {
        for ((out, &x), (&w, &b)) in out.iter_mut().zip(x).zip(weight.iter().zip(bias)) {
            *out = f(x, w, b);
        }
        return;
    }
    let repeat = (norm.len / norm.channels).max(1);
    let runs = out.chunks_exact_mut(repeat).zip(x.chunks_exact(repeat));
    for ((out, x), (&w, &b)) in runs.zip(weight.iter().zip(bias)) {
        for (out, &x) in out.iter_mut().zip(x) {
            *out = f(x, w, b);
        }
    }
}

/// The mean of each of at most [`ROWS`] rows, and one over its spread.
#[inline(always)]
fn spreads<T: Real, L: Lanes>(norm: &Norm, x: &[T], statistics: &mut [T]) {
    let (len, mut means, mut sums) = (norm.len, [T::ZERO; ROWS], [0.0; ROWS]);
    let row = |i: usize| &x[i * len..(i + 1) * len];
    let statistics = statistics.as_chunks_mut::<2>().0;
    let rows = statistics.len();
    if norm.centred {
        for (i, mean) in means[..rows].iter_mut().enumerate() {
            *mean = T::from_f64(total::<T, L>(row(i), row(i), |x, _| x) / len as f64);
        }
    }
    for (i, (sum, &mean)) in sums[..rows].iter_mut().zip(&means).enumerate() {
        *sum = total::<T, L>(row(i), row(i), |x, _| (x - mean) * (x - mean));
    }
    for ((statistics, &mean), sum) in statistics.iter_mut().zip(&means).zip(sums) {
        let variance = sum / len as f64;
        *statistics = [mean, T::from_f64(1.0 / (variance + norm.epsilon).sqrt())];
    }
}

struct Backward<'a, T> {
    norm: &'a Norm,
    first: usize,
    saved: NormSaved<'a, T>,
    gradient: &'a [T],
    dx: &'a mut [T],
    /// The sums for all weights, then for all biases.
    partial: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Backward { norm, first, saved, gradient, dx, partial } = self;
        let (dw, db) = partial.split_at_mut(saved.weight.len());
        for (i, statistics) in saved.statistics.chunks_exact(2).enumerate() {
            let (row, window) = (i * norm.len..(i + 1) * norm.len, norm.window(first + i));
            let row = Row {
                x: &saved.x[row.clone()],
                gradient: &gradient[row.clone()],
                weight: &saved.weight[window.clone()],
                mean: statistics[0],
                scale: statistics[1],
                dx: &mut dx[row],
                dw: &mut dw[window.clone()],
                db: &mut db[window],
            };
            if norm.channels == norm.len {
                row.of_elements::<L>(norm.centred);
            } else {
                row.of_channels::<L>(norm.centred);
            }
        }
    }
}

/// One row on its way back.
struct Row<'a, T> {
    x: &'a [T],
    gradient: &'a [T],
    weight: &'a [T],
    mean: T,
    scale: T,
    dx: &'a mut [T],
    dw: &'a mut [T],
    db: &'a mut [T],
}

impl<T: Real> Row<'_, T> {
    /// A weight an element.
    #[inline(always)]
    fn of_elements<L: Lanes>(self, centred: bool) {
        let Row { x, gradient, weight, mean, scale, dx, dw, db } = self;
        let len = x.len();
        let (weight, dx, dw, db) = (&weight[..len], &mut dx[..len], &mut dw[..len], &mut db[..len]);
        for (i, (&x, &g)) in x.iter().zip(gradient).enumerate() {
            dw[i] = dw[i] + g * ((x - mean) * scale);
            db[i] = db[i] + g;
            dx[i] = g * weight[i];
        }
        let sums = [
            total::<T, L>(dx, dx, |gw, _| gw),
            total::<T, L>(dx, x, |gw, x| gw * ((x - mean) * scale)),
        ];
        let [shift, slope] = means(sums, len, centred);
        for (dx, &x) in dx.iter_mut().zip(x) {
            *dx = ((*dx - shift) - (x - mean) * scale * slope) * scale;
        }
    }

    /// A weight for each run of elements: its sums of g and g x̂ give those of the row.
    #[inline(always)]
    fn of_channels<L: Lanes>(self, centred: bool) {
        let Row { x, gradient, weight, mean, scale, dx, dw, db } = self;
        let (len, repeat) = (x.len(), (x.len() / weight.len()).max(1));
        let runs = || x.chunks_exact(repeat).zip(gradient.chunks_exact(repeat));
        let mut sums = [0.0; 2];
        for (c, (x, gradient)) in runs().enumerate() {
            let g = total::<T, L>(gradient, gradient, |g, _| g);
            let gx = total::<T, L>(gradient, x, |g, x| g * ((x - mean) * scale));
            sums[0] += weight[c].to_f64() * g;
            sums[1] += weight[c].to_f64() * gx;
            dw[c] = dw[c] + T::from_f64(gx);
            db[c] = db[c] + T::from_f64(g);
        }
        let [shift, slope] = means(sums, len, centred);
        for ((dx, (x, gradient)), &w) in dx.chunks_exact_mut(repeat).zip(runs()).zip(weight) {
            for (dx, (&x, &g)) in dx.iter_mut().zip(x.iter().zip(gradient)) {
                *dx = ((g * w - shift) - (x - mean) * scale * slope) * scale;
            }
        }
    }
}

/// `[mean(g w), mean(g w x̂)]`, the first nought where the mean was not subtracted.
#[inline(always)]
fn means<T: Real>([g, gx]: [f64; 2], len: usize, centred: bool) -> [T; 2] {
    let mean = |sum: f64| T::from_f64(sum / len as f64);
    [if centred { mean(g) } else { T::ZERO }, mean(gx)]
}
