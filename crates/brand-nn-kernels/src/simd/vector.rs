//! What all vector types can do, and the portable ones that are arrays.

use crate::{Number, Real};

/// A register of numbers: the thin layer between kernels and `std::arch`.
///
/// Every method is unsafe for one reason: the machine must have the type's instruction set.
/// Kernels run only where [`dispatch`](super::dispatch) found that out. Pointers must be good for
/// the elements that a method names; they need no alignment.
pub trait Vector: Copy {
    /// What the lanes hold.
    type Element: Real;
    /// How many lanes there are.
    const LANES: usize;

    /// The same number in every lane.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn splat(x: Self::Element) -> Self;
    /// The next `LANES` elements.
    ///
    /// # Safety
    /// The instruction set is there, and the elements are.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// The next `count < LANES` elements, then noughts.
    ///
    /// # Safety
    /// The instruction set is there, and the elements are.
    unsafe fn load_first(from: *const Self::Element, count: usize) -> Self;
    /// Writes all lanes.
    ///
    /// # Safety
    /// The instruction set is there, and the elements are.
    unsafe fn store(self, to: *mut Self::Element);
    /// Writes the first `count < LANES` lanes.
    ///
    /// # Safety
    /// The instruction set is there, and the elements are.
    unsafe fn store_first(self, to: *mut Self::Element, count: usize);
    /// Rows and columns of the blocks that [`Vector::transpose`] turns.
    const EDGE: usize = 4;
    /// `to[c · to_stride + r] = from[r · stride + c]` for r, c < `EDGE`; from `count` rows on the
    /// last one is read again.
    ///
    /// # Safety
    /// The instruction set is there, `count` is not 0, and the elements are there.
    #[inline(always)]
    unsafe fn transpose(
        from: *const Self::Element,
        stride: isize,
        count: usize,
        to: *mut Self::Element,
        to_stride: usize,
    ) {
        // SAFETY: vouched for by the caller; arrays are as aligned as their elements.
        unsafe {
            let row = |r: usize| {
                *from.offset(r.min(count - 1) as isize * stride).cast::<[Self::Element; 4]>()
            };
            let rows = [row(0), row(1), row(2), row(3)];
            for c in 0..4 {
                *to.add(c * to_stride).cast() = [rows[0][c], rows[1][c], rows[2][c], rows[3][c]];
            }
        }
    }
    /// Asks for the cache line of an address, which need not be valid.
    #[inline(always)]
    fn prefetch(_at: *const Self::Element) {}
    /// `self · b + c`.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// `self · b`.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn mul(self, b: Self) -> Self;
    /// `self + b`.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn add(self, b: Self) -> Self;
    /// The larger of each; what it is where one is NaN depends on the instruction set.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn max(self, b: Self) -> Self;
    /// `self − b`.
    ///
    /// # Safety
    /// The instruction set is there.
    unsafe fn sub(self, b: Self) -> Self;

    /// The sum of all lanes, neighbours of half the width first.
    ///
    /// # Safety
    /// The instruction set is there.
    #[inline(always)]
    unsafe fn sum(self) -> Self::Element {
        let mut lanes = [Self::Element::ZERO; 16];
        // SAFETY: no vector has more than 16 lanes.
        unsafe { self.store(lanes.as_mut_ptr()) };
        let mut width = Self::LANES;
        while width > 1 {
            width /= 2;
            for i in 0..width {
                lanes[i] = lanes[i] + lanes[i + width];
            }
        }
        lanes[0]
    }
}

/// Lanes as an array; sixteen bytes of them every compiler turns into its baseline's register.
#[derive(Clone, Copy)]
pub(crate) struct Array<T, const N: usize>([T; N]);

impl<T: Real, const N: usize> Array<T, N> {
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        for i in 0..N {
            self.0[i] = f(self.0[i], other.0[i]);
        }
        self
    }
}

impl<T: Real, const N: usize> Vector for Array<T, N> {
    type Element = T;
    const LANES: usize = N;

    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Array([x; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller vouches for N elements; an array is as aligned as its element.
        Array(unsafe { *from.cast() })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const T, count: usize) -> Self {
        let mut lanes = [T::ZERO; N];
        // SAFETY: the caller vouches for `count` elements, fewer than N.
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        Array(lanes)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller vouches for N elements.
        unsafe { *to.cast() = self.0 };
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut T, count: usize) {
        // SAFETY: the caller vouches for `count` elements, fewer than N.
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, count) };
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        self.zip(b, |a, b| a * b).zip(c, |ab, c| ab + c)
    }

    #[inline(always)]
    unsafe fn mul(self, b: Self) -> Self {
        self.zip(b, |a, b| a * b)
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        self.zip(b, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn max(self, b: Self) -> Self {
        self.zip(b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    unsafe fn sub(self, b: Self) -> Self {
        self.zip(b, |a, b| a - b)
    }
}
