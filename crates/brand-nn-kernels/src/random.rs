//! Random numbers addressed by position: Philox 4×32-10, the same for any number of threads.

use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::for_each_chunk;

/// Numbers that one task of a parallel fill draws.
const TASK: usize = 1 << 14;
/// Blocks of four words that are drawn side by side.
const GROUP: usize = 16;

/// Philox 4×32-10: four random words as a function of a key and a counter.
///
/// J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
///
/// # Examples
/// ```
/// let words = brand_nn_kernels::philox(0, 0);
/// assert_eq!(words, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
/// ```
pub fn philox(key: u64, counter: u128) -> [u32; 4] {
    let word = |i: u32| (counter >> (32 * i)) as u32;
    rounds(key, [word(0), word(1), word(2), word(3)])
}

#[inline(always)]
fn rounds(key: u64, mut x: [u32; 4]) -> [u32; 4] {
    let (mut low, mut high) = (key as u32, (key >> 32) as u32);
    for _ in 0..10 {
        let a = u64::from(x[0]) * 0xd251_1f53;
        let b = u64::from(x[2]) * 0xcd9e_8d57;
        x = [(b >> 32) as u32 ^ x[1] ^ low, b as u32, (a >> 32) as u32 ^ x[3] ^ high, a as u32];
        low = low.wrapping_add(0x9e37_79b9);
        high = high.wrapping_add(0xbb67_ae85);
    }
    x
}

/// Words `4·GROUP` at a time: word w of block b lies at `[w][b]`.
#[inline(always)]
pub(crate) fn group(key: u64, counter: u128) -> [[u32; GROUP]; 4] {
    let mut words = [[0; GROUP]; 4];
    for block in 0..GROUP {
        let counter = counter.wrapping_add(block as u128);
        let word = |i: u32| (counter >> (32 * i)) as u32;
        let drawn = rounds(key, [word(0), word(1), word(2), word(3)]);
        for (words, drawn) in words.iter_mut().zip(drawn) {
            words[block] = drawn;
        }
    }
    words
}

/// 2^−24, the step of uniform `f32`.
const SCALE_24: f64 = 1.0 / (1 << 24) as f64;
/// 2^−53, the step of uniform `f64`.
const SCALE_53: f64 = 1.0 / (1_u64 << 53) as f64;
/// Numbers that a group of blocks yields.
pub(crate) const GROUP_WORDS: usize = 4 * GROUP;

/// Fills `out` with random words; element i comes from block `counter + i / 4`.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{fill_bits, philox};
/// let mut out = [0; 6];
/// fill_bits(1, 100, &mut out);
/// assert_eq!(out[4..], philox(1, 101)[..2]);
/// ```
pub fn fill_bits(key: u64, counter: u128, out: &mut [u32]) {
    for (i, out) in out.chunks_mut(4).enumerate() {
        let words = philox(key, counter.wrapping_add(i as u128));
        out.copy_from_slice(&words[..out.len()]);
    }
}

/// Fills `out` uniformly from [0, 1), 24 random bits each; 53 for `f64`.
///
/// Element i depends on `key`, `counter` and i alone. The counter advances by one block for
/// every four `f32` or two `f64`.
///
/// # Examples
/// ```
/// let mut out = [0.0_f32; 1000];
/// brand_nn_kernels::fill_uniform(7, 0, &mut out);
/// assert!(out.iter().all(|x| (0.0..1.0).contains(x)));
/// ```
pub fn fill_uniform<T: Real>(key: u64, counter: u128, out: &mut [T]) {
    fill(key, counter, out, false);
}

/// Fills `out` with standard normal numbers, by the method of Box and Muller.
///
/// Addressed by position as [`fill_uniform`].
///
/// # Examples
/// ```
/// let mut out = [0.0_f64; 10_000];
/// brand_nn_kernels::fill_normal(7, 0, &mut out);
/// let mean = out.iter().sum::<f64>() / 10_000.0;
/// assert!(mean.abs() < 0.05);
/// ```
pub fn fill_normal<T: Real>(key: u64, counter: u128, out: &mut [T]) {
    fill(key, counter, out, true);
}

fn fill<T: Real>(key: u64, counter: u128, out: &mut [T], normal: bool) {
    let per_block = if size_of::<T>() == 4 { 4 } else { 2 };
    for_each_chunk(out, TASK, |task, out| {
        let counter = counter.wrapping_add((task * TASK / per_block) as u128);
        dispatch(Fill { key, counter, out, normal });
    });
}

struct Fill<'a, T> {
    key: u64,
    counter: u128,
    out: &'a mut [T],
    normal: bool,
}

impl<T: Real> Kernel for Fill<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let per_group = if size_of::<T>() == 4 { GROUP_WORDS } else { GROUP_WORDS / 2 };
        for (i, out) in self.out.chunks_mut(per_group).enumerate() {
            let words = group(self.key, self.counter.wrapping_add((i * GROUP) as u128));
            let mut values = [[T::ZERO; GROUP]; 4];
            let lanes = uniform::<T>(&words, &mut values);
            if self.normal {
                pair_up::<T, L>(&mut values, lanes);
            }
            for (j, out) in out.iter_mut().enumerate() {
                *out = values[j % lanes][j / lanes];
            }
        }
    }
}

/// Turns words into numbers of [0, 1); gives how many of the four lanes are used.
#[inline(always)]
fn uniform<T: Real>(words: &[[u32; GROUP]; 4], values: &mut [[T; GROUP]; 4]) -> usize {
    if size_of::<T>() == 4 {
        for (values, words) in values.iter_mut().zip(words) {
            for i in 0..GROUP {
                values[i] = T::from_f64(f64::from(words[i] >> 8) * SCALE_24);
            }
        }
        return 4;
    }
    for lane in 0..2 {
        for i in 0..GROUP {
            let bits = u64::from(words[2 * lane][i]) << 32 | u64::from(words[2 * lane + 1][i]);
            values[lane][i] = T::from_f64((bits >> 11) as f64 * SCALE_53);
        }
    }
    2
}

/// Box–Muller: lanes (2i, 2i + 1) become `√(−2 ln(1 − u)) (cos 2πv, sin 2πv)`.
#[inline(always)]
fn pair_up<T: Real, L: Lanes>(values: &mut [[T; GROUP]; 4], lanes: usize) {
    for pair in values[..lanes].chunks_exact_mut(2) {
        for i in 0..GROUP {
            let radius = (T::from_f64(-2.0) * (T::ONE - pair[0][i]).logarithm::<L>()).root();
            let angle = T::from_f64(std::f64::consts::TAU) * pair[1][i];
            pair[0][i] = radius * angle.cosine::<L>();
            pair[1][i] = radius * angle.sine::<L>();
        }
    }
}
