//! The product for each float type, compiled once in this crate, and the peer that checks it.

use super::block::Right;
use super::job::Job;
use super::packed::{PackedB, Panels, run};
use super::plan;

/// Types with a matrix product.
///
/// Its code is long, so it is made here once instead of in every crate that multiplies.
#[doc(hidden)]
pub trait Product: Sized + crate::Plain {
    /// Computes a checked product.
    ///
    /// # Safety
    /// Every element of the three matrices lies in memory that may be read, and C written, and
    /// nobody else touches C meanwhile.
    unsafe fn product(job: Job<Self>);

    /// Computes a product by tiles that read rows of B.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of B and C are contiguous.
    unsafe fn tiles(job: &Job<Self>);

    /// Computes a product as one block, on this thread.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of B and C are contiguous.
    unsafe fn block(job: &Job<Self>);

    /// Packs B and computes a product by tiles.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of C are contiguous.
    unsafe fn tiles_packed(job: &Job<Self>);

    /// Computes a product with a B that is packed already.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of C are contiguous.
    unsafe fn packed_product(job: &Job<Self>, b: &PackedB<Self>);

    /// Packs a right matrix.
    ///
    /// # Safety
    /// Every element may be read.
    unsafe fn pack(b: *const Self, rows: usize, cols: usize, strides: [isize; 2]) -> PackedB<Self>;

    /// Computes a product by the system's BLAS, on this thread.
    ///
    /// # Safety
    /// As [`Product::product`]; the layouts are those of A and B.
    #[cfg(feature = "blas")]
    unsafe fn blas(job: &Job<Self>, layouts: [super::blas::Layout; 2]);

    /// Computes a product of any strides by the `matrixmultiply` crate, on this thread.
    ///
    /// # Safety
    /// As [`Product::product`].
    unsafe fn oracle(job: Job<Self>);
}

macro_rules! others {
    ($gemm:ident, $blas:ident) => {
        #[cfg(feature = "blas")]
        unsafe fn blas(job: &Job<Self>, layouts: [super::blas::Layout; 2]) {
            // SAFETY: promised by the caller.
            unsafe { super::blas::$blas(job, layouts) };
        }

        unsafe fn oracle(job: Job<Self>) {
            let Job { m, k, n, alpha, a, a_strides, b, b_strides, beta, c, c_strides } = job;
            let ([ra, ca], [rb, cb], [rc, cc]) = (a_strides, b_strides, c_strides);
            // SAFETY: promised by the caller.
            unsafe {
                matrixmultiply::$gemm(m, k, n, alpha, a, ra, ca, b, rb, cb, beta, c, rc, cc);
            }
        }
    };
}

impl Product for f32 {
    unsafe fn product(job: Job<f32>) {
        // SAFETY: promised by the caller.
        unsafe { plan::product(job) };
    }

    unsafe fn tiles(job: &Job<f32>) {
        // SAFETY: promised by the caller.
        unsafe { plan::in_rows(job) };
    }

    unsafe fn block(job: &Job<f32>) {
        run(*job, Right::Copied);
    }

    unsafe fn tiles_packed(job: &Job<f32>) {
        // SAFETY: promised by the caller.
        unsafe { plan::packed(job) };
    }

    unsafe fn packed_product(job: &Job<f32>, b: &PackedB<f32>) {
        // SAFETY: promised by the caller.
        unsafe { plan::blocks(job, Right::Packed(Panels::new(b), 0)) };
    }

    unsafe fn pack(b: *const f32, rows: usize, cols: usize, strides: [isize; 2]) -> PackedB<f32> {
        // SAFETY: promised by the caller.
        unsafe { PackedB::from_raw(b, rows, cols, strides) }
    }

    others!(sgemm, single);
}

/// Double precision is for checks and likelihoods: the other crate's tiles are fast enough.
impl Product for f64 {
    unsafe fn product(job: Job<f64>) {
        // SAFETY: promised by the caller.
        unsafe { plan::product(job) };
    }

    unsafe fn tiles(job: &Job<f64>) {
        // SAFETY: promised by the caller.
        unsafe { plan::by_oracle(job) };
    }

    unsafe fn block(job: &Job<f64>) {
        // SAFETY: promised by the caller.
        unsafe { Self::oracle(*job) };
    }

    unsafe fn tiles_packed(job: &Job<f64>) {
        // SAFETY: promised by the caller.
        unsafe { plan::by_oracle(job) };
    }

    unsafe fn packed_product(job: &Job<f64>, b: &PackedB<f64>) {
        let (data, strides) = b.dense();
        // SAFETY: promised by the caller; B is the packed matrix, whole and row-major.
        unsafe { plan::product(Job { b: data.as_ptr(), b_strides: strides, ..*job }) };
    }

    unsafe fn pack(b: *const f64, rows: usize, cols: usize, strides: [isize; 2]) -> PackedB<f64> {
        // SAFETY: promised by the caller.
        unsafe { PackedB::in_rows(b, rows, cols, strides) }
    }

    others!(dgemm, double);
}
