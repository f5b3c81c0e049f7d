//! Products of matrices by other crates, for benches to set ours beside.

use brand_nn_kernels::Mat;

/// Puts the product of two dense matrices, either of which may lie transposed, into rows of a third.
pub type Product = fn(Mat<'_, f32>, Mat<'_, f32>, &mut [f32]);

/// The other crates' products by their names; with the feature `rivals` those of `gemm` and `rten-gemm` too.
///
/// Like ours they run in the thread pool that calls them, but for `matrixmultiply`, which takes one thread.
pub const RIVALS: &[(&str, Product)] = &[
    ("matrixmultiply", matrixmultiply),
    #[cfg(feature = "rivals")]
    ("gemm", gemm),
    #[cfg(feature = "rivals")]
    ("rten-gemm", rten_gemm),
];

/// The product by `matrixmultiply`, on one thread.
///
/// # Panics
/// If the operands are not dense, or the shapes do not fit together.
pub fn matrixmultiply(a: Mat<'_, f32>, b: Mat<'_, f32>, c: &mut [f32]) {
    let [m, k, n] = sizes(&a, &b, c);
    let (pa, pb, pc) = (a.data.as_ptr(), b.data.as_ptr(), c.as_mut_ptr());
    let (ra, ca, rb, cb) = (a.row_stride, a.col_stride, b.row_stride, b.col_stride);
    #[allow(unsafe_code, reason = "the peer's interface is raw pointers")]
    // SAFETY: the matrices are dense and their lengths were checked above.
    unsafe {
        matrixmultiply::sgemm(m, k, n, 1.0, pa, ra, ca, pb, rb, cb, 0.0, pc, n as isize, 1);
    }
}

#[cfg(feature = "rivals")]
fn gemm(a: Mat<'_, f32>, b: Mat<'_, f32>, c: &mut [f32]) {
    let [m, k, n] = sizes(&a, &b, c);
    let threads = match brand_nn_kernels::threads::count() {
        1 => gemm::Parallelism::None,
        count => gemm::Parallelism::Rayon(count),
    };
    #[allow(unsafe_code, reason = "the peer's interface is raw pointers")]
    // SAFETY: the matrices are dense and their lengths were checked above.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.data.as_ptr(),
            a.col_stride,
            a.row_stride,
            b.data.as_ptr(),
            b.col_stride,
            b.row_stride,
            0.0,
            1.0,
            false,
            false,
            false,
            threads,
        );
    }
}

#[cfg(feature = "rivals")]
fn rten_gemm(a: Mat<'_, f32>, b: Mat<'_, f32>, c: &mut [f32]) {
    use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
    use rten_tensor::NdTensorView;
    thread_local!(static EXECUTOR: GemmExecutor = GemmExecutor::new());
    sizes(&a, &b, c);
    let [left, right] = [a, b].map(|mat| {
        let strides = [mat.row_stride as usize, mat.col_stride as usize];
        NdTensorView::from_data_with_strides([mat.rows, mat.cols], mat.data, strides)
            .unwrap_or_else(|error| panic!("a dense matrix: {error}"))
    });
    let (left, right) = (GemmInputA::Unpacked(left), GemmInputB::Unpacked(right));
    EXECUTOR
        .with(|executor| executor.gemm(c, left, right, GemmOptions::default()))
        .unwrap_or_else(|error| panic!("matrices that fit: {error}"));
}

/// The sizes m, k and n of a product whose operands are dense.
fn sizes(a: &Mat<'_, f32>, b: &Mat<'_, f32>, c: &[f32]) -> [usize; 3] {
    let (m, k, n) = (a.rows, a.cols, b.cols);
    let is_dense = |mat: &Mat<'_, f32>| {
        let [rows, cols] = [mat.rows, mat.cols].map(|size| size as isize);
        mat.data.len() == mat.rows * mat.cols
            && [(cols, 1), (1, rows)].contains(&(mat.row_stride, mat.col_stride))
    };
    assert!(is_dense(a) && is_dense(b) && b.rows == k && c.len() == m * n, "dense {m}·{k}·{n}");
    [m, k, n]
}
