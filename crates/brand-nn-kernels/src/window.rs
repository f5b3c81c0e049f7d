//! Where a window stands while it slides over an input: sizes, steps and padding.

use std::ops::Range;

use crate::size::count;

/// A window that slides along one axis.
///
/// Tap `k` of output `o` reads input `o·stride + k·dilation − before`, and nothing where that lies
/// outside the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slide {
    /// Elements of the input.
    pub input: usize,
    /// Places that the window stands at.
    pub output: usize,
    /// Taps of the window.
    pub kernel: usize,
    /// Inputs from one place to the next, above 0.
    pub stride: usize,
    /// Inputs from one tap to the next, above 0.
    pub dilation: usize,
    /// Inputs that are thought before the first.
    pub before: usize,
}

impl Slide {
    /// An axis of one element, for inputs with fewer axes.
    pub const ONE: Slide =
        Slide { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, before: 0 };

    /// The outputs whose tap lies inside the input.
    #[inline(always)]
    fn inside(&self, tap: usize) -> Range<usize> {
        let reach = |inputs: usize| {
            inputs.saturating_sub(tap * self.dilation).div_ceil(self.stride).min(self.output)
        };
        let start = reach(self.before);
        start..reach(self.input + self.before).max(start)
    }

    /// The input that a tap of an output reads, if it lies inside.
    #[inline(always)]
    fn at(&self, output: usize, tap: usize) -> Option<usize> {
        let place = (output * self.stride + tap * self.dilation).checked_sub(self.before)?;
        (place < self.input).then_some(place)
    }

    /// Whether outputs are inputs.
    fn is_identity(&self) -> bool {
        self.kernel == 1 && self.stride == 1 && self.before == 0 && self.output == self.input
    }

    /// Whether some tap reads nothing.
    fn is_padded(&self) -> bool {
        (0..self.kernel).any(|tap| self.inside(tap) != (0..self.output))
    }
}

/// A window over images of depth, height and width; those that have less get [`Slide::ONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The axes, outermost first.
    pub axes: [Slide; 3],
}

impl Window {
    /// Elements of one channel of the input.
    ///
    /// # Panics
    /// If their number overflows, as the others of this type.
    #[track_caller]
    pub fn inputs(&self) -> usize {
        count("window", &self.axes.map(|axis| axis.input))
    }

    /// Places that the window stands at.
    #[track_caller]
    pub fn outputs(&self) -> usize {
        count("window", &self.axes.map(|axis| axis.output))
    }

    /// Elements of the window.
    #[track_caller]
    pub fn taps(&self) -> usize {
        count("window", &self.axes.map(|axis| axis.kernel))
    }

    pub(crate) fn is_identity(&self) -> bool {
        self.axes.iter().all(Slide::is_identity)
    }

    pub(crate) fn is_padded(&self) -> bool {
        self.axes.iter().any(Slide::is_padded)
    }

    /// Inputs from one output of a row to the next.
    pub(crate) fn step(&self) -> usize {
        self.axes[2].stride
    }

    /// Calls `f(at, start, count)` for runs of outputs whose tap lies inside the input.
    ///
    /// `count` outputs from the `at`-th of `outputs` on read the inputs `start`, `start + step`, ….
    #[inline(always)]
    pub(crate) fn runs(
        &self,
        tap: usize,
        outputs: Range<usize>,
        mut f: impl FnMut(usize, usize, usize),
    ) {
        let [depth, height, width] = self.axes;
        let taps = [
            tap / width.kernel / height.kernel,
            tap / width.kernel % height.kernel,
            tap % width.kernel,
        ];
        let inside = width.inside(taps[2]);
        for row in outputs.start / width.output..outputs.end.div_ceil(width.output) {
            let Some(d) = depth.at(row / height.output, taps[0]) else { continue };
            let Some(h) = height.at(row % height.output, taps[1]) else { continue };
            let first = row * width.output;
            let start = inside.start.max(outputs.start.saturating_sub(first));
            let end = inside.end.min(outputs.end - first);
            if start < end {
                let w = start * width.stride + taps[2] * width.dilation - width.before;
                let from = (d * height.input + h) * width.input + w;
                f(first + start - outputs.start, from, end - start);
            }
        }
    }

    /// Panics unless a kernel may run over it.
    #[track_caller]
    pub(crate) fn check(&self, op: &str) {
        for axis in &self.axes {
            assert!(
                axis.stride > 0 && axis.dilation > 0,
                "{op}: stride {} and dilation {}, expected 1 or more",
                axis.stride,
                axis.dilation
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(axis: Slide, tap: usize, expected: Range<usize>) {
        assert_eq!(axis.inside(tap), expected);
        let inside: Vec<_> = (0..axis.output).filter(|&o| axis.at(o, tap).is_some()).collect();
        assert_eq!(inside, expected.collect::<Vec<_>>());
    }

    #[test]
    fn a_tap_is_inside_for_one_run_of_outputs() {
        let same = Slide { input: 5, output: 5, kernel: 3, stride: 1, dilation: 1, before: 1 };
        check(same, 0, 1..5);
        check(same, 1, 0..5);
        check(same, 2, 0..4);
        let wide = Slide { input: 4, output: 4, kernel: 2, stride: 3, dilation: 5, before: 4 };
        check(wide, 0, 2..3);
        check(wide, 1, 0..1);
        let far = Slide { input: 1, output: 2, kernel: 1, stride: 9, dilation: 1, before: 4 };
        check(far, 0, 1..1);
    }

    #[test]
    fn runs_visit_what_each_output_reads() {
        let height = Slide { input: 3, output: 2, kernel: 2, stride: 2, dilation: 1, before: 1 };
        let width = Slide { input: 4, output: 3, kernel: 2, stride: 1, dilation: 2, before: 0 };
        let width = Slide { output: 2, ..width };
        let window = Window { axes: [Slide::ONE, height, width] };
        let mut seen = Vec::new();
        window.runs(3, 1..4, |at, start, count| seen.push((at, start, count)));
        assert_eq!(seen, [(0, 3, 1), (1, 10, 2)]);
        seen.clear();
        window.runs(0, 0..4, |at, start, count| seen.push((at, start, count)));
        assert_eq!(seen, [(2, 4, 2)]);
    }
}
