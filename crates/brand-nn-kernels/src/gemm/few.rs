//! A few rows times packed panels: B streams by once, several panels side by side.

use super::job::Job;
use super::narrow::{Format, Numbers, any_format, part, widen};
use super::packed::Panels;
use super::tile::{Wide, write};
use crate::simd::{Lanes, Vector};
use crate::{Number, Real};

/// Rows whose sums fit into registers beside each other's.
///
/// A sum waits for the one before it: a row of a tile alone would leave the processor idle.
pub(super) const FEW: usize = 4;

/// Adds the products of one slab with the panels from column `first` on to C.
///
/// # Safety
/// The job's operands lie inside their data, C is this thread's own and its columns contiguous;
/// there are rows, at most [`FEW`]; the panels were packed for the instruction set.
#[inline(always)]
pub(super) unsafe fn product<T: Real, L: Lanes>(
    job: &Job<T>,
    panels: &Panels<T>,
    start: usize,
    first: usize,
) {
    let (numbers, scales) = panels.numbers();
    // SAFETY: promised by the caller.
    any_format!(numbers, x => unsafe {
        let x = &x[panels.place(start, job.k, first).start..];
        let scales = part(scales, first, job.n.next_multiple_of(<Wide<T, L> as Vector>::LANES));
        match job.m {
            1 => rows::<Wide<T, L>, _, 1, 4>(job, x, scales),
            2 => rows::<Wide<T, L>, _, 2, 2>(job, x, scales),
            3 => rows::<Wide<T, L>, _, 3, 2>(job, x, scales),
            _ => rows::<Wide<T, L>, _, FEW, 1>(job, x, scales),
        }
    });
}

/// M rows times a slab, `P` panels at a time as long as there are so many.
///
/// # Safety
/// As [`product`], for M rows.
#[inline(always)]
unsafe fn rows<V: Vector, N: Format<V::Element>, const M: usize, const P: usize>(
    job: &Job<V::Element>,
    slab: &[N],
    scales: &[V::Element],
) {
    let (end, mut column) = (job.n.next_multiple_of(V::LANES), 0);
    while column < end {
        let scales = part(scales, column, end - column);
        let (here, slab) = (job.window(0..M, column..job.n), &slab[column * job.k..]);
        let left = (end - column) / V::LANES;
        // SAFETY: a window of the job; panels follow each other, and only the last one may be a
        // single vector wide.
        unsafe {
            column += match left {
                1 => panels::<V, N, M, 1, 1>(&here, slab, scales),
                _ if left >= 2 * P => panels::<V, N, M, P, 2>(&here, slab, scales),
                _ => panels::<V, N, M, 1, 2>(&here, slab, scales),
            };
        }
    }
}

/// M rows times P panels, each W vectors wide; gives the number of columns.
///
/// # Safety
/// As [`product`], for M rows and as many columns.
///
/// # Panics
/// If there are fewer numbers, or scales where the format has them.
#[inline(always)]
unsafe fn panels<V, N, const M: usize, const P: usize, const W: usize>(
    job: &Job<V::Element>,
    numbers: &[N],
    scales: &[V::Element],
) -> usize
where
    V: Vector,
    N: Format<V::Element>,
{
    let (width, height) = (W * V::LANES, job.k);
    assert!(numbers.len() >= P * width * height && (!N::SCALED || scales.len() >= P * width));
    // SAFETY: row i < M and column p < k of A; the numbers and scales were counted above; a vector
    // begins at one of the job's columns, and `write` stops at the last.
    unsafe {
        let mut sums = [[[V::splat(V::Element::ZERO); W]; P]; M];
        for p in 0..height {
            let mut a = [V::splat(V::Element::ZERO); M];
            for i in 0..M {
                let at = i as isize * job.a_strides[0] + p as isize * job.a_strides[1];
                a[i] = V::splat(*job.a.offset(at));
            }
            for panel in 0..P {
                for v in 0..W {
                    let (at, of) = ((panel * height + p) * width + v * V::LANES, panel * width);
                    let scales = scales.as_ptr().wrapping_add(of + v * V::LANES);
                    let b = widen::<V, N>(numbers.as_ptr().add(at), scales);
                    for i in 0..M {
                        sums[i][panel][v] = a[i].mul_add(b, sums[i][panel][v]);
                    }
                }
            }
        }
        // Sums stay in registers only if every index is known, as it is of stores.
        let mut done = [[[[V::Element::ZERO; 16]; W]; P]; M];
        for i in 0..M {
            for panel in 0..P {
                for v in 0..W {
                    sums[i][panel][v].store(done[i][panel][v].as_mut_ptr());
                }
            }
        }
        hand_over::<V>(job, done.as_flattened().as_flattened(), P * W);
    }
    P * width
}

/// Writes sums, `count` vectors of each row, as far as the job's columns go.
///
/// # Safety
/// The instruction set is there, and so is C, which nobody else touches.
#[inline(always)]
unsafe fn hand_over<V: Vector>(job: &Job<V::Element>, sums: &[[V::Element; 16]], count: usize) {
    for (i, row) in sums.chunks_exact(count).enumerate() {
        for (v, sum) in row.iter().enumerate() {
            let (column, row) = (v * V::LANES, i as isize * job.c_strides[0]);
            // SAFETY: no vector has more than 16 lanes; `write` stops at the last column of row i.
            unsafe {
                let c = job.c.offset(row).add(column);
                let columns = (job.n - column).min(V::LANES);
                write(V::load(sum.as_ptr()), c, columns, job.alpha, job.beta);
            }
        }
    }
}
