//! The kernel floor: each rung of the ladder beside the others, `kernels/op/shape`.

use std::hint::black_box;

use brand_nn_benches::rivals::RIVALS;
use brand_nn_kernels::{
    AdamStep, ConvMethod, Convolution, Mat, MatMut, Narrow, PackedB, Reduce, Slide, Span, Spans,
    Unary, Window, adam, fill_normal, gemm, gemm_packed, lstm_cell, max_pool, reduce, reference,
    softmax, unary,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Shapes (m, k, n) of an LSTM with batch 32, then those of larger models.
const SHAPES: [(usize, usize, usize); 16] = [
    (3200, 50, 512),
    (3200, 128, 512),
    (32, 128, 512),
    (128, 3200, 512),
    (1, 768, 768),
    (4, 768, 768),
    (8, 768, 3072),
    (32, 256, 1024),
    (64, 64, 64),
    (128, 64, 128),
    (128, 128, 128),
    (256, 256, 256),
    (256, 768, 768),
    (512, 512, 512),
    (1024, 1024, 1024),
    (1024, 768, 3072),
];
/// Convolutions: images, channels, filters; then length, kernel, stride and padding of each axis.
const CONVOLUTIONS: [([usize; 3], &[[usize; 4]]); 6] = [
    ([64, 1, 32], &[[28, 3, 1, 0]; 2]),
    ([64, 32, 64], &[[26, 3, 1, 0]; 2]),
    ([4, 64, 64], &[[56, 3, 1, 1]; 2]),
    ([8, 256, 256], &[[14, 3, 1, 1]; 2]),
    ([4, 64, 128], &[[56, 3, 2, 1]; 2]),
    ([32, 128, 128], &[[100, 3, 1, 1]]),
];
/// Multiply-adds beyond which the plain loop would take too long to be timed.
const LONG: usize = 1 << 22;

fn noise(len: usize) -> Vec<f32> {
    let mut x = vec![0.0; len];
    fill_normal(1, 0, &mut x);
    x
}

fn products(criterion: &mut Criterion) {
    for (m, k, n) in SHAPES {
        let mut group = criterion.benchmark_group(format!("kernels/gemm/{m}x{k}x{n}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        let (a, b, mut c) = (noise(m * k), noise(k * n), vec![0.0; m * n]);
        let (left, right) = (Mat::rows(&a, m, k), Mat::rows(&b, k, n));
        if m * k * n <= LONG {
            group.bench_function("plain", |bench| bench.iter(|| reference::matmul(left, right)));
        }
        #[cfg(feature = "blas")]
        {
            brand_nn_kernels::set_blas(true);
            group.bench_function("blas", |bench| {
                bench.iter(|| gemm(1.0, left, right, 0.0, MatMut::rows(&mut c, m, n)));
            });
            brand_nn_kernels::set_blas(false);
        }
        group.bench_function("ours", |bench| {
            bench.iter(|| gemm(1.0, left, right, 0.0, MatMut::rows(&mut c, m, n)));
        });
        let packed = PackedB::new(right);
        group.bench_function("ours, packed", |bench| {
            bench.iter(|| gemm_packed(1.0, left, &packed, 0.0, MatMut::rows(&mut c, m, n)));
        });
        for (name, product) in RIVALS {
            group.bench_function(*name, |bench| bench.iter(|| product(left, right, &mut c)));
        }
    }
}

/// Right matrices of fewer bits beside one of `f32`.
fn narrow(criterion: &mut Criterion) {
    let (k, n) = (768, 3072);
    let b = noise(k * n);
    let right = Mat::rows(&b, k, n);
    let narrow = |to: Narrow| (format!("{to:?}"), PackedB::narrow(right, to));
    let formats = [("f32".to_owned(), PackedB::new(right))];
    let formats: Vec<_> = formats.into_iter().chain(Narrow::ALL.map(narrow)).collect();
    for m in [1, 2, 3, 4, 8] {
        let mut group = criterion.benchmark_group(format!("kernels/narrow/{m}x{k}x{n}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        let (a, mut c) = (noise(m * k), vec![0.0; m * n]);
        for (name, packed) in &formats {
            let left = Mat::rows(&a, m, k);
            group.bench_function(name, |bench| {
                bench.iter(|| gemm_packed(1.0, left, packed, 0.0, MatMut::rows(&mut c, m, n)));
            });
        }
    }
}

/// A function of the standard library.
type Plain = fn(f32) -> f32;

fn convolutions(criterion: &mut Criterion) {
    for ([images, channels, filters], axes) in CONVOLUTIONS {
        let mut window = Window { axes: [Slide::ONE; 3] };
        for (to, &[input, kernel, stride, before]) in window.axes.iter_mut().rev().zip(axes) {
            let output = (input + 2 * before - kernel) / stride + 1;
            *to = Slide { input, output, kernel, stride, dilation: 1, before };
        }
        let shape = Convolution { images, groups: 1, channels, filters, window };
        let name = format!("kernels/conv/{images}x{channels}x{filters}/{axes:?}");
        let mut group = criterion.benchmark_group(name);
        let work = 2 * images * window.outputs() * shape.weights();
        group.throughput(Throughput::Elements(work as u64));
        let (x, w, y) = (noise(shape.inputs()), noise(shape.weights()), noise(shape.outputs()));
        let [mut dx, mut dw, mut out] = [x.len(), w.len(), y.len()].map(|len| vec![0.0; len]);
        let chosen = ConvMethod::of::<f32>(&shape);
        let direct = (chosen != ConvMethod::Product).then_some(ConvMethod::Product);
        for method in [chosen].into_iter().chain(direct) {
            group.bench_function(format!("forward, {method:?}"), |bench| {
                bench.iter(|| method.conv(&shape, &x, &w, None, &mut out));
            });
            group.bench_function(format!("backward, data, {method:?}"), |bench| {
                bench.iter(|| method.backward_data(&shape, &w, &y, &mut dx));
            });
            group.bench_function(format!("backward, weight, {method:?}"), |bench| {
                bench.iter(|| method.backward_weight(&shape, &x, &y, &mut dw));
            });
        }
    }
}

fn pools(criterion: &mut Criterion) {
    let x = noise(64 * 64 * 24 * 24);
    let spans: Vec<_> = (0..12).map(|i| Span { first: 2 * i, count: 2 }).collect();
    let side = Spans { input: 24, spans: &spans, step: 1 };
    let (mut out, mut places) = (vec![0.0; x.len() / 4], vec![0; x.len() / 4]);
    let mut group = criterion.benchmark_group("kernels/max_pool/64x64x24x24");
    group.throughput(Throughput::Elements(x.len() as u64));
    group.bench_function("ours", |bench| {
        bench.iter(|| max_pool(&x, [Spans::ONE, side, side], &mut out, &mut places));
    });
}

fn functions(criterion: &mut Criterion) {
    let x = noise(1 << 14);
    let mut out = vec![0.0; x.len()];
    let rows: [(Unary, Plain); 5] = [
        (Unary::Exp, f32::exp),
        (Unary::Tanh, f32::tanh),
        (Unary::Sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        (Unary::Log, f32::ln),
        (Unary::Sin, f32::sin),
    ];
    for (op, plain) in rows {
        let mut group = criterion.benchmark_group(format!("kernels/{}/16384", op.name()));
        group.throughput(Throughput::Elements(x.len() as u64));
        group.bench_function("plain", |bench| {
            bench.iter(|| out.iter_mut().zip(&x).for_each(|(y, &x)| *y = plain(black_box(x))));
        });
        group.bench_function("ours", |bench| bench.iter(|| unary(op, &x, &mut out)));
    }
}

fn sweeps(criterion: &mut Criterion) {
    let len = 1 << 20;
    let (x, mut w, mut m, mut v) = (noise(len), noise(len), noise(len), vec![1.0; len]);
    let mut out = vec![0.0; len];
    let mut group = criterion.benchmark_group("kernels/sweep/1048576");
    group.throughput(Throughput::Elements(len as u64));
    group.bench_function("softmax of 128", |bench| bench.iter(|| softmax(&x, 128, &mut out)));
    group.bench_function("sum", |bench| {
        bench.iter(|| reduce(Reduce::Sum, &x, 1, len, 1, &mut out[..1]));
    });
    let step = AdamStep::new(1e-3, 0.9, 0.999, 1e-8, 10);
    group.bench_function("adam", |bench| bench.iter(|| adam(&step, &mut w, &x, &mut m, &mut v)));
    group.finish();
    let cells = 32 * 128;
    let (pre, c_prev) = (noise(4 * cells), noise(cells));
    let mut gates = pre.clone();
    let (mut c, mut tanh_c, mut h) = (noise(cells), noise(cells), noise(cells));
    let mut group = criterion.benchmark_group("kernels/lstm_cell/32x128");
    group.throughput(Throughput::Elements(cells as u64));
    group.bench_function("ours", |bench| {
        bench.iter(|| {
            gates.copy_from_slice(&pre);
            lstm_cell(128, &mut gates, &c_prev, &mut c, &mut tanh_c, &mut h);
        });
    });
}

criterion_group!(benches, products, narrow, convolutions, pools, functions, sweeps);
criterion_main!(benches);
