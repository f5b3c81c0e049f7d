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

/// Ops of a chain: about as many as a model's step has, and so many that they leave the caches.
const CHAINS: [usize; 2] = [100, 1000];
const ROUNDS: usize = 400;

/// A chain of tanh, then the slopes from its end to its start.
fn plain_functions(x: &Tensor, ops: usize) -> Tensor {
    let mut values = vec![x.clone()];
    for at in 0..ops {
        values.push(values[at].tanh());
    }
    let mut gradient = Tensor::ones_like(x);
    for value in values[1..].iter().rev() {
        gradient = gradient.times_slope(Unary::Tanh, value);
    }
    gradient
}

fn tracked_functions(x: &Tensor, ops: usize) -> Tensor {
    let leaf = Var::leaf(x.clone());
    let end = (0..ops).fold(leaf.clone(), |x, _| x.tanh());
    let gradients = end.backward_from(Tensor::ones_like(x)).expect("a connected chain");
    gradients.get(&leaf).expect("its gradient")
}

/// A chain of products with a constant.
fn plain_products(x: &Tensor, ops: usize) -> Tensor {
    let by = Tensor::full_like(x, 0.999);
    let end = (0..ops).fold(x.clone(), |x, _| &x * &by);
    let gradient = (0..ops).fold(Tensor::ones_like(x), |gradient, _| &gradient * &by);
    black_box(end);
    gradient
}

fn tracked_products(x: &Tensor, ops: usize) -> Tensor {
    let by = Var::from(Tensor::full_like(x, 0.999));
    let leaf = Var::leaf(x.clone());
    let end = (0..ops).fold(leaf.clone(), |x, _| &x * &by);
    let gradients = end.backward_from(Tensor::ones_like(x)).expect("a connected chain");
    gradients.get(&leaf).expect("its gradient")
}

fn time(work: impl Fn() -> Tensor) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

type Work = fn(&Tensor, usize) -> Tensor;

/// The median of the differences of paired rounds, in nanoseconds an op, and the plain time.
fn compare(name: &str, ops: usize, plain: Work, tracked: Work) {
    let x = Tensor::full([8], 0.5);
    assert_eq!(plain(&x, ops), tracked(&x, ops), "both sides find the same gradient");
    let nanoseconds = |work: Work| time(|| work(&x, ops)).as_secs_f64() * 1e9 / ops as f64;
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|round| match round % 2 {
            0 => {
                let base = nanoseconds(plain);
                (nanoseconds(tracked) - base, base)
            }
            _ => {
                let whole = nanoseconds(tracked);
                let base = nanoseconds(plain);
                (whole - base, base)
            }
        })
        .collect();
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (extra, base) = rounds[ROUNDS / 2];
    println!(
        "{name:8} in chains of {ops:4}: {base:4.0} ns an op on tensors, {extra:4.0} ns more to \
         record and walk"
    );
}

fn main() {
    for ops in CHAINS {
        compare("tanh", ops, plain_functions, tracked_functions);
        compare("product", ops, plain_products, tracked_products);
    }
}
