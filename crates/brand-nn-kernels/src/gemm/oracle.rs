//! Products by the `matrixmultiply` crate: for odd strides, and to check our own.

use super::Job;

/// Types whose product another crate computes too.
pub trait Product: Sized {
    /// Computes one product on this thread.
    ///
    /// # Safety
    /// Every element of the three matrices lies in memory that may be read, and C written, and
    /// nobody else touches C meanwhile.
    #[doc(hidden)]
    unsafe fn product(job: Job<Self>);
}

macro_rules! product {
    ($t:ident $gemm:ident) => {
        impl Product for $t {
            unsafe fn product(job: Job<Self>) {
                let Job { m, k, n, alpha, a, a_strides, b, b_strides, beta, c, c_strides } = job;
                let ([ra, ca], [rb, cb], [rc, cc]) = (a_strides, b_strides, c_strides);
                // SAFETY: promised by the caller.
                unsafe {
                    matrixmultiply::$gemm(m, k, n, alpha, a, ra, ca, b, rb, cb, beta, c, rc, cc);
                }
            }
        }
    };
}

product!(f32 sgemm);
product!(f64 dgemm);
