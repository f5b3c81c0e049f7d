//! How near the kernels come to what the machine can do: fractions of the probed FMA peak, copy and
//! read bandwidth, in one process. `cargo bench --bench roofline [-- name …]`

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn_benches::{
    interval_of_median, median,
    probe::{least, noise, peak},
    rivals::RIVALS,
};
use brand_nn_kernels::{
    AdamStep, Isa, Mat, MatMut, Norm, PackedB, Reduce, Unary, adam, gemm, gemm_packed, isa,
    lstm_cell, norm, reduce, set_isa, softmax, threads, unary,
};
use std::{hint::black_box, time::Instant};

/// Shapes of the products (m, k, n), and which operands lie transposed.
const PRODUCTS: [(&str, usize, usize, usize); 26] = [
    ("NN", 3200, 50, 512),
    ("NT", 3200, 50, 512),
    ("NN", 3200, 128, 512),
    ("NT", 3200, 128, 512),
    ("NN", 32, 128, 512),
    ("NT", 32, 128, 512),
    ("PB", 32, 128, 512),
    ("PB", 16, 128, 512),
    ("TN", 128, 3200, 512),
    ("TN", 50, 3200, 512),
    ("NN", 1, 768, 768),
    ("NT", 1, 768, 768),
    ("NN", 4, 768, 768),
    ("PB", 8, 768, 3072),
    ("NT", 8, 768, 3072),
    ("NN", 32, 256, 1024),
    ("PB", 32, 256, 1024),
    ("NN", 64, 64, 64),
    ("NN", 128, 64, 128),
    ("NN", 128, 128, 128),
    ("NN", 256, 256, 256),
    ("NN", 256, 768, 768),
    ("NN", 512, 512, 512),
    ("NT", 1024, 1024, 1024),
    ("NN", 1024, 768, 3072),
    ("NT", 1, 768, 50257),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|w| name.contains(w));
    for isa in Isa::ALL.into_iter().rev().filter(|isa| isa.is_available()) {
        set_isa(isa);
        threads::with(1, || report(1, is_wanted));
    }
    set_isa(Isa::ALL.into_iter().rev().find(|isa| isa.is_available()).unwrap_or(Isa::Portable));
    threads::with(2, || report(2, is_wanted));
}

fn report(count: usize, is_wanted: impl Fn(&str) -> bool) {
    println!("\n{} on {count} thread(s)", isa().name());
    let peak = peak() * count as f64;
    let copy = copy_bandwidth();
    println!("FMA peak {:.1} GFLOP/s, copy {:.1} GB/s", peak / 1e9, copy / 1e9);
    if is_wanted("gemm") {
        products(peak);
    }
    if is_wanted("unary") {
        curves();
    }
    if is_wanted("sweep") {
        sweeps(copy);
    }
}

/// Bytes read and written a second by a copy that no cache holds.
fn copy_bandwidth() -> f64 {
    let from = vec![1.0_f32; 16 << 20];
    let mut to = vec![0.0_f32; 16 << 20];
    let time = least(|| {
        to.copy_from_slice(&from);
        black_box(&mut to);
    });
    (8 * from.len()) as f64 / time
}

fn products(peak: f64) {
    let one = threads::count() == 1;
    let rivals = || RIVALS.iter().filter(|(name, _)| one || *name != "matrixmultiply");
    let names: Vec<_> = rivals().map(|(name, _)| format!("{name:<26}")).collect();
    println!("gemm shape m·k·n        GFLOP/s  of peak  times as fast as {}", names.concat());
    let mut least_lead = Vec::new();
    for (kind, m, k, n) in PRODUCTS {
        let (a, b, mut c) = (noise(m * k), noise(k * n), vec![0.0; m * n]);
        let left = if kind == "TN" { Mat::columns(&a, m, k) } else { Mat::rows(&a, m, k) };
        let right = if kind == "NT" { Mat::columns(&b, k, n) } else { Mat::rows(&b, k, n) };
        let packed = (kind == "PB").then(|| PackedB::new(right));
        let ours = |c: &mut [f32]| match &packed {
            Some(packed) => gemm_packed(1.0, left, packed, 0.0, MatMut::rows(c, m, n)),
            None => gemm(1.0, left, right, 0.0, MatMut::rows(c, m, n)),
        };
        let time = least(|| ours(&mut c));
        let speed = 2.0 * (m * k * n) as f64 / time;
        print!(
            "{kind} {:<18} {:>8.1}  {:>6.1}%  {:<17}",
            format!("{m}·{k}·{n}"),
            speed / 1e9,
            100.0 * speed / peak,
            ""
        );
        let leads = rivals().map(|(_, product)| {
            let mut theirs = c.clone();
            let calls = (2e-3 / time).ceil() as usize;
            lead(calls, || ours(&mut c), || product(left, right, &mut theirs))
        });
        let leads: Vec<_> = leads.collect();
        for (lead, low, high) in &leads {
            print!("{:<26}", format!("{lead:.2} ({low:.2} to {high:.2})"));
        }
        println!();
        if packed.is_none() {
            least_lead.push(leads.iter().map(|(lead, ..)| *lead).fold(f64::INFINITY, f64::min));
        }
    }
    let mean = least_lead.iter().map(|lead| lead.ln()).sum::<f64>() / least_lead.len() as f64;
    println!("geometric mean of the least, without packed ones: {:.3}", mean.exp());
}

/// How many times as long a peer takes, the median of rounds in turns, with its interval.
///
/// There are rounds until the interval is no wider than 3 % to either side, at most 200.
fn lead(calls: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64, f64) {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        start.elapsed().as_secs_f64()
    };
    time(&mut theirs);
    let mut ratios = Vec::new();
    loop {
        let ours = time(&mut ours);
        ratios.push(time(&mut theirs) / ours);
        let (low, high) = interval_of_median(&ratios);
        let lead = median(&mut ratios.clone());
        let is_narrow = high <= 1.03 * lead && low >= 0.97 * lead;
        if ratios.len() >= 200 || (ratios.len() >= 15 && is_narrow) {
            return (lead, low, high);
        }
    }
}

fn curves() {
    println!("unary of 16 Ki f32          ns an element");
    let x = noise(1 << 14);
    let mut out = vec![0.0; x.len()];
    for &op in Unary::ALL {
        let time = least(|| unary(op, &x, &mut out));
        println!("{:<24} {:>10.3}", op.name(), 1e9 * time / x.len() as f64);
    }
}

/// Bytes a second that sums of `x` read, as fast as plain vectors go.
fn read_bandwidth(x: &[f32]) -> f64 {
    let time = least(|| {
        let mut sums = [0.0; 32];
        for block in x.as_chunks::<32>().0 {
            for i in 0..32 {
                sums[i] += block[i];
            }
        }
        black_box(&sums);
    });
    size_of_val(x) as f64 / time
}

/// Prints the time of an element, of which there are so many bytes, beside a bandwidth.
fn sweep(name: &str, elements: usize, bytes: usize, probe: (&str, f64), time: f64) {
    let fraction = 100.0 * (elements * bytes) as f64 / time / probe.1;
    println!("{name:<26} {:>10.3}  {fraction:>8.1}% of {}", 1e9 * time / elements as f64, probe.0);
}

fn sweeps(copy: f64) {
    let x = noise(1 << 22);
    let read = read_bandwidth(&x);
    println!("kernel                     ns an element  of bandwidth; read {:.1} GB/s", read / 1e9);
    rows_of_floats(&x[..1 << 16], ("copy", copy));
    reductions(&x, ("read", read));
    matrix_times_vector(("copy", copy));
    steps(&x, ("copy", copy));
}

/// Softmax and layer norm.
fn rows_of_floats(x: &[f32], copy: (&str, f64)) {
    let (mut out, mut statistics) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let size = x.len();
    for len in [128, 512] {
        let time = least(|| softmax(x, len, &mut out));
        sweep(&format!("softmax of {len}"), size, 8, copy, time);
        let of = Norm { len, groups: 1, channels: len, centred: true, epsilon: 1e-5 };
        let (weights, statistics) = ([&x[..len]; 2], &mut statistics[..2 * size / len]);
        let time = least(|| norm(&of, x, weights, &mut out, statistics));
        sweep(&format!("layer norm of {len}"), size, 8, copy, time);
    }
}

fn reductions(x: &[f32], read: (&str, f64)) {
    let (len, rows) = (x.len(), x.len() / 256);
    let mut sum = vec![0.0; rows];
    let mut row = |name: &str, [outer, axis, inner]: [usize; 3]| {
        let sum = &mut sum[..outer * inner];
        sweep(name, len, 4, read, least(|| reduce(Reduce::Sum, x, outer, axis, inner, sum)));
    };
    row("sum of all", [1, len, 1]);
    row("sum of rows", [rows, 256, 1]);
    row("sum of columns", [1, rows, 256]);
}

/// By the elements of a matrix that no cache holds.
fn matrix_times_vector(copy: (&str, f64)) {
    let side = 4096;
    let (a, b, mut c) = (noise(side), noise(side * side), vec![0.0; side]);
    for (name, b) in [("NN", Mat::rows(&b, side, side)), ("NT", Mat::columns(&b, side, side))] {
        let left = Mat::rows(&a, 1, side);
        let time = least(|| gemm(1.0, left, b, 0.0, MatMut::rows(&mut c, 1, side)));
        sweep(&format!("{name} 1·{side}·{side}"), side * side, 4, copy, time);
    }
}

/// A step of Adam, and one of an LSTM's cell.
fn steps(g: &[f32], copy: (&str, f64)) {
    let len = g.len();
    let (mut w, mut m, mut v) = (noise(len), noise(len), vec![1.0; len]);
    let step = AdamStep::new(1e-3, 0.9, 0.999, 1e-8, 10);
    sweep("adam", len, 28, copy, least(|| adam(&step, &mut w, g, &mut m, &mut v)));
    let cells = 32 * 128;
    let (mut gates, prev) = (noise(4 * cells), noise(cells));
    let (mut c, mut t, mut h) = (noise(cells), noise(cells), noise(cells));
    let time = least(|| lstm_cell(128, &mut gates, &prev, &mut c, &mut t, &mut h));
    sweep("LSTM cell 32 × 128", cells, 48, copy, time);
}
