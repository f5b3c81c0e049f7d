//! Round numbers along an axis.

/// Values whose size is beyond this are not drawn: differences of two would overflow.
pub(crate) const LIMIT: f64 = 1e200;

/// Whether a value has a place on an axis.
pub(crate) fn is_drawable(value: f64) -> bool {
    value.abs() <= LIMIT
}

/// The values that an axis shows, from and to which it goes, and how many decimals they need.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) values: Vec<f64>,
    pub(crate) low: f64,
    pub(crate) high: f64,
    step: f64,
}

impl Ticks {
    /// About `count` steps of 1, 2 or 5 times a power of ten that hold all from `low` to `high`.
    pub(crate) fn covering(low: f64, high: f64, count: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / count.max(1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let count = (last - first).clamp(1.0, 100.0) as usize;
        let values: Vec<_> = (0..=count).map(|i| (first + i as f64) * step).collect();
        Self { low: values[0], high: values[count], values, step }
    }

    /// As [`covering`](Self::covering), but the axis ends where the data does.
    pub(crate) fn within(low: f64, high: f64, count: usize) -> Self {
        let (low, high) = widened(low, high);
        let all = Self::covering(low, high, count);
        let slack = all.step * 1e-9;
        let inside = |value: &f64| *value >= low - slack && *value <= high + slack;
        Self { values: all.values.into_iter().filter(inside).collect(), low, high, step: all.step }
    }

    /// Decimals that tell two neighbours apart, of values that are shown `scale` times as large.
    pub(crate) fn decimals(&self, scale: f64) -> usize {
        (-(self.step * scale * 1.000_001).log10().floor()).clamp(0.0, 12.0) as usize
    }
}

/// A range that is not empty.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-9 && high - low > 1e-200 {
        return (low, high);
    }
    let pad = if size > 1e-200 { size * 0.1 } else { 1.0 };
    (low - pad, high + pad)
}

/// The smallest of 1, 2, 5 and 10 times a power of ten that is not smaller than `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * 0.999_999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(low: f64, high: f64, count: usize, expected: &[f64], decimals: usize) {
        let ticks = Ticks::covering(low, high, count);
        assert_eq!(ticks.values.len(), expected.len(), "{ticks:?}");
        for (a, b) in ticks.values.iter().zip(expected) {
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-9), "{ticks:?}");
        }
        assert_eq!(ticks.decimals(1.0), decimals, "{ticks:?}");
    }

    #[test]
    fn steps_are_round() {
        check(0.0, 100.0, 5, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0], 0);
        check(0.03, 0.47, 5, &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5], 1);
        check(-3.0, 8.0, 3, &[-5.0, 0.0, 5.0, 10.0], 0);
        check(7.0, 7.0, 4, &[6.0, 6.5, 7.0, 7.5, 8.0], 1);
        check(0.0, 0.0, 2, &[-1.0, 0.0, 1.0], 0);
        check(1e-5, 3e-5, 2, &[1e-5, 2e-5, 3e-5], 5);
        assert_eq!(Ticks::within(0.5, 4.2, 4).values, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(Ticks::covering(-LIMIT, LIMIT, 5).values.len(), 5);
        assert!(Ticks::covering(1e-300, 2e-300, 5).values.len() <= 101);
    }
}
