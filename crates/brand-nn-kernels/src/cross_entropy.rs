//! Cross-entropy from logits: softmax, logarithm and picking the target in one pass.

use crate::simd::{Kernel, Lanes, dispatch};
use crate::softmax::exponentials;
use crate::threads::for_each_chunk;
use crate::{Error, Real, Result};

/// Logits that one task works on, about.
const TASK: usize = 1 << 14;

/// `loss = ln Σ e^x − x[target]` for each row of `classes` logits.
///
/// # Errors
/// A target lies outside 0..classes; nothing is written then.
///
/// # Panics
/// If the lengths do not fit, or there are rows but no classes.
///
/// # Examples
/// ```
/// let mut losses = [0.0_f64];
/// brand_nn_kernels::cross_entropy(&[0.0, 0.0], 2, &[1], &mut losses)?;
/// assert_eq!(losses, [2.0_f64.ln()]);
/// # Ok::<(), brand_nn_kernels::Error>(())
/// ```
#[track_caller]
pub fn cross_entropy<T: Real>(
    logits: &[T],
    classes: usize,
    targets: &[i64],
    losses: &mut [T],
) -> Result<()> {
    check("cross_entropy", logits.len(), classes, targets, losses.len())?;
    let rows = rows_of_a_task(logits.len(), classes);
    for_each_chunk(losses, rows, |task, losses| {
        for (i, loss) in losses.iter_mut().enumerate() {
            let row = task * rows + i;
            let x = &logits[row * classes..(row + 1) * classes];
            *loss = dispatch(Loss { x, target: targets[row] as usize });
        }
    });
    Ok(())
}

/// The gradient of [`cross_entropy`]: `scale · (softmax(x) − one_hot(target))` for each row.
///
/// # Errors
/// A target lies outside 0..classes; nothing is written then.
///
/// # Panics
/// If the lengths do not fit, or there are rows but no classes.
#[track_caller]
pub fn cross_entropy_backward<T: Real>(
    logits: &[T],
    classes: usize,
    targets: &[i64],
    scale: &[T],
    out: &mut [T],
) -> Result<()> {
    check("cross_entropy_backward", logits.len(), classes, targets, scale.len())?;
    assert!(
        out.len() == logits.len(),
        "cross_entropy_backward: {} logits into {}",
        logits.len(),
        out.len()
    );
    let rows = rows_of_a_task(logits.len(), classes);
    for_each_chunk(out, (rows * classes).max(1), |task, out| {
        for (i, out) in out.chunks_exact_mut(classes).enumerate() {
            let row = task * rows + i;
            let x = &logits[row * classes..(row + 1) * classes];
            dispatch(Slope { x, target: targets[row] as usize, scale: scale[row], out });
        }
    });
    Ok(())
}

#[track_caller]
fn check(op: &str, logits: usize, classes: usize, targets: &[i64], results: usize) -> Result<()> {
    let rows = targets.len();
    assert!(
        logits == rows * classes && results == rows && (classes > 0 || rows == 0),
        "{op}: {logits} logits of {classes} classes, {rows} targets, {results} results"
    );
    let outside = |&id: &i64| usize::try_from(id).map_or(true, |id| id >= classes);
    match targets.iter().position(outside) {
        Some(position) => Err(Error::OutOfRange { position, id: targets[position], rows: classes }),
        None => Ok(()),
    }
}

fn rows_of_a_task(logits: usize, classes: usize) -> usize {
    let rows = if logits < 4 * TASK { logits } else { TASK };
    rows.div_ceil(classes.max(1)).max(1)
}

struct Loss<'a, T> {
    x: &'a [T],
    target: usize,
}

impl<T: Real> Kernel for Loss<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<L: Lanes>(self) -> T {
        let (top, sum) = exponentials::<T, L>(self.x, None);
        sum.logarithm::<L>() + (top - self.x[self.target])
    }
}

struct Slope<'a, T> {
    x: &'a [T],
    target: usize,
    scale: T,
    out: &'a mut [T],
}

impl<T: Real> Kernel for Slope<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Slope { x, target, scale, out } = self;
        let (_, sum) = exponentials::<T, L>(x, Some(out));
        let factor = scale / sum;
        out.iter_mut().for_each(|y| *y = *y * factor);
        out[target] = out[target] - scale;
    }
}
