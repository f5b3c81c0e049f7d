//! Axes resampled: each output is a weighted sum of a few inputs.

use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::threads::for_each_chunk;

/// Elements that one task computes, about.
const TASK: usize = 1 << 14;

/// A sparse matrix along one axis: what weights of which inputs each output sums up.
///
/// # Examples
/// ```
/// use brand_nn_kernels::Blend;
/// let pairs = Blend::new(4, [vec![(0, 0.5), (1, 0.5)], vec![(2, 0.5), (3, 0.5)]]);
/// let mut out = [0.0; 2];
/// pairs.apply(&[1.0, 3.0, 10.0, 20.0], 1, &mut out);
/// assert_eq!(out, [2.0, 15.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    inputs: usize,
    /// Where each output's terms begin, and where the last one's end.
    starts: Vec<usize>,
    terms: Vec<(usize, f64)>,
}

impl Blend {
    /// One row of `(input, weight)` for each output.
    ///
    /// # Panics
    /// If a row names an input beyond `inputs`.
    #[track_caller]
    pub fn new(inputs: usize, rows: impl IntoIterator<Item = Vec<(usize, f64)>>) -> Self {
        let mut blend = Blend { inputs, starts: vec![0], terms: Vec::new() };
        for row in rows {
            blend.terms.extend(row);
            blend.starts.push(blend.terms.len());
        }
        let last = blend.terms.iter().map(|term| term.0).max();
        assert!(last.is_none_or(|last| last < inputs), "Blend: input {last:?} of {inputs}");
        blend
    }

    /// Elements of the axis before.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of the axis after.
    pub fn outputs(&self) -> usize {
        self.starts.len() - 1
    }

    /// The matrix with rows and columns swapped: what each input gives to the outputs.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut rows = vec![Vec::new(); self.inputs];
        for output in 0..self.outputs() {
            for &(input, weight) in self.row(output) {
                rows[input].push((output, weight));
            }
        }
        Blend::new(self.outputs(), rows)
    }

    #[inline(always)]
    fn row(&self, output: usize) -> &[(usize, f64)] {
        &self.terms[self.starts[output]..self.starts[output + 1]]
    }

    /// `out[a, o, b] = Σ w[o, i] x[a, i, b]` for b below `inner`.
    ///
    /// # Panics
    /// If the lengths do not fit.
    #[track_caller]
    pub fn apply<T: Real>(&self, x: &[T], inner: usize, out: &mut [T]) {
        let [inputs, outputs] =
            [self.inputs, self.outputs()].map(|len| count("Blend", &[len, inner]));
        let outer = out.len().checked_div(outputs).unwrap_or(0);
        assert!(
            out.len() == outer * outputs && (outputs == 0 || x.len() == outer * inputs),
            "Blend: {} elements along {} × {inner} to {} along {} × {inner}",
            x.len(),
            self.inputs,
            out.len(),
            self.outputs()
        );
        if out.is_empty() {
            return;
        }
        let rows = TASK.div_ceil(inner);
        for_each_chunk(out, rows * inner, |task, out| {
            dispatch(Rows { blend: self, x, inner, first: task * rows, out });
        });
    }
}

/// Some rows of `inner` results, counted over all outputs of all outer places.
struct Rows<'a, T> {
    blend: &'a Blend,
    x: &'a [T],
    inner: usize,
    first: usize,
    out: &'a mut [T],
}

impl<T: Real> Kernel for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Rows { blend, x, inner, first, out } = self;
        let (mut outer, mut output) = (first / blend.outputs(), first % blend.outputs());
        for out in out.chunks_exact_mut(inner) {
            let x = &x[outer * blend.inputs * inner..(outer + 1) * blend.inputs * inner];
            if let [out] = out {
                let terms = blend.row(output).iter();
                *out = terms.fold(T::ZERO, |sum, &(i, w)| sum + T::from_f64(w) * x[i]);
            } else {
                sum_rows::<T, L>(blend.row(output), x, out);
            }
            output += 1;
            if output == blend.outputs() {
                (outer, output) = (outer + 1, 0);
            }
        }
    }
}

/// `out = Σ w x[i]`, a row at a time.
#[inline(always)]
fn sum_rows<T: Real, L: Lanes>(terms: &[(usize, f64)], x: &[T], out: &mut [T]) {
    out.fill(T::ZERO);
    for &(i, weight) in terms {
        let (weight, row) = (T::from_f64(weight), &x[i * out.len()..(i + 1) * out.len()]);
        for (out, &x) in out.iter_mut().zip(row) {
            *out = weight.multiply_add::<L>(x, *out);
        }
    }
}
