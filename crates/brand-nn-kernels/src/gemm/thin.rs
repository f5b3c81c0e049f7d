//! One row times a matrix with contiguous rows: B streams by once, C stays in the cache.

use super::Job;
use super::plan::pieces;
use super::tile::{Wide, write};
use crate::Real;
use crate::simd::{Kernel, Lanes, Vector, dispatch};
use crate::threads::{count, for_each};

/// Elements of B below which a product stays on one thread.
const SERIAL: usize = 1 << 19;
/// Rows of B that are read side by side.
const ROWS: usize = 8;

/// Computes a product with one row.
///
/// # Safety
/// The operands lie inside their data, nobody else touches C, columns of B and C are contiguous.
pub(super) unsafe fn product<T: Real>(job: &Job<T>) {
    // One window a thread: rows are read in pieces as long as can be. What a column sums up to does
    // not depend on its window.
    let windows = if job.work() < SERIAL { 1 } else { count() };
    let width = job.n.div_ceil(windows).next_multiple_of(64);
    let windows: Vec<_> = pieces(job.n, width).collect();
    for_each(windows.len(), |task| dispatch(Row { job: job.window(0..1, windows[task].clone()) }));
}

/// One task.
struct Row<T> {
    job: Job<T>,
}

impl<T: Real> Kernel for Row<T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let job = self.job;
        let mut start = 0;
        while start < job.k {
            let slab = job.slab(start..job.k.min(start + ROWS));
            // SAFETY: a part of the job; `product`'s caller vouched for the whole.
            unsafe {
                if slab.k == ROWS {
                    rows::<T, Wide<T, L>, ROWS>(&slab);
                } else {
                    for p in 0..slab.k {
                        let beta = if p == 0 { slab.beta } else { T::ONE };
                        rows::<T, Wide<T, L>, 1>(&Job { beta, ..slab.slab(p..p + 1) });
                    }
                }
            }
            start += ROWS;
        }
    }
}

/// `c = α Σ a[p] B[p] + β c` over N rows of B.
///
/// # Safety
/// As [`product`], for a job of depth N; the instruction set is there.
#[inline(always)]
unsafe fn rows<T: Real, V: Vector<Element = T>, const N: usize>(job: &Job<T>) {
    // SAFETY: p < N and column + count ≤ n, which the caller vouches for.
    unsafe {
        let mut scales = [V::splat(T::ZERO); N];
        let mut from = [job.b; N];
        for p in 0..N {
            scales[p] = V::splat(*job.a.offset(p as isize * job.a_strides[1]));
            from[p] = job.b.offset(p as isize * job.b_strides[0]);
        }
        let mut column = 0;
        while column + V::LANES <= job.n {
            let mut sum = scales[0].mul(V::load(from[0].add(column)));
            for p in 1..N {
                sum = scales[p].mul_add(V::load(from[p].add(column)), sum);
            }
            write(sum, job.c.add(column), V::LANES, job.alpha, job.beta);
            column += V::LANES;
        }
        let count = job.n - column;
        if count > 0 {
            let mut sum = scales[0].mul(V::load_first(from[0].add(column), count));
            for p in 1..N {
                sum = scales[p].mul_add(V::load_first(from[p].add(column), count), sum);
            }
            write(sum, job.c.add(column), count, job.alpha, job.beta);
        }
    }
}
