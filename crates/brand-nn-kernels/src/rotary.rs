//! Rotary embedding: pairs of numbers turned by an angle that grows with their position.

use crate::Real;
use crate::size::count;
use crate::threads::for_each_chunk;

/// Elements that one task of a parallel call has, about.
const TASK: usize = 1 << 15;

/// Which numbers of a row are a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairs {
    /// Number i of the first half with number i of the second, as in GPT-NeoX and Llama's files.
    Halves,
    /// Neighbours, as in the paper and GPT-J.
    Neighbours,
}

/// Turns each pair (a, b) of a row by its angle: `(a cos − b sin, a sin + b cos)`.
///
/// `x` and `out` are `[rows, 2·angles]`, where row r has the angles of row `r / repeat % positions`
/// of `turns`, `[positions, angles, 2]` with cosine and sine side by side. With `back` it turns the
/// other way, which is the inverse and the gradient.
///
/// J. Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.
///
/// # Panics
/// If the lengths do not fit.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Pairs, Rotary, rotary};
/// let by = Rotary { angles: 1, repeat: 1, pairs: Pairs::Halves, back: false };
/// let mut out = [0.0_f32; 4];
/// rotary(&by, &[2.0, 3.0, 2.0, 3.0], &[1.0, 0.0, 0.0, 1.0], &mut out);
/// assert_eq!(out, [2.0, 3.0, -3.0, 2.0]); // the second row by a right angle
/// ```
#[track_caller]
pub fn rotary<T: Real>(by: &Rotary, x: &[T], turns: &[T], out: &mut [T]) {
    let width = count("rotary", &[2, by.angles]);
    let divides = |len: usize| if width == 0 { len == 0 } else { len.is_multiple_of(width) };
    assert!(
        x.len() == out.len()
            && divides(x.len())
            && divides(turns.len())
            && by.repeat > 0
            && (x.is_empty() || !turns.is_empty()),
        "rotary: {} elements into {} by {} turns, {by:?}",
        x.len(),
        out.len(),
        turns.len()
    );
    let rows = TASK.div_ceil(width.max(1));
    for_each_chunk(out, (rows * width).max(1), |task, out| {
        let first = task * rows;
        let x = &x[first * width..first * width + out.len()];
        let one = (first..).zip(x.chunks_exact(width).zip(out.chunks_exact_mut(width)));
        for (row, (x, out)) in one {
            let start = row / by.repeat * width % turns.len();
            by.turn(x, &turns[start..start + width], out);
        }
    });
}

/// How rows of pairs are turned.
#[derive(Clone, Copy, Debug)]
pub struct Rotary {
    /// Pairs of a row.
    pub angles: usize,
    /// How many rows in a row have the same position.
    pub repeat: usize,
    /// Which numbers are a pair.
    pub pairs: Pairs,
    /// Whether to turn the other way.
    pub back: bool,
}

impl Rotary {
    fn turn<T: Real>(&self, x: &[T], turns: &[T], out: &mut [T]) {
        let place = |i: usize| match self.pairs {
            Pairs::Halves => [i, i + self.angles],
            Pairs::Neighbours => [2 * i, 2 * i + 1],
        };
        for (i, turn) in turns.chunks_exact(2).enumerate() {
            let ([a, b], cos) = (place(i), turn[0]);
            let sin = if self.back { -turn[1] } else { turn[1] };
            out[a] = x[a] * cos - x[b] * sin;
            out[b] = x[a] * sin + x[b] * cos;
        }
    }
}
