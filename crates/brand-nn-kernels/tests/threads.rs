//! Every kernel that uses threads gives the same bits for 1, 2, 3 and 8 of them.
//!
//! Sizes lie beyond the thresholds below which work stays on one thread, and are no multiples of a
//! task. Attention, convolutions, norms, cross-entropy and pools are compared in their own tests.

mod common;

use brand_nn_kernels::*;
use common::{noise, on_every_isa, on_threads};

/// Elements of the long operands: more than any kernel keeps on one thread.
const LONG: usize = 300_007;
/// A table of about as many.
const TABLE: [usize; 2] = [701, 433];
/// Three axes of about as many.
const AXES: [usize; 3] = [67, 71, 63];

/// What `f` leaves in `len` elements has the same bits for every number of threads.
#[track_caller]
fn check<T: Plain + Convert<f64>>(name: &str, len: usize, f: impl Fn(&mut [T]) + Send + Sync) {
    on_every_isa(|isa| {
        let bits = on_threads(|| {
            let mut out = vec![T::default(); len];
            f(&mut out);
            let mut exact = vec![0.0; len];
            convert(&out, &mut exact);
            exact.into_iter().map(f64::to_bits).collect::<Vec<_>>()
        });
        assert!(bits.iter().any(|&bits| bits != 0), "{name} wrote nothing on {}", isa.name());
    });
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

#[test]
fn element_wise_kernels_do_not_depend_on_threads() {
    let (x, y) = (noise::<f32>(LONG, 1), noise::<f32>(LONG, 2));
    check("unary", LONG, |out| unary(Unary::Tanh, &x, out));
    check("unary_slope", LONG, |out| unary_slope(Unary::Gelu, &x, &y, out));
    check("unary_slope_in_place", LONG, |out| {
        out.copy_from_slice(&y);
        unary_slope_in_place(Unary::Gelu, &x, out);
    });
    check("binary_scalar", LONG, |out| binary_scalar(Binary::Max, &x, 0.25, out));
    check("scalar_binary", LONG, |out| scalar_binary(Binary::Div, 0.25, &x, out));
    check("binary_scalar_in_place", LONG, |out| {
        out.copy_from_slice(&x);
        binary_scalar_in_place(Binary::Rem, out, 0.25);
    });
    check("scalar_binary_in_place", LONG, |out| {
        out.copy_from_slice(&x);
        scalar_binary_in_place(Binary::Sub, 0.25, out);
    });
    check("bend", LONG, |out| bend(Bend::Mish {}, &x, out));
    check("bend_slope", LONG, |out| bend_slope(Bend::Mish {}, &x, &y, out));
    check("map_each", LONG, |out| map_each(&f64::sinh, &x, out));
    check("convert", LONG, |out: &mut [f64]| convert(&x, out));
    check("dropout", LONG, |out| dropout(&x, 0.5, [3, 4], out));
    check("fill_uniform", LONG, |out: &mut [f64]| fill_uniform(1, 2, out));
    check("fill_normal", LONG, |out: &mut [f32]| fill_normal(1, 2, out));
}

#[test]
fn windows_do_not_depend_on_threads() {
    let x = noise::<f32>(size(&TABLE), 1);
    let mask: Vec<bool> = noise::<f32>(size(&TABLE), 2).iter().map(|&x| x > 0.0).collect();
    let [rows, columns] = TABLE.map(|len| len as isize);
    let flat = View { data: &x, offset: 0, shape: &TABLE, strides: &[columns, 1] };
    let turned = View { data: &x, offset: 0, shape: &TABLE, strides: &[1, rows] };
    let row = View { data: &x, offset: 0, shape: &TABLE, strides: &[0, 1] };
    let column = View { data: &x, offset: 0, shape: &TABLE, strides: &[columns, 0] };
    let masked = View { data: &mask, offset: 0, shape: &TABLE, strides: &[columns, 1] };
    let len = x.len();
    for (a, b) in [(flat, flat), (flat, row), (column, turned), (turned, turned)] {
        check("binary", len, |out| binary(Binary::Add, a, b, out));
        check("binary_in_place", len, |out| {
            out.copy_from_slice(&x);
            binary_in_place(Binary::Mul, out, b);
        });
        check("zip_each", len, |out| zip_each(&f64::hypot, a, b, out));
        check("select", len, |out| select(masked, a, b, out));
    }
    check("compare", len, |out| compare(Compare::Less, flat, turned, out));
    for from in [flat, turned, row, column] {
        check("copy", len, |out| copy(from, out));
    }
    let strides = [2 * columns, 2];
    check("copy of every other element", 350 * 216, |out| {
        copy(View { data: &x, offset: 1, shape: &[350, 216], strides: &strides }, out);
    });
}

#[test]
fn reductions_and_scans_do_not_depend_on_threads() {
    let (x, y) = (noise::<f32>(size(&AXES), 1), noise::<f32>(size(&AXES), 2));
    let [a, b, c] = AXES;
    for [outer, len, inner] in [[a, b, c], [1, a * b * c, 1], [1, a * b, c], [a * b, c, 1]] {
        for op in [Reduce::Sum, Reduce::Mean, Reduce::Max, Reduce::Min, Reduce::Prod] {
            check("reduce", outer * inner, |out| reduce(op, &x, outer, len, inner, out));
        }
        let arg = |out: &mut [i64]| arg_reduce(true, &x, outer, len, inner, out);
        check("arg_reduce", outer * inner, arg);
        check("cumsum", x.len(), |out| cumsum(&x, outer, len, inner, out));
    }
    check("cumprod", x.len(), |out| cumprod(&x, AXES, out));
    check("logcumsumexp", x.len(), |out| logcumsumexp(&x, AXES, out));
    check("recurrence", x.len(), |out| recurrence(&x, &y, AXES, true, out));
    check("cumextreme", x.len(), |out| cumextreme(true, &x, AXES, out, &mut vec![0; x.len()]));
    for len in [c, b * c] {
        check("softmax", x.len(), |out| softmax(&x, len, out));
        check("log_softmax", x.len(), |out| log_softmax(&x, len, out));
        check("softmax_backward", x.len(), |out| softmax_backward(&x, &y, len, out));
        check("log_softmax_backward", x.len(), |out| log_softmax_backward(&x, &y, len, out));
    }
}

#[test]
fn tables_and_images_do_not_depend_on_threads() {
    let [rows, width] = TABLE;
    let x = noise::<f32>(rows * width, 1);
    let ids: Vec<i64> = (0..rows).map(|i| (i * i % 97) as i64).collect();
    check("gather_rows", x.len(), |out| assert_eq!(gather_rows(&x, width, &ids, out), Ok(())));
    check("scatter_add_rows", x.len(), |out| {
        assert_eq!(scatter_add_rows(&ids, &x, width, out), Ok(()));
    });
    let groups = sum_duplicate_rows(&ids, &x, width).0.len();
    check("sum_duplicate_rows", groups * width, |out| {
        out.copy_from_slice(&sum_duplicate_rows(&ids, &x, width).1);
    });
    let side = Slide { input: 57, output: 57, kernel: 3, stride: 1, dilation: 1, before: 1 };
    let window = Window { axes: [Slide::ONE, side, side] };
    let image = noise::<f32>(7 * window.inputs(), 2);
    let columns = noise::<f32>(7 * window.taps() * window.outputs(), 3);
    check("unfold", columns.len(), |out| unfold(&window, &image, out));
    check("fold", image.len(), |out| fold(&window, &columns, out));
    let by = Rotary { angles: 8, repeat: 3, pairs: Pairs::Halves, back: false };
    check("rotary", 16 * 12_001, |out| rotary(&by, &x[..16 * 12_001], &x[..16 * 50], out));
}

#[test]
fn steps_and_packed_products_do_not_depend_on_threads() {
    let (w, g) = (noise::<f32>(LONG, 1), noise::<f32>(LONG, 2));
    let adam_step = AdamStep { weight_decay: 0.1, ..AdamStep::new(0.1, 0.9, 0.99, 1e-8, 3) };
    let step = |w: &mut [f32], m: &mut [f32], v: &mut [f32]| adam(&adam_step, w, &g, m, v);
    check("adam", LONG, |out| {
        out.copy_from_slice(&w);
        step(out, &mut g.clone(), &mut vec![1.0; LONG]);
    });
    let ids: Vec<i64> = (0..LONG as i64 / 16).filter(|id| id % 5 > 0).collect();
    let rows = RowValues { ids: &ids, width: 16, values: &g[..ids.len() * 16] };
    check("adam_rows", LONG / 16 * 16, |out| {
        out.copy_from_slice(&w[..out.len()]);
        let mut spread = vec![1.0; out.len()];
        adam_rows(&adam_step, out, rows, &mut g[..spread.len()].to_vec(), &mut spread);
    });
    let sgd_step = SgdStep {
        rate: 0.1,
        momentum: 0.9,
        dampening: 0.0,
        l2: 0.1,
        nesterov: true,
        first: false,
        scale: 0.5,
    };
    check("sgd", LONG, |out| {
        out.copy_from_slice(&w);
        sgd(&sgd_step, out, &g, &mut g.clone());
    });
    check("step_each", LONG, |out| {
        out.copy_from_slice(&w);
        step_each(out, &g, [&mut g.clone()], &|w, g, [m]| (w - g * m, [m + g]));
    });
    let [m, k, n] = [211, 607, 491];
    let (a, b) = (Mat::rows(&w[..m * k], m, k), Mat::columns(&g[..k * n], k, n));
    check("gemm_packed", m * n, |out| {
        gemm_packed(0.5, a, &PackedB::new(b), 0.0, MatMut::rows(out, m, n));
    });
    check("gemm", m * n, |out| gemm(0.5, a, b, 0.0, MatMut::rows(out, m, n)));
}
