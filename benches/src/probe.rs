//! What one thread of this machine can do, probed where it is needed.

use brand_nn_kernels::{Mat, MatMut, PackedB, fill_normal, gemm_packed, threads};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// FLOP/s of the register tile on panels that stay in the first cache.
#[must_use]
pub fn peak() -> f64 {
    let (m, k, n) = (12, 120, 32);
    let (a, b) = (noise(m * k), noise(k * n));
    let packed = PackedB::new(Mat::rows(&b, k, n));
    let mut c = vec![0.0; m * n];
    let time = threads::with(1, || {
        least(|| {
            for _ in 0..1000 {
                let c = MatMut::rows(&mut c, m, n);
                gemm_packed(1.0, Mat::rows(&a, m, k), &packed, 1.0, c);
            }
        })
    });
    black_box(&c);
    (2000 * m * k * n) as f64 / time
}

/// So many normal numbers, the same each time.
#[must_use]
pub fn noise(len: usize) -> Vec<f32> {
    let mut x = vec![0.0; len];
    fill_normal(1, 0, &mut x);
    x
}

/// Seconds a call takes: the least of several rounds, in time that this thread really ran.
pub fn least(mut f: impl FnMut()) -> f64 {
    f();
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let (start, clock) = (Instant::now(), Clock::now());
        let mut calls = 0;
        while calls == 0 || start.elapsed() < Duration::from_millis(100) {
            f();
            calls += 1;
        }
        best = best.min(clock.elapsed() / f64::from(calls));
    }
    best
}

/// Measures running time where the system tells it and one thread does the work, else time.
struct Clock {
    start: Instant,
    ran: Option<u64>,
}

impl Clock {
    fn now() -> Self {
        Clock { start: Instant::now(), ran: Self::ran() }
    }

    fn ran() -> Option<u64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok().filter(|_| threads::count() == 1)
    }

    fn elapsed(&self) -> f64 {
        match (self.ran, Self::ran()) {
            (Some(start), Some(end)) => (end - start) as f64 / 1e9,
            _ => self.start.elapsed().as_secs_f64(),
        }
    }
}
