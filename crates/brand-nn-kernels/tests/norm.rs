//! Normalised rows and their gradients against plain loops, on every instruction set.

mod common;

use brand_nn_kernels::{Norm, NormSaved, Real, norm, norm_backward, reference};
use common::{noise, on_every_isa, on_threads};

/// Within `tolerance` of the largest expected value.
#[track_caller]
fn assert_close<T: Real>(ours: &[T], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
    for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
        let error = (ours.to_f64() - expected).abs() / scale;
        assert!(error <= tolerance, "{what}: element {i} is {ours:?}, expected {expected}");
    }
}

/// Rows of `len` that begin one element into their data.
fn check<T: Real>(norm_of: &Norm, rows: usize, tolerance: f64) {
    let Norm { len, groups, channels, .. } = *norm_of;
    let (size, weights) = (rows * len, groups * channels);
    let [x, g] = [1, 2].map(|seed| noise::<T>(size + 1, seed));
    let [w, b] = [3, 4].map(|seed| noise::<T>(weights + 1, seed));
    let (x, g, w, b) = (&x[1..], &g[1..], &w[1..], &b[1..]);
    let mut s = vec![T::ONE; 2 * rows];
    norm(norm_of, x, [w, b], &mut vec![T::ONE; size], &mut s);
    let (y, dx, dw, db) = on_threads(|| {
        let (mut y, mut again) = (vec![T::ONE; size], vec![T::ONE; 2 * rows]);
        norm(norm_of, x, [w, b], &mut y, &mut again);
        assert!(again == s || len == 0, "statistics do not depend on threads");
        let [mut dx, mut dw, mut db] = [size, weights, weights].map(|len| vec![T::ONE; len]);
        let saved = NormSaved { x, weight: w, statistics: &s };
        norm_backward(norm_of, saved, g, &mut dx, Some([&mut dw, &mut db]));
        let mut alone = vec![T::ONE; size];
        norm_backward(norm_of, saved, g, &mut alone, None);
        assert_eq!(alone, dx, "rows do not depend on whether weights are asked for");
        (y, dx, dw, db)
    });
    let what = format!("{norm_of:?}, {rows} rows");
    assert_close(&y, &reference::norm(norm_of, x, [w, b]), tolerance, &what);
    let saved = NormSaved { x, weight: w, statistics: &s };
    let slopes = reference::norm_backward(norm_of, saved, g);
    for (ours, expected) in [&dx, &dw, &db].into_iter().zip(&slopes) {
        assert_close(ours, expected, tolerance, &what);
    }
}

#[test]
fn rows_and_gradients_equal_the_plain_loops() {
    let rows = [0, 1, 3, 11];
    let shapes = [0, 1, 2, 7, 8, 9, 31, 32, 33, 127, 384].map(|len| (1, len, len));
    let grouped = [(1, 1, 7), (3, 2, 8), (2, 5, 35), (4, 1, 33), (2, 3, 192), (2, 1, 0)];
    on_every_isa(|_| {
        for (groups, channels, len) in shapes.into_iter().chain(grouped) {
            for centred in [false, true] {
                let norm = Norm { len, groups, channels, centred, epsilon: 1e-3 };
                for rows in rows {
                    check::<f32>(&norm, rows, 4e-6);
                    check::<f64>(&norm, rows, 1e-13);
                }
            }
        }
    });
}

#[test]
fn many_rows_and_long_ones_do_not_depend_on_threads() {
    on_every_isa(|_| {
        for (groups, channels, len, rows) in [(1, 96, 96, 1500), (3, 2, 38, 3001), (7, 1, 997, 83)]
        {
            let norm = Norm { len, groups, channels, centred: true, epsilon: 1e-5 };
            check::<f32>(&norm, rows, 1e-5);
        }
    });
}

#[test]
fn awkward_rows_have_the_stated_result() {
    let norm_of = Norm { len: 4, groups: 1, channels: 4, centred: true, epsilon: 1e-5 };
    let far = 1e4_f32; // a mean far beyond the spread does not cancel
    for (x, expected) in [
        ([3.0_f32; 4], [0.0; 4]),
        ([far - 1.0, far + 1.0, far - 1.0, far + 1.0], [-1.0, 1.0, -1.0, 1.0]),
    ] {
        let (mut y, mut s) = ([9.0; 4], [0.0; 2]);
        norm(&norm_of, &x, [&[1.0; 4], &[0.0; 4]], &mut y, &mut s);
        assert_close(&y, &expected, 1e-5, "awkward");
    }
    let (mut y, mut s) = ([0.0_f32; 4], [0.0; 2]);
    norm(&norm_of, &[1.0, f32::NAN, 1.0, 1.0], [&[1.0; 4], &[0.0; 4]], &mut y, &mut s);
    assert!(y.iter().all(|y| y.is_nan()), "a NaN is never hidden");
}

#[test]
#[should_panic(expected = "norm: [3, 3] weights for rows of 4: 1 groups of 3 channels")]
fn weights_must_divide_a_row() {
    let norm_of = Norm { len: 4, groups: 1, channels: 3, centred: true, epsilon: 0.0 };
    norm(&norm_of, &[0.0; 4], [&[1.0; 3], &[0.0; 3]], &mut [0.0; 4], &mut [0.0_f32; 2]);
}
