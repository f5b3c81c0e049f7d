//! Optimizer steps: one sweep over weights, gradients and moments.

use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::{Parts, for_each};

mod rows;

pub use rows::{RowValues, adam_rows};

/// Parameters below which a step stays on one thread.
const SERIAL: usize = 1 << 17;
/// Parameters that one task steps.
const TASK: usize = 1 << 14;

/// The settings of one Adam step; the clip factor is folded in.
///
/// `g = scale·g + l2·w`, `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`,
/// `w = w − rate·weight_decay·w − rate · (m / bias1) / (√(v / bias2) + ε)`,
/// where at step t `bias1 = 1 − β₁ᵗ` and `bias2 = 1 − β₂ᵗ`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// The learning rate.
    pub rate: f64,
    /// The decay of the first moment, β₁.
    pub beta1: f64,
    /// The decay of the second moment, β₂.
    pub beta2: f64,
    /// What keeps the quotient finite, ε.
    pub epsilon: f64,
    /// Decay applied to the weights themselves, as AdamW does.
    pub weight_decay: f64,
    /// Decay added to the gradient, as Adam does.
    pub l2: f64,
    /// Correction of the first moment, `1 − β₁ᵗ`.
    pub bias1: f64,
    /// Correction of the second moment, `1 − β₂ᵗ`.
    pub bias2: f64,
    /// Factor on the gradient: 1, or what clipping asks for.
    pub scale: f64,
}

impl AdamStep {
    /// Step number `t` (from 1) without decay or clipping.
    pub fn new(rate: f64, beta1: f64, beta2: f64, epsilon: f64, t: u64) -> Self {
        let bias = |beta: f64| 1.0 - beta.powf(t as f64);
        let (bias1, bias2) = (bias(beta1), bias(beta2));
        AdamStep {
            rate,
            beta1,
            beta2,
            epsilon,
            weight_decay: 0.0,
            l2: 0.0,
            bias1,
            bias2,
            scale: 1.0,
        }
    }
}

/// Steps weights `w` by gradients `g` and moments `m`, `v`.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{AdamStep, adam};
/// let (mut w, mut m, mut v) = ([1.0_f64], [0.0], [0.0]);
/// adam(&AdamStep::new(0.1, 0.9, 0.999, 0.0, 1), &mut w, &[5.0], &mut m, &mut v);
/// assert!((w[0] - 0.9).abs() < 1e-12, "the first step is rate · sign(g)");
/// ```
#[track_caller]
pub fn adam<T: Real>(step: &AdamStep, w: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let len = w.len();
    assert!(
        g.len() == len && m.len() == len && v.len() == len,
        "adam: {len} weights, {} gradients, {} and {} moments",
        g.len(),
        m.len(),
        v.len()
    );
    let (w, m, v) = (Parts::new(w), Parts::new(m), Parts::new(v));
    for_each_range(len, |range| {
        // SAFETY: ranges of different tasks are disjoint and each runs once.
        let (w, m, v) =
            unsafe { (w.range(range.clone()), m.range(range.clone()), v.range(range.clone())) };
        dispatch(Adam { step, w, g: &g[range], m, v });
    });
}

/// The settings of one step of gradient descent with momentum, as PyTorch's SGD.
///
/// `g = scale·g + l2·w`, `v = momentum·v + (1 − dampening)·g` (`v = g` if `first`), then
/// `w −= rate · (g + momentum·v)` with `nesterov`, else `w −= rate·v`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdStep {
    /// The learning rate.
    pub rate: f64,
    /// How much of the velocity stays.
    pub momentum: f64,
    /// How much of the gradient is held back from the velocity.
    pub dampening: f64,
    /// Decay added to the gradient.
    pub l2: f64,
    /// Whether to look ahead along the velocity.
    pub nesterov: bool,
    /// Whether this is the first step, which sets the velocity.
    pub first: bool,
    /// Factor on the gradient: 1, or what clipping asks for.
    pub scale: f64,
}

/// Steps weights `w` by gradients `g` and velocity `v`; without momentum `v` may be empty.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{SgdStep, sgd};
/// let step = SgdStep {
///     rate: 0.5, momentum: 0.0, dampening: 0.0, l2: 0.0, nesterov: false, first: true, scale: 1.0,
/// };
/// let mut w = [1.0_f32];
/// sgd(&step, &mut w, &[2.0], &mut []);
/// assert_eq!(w, [0.0]);
/// ```
#[track_caller]
pub fn sgd<T: Real>(step: &SgdStep, w: &mut [T], g: &[T], v: &mut [T]) {
    let len = w.len();
    let plain = step.momentum == 0.0 && v.is_empty();
    assert!(
        g.len() == len && (plain || v.len() == len),
        "sgd: {len} weights, {} gradients, {} velocities",
        g.len(),
        v.len()
    );
    let (w, v) = (Parts::new(w), Parts::new(v));
    for_each_range(len, |range| {
        let velocity = if plain { 0..0 } else { range.clone() };
        // SAFETY: ranges of different tasks are disjoint and each runs once.
        let (w, v) = unsafe { (w.range(range.clone()), v.range(velocity)) };
        dispatch(Sgd { step, w, g: &g[range], v });
    });
}

/// Steps weights `w` by gradients `g` and `N` memories, an element at a time, in f64.
///
/// `change(w, g, memory)` gives the new weight and the new memory. It is what an optimizer without
/// a sweep of its own is made of.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::step_each;
/// let (mut w, mut sum) = ([1.0_f32, 2.0], [0.0_f32; 2]);
/// step_each(&mut w, &[2.0, 0.5], [&mut sum], &|w, g, [sum]| (w - 0.5 * g, [sum + g * g]));
/// assert_eq!((w, sum), ([0.0, 1.75], [4.0, 0.25]));
/// ```
#[track_caller]
pub fn step_each<T: Real, const N: usize>(
    w: &mut [T],
    g: &[T],
    memory: [&mut [T]; N],
    change: &(impl Fn(f64, f64, [f64; N]) -> (f64, [f64; N]) + Sync),
) {
    let len = w.len();
    assert!(
        g.len() == len && memory.iter().all(|slot| slot.len() == len),
        "step_each: {len} weights, {} gradients, memories of {:?}",
        g.len(),
        memory.each_ref().map(|slot| slot.len())
    );
    let (w, memory) = (Parts::new(w), memory.map(Parts::new));
    for_each_range(len, |range| {
        // SAFETY: ranges of different tasks are disjoint and each runs once.
        let (w, mut memory) = unsafe {
            (w.range(range.clone()), memory.each_ref().map(|slot| slot.range(range.clone())))
        };
        for (i, (w, &g)) in w.iter_mut().zip(&g[range]).enumerate() {
            let old = std::array::from_fn(|slot| memory[slot][i].to_f64());
            let (value, new) = change(w.to_f64(), g.to_f64(), old);
            *w = T::from_f64(value);
            memory.iter_mut().zip(new).for_each(|(slot, new)| slot[i] = T::from_f64(new));
        }
    });
}

fn for_each_range(len: usize, f: impl Fn(std::ops::Range<usize>) + Sync) {
    if len < SERIAL {
        return f(0..len);
    }
    for_each(len.div_ceil(TASK), |task| f(task * TASK..len.min((task + 1) * TASK)));
}

struct Adam<'a, T> {
    step: &'a AdamStep,
    w: &'a mut [T],
    g: &'a [T],
    m: &'a mut [T],
    v: &'a mut [T],
}

impl<T: Real> Kernel for Adam<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Adam { step, w, g, m, v } = self;
        Factors::new(step).sweep(w, g, m, v);
    }
}

/// The factors of an Adam step, in the type of the weights.
struct Factors<T> {
    keep1: T,
    keep2: T,
    take1: T,
    take2: T,
    scale: T,
    l2: T,
    keep: T,
    rate: T,
    epsilon: T,
}

impl<T: Real> Factors<T> {
    #[inline(always)]
    fn new(step: &AdamStep) -> Self {
        let number = T::from_f64;
        Self {
            keep1: number(step.beta1),
            keep2: number(step.beta2),
            take1: number(1.0 - step.beta1),
            take2: number(1.0 - step.beta2),
            scale: number(step.scale),
            l2: number(step.l2),
            keep: number(1.0 - step.rate * step.weight_decay),
            // (m / b1) / (√(v / b2) + ε) = (√b2 / b1) m / (√v + ε √b2)
            rate: number(step.rate / step.bias1 * step.bias2.sqrt()),
            epsilon: number(step.epsilon * step.bias2.sqrt()),
        }
    }

    /// Steps weights and moments by their gradients.
    #[inline(always)]
    fn sweep(&self, w: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
        for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            let g = g * self.scale + self.l2 * *w;
            *m = self.keep1 * *m + self.take1 * g;
            *v = self.keep2 * *v + self.take2 * g * g;
            *w = *w * self.keep - self.rate * *m / (v.root() + self.epsilon);
        }
    }
}

struct Sgd<'a, T> {
    step: &'a SgdStep,
    w: &'a mut [T],
    g: &'a [T],
    v: &'a mut [T],
}

impl<T: Real> Kernel for Sgd<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Sgd { step, w, g, v } = self;
        let number = T::from_f64;
        let (rate, scale, l2) = (number(step.rate), number(step.scale), number(step.l2));
        if v.is_empty() {
            for (w, &g) in w.iter_mut().zip(g) {
                *w = *w - rate * (g * scale + l2 * *w);
            }
            return;
        }
        let (keep, take) = if step.first {
            (T::ZERO, T::ONE)
        } else {
            (number(step.momentum), number(1.0 - step.dampening))
        };
        let ahead = number(if step.nesterov { step.momentum } else { 0.0 });
        let now = number(if step.nesterov { 1.0 } else { 0.0 });
        let behind = number(if step.nesterov { 0.0 } else { 1.0 });
        for ((w, &g), v) in w.iter_mut().zip(g).zip(v) {
            let g = g * scale + l2 * *w;
            *v = keep * *v + take * g;
            *w = *w - rate * (now * g + (ahead + behind) * *v);
        }
    }
}
