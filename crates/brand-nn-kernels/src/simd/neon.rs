//! The registers of NEON.

use std::arch::aarch64::*;

use super::vector::Vector;

macro_rules! register {
    ($name:ident($register:ty) of $lanes:literal $t:ty:
        $splat:ident $load:ident $store:ident $fma:ident $mul:ident $add:ident
        $max:ident $sub:ident) => {
        #[doc = concat!(stringify!($lanes), " lanes of `", stringify!($t), "`.")]
        #[derive(Clone, Copy)]
        pub(crate) struct $name($register);

        impl Vector for $name {
            type Element = $t;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $splat(x) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: vouched for by the caller.
                $name(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $t, count: usize) -> Self {
                let mut lanes = [0.0; $lanes];
                // SAFETY: the caller vouches for `count` elements, fewer than the lanes.
                unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
                // SAFETY: the array has all lanes.
                $name(unsafe { $load(lanes.as_ptr()) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: vouched for by the caller.
                unsafe { $store(to, self.0) };
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $t, count: usize) {
                let mut lanes = [0.0; $lanes];
                // SAFETY: the array has all lanes.
                unsafe { $store(lanes.as_mut_ptr(), self.0) };
                // SAFETY: the caller vouches for `count` elements, fewer than the lanes.
                unsafe { std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count) };
            }

            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $fma(c.0, self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn mul(self, b: Self) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $mul(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn add(self, b: Self) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $add(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn max(self, b: Self) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $max(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn sub(self, b: Self) -> Self {
                // SAFETY: every AArch64 machine that we build for has NEON.
                $name(unsafe { $sub(self.0, b.0) })
            }
        }
    };
}

register! { F32x4(float32x4_t) of 4 f32:
vdupq_n_f32 vld1q_f32 vst1q_f32 vfmaq_f32 vmulq_f32 vaddq_f32 vmaxq_f32 vsubq_f32 }
register! { F64x2(float64x2_t) of 2 f64:
vdupq_n_f64 vld1q_f64 vst1q_f64 vfmaq_f64 vmulq_f64 vaddq_f64 vmaxq_f64 vsubq_f64 }
