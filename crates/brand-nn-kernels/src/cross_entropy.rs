//! Cross-entropy from logits: softmax, logarithm and picking the target in one pass.

use crate::lanes::{ABREAST, Abreast, map, sum_each};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::softmax::{Powers, exponentials};
use crate::threads::{Parts, for_each};
use crate::{Buffer, Error, Real, Result};

/// Logits that one task works on, about.
const TASK: usize = 1 << 14;

/// What each row of logits is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    /// One class a row.
    Classes {
        /// The classes, from 0.
        ids: &'a [i64],
        /// The id of rows that do not count, which need not be a class.
        ignore: Option<i64>,
    },
    /// A probability for each class of each row.
    Probabilities(&'a [T]),
}

/// Cross-entropy `Σ cₖ (ln Σ e^x − xₖ)` of rows of logits, and its settings.
///
/// With the target's probabilities t, class weights w and smoothing s over K classes
/// `cₖ = wₖ ((1 − s) tₖ + s / K)`. A class with `cₖ = 0` adds nothing, also where `xₖ = −∞`.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{CrossEntropy, Targets};
/// let targets = Targets::Classes { ids: &[1, 7], ignore: Some(7) };
/// let of = CrossEntropy { classes: 2, targets, class_weights: None, smoothing: 0.0 };
/// let (mut losses, mut saved) = ([0.0_f64; 2], [0.0; 4]);
/// of.forward(&[0.0, 0.0, 1.0, 2.0], &mut losses, &mut saved)?;
/// assert_eq!(losses, [2.0_f64.ln(), 0.0]);
/// # Ok::<(), brand_nn_kernels::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy<'a, T> {
    /// How many logits a row has.
    pub classes: usize,
    /// What rows are compared with.
    pub targets: Targets<'a, T>,
    /// A weight for each class.
    pub class_weights: Option<&'a [T]>,
    /// The share of the target's probability that goes to all classes evenly.
    pub smoothing: f64,
}

impl<T: Real> CrossEntropy<'_, T> {
    /// The loss of each row; `saved` gets `[max x, Σ e^(x − max)]` of each for the way back.
    ///
    /// # Errors
    /// A target lies outside 0..classes; nothing is written then.
    ///
    /// # Panics
    /// If the lengths do not fit, or there are rows but no classes.
    #[track_caller]
    pub fn forward(&self, logits: &[T], losses: &mut [T], saved: &mut [T]) -> Result<()> {
        self.check("cross_entropy", logits.len(), losses.len(), saved.len())?;
        let per_task = self.rows_of_a_task(logits.len());
        let rows = losses.len();
        let (losses, saved) = (Parts::new(losses), Parts::new(saved));
        for_each(rows.div_ceil(per_task), |task| {
            let (first, last) = (task * per_task, rows.min((task + 1) * per_task));
            // SAFETY: each task owns the rows first..last of both, and runs once.
            let (losses, saved) =
                unsafe { (losses.range(first..last), saved.range(2 * first..2 * last)) };
            let logits = &logits[first * self.classes..last * self.classes];
            dispatch(Forward { of: self, first, logits, losses, saved });
        });
        Ok(())
    }

    /// The gradient of the logits, `scale · (C softmax(x) − c)` for each row with `C = Σ cₖ`.
    ///
    /// # Errors
    /// A target lies outside 0..classes; nothing is written then.
    ///
    /// # Panics
    /// If the lengths do not fit, or there are rows but no classes.
    #[track_caller]
    pub fn backward(&self, logits: &[T], saved: &[T], scale: &[T], out: &mut [T]) -> Result<()> {
        self.check("cross_entropy_backward", logits.len(), scale.len(), saved.len())?;
        assert!(
            out.len() == logits.len(),
            "cross_entropy_backward: {} logits into {}",
            logits.len(),
            out.len()
        );
        let rows = self.rows_of_a_task(logits.len());
        crate::for_each_chunk(out, (rows * self.classes).max(1), |task, out| {
            let first = task * rows;
            let logits = &logits[first * self.classes..first * self.classes + out.len()];
            dispatch(Backward { of: self, first, logits, saved, scale, out });
        });
        Ok(())
    }

    #[track_caller]
    fn check(&self, op: &str, logits: usize, results: usize, saved: usize) -> Result<()> {
        let classes = self.classes;
        let fits = match self.targets {
            Targets::Classes { ids, .. } => ids.len() == results,
            Targets::Probabilities(shares) => shares.len() == logits,
        };
        assert!(
            fits && logits == count(op, &[results, classes])
                && saved == 2 * results
                && (classes > 0 || results == 0)
                && self.class_weights.is_none_or(|weights| weights.len() == classes),
            "{op}: {logits} logits of {classes} classes, {results} results, {saved} saved, \
             targets {:?}, {:?} weights",
            std::mem::discriminant(&self.targets),
            self.class_weights.map(<[T]>::len)
        );
        let Targets::Classes { ids, ignore } = self.targets else { return Ok(()) };
        let outside =
            |&id: &i64| Some(id) != ignore && usize::try_from(id).map_or(true, |id| id >= classes);
        match ids.iter().position(outside) {
            Some(position) => Err(Error::OutOfRange { position, id: ids[position], rows: classes }),
            None => Ok(()),
        }
    }

    fn rows_of_a_task(&self, logits: usize) -> usize {
        let size = if logits < 4 * TASK { logits } else { TASK };
        size.div_ceil(self.classes.max(1)).max(1)
    }

    /// The one class of a row whose other classes have no share; `None` where all have.
    #[inline(always)]
    fn single(&self, row: usize) -> Option<Single<T>> {
        match self.targets {
            Targets::Classes { ids, ignore } if Some(ids[row]) == ignore => Some(Single::Ignored),
            Targets::Classes { ids, .. } if self.smoothing == 0.0 => {
                let class = ids[row] as usize;
                Some(Single::Class(class, self.class_weights.map_or(T::ONE, |w| w[class])))
            }
            _ => None,
        }
    }

    /// The shares c of all classes of a row.
    #[inline(always)]
    fn shares(&self, row: usize, out: &mut [T]) {
        let even = T::from_f64(self.smoothing / self.classes as f64);
        let rest = T::from_f64(1.0 - self.smoothing);
        match self.targets {
            Targets::Classes { ids, .. } => {
                out.fill(even);
                let class = ids[row] as usize;
                out[class] = out[class] + rest;
            }
            Targets::Probabilities(shares) => {
                let shares = &shares[row * self.classes..(row + 1) * self.classes];
                out.iter_mut().zip(shares).for_each(|(out, &t)| *out = rest * t + even);
            }
        }
        for (out, &weight) in out.iter_mut().zip(self.class_weights.unwrap_or(&[])) {
            *out = *out * weight;
        }
    }
}

/// A row whose shares need no table.
enum Single<T> {
    /// The row counts for nothing.
    Ignored,
    /// One class has the whole share.
    Class(usize, T),
}

struct Forward<'a, T> {
    of: &'a CrossEntropy<'a, T>,
    first: usize,
    logits: &'a [T],
    losses: &'a mut [T],
    saved: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Forward { of, first, logits, losses, saved } = self;
        let mut shares = Buffer::stale(of.classes);
        let rows = logits.chunks_exact(of.classes.max(1)).zip(saved.chunks_exact_mut(2));
        for (i, ((x, saved), loss)) in rows.zip(losses).enumerate() {
            let (top, sum) = exponentials::<T, L>(x, None);
            saved.copy_from_slice(&[top, sum]);
            let log = sum.logarithm::<L>();
            *loss = match of.single(first + i) {
                Some(Single::Ignored) => T::ZERO,
                Some(Single::Class(class, weight)) => weight * (log + (top - x[class])),
                None => {
                    of.shares(first + i, &mut shares);
                    let one = |c: T, x: T| {
                        if c == T::ZERO { T::ZERO } else { c * (log + (top - x)) }
                    };
                    sum_each::<T, L>([&shares, x], one)
                }
            };
        }
    }
}

struct Backward<'a, T> {
    of: &'a CrossEntropy<'a, T>,
    first: usize,
    logits: &'a [T],
    saved: &'a [T],
    scale: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Backward { of, first, logits, saved, scale, out } = self;
        let mut shares = Buffer::stale(of.classes);
        let width = of.classes.max(1);
        let rows = logits.chunks_exact(width).zip(out.chunks_exact_mut(width));
        for (row, (x, out)) in (first..).zip(rows) {
            let (top, sum) = (saved[2 * row], saved[2 * row + 1]);
            let single = of.single(row);
            let total = match single {
                Some(Single::Ignored) => {
                    out.fill(T::ZERO);
                    continue;
                }
                Some(Single::Class(_, weight)) => weight,
                None => {
                    of.shares(row, &mut shares);
                    sum_each::<T, L>([&shares, &shares], |c, _| c)
                }
            };
            let (scale, factor) = (scale[row], scale[row] * total / sum);
            let powers = Powers::<T, L>::against(top);
            map::<T, L, ABREAST>(Some(x), out, &Scaled { powers, factor });
            if let Some(Single::Class(class, weight)) = single {
                out[class] = out[class] - scale * weight;
            } else {
                out.iter_mut().zip(&*shares).for_each(|(out, &c)| *out = *out - scale * c);
            }
        }
    }
}

/// Powers times a factor.
struct Scaled<T, L> {
    powers: Powers<T, L>,
    factor: T,
}

impl<T: Real, L: Lanes> Abreast<T, ABREAST> for Scaled<T, L> {
    #[inline(always)]
    fn at(&self, x: [T; ABREAST]) -> [T; ABREAST] {
        self.powers.at(x).map(|power| power * self.factor)
    }
}
