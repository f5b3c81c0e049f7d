//! The innermost loop: a tile of C grows in registers while A and B stream by.

use crate::simd::Vector;
use crate::{Number, Real};

/// One tile's operands. A is read element by element with any strides; a row of B is `NV`
/// vectors side by side.
#[derive(Clone, Copy)]
pub(super) struct Tile<T> {
    /// How many products each element of C sums.
    pub(super) depth: usize,
    pub(super) a: *const T,
    pub(super) a_strides: [isize; 2],
    pub(super) b: *const T,
    /// Elements from one row of B to the next.
    pub(super) b_stride: usize,
    pub(super) c: *mut T,
    /// Elements from one row of C to the next; columns lie side by side.
    pub(super) c_stride: isize,
    /// Columns of C that exist; those beyond are computed but neither read nor written.
    pub(super) columns: usize,
    pub(super) alpha: T,
    pub(super) beta: T,
}

/// Rows of A that share a pointer: an address may add a stride once or twice for nothing.
const SHARE: usize = 3;

/// The same number, whose origin the compiler does not know.
///
/// Otherwise it derives all pointers from one and spends more instructions on addresses than on
/// products.
#[inline(always)]
fn opaque(mut x: usize) -> usize {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) x, options(pure, nomem, nostack, preserves_flags));
    }
    x
}

/// `C = α A B + β C` for `MR` rows and up to `NV` vectors of columns.
///
/// # Safety
/// The instruction set of `V` is there. A holds `MR × depth` elements, B `depth` rows of
/// `NV · LANES` elements, C `MR × columns`, unshared.
#[inline(always)]
pub(super) unsafe fn tile<V: Vector, const MR: usize, const NV: usize>(job: &Tile<V::Element>) {
    let last = job.columns - (NV - 1) * V::LANES;
    // SAFETY: every address below is one of those that the caller vouches for: row i < MR and
    // depth p of A, row p of B, row i of C; masked loads and stores stop at `columns`.
    unsafe {
        let mut sums = [[V::splat(V::Element::ZERO); NV]; MR];
        let row_stride = opaque(job.a_strides[0] as usize) as isize;
        let mut heads = [job.a; 4];
        for g in 0..MR.div_ceil(SHARE) {
            heads[g] = opaque(job.a.offset((g * SHARE) as isize * row_stride) as usize) as *const _;
        }
        for i in 0..MR {
            for v in 0..NV {
                V::prefetch(job.c.offset(i as isize * job.c_stride).wrapping_add(v * V::LANES));
            }
        }
        let mut from = job.b;
        for _ in 0..job.depth {
            let mut b = [V::splat(V::Element::ZERO); NV];
            for v in 0..NV {
                b[v] = V::load(from.add(v * V::LANES));
            }
            for i in 0..MR {
                let a = V::splat(*heads[i / SHARE].offset((i % SHARE) as isize * row_stride));
                for v in 0..NV {
                    sums[i][v] = a.mul_add(b[v], sums[i][v]);
                }
            }
            for g in 0..MR.div_ceil(SHARE) {
                heads[g] = heads[g].wrapping_offset(job.a_strides[1]);
            }
            from = from.wrapping_add(job.b_stride);
        }
        // Not a loop: sums stay in registers only if every index is known.
        macro_rules! write_rows {
            ($($i:literal)*) => {$(
                if $i < MR {
                    let row = job.c.offset($i * job.c_stride);
                    for v in 0..NV {
                        let columns = if v == NV - 1 { last } else { V::LANES };
                        write(sums[$i % MR][v], row.add(v * V::LANES), columns, job.alpha, job.beta);
                    }
                }
            )*};
        }
        write_rows!(0 1 2 3 4 5 6 7 8 9 10 11);
    }
}

/// `c = α sum + β c` for the first `columns` lanes; c is not read if β is nought.
///
/// # Safety
/// The instruction set of `V` is there, and `c` holds `columns` elements.
#[inline(always)]
pub(super) unsafe fn write<V: Vector>(
    sum: V,
    c: *mut V::Element,
    columns: usize,
    alpha: V::Element,
    beta: V::Element,
) {
    // SAFETY: vouched for by the caller.
    unsafe {
        let sum = sum.mul(V::splat(alpha));
        let whole = columns >= V::LANES;
        let value = if beta == V::Element::ZERO {
            sum
        } else {
            let old = if whole { V::load(c) } else { V::load_first(c, columns) };
            old.mul_add(V::splat(beta), sum)
        };
        if whole { value.store(c) } else { value.store_first(c, columns) }
    }
}

/// Whether tiles of a type come with so many rows: of `f32` with any number, of others with few,
/// since each is code of its own.
const fn has_height<T: Real>(rows: usize) -> bool {
    T::VECTORS || matches!(rows, 1 | 4 | 6 | 8 | 12)
}

/// The rows of the tile that begins `rows` rows, at most the largest tile's.
#[inline(always)]
pub(super) fn tile_height<T: Real>(rows: usize) -> usize {
    (1..=rows).rev().find(|&rows| has_height::<T>(rows)).unwrap_or(1)
}

/// Calls [`tile`] for `rows` of [`has_height`], each count its own copy of the code.
///
/// # Safety
/// As [`tile`], for `rows` rows; `rows` is at most `L::ROWS`.
#[inline(always)]
pub(super) unsafe fn tile_of<L, V, const NV: usize>(rows: usize, job: &Tile<V::Element>)
where
    L: crate::simd::Lanes,
    V: Vector,
{
    macro_rules! counts {
        ($($count:literal)*) => {$(
            if const { $count <= L::ROWS && has_height::<V::Element>($count) } && rows == $count {
                // SAFETY: vouched for by the caller.
                return unsafe { tile::<V, $count, NV>(job) };
            }
        )*};
    }
    counts!(12 11 10 9 8 7 6 5 4 3 2 1);
    unreachable!("{rows} rows in a tile of {}", L::ROWS);
}

/// The register of an element type in an instruction set.
pub(super) type Wide<T, L> = <T as crate::math::Math>::Wide<L>;

/// Columns of a panel of B: two vectors.
pub(super) fn panel<T: Real, L: crate::simd::Lanes>() -> usize {
    2 * <Wide<T, L> as Vector>::LANES
}
