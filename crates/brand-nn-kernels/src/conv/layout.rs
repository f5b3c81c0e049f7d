//! Images laid out for a window: padded, and cut into the phases of its steps.

use std::ops::Range;

use super::Window;
use super::columns::{add_columns, columns};
use crate::gemm::{Places, SLACK};
use crate::window::Slide;
use crate::words::copy_words;
use crate::{Buffer, Real};

/// Elements of an image that are laid out at once: they stay in the second cache.
const LAID_OUT: usize = 1 << 16;

/// How a block of outputs sees an image.
///
/// With steps of s along an axis, tap k reads place `o + k·dilation / s` of phase
/// `k·dilation mod s`, where phase p holds each s-th input from the p-th on: so that every tap
/// sees the outputs of a row side by side.
pub(super) struct Layout {
    window: Window,
    /// The window whose taps are the phases and whose outputs are their places.
    phases: Window,
    /// The axis along which outputs are cut into blocks.
    axis: usize,
    /// Outputs of a block along that axis.
    count: usize,
    /// Where each tap of a channel sees the first output.
    pub(super) taps: Vec<usize>,
}

/// The phases of one axis.
fn phases(slide: Slide) -> Slide {
    let reach = slide.kernel.saturating_sub(1) * slide.dilation;
    let output = slide.output + reach / slide.stride;
    Slide { output, kernel: slide.stride.min(reach + 1), dilation: 1, ..slide }
}

impl Layout {
    /// The layout of `channels` channels for `blocks` blocks of outputs, or about as many.
    pub(super) fn new(window: &Window, channels: usize, blocks: usize) -> Self {
        let mut phases = Window { axes: window.axes.map(phases) };
        let axis = (0..2).find(|&axis| phases.axes[axis].output > 1).unwrap_or(2);
        let outputs = window.axes[axis].output;
        let reach = phases.axes[axis].output - outputs;
        let small = (channels * window.inputs() / LAID_OUT).min(outputs / (reach + 1));
        let count = outputs.div_ceil(blocks.max(small).clamp(1, outputs));
        phases.axes[axis].output = outputs.next_multiple_of(count) + reach;
        let mut layout = Layout { window: *window, phases, axis, count, taps: Vec::new() };
        layout.taps = (0..window.taps()).map(|tap| layout.tap(tap)).collect();
        layout
    }

    /// How many blocks the outputs are cut into.
    pub(super) fn blocks(&self) -> usize {
        self.window.axes[self.axis].output.div_ceil(self.count)
    }

    /// The outputs of a block: which they are, and how they lie in a phase.
    pub(super) fn outputs(&self, block: usize) -> (Range<usize>, Places) {
        let mut counts = self.window.axes.map(|axis| axis.output);
        let inner: usize = counts[self.axis + 1..].iter().product();
        let first = block * self.count;
        counts[self.axis] = self.count.min(counts[self.axis] - first);
        let [_, height, width] = self.phases.axes;
        let places = Places { counts, widths: [height.output, width.output] };
        (first * inner..first * inner + places.len(), places)
    }

    /// The places of a phase that one block sees.
    fn places(&self, block: usize) -> Range<usize> {
        let inner: usize =
            self.phases.axes[self.axis + 1..].iter().map(|axis| axis.output).product();
        let reach = self.phases.axes[self.axis].output - self.blocks() * self.count;
        let first = block * self.count;
        first * inner..(first + self.count + reach) * inner
    }

    /// Elements of one channel.
    pub(super) fn channel(&self) -> usize {
        self.phases.taps() * self.places(0).len()
    }

    /// Where each tap of each channel sees the first output.
    pub(super) fn rows(&self, channels: usize) -> Vec<usize> {
        let starts = (0..channels).map(|c| c * self.channel());
        starts.flat_map(|start| self.taps.iter().map(move |tap| start + tap)).collect()
    }

    /// Where a tap sees the first output of a channel.
    fn tap(&self, mut tap: usize) -> usize {
        let (mut at, mut place, mut phase) = (0, [1, self.places(0).len()], 0);
        for (axis, to) in self.window.axes.iter().zip(&self.phases.axes).rev() {
            let input = tap % axis.kernel * axis.dilation;
            tap /= axis.kernel;
            at += input / axis.stride * place[0];
            phase += input % axis.stride * place[1];
            place = [place[0] * to.output, place[1] * to.kernel];
        }
        at + phase
    }

    /// Whether an image is laid out as it is.
    fn is_input(&self) -> bool {
        self.blocks() == 1 && self.phases.is_identity()
    }

    /// The image's channels as one block sees them; `own` holds them where they must be copied.
    pub(super) fn lay_out<'a, T: Real>(
        &self,
        x: &'a [T],
        channels: Range<usize>,
        block: usize,
        own: &'a mut Buffer<T>,
    ) -> &'a [T] {
        let (inputs, channel) = (self.window.inputs(), self.channel());
        let size = channels.len() * channel;
        let is_copy = self.is_input();
        let x = &x[channels.start * inputs..];
        if is_copy && x.len() >= size + SLACK {
            return x;
        }
        *own = Buffer::stale(size + SLACK);
        if is_copy {
            copy_words(&x[..size], &mut own[..size]);
            return own;
        }
        for (c, to) in own[..size].chunks_exact_mut(channel.max(1)).enumerate() {
            columns(&x[c * inputs..(c + 1) * inputs], &self.phases, self.places(block), to);
        }
        own
    }

    /// Adds what `f` adds to the image as one block sees it to channels of `x`.
    pub(super) fn add_to<T: Real>(
        &self,
        x: &mut [T],
        channels: usize,
        block: usize,
        f: impl FnOnce(&mut [T]),
    ) {
        if self.is_input() {
            return f(x);
        }
        let (inputs, channel) = (self.window.inputs(), self.channel());
        let mut laid_out = Buffer::zeroed(channels * channel);
        f(&mut laid_out);
        for (from, x) in laid_out.chunks_exact(channel).zip(x.chunks_exact_mut(inputs)) {
            add_columns(from, &self.phases, self.places(block), x);
        }
    }
}
