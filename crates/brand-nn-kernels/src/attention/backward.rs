//! The gradient of attention: scores are computed again from what the forward pass kept.

use std::ops::Range;

use super::{Attention, Block, KEYS, QUERIES, Sizes, cut};
use crate::lanes::{ABREAST, map, sum_each};
use crate::simd::{Kernel, Lanes, Portable, dispatch};
use crate::size::count;
use crate::softmax::Powers;
use crate::threads::Parts;
use crate::words::copy_words;
use crate::{Buffer, Mat, MatMut, Real, Reduce, View, gemm, reduce};

/// Parts of the queries whose shares of the keys' gradients are summed side by side, at least.
const PARTS: usize = 16;

/// What the forward pass of attention left for its backward pass.
#[derive(Clone, Copy, Debug)]
pub struct AttentionSaved<'a, T> {
    /// The result, `[batch, queries, heads, value_dim]`.
    pub out: &'a [T],
    /// The logarithm of each softmax's denominator, `[batch, heads, queries]`.
    pub log_sums: &'a [T],
}

/// Where the gradients of attention go.
#[derive(Debug)]
pub struct AttentionSlopes<'a, T> {
    /// Of the queries, `[batch, queries, heads, dim]`.
    pub query: &'a mut [T],
    /// Of the keys, `[batch, key_heads, keys, dim]`.
    pub key: &'a mut [T],
    /// Of the values, `[batch, key_heads, keys, value_dim]`.
    pub value: &'a mut [T],
}

/// The gradient of [`attention`](super::attention); `gradient` is `[batch, heads, queries, value_dim]`.
///
/// With the softmax `P`, `dV = Pᵀ dO`, `dS = P ∘ (dO Vᵀ − rowsum(dO ∘ O))`, `dQ = scale dS K` and
/// `dK = scale dSᵀ Q`. Sums over queries and heads run in an order that the sizes alone decide.
///
/// # Panics
/// As [`attention`](super::attention).
#[track_caller]
pub fn attention_backward<T: Real>(
    of: &Attention<T>,
    saved: AttentionSaved<T>,
    gradient: View<T>,
    slopes: AttentionSlopes<T>,
) {
    let op = "attention_backward";
    let sizes = Sizes::check(op, of);
    sizes.check_results(op, saved.out.len(), saved.log_sums.len());
    sizes.check_slopes(op, &gradient, &slopes);
    let AttentionSlopes { query, key, value } = slopes;
    if saved.log_sums.is_empty() {
        return [query, key, value].into_iter().for_each(|slopes| slopes.fill(T::ZERO));
    }
    let (heads, blocks) = (sizes.batch * sizes.heads, sizes.blocks(of));
    let parts = PARTS.div_ceil(heads.max(1)).min(blocks.len()).max(1);
    let [key_size, value_size] = [sizes.dim, sizes.value_dim].map(|dim| sizes.keys * dim);
    let mut keys = Buffer::zeroed(heads * parts * key_size);
    let mut values = Buffer::zeroed(heads * parts * value_size);
    let (d_query, d_keys, d_values) =
        (Parts::new(query), Parts::new(&mut keys), Parts::new(&mut values));
    sizes.each(&blocks, heads * parts, |task| {
        let (head, part) = (task / parts, task % parts);
        // SAFETY: each task owns its share of both sums, and runs once.
        let (key, value) = unsafe {
            (
                d_keys.range(task * key_size..(task + 1) * key_size),
                d_values.range(task * value_size..(task + 1) * value_size),
            )
        };
        let mut work = Work::new(of, &sizes, saved, &gradient, head);
        let own = blocks.len() * part / parts..blocks.len() * (part + 1) / parts;
        for block in &blocks[own] {
            let query = work.block(block, key, value);
            for (row, query) in block.rows.clone().zip(query.chunks_exact(sizes.dim.max(1))) {
                // SAFETY: each task owns the queries of its blocks of one head.
                let out = unsafe { d_query.range(sizes.place(head, row, sizes.dim)) };
                out.copy_from_slice(query);
            }
        }
    });
    let (outer, shares) = (sizes.batch * sizes.key_heads, heads * parts);
    let shares = shares.checked_div(outer).unwrap_or(0);
    reduce(Reduce::Sum, &keys, outer, shares, key_size, key);
    reduce(Reduce::Sum, &values, outer, shares, value_size, value);
}

impl Sizes {
    #[track_caller]
    fn check_slopes<T: Real>(&self, op: &str, gradient: &View<T>, slopes: &AttentionSlopes<T>) {
        gradient.check(op);
        let Sizes { batch, heads, key_heads, queries, keys, dim, value_dim } = *self;
        let size = |sizes: &[usize]| count(op, sizes);
        assert!(
            *gradient.shape == [batch, heads, queries, value_dim]
                && slopes.query.len() == size(&[batch, heads, queries, dim])
                && slopes.key.len() == size(&[batch, key_heads, keys, dim])
                && slopes.value.len() == size(&[batch, key_heads, keys, value_dim]),
            "{op}: gradient {:?} into {} queries, {} keys, {} values",
            gradient.shape,
            slopes.query.len(),
            slopes.key.len(),
            slopes.value.len()
        );
    }
}

/// One head on its way back, with room for a block of scores.
struct Work<'a, T: Real> {
    of: &'a Attention<'a, T>,
    sizes: &'a Sizes,
    saved: AttentionSaved<'a, T>,
    head: usize,
    gradient: Mat<'a, T>,
    scores: Buffer<T>,
    dropped: Buffer<T>,
    slopes: Buffer<T>,
}

impl<'a, T: Real> Work<'a, T> {
    fn new(
        of: &'a Attention<'a, T>,
        sizes: &'a Sizes,
        saved: AttentionSaved<'a, T>,
        gradient: &View<'a, T>,
        head: usize,
    ) -> Self {
        let size = QUERIES.min(sizes.queries) * KEYS.min(sizes.keys);
        Work {
            of,
            sizes,
            saved,
            head,
            gradient: sizes.query(gradient, head),
            scores: Buffer::stale(size),
            dropped: Buffer::stale(if of.dropout.is_some() { size } else { 0 }),
            slopes: Buffer::stale(size),
        }
    }

    /// The gradient of some queries; what they give to keys and values is added to those.
    fn block(&mut self, block: &Block, key: &mut [T], value: &mut [T]) -> Buffer<T> {
        let Sizes { dim, .. } = *self.sizes;
        let (of, sizes, head, rows) = (self.of, self.sizes, self.head, &block.rows);
        let queries = cut(&sizes.query(&of.query, head), rows.clone());
        let dots = self.dots(rows);
        let mut query = Buffer::zeroed(rows.len() * dim);
        for keys in sizes.key_blocks(of, head, block) {
            let d_value = &mut value[keys.start * sizes.value_dim..keys.end * sizes.value_dim];
            self.score_slopes(rows, &keys, &dots, d_value);
            let slopes = Mat::rows(&self.slopes, rows.len(), keys.len());
            let scale = T::from_f64(of.scale);
            let d_key = MatMut::rows(&mut key[keys.start * dim..keys.end * dim], keys.len(), dim);
            gemm(scale, slopes.t(), queries, T::ONE, d_key);
            let d_query = MatMut::rows(&mut query, rows.len(), dim);
            gemm(scale, slopes, cut(&sizes.matrix(&of.key, head), keys), T::ONE, d_query);
        }
        query
    }

    /// The slopes of a block of scores, and what they give to the values.
    fn score_slopes(
        &mut self,
        rows: &Range<usize>,
        keys: &Range<usize>,
        dots: &[T],
        d_value: &mut [T],
    ) {
        let (of, sizes, head) = (self.of, self.sizes, self.head);
        let size = rows.len() * keys.len();
        let scores = &mut self.scores[..size];
        of.scores(sizes, head, rows, keys, scores);
        let first = head * sizes.queries;
        let log_sums = &self.saved.log_sums[first + rows.start..first + rows.end];
        dispatch(Softmax { scores, log_sums });
        let gradient = cut(&self.gradient, rows.clone());
        let value = cut(&sizes.matrix(&of.value, head), keys.clone());
        let slopes = &mut self.slopes[..size];
        let out = MatMut::rows(slopes, rows.len(), keys.len());
        gemm(T::ONE, gradient, value.t(), T::ZERO, out);
        of.drop_scores(sizes, head, rows, keys, slopes);
        let shares = match of.dropout {
            None => &*scores,
            Some(_) => {
                let dropped = &mut self.dropped[..size];
                copy_words(scores, dropped);
                of.drop_scores(sizes, head, rows, keys, dropped);
                dropped
            }
        };
        let shares = Mat::rows(shares, rows.len(), keys.len());
        let d_value = MatMut::rows(d_value, keys.len(), sizes.value_dim);
        gemm(T::ONE, shares.t(), gradient, T::ONE, d_value);
        dispatch(Slopes { scores, dots, slopes });
    }

    /// The dot product of each query's result with its gradient.
    fn dots(&self, rows: &Range<usize>) -> Vec<T> {
        let width = self.sizes.value_dim;
        let mut gradient = vec![T::ZERO; width];
        let dot = |row: usize| {
            let out = &self.saved.out[self.sizes.place(self.head, row, width)];
            let start = row as isize * self.gradient.row_stride;
            for (j, g) in (0..).zip(&mut gradient) {
                *g = self.gradient.data[(start + j * self.gradient.col_stride) as usize];
            }
            sum_each::<T, Portable>([out, &gradient], |y, g| y * g)
        };
        rows.clone().map(dot).collect()
    }
}

/// Turns scores into the softmax that the forward pass had.
struct Softmax<'a, T> {
    scores: &'a mut [T],
    log_sums: &'a [T],
}

impl<T: Real> Kernel for Softmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = self.scores.len() / self.log_sums.len();
        for (scores, &log_sum) in self.scores.chunks_exact_mut(width).zip(self.log_sums) {
            map::<T, L, ABREAST>(None, scores, &Powers::<T, L>::against(log_sum));
        }
    }
}

/// `slope = p (slope − dot)`, row by row.
struct Slopes<'a, T> {
    scores: &'a [T],
    dots: &'a [T],
    slopes: &'a mut [T],
}

impl<T: Real> Kernel for Slopes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = self.scores.len() / self.dots.len();
        let rows = self.scores.chunks_exact(width).zip(self.slopes.chunks_exact_mut(width));
        for ((scores, slopes), &dot) in rows.zip(self.dots) {
            for (slope, &p) in slopes.iter_mut().zip(scores) {
                *slope = p * (*slope - dot);
            }
        }
    }
}
