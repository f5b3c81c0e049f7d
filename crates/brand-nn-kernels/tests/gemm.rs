//! Products of every shape and layout against the plain loop, on every instruction set.

mod common;

use brand_nn_kernels::{
    Factor, Mat, MatMut, Mats, Narrow, PackedB, Real, Then, Unary, affine, gemm, gemm_batched,
    gemm_packed, reference, unary_in_place,
};
use common::{cases, noise, on_every_isa, on_threads};
use proptest::prelude::*;

/// How a test lays out a matrix.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Columns are contiguous instead of rows.
    transposed: bool,
    /// Elements between rows (or columns) beyond their length.
    gap: usize,
    /// Elements from one to the next.
    step: usize,
}

const ROWS: Layout = Layout { transposed: false, gap: 0, step: 1 };
const COLUMNS: Layout = Layout { transposed: true, gap: 0, step: 1 };

impl Layout {
    fn strides(self, rows: usize, cols: usize) -> (usize, usize, usize) {
        let (long, short) = if self.transposed { (cols, rows) } else { (rows, cols) };
        let stride = (short * self.step + self.gap).max(1);
        let (row, col) = if self.transposed { (self.step, stride) } else { (stride, self.step) };
        (row, col, long * stride + 1)
    }

    /// A matrix of noise that begins one element into its data, so that it is misaligned.
    fn mat<T: Real>(self, data: &[T], rows: usize, cols: usize) -> Mat<'_, T> {
        let (row, col, len) = self.strides(rows, cols);
        let data = &data[1..=len];
        Mat { data, rows, cols, row_stride: row as isize, col_stride: col as isize }
    }
}

/// One product: sizes, layouts, factors.
#[derive(Clone, Copy, Debug)]
struct Case {
    size: [usize; 3],
    layouts: [Layout; 3],
    alpha: f64,
    beta: f64,
}

/// Computes one case by `product` and compares it with the plain loop.
#[track_caller]
fn check_by<T: Real>(
    case: Case,
    tolerance: f64,
    product: impl Fn(T, Mat<T>, Mat<T>, T, MatMut<T>) + Sync + Send,
) {
    let Case { size: [m, k, n], layouts: [la, lb, lc], alpha, beta } = case;
    let a_data = noise::<T>(la.strides(m, k).2 + 1, 1);
    let b_data = noise::<T>(lb.strides(k, n).2 + 1, 2);
    let (row, col, len) = lc.strides(m, n);
    let old = if beta == 0.0 { vec![T::from_f64(f64::NAN); len] } else { noise::<T>(len, 3) };
    let (a, b) = (la.mat(&a_data, m, k), lb.mat(&b_data, k, n));
    let ours = on_threads(|| {
        let mut data = old.clone();
        let (row_stride, col_stride) = (row as isize, col as isize);
        let c = MatMut { data: &mut data, rows: m, cols: n, row_stride, col_stride };
        product(T::from_f64(alpha), a, b, T::from_f64(beta), c);
        data.iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>()
    });
    let mut expected: Vec<f64> = old.iter().map(|x| x.to_f64()).collect();
    for (i, sum) in reference::matmul(a, b).into_iter().enumerate() {
        let c = &mut expected[i / n * row + i % n * col];
        *c = alpha * sum + if beta == 0.0 { 0.0 } else { beta * *c };
    }
    let limit = tolerance * (k as f64).sqrt().max(1.0);
    for (i, (ours, expected)) in ours.into_iter().zip(expected).enumerate() {
        let ours = f64::from_bits(ours);
        let same = (ours - expected).abs() <= limit || (ours.is_nan() && expected.is_nan());
        assert!(same, "{case:?}: element {i} is {ours}, expected {expected}");
    }
}

#[track_caller]
fn check(case: Case) {
    check_by::<f32>(case, 1e-6, gemm);
    check_by::<f64>(case, 2e-14, gemm);
    check_by::<f32>(case, 1e-6, |alpha, a, b, beta, c| {
        gemm_packed(alpha, a, &PackedB::new(b), beta, c);
    });
    check_narrow(case);
}

/// Products with numbers of fewer bits must give the bits of those with the rounded ones.
#[track_caller]
fn check_narrow(case: Case) {
    let Case { size: [m, k, n], layouts: [la, lb, lc], alpha, beta } = case;
    let [a_data, b_data] =
        [(la, m, k), (lb, k, n)].map(|(l, i, j)| noise(l.strides(i, j).2 + 1, 1));
    let (a, b, (row, col, len)) = (la.mat(&a_data, m, k), lb.mat(&b_data, k, n), lc.strides(m, n));
    let product = |b: &PackedB<f32>| {
        let mut data = noise(len, 3);
        let (row_stride, col_stride) = (row as isize, col as isize);
        let c = MatMut { data: &mut data, rows: m, cols: n, row_stride, col_stride };
        gemm_packed(alpha as f32, a, b, beta as f32, c);
        data
    };
    for to in Narrow::ALL {
        let (packed, rounded) = (PackedB::narrow(b, to), reference::narrow(b, to));
        let expected = product(&PackedB::new(Mat::rows(&rounded, k, n)));
        assert_eq!(on_threads(|| product(&packed)), expected, "{case:?} in {to:?}");
    }
}

fn plain(size: [usize; 3], layouts: [Layout; 3]) -> Case {
    Case { size, layouts, alpha: 1.0, beta: 0.0 }
}

#[test]
fn shapes_that_models_use_are_right() {
    on_every_isa(|_| {
        for size in [
            [0, 3, 4],
            [3, 0, 4],
            [3, 4, 0],
            [1, 1, 1],
            [1, 768, 300],
            [4, 100, 64],
            [32, 128, 512],
            [33, 200, 65],
            [64, 64, 64],
            [32, 72, 48],
            [40, 160, 32],
            [110, 50, 512],
            [64, 1000, 96],
            [40, 520, 1100],
            [64, 2100, 33],
            [150, 70, 29],
        ] {
            for a in [ROWS, COLUMNS] {
                for b in [ROWS, COLUMNS] {
                    check(plain(size, [a, b, ROWS]));
                }
            }
        }
    });
}

#[test]
fn large_products_do_not_depend_on_threads() {
    on_every_isa(|_| {
        for (size, [a, b]) in [
            ([256, 256, 256], [ROWS, ROWS]),
            ([128, 64, 128], [ROWS, ROWS]),
            ([33, 128, 512], [ROWS, COLUMNS]),
            ([1, 768, 768], [ROWS, ROWS]),
            ([64, 3200, 256], [COLUMNS, ROWS]),
            ([1, 768, 7025], [ROWS, COLUMNS]),
            ([1, 768, 7025], [ROWS, ROWS]),
            ([7025, 768, 1], [ROWS, ROWS]),
        ] {
            check_by::<f32>(plain(size, [a, b, ROWS]), 1e-6, gemm);
        }
    });
}

fn layout() -> impl Strategy<Value = Layout> {
    let step = prop_oneof![4 => Just(1_usize), 1 => 2..4_usize];
    (any::<bool>(), 0..3_usize, step).prop_map(|(transposed, gap, step)| Layout {
        transposed,
        gap,
        step,
    })
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0), Just(1), 2..20_usize, prop::sample::select(vec![31, 32, 33, 47, 64, 97]),]
}

fn factor() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), Just(-0.5)]
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_shape_and_layout_is_right(
        size in [size(), size(), size()],
        layouts in [layout(), layout(), layout()],
        alpha in factor(),
        beta in factor(),
    ) {
        on_every_isa(|_| check(Case { size, layouts, alpha, beta }));
    }
}

#[test]
fn columns_of_any_size_are_narrowed() {
    on_every_isa(|_| {
        for (to, most) in [(Narrow::Bf16, 1e38), (Narrow::Int8, f32::MAX)] {
            let columns = [0.0, -0.0, 1e-44, 3e-38, -1.0, 1e30, most];
            let columns = columns.map(|x| [x, x / 3.0, -x / 254.0]);
            let b = Mat::columns(columns.as_flattened(), 3, columns.len());
            let mut ours = [f32::NAN; 21];
            let packed = PackedB::narrow(b, to);
            for (i, row) in ours.chunks_mut(7).enumerate() {
                let mut one = [0.0; 3];
                one[i] = 1.0;
                gemm_packed(1.0, Mat::rows(&one, 1, 3), &packed, 0.0, MatMut::rows(row, 1, 7));
            }
            assert_eq!(ours[..], reference::narrow(b, to), "{to:?}");
            assert!(ours.iter().all(|x| x.is_finite()), "{ours:?}");
        }
    });
}

#[test]
fn numbers_that_are_not_finite_stay_so_in_bf16() {
    let b = Mat::rows(&[f32::INFINITY, f32::NAN], 1, 2);
    let mut c = [0.0; 2];
    gemm_packed(
        1.0,
        Mat::rows(&[1.0], 1, 1),
        &PackedB::narrow(b, Narrow::Bf16),
        0.0,
        MatMut::rows(&mut c, 1, 2),
    );
    assert!(c[0] == f32::INFINITY && c[1].is_nan(), "{c:?}");
}

#[test]
#[should_panic(expected = "PackedB: column 1 has a number that is not finite")]
fn a_number_that_is_not_finite_is_no_integer() {
    PackedB::narrow(Mat::rows(&[1.0, 2.0, 3.0, f32::NAN], 2, 2), Narrow::Int8);
}

/// What follows a product must give the bits of sweeps behind it, and the plain loop's values.
#[track_caller]
fn check_affine<T: Real>([m, k, n]: [usize; 3], b: Layout, packs: bool, then: &Then<T>) {
    let (a_data, b_data) = (noise::<T>(m * k, 1), noise::<T>(b.strides(k, n).2 + 1, 2));
    let (a, b) = (Mat::rows(&a_data, m, k), b.mat(&b_data, k, n));
    let packed = packs.then(|| PackedB::new(b));
    let at_once = on_threads(|| {
        let mut c = vec![T::from_f64(f64::NAN); m * n];
        affine(a, packed.as_ref().map_or(Factor::Plain(b), Factor::Packed), then, &mut c);
        c.iter().map(|x| x.to_f64()).collect::<Vec<_>>()
    });
    let mut c = vec![T::from_f64(f64::NAN); m * n];
    let whole = MatMut::rows(&mut c, m, n);
    match &packed {
        Some(b) => gemm_packed(T::ONE, a, b, T::ZERO, whole),
        None => gemm(T::ONE, a, b, T::ZERO, whole),
    }
    let plus = |c: T, x: Option<T>| x.map_or(c, |x| c + x);
    c.iter_mut().enumerate().for_each(|(i, c)| *c = plus(*c, then.bias.map(|x| x[i % n])));
    then.function.into_iter().for_each(|function| unary_in_place(function, &mut c));
    c.iter_mut().enumerate().for_each(|(i, c)| *c = plus(*c, then.residual.map(|x| x[i])));
    let after: Vec<f64> = c.iter().map(|x| x.to_f64()).collect();
    assert_eq!(at_once, after, "[{m}, {k}] · [{k}, {n}], packed: {packs}");
    for (ours, expected) in at_once.into_iter().zip(reference::affine(a, b, then)) {
        assert!((ours - expected).abs() <= 1e-4, "{ours}, expected {expected}");
    }
}

#[test]
fn what_follows_a_product_equals_sweeps_behind_it() {
    let functions = [Unary::Relu, Unary::Gelu, Unary::GeluTanh, Unary::Silu, Unary::Tanh];
    let sizes = [
        [0, 3, 4],
        [3, 0, 4],
        [1, 70, 300],
        [5, 33, 1],
        [4, 100, 64],
        [33, 70, 65],
        [128, 1100, 96],
        [150, 300, 520],
        [400, 40, 130],
    ];
    on_every_isa(|_| {
        for (i, size) in sizes.into_iter().enumerate() {
            let (bias, residual) = (noise::<f32>(size[2], 3), noise::<f32>(size[0] * size[2], 4));
            let (bias, residual) = (Some(&bias[..]), Some(&residual[..]));
            let function = Some(functions[i % functions.len()]);
            for then in [
                Then::default(),
                Then { bias, ..Then::default() },
                Then { bias, function, residual: None },
                Then { bias, function: None, residual },
                Then { bias: None, function, residual },
            ] {
                check_affine(size, ROWS, false, &then);
                check_affine(size, COLUMNS, false, &then);
                check_affine(size, COLUMNS, true, &then);
            }
        }
        check_affine(
            [40, 30, 20],
            COLUMNS,
            true,
            &Then { bias: Some(&[0.5_f64; 20]), ..Then::default() },
        );
    });
}

#[test]
#[should_panic(expected = "affine: bias and residual of (Some(2), None) elements for [2, 3]")]
fn a_bias_of_another_length_panics() {
    let then = Then { bias: Some(&[0.0_f32; 2]), ..Then::default() };
    let b = Factor::Plain(Mat::rows(&[0.0; 3], 1, 3));
    affine(Mat::rows(&[0.0; 2], 2, 1), b, &then, &mut [0.0; 6]);
}

#[test]
fn batches_equal_single_products() {
    on_every_isa(|_| {
        for (batch, [m, k, n]) in [(0, [2, 2, 2]), (3, [5, 7, 9]), (40, [48, 32, 64])] {
            let a = noise::<f32>(batch * m * k, 1);
            let b = noise::<f32>(n * k, 2);
            let starts: Vec<usize> = (0..batch).map(|i| i * m * k).collect();
            let (row_stride, col_stride) = (k as isize, 1);
            let left =
                Mats { data: &a, offsets: &starts, rows: m, cols: k, row_stride, col_stride };
            let zeros = vec![0; batch];
            let (row_stride, col_stride) = (1, k as isize);
            let right =
                Mats { data: &b, offsets: &zeros, rows: k, cols: n, row_stride, col_stride };
            let c = on_threads(|| {
                let mut c = vec![f32::NAN; batch * m * n];
                gemm_batched(left, right, &mut c);
                c
            });
            for (i, c) in c.chunks(m * n).enumerate() {
                let mut one = vec![0.0; m * n];
                let a = Mat::rows(&a[i * m * k..], m, k);
                gemm(1.0, a, Mat::columns(&b, k, n), 0.0, MatMut::rows(&mut one, m, n));
                assert_eq!(c, one, "product {i} of {batch}");
            }
        }
    });
}

#[test]
#[should_panic(expected = "gemm: [2, 3] · [4, 5] into [2, 5]")]
fn sizes_that_do_not_fit_panic() {
    let mut c = [0.0_f32; 10];
    let (a, b) = (Mat::rows(&[0.0; 6], 2, 3), Mat::rows(&[0.0; 20], 4, 5));
    gemm(1.0, a, b, 0.0, MatMut::rows(&mut c, 2, 5));
}

#[test]
#[should_panic(expected = "gemm: B of shape [3, 5], strides [5, 1] leaves its 14 elements")]
fn a_matrix_that_leaves_its_data_panics() {
    let mut c = [0.0_f32; 10];
    let (a, b) = (Mat::rows(&[0.0; 6], 2, 3), Mat::rows(&[0.0; 14], 3, 5));
    gemm(1.0, a, b, 0.0, MatMut::rows(&mut c, 2, 5));
}

#[test]
#[should_panic(expected = "gemm: elements of C overlap: shape [2, 2], strides [1, 1]")]
fn an_output_that_overlaps_itself_panics() {
    let (a, mut c) = ([0.0_f32; 4], [0.0; 4]);
    let c = MatMut { data: &mut c, rows: 2, cols: 2, row_stride: 1, col_stride: 1 };
    gemm(1.0, Mat::rows(&a, 2, 2), Mat::rows(&a, 2, 2), 0.0, c);
}
