//! The contract that every metric keeps, as a suite that users' own metrics can be put through.

use crate::{Metric, Result};
use brand_nn_tensor::Tensor;

/// Puts a metric through the contract that all metrics keep.
///
/// `expected` is the measure of the examples, such as a pure function of slices gives. Checked, to
/// 1e-9: the value is as expected for one batch and for batches of one, two and three examples,
/// with empty batches between; it is refused before the first example and after a reset; a reset
/// forgets; a state that is saved and loaded in the middle changes nothing; outputs that are NaN
/// and targets that do not fit are refused.
///
/// # Errors
/// What the metric itself returns for examples that it should take.
///
/// # Panics
/// If a point of the contract is broken; the message says which.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::metrics::{Mae, check};
///
/// let (output, target) = (Tensor::from([1.0, 2.0, 3.0]), Tensor::from([1.0, 4.0, 4.0]));
/// check::metric(&mut Mae::default(), &output, &target, 1.0)?;
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[track_caller]
pub fn metric(
    metric: &mut dyn Metric,
    output: &Tensor,
    target: &Tensor,
    expected: f64,
) -> Result<()> {
    let name = metric.name();
    metric.reset();
    assert!(metric.value().is_err(), "{name}: a value without examples");
    for size in [target.len(), 1, 2, 3] {
        metric.reset();
        feed(metric, output, target, size)?;
        let value = metric.value()?;
        let close = (value - expected).abs() <= 1e-9 * expected.abs().max(1.0);
        assert!(close, "{name}: {value} in batches of {size}, expected {expected}");
    }
    metric.reset();
    assert!(metric.value().is_err(), "{name}: a value after a reset");
    resumes(metric, output, target)?;
    refusals(metric, output, target);
    Ok(())
}

/// All examples in order, an empty batch after each full one.
fn feed(metric: &mut dyn Metric, output: &Tensor, target: &Tensor, size: usize) -> Result<()> {
    for start in (0..target.len()).step_by(size.max(1)) {
        let end = (start + size).min(target.len());
        metric.update(&output.slice(0, start..end), &target.slice(0, start..end))?;
        metric.update(&output.slice(0, end..end), &target.slice(0, end..end))?;
    }
    Ok(())
}

/// What is saved after half of the examples is all that is known of them.
#[track_caller]
fn resumes(metric: &mut dyn Metric, output: &Tensor, target: &Tensor) -> Result<()> {
    let half = target.len() / 2;
    let state = |metric: &mut dyn Metric, from: usize, to: usize| -> Result<Vec<f64>> {
        metric.update(&output.slice(0, from..to), &target.slice(0, from..to))?;
        Ok(metric.state())
    };
    metric.reset();
    let middle = state(metric, 0, half)?;
    let whole = state(metric, half, target.len())?;
    metric.reset();
    metric.load_state(&middle)?;
    let resumed = state(metric, half, target.len())?;
    let name = metric.name();
    assert!(resumed == whole, "{name}: {resumed:?} after a state was loaded, expected {whole:?}");
    let foreign = metric.load_state(&[1.0; 3]);
    assert!(foreign.is_err(), "{name}: takes three numbers for a state");
    metric.reset();
    Ok(())
}

/// Neither NaN nor a batch with a target too few may give a value.
#[track_caller]
fn refusals(metric: &mut dyn Metric, output: &Tensor, target: &Tensor) {
    let name = metric.name();
    let nan = Tensor::full_like(output, f64::NAN);
    let taken = metric.update(&nan, target).and_then(|()| metric.value());
    assert!(taken.is_err(), "{name}: {taken:?} of outputs that are NaN");
    metric.reset();
    let short = target.slice(0, 0..target.len() - 1);
    assert!(metric.update(output, &short).is_err(), "{name}: takes a target too few");
    metric.reset();
}
