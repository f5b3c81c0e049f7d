//! A few rows of A against rows of Bᵀ: dot products, several at a time, nothing packed.

use super::Job;
use super::plan::{is_serial, pieces};
use super::tile::Wide;
use crate::Real;
use crate::simd::{Kernel, Lanes, Vector, dispatch};
use crate::threads::for_each;

/// Columns of C that one task computes.
const COLUMNS: usize = 64;
/// Rows of A, and of Bᵀ, whose dot products are computed together.
const EDGE: usize = 4;
/// Rows of a tile from which on an instruction set has registers for 4 × 4 sums.
const MANY: usize = 8;

/// Computes a product of contiguous rows of A and contiguous columns of B.
///
/// # Safety
/// The operands lie inside their data and nobody else touches C.
pub(super) unsafe fn product<T: Real>(job: &Job<T>) {
    // Reading B is the cost where there are few rows.
    let columns = if is_serial(job.work().max(job.n * job.k * 8)) { job.n } else { COLUMNS };
    let windows: Vec<_> = pieces(job.n, columns.max(1)).collect();
    for_each(windows.len(), |task| {
        dispatch(Dots { job: job.window(0..job.m, windows[task].clone()) });
    });
}

/// One task.
struct Dots<T> {
    job: Job<T>,
}

impl<T: Real> Kernel for Dots<T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let job = self.job;
        let height = if L::ROWS < MANY { EDGE / 2 } else { EDGE };
        for columns in pieces(job.n, EDGE) {
            for rows in pieces(job.m, height) {
                let edge = job.window(rows, columns.clone());
                // SAFETY: a window of the job; `product`'s caller vouched for the whole.
                unsafe { any_edge::<T, Wide<T, L>>(&edge) };
            }
        }
    }
}

/// # Safety
/// As [`dots`], for the job's own sizes, at most [`EDGE`].
#[inline(always)]
unsafe fn any_edge<T: Real, V: Vector<Element = T>>(job: &Job<T>) {
    // SAFETY: vouched for by the caller.
    unsafe {
        match (job.m, job.n) {
            (4, 4) => dots::<T, V, 4, 4>(job),
            (3, 4) => dots::<T, V, 3, 4>(job),
            (2, 4) => dots::<T, V, 2, 4>(job),
            (1, 4) => dots::<T, V, 1, 4>(job),
            _ => {
                for j in 0..job.n {
                    for i in 0..job.m {
                        dots::<T, V, 1, 1>(&job.window(i..i + 1, j..j + 1));
                    }
                }
            }
        }
    }
}

/// M × N dot products; lanes first, then their sum.
///
/// # Safety
/// The job is M × N, its operands lie inside their data, rows of A and columns of B are
/// contiguous, and the instruction set is there.
#[inline(always)]
unsafe fn dots<T: Real, V: Vector<Element = T>, const M: usize, const N: usize>(job: &Job<T>) {
    // SAFETY: i < M, j < N and p + count ≤ k, which the caller vouches for.
    unsafe {
        let (mut a, mut b) = ([job.a; M], [job.b; N]);
        for i in 0..M {
            a[i] = job.a.offset(i as isize * job.a_strides[0]);
        }
        for j in 0..N {
            b[j] = job.b.offset(j as isize * job.b_strides[1]);
        }
        let mut sums = [[V::splat(T::ZERO); N]; M];
        let mut p = 0;
        while p < job.k {
            let count = job.k - p;
            let mut right = [V::splat(T::ZERO); N];
            for j in 0..N {
                right[j] = read::<V>(b[j].add(p), count);
            }
            for i in 0..M {
                let left = read::<V>(a[i].add(p), count);
                for j in 0..N {
                    sums[i][j] = left.mul_add(right[j], sums[i][j]);
                }
            }
            p += V::LANES;
        }
        for i in 0..M {
            for j in 0..N {
                let at = i as isize * job.c_strides[0] + j as isize * job.c_strides[1];
                let c = job.c.offset(at);
                let old = if job.beta == T::ZERO { T::ZERO } else { job.beta * *c };
                *c = job.alpha * sums[i][j].sum() + old;
            }
        }
    }
}

/// The next elements, filled up with noughts where fewer than a vector are left.
///
/// # Safety
/// The instruction set is there, and `count` elements or all lanes may be read.
#[inline(always)]
unsafe fn read<V: Vector>(from: *const V::Element, count: usize) -> V {
    // SAFETY: vouched for by the caller.
    unsafe { if count >= V::LANES { V::load(from) } else { V::load_first(from, count) } }
}
