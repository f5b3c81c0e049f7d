//! Functions of two elements that have no vector code: one call a pair, through `f64`.

use super::rows::zip_apart;
use super::{check_pair, with_contiguous_rows, zip_views};
use crate::Real;
use crate::strided::View;

/// `out = f(a, b)`, each pair through `f64`; broadcast axes have stride 0.
///
/// # Panics
/// If the shapes differ, a window leaves its data, or `out` has another size.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{View, zip_each};
/// let (a, b) = ([3.0_f32, 5.0], [4.0_f32, 12.0]);
/// let view = |data| View { data, offset: 0, shape: &[2], strides: &[1] };
/// let mut out = [0.0; 2];
/// zip_each(&f64::hypot, view(&a), view(&b), &mut out);
/// assert_eq!(out, [5.0, 13.0]);
/// ```
#[track_caller]
pub fn zip_each<T: Real>(
    f: &(dyn Fn(f64, f64) -> f64 + Sync),
    a: View<T>,
    b: View<T>,
    out: &mut [T],
) {
    check_pair("zip_each", a, b, out.len());
    if out.is_empty() {
        return;
    }
    let each = |a: T, b: T| T::from_f64(f(a.to_f64(), b.to_f64()));
    with_contiguous_rows(a, |a| {
        with_contiguous_rows(b, |b| zip_views(a, b, out, |a, b, out| zip_apart(a, b, out, each)));
    });
}
