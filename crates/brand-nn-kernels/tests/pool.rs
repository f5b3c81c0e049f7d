//! Pools, blends and unfolded windows against plain loops, for several thread counts.

mod common;

use brand_nn_kernels::{
    Blend, Convolution, Slide, Span, Spans, Window, fold, gather_planes, max_pool, reference,
    scatter_planes, unfold,
};
use common::{noise, on_every_isa, on_threads};

/// Windows of `count` taps from every `stride`-th input on, as far as they fit.
fn regular(input: usize, count: usize, stride: usize, step: usize) -> Vec<Span> {
    let last = (input + 1).saturating_sub((count - 1) * step + 1);
    (0..last).step_by(stride).map(|first| Span { first, count }).collect()
}

#[track_caller]
fn check_max(planes: usize, [h, w]: [usize; 2], rows: &[Span], columns: &[Span], step: usize) {
    let mut x: Vec<f32> = noise(planes * h * w, 3);
    x.iter_mut().for_each(|x| *x = (*x * 4.0).round());
    let (size, outputs) = (h * w, rows.len() * columns.len());
    let axes = [
        Spans::ONE,
        Spans { input: h, spans: rows, step },
        Spans { input: w, spans: columns, step },
    ];
    let (out, places) = on_threads(|| {
        let (mut out, mut places) = (vec![9.0; planes * outputs], vec![-1; planes * outputs]);
        max_pool(&x, axes, &mut out, &mut places);
        (out, places)
    });
    for (i, (out, place)) in out.into_iter().zip(places).enumerate() {
        let (row, column) = (rows[i % outputs / columns.len()], columns[i % columns.len()]);
        let mut best = (f32::NEG_INFINITY, 0);
        for kh in 0..row.count {
            for kw in 0..column.count {
                let at = (row.first + kh * step) * w + column.first + kw * step;
                let x = x[i / outputs * size + at];
                best = if x > best.0 { (x, at as i64) } else { best };
            }
        }
        assert_eq!((out, place), best, "window {i} of {planes} planes of {h} × {w}");
    }
}

#[test]
fn the_first_of_the_largest_is_found() {
    check_max(3, [4, 6], &regular(4, 2, 2, 1), &regular(6, 3, 1, 1), 1);
    check_max(2, [9, 11], &regular(9, 3, 2, 2), &regular(11, 2, 3, 2), 2);
    check_max(40, [41, 43], &regular(41, 3, 1, 1), &regular(43, 3, 1, 1), 1);
    check_max(5, [24, 24], &regular(24, 2, 2, 1), &regular(24, 2, 2, 1), 1);
    check_max(3, [7, 9], &regular(7, 2, 1, 1), &regular(9, 2, 2, 1), 1);
    check_max(70, [33, 67], &regular(33, 2, 2, 1), &regular(67, 2, 2, 1), 1);
    check_max(3, [8, 12], &regular(8, 2, 2, 2), &regular(12, 2, 2, 2), 2);
    check_max(3, [13, 31], &regular(13, 2, 3, 1), &regular(31, 3, 4, 2), 2);
    let uneven = [Span { first: 0, count: 1 }, Span { first: 0, count: 5 }];
    check_max(1, [1, 5], &regular(1, 1, 1, 1), &uneven, 1);
    check_max(0, [3, 3], &regular(3, 2, 1, 1), &regular(3, 2, 1, 1), 1);
    check_max(2, [3, 3], &[], &regular(3, 2, 1, 1), 1);
}

#[test]
fn nan_is_the_largest_and_minus_infinity_has_a_place() {
    let spans = [Span { first: 0, count: 3 }];
    let axes = [Spans::ONE, Spans::ONE, Spans { input: 3, spans: &spans, step: 1 }];
    let (mut out, mut places) = ([0.0; 2], [7; 2]);
    let low = f64::NEG_INFINITY;
    max_pool(&[1.0, f64::NAN, 5.0, low, low, low], axes, &mut out, &mut places);
    assert!(out[0].is_nan() && out[1] == low);
    assert_eq!(places, [1, 0]);
}

#[test]
fn windows_of_two_by_two_see_nan_and_minus_infinity() {
    // Each element in turn is NaN among numbers, or the only one above −∞; 4 · 2 · 4 windows.
    let odd = |x: f32, i: usize| match i / 64 {
        0 if i.is_multiple_of(5) => f32::NAN,
        1 if !i.is_multiple_of(7) => f32::NEG_INFINITY,
        _ => x,
    };
    let x: Vec<f32> = noise(128, 2).into_iter().enumerate().map(|(i, x)| odd(x, i)).collect();
    let (rows, columns) = (regular(4, 2, 2, 1), regular(8, 2, 2, 1));
    let planes = [Span { first: 0, count: 1 }, Span { first: 1, count: 1 }];
    let spans = |input, spans| Spans { input, spans, step: 1 };
    let axes = [spans(2, &planes[..]), spans(4, &rows), spans(8, &columns)];
    on_every_isa(|_| {
        let (mut out, mut places) = (vec![9.0; 32], vec![-1; 32]);
        max_pool(&x, axes, &mut out, &mut places);
        for (i, (&out, &place)) in out.iter().zip(&places).enumerate() {
            let first = i / 8 % 2 * 32 + i / 4 % 2 * 16 + i % 4 * 2;
            let seen = [0, 1, 8, 9].map(|tap| first + tap);
            let x = |at: usize| x[i / 16 * 64 + at];
            // The last NaN, or else the first of the largest.
            let nan = seen.iter().rev().find(|&&at| x(at).is_nan());
            let largest = seen.iter().rev().max_by(|a, b| x(**a).total_cmp(&x(**b)));
            let expected = *nan.or(largest).unwrap();
            assert_eq!((out.to_bits(), place), (x(expected).to_bits(), expected as i64), "{i}");
        }
    });
}

#[test]
#[should_panic(expected = "max_pool: 2 inputs from 2 in steps of 1, of 3")]
fn a_window_must_stay_inside() {
    let spans = [Span { first: 2, count: 2 }];
    let axes = [Spans::ONE, Spans::ONE, Spans { input: 3, spans: &spans, step: 1 }];
    max_pool(&[0.0_f32; 3], axes, &mut [0.0], &mut [0]);
}

#[test]
fn elements_come_back_to_their_places() {
    let (planes, inputs) = (5, 7);
    let x: Vec<f64> = noise(planes * inputs, 1);
    let places: Vec<i64> = (0..planes * 4).map(|i| (i * i % inputs) as i64).collect();
    let y = on_threads(|| {
        let mut y = vec![0.0; places.len()];
        gather_planes(&x, [inputs, 4], &places, &mut y);
        y
    });
    let back = on_threads(|| {
        let mut back = vec![9.0; x.len()];
        scatter_planes(&y, [4, inputs], &places, &mut back);
        back
    });
    let mut expected = vec![0.0; x.len()];
    for (i, &place) in places.iter().enumerate() {
        let at = i / 4 * inputs + place as usize;
        assert_eq!(y[i], x[at]);
        expected[at] += x[at];
    }
    assert_eq!(back, expected);
}

#[track_caller]
fn check_blend(blend: &Blend, dense: &[f64], outer: usize, inner: usize) {
    let (n, m) = (blend.inputs(), blend.outputs());
    let x: Vec<f64> = noise(outer * n * inner, 2);
    let out = on_threads(|| {
        let mut out = vec![9.0; outer * m * inner];
        blend.apply(&x, inner, &mut out);
        out
    });
    for (i, out) in out.into_iter().enumerate() {
        let (a, o, b) = (i / inner / m, i / inner % m, i % inner);
        let terms = (0..n).map(|j| dense[o * n + j] * x[(a * n + j) * inner + b]);
        let expected: f64 = terms.sum();
        assert!((out - expected).abs() < 1e-12, "{i}: {out}, expected {expected}");
    }
}

#[test]
fn blends_are_products_with_a_sparse_matrix() {
    let rows = [vec![(0, 0.5), (2, -2.0)], vec![], vec![(1, 3.0)], vec![(2, 1.0), (2, 0.25)]];
    let blend = Blend::new(3, rows);
    let dense = [0.5, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 1.25];
    let mut turned = [0.0; 12];
    for (i, x) in dense.into_iter().enumerate() {
        turned[i % 3 * 4 + i / 3] = x;
    }
    on_every_isa(|_| {
        for (outer, inner) in [(1, 1), (0, 2), (3, 1), (2, 5), (7, 33), (5000, 1), (3, 20_001)] {
            check_blend(&blend, &dense, outer, inner);
            check_blend(&blend.transposed(), &turned, outer, inner);
        }
    });
    assert_eq!(Blend::new(3, []).transposed().outputs(), 3);
}

#[test]
fn windows_unfold_and_fold_by_definition() {
    let height = Slide { input: 5, output: 3, kernel: 3, stride: 2, dilation: 1, before: 1 };
    let width = Slide { input: 6, output: 5, kernel: 2, stride: 1, dilation: 3, before: 1 };
    let window = Window { axes: [Slide::ONE, height, width] };
    // The products with a weight of ones of one filter are the elements of the columns.
    let shape = Convolution { images: 2, groups: 1, channels: 3, filters: 1, window };
    let x: Vec<f32> = noise(shape.inputs(), 4);
    let (places, taps) = (window.outputs(), window.taps());
    let mut columns = vec![0.0; 6 * taps * places];
    let mut sums = vec![0.0; x.len()];
    reference::conv_terms(&shape, |i, weight, output| {
        let row = output / places * 3 * taps + weight;
        columns[row * places + output % places] = x[i];
        sums[i] += x[i];
    });
    on_every_isa(|_| {
        let mut out = vec![9.0; columns.len()];
        unfold(&window, &x, &mut out);
        assert_eq!(out, columns);
        let mut back = vec![9.0; x.len()];
        fold(&window, &out, &mut back);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
        assert!(back.iter().zip(&sums).all(near));
    });
    unfold::<f32>(&window, &[], &mut []);
    fold::<f32>(&window, &[], &mut []);
}
