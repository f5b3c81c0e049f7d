//! The registers of AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::vector::Vector;

/// Sliding a window of eight over this gives a mask of the first `8 − start` lanes.
static MASK: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
/// The same for the four lanes of `f64`.
static WIDE_MASK: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// The first `count` of eight lanes.
#[inline(always)]
unsafe fn mask(count: usize) -> __m256i {
    debug_assert!(count <= 8);
    // SAFETY: count ≤ 8 keeps the window inside the table; the caller has AVX.
    unsafe { _mm256_loadu_si256(MASK.as_ptr().add(8 - count).cast()) }
}

/// The first `count` of four lanes.
#[inline(always)]
unsafe fn wide_mask(count: usize) -> __m256i {
    debug_assert!(count <= 4);
    // SAFETY: count ≤ 4 keeps the window inside the table; the caller has AVX.
    unsafe { _mm256_loadu_si256(WIDE_MASK.as_ptr().add(4 - count).cast()) }
}

macro_rules! register {
    ($name:ident($register:ty) of $lanes:literal $t:ty:
        $splat:ident $load:ident $store:ident $fma:ident $mul:ident $add:ident
        $max:ident $sub:ident,
        first |$count:ident| $mask:expr, $load_first:ident $store_first:ident $($more:item)*) => {
        #[doc = concat!(stringify!($lanes), " lanes of `", stringify!($t), "`.")]
        #[derive(Clone, Copy)]
        pub(crate) struct $name($register);

        // Each intrinsic needs the instruction set and the elements that the caller vouches for.
        impl Vector for $name {
            type Element = $t;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $splat(x) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $t, $count: usize) -> Self {
                // SAFETY: vouched for by the caller; masked lanes are not touched.
                $name(unsafe { $load_first!(from, $mask) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: vouched for by the caller.
                unsafe { $store(to, self.0) };
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $t, $count: usize) {
                // SAFETY: vouched for by the caller; masked lanes are not touched.
                unsafe { $store_first(to, $mask, self.0) };
            }

            #[inline(always)]
            fn prefetch(at: *const $t) {
                // SAFETY: SSE is part of x86-64, and a prefetch never faults.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
            }

            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $fma(self.0, b.0, c.0) })
            }

            #[inline(always)]
            unsafe fn mul(self, b: Self) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $mul(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn add(self, b: Self) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $add(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn max(self, b: Self) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $max(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn sub(self, b: Self) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $sub(self.0, b.0) })
            }

            $($more)*
        }
    };
}

macro_rules! masked_single {
    ($from:expr, $mask:expr) => {
        _mm256_maskload_ps($from, $mask)
    };
}
macro_rules! masked_double {
    ($from:expr, $mask:expr) => {
        _mm256_maskload_pd($from, $mask)
    };
}
macro_rules! masked_wide_single {
    ($from:expr, $mask:expr) => {
        _mm512_maskz_loadu_ps($mask, $from)
    };
}
macro_rules! masked_wide_double {
    ($from:expr, $mask:expr) => {
        _mm512_maskz_loadu_pd($mask, $from)
    };
}

register! { F32x8(__m256) of 8 f32:
_mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps _mm256_mul_ps _mm256_add_ps
_mm256_max_ps _mm256_sub_ps,
first |count| mask(count), masked_single _mm256_maskstore_ps
const EDGE: usize = 8;
#[inline(always)]
unsafe fn transpose(from: *const f32, stride: isize, count: usize, to: *mut f32, to_stride: usize) {
    // SAFETY: vouched for by the caller.
    unsafe { transpose_eight(from, stride, count, to, to_stride) };
} }
register! { F64x4(__m256d) of 4 f64:
_mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd _mm256_mul_pd _mm256_add_pd
_mm256_max_pd _mm256_sub_pd,
first |count| wide_mask(count), masked_double _mm256_maskstore_pd }
register! { F32x16(__m512) of 16 f32:
_mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps _mm512_mul_ps _mm512_add_ps
_mm512_max_ps _mm512_sub_ps,
first |count| ((1_u32 << count) - 1) as u16, masked_wide_single _mm512_mask_storeu_ps }
register! { F64x8(__m512d) of 8 f64:
_mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd _mm512_mul_pd _mm512_add_pd
_mm512_max_pd _mm512_sub_pd,
first |count| ((1_u32 << count) - 1) as u8, masked_wide_double _mm512_mask_storeu_pd }

/// [`Vector::transpose`] for eight rows and columns: pairs, fours, halves.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn transpose_eight(
    from: *const f32,
    stride: isize,
    count: usize,
    to: *mut f32,
    to_stride: usize,
) {
    // SAFETY: vouched for by the caller.
    unsafe {
        let half = |r: usize, c: usize| {
            _mm_loadu_ps(from.offset(r.min(count - 1) as isize * stride).add(c))
        };
        for c in [0, 4] {
            let row = |r: usize| _mm256_set_m128(half(r + 4, c), half(r, c));
            let rows = [row(0), row(1), row(2), row(3)];
            for j in [0, 2] {
                let turn =
                    |a, b| if j == 0 { _mm256_unpacklo_ps(a, b) } else { _mm256_unpackhi_ps(a, b) };
                let (a, b) = (turn(rows[0], rows[1]), turn(rows[2], rows[3]));
                let to = to.add((c + j) * to_stride);
                _mm256_storeu_ps(to, _mm256_shuffle_ps::<0x44>(a, b));
                _mm256_storeu_ps(to.add(to_stride), _mm256_shuffle_ps::<0xee>(a, b));
            }
        }
    }
}
