//! Scaled dot-product attention by blocks, so that no table of all scores is ever stored.
//!
//! M. Rabe and C. Staats, "Self-attention does not need O(n²) memory", 2021; T. Dao et al.,
//! "FlashAttention", 2022. Queries go in blocks that are tasks of their own; keys go by in blocks,
//! and the softmax is put right whenever a larger score comes by.

use std::ops::Range;

use crate::dropout::Mask;
use crate::lanes::{ABREAST, largest, map_and_sum};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::softmax::Powers;
use crate::threads::{Parts, for_each};
use crate::{Buffer, Mat, MatMut, Real, View, gemm};

mod backward;

pub use backward::{AttentionSaved, AttentionSlopes, attention_backward};

/// Queries of a block.
const QUERIES: usize = 64;
/// Keys of a block.
const KEYS: usize = 256;
/// Multiply-adds below which blocks stay on one thread.
const SERIAL: usize = 1 << 18;

/// What attends to what, and how.
///
/// Windows have four axes, `[batch, heads, time, dim]`. Keys and values may have fewer heads, a
/// divisor of the queries' heads: each then serves as many neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a, T> {
    /// Queries, `[batch, heads, queries, dim]`.
    pub query: View<'a, T>,
    /// Keys, `[batch, key_heads, keys, dim]`.
    pub key: View<'a, T>,
    /// Values, `[batch, key_heads, keys, value_dim]`.
    pub value: View<'a, T>,
    /// What scores are multiplied with, before anything is added.
    pub scale: f64,
    /// Whether query i of n sees no key beyond `i + keys − n`: the last query sees all.
    pub causal: bool,
    /// What is added to the scores, −∞ to hide a key: `[batch, heads, queries, keys]`.
    pub mask: Option<View<'a, T>>,
    /// How many keys each batch has; those beyond are hidden.
    pub lengths: Option<&'a [i64]>,
    /// Where sequences end that stand side by side, those of the queries and those of the keys, the
    /// last at the end of all; a query sees the keys of its own sequence alone, and no others are
    /// computed.
    pub ends: Option<[&'a [i64]; 2]>,
    /// Rate and key of a dropout after the softmax, addressed as `[batch, heads, queries, keys]`.
    pub dropout: Option<(f64, [u64; 2])>,
}

/// `softmax(scale · Q Kᵀ + mask) V`, for every batch and head; a query that sees no key gets 0.
///
/// `out` is `[batch, queries, heads, value_dim]`; `log_sums` gets the logarithm of each softmax's
/// denominator, `[batch, heads, queries]`, +∞ for a query that sees no key.
///
/// # Panics
/// If the sizes do not fit, a window leaves its data, or the rate lies outside [0, 1].
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Attention, View, attention};
/// let window = |data| View { data, offset: 0, shape: &[1, 1, 2, 1], strides: &[2, 2, 1, 1] };
/// let equal = Attention {
///     query: window(&[0.0, 0.0]),
///     key: window(&[1.0, 2.0]),
///     value: window(&[3.0, 5.0]),
///     scale: 1.0,
///     causal: true,
///     mask: None,
///     lengths: None,
///     ends: None,
///     dropout: None,
/// };
/// let (mut out, mut log_sums) = ([0.0_f64; 2], [0.0; 2]);
/// attention(&equal, &mut out, &mut log_sums);
/// assert_eq!(out, [3.0, 4.0]);
/// assert_eq!(log_sums, [0.0, 2.0_f64.ln()]);
/// ```
#[track_caller]
pub fn attention<T: Real>(of: &Attention<T>, out: &mut [T], log_sums: &mut [T]) {
    let sizes = Sizes::check("attention", of);
    sizes.check_results("attention", out.len(), log_sums.len());
    let (out, log_sums) = (Parts::new(out), Parts::new(log_sums));
    let blocks = sizes.blocks(of);
    sizes.each(&blocks, sizes.batch * sizes.heads * blocks.len(), |task| {
        let (head, block) = (task / blocks.len(), &blocks[task % blocks.len()]);
        let rows = &block.rows;
        let first = head * sizes.queries;
        // SAFETY: each task owns the queries of one block of one head, and runs once.
        let sums = unsafe { log_sums.range(first + rows.start..first + rows.end) };
        let mut values = Buffer::zeroed(rows.len() * sizes.value_dim);
        forward(of, &sizes, head, block, &mut values, sums);
        for (i, values) in values.chunks_exact(sizes.value_dim.max(1)).enumerate() {
            // SAFETY: as above.
            let out = unsafe { out.range(sizes.place(head, rows.start + i, sizes.value_dim)) };
            out.copy_from_slice(values);
        }
    });
}

/// One block of queries of one head: all its keys, block after block.
fn forward<T: Real>(
    of: &Attention<T>,
    sizes: &Sizes,
    head: usize,
    block: &Block,
    values: &mut [T],
    sums: &mut [T],
) {
    let (rows, value) = (&block.rows, sizes.matrix(&of.value, head));
    let mut tops = [T::LOWEST; QUERIES];
    let mut scores = Buffer::stale(rows.len() * KEYS.min(block.keys.len()));
    sums.fill(T::ZERO);
    for keys in sizes.key_blocks(of, head, block) {
        let width = keys.len();
        let scores = &mut scores[..rows.len() * width];
        of.scores(sizes, head, rows, &keys, scores);
        let (tops, values) = (&mut tops[..rows.len()], &mut *values);
        dispatch(Online { scores, tops, sums: &mut *sums, values });
        of.drop_scores(sizes, head, rows, &keys, scores);
        let out = MatMut::rows(values, rows.len(), sizes.value_dim);
        gemm(T::ONE, Mat::rows(scores, rows.len(), width), cut(&value, keys), T::ONE, out);
    }
    dispatch(Finish { tops: &tops[..rows.len()], sums, values });
}

impl<T: Real> Attention<'_, T> {
    /// The scores of some queries with some keys; −∞ where a key is hidden.
    fn scores(
        &self,
        sizes: &Sizes,
        head: usize,
        rows: &Range<usize>,
        keys: &Range<usize>,
        out: &mut [T],
    ) {
        let query = cut(&sizes.query(&self.query, head), rows.clone());
        let key = cut(&sizes.matrix(&self.key, head), keys.clone());
        let scores = MatMut::rows(out, rows.len(), keys.len());
        gemm(T::from_f64(self.scale), query, key.t(), T::ZERO, scores);
        for (row, scores) in rows.clone().zip(out.chunks_exact_mut(keys.len())) {
            if let Some(mask) = &self.mask {
                let at = [head / sizes.heads, head % sizes.heads, row, keys.start];
                let start: isize = at.iter().zip(mask.strides).map(|(&i, s)| i as isize * s).sum();
                let (start, step) = (mask.offset as isize + start, mask.strides[3]);
                for (j, score) in scores.iter_mut().enumerate() {
                    *score = *score + mask.data[(start + j as isize * step) as usize];
                }
            }
            let seen = sizes.seen(self, head, row).saturating_sub(keys.start);
            scores[seen.min(keys.len())..].fill(T::LOWEST);
        }
    }

    /// Applies the dropout of these positions, if there is one.
    fn drop_scores(
        &self,
        sizes: &Sizes,
        head: usize,
        rows: &Range<usize>,
        keys: &Range<usize>,
        scores: &mut [T],
    ) {
        let Some((rate, key)) = self.dropout else { return };
        let mask = Mask::new(rate, key);
        for (row, scores) in rows.clone().zip(scores.chunks_exact_mut(keys.len())) {
            mask.apply((head * sizes.queries + row) * sizes.keys + keys.start, scores);
        }
    }
}

/// Queries of one sequence that go together, and its keys.
struct Block {
    rows: Range<usize>,
    keys: Range<usize>,
}

/// The lengths of all axes.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    heads: usize,
    key_heads: usize,
    queries: usize,
    keys: usize,
    dim: usize,
    value_dim: usize,
}

impl Sizes {
    #[track_caller]
    fn check<T: Real>(op: &str, of: &Attention<T>) -> Self {
        let Attention { query, key, value, mask, lengths, .. } = of;
        for window in [Some(query), Some(key), Some(value), mask.as_ref()].into_iter().flatten() {
            window.check(op);
        }
        let (&[batch, heads, queries, dim], &[_, key_heads, keys, _], &[.., value_dim]) =
            (query.shape, key.shape, value.shape)
        else {
            panic!("{op}: windows of {:?}, {:?} and {:?}", query.shape, key.shape, value.shape)
        };
        count(op, &[batch, heads, queries, keys, dim.saturating_add(value_dim)]);
        let divides = if key_heads == 0 { heads == 0 } else { heads.is_multiple_of(key_heads) };
        assert!(
            *key.shape == [batch, key_heads, keys, dim]
                && *value.shape == [batch, key_heads, keys, value_dim]
                && divides
                && mask.is_none_or(|mask| *mask.shape == [batch, heads, queries, keys])
                && lengths.is_none_or(|lengths| lengths.len() == batch),
            "{op}: queries {:?}, keys {:?}, values {:?}, mask {:?}, {:?} lengths",
            query.shape,
            key.shape,
            value.shape,
            mask.map(|mask| mask.shape),
            lengths.map(<[i64]>::len)
        );
        let sizes = Sizes { batch, heads, key_heads, queries, keys, dim, value_dim };
        of.ends.into_iter().for_each(|ends| sizes.check_ends(op, ends));
        sizes
    }

    #[track_caller]
    fn check_ends(&self, op: &str, ends: [&[i64]; 2]) {
        let rising = |ends: &[i64]| ends.first().is_none_or(|&end| end >= 0) && ends.is_sorted();
        let last = ends.map(|ends| ends.last().map_or(0, |&end| end as usize));
        assert!(
            ends.into_iter().all(rising)
                && ends[0].len() == ends[1].len()
                && last == [self.queries, self.keys],
            "{op}: sequences that end at {ends:?} of {} queries and {} keys",
            self.queries,
            self.keys
        );
    }

    #[track_caller]
    fn check_results(&self, op: &str, out: usize, log_sums: usize) {
        let rows = count(op, &[self.batch, self.heads, self.queries]);
        assert!(
            out == count(op, &[rows, self.value_dim]) && log_sums == rows,
            "{op}: {out} results and {log_sums} sums for {rows} queries of {} numbers",
            self.value_dim
        );
    }

    /// The queries of each sequence, cut into blocks.
    fn blocks<T>(&self, of: &Attention<T>) -> Vec<Block> {
        let Some(ends) = of.ends else {
            return cut_queries(0..self.queries, 0..self.keys).collect();
        };
        let [queries, keys] = ends.map(sequences);
        queries.zip(keys).flat_map(|(queries, keys)| cut_queries(queries, keys)).collect()
    }

    /// Runs all tasks, on several threads where that pays.
    fn each(&self, blocks: &[Block], tasks: usize, f: impl Fn(usize) + Sync) {
        let pairs: usize = blocks.iter().map(|block| block.rows.len() * block.keys.len()).sum();
        let work = self.batch * self.heads * pairs * (self.dim + self.value_dim);
        if work < SERIAL { (0..tasks).for_each(f) } else { for_each(tasks, f) }
    }

    /// The matrix of keys or values that serves a head.
    fn matrix<'a, T>(&self, of: &View<'a, T>, head: usize) -> Mat<'a, T> {
        let shared = self.heads / self.key_heads;
        matrix(of, [head / self.heads, head % self.heads / shared])
    }

    fn query<'a, T>(&self, of: &View<'a, T>, head: usize) -> Mat<'a, T> {
        matrix(of, [head / self.heads, head % self.heads])
    }

    /// Where a query's row of `width` numbers lies in `[batch, queries, heads, width]`.
    fn place(&self, head: usize, row: usize, width: usize) -> Range<usize> {
        let (batch, head) = (head / self.heads, head % self.heads);
        let start = ((batch * self.queries + row) * self.heads + head) * width;
        start..start + width
    }

    /// How many keys a query sees, masks aside.
    fn seen<T>(&self, of: &Attention<T>, head: usize, row: usize) -> usize {
        let given = of.lengths.map(|lengths| lengths[head / self.heads].max(0) as usize);
        let past = of.causal.then(|| (row + 1 + self.keys).saturating_sub(self.queries));
        [given, past].into_iter().flatten().fold(self.keys, usize::min)
    }

    /// The blocks of keys that any of these queries sees.
    fn key_blocks<T>(
        &self,
        of: &Attention<T>,
        head: usize,
        block: &Block,
    ) -> impl Iterator<Item = Range<usize>> + use<T> {
        let last = self.seen(of, head, block.rows.end - 1); // no query sees more than the last one
        let end = last.min(block.keys.end);
        (block.keys.start..end).step_by(KEYS).map(move |start| start..end.min(start + KEYS))
    }
}

/// The steps of each sequence.
fn sequences(ends: &[i64]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(ends.iter().map(|&end| end as usize));
    starts.zip(ends).map(|(start, &end)| start..end as usize)
}

/// The queries of a sequence that has these keys, in blocks.
fn cut_queries(queries: Range<usize>, keys: Range<usize>) -> impl Iterator<Item = Block> {
    let end = queries.end;
    let rows = queries.step_by(QUERIES).map(move |start| start..end.min(start + QUERIES));
    rows.map(move |rows| Block { rows, keys: keys.clone() })
}

/// One matrix of a batch of heads; a product checks its bounds.
fn matrix<'a, T>(of: &View<'a, T>, at: [usize; 2]) -> Mat<'a, T> {
    let start: isize = at.iter().zip(of.strides).map(|(&i, stride)| i as isize * stride).sum();
    Mat {
        data: of.data.get((of.offset as isize + start) as usize..).unwrap_or(&[]),
        rows: of.shape[2],
        cols: of.shape[3],
        row_stride: of.strides[2],
        col_stride: of.strides[3],
    }
}

/// Some rows of a matrix; a product checks its bounds.
fn cut<'a, T>(of: &Mat<'a, T>, rows: Range<usize>) -> Mat<'a, T> {
    let start = (rows.start as isize * of.row_stride) as usize;
    Mat { data: of.data.get(start..).unwrap_or(&[]), rows: rows.len(), ..*of }
}

/// Turns scores into exponentials against the largest score so far, and puts right what was
/// summed up against a smaller one.
struct Online<'a, T> {
    scores: &'a mut [T],
    tops: &'a mut [T],
    sums: &'a mut [T],
    values: &'a mut [T],
}

impl<T: Real> Kernel for Online<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Online { scores, tops, sums, values } = self;
        let (width, value_dim) = (scores.len() / tops.len(), values.len() / tops.len());
        for (i, scores) in scores.chunks_exact_mut(width).enumerate() {
            let top = largest::<T, L>(scores);
            let top = if top > tops[i] { top } else { tops[i] };
            let against = if top == T::LOWEST { T::ZERO } else { top };
            let sum = map_and_sum::<T, L, ABREAST>(None, scores, &Powers::<T, L>::against(against));
            let shrink = (tops[i] - against).exponential::<L>();
            sums[i] = sums[i] * shrink + sum;
            let values = &mut values[i * value_dim..(i + 1) * value_dim];
            values.iter_mut().for_each(|value| *value = *value * shrink);
            tops[i] = top;
        }
    }
}

/// Divides by the softmax's denominators and takes their logarithms.
struct Finish<'a, T> {
    tops: &'a [T],
    sums: &'a mut [T],
    values: &'a mut [T],
}

impl<T: Real> Kernel for Finish<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Finish { tops, sums, values } = self;
        let value_dim = values.len() / tops.len();
        for (i, (sum, &top)) in sums.iter_mut().zip(tops).enumerate() {
            let hidden = *sum == T::ZERO;
            let scale = if hidden { T::ZERO } else { T::ONE / *sum };
            let values = &mut values[i * value_dim..(i + 1) * value_dim];
            values.iter_mut().for_each(|value| *value = *value * scale);
            *sum = if hidden { T::HIGHEST } else { top + sum.logarithm::<L>() };
        }
    }
}
