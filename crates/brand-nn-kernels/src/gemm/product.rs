//! The product for each float type, compiled once in this crate.

use super::affine::Ending;
use super::block::Right;
use super::job::Job;
use super::packed::{PackedB, Panels};
use super::patches::Patches;
use super::{patches, plan};

/// Types with a matrix product.
///
/// Its code is long, so it is made here once instead of in every crate that multiplies.
#[doc(hidden)]
pub trait Product: Sized + crate::Plain {
    /// Computes a checked product, and what follows it.
    ///
    /// # Safety
    /// Every element of the three matrices lies in memory that may be read, and C written, and
    /// nobody else touches C meanwhile; its rows are contiguous if anything follows.
    unsafe fn product(job: Job<Self>, then: Ending<Self>);

    /// Computes a product with a B that is packed already, and what follows it.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of C are contiguous.
    unsafe fn packed_product(job: &Job<Self>, b: &PackedB<Self>, then: Ending<Self>);

    /// Computes a product with patches of an image, on this thread.
    ///
    /// # Safety
    /// As [`Product::product`]; columns of C are contiguous.
    unsafe fn patches_product(job: &Job<Self>, b: &Patches<Self>);

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
}

macro_rules! products {
    ($($float:ty, $blas:ident;)*) => {$(
        impl Product for $float {
            unsafe fn product(job: Job<$float>, then: Ending<$float>) {
                // SAFETY: promised by the caller.
                unsafe { plan::product(job, then) };
            }

            unsafe fn packed_product(
                job: &Job<$float>,
                b: &PackedB<$float>,
                then: Ending<$float>,
            ) {
                // SAFETY: promised by the caller.
                unsafe { plan::blocks(job, Right::Packed(Panels::new(b), 0), then) };
            }

            unsafe fn patches_product(job: &Job<$float>, b: &Patches<$float>) {
                patches::product(job, b);
            }

            unsafe fn pack(
                b: *const $float,
                rows: usize,
                cols: usize,
                strides: [isize; 2],
            ) -> PackedB<$float> {
                // SAFETY: promised by the caller.
                unsafe { PackedB::from_raw(b, rows, cols, strides) }
            }

            #[cfg(feature = "blas")]
            unsafe fn blas(job: &Job<$float>, layouts: [super::blas::Layout; 2]) {
                // SAFETY: promised by the caller.
                unsafe { super::blas::$blas(job, layouts) };
            }
        }
    )*};
}

products! { f32, single; f64, double; }
