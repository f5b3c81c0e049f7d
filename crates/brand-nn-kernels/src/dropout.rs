//! Dropout whose mask is a function of key and position, so nothing needs to be stored.

use crate::Real;
use crate::random::{GROUP_WORDS, group};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::for_each_chunk;
use crate::words::copy_words;

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
    let mask = Mask::new(rate, key);
    for_each_chunk(out, TASK, |task, out| {
        let first = task * TASK;
        copy_words(&x[first..first + out.len()], out);
        mask.apply(first, out);
    });
}

/// Which elements survive, as a function of their position alone.
#[derive(Clone, Copy)]
pub(crate) struct Mask {
    key: [u64; 2],
    threshold: u64,
    scale: f64,
}

impl Mask {
    #[track_caller]
    pub(crate) fn new(rate: f64, key: [u64; 2]) -> Self {
        assert!((0.0..=1.0).contains(&rate), "dropout: rate {rate}, expected 0 to 1");
        let threshold = (rate * 4_294_967_296.0).round() as u64;
        Mask { key, threshold, scale: if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 } }
    }

    /// Drops from elements whose first one has the position `start`.
    pub(crate) fn apply<T: Real>(&self, start: usize, x: &mut [T]) {
        let counter = (u128::from(self.key[1]) << 64)
            .wrapping_add((start / GROUP_WORDS * (GROUP_WORDS / 4)) as u128);
        let (key, threshold, scale) = (self.key[0], self.threshold, T::from_f64(self.scale));
        dispatch(Drop { x, key, counter, skip: start % GROUP_WORDS, threshold, scale });
    }
}

struct Drop<'a, T> {
    x: &'a mut [T],
    key: u64,
    counter: u128,
    /// Positions of the first group that lie before the first element.
    skip: usize,
    threshold: u64,
    scale: T,
}

impl<T: Real> Kernel for Drop<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Drop { x, key, mut counter, skip, threshold, scale } = self;
        let (head, whole) = x.split_at_mut((GROUP_WORDS - skip).min(x.len()));
        for (skip, x) in
            [(skip, head)].into_iter().chain(whole.chunks_mut(GROUP_WORDS).map(|x| (0, x)))
        {
            let words = group(key, counter);
            for (x, &word) in x.iter_mut().zip(&words.as_flattened()[skip..]) {
                *x = if u64::from(word) < threshold { T::ZERO } else { *x * scale };
            }
            counter = counter.wrapping_add((GROUP_WORDS / 4) as u128);
        }
    }
}
