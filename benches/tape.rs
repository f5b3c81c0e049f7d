//! What recording and walking cost: chains of small ops, as plain tensors and as tracked values.
//!
//! `cargo bench --bench tape`. Both sides compute the same values and the same gradients, so the difference is the record's.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn_autodiff::Var;
use brand_nn_kernels::Unary;
use brand_nn_tensor::Tensor;
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const OPS: usize = 1000;
const ROUNDS: usize = 200;

/// A chain of tanh, then the slopes from its end to its start.
fn plain_functions(x: &Tensor) -> Tensor {
    let mut values = vec![x.clone()];
    for at in 0..OPS {
        values.push(values[at].tanh());
    }
    let mut gradient = Tensor::ones_like(x);
    for value in values[1..].iter().rev() {
        gradient = gradient.times_slope(Unary::Tanh, value);
    }
    gradient
}

fn tracked_functions(x: &Tensor) -> Tensor {
    let leaf = Var::leaf(x.clone());
    let end = (0..OPS).fold(leaf.clone(), |x, _| x.tanh());
    let gradients = end.backward_from(Tensor::ones_like(x)).expect("a connected chain");
    gradients.get(&leaf).expect("its gradient")
}

/// A chain of products with a constant.
fn plain_products(x: &Tensor) -> Tensor {
    let by = Tensor::full_like(x, 0.999);
    let end = (0..OPS).fold(x.clone(), |x, _| &x * &by);
    let gradient = (0..OPS).fold(Tensor::ones_like(x), |gradient, _| &gradient * &by);
    black_box(end);
    gradient
}

fn tracked_products(x: &Tensor) -> Tensor {
    let by = Var::from(Tensor::full_like(x, 0.999));
    let leaf = Var::leaf(x.clone());
    let end = (0..OPS).fold(leaf.clone(), |x, _| &x * &by);
    let gradients = end.backward_from(Tensor::ones_like(x)).expect("a connected chain");
    gradients.get(&leaf).expect("its gradient")
}

fn time(work: impl Fn() -> Tensor) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// The median of the differences of paired rounds, in nanoseconds an op, and the plain time.
fn compare(name: &str, plain: fn(&Tensor) -> Tensor, tracked: fn(&Tensor) -> Tensor) {
    let x = Tensor::full([8], 0.5);
    assert_eq!(plain(&x), tracked(&x), "both sides find the same gradient");
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|round| {
            let (a, b) = match round % 2 {
                0 => (time(|| plain(&x)), time(|| tracked(&x))),
                _ => {
                    let b = time(|| tracked(&x));
                    (time(|| plain(&x)), b)
                }
            };
            let nanoseconds = |time: Duration| time.as_secs_f64() * 1e9 / OPS as f64;
            (nanoseconds(b) - nanoseconds(a), nanoseconds(a))
        })
        .collect();
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (extra, plain) = rounds[ROUNDS / 2];
    println!("{name:10} {plain:6.0} ns an op on tensors, {extra:6.0} ns more to record and walk");
}

fn main() {
    compare("tanh", plain_functions, tracked_functions);
    compare("product", plain_products, tracked_products);
}
