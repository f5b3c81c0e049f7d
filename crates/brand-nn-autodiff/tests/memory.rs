//! What a step holds: the pool's peak, what a checkpoint saves, and that nothing grows.
//!
//! One test, since the pool's books are those of the whole process.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Gradients, Var, checkpoint};
use brand_nn_kernels::memory;
use brand_nn_tensor::{Rng, Tensor};

const LAYERS: usize = 12;
const WIDTH: usize = 256;
const ROWS: usize = 256;
/// The bytes of one weight and of one activation alike.
const BLOCK: usize = WIDTH * ROWS * 4;

fn weights() -> Vec<Var> {
    let mut rng = Rng::new(1);
    (0..LAYERS).map(|_| Var::leaf(Tensor::randn([WIDTH, WIDTH], &mut rng) * 0.08)).collect()
}

fn layer(x: &Var, weight: &Var) -> Var {
    x.linear(weight, None).relu()
}

fn step(x: &Var, weights: &[Var]) -> Gradients {
    let output = weights.iter().fold(x.clone(), |x, weight| layer(&x, weight));
    output.square().mean().backward().unwrap()
}

/// Three parts of four layers, each computed again on the way back.
fn checkpointed_step(x: &Var, weights: &[Var]) -> Gradients {
    let output = weights.chunks(4).fold(x.clone(), |x, part| {
        let part = part.to_vec();
        checkpoint([&x], move |[x]| Ok(part.iter().fold(x, |x, weight| layer(&x, weight)))).unwrap()
    });
    output.square().mean().backward().unwrap()
}

/// The most bytes that were alive while `work` ran, without what was alive before.
fn peak_of(work: impl FnOnce() -> Gradients) -> usize {
    let before = memory::stats().live_bytes;
    memory::reset_peak();
    drop(work());
    memory::stats().peak_bytes - before
}

#[test]
fn a_step_holds_what_it_must_and_no_more() {
    let x = Var::from(Tensor::randn([ROWS, WIDTH], &mut Rng::new(2)));
    let weights = weights();
    let parameters = LAYERS * BLOCK;
    let plain = parameters + peak_of(|| step(&x, &weights));
    let budget = parameters + parameters + LAYERS * BLOCK;
    println!("peak of a step: {:.3} of the budget", plain as f64 / budget as f64);
    assert!(plain as f64 <= 1.25 * budget as f64, "{plain} bytes, {budget} are due");

    // With many rows activations weigh most: three inputs of parts and the inside of one remain.
    let many = Var::from(Tensor::randn([8 * ROWS, WIDTH], &mut Rng::new(3)));
    let all = peak_of(|| step(&many, &weights));
    let some = peak_of(|| checkpointed_step(&many, &weights));
    println!("with checkpoints: {:.3} of the peak", some as f64 / all as f64);
    assert!(4 * some <= 3 * all, "{some} bytes with checkpoints, {all} without");

    // The outputs of relu stay, which one copy serves for its own slope and for the next product.
    let half = peak_of(|| step(&many.save_in_bf16(), &weights));
    println!("kept in bf16: {:.3} of the peak", half as f64 / all as f64);
    assert!(5 * half <= 4 * all, "{half} bytes kept in bf16, {all} without");

    let small = Var::leaf(Tensor::ones([8]));
    let live = |steps: usize| {
        for _ in 0..steps {
            drop((small.tanh() * &small).sum().backward().unwrap());
        }
        memory::stats()
    };
    let (warm, later) = (live(100), live(10_000));
    assert_eq!(warm.live_bytes, later.live_bytes);
    assert_eq!(warm.system_allocations, later.system_allocations);
}
