//! The largest element of each window of an image, and elements put back where they came from.

use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::threads::{Parts, for_each, for_each_chunk};
use crate::{Number, Plain};

/// Elements of a plane's input below which all planes stay on one thread.
const SERIAL: usize = 1 << 16;

/// The inputs that each window along one axis sees: `first`, `first + step`, …, `count` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first input.
    pub first: usize,
    /// How many inputs, at least one.
    pub count: usize,
}

/// The windows along one axis.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// Elements of the input.
    pub input: usize,
    /// What each output sees.
    pub spans: &'a [Span],
    /// Inputs from one tap to the next.
    pub step: usize,
}

impl Spans<'_> {
    /// An axis of one element, for images with fewer axes.
    pub const ONE: Spans<'static> =
        Spans { input: 1, spans: &[Span { first: 0, count: 1 }], step: 1 };

    #[track_caller]
    fn check(&self) {
        let Spans { input, step, .. } = *self;
        for &Span { first, count } in self.spans {
            let last = count.checked_sub(1).and_then(|taps| taps.checked_mul(step));
            let last = last.and_then(|reach| reach.checked_add(first));
            assert!(
                last.is_some_and(|last| last < input),
                "max_pool: {count} inputs from {first} in steps of {step}, of {input}"
            );
        }
    }
}

impl Spans<'_> {
    /// Inputs from one window to the next, where [`LANES`] or more are alike and equally far apart.
    fn stride(&self) -> Option<usize> {
        let [a, b, ..] = self.spans else { return None };
        let stride = b.first.checked_sub(a.first)?;
        let alike = |pair: &[Span]| {
            pair[1].first.checked_sub(pair[0].first) == Some(stride)
                && pair[0].count == pair[1].count
        };
        (self.spans.len() >= LANES && self.spans.windows(2).all(alike)).then_some(stride)
    }
}

/// The largest element of each window, and its place in its plane; the first one of equals.
///
/// x holds planes of depth, height and width, one after the other. A NaN is larger than all.
///
/// # Panics
/// If a window leaves the input, or the lengths do not fit.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Span, Spans, max_pool};
/// let spans = [Span { first: 0, count: 2 }, Span { first: 2, count: 1 }];
/// let (mut out, mut places) = ([0.0; 2], [0; 2]);
/// let width = Spans { input: 3, spans: &spans, step: 1 };
/// max_pool(&[1.0, 5.0, 2.0], [Spans::ONE, Spans::ONE, width], &mut out, &mut places);
/// assert_eq!((out, places), ([5.0, 2.0], [1, 2]));
/// ```
#[track_caller]
pub fn max_pool<T: Number>(x: &[T], axes: [Spans; 3], out: &mut [T], places: &mut [i64]) {
    axes.iter().for_each(Spans::check);
    let inputs = count("max_pool", &axes.map(|axis| axis.input));
    let outputs = count("max_pool", &axes.map(|axis| axis.spans.len()));
    let planes = check_planes("max_pool", x.len(), inputs, out.len(), outputs);
    assert!(places.len() == out.len(), "max_pool: {} places of {}", places.len(), out.len());
    if out.is_empty() {
        return;
    }
    let stride = axes[2].stride();
    let quads = are_quads(&axes) && i32::try_from(inputs).is_ok();
    let (out, places) = (Parts::new(out), Parts::new(places));
    each(planes, x.len(), |plane| {
        let range = plane * outputs..(plane + 1) * outputs;
        // SAFETY: each plane is one task's, which runs once.
        let (out, places) = unsafe { (out.range(range.clone()), places.range(range)) };
        let x = &x[plane * inputs..(plane + 1) * inputs];
        dispatch(Largest { x, axes, stride, quads, out, places });
    });
}

/// `out[p, i] = x[p, places[p, i]]` for planes of `inputs` and `outputs` elements.
///
/// # Panics
/// If a place lies outside its plane, or the lengths do not fit.
#[track_caller]
pub fn gather_planes<T: Plain>(
    x: &[T],
    [inputs, outputs]: [usize; 2],
    places: &[i64],
    out: &mut [T],
) {
    check_planes("gather_planes", x.len(), inputs, out.len(), outputs);
    assert!(places.len() == out.len(), "gather_planes: {} places of {}", places.len(), out.len());
    if out.is_empty() {
        return;
    }
    for_each_chunk(out, outputs, |plane, out| {
        let x = &x[plane * inputs..(plane + 1) * inputs];
        let places = &places[plane * outputs..];
        out.iter_mut().zip(places).for_each(|(out, &place)| *out = x[place as usize]);
    });
}

/// `out[p, places[p, i]] += x[p, i]` in the order of i; the opposite of [`gather_planes`].
///
/// # Panics
/// If a place lies outside its plane, or the lengths do not fit.
#[track_caller]
pub fn scatter_planes<T: Number>(
    x: &[T],
    [inputs, outputs]: [usize; 2],
    places: &[i64],
    out: &mut [T],
) {
    check_planes("scatter_planes", x.len(), inputs, out.len(), outputs);
    assert!(places.len() == x.len(), "scatter_planes: {} places of {}", places.len(), x.len());
    if out.is_empty() {
        return;
    }
    for_each_chunk(out, outputs, |plane, out| {
        out.fill(T::ZERO);
        let range = plane * inputs..(plane + 1) * inputs;
        for (&x, &place) in x[range.clone()].iter().zip(&places[range]) {
            let out = &mut out[place as usize];
            *out = out.plus(x);
        }
    });
}

/// How many planes there are.
#[track_caller]
fn check_planes(op: &str, x: usize, inputs: usize, out: usize, outputs: usize) -> usize {
    let planes = x.checked_div(inputs).or(out.checked_div(outputs)).unwrap_or(0);
    assert!(
        x == planes * inputs && out == planes * outputs,
        "{op}: {x} elements in planes of {inputs} to {out} in planes of {outputs}"
    );
    planes
}

fn each(planes: usize, size: usize, f: impl Fn(usize) + Sync) {
    if size < SERIAL { (0..planes).for_each(f) } else { for_each(planes, f) }
}

/// Outputs of a row that are computed side by side.
const LANES: usize = 4;

/// Whether windows along rows and columns see 2 × 2 side by side.
fn are_quads([depth, height, width]: &[Spans; 3]) -> bool {
    let two = |span: &Span| span.count == 2;
    let flat = depth.spans.iter().all(|span| span.count == 1);
    let side_by_side = width.step == 1 && width.stride() == Some(2);
    flat && side_by_side && height.spans.iter().chain(width.spans).all(two)
}

/// One plane.
struct Largest<'a, T> {
    x: &'a [T],
    axes: [Spans<'a>; 3],
    /// Inputs from one output of a row to the next, where all see as many.
    stride: Option<usize>,
    /// Whether all see 2 × 2 side by side.
    quads: bool,
    out: &'a mut [T],
    places: &'a mut [i64],
}

impl<T: Number> Kernel for Largest<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let [depth, height, width] = self.axes;
        let outputs = width.spans.len();
        let mut first = 0;
        for d in depth.spans {
            for h in height.spans {
                match self.stride {
                    _ if self.quads => self.quads(d.first * height.input + h.first, first),
                    Some(1) => self.row::<1>([d, h], 1, first),
                    Some(2) => self.row::<2>([d, h], 2, first),
                    Some(stride) => self.row::<0>([d, h], stride, first),
                    None => (0..outputs).for_each(|w| self.group::<1, 0>([d, h], 0, [first, w])),
                }
                first += outputs;
            }
        }
    }
}

impl<T: Number> Largest<'_, T> {
    /// The outputs of a row that see 2 × 2 each, from a line of the input on.
    #[inline(always)]
    fn quads(&mut self, line: usize, first: usize) {
        let [_, Spans { step, .. }, Spans { input, spans, .. }] = self.axes;
        let (count, start) = (spans.len(), line * input + spans[0].first);
        let pairs = |start: usize| self.x[start..start + 2 * count].as_chunks::<2>().0;
        let (upper, lower) = (&pairs(start)[..count], &pairs(start + step * input)[..count]);
        let (out, places) = (&mut self.out[first..][..count], &mut self.places[first..][..count]);
        let below = (step * input) as i32;
        for i in 0..count {
            let (mut best, mut at) = (upper[i][0], 0);
            for (x, tap) in [(upper[i][1], 1), (lower[i][0], below), (lower[i][1], below + 1)] {
                let better = (x > best) | x.not_a_number();
                (best, at) = if better { (x, tap) } else { (best, at) };
            }
            (out[i], places[i]) = (best, (start + 2 * i) as i64 + i64::from(at));
        }
    }

    /// A row of at least [`LANES`] outputs; the last group may compute some once more.
    ///
    /// STRIDE is the stride where the compiler should know it, else 0.
    #[inline(always)]
    fn row<const STRIDE: usize>(&mut self, spans: [&Span; 2], stride: usize, first: usize) {
        let last = self.axes[2].spans.len() - LANES;
        for w in (0..last).step_by(LANES) {
            self.group::<LANES, STRIDE>(spans, stride, [first, w]);
        }
        self.group::<LANES, STRIDE>(spans, stride, [first, last]);
    }

    /// N outputs from the w-th of a row on, `stride` inputs apart.
    #[inline(always)]
    fn group<const N: usize, const STRIDE: usize>(
        &mut self,
        [d, h]: [&Span; 2],
        stride: usize,
        [row, w]: [usize; 2],
    ) {
        let stride = if STRIDE > 0 { STRIDE } else { stride };
        let [depth, height, width] = self.axes;
        let first = (d.first * height.input + h.first) * width.input + width.spans[w].first;
        let mut best: [T; N] = std::array::from_fn(|i| self.x[first + i * stride]);
        let mut at = [first as i64; N];
        for kd in 0..d.count {
            for kh in 0..h.count {
                let plane = kd * depth.step * height.input + kh * height.step;
                for kw in 0..width.spans[w].count {
                    let tap = plane * width.input + first + kw * width.step;
                    let x = &self.x[tap..=tap + (N - 1) * stride];
                    let x: [T; N] = std::array::from_fn(|i| x[i * stride]);
                    for i in 0..N {
                        let better = (x[i] > best[i]) | x[i].not_a_number();
                        at[i] = if better { tap as i64 } else { at[i] };
                        best[i] = if better { x[i] } else { best[i] };
                    }
                }
            }
        }
        let to = row + w..row + w + N;
        self.out[to.clone()].copy_from_slice(&best);
        for (i, place) in self.places[to].iter_mut().enumerate() {
            *place = at[i] + (i * stride) as i64;
        }
    }
}
