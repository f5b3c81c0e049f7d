//! Random numbers as a function of seed, call and position: the same for any number of threads.

use brand_nn_kernels::{Buffer, fill_normal, fill_uniform, for_each_chunk, philox};
use serde::{Deserialize, Serialize};

use crate::create::require_possible;
use crate::error::expect;
use crate::{DType, Shape, Tensor};

/// Elements that one task draws.
const CHUNK: usize = 1 << 14;

/// A source of random numbers: Philox 4×32-10, a function of a seed and a counter.
///
/// Every call takes a fresh range of the counter, and within a call position `i` has its own place,
/// so a draw depends on (seed, call, position) alone. An `Rng` can't be cloned, because two copies
/// would repeat each other; [`Rng::fork`] makes an independent one, and [`Rng::state`] saves it.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let a = Tensor::randn([2, 3], &mut Rng::new(42));
/// let b = Tensor::randn([2, 3], &mut Rng::new(42));
/// assert_eq!(a, b);
/// ```
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rng {
    seed: u64,
    call: u64,
    word: u64,
}

impl Rng {
    /// A source that starts at the beginning of its seed's sequence.
    pub fn new(seed: u64) -> Self {
        Self { seed, call: 0, word: 0 }
    }

    /// A source for one name under a seed: what is drawn for other names changes nothing here.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Rng;
    ///
    /// let draw = |name| Rng::keyed(7, name).next_u64();
    /// assert_eq!(draw("encoder.weight"), draw("encoder.weight"));
    /// assert_ne!(draw("encoder.weight"), draw("encoder.bias"));
    /// ```
    pub fn keyed(seed: u64, name: &str) -> Self {
        // FNV-1a, then a full Philox block, so that near names give unrelated seeds.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self::new(join(philox(seed, u128::MAX - u128::from(hash))))
    }

    /// An independent source; each fork differs from the others and from this one.
    pub fn fork(&mut self) -> Self {
        let [seed, call] = self.key();
        Self::new(join(philox(seed, counter(call))))
    }

    /// A key and a fresh range of its counter, for kernels that draw on their own.
    pub fn key(&mut self) -> [u64; 2] {
        self.call += 1;
        [self.seed, self.call]
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        // Call 0 is the sequence of single draws.
        self.word += 1;
        join(philox(self.seed, u128::from(self.word - 1)))
    }

    /// Where the source stands: all that is needed to go on exactly from here.
    pub fn state(&self) -> [u64; 3] {
        [self.seed, self.call, self.word]
    }

    /// The source that [`Rng::state`] described.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Rng;
    ///
    /// let mut rng = Rng::new(1);
    /// rng.next_u64();
    /// let mut later = Rng::from_state(rng.state());
    /// assert_eq!(later.next_u64(), rng.next_u64());
    /// ```
    pub fn from_state([seed, call, word]: [u64; 3]) -> Self {
        Self { seed, call, word }
    }
}

/// The place in the counter where a call's draws begin.
fn counter(call: u64) -> u128 {
    u128::from(call) << 64
}

pub(crate) fn join(words: [u32; 4]) -> u64 {
    u64::from(words[0]) << 32 | u64::from(words[1])
}

/// Random tensors. They are `f32` unless said otherwise.
impl Tensor {
    /// Uniform numbers in `[0, 1)`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn rand(shape: impl Into<Shape>, rng: &mut Rng) -> Self {
        Self::uniform(shape, 0.0, 1.0, rng)
    }

    /// Uniform numbers in `[low, high)`.
    ///
    /// # Panics
    /// If `low` is above `high`, or the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn uniform(shape: impl Into<Shape>, low: f64, high: f64, rng: &mut Rng) -> Self {
        assert!(low <= high, "uniform: {low} to {high}, expected low <= high; help: swap them");
        let below = (high as f32).next_down().max(low as f32);
        let [key, call] = rng.key();
        filled("uniform", shape.into(), |out| {
            fill_uniform(key, counter(call), out);
            if (low, high) != (0.0, 1.0) {
                let (low, width) = (low as f32, (high - low) as f32);
                out.iter_mut().for_each(|x| *x = (low + *x * width).min(below));
            }
        })
    }

    /// Normal numbers of mean 0 and standard deviation 1.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn randn(shape: impl Into<Shape>, rng: &mut Rng) -> Self {
        let [key, call] = rng.key();
        filled("randn", shape.into(), |out| fill_normal(key, counter(call), out))
    }

    /// Normal numbers of the given mean and standard deviation.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn normal(shape: impl Into<Shape>, mean: f64, std: f64, rng: &mut Rng) -> Self {
        Self::randn(shape, rng) * std + mean
    }

    /// Normal numbers of which those beyond two standard deviations are drawn again.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn truncated_normal(shape: impl Into<Shape>, mean: f64, std: f64, rng: &mut Rng) -> Self {
        let source = rng.fork().seed;
        let draw = |i: usize| {
            let mut draws = (0..).map(|attempt| normal_at(source, counter(i as u64) + attempt));
            let within = draws.find(|z| z.abs() <= 2.0).unwrap_or_default();
            (mean + std * within) as f32
        };
        filled("truncated_normal", shape.into(), |out| each_position(out, draw))
    }

    /// `true` with the given probability.
    ///
    /// # Panics
    /// If the probability isn't in 0 to 1, or the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn bernoulli(shape: impl Into<Shape>, probability: f64, rng: &mut Rng) -> Self {
        assert!(
            (0.0..=1.0).contains(&probability),
            "bernoulli: probability {probability}, expected 0 to 1; help: give a share, not percent"
        );
        Self::rand(shape, rng).to(DType::F64).less_than(probability)
    }

    /// Integers in `low..high`, of dtype `i64`.
    ///
    /// # Panics
    /// If `low` isn't below `high`, or the memory limit doesn't allow such a shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Rng, Tensor};
    ///
    /// let dice = Tensor::randint([1000], 1, 7, &mut Rng::new(0));
    /// assert_eq!((dice.min().item(), dice.max().item()), (1.0, 6.0));
    /// ```
    #[track_caller]
    pub fn randint(shape: impl Into<Shape>, low: i64, high: i64, rng: &mut Rng) -> Self {
        assert!(
            low < high,
            "randint: {low}..{high}, expected low < high; help: `high` is excluded"
        );
        let shape = shape.into();
        expect(require_possible("randint", &shape, DType::I64));
        let [key, call] = rng.key();
        let width = high.wrapping_sub(low) as u64;
        let mut out = Buffer::stale(shape.size());
        each_position(&mut out, |i| {
            let bits = join(philox(key, counter(call) + i as u128));
            let share = (u128::from(bits) * u128::from(width)) >> 64;
            low.wrapping_add(share as i64)
        });
        Self::from_raw::<i64>(out, shape)
    }

    /// The integers 0 to n − 1 in random order, of dtype `i64`.
    ///
    /// # Panics
    /// If the memory limit doesn't allow such a shape.
    #[track_caller]
    pub fn permutation(n: usize, rng: &mut Rng) -> Self {
        let mut order = Self::arange(n);
        let mut source = rng.fork();
        let values = order.make_mut::<i64>();
        for last in (1..n).rev() {
            let bits = u128::from(source.next_u64());
            let other = (bits * (last as u128 + 1)) >> 64;
            values.swap(last, other as usize);
        }
        order
    }
}

#[track_caller]
pub(crate) fn filled(op: &'static str, shape: Shape, fill: impl FnOnce(&mut [f32])) -> Tensor {
    expect(require_possible(op, &shape, DType::F32));
    let mut out = Buffer::stale(shape.size());
    fill(&mut out);
    Tensor::from_raw::<f32>(out, shape)
}

pub(crate) fn each_position<T: brand_nn_kernels::Plain>(
    out: &mut [T],
    draw: impl Fn(usize) -> T + Sync,
) {
    for_each_chunk(out, CHUNK, |chunk, part| {
        for (i, x) in part.iter_mut().enumerate() {
            *x = draw(chunk * CHUNK + i);
        }
    });
}

/// One normal number by Box and Muller's formula.
fn normal_at(key: u64, counter: u128) -> f64 {
    let [a, b, c, d] = philox(key, counter).map(f64::from);
    let unit =
        |high: f64, low: f64| (high * 4_294_967_296.0 + low + 0.5) / 18_446_744_073_709_551_616.0;
    let (radius, turn) = ((-2.0 * unit(a, b).ln()).sqrt(), unit(c, d));
    radius * (std::f64::consts::TAU * turn).cos()
}
