//! After warm-up a train step asks the system for no tensor buffer and touches no new page.
//!
//! The program has one test alone: its counts are the process's.

use std::fs;

use brand_nn::prelude::*;
use brand_nn_kernels::memory::{self, CountingAllocator};
use brand_nn_kernels::threads;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

const BATCH: usize = 32;
const LENGTH: usize = 20;
const WARM_UP: usize = 8;
const STEPS: usize = 4;

/// Small allocations of one step, at most: layouts and numbers' owners of tensors, nodes of the
/// graph, lists of parameters and of tasks. They were 541 when this was written; there are more with
/// the article's length of 100, where more products are cut into tasks.
const SMALL: u64 = 560;
/// Bytes of the largest of them, at most: Adam's step over the rows that were looked up asks for
/// blocks of a word an id, 5120 bytes here and 25600 with the article's length.
const SMALL_BYTES: usize = 8 * BATCH * LENGTH;

/// What the process has asked the system for so far.
#[derive(Clone, Copy, Debug)]
struct Asked {
    buffers: u64,
    pages: u64,
    allocations: u64,
}

impl Asked {
    fn now() -> Self {
        let pages = touched_pages(); // first, as it allocates
        let buffers = memory::stats().system_allocations;
        Self { buffers, pages, allocations: ALLOCATOR.allocations() }
    }

    fn since(self, before: Self) -> Self {
        let buffers = self.buffers - before.buffers;
        let pages = self.pages - before.pages;
        Self { buffers, pages, allocations: self.allocations - before.allocations }
    }
}

/// Pages that the process touched for the first time: `ru_minflt`, the tenth word of its state.
fn touched_pages() -> u64 {
    let state = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = state.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(7).and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// The classifier of the sentiment article, on shorter texts.
struct Training {
    network: Network,
    optimizer: Adam,
    ids: Tensor,
    labels: Tensor,
    rng: Rng,
}

impl Training {
    fn new() -> Result<Self> {
        let network = Sequential::new()
            .add(embedding(10_000, 50))
            .add(lstm(128).return_sequences(true))
            .add(dropout(0.2))
            .add(lstm(128))
            .add(dropout(0.2))
            .add(dense(1).activation(Activation::Sigmoid))
            .build([LENGTH])?
            .init(1)?;
        let mut rng = Rng::new(1);
        let ids = Tensor::randint([BATCH, LENGTH], 1, 10_000, &mut rng);
        let labels = Tensor::bernoulli([BATCH], 0.5, &mut rng).to(DType::F32);
        Ok(Self { network, optimizer: Adam::new(1e-3), ids, labels, rng })
    }

    fn step(&mut self) -> Result<()> {
        let output = self.network.call(&self.ids, &mut Pass::training(&mut self.rng))?;
        let loss = binary_cross_entropy(&output, &self.labels)?;
        drop(output);
        let gradients = loss.backward()?;
        self.optimizer.step(&mut self.network, gradients)?;
        Ok(())
    }
}

/// What each of some steps asked for; nothing is read between their beginnings and ends.
fn ask(training: &mut Training) -> Result<Vec<Asked>> {
    let one = |_| {
        let before = Asked::now();
        training.step()?;
        Ok(Asked::now().since(before))
    };
    (0..STEPS).map(one).collect()
}

#[test]
fn a_warm_step_asks_the_system_for_small_things_alone() -> Result<()> {
    threads::set_count(2); // a second thread costs a few tasks' boxes
    let mut training = Training::new()?;
    for _ in 0..WARM_UP {
        training.step()?;
    }
    ALLOCATOR.take_largest();
    let steps = ask(&mut training)?;
    let largest = ALLOCATOR.take_largest();
    assert!(steps.iter().all(|step| step.buffers == 0), "buffers from the system: {steps:?}");
    // The system itself takes pages away and gives them back, but not in every step.
    assert!(steps.iter().any(|step| step.pages == 0), "new pages in every step: {steps:?}");
    let small = steps.iter().map(|step| step.allocations).min().unwrap_or(0);
    println!("{small} small allocations a step, the largest of {largest} bytes; {steps:?}");
    assert!((1..=SMALL).contains(&small), "{small} small allocations a step");
    assert!(largest <= SMALL_BYTES, "an allocation of {largest} bytes");
    Ok(())
}
