//! Dropout whose mask is a function of key and position, so nothing needs to be stored.

use crate::Real;
use crate::random::{GROUP_WORDS, group};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::for_each_chunk;

/// Elements that one task of a parallel call has, a multiple of [`GROUP_WORDS`].
const TASK: usize = 1 << 15;

/// Zeroes each element with probability `rate` and scales the rest by `1 / (1 − rate)`.
///
/// Whether element i survives depends on `key` and i alone; the backward pass is the same call
/// on the gradient. `key` is a Philox key and the high half of its counter.
///
/// # Panics
/// If the lengths differ or the rate lies outside [0, 1].
///
/// # Examples
/// ```
/// let mut out = [9.0_f32; 4];
/// brand_nn_kernels::dropout(&[1.0; 4], 0.5, [1, 2], &mut out);
/// assert!(out.iter().all(|&y| y == 0.0 || y == 2.0));
/// ```
#[track_caller]
pub fn dropout<T: Real>(x: &[T], rate: f64, key: [u64; 2], out: &mut [T]) {
    assert!(x.len() == out.len(), "dropout: {} elements into {}", x.len(), out.len());
    assert!((0.0..=1.0).contains(&rate), "dropout: rate {rate}, expected 0 to 1");
    let threshold = (rate * 4_294_967_296.0).round() as u64;
    let scale = T::from_f64(if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 });
    let counter = u128::from(key[1]) << 64;
    for_each_chunk(out, TASK, |task, out| {
        let first = task * TASK;
        let counter = counter.wrapping_add((first / 4) as u128);
        let x = &x[first..first + out.len()];
        dispatch(Drop { x, key: key[0], counter, threshold, scale, out });
    });
}

struct Drop<'a, T> {
    x: &'a [T],
    key: u64,
    counter: u128,
    threshold: u64,
    scale: T,
    out: &'a mut [T],
}

impl<T: Real> Kernel for Drop<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let whole = self.x.chunks(GROUP_WORDS).zip(self.out.chunks_mut(GROUP_WORDS));
        for (i, (x, out)) in whole.enumerate() {
            let words = group(self.key, self.counter.wrapping_add((i * GROUP_WORDS / 4) as u128));
            let words = words.as_flattened();
            for ((out, &x), &word) in out.iter_mut().zip(x).zip(words) {
                *out = if u64::from(word) < self.threshold { T::ZERO } else { x * self.scale };
            }
        }
    }
}
