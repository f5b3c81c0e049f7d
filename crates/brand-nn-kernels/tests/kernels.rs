//! Element-wise kernels, reductions, softmax, LSTM cell, dropout and optimizers against plain
//! loops, on every instruction set and for several thread counts.

mod common;

use brand_nn_kernels::{
    AdamStep, Bend, Binary, Compare, GruStep, LstmStep, Pairs, Plain, Reduce, Rotary, RowValues,
    SgdStep, Unary, View, adam, adam_rows, arg_reduce, bend, bend_slope, binary, binary_in_place,
    binary_scalar, compare, cumsum, dropout, fill_normal, fill_uniform, gru_cell,
    gru_cell_backward, log_softmax, log_softmax_backward, lstm_cell, lstm_cell_backward, map_each,
    recurrence, reduce, reference, rotary, scalar_binary, select, sgd, softmax, softmax_backward,
    unary, unary_in_place, unary_slope, unary_slope_in_place,
};
use common::{cases, noise, on_every_isa, on_threads};
use proptest::prelude::*;

/// Lengths around blocks and tasks.
const LENGTHS: [usize; 10] = [0, 1, 7, 31, 32, 33, 257, 2049, 100_003, 300_001];

#[track_caller]
fn assert_close(ours: &[f32], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (i, (&ours, &expected)) in ours.iter().zip(expected).enumerate() {
        let error = (f64::from(ours) - expected).abs() / expected.abs().max(1.0);
        assert!(error <= tolerance, "{what}: element {i} is {ours}, expected {expected}");
    }
}

fn wide(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

#[test]
fn unary_ops_do_not_depend_on_how_they_are_called() {
    on_every_isa(|_| {
        for &op in Unary::ALL {
            for len in LENGTHS {
                let x = noise::<f32>(len + 1, 5);
                let x = &x[1..];
                let apart = on_threads(|| {
                    let mut out = vec![0.0; len];
                    unary(op, x, &mut out);
                    out.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
                });
                let mut inside = x.to_vec();
                unary_in_place(op, &mut inside);
                let inside: Vec<u32> = inside.iter().map(|x| x.to_bits()).collect();
                assert_eq!(apart, inside, "{} of {len}", op.name());
            }
        }
    });
}

#[test]
fn slopes_are_what_differences_say() {
    let points: Vec<f64> = (-40..40).map(|i| f64::from(i) * 0.173 + 0.05).collect();
    let step = 1e-5;
    for &op in Unary::ALL {
        let x: Vec<f64> =
            points.iter().map(|&x| if needs_positive(op) { x.abs() } else { x }).collect();
        let value = |shift: f64| {
            let mut y: Vec<f64> = x.iter().map(|x| x + shift).collect();
            unary_in_place(op, &mut y);
            y
        };
        let mut slope = vec![0.0; x.len()];
        let at = if op.slope_of_value() { value(0.0) } else { x.clone() };
        unary_slope(op, &at, &vec![2.0; x.len()], &mut slope);
        let mut in_place = vec![2.0; x.len()];
        unary_slope_in_place(op, &at, &mut in_place);
        assert_eq!(slope, in_place, "{}", op.name());
        for (i, (up, down)) in value(step).into_iter().zip(value(-step)).enumerate() {
            let expected = (up - down) / step;
            let limit = 1e-6 * expected.abs().max(1.0);
            assert!(
                (slope[i] - expected).abs() < limit,
                "{}′({}): {} {expected}",
                op.name(),
                x[i],
                slope[i]
            );
        }
    }
}

fn needs_positive(op: Unary) -> bool {
    matches!(op, Unary::Sqrt | Unary::Rsqrt | Unary::Log | Unary::Log1p | Unary::Reciprocal)
}

#[test]
fn single_slopes_agree_with_double_ones() {
    let x: Vec<f32> = noise::<f32>(999, 8).into_iter().map(|x| 6.0 * x).collect();
    let gradient = noise::<f32>(999, 9);
    on_every_isa(|_| {
        for &op in Unary::ALL {
            let x: Vec<f32> =
                x.iter().map(|&x| if needs_positive(op) { x.abs() + 0.1 } else { x }).collect();
            let mut at = wide(&x);
            if op.slope_of_value() {
                unary_in_place(op, &mut at);
            }
            let x: Vec<f32> = at.iter().map(|&at| at as f32).collect();
            let (mut ours, mut exact) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            unary_slope(op, &x, &gradient, &mut ours);
            unary_slope(op, &wide(&x), &wide(&gradient), &mut exact);
            assert_close(&ours, &exact, 2e-6, op.name());
        }
    });
}

fn plain_binary(op: Binary, a: f32, b: f32) -> f32 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.powf(b),
        Binary::Max => {
            if a.is_nan() || b.is_nan() {
                f32::NAN
            } else {
                a.max(b)
            }
        }
        Binary::Min => {
            if a.is_nan() || b.is_nan() {
                f32::NAN
            } else {
                a.min(b)
            }
        }
        Binary::Rem => a - b * (a / b).floor(),
    }
}

const OPS: [Binary; 7] =
    [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Pow, Binary::Max, Binary::Min];

/// A window of `data`: any axis may be broadcast, the axes may be swapped, steps may be long.
#[derive(Clone, Debug)]
struct Window {
    strides: Vec<isize>,
    offset: usize,
    len: usize,
}

fn window(shape: &[usize], broadcast: u8, swapped: bool, step: usize) -> Window {
    let mut strides = vec![0_isize; shape.len()];
    let mut next = step;
    let axes: Vec<usize> =
        if swapped { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
    for axis in axes {
        if broadcast >> axis & 1 == 0 {
            strides[axis] = next as isize;
            next *= shape[axis].max(1);
        }
    }
    Window { strides, offset: 1, len: next + 1 }
}

impl Window {
    fn view<'a, T: Plain>(&'a self, data: &'a [T], shape: &'a [usize]) -> View<'a, T> {
        View { data, offset: self.offset, shape, strides: &self.strides }
    }
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn binary_ops_on_any_windows_are_right(
        shape in prop::collection::vec(prop_oneof![Just(0_usize), Just(1), 2..40_usize], 0..4),
        masks in any::<[u8; 3]>(),
        swaps in any::<[bool; 2]>(),
        steps in [1..3_usize, 1..3_usize],
    ) {
        let a = window(&shape, masks[0], swaps[0], steps[0]);
        let b = window(&shape, masks[1], swaps[1], steps[1]);
        let m = window(&shape, masks[2], false, 1);
        let (da, db) = (noise::<f32>(a.len, 1), noise::<f32>(b.len, 2));
        let da: Vec<f32> = da.iter().map(|x| x.abs() + 0.1).collect();
        let dm: Vec<bool> = noise::<f32>(m.len, 3).iter().map(|&x| x > 0.0).collect();
        let (va, vb, vm) = (a.view(&da, &shape), b.view(&db, &shape), m.view(&dm, &shape));
        let (xa, xb, xm) = (reference::copy(va), reference::copy(vb), reference::copy(vm));
        on_every_isa(|_| {
            for op in OPS {
                let expected: Vec<f32> =
                    xa.iter().zip(&xb).map(|(&a, &b)| plain_binary(op, a, b)).collect();
                let mut out = vec![0.0; xa.len()];
                binary(op, va, vb, &mut out);
                assert_eq!(out, expected, "{op:?}");
                let mut inside = xa.clone();
                binary_in_place(op, &mut inside, vb);
                assert_eq!(inside, expected, "{op:?} in place");
            }
            let mut less = vec![false; xa.len()];
            compare(Compare::Less, va, vb, &mut less);
            let expected: Vec<bool> = xa.iter().zip(&xb).map(|(a, b)| a < b).collect();
            assert_eq!(less, expected);
            let mut chosen = vec![0.0; xa.len()];
            select(vm, va, vb, &mut chosen);
            let pairs = xm.iter().zip(xa.iter().zip(&xb));
            let expected: Vec<f32> = pairs.map(|(&m, (&a, &b))| if m { a } else { b }).collect();
            assert_eq!(chosen, expected);
        });
    }

    #[test]
    fn reductions_of_any_shape_are_right(
        outer in 0..5_usize,
        len in prop_oneof![0..70_usize, 4090..4100_usize, Just(9000)],
        inner in prop_oneof![Just(1_usize), Just(0), 2..40_usize],
    ) {
        let x = noise::<f32>(outer * len * inner, 4);
        on_every_isa(|_| {
            for op in [Reduce::Sum, Reduce::Mean, Reduce::Max, Reduce::Min] {
                let ours = on_threads(|| {
                    let mut out = vec![f32::NAN; outer * inner];
                    reduce(op, &x, outer, len, inner, &mut out);
                    out.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
                });
                let ours: Vec<f32> = ours.into_iter().map(f32::from_bits).collect();
                if len > 0 {
                    let expected = plain_reduce(op, &x, [outer, len, inner]);
                    let limit = 1e-6 * (len as f64).sqrt().max(4.0);
                    assert_close(&ours, &expected, limit, "reduce");
                }
            }
        });
    }
}

fn plain_reduce(op: Reduce, x: &[f32], [outer, len, inner]: [usize; 3]) -> Vec<f64> {
    let column =
        |o: usize, i: usize| (0..len).map(move |l| f64::from(x[(o * len + l) * inner + i]));
    let one = |o, i| match op {
        Reduce::Sum => column(o, i).sum(),
        Reduce::Mean => column(o, i).sum::<f64>() / len as f64,
        Reduce::Max => column(o, i).fold(f64::NEG_INFINITY, f64::max),
        Reduce::Min => column(o, i).fold(f64::INFINITY, f64::min),
        Reduce::Prod => column(o, i).product(),
    };
    (0..outer).flat_map(|o| (0..inner).map(move |i| (o, i))).map(|(o, i)| one(o, i)).collect()
}

#[test]
fn large_reductions_do_not_depend_on_threads() {
    let x = noise::<f32>(1 << 20, 4);
    on_every_isa(|_| {
        for [outer, len, inner] in [[1, 1 << 20, 1], [1 << 12, 1 << 8, 1], [4, 1 << 10, 1 << 8]] {
            let ours = on_threads(|| {
                let mut out = vec![0.0; outer * inner];
                reduce(Reduce::Sum, &x, outer, len, inner, &mut out);
                out
            });
            let expected = plain_reduce(Reduce::Sum, &x, [outer, len, inner]);
            assert_close(&ours, &expected, 1e-5, "sum");
        }
    });
}

#[test]
fn extremes_see_nan_and_take_the_first() {
    let nan = f32::NAN;
    for (x, max, min) in [
        (vec![1.0, 3.0, 3.0, -1.0], 1, 3),
        (vec![1.0, nan, 9.0, nan], 1, 1),
        (vec![nan, 1.0], 0, 0),
        (vec![2.0; 5], 0, 0),
    ] {
        for (largest, expected) in [(true, max), (false, min)] {
            let mut out = [-1];
            arg_reduce(largest, &x, 1, x.len(), 1, &mut out);
            assert_eq!(out, [expected], "{x:?}");
        }
        let mut out = [0.0_f32];
        reduce(Reduce::Max, &x, 1, x.len(), 1, &mut out);
        assert_eq!(out[0].is_nan(), x.iter().any(|x| x.is_nan()), "{x:?}");
    }
}

#[test]
fn running_sums_go_along_their_axis() {
    let mut out = [0; 12];
    cumsum(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 3, 2, &mut out);
    assert_eq!(out, [1, 2, 4, 6, 9, 12, 7, 8, 16, 18, 27, 30]);
}

/// Long enough for several threads, and not a multiple of a task.
const LONG: [usize; 3] = [101, 67, 13];

#[test]
fn scans_go_along_their_axis_on_every_thread() {
    let len = LONG.iter().product();
    let (x, factor) = (noise::<f32>(len, 1), noise::<f32>(len, 2));
    let step = LONG[2];
    for reverse in [false, true] {
        let ours = on_threads(|| {
            let mut out = vec![0.0; len];
            recurrence(&factor, &x, LONG, reverse, &mut out);
            out
        });
        let mut expected = wide(&x);
        for i in 0..len {
            let i = if reverse { len - 1 - i } else { i };
            let t = i / step % LONG[1];
            let before = match reverse {
                false => (t > 0).then(|| expected[i - step]),
                true => (t + 1 < LONG[1]).then(|| expected[i + step]),
            };
            expected[i] += f64::from(factor[i]) * before.unwrap_or(0.0);
        }
        assert_close(&ours, &expected, 1e-4, "recurrence");
    }
}

#[test]
fn activations_and_special_functions_do_not_depend_on_threads() {
    let x = noise::<f32>(200_001, 3);
    let ones = vec![1.0; x.len()];
    let bent = on_threads(|| {
        let mut out = vec![0.0; x.len()];
        bend(Bend::Mish {}, &x, &mut out);
        out
    });
    let mish = |x: &f64| x * x.exp().ln_1p().tanh();
    assert_close(&bent, &wide(&x).iter().map(mish).collect::<Vec<_>>(), 1e-6, "mish");
    let slope = on_threads(|| {
        let mut out = vec![0.0; x.len()];
        bend_slope(Bend::LeakyRelu { slope: 0.5 }, &x, &ones, &mut out);
        out
    });
    assert!(x.iter().zip(&slope).all(|(&x, &s)| s == if x > 0.0 { 1.0 } else { 0.5 }));
    let mapped = on_threads(|| {
        let mut out = vec![0.0; x.len()];
        map_each(&f64::sinh, &x, &mut out);
        out
    });
    assert_close(&mapped, &wide(&x).iter().map(|x| x.sinh()).collect::<Vec<_>>(), 1e-6, "sinh");
}

#[test]
fn integers_divide_as_python_does_and_wrap() {
    let mut out = [0_i32; 4];
    binary_scalar(Binary::Rem, &[7, -7, 6, -6], 3, &mut out);
    assert_eq!(out, [1, 2, 0, 0]);
    binary_scalar(Binary::Pow, &[2, -3, i32::MAX, 0], 2, &mut out);
    assert_eq!(out, [4, 9, 1, 0]);
    scalar_binary(Binary::Sub, i32::MIN, &[1, 0, -1, 2], &mut out);
    assert_eq!(out, [i32::MAX, i32::MIN, i32::MIN + 1, i32::MAX - 1]);
}

#[test]
#[should_panic(expected = "div: division of an integer by zero")]
fn integer_division_by_zero_panics() {
    binary_scalar(Binary::Div, &[1_i64], 0, &mut [0]);
}

#[test]
fn softmax_and_its_logarithm_are_right() {
    on_every_isa(|_| {
        for len in [1, 2, 7, 32, 33, 128, 1000] {
            let rows = 140;
            let x: Vec<f32> = noise::<f32>(rows * len, 6).iter().map(|x| 20.0 * x).collect();
            let g = noise::<f32>(rows * len, 7);
            for (forward, backward) in [
                (
                    softmax as fn(&[f32], usize, &mut [f32]),
                    softmax_backward as fn(&[f32], &[f32], usize, &mut [f32]),
                ),
                (log_softmax, log_softmax_backward),
            ] {
                let (y, dx) = on_threads(|| {
                    let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                    forward(&x, len, &mut y);
                    backward(&y, &g, len, &mut dx);
                    (y, dx)
                });
                let is_log = y.iter().any(|&y| y < 0.0) || (len == 1 && y[0] == 0.0);
                let (ey, edx) = plain_softmax(&wide(&x), &wide(&g), len, is_log);
                assert_close(&y, &ey, 2e-6, "softmax");
                assert_close(&dx, &edx, 2e-5, "its gradient");
            }
        }
    });
}

fn plain_softmax(x: &[f64], g: &[f64], len: usize, is_log: bool) -> (Vec<f64>, Vec<f64>) {
    let (mut y, mut dx) = (vec![], vec![]);
    for (x, g) in x.chunks(len).zip(g.chunks(len)) {
        let sum: f64 = x.iter().map(|x| x.exp()).sum();
        let p: Vec<f64> = x.iter().map(|x| x.exp() / sum).collect();
        let dot: f64 = p.iter().zip(g).map(|(p, g)| p * g).sum();
        let total: f64 = g.iter().sum();
        for (p, g) in p.iter().zip(g) {
            y.push(if is_log { p.ln() } else { *p });
            dx.push(if is_log { g - p * total } else { p * (g - dot) });
        }
    }
    (y, dx)
}

#[test]
fn masked_and_extreme_rows_stay_finite() {
    let inf = f32::NEG_INFINITY;
    for (x, expected) in [
        ([inf, inf, inf], [0.0, 0.0, 0.0]),
        ([1e4, -1e4, inf], [1.0, 0.0, 0.0]),
        ([-1e4, -1e4, inf], [0.5, 0.5, 0.0]),
    ] {
        let mut y = [9.0; 3];
        softmax(&x, 3, &mut y);
        assert_eq!(y, expected, "{x:?}");
    }
}

#[test]
fn the_lstm_cell_matches_its_formula_and_differences() {
    on_every_isa(|_| {
        for (batch, hidden) in [(0, 3), (1, 1), (3, 16), (2, 33), (5, 128)] {
            let size = batch * hidden;
            let (pre, c_prev) = (noise::<f32>(4 * size, 1), noise::<f32>(size, 2));
            let mut gates = pre.clone();
            let (mut c, mut t, mut h) = (vec![0.0; size], vec![0.0; size], vec![0.0; size]);
            lstm_cell(hidden, &mut gates, &c_prev, &mut c, &mut t, &mut h);
            let (ec, eh) = plain_cell(hidden, &wide(&pre), &wide(&c_prev));
            assert_close(&c, &ec, 1e-6, "cell");
            assert_close(&h, &eh, 1e-6, "output");
        }
    });
    check_cell_gradient(2, 5);
}

fn plain_cell(hidden: usize, pre: &[f64], c_prev: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let gate = |n: usize, k: usize| pre[(n / hidden * 4 + k) * hidden + n % hidden];
    let cell = |n: usize| sigmoid(gate(n, 1)) * c_prev[n] + sigmoid(gate(n, 0)) * gate(n, 2).tanh();
    let c: Vec<f64> = (0..c_prev.len()).map(cell).collect();
    let h = c.iter().enumerate().map(|(n, c)| sigmoid(gate(n, 3)) * c.tanh()).collect();
    (c, h)
}

/// The gradient of `Σ w h + Σ u c` by differences.
fn check_cell_gradient(batch: usize, hidden: usize) {
    let size = batch * hidden;
    let (pre, c_prev) = (noise::<f64>(4 * size, 1), noise::<f64>(size, 2));
    let (w, u) = (noise::<f64>(size, 3), noise::<f64>(size, 4));
    let loss = |pre: &[f64], c_prev: &[f64]| -> f64 {
        let (c, h) = plain_cell(hidden, pre, c_prev);
        (0..size).map(|n| w[n] * h[n] + u[n] * c[n]).sum()
    };
    let (mut gates, mut dc, mut d_gates) = (pre.clone(), u.clone(), vec![0.0; 4 * size]);
    let (mut c, mut tanh_c, mut h) = (vec![0.0; size], vec![0.0; size], vec![0.0; size]);
    lstm_cell(hidden, &mut gates, &c_prev, &mut c, &mut tanh_c, &mut h);
    let step = LstmStep { hidden, gates: &gates, c_prev: &c_prev, tanh_c: &tanh_c };
    lstm_cell_backward(step, &w, &mut dc, &mut d_gates);
    let e = 1e-6;
    for i in 0..4 * size {
        let (mut up, mut down) = (pre.clone(), pre.clone());
        (up[i], down[i]) = (up[i] + e, down[i] - e);
        let expected = (loss(&up, &c_prev) - loss(&down, &c_prev)) / (2.0 * e);
        assert!((d_gates[i] - expected).abs() < 1e-8, "gate {i}: {} {expected}", d_gates[i]);
    }
    for i in 0..size {
        let (mut up, mut down) = (c_prev.clone(), c_prev.clone());
        (up[i], down[i]) = (up[i] + e, down[i] - e);
        let expected = (loss(&pre, &up) - loss(&pre, &down)) / (2.0 * e);
        assert!((dc[i] - expected).abs() < 1e-8, "cell {i}: {} {expected}", dc[i]);
    }
}

#[test]
fn the_gru_cell_matches_its_formula_and_differences() {
    on_every_isa(|_| {
        for (batch, hidden) in [(0, 3), (2, 0), (1, 1), (3, 8), (2, 33), (5, 128)] {
            let size = batch * hidden;
            let [a, b] = [1, 2].map(|seed| noise::<f32>(3 * size, seed));
            let (h_prev, mut gates, mut h) = (noise::<f32>(size, 3), a.clone(), vec![0.0; size]);
            gru_cell(hidden, &mut gates, &b, &h_prev, &mut h);
            let expected = plain_gru(hidden, [&wide(&a), &wide(&b), &wide(&h_prev)]);
            assert_close(&h, &expected, 1e-6, "state");
        }
    });
    check_gru_gradient(2, 5);
}

fn plain_gru(hidden: usize, [a, b, h_prev]: [&[f64]; 3]) -> Vec<f64> {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let one = |i: usize| {
        let gate = |of: &[f64], k: usize| of[(i / hidden * 3 + k) * hidden + i % hidden];
        let [r, z] = [0, 1].map(|k| sigmoid(gate(a, k) + gate(b, k)));
        let n = (gate(a, 2) + r * gate(b, 2)).tanh();
        (1.0 - z) * n + z * h_prev[i]
    };
    (0..h_prev.len()).map(one).collect()
}

/// The gradient of `Σ w h` by differences.
fn check_gru_gradient(batch: usize, hidden: usize) {
    let size = batch * hidden;
    let [a, b, h_prev, w] =
        [3 * size, 3 * size, size, size].map(|len| noise::<f64>(len, len as u64 + 1));
    let loss = |inputs: [&[f64]; 3]| -> f64 {
        plain_gru(hidden, inputs).iter().zip(&w).map(|(h, w)| h * w).sum()
    };
    let (mut gates, mut h) = (a.clone(), vec![0.0; size]);
    gru_cell(hidden, &mut gates, &b, &h_prev, &mut h);
    let step = GruStep { hidden, gates: &gates, recurrent: &b, h_prev: &h_prev };
    let (mut da, mut db, mut dh) = (vec![0.0; 3 * size], vec![0.0; 3 * size], w.clone());
    gru_cell_backward(step, &mut dh, [&mut da, &mut db]);
    let e = 1e-6;
    for (which, slopes) in [&da, &db, &dh].into_iter().enumerate() {
        for (i, &slope) in slopes.iter().enumerate() {
            let shifted = |by: f64| {
                let mut inputs = [a.clone(), b.clone(), h_prev.clone()];
                inputs[which][i] += by;
                loss([&inputs[0], &inputs[1], &inputs[2]])
            };
            let expected = (shifted(e) - shifted(-e)) / (2.0 * e);
            assert!((slope - expected).abs() < 1e-8, "{which}, {i}: {slope} {expected}");
        }
    }
}

#[test]
fn turned_pairs_keep_their_length_and_turn_back() {
    for (angles, rows, positions, repeat) in
        [(1, 1, 1, 1), (4, 6, 3, 2), (33, 700, 7, 1), (8, 0, 3, 1), (0, 0, 0, 1)]
    {
        for pairs in [Pairs::Halves, Pairs::Neighbours] {
            let x = noise::<f32>(2 * angles * rows, 1);
            let angle = noise::<f32>(angles * positions, 2);
            let turns: Vec<f32> = angle.iter().flat_map(|a| [a.cos(), a.sin()]).collect();
            let by = Rotary { angles, repeat, pairs, back: false };
            let turned = on_threads(|| {
                let mut out = vec![9.0; x.len()];
                rotary(&by, &x, &turns, &mut out);
                out
            });
            let mut back = vec![9.0; x.len()];
            rotary(&Rotary { back: true, ..by }, &turned, &turns, &mut back);
            assert_close(&back, &wide(&x), 1e-6, "turned back");
            for (i, &y) in turned.iter().enumerate() {
                let (row, at) = (i / (2 * angles), i % (2 * angles));
                let (pair, is_second) = match pairs {
                    Pairs::Halves => (at % angles, at >= angles),
                    Pairs::Neighbours => (at / 2, at % 2 == 1),
                };
                let angle = f64::from(angle[row / repeat % positions * angles + pair]);
                let other = match (pairs, is_second) {
                    (Pairs::Halves, false) => i + angles,
                    (Pairs::Halves, true) => i - angles,
                    (Pairs::Neighbours, false) => i + 1,
                    (Pairs::Neighbours, true) => i - 1,
                };
                let sign = if is_second { 1.0 } else { -1.0 };
                let expected =
                    f64::from(x[i]) * angle.cos() + sign * f64::from(x[other]) * angle.sin();
                assert!((f64::from(y) - expected).abs() < 1e-6, "{by:?}, element {i}");
            }
        }
    }
}

#[test]
fn dropout_keeps_its_share_and_its_mask() {
    on_every_isa(|_| {
        for len in LENGTHS {
            let ones = vec![1.0_f32; len];
            let mask = on_threads(|| {
                let mut out = vec![9.0; len];
                dropout(&ones, 0.3, [7, 8], &mut out);
                out
            });
            let mut again = vec![0.0; len];
            dropout(&mask, 0.3, [7, 8], &mut again);
            let square: Vec<f32> = mask.iter().map(|x| x / 0.7).collect();
            assert_close(&again, &wide(&square), 1e-6, "the same mask");
            let kept = mask.iter().filter(|&&x| x != 0.0).count() as f64;
            let spread = 5.0 * (len as f64 * 0.21).sqrt() + 1e-9;
            assert!((kept - 0.7 * len as f64).abs() <= spread, "{kept} of {len}");
        }
    });
    for (rate, expected) in [(0.0, 3.0), (1.0, 0.0)] {
        let mut out = [9.0_f32; 100];
        dropout(&[3.0; 100], rate, [1, 1], &mut out);
        assert_eq!(out, [expected; 100], "rate {rate}");
    }
}

#[test]
fn random_numbers_are_addressed_by_position() {
    on_every_isa(|_| {
        for fill in [fill_uniform as fn(u64, u128, &mut [f32]), fill_normal] {
            let all = on_threads(|| {
                let mut out = vec![0.0; 40_001];
                fill(3, 1000, &mut out);
                out
            });
            let mut part = vec![0.0; 1001];
            fill(3, 1010, &mut part);
            assert_eq!(part, all[40..1041], "forty numbers are ten blocks");
            let (mean, spread) = moments(&all);
            let normal = all.iter().any(|&x| x < 0.0);
            let (m, s) = if normal { (0.0, 1.0) } else { (0.5, (1.0_f64 / 12.0).sqrt()) };
            assert!((mean - m).abs() < 0.02 && (spread - s).abs() < 0.02, "{mean} {spread}");
        }
    });
}

fn moments(x: &[f32]) -> (f64, f64) {
    let mean = wide(x).iter().sum::<f64>() / x.len() as f64;
    let variance = wide(x).iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    (mean, variance.sqrt())
}

#[test]
fn optimizer_steps_match_their_formulas() {
    on_every_isa(|_| {
        for len in [0, 1, 33, 200_001] {
            let (w, g) = (noise::<f32>(len, 1), noise::<f32>(len, 2));
            let step = AdamStep {
                weight_decay: 0.1,
                l2: 0.2,
                scale: 0.5,
                ..AdamStep::new(0.01, 0.9, 0.99, 1e-8, 1)
            };
            let stepped = on_threads(|| {
                let (mut w, mut m, mut v) = (w.clone(), vec![0.0; len], vec![0.0; len]);
                adam(&step, &mut w, &g, &mut m, &mut v);
                w
            });
            let adam_of = |w: f64, g: f64| {
                let g = 0.5 * g + 0.2 * w;
                w - 0.01 * 0.1 * w - 0.01 * g / (g.abs() + 1e-8)
            };
            let expected: Vec<f64> =
                wide(&w).iter().zip(wide(&g)).map(|(&w, g)| adam_of(w, g)).collect();
            assert_close(&stepped, &expected, 1e-5, "adam");
        }
        check_sgd(false);
        check_sgd(true);
    });
}

#[test]
fn adam_steps_the_rows_it_is_given_and_no_other() {
    on_every_isa(|_| {
        for (rows, width) in [(1, 1), (7, 3), (50, 16), (40, 33), (3000, 16), (5, 20_000)] {
            check_rows(rows, width);
        }
    });
}

/// Two rows of three have a gradient.
fn check_rows(rows: usize, width: usize) {
    let ids: Vec<i64> = (0..rows as i64).filter(|id| id % 3 != 1).collect();
    let (w, m) = (noise::<f32>(rows * width, 1), noise::<f32>(rows * width, 2));
    let v: Vec<f32> = noise::<f32>(rows * width, 3).iter().map(|x| x.abs()).collect();
    let g = noise::<f32>(ids.len() * width, 4);
    let of = RowValues { ids: &ids, width, values: &g };
    let step = AdamStep {
        weight_decay: 0.1,
        l2: 0.2,
        scale: 0.5,
        ..AdamStep::new(0.01, 0.9, 0.99, 1e-8, 3)
    };
    let expected = reference::adam_rows(&step, of, [&w, &m, &v]);
    let [new_w, new_m, new_v] = on_threads(|| {
        let (mut w, mut m, mut v) = (w.clone(), m.clone(), v.clone());
        adam_rows(&step, &mut w, of, &mut m, &mut v);
        [w, m, v]
    });
    for (new, expected) in [&new_w, &new_m, &new_v].into_iter().zip(&expected) {
        assert_close(new, expected, 1e-5, "adam_rows");
    }
    let (mut w, mut m, mut v) = (w, m, v);
    for (&id, g) in ids.iter().zip(g.chunks(width)) {
        let row = id as usize * width..(id as usize + 1) * width;
        adam(&step, &mut w[row.clone()], g, &mut m[row.clone()], &mut v[row]);
    }
    assert_eq!([new_w, new_m, new_v], [w, m, v], "the bits of adam, row by row");
}

fn check_sgd(nesterov: bool) {
    let (mut w, mut v) = (vec![1.0_f32], vec![0.0]);
    let mut step = SgdStep {
        rate: 0.1,
        momentum: 0.9,
        dampening: 0.5,
        l2: 0.0,
        nesterov,
        first: true,
        scale: 1.0,
    };
    sgd(&step, &mut w, &[2.0], &mut v);
    step.first = false;
    sgd(&step, &mut w, &[1.0], &mut v);
    let second = 0.9 * 2.0 + 0.5; // v after v = 2
    let expected = if nesterov {
        1.0 - 0.1 * (2.0 + 0.9 * 2.0) - 0.1 * (1.0 + 0.9 * second)
    } else {
        1.0 - 0.1 * 2.0 - 0.1 * second
    };
    assert_close(&w, &[expected], 1e-6, "sgd");
}
