//! Convolutions of single channels: no product of matrices, each tap is a scaled row.

use super::{Convolution, Window};
use crate::Real;
use crate::lanes::{BLOCK, sum_lanes};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::for_each_chunk;

/// Output channels of one input channel up to which taps are cheaper than a product.
const FEW: usize = 4;

/// Whether each group is one channel that few outputs are made of.
pub(super) fn fits(shape: &Convolution) -> bool {
    shape.channels == 1 && shape.groups > 1 && shape.filters <= FEW
}

/// The forward pass; each channel of `out` is a task.
pub(super) fn forward<T: Real>(
    shape: &Convolution,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    out: &mut [T],
) {
    let (window, taps) = (&shape.window, shape.window.taps());
    let (inputs, filters) = (window.inputs(), shape.groups * shape.filters);
    for_each_chunk(out, window.outputs(), |i, out| {
        let (image, filter) = (i / filters, i % filters);
        let channel = image * shape.groups + filter / shape.filters;
        out.fill(bias.map_or(T::ZERO, |bias| bias[filter]));
        let x = &x[channel * inputs..(channel + 1) * inputs];
        let weight = &weight[filter * taps..(filter + 1) * taps];
        dispatch(Forward { window, x, weight, out });
    });
}

/// The gradient of the input; each channel of `out` is a task.
pub(super) fn backward_data<T: Real>(
    shape: &Convolution,
    weight: &[T],
    gradient: &[T],
    out: &mut [T],
) {
    let (window, filters) = (&shape.window, shape.filters);
    let (outputs, taps) = (window.outputs(), window.taps());
    for_each_chunk(out, window.inputs(), |i, out| {
        out.fill(T::ZERO);
        for f in 0..filters {
            let (plane, filter) = (i * filters + f, i % shape.groups * filters + f);
            let gradient = &gradient[plane * outputs..(plane + 1) * outputs];
            let weight = &weight[filter * taps..(filter + 1) * taps];
            dispatch(BackwardData { window, weight, gradient, out });
        }
    });
}

/// The gradient of the weight; each filter is a task that adds the images up in their order.
pub(super) fn backward_weight<T: Real>(
    shape: &Convolution,
    x: &[T],
    gradient: &[T],
    out: &mut [T],
) {
    let (window, filters) = (&shape.window, shape.groups * shape.filters);
    let (inputs, outputs) = (window.inputs(), window.outputs());
    for_each_chunk(out, window.taps(), |filter, out| {
        out.fill(T::ZERO);
        for image in 0..shape.images {
            let channel = image * shape.groups + filter / shape.filters;
            let plane = image * filters + filter;
            let x = &x[channel * inputs..(channel + 1) * inputs];
            let gradient = &gradient[plane * outputs..(plane + 1) * outputs];
            dispatch(BackwardWeight { window, x, gradient, out });
        }
    });
}

struct Forward<'a, T> {
    window: &'a Window,
    x: &'a [T],
    weight: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Forward { window, x, weight, out } = self;
        let step = window.step();
        for (tap, &w) in weight.iter().enumerate() {
            window.runs(tap, 0..out.len(), |at, start, count| {
                let out = &mut out[at..at + count];
                if step == 1 {
                    let x = &x[start..start + count];
                    out.iter_mut().zip(x).for_each(|(y, &x)| *y = w.multiply_add::<L>(x, *y));
                } else {
                    let x = x[start..].iter().step_by(step);
                    out.iter_mut().zip(x).for_each(|(y, &x)| *y = w.multiply_add::<L>(x, *y));
                }
            });
        }
    }
}

struct BackwardData<'a, T> {
    window: &'a Window,
    weight: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for BackwardData<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let BackwardData { window, weight, gradient, out } = self;
        let step = window.step();
        for (tap, &w) in weight.iter().enumerate() {
            window.runs(tap, 0..gradient.len(), |at, start, count| {
                let gradient = &gradient[at..at + count];
                if step == 1 {
                    let x = out[start..start + count].iter_mut();
                    x.zip(gradient).for_each(|(x, &g)| *x = w.multiply_add::<L>(g, *x));
                } else {
                    let x = out[start..].iter_mut().step_by(step);
                    x.zip(gradient).for_each(|(x, &g)| *x = w.multiply_add::<L>(g, *x));
                }
            });
        }
    }
}

struct BackwardWeight<'a, T> {
    window: &'a Window,
    x: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for BackwardWeight<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let BackwardWeight { window, x, gradient, out } = self;
        let step = window.step();
        for (tap, w) in out.iter_mut().enumerate() {
            // Runs are short: their products are summed side by side, and the lanes at the end.
            let mut lanes = [T::ZERO; BLOCK];
            window.runs(tap, 0..gradient.len(), |at, start, count| {
                let x = x[start..].chunks(BLOCK * step);
                for (g, x) in gradient[at..at + count].chunks(BLOCK).zip(x) {
                    let products = lanes.iter_mut().zip(g).zip(x.iter().step_by(step));
                    products.for_each(|((sum, &g), &x)| *sum = g.multiply_add::<L>(x, *sum));
                }
            });
            *w = *w + sum_lanes::<T, L>(&lanes);
        }
    }
}
