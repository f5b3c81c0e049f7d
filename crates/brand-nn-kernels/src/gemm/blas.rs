//! Large products by the system's BLAS, for those who have one: the feature `blas`.
//!
//! Our own threads cut the product into blocks that depend on its shape alone; each is one call,
//! which the library computes on the thread that calls it.

use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

use cblas_sys::{CBLAS_LAYOUT, CBLAS_TRANSPOSE, cblas_dgemm, cblas_sgemm};

use super::job::Job;
use super::plan::for_each_block;
use crate::Real;

/// Multiply-adds from which on a product goes to the library.
const LARGE: usize = 1 << 20;
/// Rows and columns of C that one call computes, at most.
const BLOCK: (usize, usize) = (384, 4096);
/// The environment variable that keeps products here: `off`.
const VARIABLE: &str = "BRAND_NN_BLAS";

const OFF: u8 = 1;
const ON: u8 = 2;

/// On, off, or nought while nothing is chosen.
static CHOICE: AtomicU8 = AtomicU8::new(0);

// The library is found by the linker: no script of ours, and none of another crate, looks for it.
#[link(name = "openblas")]
unsafe extern "C" {
    fn openblas_set_num_threads(count: std::ffi::c_int);
}

/// Whether large products go to the system's BLAS: yes, unless `BRAND_NN_BLAS` is `off`.
pub fn blas() -> bool {
    match CHOICE.load(Ordering::Relaxed) {
        0 => {
            let off = std::env::var(VARIABLE).is_ok_and(|text| text.trim() == "off");
            set_blas(!off);
            !off
        }
        choice => choice == ON,
    }
}

/// Sends large products to the system's BLAS from now on, or keeps them: for tests and benches.
pub fn set_blas(on: bool) {
    CHOICE.store(if on { ON } else { OFF }, Ordering::Relaxed);
}

/// A matrix as BLAS knows it: which of its strides is 1, and the other.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Layout(CBLAS_TRANSPOSE, i32);

/// The strides of both operands if the library can compute this product, and it is worth it.
pub(super) fn layouts<T: Real>(job: &Job<T>) -> Option<[Layout; 2]> {
    let is_large = job.work() >= LARGE && job.m > 1 && job.n > 1 && job.c_strides[1] == 1;
    // Without a product BLAS reads neither operand, and a NaN in them would be hidden.
    if !is_large || job.alpha == T::ZERO || !blas() {
        return None;
    }
    let fits = i32::try_from(job.c_strides[0]).is_ok() && i32::try_from(job.k).is_ok();
    let a = layout(job.m, job.k, job.a_strides).filter(|_| fits)?;
    Some([a, layout(job.k, job.n, job.b_strides)?])
}

/// How a matrix is read row by row, if a row or a column is contiguous and they do not overlap.
fn layout(rows: usize, cols: usize, [row, col]: [isize; 2]) -> Option<Layout> {
    let (transpose, stride, len) = match (row, col) {
        (_, 1) if row >= cols as isize => (CBLAS_TRANSPOSE::CblasNoTrans, row, cols),
        (1, _) => (CBLAS_TRANSPOSE::CblasTrans, col, rows),
        _ => return None,
    };
    let stride = i32::try_from(stride).ok().filter(|&stride| stride as usize >= len.max(1))?;
    Some(Layout(transpose, stride))
}

/// Computes a product in blocks, each by one call.
///
/// # Safety
/// The operands lie inside their data, nobody else touches C, and [`layouts`] gave these.
pub(super) unsafe fn product<T: Real>(job: &Job<T>, layouts: [Layout; 2]) {
    static SINGLE: Once = Once::new();
    // SAFETY: the library is there, and any positive count is allowed.
    SINGLE.call_once(|| unsafe { openblas_set_num_threads(1) });
    for_each_block(job, BLOCK, |rows, columns| {
        // SAFETY: a window of the job, and no other task's.
        unsafe { T::blas(&job.window(rows, columns), layouts) };
    });
}

macro_rules! call {
    ($name:ident, $t:ty, $gemm:ident) => {
        /// One block, on this thread.
        ///
        /// # Safety
        /// As [`product`].
        pub(super) unsafe fn $name(job: &Job<$t>, [a, b]: [Layout; 2]) {
            let order = CBLAS_LAYOUT::CblasRowMajor;
            let [m, k, n] = [job.m, job.k, job.n].map(|size| size as i32);
            let (alpha, beta, stride) = (job.alpha, job.beta, job.c_strides[0] as i32);
            // SAFETY: promised by the caller; `layouts` proved that sizes and strides fit.
            unsafe {
                $gemm(order, a.0, b.0, m, n, k, alpha, job.a, a.1, job.b, b.1, beta, job.c, stride);
            }
        }
    };
}
call!(single, f32, cblas_sgemm);
call!(double, f64, cblas_dgemm);
